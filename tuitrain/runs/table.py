"""All runs as rows of one table: what is found, sorted, filtered and compared."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tuitrain.errors import RunError
from tuitrain.options.hyperparameters import FIELDS
from tuitrain.options.metric_names import LOSS
from tuitrain.options.search_settings import HIGHER_IS_BETTER
from tuitrain.runs.run import Run, read_run, run_paths
from tuitrain.text import quoted, suggest
from tuitrain.translation import gettext as _

COLUMNS = (
    "name", "kind", "status", "dataset", "epochs", "best_epoch", "best_score", "metric", "edits", "seconds", "age",
    "note",
)  # fmt: skip
METRICS = tuple(HIGHER_IS_BETTER)
PARTS = ("train", "validation", "test")
SCORES = tuple(f"{part}_{metric}" for part in PARTS for metric in METRICS)
NAMES = tuple(dict.fromkeys((*COLUMNS, *SCORES, *FIELDS)))


@dataclass(frozen=True)
class RunRow:
    """A run as a row: `values` by name for conditions and sorting.

    `hyperparameters` are those of the best epoch. `values` has every one of `COLUMNS` that is known, each score that
    was measured and each hyperparameter; `epochs` are those that were trained. `started` is when it began.
    """

    path: Path
    values: Mapping[str, Any]
    hyperparameters: Mapping[str, Any]
    started: datetime | None
    differences: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The name of its directory."""
        return self.path.name

    def to_json(self) -> dict[str, Any]:
        """Convert to the JSON object that ``tuitrain runs --json`` prints."""
        values = self.values
        return {
            "name": self.name, "kind": values["kind"], "status": values["status"], "dataset": values["dataset"],
            "epochs": values["epochs"], "metric": values["metric"], "best_score": values.get("best_score"),
            "edits": values["edits"], "seconds": values["seconds"],
            "started": self.started.isoformat() if self.started is not None else "",
            "path": str(self.path.absolute()), "hyperparameters": dict(self.hyperparameters),
        }  # fmt: skip


def row_of(run: Run, now: datetime) -> RunRow:
    """Return a run as a row."""
    about, progress = run.about, run.progress
    started = moment(about["started"])
    hyperparameters = {**about["hyperparameters"], **(progress["best_hyperparameters"] or {})}
    scores = {
        f"{part}_{metric}": _finite(value)
        for part, found in about.get("evaluations", {}).items() for metric, value in found.items()
    }  # fmt: skip
    best, metric = _finite(progress["best_score"]), about["metric"]
    part = "validation" if about["dataset"].get("validation") else "train"
    measured = {f"{part}_{metric}": best}
    watched = hyperparameters.get("metric")
    if (by_watched := scores.get(f"{part}_{watched}")) is not None and watched != LOSS:
        best, metric = by_watched, watched
    values = {
        **hyperparameters, **measured, **scores,
        "name": run.name, "kind": about["kind"], "status": run.status, "dataset": str(about["dataset"].get("name", "")),
        "epochs": progress["epochs"], "best_epoch": progress["best_epoch"], "best_score": best,
        "metric": metric, "edits": progress["edits"], "seconds": _finite(progress["seconds"]) or 0.0,
        "age": (now - started).total_seconds() if started is not None else None, "note": about.get("note"),
    }  # fmt: skip
    return RunRow(run.path, {k: v for k, v in values.items() if v is not None}, hyperparameters, started)


def moment(text: str) -> datetime | None:
    """Return a moment from its ISO 8601 text; None where it is none."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


def _finite(value: Any) -> float | int | None:
    return value if isinstance(value, int | float) and math.isfinite(value) else None


def read_rows(folder: Path, now: datetime) -> tuple[list[RunRow], list[str]]:
    """Return the trainings in a directory as rows, and what is wrong with the runs that cannot be read."""
    rows, problems = [], []
    for path in run_paths(folder):
        try:
            if (run := read_run(path)).about["kind"] == "training":
                rows.append(row_of(run, now))
        except RunError as error:
            problems.append(str(error))
    return rows, problems


def with_differences(rows: Sequence[RunRow]) -> list[RunRow]:
    """Return rows with what each differs in from the others on its dataset: from the usual value of each field."""
    groups: dict[Any, list[RunRow]] = {}
    for row in rows:
        groups.setdefault((row.values["kind"], row.values["dataset"]), []).append(row)
    usual = {key: {name: _usual(name, group) for name in FIELDS} for key, group in groups.items()}
    found = []
    for row in rows:
        base = usual[row.values["kind"], row.values["dataset"]]
        differing = {n: v for n, v in row.hyperparameters.items() if n in base and repr(v) != base[n]}
        found.append(RunRow(row.path, row.values, row.hyperparameters, row.started, differing))
    return found


def _usual(name: str, rows: Sequence[RunRow]) -> str:
    """Return the value that most rows have, as `repr` writes it; among equally many the first."""
    return Counter(repr(row.hyperparameters.get(name)) for row in rows).most_common(1)[0][0]


def check_column(name: str) -> str:
    """Return the name of a column.

    Raises
    ------
    RunError
        if there is none of that name.
    """
    if name not in NAMES:
        raise RunError(_("there is no column {name}: {hint}").format(name=quoted(name), hint=suggest(name, NAMES)))
    return name


def sort_rows(rows: Sequence[RunRow], by: str) -> list[RunRow]:
    """Sort by a column, texts from a, numbers from the largest; a ``-`` before it turns that round.

    Rows without a value come last.

    Raises
    ------
    RunError
        if there is no such column.
    """
    column = check_column(by.removeprefix("-"))
    is_turned = by.startswith("-")
    known = [row for row in rows if row.values.get(column) is not None]
    texts = [row for row in known if isinstance(row.values[column], str)]
    numbers = [row for row in known if not isinstance(row.values[column], str)]
    texts.sort(key=lambda row: str(row.values[column]), reverse=is_turned)
    numbers.sort(key=lambda row: float(row.values[column]), reverse=not is_turned)
    return [*numbers, *texts, *(row for row in rows if row.values.get(column) is None)]
