"""Expected improvement of four predictions on the best loss so far, over how unsure they are."""

from __future__ import annotations

import math

import numpy as np

from tuitrain.pages.demonstrations.movable import FigureRow, Movable
from tuitrain.search.gaussian_process.acquisition import log_expected_improvement
from tuitrain.translation import N_

BEST = 0.18
MEANS = (0.16, 0.20, 0.25, 0.30)
VALUES = (0.005, 0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3)


def improvement(mean: float, deviation: float) -> float:
    """Return by how much a loss of this mean and deviation is expected to be below `BEST`, as a search computes it."""
    return float(np.exp(log_expected_improvement(np.array([mean]), np.array([deviation]), BEST))[0])


def _rows(deviation: float) -> tuple[FigureRow, ...]:
    def row(mean: float) -> FigureRow:
        u = (BEST - mean) / deviation
        chance = 0.5 * math.erfc(-u / math.sqrt(2))
        curve = tuple(improvement(mean, value) for value in VALUES)
        return FigureRow(f"μ = {mean:.2f}", (u, chance, improvement(mean, deviation)), curve)

    return tuple(map(row, MEANS))


FUNCTION = Movable(
    N_("best so far 0.18; deviation s"),
    VALUES,
    0.05,
    ("u", N_("chance to be better"), N_("expected improvement")),
    _rows,
)
