"""J along the step: the loss along the update that the optimizer makes next, over the learning rate."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from tuitrain.data.loading import load_dataset
from tuitrain.engine import Trainer
from tuitrain.engine.directions import LossesAt
from tuitrain.engine.network import Network
from tuitrain.engine.parts import Parts
from tuitrain.engine.threads import blas_threads
from tuitrain.errors import RunError
from tuitrain.options.presets import PLAIN
from tuitrain.session.asked.step import EXAMPLE_EPOCHS, StepAnswer, StepCurve
from tuitrain.session.inside.experiment import sliced
from tuitrain.session.inspection import Answers, Copy, go_on
from tuitrain.session.questions import Question
from tuitrain.translation import gettext as _

Array = NDArray[Any]
DECADES, A_DECADE = 3, 40  # of learning rates on each side of the one in use, and points of the curve in each
AT_ONCE = 30_000_000  # parameters × rows × points between two answers
GAUGE_STEPS, GAUGE_POINTS = 40, 49  # steps whose best rate is looked for, and points of each search


@dataclass(frozen=True)
class _Line:
    """A way down: from `start` (P,) along -`update` (P,), on the rows of a batch; `rate` is the one in use.

    `network` tells shape, activation and loss.
    """

    network: Network

    start: Array
    update: Array
    X: Array
    y: Array
    rate: float

    @property
    def work(self) -> int:
        """Products of one point, about."""
        return len(self.start) * len(self.X)

    def portions(self, points: int) -> list[Array]:
        """Split the numbers of so many points into portions that are quickly measured: every eighth first, then more.

        The first and the last point are in the first portions.
        """
        numbers = np.arange(points)
        coarseness = sum((numbers % step == 0).astype(int) for step in (2, 4, 8))
        order = np.argsort(-coarseness, kind="stable")
        at_once = max(AT_ONCE // self.work, 1)
        return [np.sort(order[first : first + at_once]) for first in range(0, points, at_once)]

    def losses(self, rates: Array) -> Array:
        """J at each rate, (S,)."""
        with blas_threads(1):  # a portion is short: waiting for a second thread can take longer than its share of it
            return self._measure(self.start - rates[:, None] * self.update)

    @cached_property
    def _measure(self) -> LossesAt:
        return LossesAt(self.network, self.X, self.y)


@dataclass(frozen=True)
class _Measured:
    """J at `rates`, `here` before the step, and at the rate `taken`."""

    rates: Array
    losses: Array
    here: float
    taken: float


def step_curve(question: Question, copy: Copy) -> Answers:
    """Answer `StepCurve`: first the curve, coarse and then fine, then step by step the gauge.

    Raises
    ------
    RunError
        if there is no next step: the run or the copy has diverged, or the learning rate has come to 0.
    """
    asked = cast("StepCurve", question)
    copy = example_copy() if asked.example else copy
    trainer = copy.going_on()
    for _step in range(asked.steps):
        yield None
        yield from trainer.in_parts()
        go_on(trainer)
    yield None
    way = yield from _next_step(trainer)
    if trainer.early_stopping.endings[0] == "diverged":
        told = _("the copy diverges here, so that there is no next step")
        raise RunError(f"{told}; {_('u takes a step back')}" if asked.steps else told)
    if not way.rate:
        raise RunError(_("the schedule has brought the learning rate to 0: the next step goes nowhere"))
    rates = 10 ** _exponents(way.rate, DECADES, 2 * DECADES * A_DECADE + 1)
    here, taken = way.losses(np.array([0.0, way.rate]))
    losses = np.full(len(rates), np.nan)
    for some in way.portions(len(rates)):
        losses[some] = way.losses(rates[some])
        known = np.flatnonzero(~np.isnan(losses))
        curve = _Measured(rates[known], losses[known], float(here), float(taken))
        answer = _read(question, way, curve, trainer, copy.state.counters["steps_done"])
        yield answer
    yield from _past_gauge(answer, copy) if copy.past is not None else _gauge_ahead(answer, trainer, way)


def _gauge_ahead(answer: StepAnswer, trainer: Trainer, way: _Line) -> Answers:
    """Measure the steps from here on."""
    for done in range(1, GAUGE_STEPS + 1):
        for ratio in _ratio(way):
            if ratio is None:
                yield answer
            else:
                answer = replace(answer, gauge=(*answer.gauge, ratio))
        yield replace(answer, done=done)
        if trainer.is_done:
            yield replace(answer, done=GAUGE_STEPS)
            return
        if done < GAUGE_STEPS:
            way = yield from _next_step(trainer)


def _past_gauge(answer: StepAnswer, copy: Copy) -> Answers:
    """Make the run's last steps again, from the state that is kept, and measure them."""
    assert copy.past is not None
    trainer = copy.past_trainer()
    yield None
    last = copy.state.counters["steps_done"]
    first = max(last - GAUGE_STEPS, trainer.steps_done)
    answer = replace(answer, is_past=True, total=last - first)
    for _made in sliced(_steps(trainer, first - trainer.steps_done), trainer.network.layer_sizes):
        yield answer
    while trainer.steps_done < last:
        way = yield from _next_step(trainer)
        for ratio in _ratio(way):
            if ratio is None:
                yield answer
            else:
                answer = replace(answer, gauge=(*answer.gauge, ratio))
        answer = replace(answer, done=len(answer.gauge))
        yield answer


