"""What the Runs screen knows of the runs: rows of the table, and the curves of those that are marked.

It is read in a thread beside the screen, and what has not changed on the disk is not read again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuitrain.errors import RunError
from tuitrain.runs.metrics_file import read_epochs
from tuitrain.runs.run import METRICS
from tuitrain.runs.table import NAMES, RunRow, read_rows, sort_rows, with_differences
from tuitrain.runs.where import RowCondition
from tuitrain.search.study.study_row import read_study_rows

Floats = NDArray[np.float64]
OLD_STUDIES = Path("studies")
SORTS = ("-age", "best_score", "name", "epochs", "seconds")
Stamp = tuple[int, int]  # when a file was changed, and its size


@dataclass(frozen=True)
class RunCurves:
    """The course of a run: `epochs` as its file has them, and their columns by name, (E,) each."""

    stamp: Stamp
    epochs: Sequence[Mapping[str, Any]]
    columns: Mapping[str, Floats] = field(default_factory=dict)

    def at(self, epoch: int, name: str) -> float | None:
        """Return a value at an epoch, from 1, as the file has it; None where it has ended before, or has none."""
        if not 0 < epoch <= len(self.epochs):
            return None
        value: float | None = self.epochs[epoch - 1].get(name)
        return value


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
    about = (path / METRICS).stat()
    stamp = about.st_mtime_ns, about.st_size
    if known is not None and known.stamp == stamp:
        return known
    epochs, _is_cut = read_epochs(path / METRICS)
    names = {name for epoch in epochs[:1] for name, value in epoch.items() if not isinstance(value, list)}
    columns = {name: np.array([epoch.get(name, np.nan) for epoch in epochs], np.float64) for name in names}
    return RunCurves(stamp, epochs, columns)
