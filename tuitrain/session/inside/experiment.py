"""Train copies of a training side by side, some steps at a time: what the experiments on it share.

`M` members, `E` epochs.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from tuitrain.data.dataset import Dataset
from tuitrain.engine import Record, Trainer
from tuitrain.engine.build import check_stack
from tuitrain.engine.memory import rows_of_a_batch
from tuitrain.engine.network import PREDICT_ROWS
from tuitrain.engine.parts import Parts
from tuitrain.engine.state import State
from tuitrain.engine.threads import blas_threads, choose_threads
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.session.inspection import Copy

Array = NDArray[Any]
T = TypeVar("T")
SLICE_SECONDS = 0.015  # of training between two looks at whether something else is to be done
STEP_OPERATIONS = 2e9  # of one step of one member: what takes more is not trained beside a run that need not wait
SLICE_OPERATIONS = 4e8  # of one step, or one evaluation, of a stack: about as many as a slice has time for


class ExperimentLane:
    """A stack of members on its way, with the loss of each member at each epoch.

    `losses` (M, E + 1) is NaN where a member has not come or has diverged; column 0 is before the first step, and NaN
    where there are no validation rows: the loss is that of these, or else the mean of the epoch's batches. `diverged`
    (M,) is the epoch in which a member did, 0 where it did not. `seconds` and `steps` (E + 1,) are those of training
    up to each epoch. A stack that was just made knows no loss; its first training measures that before the first step.
    """

    def __init__(self, trainer: Trainer, epochs: int) -> None:
        self.trainer, self.epochs, self.done = trainer, epochs, 0
        self.losses = np.full((trainer.network.members, epochs + 1), np.nan)
        self.seconds, self.steps = np.zeros(epochs + 1), np.zeros(epochs + 1, np.int64)
        self.diverged = np.zeros(trainer.network.members, np.int64)
        self._first_step, self._spent = trainer.steps_done, 0.0
        self._start: Parts[None] | None = self._measure_start()
        self._step: Parts[Record | None] | None = None

    @property
    def spent(self) -> float:
        """Seconds of training so far."""
        return self._spent

    @property
    def is_done(self) -> bool:
        """Whether all epochs are trained."""
        return self.done >= self.epochs

    def train(self, until: Callable[[], bool]) -> None:
        """Train to the end of the epoch that runs, or until `until` says so after a part of it."""
        for _part in self._start or ():
            if until():
                return
        self._start = None
        started = time.perf_counter()
        record = None
        while record is None:
            self._step = self._step or self.trainer.in_parts()
            try:
                next(self._step)
            except StopIteration as end:
                self._step, record = None, end.value
            if until():
                break
        self._spent += time.perf_counter() - started
        if record is not None:
            self._take(record)

    def _measure_start(self) -> Parts[None]:
        """Measure the losses before the first step: not where the stack is made, which takes as long."""
        if self.trainer.validation is not None:
            looked = yield from self.trainer.validation.in_parts()
            self.losses[:, 0] = looked.loss
            self.took_start()
            yield

    def _take(self, record: Record) -> None:
        self.done += 1
        has_diverged = np.array([ending == "diverged" for ending in record.endings])
        loss = record.validation_loss if self.trainer.validation is not None else record.train_loss
        self.losses[:, self.done] = np.where(has_diverged, np.nan, loss)
        self.seconds[self.done] = self._spent
        self.steps[self.done] = self.trainer.steps_done - self._first_step
        for member in np.flatnonzero(has_diverged):
            divergence = self.trainer.early_stopping.divergences[member]
            self.diverged[member] = divergence.epoch if divergence is not None else 0
        self.took(record)

    def took_start(self) -> None:
        """Called once the validation rows were measured before the first step, where there are any."""

    def took(self, record: Record) -> None:
        """Called with each epoch's record, after the losses, steps and seconds of that epoch are known."""


L = TypeVar("L", bound=ExperimentLane)


class Stretch:
    """A slice of time that has begun; it is over when no part as long as its longest one would end in it."""

    def __init__(self) -> None:
        self._last = time.perf_counter()
        self._end, self._longest = self._last + SLICE_SECONDS, 0.0

    def is_over(self) -> bool:
        """Whether it is over; asked after each part."""
        now = time.perf_counter()
        self._longest, self._last = max(self._longest, now - self._last), now
        return now + self._longest >= self._end


def lanes_of(
    copy: Copy, members: Sequence[Hyperparameters], epochs: int, *, from_here: bool = False
) -> Iterator[ExperimentLane]:
    """Put members into stacks as `stacked` does."""
    return stacked(ExperimentLane, copy, members, epochs, from_here=from_here)


