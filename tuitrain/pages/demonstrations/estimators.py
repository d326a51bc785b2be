"""Bias, variance and mean squared error of estimators, from 20,000 samples of a normal distribution (0, 1)."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from tuitrain.pages.demonstrations.movable import FigureRow, Movable
from tuitrain.translation import N_

VALUES = (2.0, 3.0, 5.0, 10.0, 20.0, 50.0)
SAMPLES, SEED = 20_000, 0
# Each estimator: what it estimates of a distribution (0, 1), and what the sum of squares is divided by, of n
DIVISORS = {N_("variance, / (n − 1)"): -1, N_("variance, / n"): 0, N_("variance, / (n + 1)"): 1}


@cache
def _draws(n: int) -> NDArray[np.float64]:
    rng = np.random.Generator(np.random.PCG64(SEED))
    return rng.standard_normal((SAMPLES, n))


@cache
def errors(name: str, n: int) -> tuple[float, float, float]:
    """Return bias², variance and mean squared error of an estimator from samples of `n` values."""
    draws = _draws(n)
    if name in DIVISORS:
        estimates, truth = draws.var(axis=1) * n / (n + DIVISORS[name]), 1.0
    else:
        estimates, truth = draws.mean(axis=1), 0.0
    bias = float(estimates.mean() - truth) ** 2
    return bias, float(estimates.var()), float(((estimates - truth) ** 2).mean())


def _rows(n: float) -> tuple[FigureRow, ...]:
    names = (N_("mean"), *DIVISORS)
    return tuple(
        FigureRow(name, errors(name, int(n)), tuple(errors(name, int(m))[2] for m in VALUES)) for name in names
    )


FUNCTION = Movable(N_("rows n"), VALUES, 10.0, (N_("bias²"), N_("variance"), "MSE"), _rows)
