"""Training: stacks equal members alone, runs repeat, schedules, early stopping, divergence, linear models."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, load_iris
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.svm import LinearSVC

from tests.plain import plain, plain_arrays, plain_dataset
from tuitrain.data.dataset import Dataset
from tuitrain.engine import Trainer
from tuitrain.engine.penalties import Penalties
from tuitrain.errors import HyperparameterError
from tuitrain.options.hyperparameters import OPTIMIZERS, Hyperparameters

IRIS = plain_arrays(*load_iris(return_X_y=True), task="classification")
CANCER = plain_arrays(*load_breast_cancer(return_X_y=True), task="classification")


def run(dataset: Any, hyperparameters: Any) -> Trainer:
    trainer = Trainer(dataset, hyperparameters)
    while not trainer.is_done:
        trainer.epoch()
    return trainer


def varied(count: int, **shared: Any) -> list[Hyperparameters]:
    """Members that differ in all that members may differ in."""
    schedules = [
        "constant",
        "cosine",
        "step",
        "one_cycle",
        "plateau",
        "warm_restarts",
        "exponential",
        "inverse_scaling",
    ]
    return [
        plain(
            seed=i % 7, learning_rate=0.001 * (i + 1), dropout=0.1 * (i % 3), l1=1e-4 * (i % 2), l2=1e-3 * (i % 4),
            weight_decay=0.05 * (i % 3), gradient_clip=0.5 * (i % 2), beta1=0.9 - 0.01 * i, momentum=0.5 + 0.01 * i,
            schedule=schedules[i % 8], schedule_epochs=3, warmup=float(i % 3), epochs=6 + i % 3, patience=2 + i % 4,
            **shared,
        )
        for i in range(count)
    ]  # fmt: skip


@pytest.mark.parametrize("optimizer", ["adam", "nesterov"])
def test_a_stack_of_24_is_bit_identical_to_24_trainings(optimizer: str) -> None:
    members = varied(24, hidden_layers=(9, 5), batch_size=20, optimizer=optimizer)
    stack = run(IRIS, members)
    for index, member in enumerate(members):
        alone = run(IRIS, member)
        assert alone.network.parameters.tobytes() == stack.network.parameters[index].tobytes()
        assert alone.early_stopping.best_epoch[0] == stack.early_stopping.best_epoch[index]


@pytest.mark.parametrize("shape", [{"hidden_layers": ()}, {"loss": "hinge"}, {"batch_size": "full"}, {"batch_size": 1},
                                   {"activation": "gelu"}, {"class_weights": "balanced"}])  # fmt: skip
def test_stacks_of_other_kinds_are_bit_identical_too(shape: dict[str, Any]) -> None:
    members = varied(4, **{"hidden_layers": (6,), **shape})
    stack = run(IRIS, members)
    for index, member in enumerate(members):
        assert run(IRIS, member).network.parameters.tobytes() == stack.network.parameters[index].tobytes()


PROGRAM = """
from sklearn.datasets import load_iris
from tuitrain.data.dataset import Dataset
from tuitrain.engine import Trainer
from tuitrain.engine.penalties import Penalties
from tuitrain.options.hyperparameters import Hyperparameters
import hashlib
trainer = Trainer(plain_arrays(*load_iris(return_X_y=True)), [plain(epochs=3, dropout=0.2, seed=5)])
while not trainer.is_done:
    trainer.epoch()
