"""Weight decay and L1: what `auto` comes to, and weights of exactly 0."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import Lasso

from tests.engine.test_trainer import IRIS, run
from tests.plain import plain, plain_arrays
from tuitrain.engine import Trainer
from tuitrain.engine.optimizer import PIECE
from tuitrain.options.hyperparameters import OPTIMIZERS

RATES = {"sgd": 0.1, "momentum": 0.02, "nesterov": 0.02, "adagrad": 0.3, "adadelta": 1.0}


def parameters(**values: Any) -> bytes:
    trained = run(IRIS, plain(hidden_layers=(6,), epochs=3, **values))
    return trained.network.parameters.tobytes()


def test_adamw_decays_the_weights_unless_told_otherwise() -> None:
    """adam with a weight decay of 0.01 is the AdamW of the paper, and of torch, whose default that is."""
    assert parameters(optimizer="adamw") == parameters(optimizer="adam", weight_decay=0.01)
    assert parameters(optimizer="adamw") != parameters(optimizer="adam")
    assert parameters(optimizer="adamw", weight_decay=0) == parameters(optimizer="adam")


def test_a_change_to_adamw_begins_its_decay_and_a_change_back_ends_it() -> None:
    edited, told = (Trainer(IRIS, plain(hidden_layers=(6,), weight_decay=w)) for w in ("auto", 0))
    for optimizer, decay in (("adamw", 0.01), ("adam", 0)):
        edited.epoch()
        told.epoch()
        edited.set(None, "optimizer", optimizer)
        told.set(None, "optimizer", optimizer)
        told.set(None, "weight_decay", decay)
    edited.epoch()
    told.epoch()
    assert edited.network.parameters.tobytes() == told.network.parameters.tobytes()


@pytest.mark.parametrize(
    "optimizer",
    [name if name == "adam" else pytest.param(name, marks=pytest.mark.long) for name in OPTIMIZERS],
)
def test_with_l1_a_linear_network_is_the_lasso(optimizer: str) -> None:
    """The same weights as scikit-learn's coordinate descent, of which the same are exactly 0, under every rule."""
    rng = np.random.default_rng(2)
    X = rng.standard_normal((300, 12))
    y = X @ np.array([2.0, -1, 0.5, 0, 0, 0, 0, 0.05, 0, 0, 0, 0]) + 5 + rng.normal(0, 0.5, 300)
    data = plain_arrays(X, y, task="regression", validation=0, test=0)
    h = plain(
        hidden_layers=(), batch_size="full", learning_rate=RATES.get(optimizer, 0.02), epochs=3000, l1=0.1, l2=0,
        optimizer=optimizer, weight_decay=0, beta2=0.99, schedule="cosine",
    )  # fmt: skip
    network = run(data, h).network
    lasso = Lasso(alpha=0.05, tol=1e-10).fit(data.train.X, data.train.y[:, 0])  # it halves the squared error
    found = network.weights[0][0, :, 0]
    assert found == pytest.approx(lasso.coef_, abs=1e-3)
    assert (found == 0).tolist() == (lasso.coef_ == 0).tolist()
    assert 4 <= (found == 0).sum() < 12
    assert network.biases[0][0, 0, 0] == pytest.approx(lasso.intercept_, abs=1e-3)


def test_with_l1_a_share_of_a_hidden_layers_weights_is_exactly_zero() -> None:
    """With mini-batches and the default optimizer, the inputs that say nothing lose most of their weights."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((600, 10))
    data = plain_arrays(X, (X[:, 0] > 0).astype(int), task="classification")
    h = plain(hidden_layers=(16,), epochs=40, l2=0, batch_size=128, patience=0)
    with_l1, without = (run(data, h.replace(l1=l1)).network.weights[0][0] for l1 in (0.02, 0))
    assert (with_l1[1:] == 0).mean() > 0.5
    assert (with_l1[0] != 0).any()
    assert not (without == 0).any()


def test_l1_in_pieces_is_l1_as_a_whole() -> None:
    """Two members that are one piece together, and pieces of their own when twenty are trained with them."""
    data = plain_arrays(np.random.default_rng(0).standard_normal((40, 30)), np.arange(40) % 2,
                               task="classification")  # fmt: skip
    members = [plain(hidden_layers=(200,), epochs=2, l1=0.05 * (i % 3), seed=i) for i in range(22)]
    many, few = run(data, members).network, run(data, members[:2]).network
    assert few.n_parameters * 2 <= 2 * PIECE < few.n_parameters * 22
    assert many.parameters[:2].tobytes() == few.parameters.tobytes()
    assert (few.weights[0] == 0).any(axis=(1, 2)).tolist() == [False, True]
