"""Removing a unit is setting its way out to 0: the losses are those of such networks."""

from __future__ import annotations

import numpy as np
import pytest

from tuitrain.engine.ablation import Ablation, layer_outputs
from tuitrain.engine.network import Network

OUTPUTS = {"cross_entropy": 3, "hinge": 1, "mse": 2}


def network_of(loss: str) -> Network:
    network = Network((3, 5, 4, OUTPUTS[loss]), activation="tanh", loss=loss, dtype=np.float64)
    network.parameters[...] = np.random.default_rng(2).standard_normal(network.parameters.shape)
    return network


def loss_without(network: Network, layer: int, units: list[int], X: np.ndarray, y: np.ndarray) -> float:
    cut = Network(network.layer_sizes, activation="tanh", loss=network.loss.name, dtype=np.float64)
    cut.parameters[...] = network.parameters
    cut.weights[layer + 1][0, units] = 0
    return float(cut.loss_and_gradients(X, y)[0])


@pytest.mark.parametrize("loss", OUTPUTS)
@pytest.mark.parametrize("layer", [0, 1])
def test_losses_are_those_of_networks_whose_unit_leads_nowhere(loss: str, layer: int) -> None:
    network, rng = network_of(loss), np.random.default_rng(5)
    X = rng.standard_normal((11, 3))
    y = rng.standard_normal((11, 2)) if loss == "mse" else rng.integers(0, max(OUTPUTS[loss], 2), 11)
    ablation = Ablation(network, X, y, layer)
    width = network.layer_sizes[layer + 1]
    assert ablation.loss == pytest.approx(loss_without(network, layer, [], X, y))
    expected = [loss_without(network, layer, [unit], X, y) for unit in range(width)]
    np.testing.assert_allclose(ablation.without(range(width)), expected)
    order = list(reversed(range(width)))
    left = [loss_without(network, layer, order[count:], X, y) for count in range(width + 1)]
    np.testing.assert_allclose(ablation.with_the_first(order, range(width + 1)), left)


def test_outputs_are_worked_out_layer_by_layer() -> None:
    network = network_of("mse")
    X = np.random.default_rng(1).standard_normal((6, 3))
    first = np.tanh(X @ network.weights[0][0] + network.biases[0][0])
    second = np.tanh(first @ network.weights[1][0] + network.biases[1][0])
    np.testing.assert_allclose(layer_outputs(network, X, 0), first)
    np.testing.assert_allclose(layer_outputs(network, X, 1), second)