print(hashlib.sha256(trainer.network.parameters.tobytes()).hexdigest())
"""


@pytest.mark.long
def test_two_processes_give_the_same_bits() -> None:
    found = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True).stdout.strip()
    here = run(IRIS, plain(epochs=3, dropout=0.2, seed=5)).network.parameters
    assert hashlib.sha256(here.tobytes()).hexdigest() == found


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_optimizer_learns(optimizer: str) -> None:
    rate = {"adadelta": 1.0, "sgd": 0.3, "momentum": 0.05, "nesterov": 0.05, "adagrad": 0.1}.get(optimizer, 0.01)
    trainer = Trainer(IRIS, [plain(optimizer=optimizer, learning_rate=rate, epochs=30, hidden_layers=(16,))])
    first = trainer.epoch().train_loss[0]
    while not trainer.is_done:
        last = trainer.epoch().train_loss[0]
    assert last < 0.5 * first


def test_early_stopping_restores_the_best_parameters() -> None:
    trainer = Trainer(IRIS, [plain(hidden_layers=(32,), learning_rate=0.05, patience=5, epochs=500)])
    losses, kept = [], []
    while not trainer.is_done:
        losses.append(trainer.epoch().validation_loss[0])
        kept.append(trainer.network.parameters.copy())
    best = int(np.argmin(losses))
    assert trainer.early_stopping.endings == ["patience"]
    assert len(losses) == best + 1 + 5
    assert np.array_equal(trainer.network.parameters, kept[best])


@pytest.mark.parametrize("batch_size", [7, "full"])
def test_an_epoch_sees_every_row_once(batch_size: Any) -> None:
    trainer = Trainer(IRIS, [plain(batch_size=batch_size)])
    seen: list[np.ndarray[Any, Any]] = []
    trainer._batches.begin_epoch()
    while trainer._batches.rows_left:
        seen.append(trainer._batches.next(trainer.batch_size).rows[:-1].T.copy())
    rows = np.concatenate(seen)
    assert sorted(map(tuple, rows)) == sorted(map(tuple, IRIS.train.X))


def test_the_batch_size_can_change_in_mid_epoch() -> None:
    trainer = Trainer(IRIS, [plain(batch_size=10)])
    trainer.step()
    trainer.set(0, "batch_size", 50)
    record = trainer.epoch()
    assert trainer.samples_done == len(IRIS.train)
    assert record.step == 1 + int(np.ceil((len(IRIS.train) - 10) / 50))


def test_a_live_edit_of_one_member_leaves_the_others_alone() -> None:
    members = varied(3, hidden_layers=(5,))
    touched, untouched = Trainer(IRIS, members), Trainer(IRIS, members)
    touched.epoch()
    untouched.epoch()
    touched.set(1, "learning_rate", 0.5)
    touched.set(1, "dropout", 0.4)
    touched.epoch()
    untouched.epoch()
    assert touched.network.parameters[0].tobytes() == untouched.network.parameters[0].tobytes()
    assert touched.network.parameters[2].tobytes() == untouched.network.parameters[2].tobytes()
    assert not np.array_equal(touched.network.parameters[1], untouched.network.parameters[1])


def test_what_cannot_change_live_is_refused() -> None:
    trainer = Trainer(IRIS, varied(2))
    with pytest.raises(HyperparameterError, match="applies at reset"):
        trainer.set(0, "hidden_layers", (3,))
    with pytest.raises(HyperparameterError, match="shared by all members"):
        trainer.set(0, "batch_size", 3)
    with pytest.raises(HyperparameterError, match="not above 0"):
        trainer.set(0, "learning_rate", -1)
    with pytest.raises(HyperparameterError, match="cannot train in one stack"):
        Trainer(IRIS, [plain(), plain(hidden_layers=(3,))])


def test_divergence_keeps_finite_parameters_and_names_the_cause() -> None:
    rng = np.random.default_rng(0)
    data = plain_arrays(rng.standard_normal((100, 3)), rng.standard_normal(100), task="regression")
    members = [plain(optimizer="sgd", learning_rate=rate, epochs=5) for rate in (0.01, 500.0)]
    trainer = run(data, members)
    assert trainer.early_stopping.endings == ["epochs", "diverged"]
    divergence = trainer.early_stopping.divergences[1]
    assert divergence is not None
    assert divergence.cause == "learning_rate"
    assert np.isfinite(trainer.network.parameters).all()
    assert trainer.network.parameters[:1].tobytes() == run(data, members[0]).network.parameters.tobytes()


def test_divergence_without_a_validation_part_keeps_finite_parameters() -> None:
    """The loss is that before each update, so that only the parameters show what the last one did."""
    X = np.random.default_rng(0).standard_normal((60, 3))
    data = plain_arrays(X, X[:, 0] ** 2, task="regression", validation=0, test=0)
    h = plain(hidden_layers=(64,) * 6, activation="softplus", optimizer="sgd", learning_rate=100,
                        batch_size="full", epochs=50)  # fmt: skip
    trainer = run(data, [h, h.replace(learning_rate=1e-4)])
    assert trainer.early_stopping.endings == ["diverged", "epochs"]
    assert np.isfinite(trainer.network.parameters).all()
    assert np.isfinite(trainer.early_stopping.best_parameters).all()


def test_without_a_validation_part_members_of_other_lengths_end_as_they_do_alone() -> None:
    X = np.random.default_rng(0).standard_normal((90, 4))
    data = plain_arrays(X, X[:, 0] * 3, task="regression", validation=0, test=0)
    members = [plain(optimizer="sgd", learning_rate=rate, epochs=epochs, hidden_layers=(16,), batch_size=30)
               for rate, epochs in ((0.01, 2), (1.0, 12), (3.0, 12), (0.1, 5))]  # fmt: skip
    together = run(data, members)
    assert "diverged" in together.early_stopping.endings
    for member, h in enumerate(members):
        alone = run(data, h)
        assert alone.early_stopping.endings[0] == together.early_stopping.endings[member]
        assert alone.early_stopping.best_epoch[0] == together.early_stopping.best_epoch[member]
        assert alone.early_stopping.divergences[0] == together.early_stopping.divergences[member]
        assert alone.network.parameters.tobytes() == together.network.parameters[member].tobytes()


@pytest.mark.parametrize("size", [1e-3, 1.0, 1e25])
def test_clipping_leaves_a_gradient_of_that_norm_however_large_it_was(size: float) -> None:
    mask, nothing = np.ones((1, 1000), np.float32), np.zeros(1)
    gradients = np.random.default_rng(0).standard_normal((1, 1000)).astype(np.float32) * np.float32(size)
    direction = gradients.astype(np.float64) / np.linalg.norm(gradients.astype(np.float64))
    Penalties(mask, nothing, nothing, nothing, np.array([1e-4])).begin(mask * 0, gradients, np.ones((1, 1)))
    assert np.allclose(gradients, direction * 1e-4, rtol=1e-3, atol=1e-12)


def test_units_are_judged_idle_on_enough_rows_though_the_validation_part_is_small() -> None:
    rng = np.random.default_rng(0)
    X = rng.standard_normal((400, 4))
    data = plain_arrays(X, X @ rng.standard_normal(4), task="regression", validation=0.01, test=0)
    trainer = Trainer(data, [plain(hidden_layers=(64,), batch_size=1)])
    shown = trainer.epoch().idle_shares[0, 0]
    network = trainer.network
    sums = data.train.X @ network.weights[0][0] + network.biases[0][0]
    assert shown == pytest.approx((sums <= 0).all(axis=0).mean(), abs=0.02)
    assert (data.validation.X @ network.weights[0][0] + network.biases[0][0] <= 0).all(axis=0).mean() > shown + 0.02


def test_dropout_keeps_the_expected_activation() -> None:
    """Inverted dropout: the mean over many masks of what is passed on is what went in."""
    trainer = Trainer(IRIS, [plain(hidden_layers=(50,), dropout=0.4)])
    rows = trainer._batches
    rows.begin_epoch()
    batch = rows.next(32)
    through = trainer._pass(32)
    total = np.zeros_like(through.activations[0])
    for _ in range(4000):
        through.forward(batch.rows)
        total += through._passed_on[0]
    expected = through.activations[0]
    assert np.abs(total / 4000 - expected).max() < 0.08 * expected.max()
    assert abs((through._masks[0] == 0).mean() - 0.4) < 0.05


def test_no_hidden_layer_and_squared_error_is_linear_regression() -> None:
    rng = np.random.default_rng(1)
    X = rng.standard_normal((200, 4)).astype(np.float32)
    y = X @ [1.0, -2, 0.5, 0] + 3 + rng.normal(0, 0.3, 200)
    data = plain_arrays(X, y, task="regression", validation=0, test=0)
    h = plain(hidden_layers=(), batch_size="full", learning_rate=0.05, epochs=2000, l2=0)
    trainer = run(data, h)
    expected = LinearRegression().fit(data.train.X, data.train.y[:, 0])
    assert trainer.network.weights[0][0, :, 0] == pytest.approx(expected.coef_, abs=1e-3)


def test_no_hidden_layer_and_cross_entropy_is_logistic_regression() -> None:
    data = plain_arrays(*load_breast_cancer(return_X_y=True), validation=0, test=0)
    h = plain(hidden_layers=(), batch_size="full", learning_rate=0.1, epochs=3000, l2=0.01,
                        loss="binary_cross_entropy")  # fmt: skip
    trainer = run(data, h)
    expected = LogisticRegression(C=1 / (0.01 * len(data.train)), tol=1e-8).fit(data.train.X, data.train.y)
    assert trainer.network.weights[0][0, :, 0] == pytest.approx(expected.coef_[0], abs=5e-3)


@pytest.mark.parametrize(
    ("data", "kind"), [pytest.param(CANCER, "ovr", marks=pytest.mark.long), (IRIS, "crammer_singer")]
)
def test_no_hidden_layer_and_hinge_is_a_linear_svm(data: Dataset, kind: str) -> None:
    """The objective ½‖w‖² + C Σ hinge is as low as liblinear's, which also regularises the intercept a little."""
    C, X, y = 0.05, data.train.X, data.train.y
    h = plain(hidden_layers=(), loss="hinge", C=C, l2=0, batch_size="full", learning_rate=0.02, epochs=4000,
                        schedule="cosine", patience=0)  # fmt: skip
    trainer = Trainer(SimpleNamespace(**{**vars(data), "validation": data.train, "n_classes": data.n_classes}), [h])
    while not trainer.is_done:
        trainer.epoch()
    ours = trainer.network.weights[0][0].astype(float), trainer.network.biases[0][0, 0].astype(float)
    svm = LinearSVC(C=C, loss="hinge", multi_class=kind, intercept_scaling=20, max_iter=200_000).fit(X, y)
    theirs = svm.coef_.T, svm.intercept_

    def objective(weights: Any, intercept: Any) -> float:
        scores = X @ weights + intercept
        if scores.shape[1] == 1:
            margins = np.maximum(0, 1 - (2 * y - 1) * scores[:, 0])
        else:
            true = scores[np.arange(len(y)), y]
            others = scores + 1
            others[np.arange(len(y)), y] -= 1
            margins = others.max(axis=1) - true
        return float(0.5 * (weights**2).sum() + C * margins.sum())

    assert objective(*ours) == pytest.approx(objective(*theirs), rel=0.01)


