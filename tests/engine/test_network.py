"""The network's gradients, against PyTorch's figures and finite differences; its shapes and its stability."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tuitrain.engine import Network
from tuitrain.engine.activations import ACTIVATIONS
from tuitrain.engine.losses import LOSSES
from tuitrain.errors import HyperparameterError
from tuitrain.options.hyperparameters import ACTIVATIONS as DECLARED_ACTIVATIONS
from tuitrain.options.hyperparameters import LOSSES as DECLARED_LOSSES

REFERENCE = np.load(Path(__file__).parent / "reference" / "gradients.npz")
KIND = {"mse": "values", "mae": "values", "huber": "values", "binary_cross_entropy": "shares",
        "cross_entropy": "classes", "hinge": "classes"}  # fmt: skip
PAIRS = [(activation, loss) for activation in ACTIVATIONS for loss in LOSSES]


def reference_network(activation: str, loss: str, members: int = 1) -> Network:
    network = Network((5, 7, 6, 3), activation=activation, loss=loss, members=members, dtype=np.float64)
    for layer in range(3):
        network.weights[layer][...] = REFERENCE[f"weights{layer}"]
        network.biases[layer][...] = REFERENCE[f"biases{layer}"]
    return network


def test_the_tables_hold_what_the_hyperparameters_declare() -> None:
    assert tuple(ACTIVATIONS) == DECLARED_ACTIVATIONS
    assert ("auto", *LOSSES) == DECLARED_LOSSES


@pytest.mark.parametrize(("activation", "loss"), PAIRS)
def test_gradients_equal_those_of_pytorch(activation: str, loss: str) -> None:
    network = reference_network(activation, loss, members=2)
    value = network.loss_and_gradients(REFERENCE["X"], REFERENCE[KIND[loss]])
    assert value == pytest.approx(float(REFERENCE[f"{activation}-{loss}-value"]), abs=1e-12)
    for row in network.gradients:
        assert np.abs(row - REFERENCE[f"{activation}-{loss}"]).max() < 1e-12


@pytest.mark.parametrize(("activation", "loss"), PAIRS)
def test_gradients_equal_finite_differences(activation: str, loss: str) -> None:
    rng = np.random.default_rng(1)
    network = Network((3, 4, 2), activation=activation, loss=loss, dtype=np.float64, leaky_slope=0.1, huber_delta=0.7)
    network.initialize(5)
    network.biases[0][...] = 0.1
    X = rng.standard_normal((6, 3))
    y = rng.integers(0, 2, 6) if LOSSES[loss].for_classes else rng.standard_normal((6, 2))
    network.loss_and_gradients(X, y)
    analytic, parameters = network.gradients.copy(), network.parameters
    for index in range(network.n_parameters):
        kept, h = parameters[0, index], 1e-6
        parameters[0, index] = kept + h
        above = network.loss_and_gradients(X, y)[0]
        parameters[0, index] = kept - h
        below = network.loss_and_gradients(X, y)[0]
        parameters[0, index] = kept
        assert (above - below) / (2 * h) == pytest.approx(analytic[0, index], abs=1e-6)


@pytest.mark.parametrize("loss", ["binary_cross_entropy", "cross_entropy", "hinge", "mse"])
@pytest.mark.parametrize("size", [1e4, -1e4])
def test_losses_stay_finite_at_large_logits(loss: str, size: float) -> None:
    network = Network((1, 3), loss=loss)
    network.weights[0][...] = np.array([size, 0, -size])
    value = network.loss_and_gradients(np.ones((4, 1)), np.array([0, 1, 2, 0]) if loss != "mse" else np.zeros((4, 3)))
    assert np.isfinite(value).all()
    assert np.isfinite(network.gradients).all()
    assert np.isfinite(network.predict(np.ones((2, 1)))).all()


def test_layers_are_views_into_one_flat_array() -> None:
    network = Network((4, 3, 2), members=5)
    assert network.parameters.shape == (5, 4 * 3 + 3 + 3 * 2 + 2)
    assert network.parameters.flags.c_contiguous
    assert network.gradients.flags.c_contiguous
    assert [w.shape for w in network.weights] == [(5, 4, 3), (5, 3, 2)]
    assert [b.shape for b in network.biases] == [(5, 1, 3), (5, 1, 2)]
    assert all(np.shares_memory(view, network.parameters) for view in network.weights + network.biases)
    network.initialize(range(5))
    assert not np.array_equal(network.parameters[0], network.parameters[1])


def test_predict_gives_probabilities_and_equals_a_product_by_hand() -> None:
    network = Network((2, 3), members=2)
    network.initialize([1, 2])
    X = np.array([[1.0, -2.0], [0.5, 3.0], [0, 0]], np.float32)
    by_hand = np.exp(X @ network.weights[0][1])
    result = network.predict(X)
    assert result.shape == (2, 3, 3)
    assert result[1] == pytest.approx(by_hand / by_hand.sum(axis=1, keepdims=True), rel=1e-5)


def test_members_may_have_rows_of_their_own() -> None:
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((2, 9, 5)), rng.integers(0, 3, (2, 9))
    stack = reference_network("tanh", "cross_entropy", members=2)
    losses = stack.loss_and_gradients(X, y)
    for member in range(2):
        alone = reference_network("tanh", "cross_entropy")
        assert alone.loss_and_gradients(X[member], y[member])[0] == losses[member]
        assert np.array_equal(alone.gradients[0], stack.gradients[member])


@settings(max_examples=25, deadline=None)
@given(
    sizes=st.lists(st.integers(1, 9), min_size=2, max_size=4), batch=st.integers(1, 40), members=st.integers(2, 5),
    activation=st.sampled_from(list(ACTIVATIONS)), loss=st.sampled_from(list(LOSSES)),
)  # fmt: skip
def test_a_pass_of_a_stack_is_bit_identical_to_passes_alone(
    sizes: list[int], batch: int, members: int, activation: str, loss: str
) -> None:
    rng = np.random.default_rng(0)
    X = rng.standard_normal((batch, sizes[0])).astype(np.float32)
    y = rng.integers(0, max(sizes[-1], 2), batch) if LOSSES[loss].for_classes else rng.random((batch, sizes[-1]))
    stack = Network(sizes, activation=activation, loss=loss, members=members)
    stack.initialize(range(members))
    losses = stack.loss_and_gradients(X, y)
    for member in range(members):
        alone = Network(sizes, activation=activation, loss=loss)
        alone.initialize(member)
        assert alone.loss_and_gradients(X, y).tobytes() == losses[member : member + 1].tobytes()
        assert alone.gradients.tobytes() == stack.gradients[member].tobytes()


def test_bad_arguments_are_named() -> None:
    with pytest.raises(HyperparameterError, match="did you mean relu"):
        Network((2, 2), activation="rleu")
    with pytest.raises(HyperparameterError, match="layer sizes"):
        Network((2, 0, 2))
    with pytest.raises(ValueError, match=r"expected \(rows, 2\)"):
        Network((2, 2)).predict(np.zeros((3, 3)))
    with pytest.raises(ValueError, match="whole numbers from 0 to 1"):
        Network((2, 2)).loss_and_gradients(np.zeros((2, 2)), np.array([0, 2]))
