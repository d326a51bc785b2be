"""Train one stack of trials to its end: the work of a worker.

`M` members: each trial has one for each fold and seed. Everything here is picklable and knows nothing of the study.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuitrain.engine import Record, Trainer
from tuitrain.engine.floating_point import training_arithmetic
from tuitrain.engine.threads import blas_threads
from tuitrain.errors import TuitrainError
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.search.folds import Fold
from tuitrain.search.halving import Value, survivors
from tuitrain.search.study.trial import State, is_higher_better
from tuitrain.translation import gettext as _

Array = NDArray[Any]
REPORT_SECONDS = 0.04
STOP_SECONDS = 0.3
FROM_DECISIONS = frozenset({"loss", "accuracy", "r2", "rmse", "mae"})  # need no outputs of the last layer
KEPT_BYTES = 1 << 20  # networks with more parameters are trained again if they are needed


@dataclass(frozen=True)
class StackTask:
    """A stack to train: trials by number, all of one structure; `earlier` holds rung values for pruning."""

    trials: tuple[tuple[int, Hyperparameters], ...]
    metric: str
    seeds: int = 1
    rungs: tuple[int, ...] = ()
    earlier: Mapping[int, tuple[Value, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class TrialOutcome:
    """The result of one trial; the fields are those of `Trial`."""

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
    """The results of a stack: outcomes of the trials that ended, values at each rung, member epochs trained.

    `parameters` (P,) float32 are those of the best trial `best` at its best epoch, if a trial is a single member and
    they are few; else None.
    """

    outcomes: tuple[TrialOutcome, ...]
    rungs: Mapping[int, tuple[Value, ...]]
    member_epochs: int
    seconds: float
    best: int | None = None
    parameters: NDArray[np.float32] | None = None


@dataclass(frozen=True)
class Curves:
    """A report from a running stack: its epoch, and the new values of each trial's curve."""

    epoch: int
    values: Mapping[int, tuple[float, ...]]


class _TrialState:
    """A trial while its stack trains; its rows of the stack's arrays hold what each member has reached."""

    def __init__(self, number: int, values: Array, losses: Array, best_epochs: Array) -> None:
        self.number = number
        self.values = values  # (members,): the metric at each member's best epoch
        self.losses = losses
        self.best_epochs = best_epochs
        self.curve: list[float] = []
        self.reported = 0
        self.epochs = 0
        self.state: State = "running"
        self.message = ""
        self.seconds = 0.0

    def outcome(self) -> TrialOutcome:
        several = len(self.values) > 1
        return TrialOutcome(
            self.number, self.state, float(self.values.mean()), float(self.values.std(ddof=1)) if several else np.nan,
            float(self.losses.mean()), self.epochs, round(float(self.best_epochs.mean())), self.seconds, self.message,
            tuple(float(f"{value:.6g}") for value in self.curve),
        )  # fmt: skip


def train_stack(
    folds: tuple[Fold, ...], task: StackTask, report: Callable[[object], object], is_stopped: Callable[[], bool]
) -> StackResult:
    """Train the trials of `task` on `folds`; if stopped, leave out those that have not ended.

    `report` is called with `Curves` at most once an epoch and once every 40 ms.
    """
    with blas_threads(1), training_arithmetic:  # one on every kind of worker: the number of threads changes the bits
        return _StackRun(folds, task).run(report, is_stopped)


