"""The measure that fits: a rare class is found by its own metric and threshold, and the figures are scikit-learn's."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from sklearn import metrics as theirs

from tests.churn import write_learnable_churn
from tuitrain import Hyperparameters, load_dataset, load_model, train
from tuitrain.cli import commands
from tuitrain.engine.metrics import decision_scores
from tuitrain.engine.scoring import best_threshold, decided_at, scores_of_classes
from tuitrain.errors import DataError, HyperparameterError
from tuitrain.options.metric_names import OF_DECISIONS
from tuitrain.runs.scores import proposals


@pytest.fixture(scope="module")
def churn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Customers of whom one in twenty leaves."""
    return write_learnable_churn(tmp_path_factory.mktemp("churn") / "churn.csv")


def test_a_rare_class_is_found_by_command_and_its_figures_are_scikit_learns(churn: Path, tmp_path: Path) -> None:
    model = tmp_path / "model"
    done = CliRunner().invoke(commands, [
        "train", str(churn), "--target", "left", "--positive", "yes", "--metric", "average_precision", "--threshold",
        "auto", "--epochs", "30", "--json", "--model", str(model),
    ])  # fmt: skip
    found = json.loads(done.stdout)
    kept = load_model(model)
    assert kept.threshold == found["threshold"]
    dataset = load_dataset(churn, target="left", positive="yes")
    probabilities = kept.probabilities(kept.logits_of(dataset.test.X))
    answers = np.where(probabilities[:, 1] >= kept.threshold, 1, 0)
    truth, scores = dataset.test.y, found["scores"]["test"]
    precision, recall, f1, rows = theirs.precision_recall_fscore_support(truth, answers, zero_division=0)
    for number, name in enumerate(("no", "yes")):
        one = scores["classes"][name]
        assert [one["precision"], one["recall"], one["f1"], one["rows"]] == pytest.approx(
            [precision[number], recall[number], f1[number], rows[number]]
        )
    values = {name: one["value"] for name, one in scores["metrics"].items()}
    assert values["f1"] == pytest.approx(f1[1])
    assert values["average_precision"] == pytest.approx(theirs.average_precision_score(truth, probabilities[:, 1]))
    assert values["roc_auc"] == pytest.approx(theirs.roc_auc_score(truth, probabilities[:, 1]))
    assert values["mcc"] == pytest.approx(theirs.matthews_corrcoef(truth, answers))
    assert values["log_loss"] == pytest.approx(theirs.log_loss(truth, probabilities))
    assert scores["metrics"]["average_precision"]["baseline"] == pytest.approx(truth.mean())
    assert scores["averages"] == "yes"
    said = CliRunner().invoke(commands, ["predict", str(model), str(churn)])
    told = [row["prediction"] for row in csv.DictReader(said.stdout.splitlines())]
    assert [told[row] for row in dataset.test.rows] == [("no", "yes")[answer] for answer in answers]


def test_the_summary_tells_what_was_asked_for(churn: Path) -> None:
    asked = ["--positive", "yes", "--metric", "average_precision", "--threshold", "0.3", "--epochs", "3", "--no-run"]
    told = CliRunner().invoke(commands, ["train", str(churn), "--target", "left", *asked]).stdout.splitlines()
    found = train(
        load_dataset(churn, target="left", positive="yes"),
        {"metric": "average_precision", "threshold": 0.3, "epochs": 3},
    ).to_json()["scores"]["test"]
    one, yes = found["metrics"]["average_precision"], found["classes"]["yes"]
    (metric,) = (line for line in told if line.startswith("  average precision: validation "))
    low, high = one["interval"]
    assert f"test {one['value']:.4g} (90 %: {low:.3g} to {high:.3g}, constant {one['baseline']:.3g})" in metric
    (of_class,) = (line for line in told if line.startswith("  yes, answered from 0.300: validation "))
    assert f"test precision {yes['precision']:.3f}, recall {yes['recall']:.3f}, f1 {yes['f1']:.3f}" in of_class
    assert any("  macro f1 " in line for line in told)


def test_the_summary_tells_where_the_metric_could_not_choose(churn: Path) -> None:
    asked = ["--metric", "log_loss", "--loss", "hinge", "--epochs", "1", "--no-run"]
    told = CliRunner().invoke(commands, ["train", str(churn), "--target", "left", *asked]).stdout
    assert "log loss: validation not defined, so that the loss chose the epoch; test not defined" in told


def test_one_row_is_one_row_and_a_correlation_is_at_most_one() -> None:
    found = {"scores": {"validation": {
        "classes": {"a": {"rows": 1}, "b": {"rows": 20}},
        "metrics": {"balanced_accuracy": {"interval": [0.2, 0.9]}},
    }}}  # fmt: skip
    assert proposals(found)[0].startswith('only 1 validation row of class "a": ')
    assert float(decision_scores(np.diag([0, 11, 11]))["mcc"]) == 1.0


