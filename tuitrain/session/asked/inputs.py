"""What the page on inputs asks: a linear model's coefficients, its support vectors, and how much each input matters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tuitrain.session.questions import Answer, Question


@dataclass(frozen=True)
class LinearModel(Question):
    """The coefficients of a network without hidden layers, in the data's own units."""


@dataclass(frozen=True, eq=False)
class LinearAnswer(Answer):
    """A linear model: `outputs` name what it gives, K of them, `inputs` the D encoded inputs.

    `coefficients` (K, D) and `intercepts` (K,) are in the data's own units: an output is intercept + Σ coefficient ·
    input. `effects` (K, D) is what an output changes by when an input rises by one deviation of the training rows,
    `spreads` (D,) in its own units. `exact` (K, D) and `exact_intercepts` (K,) are those of least squares on the
    training rows; (0, D) and (0,) where there are none. `scores` are R² or accuracy (`score`) of the parts. `what` is
    ``value``, ``log-odds`` or ``score``: what the outputs are.
    """

    data: str
    outputs: tuple[str, ...]
    inputs: tuple[str, ...]
    coefficients: NDArray[np.float64]
    intercepts: NDArray[np.float64]
    effects: NDArray[np.float64]
    spreads: NDArray[np.float64]
    exact: NDArray[np.float64]
    exact_intercepts: NDArray[np.float64]
    score: str
    scores: Mapping[str, float]
    what: str
    loss: str


@dataclass(frozen=True)
class SupportVectors(Question):
    """The rows that a linear model under hinge rests on, and how C would change them."""


@dataclass(frozen=True)
class OtherC:
    """A copy trained with another C: how many support vectors, how wide a margin, its accuracy on training rows.

    NaN, and 0 support vectors, while it is being trained.
    """

    C: float
    count: int = 0
    margin: float = float("nan")
    accuracy: float = float("nan")


@dataclass(frozen=True, eq=False)
class SupportAnswer(Answer):
    """The support vectors, those with t z ≤ 1 + `tolerance`: `count` of `of_rows` training rows.

    `rows` (S,) are their numbers in the source, by t z, the worst first (at most 200), `tz` (S,) their t z and `truths`
    their classes. `margin` is 2 / ‖w‖ on the inputs as the network reads them, `C` the one in use. With two inputs
    `points` (N, 2) are the training rows in their own units, `sides` (N,) their classes and `are_support` (N,) whether
    they are such; z = `plane` · (x1, x2, 1). Empty otherwise. `others` were trained on copies from their start, for
    `epochs` epochs.
    """

    data: str
    rows: NDArray[np.int64]
    tz: NDArray[np.float64]
    truths: tuple[str, ...]
    count: int
    of_rows: int
    tolerance: float
    margin: float
    C: float
    class_names: tuple[str, ...]
    names: tuple[str, ...]
    points: NDArray[np.float64]
    sides: NDArray[np.int64]
    are_support: NDArray[np.bool_]
    plane: NDArray[np.float64]
    others: tuple[OtherC, ...]
    epochs: int


@dataclass(frozen=True)
class InputImportance(Question):
    """By how much the loss rises when a column of the table is permuted among the rows; `repeats` times each."""

    repeats: int = 5


@dataclass(frozen=True, eq=False)
class ImportanceAnswer(Answer):
    """`rises` (C,) is the mean rise of the loss over the repeats, `deviations` (C,) their standard deviation.

    In the order of `columns` of the source table, whose encoded inputs are permuted together; NaN for those that are
    to come. `base` is the loss on the `rows` rows of `part` as they are.
    """

    data: str
    columns: tuple[str, ...]
    rises: NDArray[np.float64]
    deviations: NDArray[np.float64]
    base: float
    part: str
    rows: int
