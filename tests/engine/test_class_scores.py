"""Scores of each class against scikit-learn's."""

import numpy as np
import pytest
from sklearn.metrics import balanced_accuracy_score, precision_recall_fscore_support

from tuitrain.engine.metrics import balanced_accuracy, class_scores, confusion_counts


@pytest.mark.parametrize("classes", [2, 3, 10])
@pytest.mark.parametrize("seed", range(5))
def test_precision_recall_f1_and_balanced_accuracy_are_scikit_learns(classes, seed):
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, max(classes - seed % 2, 1), 60)  # sometimes a class does not occur
    predicted = np.where(rng.random(60) < 0.6, truth, rng.integers(0, classes, 60))
    counts = confusion_counts(truth, predicted, classes)
    expected = precision_recall_fscore_support(truth, predicted, labels=range(classes), zero_division=0)
    assert class_scores(counts) == pytest.approx(np.stack(expected[:3], axis=1))
    if seed % 2 == 0:  # scikit-learn warns where a class is only predicted
        assert balanced_accuracy(counts) == pytest.approx(balanced_accuracy_score(truth, predicted))
