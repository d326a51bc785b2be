"""The signal through depth is that of single rows, taken through the network one by one."""

from __future__ import annotations

import numpy as np
import pytest

from tuitrain.engine.depth import through_depth
from tuitrain.engine.network import Network
from tuitrain.engine.trace import RowThrough


@pytest.mark.parametrize(
    ("loss", "outputs"), [("cross_entropy", 3), ("binary_cross_entropy", 1), ("hinge", 1), ("mse", 2)]
)
@pytest.mark.parametrize("activation", ["sigmoid", "relu", "gelu"])
def test_layers_hold_what_single_rows_leave(loss: str, outputs: int, activation: str) -> None:
    rng = np.random.default_rng(3)
    network = Network((4, 5, 6, outputs), activation=activation, loss=loss, dtype=np.float64)
    network.parameters[...] = rng.standard_normal(network.parameters.shape)
    X = rng.standard_normal((7, 4))
    y = rng.standard_normal((7, outputs)) if loss == "mse" else rng.integers(0, max(outputs, 2), 7)
    through = through_depth(network, X, y)
    single = [RowThrough(network, x, t).trace(network.parameters[0]) for x, t in zip(X, y, strict=True)]
    for place, layer in enumerate(through.layers):
        for name in ("a", "slope", "back", "delta"):
            expected = np.array([getattr(one.layers[place], name) for one in single])
            np.testing.assert_allclose(getattr(layer, name), expected, atol=1e-12)
    np.testing.assert_allclose(through.output_delta, [one.layers[-1].delta for one in single], atol=1e-12)


def test_factors_multiply_to_the_ratio_of_the_lengths() -> None:
    rng = np.random.default_rng(0)
    network = Network((3, 8, 8, 8, 2), activation="tanh", dtype=np.float64)
    network.initialize(4)
    X, y = rng.standard_normal((20, 3)), rng.integers(0, 2, 20)
    through = through_depth(network, X, y)
    lengths = [float(np.sqrt(np.mean([row @ row for row in layer.delta]))) for layer in through.layers]
    assert [layer.norm for layer in through.layers] == pytest.approx(lengths)
    for place in range(2):
        assert through.ratio(place) == pytest.approx(lengths[place] / lengths[place + 1])
    out = float(np.sqrt(np.mean([row @ row for row in through.output_delta])))
    assert through.ratio(2) == pytest.approx(lengths[2] / out)


def test_scaled_weights_are_those_of_a_network_with_larger_weights() -> None:
    rng = np.random.default_rng(1)
    network = Network((3, 4, 4, 2), activation="sigmoid", dtype=np.float64)
    network.parameters[...] = rng.standard_normal(network.parameters.shape)
    X, y = rng.standard_normal((9, 3)), rng.integers(0, 2, 9)
    scaled = through_depth(network, X, y, scale=4.0)
    network.parameters[...] *= np.where(network.weight_mask() > 0, 4, 1)
    for one, other in zip(scaled.layers, through_depth(network, X, y).layers, strict=True):
        np.testing.assert_allclose(one.delta, other.delta)
