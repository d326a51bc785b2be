"""Paths that people name, and files that are written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from tuitrain.errors import ModelError
from tuitrain.text import quoted, visible


def expanded(path: str | os.PathLike[str]) -> Path:
    """The path with ``~`` and ``~user`` as their directories.

    Raises
    ------
    ModelError
        if there is no such user, or no name for a file.
    """
    try:
        return Path(path).expanduser()
    except RuntimeError as error:
        user = quoted(Path(path).parts[0])
        raise ModelError(
            f"{visible(path)}: {user} is no user's directory; write ./~ for a name that begins so"
        ) from error


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that there is never half of it.

    Raises
    ------
    ModelError
        if it cannot be written.
    """
    made = ""
    try:
        handle, made = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:100]}.")
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(made).chmod(0o644)
        Path(made).replace(path)
    except (OSError, ValueError) as error:
        if made:
            Path(made).unlink(missing_ok=True)
        raise ModelError(f"{visible(path)}: cannot be written: {reason(error)}") from error


def reason(error: OSError | ValueError) -> str:
    """Why a path could not be used, in the system's words."""
    return (isinstance(error, OSError) and error.strerror) or str(error)