def stacked(
    kind: Callable[[Trainer, int], L], copy: Copy, members: Sequence[Hyperparameters], epochs: int, *,
    from_here: bool = False,
) -> Iterator[L]:  # fmt: skip
    """Put members into as few stacks as leave each step short, and yield each stack, a lane of a `kind`, when made.

    They go on `from_here`, where the copy is, or else begin anew on its dataset. No early stopping: all train `epochs`
    epochs, unless they diverge.

    Raises
    ------
    HyperparameterError
        if the members cannot share a stack, or there is no memory for all of them.
    """
    state = copy.state if from_here else None
    done = state.counters["epochs_done"] if state is not None else 0
    patient = [h.replace(patience=0, epochs=max(h.epochs, done + epochs)) for h in members]
    check_stack(copy.dataset, members[0], len(members))  # of all stacks: each alone may fit
    most = _most_members(copy.dataset, members[0], state)
    for first in range(0, len(patient), most):
        some = patient[first : first + most]
        trainer = Trainer(
            copy.dataset, some, is_probed=False, state=state.repeat(len(some)) if state is not None else None,
            prepared=copy.prepared,
        )  # fmt: skip
        yield kind(trainer, epochs)


def train_lanes(lanes: Sequence[ExperimentLane]) -> Iterator[int]:
    """Train all lanes, the one that is furthest behind first; yield after each slice how many epochs all have done."""
    sizes = lanes[0].trainer.network.layer_sizes
    while any(not lane.is_done for lane in lanes):
        with blas_threads(choose_threads(sizes)):
            now = Stretch()
            while not now.is_over():
                lane = min(lanes, key=lambda one: one.done)
                if lane.is_done:
                    break
                lane.train(now.is_over)
        yield min(lane.done for lane in lanes)


def sliced(work: Iterator[T], layer_sizes: Sequence[int]) -> Iterator[list[T]]:
    """Let `work` train a network of these sizes, and yield what it has made after each slice."""
    is_over = False
    while not is_over:
        found = []
        with blas_threads(choose_threads(layer_sizes)):
            now = Stretch()
            for made in work:
                found.append(made)
                if now.is_over():
                    break
            else:
                is_over = True
        if found:
            yield found


def losses_of(lanes: Sequence[ExperimentLane], members: int) -> Array:
    """Return the losses of all members up to the epoch that all have done, (M, E + 1); of those not made yet NaN."""
    done = min(lane.done for lane in lanes)
    found = np.full((members, done + 1), np.nan)
    made = np.concatenate([lane.losses[:, : done + 1] for lane in lanes])
    found[: len(made)] = made
    return found


def courses_of(lanes: Sequence[ExperimentLane], members: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the steps and the seconds that the stack of each member took up to each epoch, (M, E + 1) each.

    0 for members that are not made yet.
    """
    done = min(lane.done for lane in lanes)
    steps = np.zeros((members, done + 1), np.int64)
    seconds = np.zeros((members, done + 1))
    first = 0
    for lane in lanes:
        last = first + len(lane.losses)
        steps[first:last], seconds[first:last] = lane.steps[: done + 1], lane.seconds[: done + 1]
        first = last
    return steps, seconds


def divergences_of(lanes: Sequence[ExperimentLane], members: int) -> tuple[int, ...]:
    """Return the epoch in which each member has diverged, 0 where it has not."""
    found = [int(epoch) for lane in lanes for epoch in lane.diverged]
    return (*found, *[0] * (members - len(found)))


def part_of(dataset: Dataset) -> str:
    """Return the part whose loss is shown."""
    return "validation" if len(dataset.validation) else "train"


def _most_members(dataset: Dataset, h: Hyperparameters, state: State | None) -> int:
    """Count the members of a stack of which a step takes no longer than a slice, by the operations of its products."""
    parameters = _parameters(dataset, h, state)
    rows = rows_of_a_batch(h.batch_size, len(dataset.train))
    operations = parameters * max(6 * rows + 60, 2 * min(len(dataset.validation), PREDICT_ROWS))
    return max(1, int(SLICE_OPERATIONS / operations))


def takes_too_long(copy: Copy, h: Hyperparameters, batch_size: int | str) -> bool:
    """Return whether one step with batches of this size takes so long that a training beside it would be held up."""
    rows = rows_of_a_batch(batch_size, len(copy.dataset.train))
    return 6 * rows * _parameters(copy.dataset, h) > STEP_OPERATIONS


def _parameters(dataset: Dataset, h: Hyperparameters, state: State | None = None) -> int:
    if state is not None:
        sizes: tuple[int, ...] = state.layer_sizes
    else:
        sizes = (dataset.n_inputs, *h.hidden_layers, max(dataset.n_classes, 1))
    return sum((fan_in + 1) * fan_out for fan_in, fan_out in pairwise(sizes))
