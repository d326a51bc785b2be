"""What the metric pane is given of a classification, against scikit-learn on the model's own predictions."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn import metrics
from sklearn.calibration import calibration_curve

from tests.plain import plain, plain_arrays, plain_dataset
from tuitrain.data.dataset import Dataset
from tuitrain.engine import Trainer
from tuitrain.engine.network import with_ones
from tuitrain.runs.members import Members
from tuitrain.session.metric_views import metric_view

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


@pytest.mark.parametrize(("name", "metric"), [("diabetes", "mae"), ("iris", "f1")])
def test_a_training_that_is_looked_at_goes_on_to_choose_by_its_metric(name: str, metric: str) -> None:
    dataset = plain_dataset(name)
    alone, trainer = (trained(dataset, 1, metric=metric) for _ in range(2))
    metric_view(trainer, dataset, in_detail=True)
    assert trainer.epoch().metrics[metric] == alone.epoch().metrics[metric]


def test_a_class_missing_in_validation_leaves_every_score_known() -> None:
    dataset = plain_dataset("iris")
    kept = dataset.validation.y != 2
    part = replace(dataset.validation, X=dataset.validation.X[kept], y=dataset.validation.y[kept])
    dataset = replace(dataset, validation=part)
    view = metric_view(trained(dataset), dataset)
    assert np.isfinite(list(view.values.values())).all()
    assert view.confusion is not None and view.confusion[2].sum() == 0


def rare() -> Dataset:
    """One row in eight is of the class that is looked for."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(400, 3))
    y = (X[:, 0] + 0.5 * rng.normal(size=400) > 1.2).astype(int)
    return replace(plain_arrays(X, y, task="classification"), positive=1)


def test_scores_of_a_rare_class_at_its_threshold_are_scikit_learns() -> None:
    dataset = rare()
    trainer = trained(dataset, threshold=0.3)
    view, found, truth = metric_view(trainer, dataset), softmax(trainer, dataset), dataset.validation.y
    answers = (found[:, 1] >= 0.3).astype(int)
    precision, recall, f1, _rows = metrics.precision_recall_fscore_support(truth, answers, zero_division=0)
    assert (view.positive, view.threshold) == (1, 0.3)
    assert view.class_scores == pytest.approx(np.stack([precision, recall, f1], axis=1))
    expected = {
        "accuracy": (truth == answers).mean(), "balanced_accuracy": metrics.balanced_accuracy_score(truth, answers),
        "precision": precision[1], "recall": recall[1], "f1": f1[1],
        "roc_auc": metrics.roc_auc_score(truth, found[:, 1]),
        "average_precision": metrics.average_precision_score(truth, found[:, 1]),
        "log_loss": metrics.log_loss(truth, found), "brier": metrics.brier_score_loss(truth, found[:, 1]),
        "mcc": metrics.matthews_corrcoef(truth, answers),
    }  # fmt: skip
    assert dict(view.values) == pytest.approx(expected, abs=1e-5)
    assert view.baselines["average_precision"] == pytest.approx(truth.mean())
    assert (view.baselines["accuracy"], view.baselines["f1"]) == (pytest.approx(1 - truth.mean()), 0)


def test_curves_and_reliability_are_scikit_learns() -> None:
    dataset = rare()
    trainer = trained(dataset)
    assert metric_view(trainer, dataset).roc == ()  # they cost something, and were not asked for
    view = metric_view(trainer, dataset, in_detail=True)
    found, truth = softmax(trainer, dataset)[:, 1], dataset.validation.y
    (roc,), (precision_recall,) = view.roc, view.precision_recall
    rates = metrics.roc_curve(truth, found, drop_intermediate=False)
    assert np.allclose((roc.x, roc.y), rates[:2])
    assert (roc.number, roc.area) == (1, pytest.approx(metrics.roc_auc_score(truth, found)))
    precision, recall, _thresholds = metrics.precision_recall_curve(truth, found)
    assert np.allclose((precision_recall.x, precision_recall.y), (recall[-2::-1], precision[-2::-1]))
    assert precision_recall.area == pytest.approx(metrics.average_precision_score(truth, found))
    assert view.reliability is not None
    kept = view.reliability.rows > 0
    true, said = calibration_curve(truth, found, n_bins=10)
    assert np.allclose((view.reliability.true[kept], view.reliability.said[kept]), (true, said), atol=1e-5)
    assert view.reliability.error == pytest.approx(
        np.abs(true - said) @ view.reliability.rows[kept] / len(truth), abs=1e-5
    )


def test_of_many_classes_the_curves_of_the_worst_are_shown() -> None:
    dataset = plain_dataset("digits")
    trainer = trained(dataset, 1)
    view, found, truth = metric_view(trainer, dataset, in_detail=True), softmax(trainer, dataset), dataset.validation.y
    areas = [metrics.roc_auc_score(truth == number, found[:, number]) for number in range(10)]
    assert {curve.number for curve in view.roc} == set(np.argsort(areas)[:6])
    assert [curve.area for curve in view.roc] == pytest.approx([areas[curve.number] for curve in view.roc])


@pytest.mark.parametrize("name", ["rare", "diabetes"])
def test_the_screen_and_the_command_tell_the_same(name: str) -> None:
    dataset = rare() if name == "rare" else plain_dataset("diabetes")
    h = QUICK.replace(threshold="auto" if name == "rare" else "none")
    members = Members(dataset, h)
    while not members.trainer.is_done:
        members.trainer.step()
    told = members.scores(members.model())["validation"]
    view = metric_view(members.trainer, dataset, in_detail=True)
    for key, one in told["metrics"].items():
        shown = [view.values[key], view.baselines[key], *view.intervals[key]]
        assert shown == pytest.approx([one["value"], one["baseline"], *one["interval"]], rel=1e-4), key
    assert view.threshold == members.model().threshold
    if view.reliability is not None:
        assert view.reliability.error == pytest.approx(told["calibration_error"], rel=1e-4)
