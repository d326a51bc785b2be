"""Many minimisations in lockstep against SciPy's one by one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.optimize import minimize, rosen, rosen_der

from tuitrain.search.gaussian_process.quasi_newton import minimise


def objective(x: Any, rows: Any) -> tuple[Any, Any]:
    return np.array([rosen(row) for row in x]), np.array([rosen_der(row) for row in x])


@pytest.mark.long
def test_each_problem_ends_where_it_would_alone() -> None:
    starts = np.random.default_rng(0).uniform(-1, 1.5, (6, 3))
    low, high = np.full(3, -2.0), np.array([2.0, 2.0, 0.5])  # the free minimum, 1, lies beyond the last bound
    x, value = minimise(objective, starts, low=low, high=high, evaluations=200, tolerance=1e-14)
    for place, start in enumerate(starts):
        theirs = minimize(rosen, start, jac=rosen_der, method="L-BFGS-B", bounds=list(zip(low, high, strict=True)))
        assert value[place] < theirs.fun + 1e-6
        alone = minimise(objective, start[None], low=low, high=high, evaluations=200, tolerance=1e-14)
        assert np.allclose(alone[0][0], x[place], atol=1e-9)
    assert np.all((x >= low) & (x <= high))


def test_values_never_rise_and_evaluations_are_counted() -> None:
    calls = []

    def counted(x: Any, rows: Any) -> tuple[Any, Any]:
        calls.append(len(rows))
        return objective(x, rows)

    starts = np.random.default_rng(1).uniform(-1, 1.5, (4, 5))
    _, value = minimise(counted, starts, low=np.array(-2.0), high=np.array(2.0), evaluations=12)
    assert np.all(value <= objective(starts, None)[0])
    assert len(calls) == 12
