"""Training one stack of trials to its end: what a worker does.

`M` members: each trial has one for each fold and seed. Everything here is picklable and knows nothing of the study.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuitrain.blas import blas_threads
from tuitrain.engine import Record, Trainer
from tuitrain.errors import TuitrainError
from tuitrain.hyperparameters import Hyperparameters
from tuitrain.search.folds import Fold
from tuitrain.search.halving import Value, survivors
from tuitrain.search.trial import State, is_higher_better

REPORT_SECONDS = 0.04
STOP_SECONDS = 0.3
KEPT_BYTES = 1 << 20  # larger parameters are trained again when they are wanted


@dataclass(frozen=True)
class StackTask:
    """A stack to train: trials by number, all of one structure; `earlier` values at the rungs, for pruning."""

    trials: tuple[tuple[int, Hyperparameters], ...]
    metric: str
    seeds: int = 1
    rungs: tuple[int, ...] = ()
    earlier: Mapping[int, tuple[Value, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """How a trial ended; the fields are those of `Trial`."""

    number: int
    state: State
    score: float
    deviation: float
    loss: float
    epochs: int
    best_epoch: int
    seconds: float
    message: str
    curve: tuple[float, ...]


@dataclass(frozen=True)
class StackResult:
    """What a stack came to: outcomes of the trials that ended, values seen at each rung, member epochs trained.

    `parameters` (P,) float32 are those of the best trial `best`, at its best epoch, where a trial is a single member
    and they are small; else None.
    """

    outcomes: tuple[Outcome, ...]
    rungs: Mapping[int, tuple[Value, ...]]
    member_epochs: int
    seconds: float
    best: int | None = None
    parameters: NDArray[np.float32] | None = None


@dataclass(frozen=True)
class Curves:
    """News of a running stack: its epoch, and for each trial the new values of its curve."""

    epoch: int
    values: Mapping[int, tuple[float, ...]]


class _TrialState:
    """A trial while its stack trains: what each of its members has reached."""

    def __init__(self, number: int, members: int) -> None:
        self.number = number
        self.values = np.full(members, np.nan)  # the metric at each member's best epoch
        self.latest = np.full(members, np.nan)
        self.losses = np.full(members, np.nan)
        self.best_epochs = np.zeros(members, np.int64)
        self.curve: list[float] = []
        self.told = 0
        self.epochs = 0
        self.state: State = "running"
        self.message = ""
        self.seconds = 0.0

    def outcome(self) -> Outcome:
        several = len(self.values) > 1
        return Outcome(
            self.number, self.state, float(self.values.mean()), float(self.values.std(ddof=1)) if several else np.nan,
            float(self.losses.mean()), self.epochs, round(float(self.best_epochs.mean())), self.seconds, self.message,
            tuple(float(f"{value:.6g}") for value in self.curve),
        )  # fmt: skip


def train_stack(
    folds: tuple[Fold, ...], task: StackTask, report: Callable[[object], object], is_stopped: Callable[[], bool]
) -> StackResult:
    """Train the trials of `task` on `folds`; a stop leaves out those that have not ended.

    `report` is called with `Curves`, at most once an epoch and every 40 ms.
    """
    with blas_threads(1):  # whatever the worker: the number of threads changes the bits
        return _StackRun(folds, task).run(report, is_stopped)


class _StackRun:
    def __init__(self, folds: tuple[Fold, ...], task: StackTask) -> None:
        self._task = task
        self._members = len(folds) * task.seeds
        self._trials = [_TrialState(number, self._members) for number, _ in task.trials]
        self._sign = -1.0 if is_higher_better(task.metric) else 1.0
        self._rungs: dict[int, tuple[Value, ...]] = {}
        self._member_epochs = 0
        self._started = time.perf_counter()
        self._best: tuple[Value, int, NDArray[np.float32]] | None = None
        self._rows = [(trial, member) for trial in range(len(self._trials)) for member in range(self._members)]
        hyperparameters = [
            h.replace(seed=h.seed + seed) for _, h in task.trials for _ in folds for seed in range(task.seeds)
        ]
        datasets = [fold for _ in task.trials for fold in folds for _ in range(task.seeds)]
        self._trainer: Trainer | None = None
        try:
            self._trainer = Trainer(datasets, hyperparameters)
        except TuitrainError as error:
            for trial in self._trials:
                trial.state, trial.message = "failed", str(error)

    def run(self, report: Callable[[object], object], is_stopped: Callable[[], bool]) -> StackResult:
        trainer, next_report, next_look = self._trainer, 0.0, 0.0
        while trainer is not None and self._rows:
            now = time.perf_counter()
            if now >= next_look:
                if is_stopped():
                    break
                next_look = now + STOP_SECONDS
            record = trainer.step()
            if record is None:
                continue
            self._note(trainer, record)
            self._drop(trainer)
            now = time.perf_counter()
            if now >= next_report:
                self._tell(record.epoch, report)
                next_report = now + REPORT_SECONDS
            next_look = min(next_look, now + STOP_SECONDS) if now < next_look else 0.0
        return self._result()

    def _result(self) -> StackResult:
        done = tuple(trial.outcome() for trial in self._trials if trial.state != "running")
        found = {"best": self._best[1], "parameters": self._best[2]} if self._best else {}
        return StackResult(done, self._rungs, self._member_epochs, time.perf_counter() - self._started, **found)  # type: ignore[arg-type]

    def _note(self, trainer: Trainer, record: Record) -> None:
        """Take down what the epoch came to for each member, and see which trials have ended or are pruned."""
        values = self._values(trainer, record)
        self._member_epochs += sum(not self._has_ended(trial) for trial, _ in self._rows)
        for place, (index, member) in enumerate(self._rows):
            trial = self._trials[index]
            if trial.epochs >= record.epoch and self._has_ended(index):
                continue
            trial.epochs = record.epoch
            if trainer.progress.best_epoch[place] == record.epoch:
                trial.values[member] = values[place]
                trial.losses[member] = record.validation_loss[place]
                trial.best_epochs[member] = record.epoch
            if record.endings[place] in {"", "epochs", "patience"} and np.isfinite(record.validation_loss[place]):
                trial.latest[member] = values[place]
        for index in dict.fromkeys(index for index, _ in self._rows):
            if not self._has_ended(index):
                self._trials[index].curve.append(float(self._trials[index].latest.mean()))
        self._end_trials(trainer, record)
        if record.epoch in self._task.rungs:
            self._prune(record.epoch)

    def _values(self, trainer: Trainer, record: Record) -> Any:
        metric = self._task.metric
        if metric == "loss":
            return record.validation_loss
        if metric in record.metrics:
            return record.metrics[metric]
        nothing = np.full(len(record.train_loss), np.nan)
        assert trainer.validation is not None
        return trainer.validation.all_metrics().get(metric, nothing) if record.metrics else nothing

    def _has_ended(self, index: int) -> bool:
        return self._trials[index].state != "running"

    def _end_trials(self, trainer: Trainer, record: Record) -> None:
        places: dict[int, list[int]] = {}
        for place, (index, _) in enumerate(self._rows):
            places.setdefault(index, []).append(place)
        for index, own in places.items():
            trial = self._trials[index]
            diverged = [trainer.progress.divergences[place] for place in own if record.endings[place] == "diverged"]
            if self._has_ended(index) or not (diverged or all(record.endings[place] for place in own)):
                continue
            trial.state = "finished"
            if diverged:
                assert diverged[0] is not None
                trial.state, trial.message = "failed", diverged[0].message
            elif not np.isfinite(trial.values).all():
                trial.state = "failed"
                trial.message = f"{self._task.metric} is not defined on the validation rows"
            trial.seconds = time.perf_counter() - self._started
            if trial.state == "finished":
                self._keep_best(trial, trainer, own[0])

    def _keep_best(self, trial: _TrialState, trainer: Trainer, place: int) -> None:
        value = self._value(trial)
        if self._members > 1 or trainer.network.parameters[0].nbytes > KEPT_BYTES:
            return
        if self._best is None or (value, trial.number) < self._best[:2]:
            self._best = (value, trial.number, trainer.progress.best_parameters[place].copy())

    def _value(self, trial: _TrialState) -> Value:
        return self._sign * float(trial.values.mean()), float(trial.losses.mean())

    def _prune(self, epoch: int) -> None:
        """Record every trial that has come this far, then end those that are not among the best third."""
        running = {trial.number: self._value(trial) for trial in self._trials if trial.state == "running"}
        ended = [self._value(trial) for trial in self._trials if trial.state == "finished" and trial.epochs == epoch]
        self._rungs[epoch] = (*running.values(), *ended)
        kept = survivors(running, [*self._task.earlier.get(epoch, ()), *ended])
        for trial in self._trials:
            if trial.number in running and trial.number not in kept:
                trial.state = "pruned"
                trial.seconds = time.perf_counter() - self._started

    def _drop(self, trainer: Trainer) -> None:
        """Let members leave the stack when their trial has ended, or they have."""
        endings = trainer.progress.endings
        kept = [
            place for place, (index, _) in enumerate(self._rows) if not self._has_ended(index) and not endings[place]
        ]
        if len(kept) < len(self._rows):
            self._rows = [self._rows[place] for place in kept]
            if kept:
                trainer.select(kept)

    def _tell(self, epoch: int, report: Callable[[object], object]) -> None:
        news = {}
        for trial in self._trials:
            if len(trial.curve) > trial.told:
                news[trial.number] = tuple(trial.curve[trial.told :])
                trial.told = len(trial.curve)
        if news:
            report(Curves(epoch, news))
