"""What the page on the loss of a row asks: where this row's loss comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tuitrain.session.questions import Answer, Question


@dataclass(frozen=True)
class RowLoss(Question):
    """The loss of one row, and its place among those of all rows.

    `place` counts the rows of the part that is looked at by their loss, the worst first.
    """

    place: int = 0


@dataclass(frozen=True, eq=False)
class SeenRow:
    """What the network says of another row (K,), what is true of it (K,), and its number in its source."""

    row: int
    probabilities: NDArray[np.float64]
    truth: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class ClassLossAnswer(Answer):
    """A row of a classification.

    `losses` (V,) are those of all rows, the worst first, `mean` is their mean; `row` is the chosen one's number in its
    source, `cells` its values by column. `probabilities` (K,) are what the network says, `truth` (K,) what is true, in
    the order of `classes`; `following` is the row with the next smaller loss. `gives_probabilities` is False for a loss
    whose outputs are no probabilities: they are then scores, and `probabilities` holds these.
    """

    part: str
    losses: NDArray[np.float64]
    mean: float
    row: int
    cells: Mapping[str, str]
    classes: tuple[str, ...]
    probabilities: NDArray[np.float64]
    truth: NDArray[np.float64]
    loss: str
    gives_probabilities: bool
    following: SeenRow | None = None


@dataclass(frozen=True, eq=False)
class ValueLossAnswer(Answer):
    """All rows of a regression, in the target's own units.

    `truth`, `predicted` (V,) are ordered by their distance, the largest first, and so are the `rows`, their numbers in
    the source. `x` (V,) is the one input, where there is one and it is a number, and `curve` (2, 200) the prediction
    over it; both are empty otherwise. `cells` are the chosen row's values by column.
    """

    part: str
    truth: NDArray[np.float64]
    predicted: NDArray[np.float64]
    rows: NDArray[np.int64]
    x: NDArray[np.float64]
    curve: NDArray[np.float64]
    cells: Mapping[str, str]
    target: str
    loss: str
    huber_delta: float
