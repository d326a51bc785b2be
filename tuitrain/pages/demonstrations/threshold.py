"""Precision, recall and F1 of 200 scored rows, 40 of them positive, over the threshold."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from tuitrain.pages.demonstrations.movable import FigureRow, Movable
from tuitrain.translation import N_

VALUES = tuple(t / 20 for t in range(1, 20))
POSITIVE, NEGATIVE, SEED = 40, 160, 0


@cache
def sample() -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Return which rows are positive, and the probabilities they were given: sigmoids of two normal clouds."""
    rng = np.random.Generator(np.random.PCG64(SEED))
    truth = np.arange(POSITIVE + NEGATIVE) < POSITIVE
    z = rng.standard_normal(len(truth)) * 1.5 + np.where(truth, 1.0, -1.5)
    return truth, 1 / (1 + np.exp(-z))


def scores(threshold: float) -> tuple[float, float, float]:
    """Return precision (NaN where no row is called positive), recall and F1."""
    truth, p = sample()
    called = p >= threshold
    hits, misses, alarms = (called & truth).sum(), (~called & truth).sum(), (called & ~truth).sum()
    precision = float(hits / (hits + alarms)) if hits + alarms else float("nan")
    return precision, float(hits / (hits + misses)), float(2 * hits / (2 * hits + alarms + misses))


def _rows(threshold: float) -> tuple[FigureRow, ...]:
    curves = zip(*map(scores, VALUES), strict=True)
    names = (N_("precision"), N_("recall"), "F1")
    return tuple(
        FigureRow(name, (value,), curve) for name, value, curve in zip(names, scores(threshold), curves, strict=True)
    )


FUNCTION = Movable(N_("threshold"), VALUES, 0.5, (N_("score"),), _rows)
