"""Points that fill a cube evenly."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import qmc

from tuitrain.search.gaussian_process.low_discrepancy import points


def test_a_later_start_continues_the_same_sequence() -> None:
    whole = points(50, 4, seed=3)
    assert np.array_equal(np.concatenate([points(20, 4, seed=3), points(30, 4, seed=3, start=20)]), whole)
    assert whole.min() >= 0
    assert whole.max() < 1
    assert not np.allclose(points(50, 4, seed=4), whole)


@pytest.mark.parametrize("dimensions", [1, 2, 5, 8])
def test_gaps_are_smaller_than_by_chance(dimensions: int) -> None:
    rng = np.random.default_rng(0)
    ours = [qmc.discrepancy(points(64, dimensions, seed=seed)) for seed in range(10)]
    chance = [qmc.discrepancy(rng.random((64, dimensions))) for _ in range(10)]
    assert np.mean(ours) < 0.6 * np.mean(chance)
