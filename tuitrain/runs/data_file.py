"""A dataset as a file of a run, for data that cannot be read again: from standard input, a pipe or arrays.

A safetensors file: the arrays of each part, and in the metadata under ``tuitrain_data`` the rest as JSON, with a
SHA-256 over both under ``sha256``.
"""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import numpy as np

from tuitrain.data.dataset import Dataset, Part
from tuitrain.data.loading import STANDARD_INPUT
from tuitrain.data.preprocessing import Preprocessing
from tuitrain.errors import RunError
from tuitrain.runs.checkpoint import digest
from tuitrain.runs.files import open_regular
from tuitrain.text import visible
from tuitrain.translation import gettext as _

KEY, DIGEST = "tuitrain_data", "sha256"
PARTS = ("train", "validation", "test")
_ARRAYS = ("X", "y", "rows", "blocks")
_PLAIN = (
    "name", "source", "task", "feature_names", "target_name", "class_names", "target_mean", "target_scale", "notices",
    "fingerprint", "split",
)  # fmt: skip


def can_be_read_again(dataset: Dataset) -> bool:
    """Return whether its source and options give the dataset again, as far as can be known now."""
    if not dataset.options or dataset.source == "-" or dataset.source in STANDARD_INPUT:
        return False
    files = [dataset.source, dataset.options.get("test_file")]
    try:
        return not any(Path(file).is_fifo() for file in files if file)
    except (OSError, ValueError):
        return True


def to_bytes(dataset: Dataset) -> bytes:
    """Return a dataset as the content of a file."""
    from safetensors.numpy import save  # noqa: PLC0415  (it costs start-up time)

    parts = {name: getattr(dataset, name) for name in PARTS}
    arrays = {
        f"{name}.{array}": np.ascontiguousarray(getattr(part, array))
        for name, part in parts.items() for array in _ARRAYS if getattr(part, array) is not None
    }  # fmt: skip
    about = {name: getattr(dataset, name) for name in _PLAIN}
    about |= {"preprocessing": dataset.preprocessing.to_json(), "options": dict(dataset.options)}
    text = json.dumps(about, ensure_ascii=False)
    return save(arrays, {KEY: text, DIGEST: digest(text, arrays)})


def read_dataset(path: Path) -> Dataset:
    """Read a dataset that `to_bytes` made a file of.

    Raises
    ------
    RunError
        if it cannot be read, or is damaged.
    """
    from safetensors import SafetensorError  # noqa: PLC0415
    from safetensors.numpy import load  # noqa: PLC0415

    try:
        with open_regular(path) as file:
            data = file.read()
        (length,) = struct.unpack("<Q", data[:8])
        metadata = json.loads(data[8 : 8 + length])["__metadata__"]
        arrays = load(data)
        if metadata[DIGEST] != digest(metadata[KEY], arrays):
            raise ValueError(_("the content does not match its digest"))
        about: dict[str, Any] = json.loads(metadata[KEY])
        parts: dict[str, Any] = {
            name: Part(*(arrays.get(f"{name}.{array}") for array in _ARRAYS))  # type: ignore[arg-type]
            for name in PARTS
        }
        preprocessing = Preprocessing.from_json(about.pop("preprocessing"))
        values: Any = {name: tuple(value) if isinstance(value, list) else value for name, value in about.items()}
        return Dataset(**parts, preprocessing=preprocessing, **values)
    except (OSError, struct.error, ValueError, KeyError, TypeError, RecursionError, SafetensorError) as error:
        raise RunError(_("{path}: cannot be read: {why}").format(path=visible(path), why=visible(error, 120))) from None
