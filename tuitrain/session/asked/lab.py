"""What the A|B lab asks: two settings, trained side by side from their own beginnings."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.session.questions import Answer, Question


@dataclass(frozen=True)
class TrainPair(Question):
    """Train `a`, and `b` where it is chosen already, each as a run with these settings would be trained."""

    a: Hyperparameters
    b: Hyperparameters | None = None


@dataclass(frozen=True)
class PairSide:
    """One of the two trainings so far.

    `losses`, `metrics`, `steps` and `seconds` (E + 1,) are those after each epoch, from before the first step on: the
    loss is that of the validation rows, or the mean of the epoch's batches where there are none (then NaN before the
    first step); metrics are those of the validation rows, else NaN. What diverged has NaN. `best_epoch` is the epoch
    whose parameters are kept (the last one where there are no validation rows; 0: none), `best_loss` and `best_metric`
    belong to it; without validation rows the metric is that of the training rows, known at the end. `ending` is ""
    while it trains, else ``epochs``, ``patience``, ``diverged``, or ``limit`` where there are more epochs than a page
    trains; `message` says more of a divergence. `planned` counts the epochs that it may take. `problem` says why these
    settings cannot be trained, "" where they can.
    """

    losses: NDArray[np.float64]
    metrics: NDArray[np.float64]
    steps: NDArray[np.int64]
    seconds: NDArray[np.float64]
    planned: int
    parameters: int = 0
    best_epoch: int = 0
    best_loss: float = math.nan
    best_metric: float = math.nan
    ending: str = ""
    message: str = ""
    problem: str = ""

    @property
    def done(self) -> int:
        """Epochs that are trained."""
        return max(len(self.losses) - 1, 0)

    def along(self, axis: str) -> NDArray[np.float64]:
        """Return the epoch, ``step`` or ``second`` of each value, (E + 1,)."""
        if axis == "epoch":
            return np.arange(len(self.losses), dtype=np.float64)
        return self.steps.astype(np.float64) if axis == "step" else self.seconds

    def epoch_at(self, axis: str, place: float) -> int:
        """Return the last epoch that has ended by an epoch, step or second; -1 where training has not come so far."""
        along = self.along(axis)
        if not len(along) or place > along[-1] + 1e-9:
            return -1
        return int(along.searchsorted(place + 1e-9)) - 1

    def loss_at(self, axis: str, place: float) -> float:
        """Return the loss there; NaN where the training has not come so far, or has diverged."""
        epoch = self.epoch_at(axis, place)
        return float(self.losses[epoch]) if epoch >= 0 else math.nan


@dataclass(frozen=True, eq=False)
class PairAnswer(Answer):
    """Both trainings so far, or the first alone; losses are of the `part`, `metric` names what is measured beside."""

    sides: tuple[PairSide, ...]
    part: str
    metric: str
