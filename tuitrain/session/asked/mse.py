"""What the page that takes the mean squared error apart asks: bias, variance and noise of networks on other samples."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tuitrain.session.questions import Answer, Question


@dataclass(frozen=True)
class MseApart(Question):
    """The network, trained on `members` samples of its rows; `rows` of them in each, 0 for as many as it has.

    Another `draw` makes other samples.
    """

    members: int = 32
    rows: int = 0
    draw: int = 0


@dataclass(frozen=True, eq=False)
class MseAnswer(Answer):
    """Predictions of the `members` networks at Q points, in the target's own units, and what their error consists of.

    `truth` (Q,) is what is to be predicted there, without noise if `noise` (its standard deviation) is known; else it
    is NaN, and the truth is the target of the rows of `part`. `x` (Q,) is the one input where there is one and it is a
    number, ascending, else empty. `shots` (M, Q) are the predictions with the chosen number of rows and the network's
    own units; (0, Q) before they are there. `by_rows` (R, 2) holds bias² and variance for each of `rows`, `by_units`
    (U, 2) for each of `units`, NaN where it is not known yet; `own_rows` and `own_units` are the chosen ones' places.
    Where noise is not known, bias² contains it. `spread` is the standard deviation of `truth`; `steps` were made of
    each network with as many rows as the chosen.
    """

    data: str
    network: str
    part: str
    noise: float
    steps: int
    spread: float
    x: NDArray[np.float64]
    truth: NDArray[np.float64]
    shots: NDArray[np.float64]
    rows: tuple[int, ...]
    own_rows: int
    by_rows: NDArray[np.float64]
    units: tuple[str, ...]
    own_units: int
    by_units: NDArray[np.float64]
