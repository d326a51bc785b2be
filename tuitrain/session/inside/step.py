"""J along the step: the loss along the update that the optimizer makes next, over the learning rate."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from tuitrain.engine import Trainer
from tuitrain.engine.directions import losses_at
from tuitrain.session.asked.step import StepAnswer, StepCurve
from tuitrain.session.inside.rows import double_network
from tuitrain.session.inspection import Copy
from tuitrain.session.questions import Answer, Question

Array = NDArray[Any]
DECADES, A_DECADE = 3, 40  # of learning rates on each side of the one in use, and points of the curve in each
GAUGE_STEPS, GAUGE_POINTS = 40, 49  # steps whose best rate is looked for, and points of each search


@dataclass(frozen=True)
class _Line:
    """A way down: from `start` (P,) along -`update` (P,), on the rows of a batch; `rate` is the one in use."""

    start: Array
    update: Array
    X: Array
    y: Array
    rate: float

    def losses(self, trainer: Trainer, rates: Array) -> Array:
        """J at each rate, (S,)."""
        return losses_at(double_network(trainer.network), self.start - rates[:, None] * self.update, self.X, self.y)


def step_curve(question: Question, copy: Copy) -> Iterator[Answer]:
    """Answer `StepCurve`: first the curve, then step by step the gauge."""
    asked = cast("StepCurve", question)
    trainer = copy.going_on()
    for _ in range(asked.steps):
        trainer.step()
    way = _next_step(trainer)
    rates = 10 ** _exponents(way.rate, DECADES, 2 * DECADES * A_DECADE + 1)
    answer = _read(question, way, rates, way.losses(trainer, rates), trainer)
    yield replace(answer, total=GAUGE_STEPS)
    for done in range(1, GAUGE_STEPS + 1):
        around = 10 ** _exponents(way.rate, 2, GAUGE_POINTS)
        losses = np.nan_to_num(way.losses(trainer, around), nan=np.inf)
        answer = replace(answer, gauge=(*answer.gauge, way.rate / float(around[int(losses.argmin())])))
        yield replace(answer, done=done, total=GAUGE_STEPS)
        if trainer.is_done:
            yield replace(answer, done=GAUGE_STEPS, total=GAUGE_STEPS)
            return
        way = _next_step(trainer)


def _exponents(rate: float, decades: int, points: int) -> Array:
    """Powers of ten around a learning rate, which is in their middle."""
    middle = np.log10(rate)
    return np.linspace(middle - decades, middle + decades, points)


def _next_step(trainer: Trainer) -> _Line:
    """Let the copy take a step, and return the way that it went, per unit of the learning rate."""
    before, start = trainer.state(), trainer.network.parameters[0].astype(np.float64)
    trainer.step()
    rate = float(trainer.learning_rates[0])
    end = trainer.network.parameters[0] if not trainer.is_done else _last_parameters(trainer)
    rows = _rows_of_step(before.arrays["shuffle.order"][0], trainer)
    train = trainer.dataset.train
    return _Line(start, (start - end) / rate, train.X[rows], train.y[rows], rate)


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


def _read(question: Question, way: _Line, rates: Array, losses: Array, trainer: Trainer) -> StepAnswer:
    """Find the marks and zones of a curve."""
    here, taken = way.losses(trainer, np.array([0.0, way.rate]))
    best = int(losses.argmin())
    gains = here - losses
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
        question, rates, losses, float(here), way.rate, float(taken), float(rates[best]), float(losses[best]), decent,
        beyond, len(way.X), trainer.hyperparameters[0].optimizer, (),
    )  # fmt: skip
