"""What the what-if ladder asks: the next epochs at other values of one hyperparameter."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tuitrain.session.questions import Answer, Question


@dataclass(frozen=True)
class WhatIf(Question):
    """Train the next `epochs` epochs from the copy's state, at each of some values of the hyperparameter `name`."""

    epochs: int = 10
    name: str = "learning_rate"


@dataclass(frozen=True, eq=False)
class WhatIfAnswer(Answer):
    """The loss of each copy after each epoch.

    `values` (M,) are those of `name`, of which number `now` is the run's own; `names` are the hyperparameters that can
    be asked about. `losses` (M, E + 1) of the validation rows, or of the training rows (`part`): at the start, and
    after each epoch that all have done; NaN where a copy has diverged, in the epoch that `diverged` (M,) names (0: it
    has not). `start` is the number of whole epochs done before, `step` the steps of the next one. `steps` and `seconds`
    (M, E + 1) are those that each copy's stack took from here on.
    """

    name: str
    names: tuple[str, ...]
    values: tuple[float | str, ...]
    now: int
    losses: NDArray[np.float64]
    part: str
    diverged: tuple[int, ...]
    start: int
    step: int
    steps: NDArray[np.int64]
    seconds: NDArray[np.float64]
