"""Paths that go on from what was typed, as a shell completes them."""

from __future__ import annotations

import os
from itertools import islice
from pathlib import Path

from tuitrain.data.readers import SUFFIXES

TABLES = SUFFIXES
MOST_ENTRIES = 2000  # of a directory that are looked at


def paths_from(typed: str) -> list[str]:
    """Directories (ending in ``/``) and tables whose path begins with `typed`, as it would be typed; sorted.

    A name that begins with a dot has to be asked for by one. None where there is no such directory.
    """
    folder, _, start = typed.rpartition("/")
    prefix = f"{folder}/" if "/" in typed else ""
    found = []
    try:
        with os.scandir(Path(prefix or ".").expanduser()) as entries:
            for entry in islice(entries, MOST_ENTRIES):
                if entry.name.startswith(start) and (start or not entry.name.startswith(".")):
                    if entry.is_dir():
                        found.append(f"{prefix}{entry.name}/")
                    elif entry.name.lower().endswith(TABLES):
                        found.append(prefix + entry.name)
    except (OSError, RuntimeError, ValueError):
        return []
    return sorted(found, key=lambda path: (path.endswith("/"), path.lower()))


def completed(typed: str) -> str:
    """`typed` with all that the paths which go on from it have in common."""
    return os.path.commonprefix(paths_from(typed)) or typed  # noqa: RUF071 - letters in common, not directories


def is_directory(source: str) -> bool:
    """Whether a source is a directory, which holds tables but is none."""
    try:
        return Path(source).expanduser().is_dir()
    except (OSError, RuntimeError, ValueError):
        return False
