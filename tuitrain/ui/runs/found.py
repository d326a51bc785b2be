"""What the Runs screen knows of the runs: rows of the table, and the curves of those that are marked.

It is read in a thread beside the screen, and what has not changed on the disk is not read again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tuitrain.errors import RunError
from tuitrain.runs.files import open_regular
from tuitrain.runs.metrics_reading import read_blocks
from tuitrain.runs.run import METRICS
from tuitrain.runs.table import NAMES, RunRow, read_rows, sort_rows, with_differences
from tuitrain.runs.where import RowCondition
from tuitrain.search.study.study_row import read_study_rows

Floats = NDArray[np.float64]
OLD_STUDIES = Path("studies")
SORTS = ("-age", "best_score", "name", "epochs", "seconds")
NOT_DRAWN = frozenset({"train_loss", "learning_rate", "gradient_norm"})
TAIL = 400  # bytes: about a line
Stamp = tuple[int, int]  # when a file was changed, and its size


@dataclass(frozen=True)
class RunCurves:
    """The course of a run of `length` epochs: what is drawn and read of it, `columns` by name, (length,) each.

    `offset` is where the lines that were read end, `tail` what they end with: a file that goes on behind it is only
    read from there.
    """

    stamp: Stamp
    length: int = 0
    columns: Mapping[str, Floats] = field(default_factory=dict)
    offset: int = 0
    tail: bytes = b""

    def column(self, name: str) -> Floats | None:
        """Return a column, None where there is none; ``epoch`` counts from 1."""
        return np.arange(1.0, self.length + 1.0) if name == "epoch" else self.columns.get(name)

    def at(self, epoch: int, name: str) -> float | None:
        """Return a value at an epoch, from 1, as the file has it; None where it has ended before, or has none."""
        column = self.columns.get(name)
        return float(column[epoch - 1]) if column is not None and 0 < epoch <= self.length else None


@dataclass(frozen=True)
class FoundRuns:
    """The runs of a directory, as they were read: rows, sorted `by` a column, problems, curves by path."""

    rows: tuple[RunRow, ...] = ()
    problems: tuple[str, ...] = ()
    curves: Mapping[Path, RunCurves] = field(default_factory=dict)
    by: str = ""


def find_runs(folder: Path, by: str, where: str, marked: Sequence[Path], known: Mapping[Path, RunCurves]) -> FoundRuns:
    """Read the runs of a directory, and the curves of those that are marked and have changed."""
    now = datetime.now().astimezone()
    rows, problems = read_rows(folder, now)
    for place in dict.fromkeys((folder, OLD_STUDIES)):
        found, wrong = read_study_rows(place, now)
        rows, problems = rows + found, problems + wrong
    condition = RowCondition(where, NAMES) if where else None
    chosen = [row for row in rows if condition is None or condition.holds(row.values)]
    curves = {}
    for path in marked:
        try:
            curves[path] = _curves(path, known.get(path))
        except (OSError, RunError) as error:
            problems.append(str(error))
    return FoundRuns(tuple(sort_rows(with_differences(chosen), by)), tuple(problems), curves, by)


def _curves(path: Path, known: RunCurves | None) -> RunCurves:
    file = path / METRICS
    about = file.stat()
    stamp = about.st_mtime_ns, about.st_size
    if known is not None and known.stamp == stamp:
        return known
    if known is None or not _goes_on(file, known):
        known = RunCurves(stamp)
    offset, length, parts = known.offset, known.length, [dict(known.columns)] * bool(known.length)
    for block in read_blocks(file, offset=offset, first=length + 1, with_layers=False):
        offset, length = offset + block.size, length + len(block.steps)
        read = {name: values for name, values in block.columns.items() if name not in NOT_DRAWN}
        parts.append({**read, "step": np.array(block.steps, np.float64)})
    names = dict.fromkeys(name for part in parts for name in part)
    sizes = [len(part["step"]) for part in parts]
    columns = {name: _joined(name, parts, sizes) for name in names}
    return RunCurves(stamp, length, columns, offset, _tail(file, offset))


def _joined(name: str, parts: Sequence[dict[str, Floats]], sizes: Sequence[int]) -> Floats:
    """Take a column out of its parts, so that it is there twice only while it is joined."""
    return np.concatenate([part.pop(name, np.full(size, np.nan)) for part, size in zip(parts, sizes, strict=True)])


def _goes_on(file: Path, known: RunCurves) -> bool:
    """Whether what was read of a file is still there, and only something behind it is new."""
    return file.stat().st_size >= known.offset and _tail(file, known.offset) == known.tail


def _tail(path: Path, offset: int) -> bytes:
    with open_regular(path) as file:
        file.seek(max(0, offset - TAIL))
        return bytes(file.read(min(TAIL, offset)))
