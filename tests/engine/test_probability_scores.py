"""Scores of probabilities against scikit-learn's."""

import numpy as np
import pytest
from sklearn import metrics as theirs

from tuitrain.engine.metrics import brier_score, log_loss, roc_auc
from tuitrain.engine.probabilities import class_probabilities


def rows(classes, seed, count=80):
    """Class numbers, every class among them, and probabilities with ties that are better than chance."""
    rng = np.random.default_rng(seed)
    truth = rng.permutation(np.arange(count) % classes)
    weights = rng.random((count, classes)) + 0.7 * (truth[:, None] == np.arange(classes))
    probabilities = np.round(weights / weights.sum(axis=1, keepdims=True), 1) + 0.01
    return truth, probabilities / probabilities.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("seed", range(3))
def test_two_classes_score_as_in_scikit_learn(seed):
    truth, probabilities = rows(2, seed)
    second = probabilities[:, 1]
    assert len(np.unique(second)) < len(second) / 4  # ties
    assert roc_auc(truth, probabilities) == pytest.approx(theirs.roc_auc_score(truth, second))
    assert log_loss(truth, probabilities) == pytest.approx(theirs.log_loss(truth, probabilities))
    assert brier_score(truth, probabilities) == pytest.approx(theirs.brier_score_loss(truth, second))


@pytest.mark.parametrize("classes", [3, 10])
def test_more_classes_score_as_in_scikit_learn(classes):
    truth, probabilities = rows(classes, classes)
    area = theirs.roc_auc_score(truth, probabilities, multi_class="ovr", average="macro")
    assert roc_auc(truth, probabilities) == pytest.approx(area)
    assert log_loss(truth, probabilities) == pytest.approx(theirs.log_loss(truth, probabilities))
    each = [theirs.brier_score_loss(truth == number, probabilities[:, number]) for number in range(classes)]
    assert brier_score(truth, probabilities) == pytest.approx(sum(each))


def test_a_class_without_rows_is_left_out_of_the_area():
    truth, probabilities = rows(2, 0)
    third = np.column_stack([probabilities * 0.9, np.full(len(truth), 0.1)])
    expected = [theirs.roc_auc_score(truth == number, third[:, number]) for number in (0, 1)]
    assert roc_auc(truth, third) == pytest.approx(np.mean(expected))
    assert np.isnan(roc_auc(np.zeros(4, int), probabilities[:4]))


def test_a_certain_mistake_counts_as_in_scikit_learn():
    truth, probabilities = np.array([0, 1, 1]), np.array([[0.0, 1.0], [0.0, 1.0], [0.5, 0.5]])
    assert log_loss(truth, probabilities) == pytest.approx(theirs.log_loss(truth, probabilities))
    assert np.isfinite(log_loss(truth, probabilities))


def test_scores_without_numbers_have_no_area():
    assert np.isnan(roc_auc(np.array([0, 1]), np.array([[0.0, np.nan], [1.0, 0.0]])))


def test_probabilities_of_one_output_and_of_several():
    outputs = np.array([[-800.0], [0.0], [2.0]], np.float32)
    one = class_probabilities(outputs, "binary_cross_entropy")
    assert one[:, 1] == pytest.approx([0.0, 0.5, 1 / (1 + np.exp(-2.0))])
    assert one.sum(axis=1) == pytest.approx(1)
    several = class_probabilities(np.array([[0.0, np.log(3.0), 1e30]], np.float32)[:, :2], "cross_entropy")
    assert several[0] == pytest.approx([0.25, 0.75])
