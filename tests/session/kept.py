"""Trainings that are kept in a run while something fails: helpers of the tests of runs."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from tuitrain.data.dataset import Dataset
from tuitrain.data.loading import load_dataset
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.runs.checkpoint import Checkpoint
from tuitrain.runs.disk import Disk
from tuitrain.runs.metrics_file import read_epochs
from tuitrain.runs.run import BEST, JOURNAL, LAST, METRICS, read_run
from tuitrain.session.commands import JournalEntry, Start
from tuitrain.session.continuation import resume
from tuitrain.session.keeping import Keeper, RunPlace
from tuitrain.session.live_training import LiveTraining

IRIS = load_dataset("iris")
SMALL = Hyperparameters(hidden_layers=(4,), epochs=3, patience=0, dropout=0.2, momentum=0.8)
NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)


class CountingDisk(Disk):
    """Calls `before` with the number of each operation, from 1, and its name; nothing waits for the real disk."""

    def __init__(self, before: Callable[[int, str], None] = lambda number, name: None) -> None:
        self.count, self._before = 0, before

    def _next(self, name: str) -> None:
        self.count += 1
        self._before(self.count, name)

    def make_directory(self, path: Path) -> None:
        self._next("make_directory")
        super().make_directory(path)

    def open(self, path: Path, flags: int) -> int:
        self._next("open")
        return super().open(path, flags)

    def write(self, handle: int, data: bytes) -> None:
        try:
            self._next("write")
        except OSError:
            super().write(handle, data[: len(data) // 2])  # half of it is there, as on a disk that is full
            raise
        super().write(handle, data)

    def sync(self, handle: int) -> None:
        self._next("sync")

    def truncate(self, handle: int, size: int) -> None:
        self._next("truncate")
        super().truncate(handle, size)

    def rename(self, path: Path, other: Path) -> None:
        self._next("rename")
        super().rename(path, other)

    def sync_directory(self, path: Path) -> None:
        self._next("sync_directory")


def ticking() -> Callable[[], float]:
    """Return a clock on which a checkpoint is due whenever it is asked."""
    seconds = iter(range(0, 10**9, 1000))
    return lambda: float(next(seconds))


def place(folder: Path, disk: Disk, name: str = "") -> RunPlace:
    return RunPlace(folder, name, disk=disk, now=lambda: NOON)


def train(live: LiveTraining, keeper: Keeper) -> None:
    """Train to the end, as a session does."""
    keeper.begin(live)
    while keeper.take_due(live.trainer.steps_done):
        pass
    keeper.note(live, JournalEntry(live.trainer.steps_done, Start()))
    while not live.trainer.is_done:
        for _attempt in range(3):
            if not keeper.is_full or keeper.retry(live):
                break
        if live.step() and not live.trainer.is_done:
            keeper.after_epoch(live)
    keeper.end(live, "done")
    if keeper.is_full:
        keeper.end(live, "done")
    keeper.leave()


def train_new(folder: Path, disk: Disk, dataset: Dataset = IRIS) -> Keeper:
    keeper = Keeper(place(folder, disk, "run"), clock=ticking())
    train(LiveTraining(dataset, SMALL), keeper)
    return keeper


def train_on(path: Path, disk: Disk | None = None) -> LiveTraining:
    """Continue a run to its end."""
    disk = disk or CountingDisk()
    found = resume(path, disk)
    live = LiveTraining(found.dataset, found.hyperparameters, continued=found.continuation, given=found.given)
    train(live, Keeper(None, clock=ticking(), continued=found.continued))
    return live


def content(path: Path) -> dict[str, Any]:
    """Return what a run holds, without what no two runs have in common: seconds and times."""
    checkpoint = Checkpoint.read(path / LAST)
    about = {**checkpoint.about, "seconds": 0, "live": {**checkpoint.about["live"], "seconds": 0}}
    epochs, is_cut = read_epochs(path / METRICS)
    run = dict(read_run(path).about)
    return {
        "arrays": {name: (a.dtype.str, a.shape, a.tobytes()) for name, a in checkpoint.state.to_arrays().items()},
        "about": about, "is_cut": is_cut, "journal": (path / JOURNAL).read_bytes(), "best": (path / BEST).read_bytes(),
        "metrics": [{name: np.asarray(e[name], float).tobytes() for name in e if name != "seconds"} for e in epochs],
        "run": {name: value for name, value in run.items() if name not in {"seconds", "started", "ended"}},
        "files": sorted(entry.name for entry in os.scandir(path)),
    }  # fmt: skip


def in_a_child(work: Callable[[], object]) -> int:
    """Run in a forked process; return its exit code."""
    pid = os.fork()
    if not pid:
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
