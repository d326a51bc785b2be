"""What the page J along the step asks: the loss along the update that comes next."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tuitrain.session.questions import Answer, Question


@dataclass(frozen=True)
class StepCurve(Question):
    """J along the update that the optimizer makes next, over the learning rate; `steps` steps were taken before."""

    steps: int = 0


@dataclass(frozen=True, eq=False)
class StepAnswer(Answer):
    """The loss of the next batch after its update at each learning rate.

    `rates` and `losses` (S,) are the curve, infinite where it overflows, `here` is the loss before the update. `rate`
    is the learning rate in use and `taken` the loss there; `best_rate` and `best` are those of the lowest point.
    Between `decent` (low, high) the step gains at least half of what the best one gains; from `beyond` on the loss is
    higher than here (infinite if it never is; NaN where no step gains). `rows` are the rows of the batch. `gauge` holds
    rate / best rate of steps from here on, one after another on the copy.
    """

    rates: NDArray[np.float64]
    losses: NDArray[np.float64]
    here: float
    rate: float
    taken: float
    best_rate: float
    best: float
    decent: tuple[float, float]
    beyond: float
    rows: int
    optimizer: str
    gauge: tuple[float, ...]
