"""What a training came to, as its run tells: what a search by hand is made of."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from tuitrain.errors import RunError, TuitrainError
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.runs.checkpoint import read_about
from tuitrain.runs.finished import MOST_CURVE, Edit, FinishedTraining, Note
from tuitrain.runs.json_values import decode
from tuitrain.runs.line_file import read_lines
from tuitrain.runs.metrics_reading import read_columns
from tuitrain.runs.run import JOURNAL, LAST, METRICS, RUN, Run, read_run, run_paths
from tuitrain.text import visible
from tuitrain.translation import gettext as _

Stamp = tuple[tuple[int, int], ...]  # when files were changed, and their sizes
Known = Mapping[Path, tuple[Stamp, FinishedTraining | None]]
_STATES: Mapping[str, Literal["done", "diverged", "failed"]] = {
    "done": "done", "diverged": "diverged", "failed": "failed",
}  # fmt: skip


def finished_training(run: Run) -> FinishedTraining | None:
    """Return what a run's training came to; None while it is trained, and where no checkpoint was written.

    Raises
    ------
    RunError
        if its files are damaged.
    """
    checkpoint = read_about(run.path / LAST)
    kept = checkpoint.get("live")
    if run.about["kind"] != "training" or run.status == "running" or not isinstance(kept, dict):
        return None
    try:
        return _made(run, kept, checkpoint.get("step", math.inf), _later_notes(run, checkpoint))
    except (TuitrainError, KeyError, TypeError, ValueError) as error:
        raise RunError(
            _("{run}: cannot be read as a trial: {why}").format(run=visible(run.path), why=visible(error, 120))
        ) from None


def _later_notes(run: Run, checkpoint: Mapping[str, Any]) -> tuple[Note, ...]:
    """Return the notes that were made after the checkpoint: the journal has them."""
    lines, _is_cut = read_lines(run.path / JOURNAL)
    notes = [line for line in lines[int(checkpoint["journal"]) :] if line.get("command") == "add_note"]
    return tuple(
        Note(float(checkpoint["epochs"]), int(line["step"]), visible(line["text"], 10**6), visible(line["page"], 100))
        for line in notes
    )


def _made(run: Run, kept: Mapping[str, Any], step: float, later: tuple[Note, ...]) -> FinishedTraining:
    """Return the training of a checkpoint with `kept` values after `step` steps; later edits took no effect."""
    about, progress, facts = run.about, run.progress, run.facts
    part: Literal["validation", "train"] = "validation" if facts.validation else "train"
    name = f"{part}_{about['metric']}"
    columns = read_columns(run.path / METRICS) if progress["epochs"] <= MOST_CURVE else {}
    edits, notes = decode(kept["edits"], tuple[Edit, ...]), decode(kept["notes"], tuple[Note, ...])
    last = Hyperparameters.from_record(kept["stepped_with"])
    best = progress["best_hyperparameters"]
    score = progress["best_score"]
    loss = decode(kept["best_loss"], float)
    return FinishedTraining(
        0, facts, _STATES.get(run.status, "left"), visible(about.get("ending") or ""),
        last if best is None else Hyperparameters.from_record(best), last,
        tuple(edit for edit in edits if edit.step < step), part,
        math.nan if score is None else float(score), loss, progress["epochs"], progress["best_epoch"],
        float(progress["seconds"]),
        tuple(columns[name].tolist() if name in columns else [math.nan] * len(columns.get("epoch", ()))),
        (*notes, *later),
        about["metric"], run.path,
    )  # fmt: skip


def finished_trainings(folder: Path, fingerprint: str, known: Known) -> tuple[Known, list[str]]:
    """Return the trainings on a dataset among the runs of a directory, and what is wrong with those that are damaged.

    The trainings are by path, in the order in which they began, with None for other runs; what has not changed since
    it was `known` is not read again.
    """
    found: dict[Path, tuple[str, Stamp, FinishedTraining | None]] = {}
    problems = []
    for path in run_paths(folder):
        stamp = _stamp(path / RUN) + _stamp(path / LAST) + _stamp(path / JOURNAL)
        try:
            run = read_run(path)
            before = known.get(path)
            if before is not None and before[0] == stamp and (before[1] is not None or run.status == "running"):
                training = before[1]
            else:
                is_same = run.about["kind"] == "training" and run.facts.fingerprint == fingerprint
                training = finished_training(run) if is_same else None
            found[path] = (str(run.about["started"]), stamp, training)
        except RunError as error:
            problems.append(str(error))
    ordered = sorted(found.items(), key=lambda item: (item[1][0], item[0].name))
    return {path: (stamp, training) for path, (_started, stamp, training) in ordered}, problems


def _stamp(path: Path) -> Stamp:
    try:
        about = path.stat()
    except OSError:
        return ((0, 0),)
    return ((about.st_mtime_ns, about.st_size),)
