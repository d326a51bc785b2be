"""Softmax of three logits, the first of which moves."""

from __future__ import annotations

import math

from tuitrain.pages.demonstrations.movable import FigureRow, Movable
from tuitrain.translation import N_

OTHERS = (1.0, 0.0)
VALUES = tuple(float(z) for z in range(-5, 6))


def softmax(logits: tuple[float, ...]) -> tuple[float, ...]:
    """Return exp(z) / Σ exp(z) of each, with the largest taken off first, so that none overflows."""
    powers = [math.exp(z - max(logits)) for z in logits]
    return tuple(power / sum(powers) for power in powers)


def _rows(z: float) -> tuple[FigureRow, ...]:
    logits, found = (z, *OTHERS), softmax((z, *OTHERS))
    curves = zip(*(softmax((value, *OTHERS)) for value in VALUES), strict=True)
    names = (N_("class 1"), N_("class 2"), N_("class 3"))
    return tuple(FigureRow(*each) for each in zip(names, zip(logits, found, strict=True), curves, strict=True))


FUNCTION = Movable(N_("logit of class 1"), VALUES, 2.0, (N_("logit"), N_("probability")), _rows)
