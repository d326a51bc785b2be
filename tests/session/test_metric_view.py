"""What the metric pane is given of a classification, against scikit-learn on the model's own predictions."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn import metrics

from tests.plain import plain, plain_dataset
from tuitrain.data.dataset import Dataset
from tuitrain.engine import Trainer
from tuitrain.engine.network import with_ones
from tuitrain.session.views import metric_view

QUICK = plain(hidden_layers=(8,), epochs=3, patience=0, learning_rate=0.01)


def trained(dataset: Dataset, epochs: int = 3, **changes: object) -> Trainer:
    trainer = Trainer(dataset, QUICK.replace(**changes))
    while trainer.epochs_done < epochs:
        trainer.step()
    return trainer


def softmax(trainer: Trainer, dataset: Dataset) -> np.ndarray:
    """The probabilities of the validation rows (V, K), from weights multiplied by hand."""
    network, rows = trainer.network, dataset.validation.X.astype(np.float64)
    hidden = np.maximum(rows @ network.weights[0][0] + network.biases[0][0], 0)
    outputs = hidden @ network.weights[1][0] + network.biases[1][0]
    weights = np.exp(outputs)
    return weights / weights.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("name", ["moons?n=200", "iris"])
def test_scores_of_probabilities_are_scikit_learns_of_the_validation_rows(name: str) -> None:
    dataset = plain_dataset(name)
    trainer = trained(dataset)
    view, found, truth = metric_view(trainer, dataset), softmax(trainer, dataset), dataset.validation.y
    area = metrics.roc_auc_score(truth, found if name == "iris" else found[:, 1], multi_class="ovr")
    one_hot = truth[:, None] == np.arange(found.shape[1])
    brier = ((found - one_hot) ** 2).sum(axis=1).mean() / (1 if name == "iris" else 2)
    expected = {"roc_auc": area, "log_loss": metrics.log_loss(truth, found), "brier": brier}
    assert {key: view.values[key] for key in expected} == pytest.approx(expected, abs=1e-5)


def test_the_baseline_of_probabilities_is_the_share_of_each_class_in_the_training_rows() -> None:
    dataset = plain_dataset("iris")
    view = metric_view(trained(dataset), dataset)
    shares = np.bincount(dataset.train.y) / len(dataset.train)
    truth = dataset.validation.y
    constant = np.tile(shares, (len(truth), 1))
    assert view.baselines["log_loss"] == pytest.approx(metrics.log_loss(truth, constant))
    assert view.baselines["brier"] == pytest.approx(((constant - np.eye(3)[truth]) ** 2).sum(axis=1).mean())
    assert view.baselines["roc_auc"] == 0.5


def test_one_output_under_binary_cross_entropy_is_the_probability_of_the_second_class() -> None:
    dataset = plain_dataset("moons?n=200")
    trainer = trained(dataset, loss="binary_cross_entropy")
    outputs = trainer.network.logits_of_rows(with_ones(dataset.validation.X, trainer.network.dtype))[0]
    second = 1 / (1 + np.exp(-outputs[:, 0].astype(np.float64)))
    values, truth = metric_view(trainer, dataset).values, dataset.validation.y
    expected = [measure(truth, second) for measure in (metrics.roc_auc_score, metrics.log_loss)]
    assert outputs.shape[1] == 1
    assert [values["roc_auc"], values["log_loss"]] == pytest.approx(expected)
    assert values["brier"] == pytest.approx(metrics.brier_score_loss(truth, second))


@pytest.mark.parametrize(("loss", "count"), [("hinge", 1), ("mse", 2)])
def test_a_network_without_probabilities_ranks_rows(loss: str, count: int) -> None:
    dataset = plain_dataset("moons?n=200")
    trainer = trained(dataset, loss=loss)
    outputs = trainer.network.logits_of_rows(with_ones(dataset.validation.X, trainer.network.dtype))[0]
    assert outputs.shape[1] == count
    margin = outputs[:, -1] - (outputs[:, 0] if count == 2 else 0)
    values = metric_view(trainer, dataset).values
    assert values["roc_auc"] == pytest.approx(metrics.roc_auc_score(dataset.validation.y, margin))
    assert np.isnan([values["log_loss"], values["brier"]]).all()


def test_while_it_runs_all_scores_are_of_the_last_epochs_end() -> None:
    dataset = plain_dataset("iris")
    trainer = trained(dataset, 1)
    first = metric_view(trainer, dataset, is_running=True)
    assert np.isnan(first.values["log_loss"])  # nobody had looked while that epoch was evaluated
    while (record := trainer.step()) is None:
        pass
    before = metric_view(trainer, dataset, is_running=True).values
    assert before["log_loss"] == pytest.approx(record.validation_loss[0], rel=1e-5)
    trainer.step()  # into the next epoch
    assert metric_view(trainer, dataset, is_running=True).values == before
    assert metric_view(trainer, dataset).values["log_loss"] != before["log_loss"]


def test_a_class_missing_in_validation_leaves_every_score_known() -> None:
    dataset = plain_dataset("iris")
    kept = dataset.validation.y != 2
    part = replace(dataset.validation, X=dataset.validation.X[kept], y=dataset.validation.y[kept])
    dataset = replace(dataset, validation=part)
    view = metric_view(trained(dataset), dataset)
    assert np.isfinite(list(view.values.values())).all()
    assert view.confusion is not None and view.confusion[2].sum() == 0
