"""The loss at many points at once is the loss at each alone."""

from __future__ import annotations

import numpy as np
import pytest

from tuitrain.engine import directions
from tuitrain.engine.directions import losses_at, principal_directions, random_direction
from tuitrain.engine.network import Network


@pytest.mark.parametrize("loss", ["cross_entropy", "mse"])
@pytest.mark.parametrize("most", [directions.MOST_NUMBERS, 100])
def test_losses_at_points_are_each_points_loss(loss: str, most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(directions, "MOST_NUMBERS", most)
    rng = np.random.default_rng(0)
    network = Network((2, 5, 3), activation="tanh", loss=loss, dtype=np.float64)
    X, points = rng.normal(size=(20, 2)), rng.normal(size=(7, network.n_parameters))
    y = rng.integers(3, size=20) if loss == "cross_entropy" else rng.normal(size=(20, 3))
    expected = []
    for point in points:
        network.parameters[...] = point
        expected.append(network.loss_and_gradients(X, y)[0])
    kept = network.parameters.copy()
    np.testing.assert_allclose(losses_at(network, points, X, y), expected, rtol=1e-12)
    np.testing.assert_array_equal(network.parameters, kept)


def test_a_loss_that_overflows_is_infinite() -> None:
    network = Network((1, 1), loss="mse", dtype=np.float64)
    found = losses_at(network, np.array([[1e200, 0.0], [0.0, 0.0]]), np.ones((2, 1)), np.zeros((2, 1)))
    assert found[0] == np.inf and found[1] == 0


def test_a_random_direction_is_as_long_as_each_units_weights() -> None:
    network = Network((2, 3, 2), dtype=np.float64)
    parameters = np.random.default_rng(0).normal(size=network.n_parameters)
    direction = random_direction(network, parameters, np.random.default_rng(1))
    for part, (fan_in, fan_out) in zip(network.slices, [(2, 3), (3, 2)], strict=True):
        drawn, own = (flat[part].reshape(fan_in + 1, fan_out) for flat in (direction, parameters))
        np.testing.assert_allclose(np.linalg.norm(drawn, axis=0), np.linalg.norm(own, axis=0))


def test_principal_directions_of_a_path_in_a_plane() -> None:
    rng = np.random.default_rng(0)
    basis, _ = np.linalg.qr(rng.normal(size=(10, 2)))
    path = rng.normal(size=(30, 2)) @ (np.diag([3.0, 1.0]) @ basis.T) + 5
    found, share = principal_directions(path)
    assert share == pytest.approx(1)
    np.testing.assert_allclose(found @ found.T, np.eye(2), atol=1e-12)
    np.testing.assert_allclose(found @ basis @ basis.T, found, atol=1e-12)
    still, whole = principal_directions(np.ones((4, 10)))
    assert not still.any() and whole == 1
