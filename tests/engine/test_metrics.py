"""Metrics equal scikit-learn's."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics as theirs
from sklearn.calibration import calibration_curve

from tuitrain.engine import metrics as ours

RNG = np.random.default_rng(1)
TRUTH = RNG.integers(0, 3, 200)
SCORES = np.round(RNG.dirichlet([1, 1, 1], 200) * 0.6 + 0.4 * np.eye(3)[TRUTH], 2)  # rounded: with ties
ANSWERS = SCORES.argmax(axis=1)
COUNTS = ours.confusion_counts(TRUTH, ANSWERS, 3)


def test_scores_of_decisions() -> None:
    expected = {
        "accuracy": theirs.accuracy_score(TRUTH, ANSWERS),
        "balanced_accuracy": theirs.balanced_accuracy_score(TRUTH, ANSWERS),
        "precision": theirs.precision_score(TRUTH, ANSWERS, average="macro"),
        "recall": theirs.recall_score(TRUTH, ANSWERS, average="macro"),
        "f1": theirs.f1_score(TRUTH, ANSWERS, average="macro"), "mcc": theirs.matthews_corrcoef(TRUTH, ANSWERS),
    }  # fmt: skip
    assert ours.decision_scores(COUNTS) == pytest.approx(expected)
    precision, recall, f1, _rows = theirs.precision_recall_fscore_support(TRUTH, ANSWERS)
    of_second = ours.decision_scores(np.stack([COUNTS.T, COUNTS]), 1)
    found = [of_second[name][1] for name in ("precision", "recall", "f1", "mcc")]
    assert found == pytest.approx([precision[1], recall[1], f1[1], expected["mcc"]])
    assert of_second["recall"][0] == pytest.approx(precision[1])  # truth and answer changed over
    assert ours.decision_scores(np.array([[3, 0], [2, 0]]))["mcc"] == 0


def test_average_precision_with_ties() -> None:
    for positive in range(3):
        expected = theirs.average_precision_score(positive == TRUTH, SCORES[:, positive])
        assert ours.average_precision(TRUTH, SCORES, positive) == pytest.approx(expected)
    assert ours.average_precision(TRUTH, SCORES) == pytest.approx(
        theirs.average_precision_score(np.eye(3)[TRUTH], SCORES, average="macro")
    )
    two = np.column_stack([1 - SCORES[:, 0], SCORES[:, 0]])
    expected = theirs.average_precision_score(TRUTH == 0, SCORES[:, 0])
    assert ours.average_precision((TRUTH == 0).astype(int), two) == pytest.approx(expected)
    assert np.isnan(ours.average_precision(np.zeros(4, int), np.full((4, 2), 0.5)))


def test_errors_of_numbers() -> None:
    truth, predicted = RNG.normal(5, 1, 101), RNG.normal(5, 1, 101)
    assert ours.median_error(truth, predicted) == pytest.approx(theirs.median_absolute_error(truth, predicted))
    assert ours.mape(truth, predicted) == pytest.approx(theirs.mean_absolute_percentage_error(truth, predicted))
    assert np.isnan(ours.mape(np.array([0.0, 1.0]), np.array([1.0, 1.0])))


def test_calibration_error_by_hand() -> None:
    sure = np.array([[0.95, 0.05]] * 4 + [[0.35, 0.65]] * 2)
    truth = np.array([0, 0, 0, 1, 1, 1])  # .75 right where .95 is said, 1 where .65 is
    assert ours.calibration_error(truth, sure) == pytest.approx((4 * 0.2 + 2 * 0.35) / 6)


def test_reliability_of_a_class() -> None:
    truth = (TRUTH == 2).astype(int)
    two = np.column_stack([1 - SCORES[:, 2], SCORES[:, 2]]) * 0.95 + [0.037, 0.013]  # no row on the border of two bins
    said, true, rows = ours.reliability(truth, two, 10, positive=1)
    expected = calibration_curve(truth, two[:, 1], n_bins=10)
    kept = rows > 0
    assert np.allclose((true[kept], said[kept]), expected)
    assert rows.sum() == len(truth)
    gaps = np.abs(expected[0] - expected[1]) @ rows[kept] / len(truth)
    assert ours.calibration_error(truth, two, positive=1) == pytest.approx(gaps)
    assert ours.calibration_error(truth, two) != pytest.approx(gaps)  # of the answer, whichever it is
