"""The learning-rate range test (Smith, 2017, section 3.3): the loss while the rate rises from step to step.

`S` steps.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from tuitrain.engine import Trainer
from tuitrain.session.asked.rate_range import RangeAnswer, RangeTest
from tuitrain.session.inside.experiment import sliced
from tuitrain.session.inspection import Answers, Copy
from tuitrain.session.questions import Question

Array = NDArray[Any]
REACH = 1 / 8  # decades of rates on each side that the smoothed loss is the mean of
START = 1 / 2  # decades of rates, too small to change much, whose losses are those at the start
STOP = 4.0  # times the loss at the start, at which the test ends
SHARE = 1 / 10  # of the rate of the lowest loss: the suggestion, as fastai's lr_find has it
ERRORS = 4.0  # standard errors of the difference to the start: less is no change, by how the first batches differ
LEAST_FALL = 0.02  # of the loss at the start: less is no fall either


def range_test(question: Question, copy: Copy) -> Answers:
    """Answer `RangeTest`."""
    asked = cast("RangeTest", question)
    h = copy.state.hyperparameters[0].replace(schedule="constant", warmup=0, patience=0, epochs=100_000_000)
    if asked.from_here:
        copy.going_on()  # refuses a training that has diverged
        yield None
    trainer = Trainer(copy.dataset, [h], is_probed=False, state=copy.state if asked.from_here else None,
                      prepared=copy.prepared)  # fmt: skip
    epochs = math.ceil(asked.least_steps / trainer.steps_per_epoch)
    count = min(epochs * trainer.steps_per_epoch, 4 * asked.least_steps)
    rates = np.geomspace(asked.low, asked.high, count)
    yield None
    losses: list[float] = []

    def answer(stopped: float) -> RangeAnswer:
        marks = read_marks(rates[: len(losses)], np.array(losses))
        return RangeAnswer(
            question, rates[: len(losses)], np.array(losses), *marks, stopped,
            copy.state.hyperparameters[0].learning_rate, h.optimizer, epochs,
            done=count if stopped else len(losses), total=count,
        )  # fmt: skip

    for made in sliced(_losses(trainer, rates), trainer.network.layer_sizes):
        losses += [loss for loss in made if loss is not None]
        if not losses:
            continue
        first = losses[: max(1, count // 50)]
        beyond = np.flatnonzero(~(np.array(losses) <= STOP * np.mean(first)))
        if len(beyond):
            del losses[beyond[0] + 1 :]
            stopped = float(rates[beyond[0]])
            if not math.isfinite(losses[-1]):
                losses.pop()
            yield answer(stopped)
            return
        yield answer(0.0)


def _losses(trainer: Trainer, rates: Array) -> Iterator[float | None]:
    """Take a step at each rate, and yield the loss of its batch before; infinite where it is not finite.

    None comes between the parts of a step.
    """
    for rate in rates:
        trainer.set(None, "learning_rate", float(rate))
        for _part in trainer.in_parts():
            yield None
        if trainer.early_stopping.endings[0] == "diverged":
            yield math.inf
            return
        yield float(trainer.last_step[0][0])


def read_marks(rates: Array, losses: Array) -> tuple[Array, float, float, float, float, float]:
    """Return the smoothed losses (S,), the loss at the start and the rates that are marked; see `RangeAnswer`."""
    if len(rates) < 3:
        return losses.copy(), math.nan, math.nan, math.nan, math.nan, math.inf
    a_decade = 1 / float(np.log10(rates[1] / rates[0]))
    reach = max(1, round(REACH * a_decade))
    smoothed = _smooth(losses, reach)
    first = losses[: max(2, round(START * a_decade))]
    start = float(first.mean())
    error = float(first.std(ddof=1)) * math.sqrt(1 / (2 * reach + 1) + 1 / len(first))
    place = int(smoothed[: max(len(smoothed) - reach, 1)].argmin())  # at the end it is the mean of too few
    higher = np.flatnonzero(smoothed[place:] > start + ERRORS * error)
    rises = float(rates[place + higher[0]]) if len(higher) else math.inf
    if start - smoothed[place] < max(ERRORS * error, LEAST_FALL * abs(start)):
        return smoothed, start, math.nan, math.nan, math.nan, rises
    lowest = float(rates[place])
    side = 2 * reach
    falls = smoothed[: max(place + 1 - 2 * side, 0)] - smoothed[2 * side : place + 1]
    steepest = float(rates[side + int(falls.argmax())]) if len(falls) else math.nan
    return smoothed, start, steepest, lowest, SHARE * lowest, rises


def _smooth(losses: Array, reach: int) -> Array:
    """The mean of the losses up to `reach` steps before and after each, as far as there are any."""
    sums = np.concatenate([[0.0], np.cumsum(losses)])
    places = np.arange(len(losses))
    first, last = np.maximum(places - reach, 0), np.minimum(places + reach + 1, len(losses))
    found: Array = (sums[last] - sums[first]) / (last - first)
    return found
