"""Curves over all thresholds equal scikit-learn's."""

from __future__ import annotations

import numpy as np
from sklearn import metrics as theirs

from tuitrain.engine.curves import precision_recall_curve, roc_curve, thinned

RNG = np.random.default_rng(4)
TRUTH = RNG.random(300) < 0.1
SCORES = np.round(RNG.random(300) * 0.7 + 0.3 * TRUTH, 2)  # with ties


def test_the_roc_curve() -> None:
    found, expected = roc_curve(TRUTH, SCORES), theirs.roc_curve(TRUTH, SCORES, drop_intermediate=False)
    for ours, its in zip(found, expected, strict=True):
        assert np.allclose(ours, its)
    assert np.isnan(roc_curve(np.zeros(3, bool), np.arange(3.0))[1]).all()


def test_precision_against_recall() -> None:
    recall, precision, threshold = precision_recall_curve(TRUTH, SCORES)
    its_precision, its_recall, its_threshold = theirs.precision_recall_curve(TRUTH, SCORES)
    assert np.allclose(recall, its_recall[-2::-1])
    assert np.allclose(precision, its_precision[-2::-1])
    assert np.allclose(threshold, its_threshold[::-1])


def test_a_thinned_curve_keeps_its_ends_and_its_area() -> None:
    rows = 20_000
    truth = RNG.random(rows) < 0.1
    x, y, _ = roc_curve(truth, RNG.random(rows) + 0.5 * truth)
    few_x, few_y = thinned(x, y, 200)
    assert len(few_x) <= 200
    assert (few_x[0], few_y[0], few_x[-1], few_y[-1]) == (0, 0, 1, 1)
    assert abs(np.trapezoid(few_y, few_x) - np.trapezoid(y, x)) < 2e-3