def _steps(trainer: Trainer, count: int) -> Iterator[None]:
    """Take so many steps, in parts."""
    for _step in range(count):
        yield from trainer.in_parts()
        yield


def _ratio(way: _Line) -> Iterator[float | None]:
    """Find the rate taken over the best rate along a step: yield it last, and None between two portions before.

    It is 0 where the step goes nowhere, since the rate is 0.
    """
    if not way.rate:
        yield 0.0
        return
    is_cheap = way.work * GAUGE_POINTS <= AT_ONCE
    rates = 10 ** _exponents(way.rate, 2, GAUGE_POINTS) if is_cheap else way.rate * 2.0 ** np.arange(-2.5, 4, 0.5)
    losses = np.full(len(rates), np.inf)
    for place, some in enumerate(way.portions(len(rates))):
        if place:
            yield None
        losses[some] = np.nan_to_num(way.losses(rates[some]), nan=np.inf)
    yield way.rate / float(rates[int(losses.argmin())])


def example_copy() -> Copy:
    """Return a copy of a ready-made training: moons after some epochs of gradient descent with a rate of 0.3."""
    dataset = load_dataset("moons")
    h = PLAIN.replace(hidden_layers=(12,), activation="tanh", optimizer="sgd", learning_rate=0.3)
    trainer = Trainer(dataset, h)
    past = trainer.state()
    for epoch in range(EXAMPLE_EPOCHS):
        if epoch == EXAMPLE_EPOCHS - 4:
            past = trainer.state()
        trainer.epoch()
    return Copy.of(trainer, dataset, EXAMPLE_EPOCHS, past)


def _exponents(rate: float, decades: int, points: int) -> Array:
    """Powers of ten around a learning rate, which is in their middle."""
    middle = np.log10(rate)
    return np.linspace(middle - decades, middle + decades, points)


def _next_step(trainer: Trainer) -> Parts[_Line]:
    """Let the copy take a step, and return the way that it went, per unit of the learning rate."""
    before, start = trainer.state(), trainer.network.parameters[0].astype(np.float64)
    yield
    yield from trainer.in_parts()
    yield
    rate = float(trainer.learning_rates[0])  # 0 where a schedule has come so far down
    end = trainer.network.parameters[0] if not trainer.is_done else _last_parameters(trainer)
    rows = _rows_of_step(before.arrays["shuffle.order"][0], trainer)
    train = trainer.dataset.train
    return _Line(trainer.network, start, (start - end) / (rate or 1.0), train.X[rows], train.y[rows], rate)


def _last_parameters(trainer: Trainer) -> Array:
    """The parameters after the last step, where those of the best epoch have taken their place since."""
    ended: Array = trainer.state().arrays["ended.parameters"][0]
    return ended if len(ended) else trainer.network.parameters[0]


def _rows_of_step(left_before: Array, trainer: Trainer) -> Array:
    """The training rows of the batch that was just trained: those that were left before and are not any more."""
    count = len(trainer.dataset.train.X)
    before = left_before if len(left_before) else np.arange(count)
    left: Array = trainer.state().arrays["shuffle.order"][0]
    return np.setdiff1d(before, left)


def _read(question: Question, way: _Line, curve: _Measured, trainer: Trainer, steps_done: int) -> StepAnswer:
    """Find the marks and zones of a curve."""
    rates, losses = curve.rates, curve.losses
    best = int(losses.argmin())
    gains = curve.here - losses
    half = gains[best] / 2
    if gains[best] <= 0:
        decent, beyond = (float("nan"), float("nan")), float("nan")
    else:
        low, high = best, best
        while low > 0 and gains[low - 1] >= half:
            low -= 1
        while high < len(rates) - 1 and gains[high + 1] >= half:
            high += 1
        decent = (float(rates[low]), float(rates[high]))
        worse = np.flatnonzero(gains[best:] < 0)
        beyond = float(rates[best + worse[0]]) if len(worse) else float("inf")
    return StepAnswer(
        question, rates, losses, curve.here, way.rate, curve.taken, float(rates[best]), float(losses[best]), decent,
        beyond, len(way.X), trainer.hyperparameters[0].optimizer, (), False, steps_done, done=0, total=GAUGE_STEPS,
    )  # fmt: skip
