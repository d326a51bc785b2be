"""The losses before the first step: those of the untrained network, taken once, and nothing else changes by it."""

import numpy as np
import pytest

from tests.plain import plain, plain_dataset
from tuitrain.session.live_training import LiveTraining


def cross_entropy(network, part):
    """The mean of -log softmax of the true class, layer by layer in float64."""
    a = part.X.astype(np.float64)
    for number, (weights, biases) in enumerate(zip(network.weights, network.biases, strict=True)):
        z = a @ weights[0].astype(np.float64) + biases[0].astype(np.float64)
        a = z if number == len(network.weights) - 1 else np.maximum(z, 0)
    z -= z.max(axis=1, keepdims=True)
    return float(np.mean(np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(z)), part.y]))


@pytest.fixture(scope="module")
def iris():
    return plain_dataset("iris")


def test_they_are_the_untrained_networks(iris):
    live = LiveTraining(iris, plain())
    expected = [cross_entropy(live.trainer.network, part) for part in (iris.train, iris.validation)]
    live.measure_start()
    snapshot = live.snapshot(version=1, state="ready", pending={})
    assert (snapshot.first_train_loss, snapshot.first_validation_loss) == pytest.approx(expected, rel=1e-5)
    for _ in range(20):
        live.step()
    live.measure_start()
    later = live.snapshot(version=2, state="running", pending={})
    assert later.first_train_loss == snapshot.first_train_loss
    assert later.history.column("epoch")[0] == 1


@pytest.mark.parametrize("dropout", [0.0, 0.3])
def test_training_has_the_same_bits_with_and_without_them(iris, dropout):
    one, other = (LiveTraining(iris, plain(dropout=dropout)) for _ in range(2))
    one.measure_start()
    for live in (one, other):
        for _ in range(25):
            live.step()
    assert one.trainer.network.parameters.tobytes() == other.trainer.network.parameters.tobytes()
    for name in ("train_loss", "validation_loss", "gradient_norm"):
        assert one.history.column(name).tobytes() == other.history.column(name).tobytes()


def test_a_batch_by_hand_shows_its_own_loss_and_gradient(iris):
    by_hand, other = (LiveTraining(iris, plain(optimizer="sgd", learning_rate=0.5, l2=0.0)) for _ in range(2))
    network = by_hand.trainer.network
    before = network.parameters.copy()
    by_hand.step(is_by_hand=True)
    moved = (before - network.parameters)[0] / 0.5  # plain descent: the step is the rate times the gradient
    snapshot = by_hand.snapshot(version=1, state="paused", pending={})
    expected = [np.linalg.norm(moved[part]) for part in network.slices]
    assert [layer.gradient_norm for layer in snapshot.layers] == pytest.approx(expected, rel=1e-3)
    assert snapshot.gradient_norm == pytest.approx(np.linalg.norm(moved), rel=1e-3)
    assert 0.5 < snapshot.batch_loss < 3  # three classes, nothing learnt: about log 3
    other.step()
    assert other.trainer.network.parameters.tobytes() == network.parameters.tobytes()
    assert np.isnan(other.snapshot(version=1, state="paused", pending={}).batch_loss)
    for live in (by_hand, other):
        while not live.step():
            pass
    assert by_hand.history.column("gradient_norm").tobytes() == other.history.column("gradient_norm").tobytes()
    assert np.isnan(by_hand.snapshot(version=2, state="paused", pending={}).batch_loss)
