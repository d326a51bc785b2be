"""What the race asks: one start, trained in several ways."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuitrain.session.questions import Answer, Question


@dataclass(frozen=True)
class RunRace(Question):
    """Train from the first weights for `epochs` epochs, once for each way that differs in the hyperparameter `name`."""

    name: str = "optimizer"
    epochs: int = 50


@dataclass(frozen=True, eq=False)
class RaceAnswer(Answer):
    """The loss of each lane after each epoch, with the steps and seconds that it took until then.

    `changes` (M,) are the hyperparameters that each lane sets, of which number `own` is as the run has them. `losses`,
    `steps` and `seconds` (M, E + 1), from before the first step on; the losses are of the validation rows, or of the
    training rows (`part`; NaN before the first step), NaN where a lane has diverged, in the epoch that `diverged` (M,)
    names (0: it has not). `memory` (M,) are bytes: of a batch where `name` is the batch size, else of what the
    optimizer remembers.
    """

    name: str
    names: tuple[str, ...]
    changes: tuple[Mapping[str, Any], ...]
    own: int
    losses: NDArray[np.float64]
    steps: NDArray[np.int64]
    seconds: NDArray[np.float64]
    memory: tuple[int, ...]
    part: str
    diverged: tuple[int, ...]

    def best(self, lane: int) -> tuple[float, int]:
        """Return a lane's lowest loss so far and its epoch; NaN and 0 where there is none."""
        losses = self.losses[lane]
        if not np.isfinite(losses[1:]).any():
            return float("nan"), 0
        epoch = 1 + int(np.nanargmin(losses[1:]))
        return float(losses[epoch]), epoch
