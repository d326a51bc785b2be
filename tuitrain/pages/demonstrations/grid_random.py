"""Two hyperparameters of which one has no effect: what a grid and random draws try of the other."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from tuitrain.pages.demonstrations.movable import FigureRow, Movable
from tuitrain.translation import N_

VALUES = (4.0, 9.0, 16.0, 25.0, 36.0, 64.0, 100.0)
OPTIMA, SEED = 4000, 0  # places of the best value, drawn evenly from the range 0 to 1


@cache
def tried(strategy: str, trials: int) -> tuple[float, float]:
    """Return how many values are tried, and how far the nearest is from the best one on average."""
    rng = np.random.Generator(np.random.PCG64(SEED))
    best = rng.random(OPTIMA)
    points: NDArray[np.float64]
    if strategy == "grid":
        side = round(trials**0.5)
        points = np.broadcast_to((np.arange(side) + 0.5) / side, (OPTIMA, side))
    else:
        points = rng.random((OPTIMA, trials))
    nearest = np.abs(points - best[:, None]).min(axis=1)
    return float(len(np.unique(points[0]))), float(nearest.mean())


def _rows(trials: float) -> tuple[FigureRow, ...]:
    def row(name: str) -> FigureRow:
        return FigureRow(name, tried(name, int(trials)), tuple(tried(name, int(n))[1] for n in VALUES))

    return row("grid"), row("random")


FUNCTION = Movable(N_("trials"), VALUES, 9.0, (N_("values tried"), N_("off by (range 1)")), _rows)
