"""Train from Python and keep a run."""

from __future__ import annotations

import os
import time
import warnings
from collections.abc import Callable
from pathlib import Path

from tuitrain.data.dataset import Dataset
from tuitrain.diagnosis.recording import Recording
from tuitrain.diagnosis.rules import findings
from tuitrain.engine import Record
from tuitrain.engine.threads import blas_threads, choose_threads
from tuitrain.errors import RunError
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.runs.names import run_path
from tuitrain.runs.run import taken
from tuitrain.runs.scores import evaluations_of
from tuitrain.session.commands import JournalEntry, Start
from tuitrain.session.keeping import Keeper, RunPlace
from tuitrain.session.live_training import LiveTraining
from tuitrain.session.train import Result, ends, result_of

FOLDER = Path("runs")
FULL_SECONDS = 1.0  # between two looks whether the disk has room again


def train_kept(
    dataset: Dataset, hyperparameters: Hyperparameters, on_epoch: Callable[[Record], object] | None, *, threads: int,
    run: bool | str | os.PathLike[str],
) -> Result:  # fmt: skip
    """Train as `train` does, in a run; what could not be written is warned of."""
    live = LiveTraining(dataset, hyperparameters)
    keeper = Keeper(_place(run), clock=time.perf_counter)
    records: list[Record] = []
    recording = Recording(live.trainer, live.members.shown_dataset)
    how = ""
    try:
        with blas_threads(threads or choose_threads(live.trainer.network.layer_sizes)):
            keeper.begin(live)
            keeper.note(live, JournalEntry(0, Start()))
            live.start_clock()
            while not live.trainer.is_done and not how:
                how = _epoch(live, keeper, records, recording, on_epoch)
            live.stop_clock()
            _end(live, keeper, how)
    except BaseException:
        live.stop_clock()
        keeper.end(live, "interrupted")
        raise
    finally:
        keeper.leave()
        for problem in keeper.problems:
            warnings.warn(problem, stacklevel=3)
    found = tuple(findings(recording.course()))
    return result_of(
        live.members, hyperparameters, history=records, seconds=live.seconds, findings=found, run=keeper.kept_in
    )


def _place(run: bool | str | os.PathLike[str]) -> RunPlace:
    if run is True:
        return RunPlace(FOLDER)
    path = Path(run).expanduser()  # type: ignore[arg-type]
    run_path(path.parent, path.name)
    if os.path.lexists(path):
        raise RunError(taken(path))
    return RunPlace(path.parent, path.name)


def _epoch(
    live: LiveTraining, keeper: Keeper, records: list[Record], recording: Recording,
    on_epoch: Callable[[Record], object] | None,
) -> str:  # fmt: skip
    """Train an epoch and keep it; return how training is to end, "" if it goes on."""
    while keeper.is_full and not keeper.retry(live):
        time.sleep(FULL_SECONDS)
    while not live.step():
        pass
    record = live.last_record
    recording.epoch(record, live.members.shown_dataset)
    if record.endings[0] != "diverged":
        records.append(record)
    if not live.trainer.is_done:
        keeper.after_epoch(live)
    return ends(on_epoch(record)) if on_epoch is not None else ""


def _end(live: LiveTraining, keeper: Keeper, how: str) -> None:
    if how == "cancel":
        keeper.discard()
    elif how == "stop" and not live.trainer.is_done:
        keeper.end(live, "paused")
    elif live.trainer.is_done:
        state, ending = live.ending()
        found = live.describe(ending) if state == "done" else {}
        keeper.end(live, state, ending=ending, evaluations=evaluations_of(found))
    else:
        found = live.describe("")
        keeper.end(live, "stopped", evaluations=evaluations_of(found))
