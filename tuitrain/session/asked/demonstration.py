"""What a page of a word asks when its demonstration runs: the same training at several values of one field."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from tuitrain.session.questions import Answer, Question


@dataclass(frozen=True)
class Demonstrate(Question):
    """Train `data`, a dataset's name, for `epochs` at each of `values` of `field`, and measure what `show` names.

    `given` are the other hyperparameters that are no defaults; all values are texts as on the command line. Early
    stopping is off unless it is given.
    """

    data: str
    field: str
    values: tuple[str, ...]
    show: tuple[str, ...]
    epochs: int
    given: tuple[tuple[str, str], ...] = ()
    needs_copy: ClassVar[bool] = False


@dataclass(frozen=True, eq=False)
class DemonstrateAnswer(Answer):
    """What was measured of each condition so far.

    `measures` (conditions, measures) is NaN where there is no such thing, or nothing yet, and infinite for losses
    of what has diverged. `units` (conditions,) is the number of hidden units, `losses` (conditions, epochs) the loss
    of the training rows after each epoch so far, NaN where a training has ended or diverged. `is_stack` says that all
    conditions are members of one stack; `diverged` (conditions,) is the epoch in which each did, 0 for none.
    """

    measures: NDArray[np.float64]
    units: tuple[int, ...]
    losses: NDArray[np.float64]
    is_stack: bool
    diverged: tuple[int, ...]