@pytest.mark.parametrize("loss", ["cross_entropy", "binary_cross_entropy", "hinge", "mse", "mae", "huber"])
def test_balanced_class_weights_equal_repeating_the_rare_rows(loss: str) -> None:
    X = np.array([[0.0], [1], [2], [3]], np.float32)
    rare = plain_arrays(np.repeat(X, [3, 3, 3, 3], axis=0), np.repeat([0, 0, 0, 1], 3), task="classification",
                               validation=0, test=0)  # fmt: skip
    h = plain(hidden_layers=(), batch_size="full", optimizer="sgd", epochs=20, learning_rate=0.1,
                        loss=loss, C=1e6)  # fmt: skip
    weighted = run(rare, h.replace(class_weights="balanced"))
    part = SimpleNamespace(
        X=np.repeat(rare.train.X, [2] * 9 + [6] * 3, axis=0), y=np.repeat(rare.train.y, [2] * 9 + [6] * 3)
    )
    repeated = SimpleNamespace(**{**vars(rare), "train": part, "n_classes": 2})
    assert np.allclose(weighted.network.parameters, run(repeated, h).network.parameters, atol=1e-6)
    assert not np.allclose(weighted.network.parameters, run(rare, h).network.parameters, atol=1e-4)


def test_members_of_a_stack_that_has_continued_are_not_reopened_and_nothing_changes() -> None:
    members = [plain(epochs=5, seed=1), plain(epochs=2), plain(epochs=5)]
    trainer = run(plain_dataset("iris"), members)
    with pytest.raises(HyperparameterError, match="cannot continue from there"):
        trainer.set(None, "epochs", 9)  # the first and the last could train on
    assert trainer.hyperparameters == members
    assert trainer.early_stopping.endings == ["epochs"] * 3
    assert trainer.is_done
