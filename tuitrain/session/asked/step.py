"""What the page J along the step asks: the loss along the update that comes next, and how far other starts get."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tuitrain.session.questions import Answer, Question

EXAMPLE_EPOCHS = 12  # of the ready-made training


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
    rate / best rate of steps one after another: of the last ones before here, made again on a copy, if it `is_past`,
    else of those from here on. `steps_done` are the steps of the run.
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
    is_past: bool
    steps_done: int


@dataclass(frozen=True)
class OtherStarts(Question):
    """Train from other seeds as many epochs as the copy has done, and compare where they get."""


@dataclass(frozen=True, eq=False)
class StartsAnswer(Answer):
    """J of other starts after as many epochs as the run has done, on the same `rows` training rows.

    `losses` (M,) are theirs, NaN where one has diverged, and () until all epochs are done; `own` is the run's, with
    the length `slope` of its gradient there. `epochs` are those of each; `seconds` what they have taken so far.
    """

    seeds: tuple[int, ...]
    losses: NDArray[np.float64]
    own: float
    slope: float
    rows: int
    epochs: int
    seconds: float
