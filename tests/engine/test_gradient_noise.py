"""The spread of rows' gradients, without making them, is that of gradients made one by one."""

from __future__ import annotations

import numpy as np
import pytest

from tuitrain.engine.gradient_noise import by_layer, row_gradients, spread_of_rows, tips_of_products
from tuitrain.engine.network import Network

rng = np.random.default_rng(4)


@pytest.mark.parametrize(
    ("sizes", "loss"),
    [((3, 2), "cross_entropy"), ((3, 5, 4, 3), "cross_entropy"), ((3, 6, 1), "hinge"), ((3, 4, 1), "mse")],
)
def test_trace_and_sums_are_those_of_single_rows(sizes: tuple[int, ...], loss: str) -> None:
    network = Network(sizes, activation="tanh", loss=loss, dtype=np.float64)
    network.initialize(1)
    X = rng.normal(size=(13, 3))
    y = rng.normal(size=(13, 1)) if loss == "mse" else rng.integers(max(sizes[-1], 2), size=13)
    each = []
    for row in range(13):
        network.loss_and_gradients(X[row : row + 1], y[row : row + 1])
        each.append(network.gradients[0].copy())
    alone = np.array(each)
    total, squares = row_gradients(network, X, y)
    np.testing.assert_allclose(total, alone.sum(axis=0), atol=1e-12)
    for layer, part in enumerate(by_layer(network, alone)[1:]):
        assert squares[layer] == pytest.approx(np.square(part).sum())
        mean = part.mean(axis=0)
        expected = float(np.trace(np.atleast_2d(np.cov(part.T))))
        assert spread_of_rows(squares[layer], mean, 13) == pytest.approx(expected)


def test_tips_keep_lengths_along_and_across() -> None:
    full = np.array([3.0, 0.0, 0.0])
    gradients = np.array([[2.0, 1.0, 0.0], [4.0, -2.0, 0.1], [-1.0, 0.5, 0.0]])
    tips = tips_of_products(gradients @ gradients.T, gradients @ full, float(full @ full))
    np.testing.assert_allclose(tips[:, 0], gradients[:, 0])
    np.testing.assert_allclose(np.abs(tips[:, 1]), [1.0, 2.0, 0.5], atol=0.02)
    assert tips[0, 1] * tips[1, 1] < 0
