"""Measures of a prediction: accuracy, F1, confusion counts, areas, log-loss, Brier score, calibration, R², RMSE.

`V` rows, `K` classes, `M` members; all results are float64.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
UNKNOWN = float("nan")
BINS = 10  # of a reliability diagram


def confusion_counts(truth: Array, predicted: Array, classes: int) -> NDArray[np.int64]:
    """Count how often each class (row) was predicted as each class (column): (K, K)."""
    flat = truth.astype(np.int64) * classes + predicted
    return np.bincount(flat, minlength=classes * classes).reshape(classes, classes)


def accuracy(truth: Array, predicted: Array) -> Array:
    """Return the share of equal class numbers along the last axis: (...,)."""
    result: Array = np.equal(truth, predicted).mean(axis=-1)
    return result


def macro_f1(confusion: Array) -> float:
    """Return the mean over classes of 2 TP / (2 TP + FP + FN), leaving out classes that occur nowhere."""
    hits = np.diagonal(confusion).astype(np.float64)
    total = confusion.sum(axis=0) + confusion.sum(axis=1)
    present = total > 0
    return float((2 * hits[present] / total[present]).mean()) if present.any() else float("nan")


def class_scores(confusion: Array) -> Array:
    """Return precision, recall and F1 of each class: (K, 3); 0 where a quotient is 0/0, as is usual."""
    hits = np.diagonal(confusion).astype(np.float64)
    predicted, true = confusion.sum(axis=0), confusion.sum(axis=1)
    below = np.stack([predicted, true, (predicted + true) / 2], axis=1)
    scores: Array = np.divide(hits[:, None], below, out=np.zeros(below.shape), where=below > 0)
    return scores


def balanced_accuracy(confusion: Array) -> float:
    """Return the mean recall over the classes that occur; NaN where none does."""
    present = confusion.sum(axis=1) > 0
    return float(class_scores(confusion)[present, 1].mean()) if present.any() else float("nan")


def roc_auc(truth: Array, scores: Array) -> float:
    """Return the area under the ROC curve; the mean over the classes, each against all others, where there are three.

    `truth` holds class numbers (V,). `scores` (V, K) are larger the more likely a class is: probabilities, or any
    outputs; of two classes, those of the second are used. The area is the share of all pairs of a
    row of the class and another row in which the former has the higher score, ties counting half (Hanley & McNeil,
    1982), as scikit-learn's ``roc_auc_score(..., multi_class="ovr", average="macro")`` has it. Classes without a row,
    or without a row of another class, are left out of the mean, which scikit-learn refuses; NaN where no class is left,
    or where a score is not a number.
    """
    classes = scores.shape[1]
    if np.isnan(scores).any():
        return float("nan")
    if classes == 2:
        return _area(truth == 1, scores[:, 1])
    areas = [_area(truth == number, scores[:, number]) for number in range(classes)]
    known = [area for area in areas if not np.isnan(area)]
    return float(np.mean(known)) if known else float("nan")


def _area(is_class: Array, score: Array) -> float:
    """Return the area under one ROC curve; NaN where all or no rows are of the class."""
    own, others = np.sort(score[is_class]), np.sort(score[~is_class])
    pairs = len(own) * len(others)
    if not pairs:
        return float("nan")
    lower, not_higher = (np.searchsorted(others, own, side=side).sum() for side in ("left", "right"))
    return float((lower + not_higher) / (2 * pairs))  # a tie is in the second alone: half


def log_loss(truth: Array, probabilities: Array) -> float:
    """Return the mean of -ln p of each row's own class, as scikit-learn's ``log_loss``.

    `truth` holds class numbers (V,), `probabilities` (V, K) float64 sum to 1 in each row. They are clipped to
    [ε, 1 - ε], ε = 2.2e-16 being the spacing of float64 at 1, so that no row counts more than 36.
    """
    epsilon = np.finfo(np.float64).eps
    own = probabilities[np.arange(len(truth)), truth]
    return float(-np.log(np.clip(own, epsilon, 1 - epsilon)).mean())


def brier_score(truth: Array, probabilities: Array) -> float:
    """Return the Brier score, as scikit-learn's ``brier_score_loss``: 0 is perfect.

    `truth` holds class numbers (V,), `probabilities` are (V, K). Of two classes it is the mean of (p - t)², where p is
    the probability of the second class and t is 1 for its rows, else 0 (0 to 1); of more the mean of Σ (p - t)² over
    the classes (0 to 2; Brier, 1950).
    """
    miss = probabilities - (truth[:, None] == np.arange(probabilities.shape[1]))
    squares = np.square(miss[:, 1:] if probabilities.shape[1] == 2 else miss)
    return float(squares.sum(axis=1).mean())


def r2(truth: Array, predicted: Array) -> Array:
    """Return 1 - Σ(y - ŷ)² / Σ(y - ȳ)² along the last axis: (...,); NaN where the truth does not vary."""
    truth = np.asarray(truth, np.float64)
    residual = ((truth - predicted) ** 2).sum(axis=-1)
    spread = ((truth - truth.mean(axis=-1, keepdims=True)) ** 2).sum(axis=-1)
    result: Array = np.where(spread > 0, 1 - residual / np.where(spread > 0, spread, 1), np.nan)
    return result


def rmse(truth: Array, predicted: Array) -> Array:
    """Return the root of the mean squared error along the last axis: (...,)."""
    result: Array = np.sqrt(((np.asarray(truth, np.float64) - predicted) ** 2).mean(axis=-1))
    return result


def mae(truth: Array, predicted: Array) -> Array:
    """Return the mean absolute error along the last axis: (...,)."""
    result: Array = np.abs(np.asarray(truth, np.float64) - predicted).mean(axis=-1)
    return result


def decision_scores(confusion: Array, positive: int | None = None) -> dict[str, Array]:
    """Return every metric of the decisions that confusion counts (..., K, K) hold, each (...,) float64.

    Precision, recall and F1 are those of class `positive`, or else means over the classes that occur.
    """
    counts = np.asarray(confusion, np.float64)
    hits = np.diagonal(counts, axis1=-2, axis2=-1)
    true, answered, total = counts.sum(axis=-1), counts.sum(axis=-2), counts.sum(axis=(-2, -1))
    right = hits.sum(axis=-1)
    recall, precision = _quotient(hits, true), _quotient(hits, answered)
    f1 = _quotient(2 * hits, true + answered)
    within = np.sqrt(total**2 - (answered**2).sum(axis=-1)) * np.sqrt(total**2 - (true**2).sum(axis=-1))
    pick = _over(true + answered > 0) if positive is None else lambda scores: scores[..., positive]
    return {
        "accuracy": _quotient(right, total, UNKNOWN), "balanced_accuracy": _over(true > 0)(recall),
        "precision": pick(precision), "recall": pick(recall), "f1": pick(f1),
        "mcc": np.clip(_quotient(right * total - (true * answered).sum(axis=-1), within), -1, 1),  # beyond by rounding
    }  # fmt: skip


def _quotient(above: Array, below: Array, otherwise: float = 0.0) -> Array:
    result: Array = np.divide(above, below, out=np.full(np.shape(below), otherwise), where=np.asarray(below) > 0)
    return result


def _over(present: Array) -> Callable[[Array], Array]:
    """Return what takes the mean over the classes that are present, along the last axis; NaN where none is."""
    return lambda scores: _quotient((scores * present).sum(axis=-1), present.sum(axis=-1), UNKNOWN)


def average_precision(truth: Array, scores: Array, positive: int | None = None) -> float:
    """Return Σ (R_n - R_{n-1}) P_n over falling thresholds, as scikit-learn's ``average_precision_score``.

    `truth` holds class numbers (V,), `scores` (V, K) are larger the more likely a class is. It is that of class
    `positive` against all others; None: of two classes that of the second, of more the mean over those that occur.
    NaN where there is no row of the class, or a score is not a number.
    """
    if np.isnan(scores).any():
        return float("nan")
    if positive is None and scores.shape[1] == 2:
        positive = 1
    if positive is not None:
        return _precision_area(truth == positive, scores[:, positive])
    areas = [_precision_area(truth == number, scores[:, number]) for number in range(scores.shape[1])]
    known = [area for area in areas if not np.isnan(area)]
    return float(np.mean(known)) if known else float("nan")


def _precision_area(is_class: Array, score: Array) -> float:
    if not is_class.any():
        return float("nan")
    order = np.argsort(-score, kind="stable")
    ranked, hits = score[order], np.cumsum(is_class[order])
    last = np.r_[np.flatnonzero(np.diff(ranked)), len(ranked) - 1]  # of each run of equal scores
    recall, precision = hits[last] / hits[-1], hits[last] / (last + 1)
    return float(np.sum(np.diff(np.r_[0.0, recall]) * precision))


def median_error(truth: Array, predicted: Array) -> float:
    """Return the median of the absolute errors."""
    return float(np.median(np.abs(truth - predicted)))


def mape(truth: Array, predicted: Array) -> float:
    """Return the mean of |error| / |truth|; NaN where a truth is 0, since it is not defined there."""
    size = np.abs(np.asarray(truth, np.float64))
    return float((np.abs(truth - predicted) / size).mean()) if (size > 0).all() else float("nan")


def calibration_error(truth: Array, probabilities: Array, bins: int = BINS, positive: int | None = None) -> float:
    """Return the expected calibration error: |said - came true| over bins of what was said, weighed by their rows."""
    said, true, rows = reliability(truth, probabilities, bins, positive)
    known = rows > 0
    return float((np.abs(said - true)[known] * rows[known]).sum() / len(truth))


def reliability(
    truth: Array, probabilities: Array, bins: int = BINS, positive: int | None = None
) -> tuple[Array, Array, Array]:
    """Return for each of the bins the mean of what was said, the share that came true (NaN without rows), and the rows.

    `probabilities` (V, K). What is said is the probability of class `positive`; None: that of the class that is
    answered, the largest of a row (Guo et al., 2017). Bins are of equal width.
    """
    if positive is None:
        said, came_true = probabilities.max(axis=1), probabilities.argmax(axis=1) == truth
    else:
        said, came_true = probabilities[:, positive], truth == positive
    place = np.clip((said * bins).astype(np.int64), 0, bins - 1)
    rows = np.bincount(place, minlength=bins)
    sums = (np.bincount(place, weights, bins) for weights in (said, came_true))
    mean, share = (_quotient(total, rows, UNKNOWN) for total in sums)
    return mean, share, rows
