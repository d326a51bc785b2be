"""A row taken apart gives the engine's own numbers, and those of finite differences."""

from __future__ import annotations

import numpy as np
import pytest

from tuitrain.engine.activations import ACTIVATIONS
from tuitrain.engine.losses import LOSSES
from tuitrain.engine.network import Network, equal_shares, with_ones
from tuitrain.engine.trace import RowThrough


def make_network(
    activation: str = "tanh", loss: str = "cross_entropy", sizes: tuple[int, ...] = (3, 5, 4, 3)
) -> Network:
    network = Network(sizes, activation=activation, loss=loss, dtype=np.float64)
    network.parameters[...] = np.random.default_rng(1).normal(size=network.parameters.shape)
    return network


def row_of(network: Network) -> tuple[np.ndarray, object]:
    x = np.array([0.8, -0.5, 0.3])[: network.layer_sizes[0]]
    return x, 1 if network.loss.for_classes else np.array([0.2, -1.0, 0.7])[: network.n_outputs]


CASES = [
    *((activation, "cross_entropy", (3, 5, 4, 3)) for activation in ACTIVATIONS),
    *(("tanh", loss, (3, 5, 4, 3)) for loss in LOSSES),
    ("relu", "binary_cross_entropy", (3, 4, 1)), ("relu", "hinge", (3, 4, 1)), ("elu", "mse", (2, 1)),
]  # fmt: skip


@pytest.mark.parametrize(("activation", "loss", "sizes"), CASES)
def test_trace_has_the_loss_and_gradients_of_the_engine(activation: str, loss: str, sizes: tuple[int, ...]) -> None:
    network = make_network(activation, loss, sizes)
    x, y = row_of(network)
    trace = RowThrough(network, x, y).trace(network.parameters[0])
    expected = network.loss_and_gradients(x[None], np.asarray(y)[None])
    assert trace.loss == pytest.approx(expected[0], rel=1e-12)
    np.testing.assert_allclose(trace.gradient, network.gradients[0], rtol=1e-10, atol=1e-14)
    np.testing.assert_array_equal(trace.parameters, network.parameters[0])
    np.testing.assert_allclose(trace.layers[-1].a, network.predict(x[None])[0, 0], rtol=1e-12)


@pytest.mark.parametrize("activation", [name for name in ACTIVATIONS if name != "identity"])
def test_trace_agrees_with_finite_differences_and_its_own_chain(activation: str) -> None:
    network = make_network(activation)
    through = RowThrough(network, *row_of(network))
    parameters = network.parameters[0]
    trace = through.trace(parameters)
    measured = [through.finite_difference(parameters, index) for index in range(len(parameters))]
    np.testing.assert_allclose(trace.gradient, measured, rtol=1e-5, atol=1e-8)
    for before, after in zip(trace.layers, trace.layers[1:], strict=False):
        np.testing.assert_allclose(after.inputs[:-1], before.a)
        np.testing.assert_allclose(before.delta, before.slope * (after.block[:-1] @ after.delta))
    assert through.loss(parameters) == trace.loss


def test_masks_silence_units_as_dropout_does() -> None:
    network = make_network("relu")
    x, y = row_of(network)
    masks = [np.array([2.0, 0, 2, 0, 2]), np.array([0.0, 2, 2, 0])]

    class Fixed:
        def draw(self, mask: np.ndarray) -> None:
            mask[...] = next(drawn)[None, :, None]

    drawn = iter(masks)
    passing = network.make_pass(1, Fixed())  # type: ignore[arg-type]
    share = equal_shares(1, np.float64)
    loss = passing.train(
        with_ones(x[None], np.float64).T, network.loss.weigh(network.encode(np.array([y]), 1), share), share
    )
    trace = RowThrough(network, x, y, masks).trace(network.parameters[0])
    assert trace.loss == pytest.approx(loss[0], rel=1e-12)
    np.testing.assert_allclose(trace.gradient, network.gradients[0], rtol=1e-10, atol=1e-14)


def test_shares_are_those_of_the_ready_made_example() -> None:
    """Weights 3 and 2 on inputs of 1 and an error of 0.6: 60 % and 40 %, and 1.8 and 1.2 handed back."""
    network = Network((2, 2, 1), activation="identity", loss="mse", dtype=np.float64)
    network.parameters[...] = [1, 0, 0, 1, 0, 0, 3, 2, 0]
    through = RowThrough(network, np.array([1.0, 1.0]), np.array([5 - 0.3]))  # mse: δ = 2 (5 - t)
    hidden, out = through.trace(network.parameters[0]).layers
    np.testing.assert_allclose(out.shares(0), [0.6, 0.4])
    assert out.delta[0] == pytest.approx(0.6)
    np.testing.assert_allclose(hidden.back, [1.8, 1.2])
    np.testing.assert_allclose(out.gradient[:, 0], [0.6, 0.6, 0.6])


def test_a_row_that_does_not_fit_is_refused() -> None:
    network = make_network()
    with pytest.raises(ValueError, match=r"x has shape \(2,\); expected \(3,\)"):
        RowThrough(network, np.zeros(2), 0)
    with pytest.raises(ValueError, match="masks"):
        RowThrough(network, np.zeros(3), 0, [np.ones(5)])
    with pytest.raises(ValueError, match="parameters have shape"):
        RowThrough(network, np.zeros(3), 0).trace(np.zeros(3))
