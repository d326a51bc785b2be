"""What the learning-rate range test asks: the loss while the rate rises step by step."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tuitrain.session.questions import Answer, Question


@dataclass(frozen=True)
class RangeTest(Question):
    """Raise the learning rate from `low` to `high`, exponentially, a little in each step.

    From the first weights, or `from_here` from the copy's; over at least `least_steps` steps, in whole epochs.
    """

    low: float = 1e-5
    high: float = 10.0
    least_steps: int = 240
    from_here: bool = False


@dataclass(frozen=True, eq=False)
class RangeAnswer(Answer):
    """The loss of each batch, before its step, at the rate of that step.

    `rates`, `losses` and `smoothed` (S,) are of the steps done so far; `smoothed` is the mean of the losses within an
    eighth of a decade of rates on each side, `start` that of the first half decade. `lowest` is the rate of the lowest
    smoothed loss, `steepest` the middle of the half decade before it over which the smoothed loss falls most,
    `suggestion` a tenth of `lowest`; NaN where the loss does not fall by 2 % and four standard errors of the
    difference, by how the batches at the start differ. `rises` is the first rate after the lowest at which the
    smoothed loss is as clearly above that at the start (infinite: none).
    `stopped` is the rate at which the test ended early, since a batch's loss was four times that at the start, or not
    finite; 0: it has not. `rate` is the learning rate in use.
    """

    rates: NDArray[np.float64]
    losses: NDArray[np.float64]
    smoothed: NDArray[np.float64]
    start: float
    steepest: float
    lowest: float
    suggestion: float
    rises: float
    stopped: float
    rate: float
    optimizer: str
    epochs: int
