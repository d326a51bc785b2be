"""How many steps a ravine takes, a hundred times as steep across as along, with and without momentum."""

from __future__ import annotations

import math
from functools import cache

import numpy as np

from tuitrain.engine.quadratics import Bowl
from tuitrain.pages.demonstrations.movable import FigureRow, Movable
from tuitrain.translation import N_

VALUES = (0.0, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99)
CURVATURES = (100.0, 1.0)
RATE = 0.01  # 1 / λ of the steep direction
MOST, NEAR, AFTER = 1500, 1e-3, 100


@cache
def distances(optimizer: str, momentum: float) -> tuple[float, ...]:
    """Return the distance to the bottom after each of the steps from (1, 1), the start first."""
    bowl = Bowl(np.zeros(2), 0.0, np.diag(CURVATURES))
    settings = {} if optimizer == "sgd" else {"momentum": momentum}
    path = bowl.descend(optimizer, np.ones(2), RATE, MOST, **settings)
    return tuple(np.linalg.norm(path, axis=1).tolist())


def steps_to_bottom(optimizer: str, momentum: float) -> float:
    """Return after how many steps the distance stays below a thousandth of what it was; infinite beyond 1,500."""
    away = distances(optimizer, momentum)
    far = [step for step, distance in enumerate(away) if distance > NEAR * away[0]]
    return float(far[-1] + 1) if far[-1] < MOST else math.inf


def _rows(momentum: float) -> tuple[FigureRow, ...]:
    def row(optimizer: str, values: tuple[float, ...], now: float) -> FigureRow:
        away = distances(optimizer, now)
        curve = tuple(min(steps_to_bottom(optimizer, value), MOST) for value in values)
        return FigureRow(optimizer, (steps_to_bottom(optimizer, now), away[AFTER] / away[0]), curve)

    moved = (row(optimizer, VALUES, momentum) for optimizer in ("momentum", "nesterov"))
    return (row("sgd", (0.0,) * len(VALUES), 0.0), *moved)


FUNCTION = Movable(N_("momentum β"), VALUES, 0.9, (N_("steps"), N_("left after 100")), _rows)
