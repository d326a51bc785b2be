"""What the landscape asks: the loss over a plane through the weights, and a race on the bowl of a fitted line."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tuitrain.session.questions import Answer, Question


@dataclass(frozen=True)
class Plane(Question):
    """The loss over two directions from the copy.

    `view` is ``step`` (the next step and a random direction) or ``path`` (the two principal axes of the path of the
    next steps). `zoom` divides how far the plane reaches.
    """

    view: str = "step"
    zoom: float = 1.0


@dataclass(frozen=True, eq=False)
class PlaneAnswer(Answer):
    """The loss of `rows` training rows on a grid, `losses` (R, C) at `up` (R,) and `across` (C,).

    Coordinates are lengths in the space of the weights, measured from the copy. `path` (T, 2) is where the next steps
    lead, as far as the plane shows it, from the copy on, and `behind` (B, 2) where the last ones came from; `share` is
    the part of the squared length of both that it shows.
    `path_losses` (T,) are J at the true places of the path, on the same rows. `size` is the length of all weights.
    """

    view: str
    across: NDArray[np.float64]
    up: NDArray[np.float64]
    losses: NDArray[np.float64]
    path: NDArray[np.float64]
    behind: NDArray[np.float64]
    path_losses: NDArray[np.float64]
    share: float
    rows: int
    size: float
    optimizer: str


@dataclass(frozen=True)
class LineRace(Question):
    """Optimizers race down the bowl of a line fitted to data, from one start.

    `rate` 0 is a little less than what suits the steepest direction; `start` () is chosen. `is_raw`: the input as it
    is in the data, not standardised.
    """

    rate: float = 0.0
    is_raw: bool = True
    start: tuple[float, ...] = ()


@dataclass(frozen=True, eq=False)
class BowlAnswer(Answer):
    """A bowl J(w, b) = mean (y - w x - b)², with its lowest point `minimum` (2,), where J is `least`.

    `curvatures` (2,) are the eigenvalues of its Hessian, the larger first; `shrinks` (2,) |1 - ηλ|, and `moduli` (2,)
    those of momentum's roots. `paths` (O, T + 1, 2) and `losses` (O, T + 1) of each of `optimizers` begin at the start;
    `reached` (O,) is the step from which on J - least stays below `near`, -1 if it does not. `grid` (R, C) is J at `up`
    (R,) and `across` (C,).
    """

    optimizers: tuple[str, ...]
    data: str
    input: str
    rows: int
    is_raw: bool
    rate: float
    momentum: float
    minimum: NDArray[np.float64]
    least: float
    curvatures: NDArray[np.float64]
    shrinks: NDArray[np.float64]
    moduli: NDArray[np.float64]
    paths: NDArray[np.float64]
    losses: NDArray[np.float64]
    reached: tuple[int, ...]
    near: float
    across: NDArray[np.float64]
    up: NDArray[np.float64]
    grid: NDArray[np.float64]
