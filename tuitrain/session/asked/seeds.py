"""What the page of seeds asks: the same training from other seeds."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tuitrain.session.questions import Answer, Question

COMPARED = 5  # seeds of each of two means that are compared


@dataclass(frozen=True)
class TrainSeeds(Question):
    """Train the network from the start from `count` seeds, the run's own first; `again` draws the next others."""

    count: int = 16
    again: int = 0


@dataclass(frozen=True)
class Luck:
    """How the losses of seeds spread at an epoch; those that have diverged are left out, and rank last.

    `deviation` has n - 1 in its denominator. `least` is what the difference of two means of five seeds each must
    exceed, to be more than two standard errors of that difference: 2·s·√(2/5).
    """

    own: float
    rank: int
    mean: float
    deviation: float
    median: float
    best: float
    worst: float
    best_seed: int
    least: float


@dataclass(frozen=True, eq=False)
class SeedsAnswer(Answer):
    """The loss of each seed's network at each epoch.

    `losses` (M, E + 1) of the validation rows, or of the training rows (`part`), from before the first step (NaN for
    training rows) to the last epoch that all have done; NaN where one has diverged, in the epoch that `diverged` (M,)
    names (0: it has not). `seeds` (M,), the run's own first. `stacks` and `seconds` say how they were trained; `steps`
    and `times` (M, E + 1) are the steps and seconds of each seed's stack up to each epoch.
    """

    seeds: tuple[int, ...]
    losses: NDArray[np.float64]
    part: str
    diverged: tuple[int, ...]
    stacks: int
    seconds: float
    steps: NDArray[np.int64]
    times: NDArray[np.float64]

    def luck(self, epoch: int) -> Luck:
        """Return how the losses spread after an epoch; NaN where that is not known."""
        losses = self.losses[:, epoch]
        known = losses[np.isfinite(losses)]
        own = float(losses[0])
        deviation = float(known.std(ddof=1)) if len(known) > 1 else math.nan
        if not len(known):
            nan = math.nan
            return Luck(own, len(losses), nan, nan, nan, nan, nan, self.seeds[0], nan)
        rank = 1 + int((known < own).sum()) if math.isfinite(own) else len(known) + 1
        return Luck(
            own, rank, float(known.mean()), deviation, float(np.median(known)), float(known.min()), float(known.max()),
            self.seeds[int(np.nanargmin(losses))], 2 * deviation * math.sqrt(2 / COMPARED),
        )  # fmt: skip
