"""A study as a row of the table of runs."""

from __future__ import annotations

import dataclasses
import math
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tuitrain.errors import TuitrainError
from tuitrain.runs.holder import is_held
from tuitrain.runs.run import RUN, read_run
from tuitrain.runs.table import RunRow, row_of
from tuitrain.search.study.study import Study
from tuitrain.search.study.study_file import NAME
from tuitrain.search.study.study_run import progress_of


def read_study_rows(folder: Path, now: datetime) -> tuple[list[RunRow], list[str]]:
    """Return the searches in a directory as rows, and what is wrong with those that cannot be read."""
    rows, problems = [], []
    try:
        paths = sorted(path for path in folder.iterdir() if (path / NAME).is_file())
    except OSError:
        return [], []
    for path in paths:
        try:
            rows.append(study_row(Study(path), now))
        except TuitrainError as error:
            problems.append(str(error))
    return rows, problems


def study_row(study: Study, now: datetime) -> RunRow:
    """Return a study as a row: its best trial's score and hyperparameters; `epochs` are those of all its trials.

    What its trials tell is read from the journal, since ``run.json`` is written when a search ends.
    """
    if (study.path / RUN).exists():
        run = read_run(study.path)
        return row_of(dataclasses.replace(run, about={**run.about, **progress_of(study)}), now)
    best, trials = study.best, study.trials
    if is_held(study.path):
        status = "running"
    elif any(not trial.is_done for trial in trials):
        status = "interrupted"
    else:
        status = "done" if any(trial.state == "finished" for trial in trials) else "failed"
    started = datetime.fromtimestamp((study.path / NAME).stat().st_mtime, UTC).replace(microsecond=0)
    hyperparameters = (study.space.base if best is None else study.hyperparameters(best)).to_mapping()
    score = best.score if best is not None and math.isfinite(best.score) else None
    metric = study.settings.metric
    values: dict[str, Any] = {
        **hyperparameters, f"validation_{metric}": score, "name": study.path.name, "kind": "search", "status": status,
        "dataset": Path(study.source.source).name, "epochs": sum(trial.epochs for trial in trials),
        "best_epoch": best.best_epoch if best is not None else 0, "best_score": score, "metric": metric, "edits": 0,
        "seconds": study.seconds, "age": (now - started).total_seconds(),
    }  # fmt: skip
    return RunRow(study.path, {k: v for k, v in values.items() if v is not None}, hyperparameters, started)
