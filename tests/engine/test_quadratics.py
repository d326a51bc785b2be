"""The bowl of a fitted line is its mean squared error; what a step leaves is as its eigenvalues say."""

from __future__ import annotations

import numpy as np
import pytest

from tuitrain.engine.quadratics import Bowl, momentum_modulus

rng = np.random.default_rng(2)
x = rng.uniform(0.2, 1.7, 30)
y = 0.6 * x + 1.1 + rng.normal(0, 0.2, 30)
bowl = Bowl.of_line(x, y)


def mse(w: float, b: float) -> float:
    return sum((t - w * z - b) ** 2 for z, t in zip(x, y, strict=True)) / len(x)


def test_its_losses_and_gradients_are_those_of_the_line() -> None:
    for w, b in rng.normal(size=(5, 2)):
        assert bowl.losses(np.array([w, b])) == pytest.approx(mse(w, b))
        small = 1e-6
        slope = [(mse(w + small, b) - mse(w - small, b)) / 2e-6, (mse(w, b + small) - mse(w, b - small)) / 2e-6]
        np.testing.assert_allclose(bowl.gradient(np.array([w, b])), slope, rtol=1e-5)
    np.testing.assert_allclose(bowl.minimum, np.polyfit(x, y, 1))


def test_sgd_multiplies_each_direction_by_one_minus_rate_times_curvature() -> None:
    curvatures, directions = bowl.curvatures()
    assert curvatures[0] > curvatures[1] > 0
    rate = 0.2
    path = bowl.descend("sgd", bowl.minimum + np.array([0.7, -0.4]), rate, 6) - bowl.minimum
    for curvature, direction in zip(curvatures, directions, strict=True):
        along = path @ direction
        np.testing.assert_allclose(along[1:] / along[:-1], 1 - rate * curvature, rtol=1e-9)


@pytest.mark.parametrize("rate", [0.02, 0.3, 1.0])
@pytest.mark.parametrize("place", [0, 1])
def test_momentum_leaves_the_modulus_of_its_larger_root(rate: float, place: int) -> None:
    curvatures, directions = bowl.curvatures()
    start = bowl.minimum + directions[place]
    path = bowl.descend("momentum", start, rate, 400, momentum=0.9) - bowl.minimum
    along = np.abs(path @ directions[place])
    early, late = along[100:150].max(), along[300:350].max()
    modulus = momentum_modulus(rate, float(curvatures[place]), 0.9)
    assert (late / early) ** (1 / 200) == pytest.approx(modulus, rel=6e-3)  # it swings


def test_complex_roots_have_the_root_of_momentum_as_modulus() -> None:
    assert momentum_modulus(0.25, 3.8, 0.9) == pytest.approx(0.9**0.5)
    assert momentum_modulus(0.001, 0.2, 0.9) > 0.997