class _StackRun:
    """A stack in training. Arrays are (trials, members of a trial); a row of the trainer's stack is a place in them."""

    def __init__(self, folds: tuple[Fold, ...], task: StackTask) -> None:
        self._task = task
        self._members = len(folds) * task.seeds
        self._positive = folds[0].positive
        shape = (len(task.trials), self._members)
        self._values, self._latest, self._losses = (np.full(shape, np.nan) for _ in range(3))
        self._best_epochs = np.zeros(shape, np.int64)
        self._trials = [
            _TrialState(number, *arrays)
            for (number, _), *arrays in zip(
                task.trials, self._values, self._losses, self._best_epochs, strict=True
            )
        ]  # fmt: skip
        self._sign = -1.0 if is_higher_better(task.metric) else 1.0
        self._rungs: dict[int, tuple[Value, ...]] = {}
        self._member_epochs = 0
        self._started = time.perf_counter()
        self._best: tuple[Value, int, NDArray[np.float32]] | None = None
        self._rows = np.arange(self._values.size)  # places of the members still training
        hyperparameters = [
            h.replace(seed=h.seed + seed) for _, h in task.trials for _ in folds for seed in range(task.seeds)
        ]
        datasets = [fold for _ in task.trials for fold in folds for _ in range(task.seeds)]
        self._trainer: Trainer | None = None
        try:
            self._trainer = Trainer(datasets, hyperparameters, is_probed=False)
            self._keep_outputs(self._trainer)
        except TuitrainError as error:
            for trial in self._trials:
                trial.state, trial.message = "failed", str(error)

    def run(self, report: Callable[[object], object], is_stopped: Callable[[], bool]) -> StackResult:
        trainer, next_report, next_look = self._trainer, 0.0, 0.0
        while trainer is not None and len(self._rows):
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
                self._report(record.epoch, report)
                next_report = now + REPORT_SECONDS
            next_look = min(next_look, now + STOP_SECONDS) if now < next_look else 0.0
        return self._result()

    def _result(self) -> StackResult:
        done = tuple(trial.outcome() for trial in self._trials if trial.state != "running")
        found = {"best": self._best[1], "parameters": self._best[2]} if self._best else {}
        return StackResult(done, self._rungs, self._member_epochs, time.perf_counter() - self._started, **found)  # type: ignore[arg-type]

    def _note(self, trainer: Trainer, record: Record) -> None:
        """Record the epoch for each member, and end the trials that have finished or are pruned."""
        metric = self._metric(trainer, record)
        self._member_epochs += len(self._rows)
        is_best = trainer.early_stopping.best_epoch == record.epoch
        best = self._rows[is_best]
        self._values.flat[best] = metric[is_best]
        self._losses.flat[best] = record.validation_loss[is_best]
        self._best_epochs.flat[best] = record.epoch
        is_finite = np.isfinite(record.validation_loss)
        self._latest.flat[self._rows[is_finite]] = metric[is_finite]
        means = self._latest.mean(axis=1)
        for index in self._present():
            self._trials[index].epochs = record.epoch
            self._trials[index].curve.append(float(means[index]))
        if any(record.endings):
            self._end_trials(trainer, record)
        if record.epoch in self._task.rungs:
            self._prune(record.epoch)

    def _keep_outputs(self, trainer: Trainer) -> None:
        """Let evaluations keep what the metric is computed from."""
        if trainer.validation is not None and self._task.metric not in FROM_DECISIONS:
            trainer.validation.keeps_outputs = True

    def _present(self) -> list[int]:
        """Return the trials that have members in the stack."""
        found: list[int] = np.unique(self._rows // self._members).tolist()
        return found

    def _metric(self, trainer: Trainer, record: Record) -> Array:
        metric = self._task.metric
        if metric == "loss":
            return record.validation_loss
        if metric in record.metrics:
            return record.metrics[metric]
        nothing = np.full(len(record.train_loss), np.nan)
        assert trainer.validation is not None
        if not record.metrics:
            return nothing
        found = trainer.validation.all_metrics()
        if metric in found and (self._positive is None or metric in FROM_DECISIONS):
            return found[metric]
        return trainer.validation.member_scores(metric, positive=self._positive)

    def _end_trials(self, trainer: Trainer, record: Record) -> None:
        """End the trials in which a member has diverged or all members have ended."""
        owners = self._rows // self._members
        for index in self._present():
            trial, own = self._trials[index], np.flatnonzero(owners == index).tolist()
            divergences = trainer.early_stopping.divergences
            diverged = [divergences[place] for place in own if record.endings[place] == "diverged"]
            if not (diverged or all(record.endings[place] for place in own)):
                continue
            trial.state = "finished"
            if diverged:
                assert diverged[0] is not None
                trial.state, trial.message = "failed", diverged[0].message
            elif not np.isfinite(trial.values).all():
                trial.state = "failed"
                trial.message = _("{metric} is not defined on the validation rows").format(metric=self._task.metric)
            trial.seconds = time.perf_counter() - self._started
            if trial.state == "finished":
                self._keep_best(trial, trainer, own[0])

    def _keep_best(self, trial: _TrialState, trainer: Trainer, place: int) -> None:
        value = self._value(trial)
        if self._members > 1 or trainer.network.parameters[0].nbytes > KEPT_BYTES:
            return
        if self._best is None or (value, trial.number) < self._best[:2]:
            self._best = (value, trial.number, trainer.early_stopping.best_parameters[place].copy())

    def _value(self, trial: _TrialState) -> Value:
        return self._sign * float(trial.values.mean()), float(trial.losses.mean())

    def _prune(self, epoch: int) -> None:
        """Record every trial that has reached this rung, then end those that are not among the best third."""
        running = {trial.number: self._value(trial) for trial in self._trials if trial.state == "running"}
        ended = [self._value(trial) for trial in self._trials if trial.state == "finished" and trial.epochs == epoch]
        self._rungs[epoch] = (*running.values(), *ended)
        kept = survivors(running, [*self._task.earlier.get(epoch, ()), *ended])
        for trial in self._trials:
            if trial.number in running and trial.number not in kept:
                trial.state = "pruned"
                trial.seconds = time.perf_counter() - self._started

    def _drop(self, trainer: Trainer) -> None:
        """Remove members from the stack whose trial has ended, or that have ended themselves."""
        is_running = np.array([trial.state == "running" for trial in self._trials])
        kept = np.flatnonzero(is_running[self._rows // self._members] & ~trainer.early_stopping.ended)
        if len(kept) < len(self._rows):
            self._rows = self._rows[kept]
            if len(kept):
                trainer.take(kept.tolist())
                self._keep_outputs(trainer)

    def _report(self, epoch: int, report: Callable[[object], object]) -> None:
        news = {}
        for trial in self._trials:
            if len(trial.curve) > trial.reported:
                news[trial.number] = tuple(trial.curve[trial.reported :])
                trial.reported = len(trial.curve)
        if news:
            report(Curves(epoch, news))
