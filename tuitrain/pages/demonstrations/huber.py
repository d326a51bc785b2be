"""What one error costs under the three losses of a regression, and how hard it pulls."""

from __future__ import annotations

from tuitrain.pages.demonstrations.movable import FigureRow, Movable
from tuitrain.translation import N_

VALUES = tuple(error / 2 for error in range(-12, 13))
DELTA = 1.0


def squared(error: float) -> tuple[float, float]:
    """Return e² and its slope."""
    return error * error, 2 * error


def absolute(error: float) -> tuple[float, float]:
    """Return |e| and its slope, 0 at 0."""
    return abs(error), float((error > 0) - (error < 0))


def huber(error: float, delta: float = DELTA) -> tuple[float, float]:
    """Return Huber's loss and its slope: ½ e² up to δ, straight beyond."""
    if abs(error) <= delta:
        return error * error / 2, error
    return delta * (abs(error) - delta / 2), delta * absolute(error)[1]


LOSSES = {N_("squared"): squared, N_("absolute"): absolute, N_("Huber, δ = 1"): huber}


def _rows(error: float) -> tuple[FigureRow, ...]:
    return tuple(
        FigureRow(name, loss(error), tuple(loss(value)[0] for value in VALUES)) for name, loss in LOSSES.items()
    )


FUNCTION = Movable(N_("error ŷ − t"), VALUES, 3.0, (N_("loss"), N_("slope")), _rows)
