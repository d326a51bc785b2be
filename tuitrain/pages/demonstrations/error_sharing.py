"""An output error of 0.6 handed back to two units over weights of 3 and another: as shares, and as the gradient."""

from __future__ import annotations

import math

from tuitrain.pages.demonstrations.movable import FigureRow, Movable
from tuitrain.translation import N_

ERROR, FIRST = 0.6, 3.0
VALUES = tuple(float(w) for w in range(-4, 7))


def shares(weights: tuple[float, ...]) -> tuple[float, ...]:
    """Return the error in proportion to the weights; infinite where they add up to 0."""
    total = sum(weights)
    return tuple(ERROR * w / total if total else math.copysign(math.inf, w) for w in weights)


def gradient(weights: tuple[float, ...]) -> tuple[float, ...]:
    """Return what the gradient passes back before f′: the error times each weight."""
    return tuple(ERROR * w for w in weights)


def _rows(weight: float) -> tuple[FigureRow, ...]:
    weights = (FIRST, weight)
    names = (N_("to unit 1"), N_("to unit 2"))
    numbers = zip(weights, shares(weights), gradient(weights), strict=True)
    return tuple(FigureRow(name, row) for name, row in zip(names, numbers, strict=True))


FUNCTION = Movable(N_("second weight"), VALUES, 2.0, (N_("weight"), N_("share of 0.6"), N_("gradient")), _rows)
