"""The names of model files: one made of a dataset's, and one that was typed."""

from __future__ import annotations

import re
from pathlib import Path

from tuitrain.errors import ModelError
from tuitrain.text import visible

SUFFIX = ".safetensors"


def model_name(dataset_name: str, *, stamp: str = "") -> str:
    """A file name made of a dataset's: ``sales.csv`` gives ``sales.safetensors``, or ``sales-STAMP.safetensors``.

    It holds no separator and no dot but the suffix's.
    """
    stem = re.sub(r"\.[A-Za-z]\w*$", "", dataset_name)
    name = re.sub(r"[^A-Za-z0-9_-]+", "-", stem).strip("-")[:60] or "model"
    return (f"{name}-{stamp}" if stamp else name) + SUFFIX


def typed_path(typed: str) -> Path:
    """The path of a model file that was typed, with the suffix where it has none.

    Raises
    ------
    ModelError
        where no file can be written by that name.
    """
    typed = typed.strip()
    if not typed:
        raise ModelError("type a file name")
    try:
        path = Path(typed).expanduser()
        if typed.endswith("/") or path.name in {"", "..", "~"}:
            raise ModelError(f"{visible(typed, 60)} is a directory; name a file in it")
        if not path.suffix:
            path = path.with_name(path.name + SUFFIX)
        if path.is_dir():
            raise ModelError(f"{visible(path, 60)} is a directory")
        if not path.parent.is_dir():
            raise ModelError(f"there is no directory {visible(path.parent, 60)}")
        path.lstat()
    except FileNotFoundError:
        pass
    except (OSError, RuntimeError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ModelError(f"{visible(typed, 40)} is no name for a file: {visible(reason, 60)}") from error
    return path