def test_the_best_epoch_is_that_of_the_metric(churn: Path) -> None:
    dataset = load_dataset(churn, target="left", positive="yes")
    curve = []

    from tuitrain.engine import Trainer

    trainer = Trainer(dataset, Hyperparameters(metric="average_precision", epochs=12, patience=0))
    while not trainer.is_done:
        trainer.epoch()
        if not trainer.is_done:
            logits = trainer.network.logits_of_rows(trainer.network.rows_of(dataset.validation.X))[0]
            margin = logits[:, 1].astype(float) - logits[:, 0]
            curve.append(theirs.average_precision_score(dataset.validation.y, margin))
    best = int(trainer.early_stopping.best_epoch[0])
    assert best == 12 or curve[best - 1] == pytest.approx(max(curve))
    losses = Trainer(dataset, Hyperparameters(epochs=12, patience=0))
    while not losses.is_done:
        losses.epoch()
    assert trainer.early_stopping.best_watched[0] < 0  # the negative metric
    assert losses.early_stopping.best_watched[0] == losses.early_stopping.best_loss[0]


def test_the_threshold_is_the_best_of_all() -> None:
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 2, 60)
    own = np.clip(truth * 0.3 + rng.normal(0.2, 0.2, 60), 0, 1)
    scores = np.column_stack([1 - own, own])
    found = best_threshold(truth, scores, 1, "f1")
    best = max(theirs.f1_score(truth, own >= cut, zero_division=0) for cut in np.unique(own))
    assert theirs.f1_score(truth, own >= found) == pytest.approx(best)
    assert decided_at(np.array([[0.6, 0.3, 0.1], [0.5, 0.1, 0.4]]), 2, 0.3).tolist() == [0, 2]


@pytest.mark.parametrize("metric", sorted(OF_DECISIONS))
def test_the_threshold_is_the_best_of_all_for_each_metric(metric: str) -> None:
    rng = np.random.default_rng(1)
    truth = rng.integers(0, 3, 80)
    scores = rng.dirichlet([1, 1, 1], 80) * 0.6 + 0.4 * np.eye(3)[truth]

    def value(threshold: float) -> float:
        decided = decided_at(scores, 2, threshold)
        return scores_of_classes(truth, scores, decided, are_probabilities=True, positive=2)[metric]

    every = max(value(cut) for cut in np.linspace(0, 1, 2001))
    assert value(best_threshold(truth, scores, 2, metric)) == pytest.approx(every)


def test_intervals_hold_what_other_rows_would_give() -> None:
    found = train(load_dataset("breast_cancer"), {"epochs": 5}).to_json()["scores"]
    for part in ("validation", "test"):
        for one in found[part]["metrics"].values():
            low, high = one["interval"]
            assert low <= one["value"] <= high
    assert found["test"]["averages"] == "macro"
    numbers = train(load_dataset("diabetes"), {"epochs": 5}).to_json()["scores"]["test"]["metrics"]
    assert set(numbers) == {"r2", "rmse", "mae", "median_error", "mape"}
    assert numbers["r2"]["baseline"] <= 0


def test_means_over_classes_are_scikit_learns() -> None:
    rng = np.random.default_rng(0)
    truth, scores = rng.integers(0, 3, 90), rng.dirichlet([1, 1, 1], 90)
    found = scores_of_classes(truth, scores, scores.argmax(axis=1), are_probabilities=True)
    expected = theirs.precision_recall_fscore_support(truth, scores.argmax(axis=1), average="macro")[:3]
    assert (found["precision"], found["recall"], found["f1"]) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("data", "given", "message"),
    [
        ("iris", {"threshold": 0.3}, "name the one that is looked for with --positive"),
        ("diabetes", {"threshold": "auto"}, "the target is a number"),
        ("diabetes", {"metric": "f1"}, "metric: f1 is not one of regression"),
        ("breast_cancer", {"threshold": 0.3, "loss": "hinge"}, "loss hinge gives no probabilities"),
    ],
)
def test_what_does_not_fit_is_refused(data: str, given: dict[str, object], message: str) -> None:
    with pytest.raises(HyperparameterError, match=message):
        train(load_dataset(data), given)


def test_an_unknown_positive_class_is_told() -> None:
    with pytest.raises(DataError, match='positive "setoas": did you mean setosa'):
        load_dataset("iris", positive="setoas")
    with pytest.raises(DataError, match="the target is a number"):
        load_dataset("diabetes", positive="yes")


def test_too_few_validation_rows_are_told_with_the_interval() -> None:
    found = train(load_dataset("wine"), {"epochs": 5}).to_json()
    (told,) = found["proposals"]
    rows = min(one["rows"] for one in found["scores"]["validation"]["classes"].values())
    low, high = found["scores"]["validation"]["metrics"]["balanced_accuracy"]["interval"]
    assert f"only {rows} validation rows of class" in told
    assert f"{low:.2f} as {high:.2f}" in told
    found["scores"]["validation"]["metrics"]["balanced_accuracy"]["interval"] = [1.0, 1.0]
    (told,) = proposals(found)
    assert "too few to choose by" in told
    assert "1.00" not in told
    chosen = train(load_dataset("wine"), {"epochs": 5, "metric": "average_precision"}).to_json()
    low, high = chosen["scores"]["validation"]["metrics"]["average_precision"]["interval"]
    assert f"average precision may as well be {low:.2f} as {high:.2f}" in chosen["proposals"][0]
    assert proposals(train(load_dataset("wine"), {"epochs": 5, "ensemble": 2}).to_json()) == []
    assert proposals(train(load_dataset("diabetes"), {"epochs": 5}).to_json()) == []
