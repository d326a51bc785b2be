"""Metrics of drawn rows equal those of the same rows, repeated as often as they were drawn."""

from __future__ import annotations

import numpy as np
import pytest

from tuitrain.engine.resampling import classes_measure, intervals, values_measure
from tuitrain.engine.scoring import scores_of_classes, scores_of_values

RNG = np.random.default_rng(2)
ROWS = 40


@pytest.mark.parametrize(("classes", "positive"), [(2, None), (2, 0), (3, None), (3, 2)])
def test_scores_of_classes_on_drawn_rows(classes: int, positive: int | None) -> None:
    truth = RNG.integers(0, classes, ROWS)
    scores = np.round(RNG.dirichlet(np.ones(classes), ROWS), 1)  # with ties
    scores /= scores.sum(axis=1, keepdims=True)
    decided = scores.argmax(axis=1)
    drawn = [*(RNG.integers(0, ROWS, ROWS) for _ in range(6)), np.repeat(np.flatnonzero(truth == 0)[:1], ROWS)]
    counts = np.stack([np.bincount(rows, minlength=ROWS) for rows in drawn]).astype(float)
    found = classes_measure(truth, scores, decided, are_probabilities=True, positive=positive)(counts)
    for place, rows in enumerate(drawn):
        expected = scores_of_classes(truth[rows], scores[rows], decided[rows], are_probabilities=True,
                                     positive=positive)  # fmt: skip
        assert {name: value[place] for name, value in found.items()} == pytest.approx(expected, nan_ok=True)
    assert np.isnan(found["roc_auc"][-1])  # drawn rows of one class alone


def test_scores_of_values_on_drawn_rows() -> None:
    truth = RNG.normal(1e4, 1, ROWS)
    predicted = truth + RNG.normal(0, 1, ROWS)
    drawn = [*(RNG.integers(0, ROWS, ROWS) for _ in range(6)), np.full(ROWS, 3)]
    counts = np.stack([np.bincount(rows, minlength=ROWS) for rows in drawn]).astype(float)
    found = values_measure(truth, predicted)(counts)
    for place, rows in enumerate(drawn):
        expected = scores_of_values(truth[rows], predicted[rows])
        assert {name: value[place] for name, value in found.items()} == pytest.approx(expected, nan_ok=True)


def test_values_that_are_not_finite_have_no_interval() -> None:
    truth = RNG.normal(0, 1, ROWS)
    for worst in (np.nan, np.inf):
        found = intervals(ROWS, values_measure(truth, np.r_[worst, truth[1:]]))
        assert np.isnan([*found.values()]).all()
    huge = intervals(ROWS, values_measure(truth, np.r_[1e300, truth[1:]]))
    assert np.isfinite(huge["median_error"]).all()


def test_the_interval_of_a_share_is_that_of_the_binomial() -> None:
    truth = np.repeat([0, 1], [360, 40])
    decided = np.where(np.arange(400) % 10 == 0, 1 - truth, truth)  # nine of ten are right
    same = np.full((400, 2), 0.5)
    low, high = intervals(400, classes_measure(truth, same, decided, are_probabilities=True))["accuracy"]
    deviation = np.sqrt(0.9 * 0.1 / 400)
    assert (low, high) == pytest.approx((0.9 - 1.645 * deviation, 0.9 + 1.645 * deviation), abs=0.006)
