"""From the name of a run to its path: the only place where the one becomes the other."""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Iterator
from pathlib import Path

from tuitrain.errors import RunError
from tuitrain.text import quoted
from tuitrain.translation import gettext as _

MOST_BYTES = 200  # of a name; file systems allow 255, and a file beside it has a longer one
MOST_LETTERS = 60  # of a dataset's name in a run's


def run_path(folder: Path, name: str) -> Path:
    """Return the path of the run `name` in a runs directory.

    Raises
    ------
    RunError
        if the name is empty or too long, begins with a point (as `.` and `..` do), or holds a separator or a control
        character.
    """
    why = ""
    if not name.strip():
        why = _("is empty")
    elif name.startswith("."):
        why = _("begins with a point")
    elif any(sign in name for sign in "/\\"):
        why = _("holds a separator of directories")
    elif not name.isprintable():
        why = _("holds a control character")
    elif len(os.fsencode(name)) > MOST_BYTES:
        why = _("is longer than {most} bytes").format(most=MOST_BYTES)
    if why:
        raise RunError(_("the run's name {name} {why}; a name is a single word or file name").format(
            name=quoted(name), why=why))  # fmt: skip
    return folder / name


def dataset_stem(source: str) -> str:
    """Return what a run on a dataset is named after: ``moons?n=1000`` gives ``moons-n-1000``, ``-`` gives ``stdin``."""
    if source == "-":
        return "stdin"
    stem = re.sub(r"\.[A-Za-z]\w*$", "", source.rpartition("/")[2])
    letters = re.sub(r"[^\w-]+", "-", stem).strip("-_")[:MOST_LETTERS]
    return os.fsencode(letters)[:MOST_BYTES].decode(errors="ignore") or "data"


def default_names(source: str, stamp: str) -> Iterator[str]:
    """Yield DATASET-STAMP, then the same with numbers from 2 behind it."""
    first = f"{dataset_stem(source)}-{stamp}"
    yield first
    for number in itertools.count(2):
        yield f"{first}-{number}"
