"""Each activation function and its slope at one z, as the engine computes them."""

from __future__ import annotations

import numpy as np

from tuitrain.engine.activations import ACTIVATIONS, Room
from tuitrain.pages.demonstrations.movable import FigureRow, Movable
from tuitrain.translation import N_

VALUES = tuple(z / 2 for z in range(-12, 13))


def value_and_slope(name: str, z: float, leaky_slope: float = 0.01) -> tuple[float, float]:
    """Return f(z) and f′(z) in float64."""
    activation = ACTIVATIONS[name]
    a, slope = np.full((1, 1, 1), z), np.ones((1, 1, 1))
    room = Room(np.empty_like(a), np.empty(a.shape, bool), np.empty_like(a) if activation.keeps else None, leaky_slope)
    activation.forward(a, room)
    activation.backward(slope, a, room)
    return float(a[0, 0, 0]), float(slope[0, 0, 0])


def _rows(z: float) -> tuple[FigureRow, ...]:
    pairs = [value_and_slope(name, z) for name in ACTIVATIONS]
    return (FigureRow("f", tuple(a for a, _ in pairs)), FigureRow("f′", tuple(slope for _, slope in pairs)))


FUNCTION = Movable(N_("z"), VALUES, -1.0, tuple(ACTIVATIONS), _rows)
