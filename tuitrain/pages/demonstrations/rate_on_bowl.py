"""Twenty steps of gradient descent on a bowl, along a steep and a flat direction."""

from __future__ import annotations

import numpy as np

from tuitrain.engine.quadratics import Bowl
from tuitrain.pages.demonstrations.movable import FigureRow, Movable
from tuitrain.translation import N_

VALUES = (0.01, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9, 0.95, 1.0, 1.05, 1.1, 1.3)
DIRECTIONS = {N_("steep, λ = 2"): 2.0, N_("flat, λ = 0.2"): 0.2}
STEPS = 20
DRAWN = 2.0  # times the first distance, at which a curve that flies off is cut


def path(curvature: float, rate: float) -> tuple[float, ...]:
    """Return the place along a direction after each step, from 1; the bottom is 0."""
    bowl = Bowl(np.zeros(1), 0.0, np.array([[curvature]]))
    return tuple(bowl.descend("sgd", np.ones(1), rate, STEPS)[:, 0].tolist())


def _rows(rate: float) -> tuple[FigureRow, ...]:
    def row(name: str, curvature: float) -> FigureRow:
        places = path(curvature, rate)
        curve = tuple(min(max(place, -DRAWN), DRAWN) for place in places)
        return FigureRow(name, (abs(1 - rate * curvature), abs(places[-1])), curve)

    return tuple(row(name, curvature) for name, curvature in DIRECTIONS.items())


FUNCTION = Movable(N_("rate η"), VALUES, 0.9, ("|1 − ηλ|", N_("left after 20")), _rows)
