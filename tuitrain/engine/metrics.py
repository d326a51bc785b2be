"""Measures of a prediction: accuracy, F1, confusion counts, R², RMSE, MAE.

`V` rows, `K` classes, `M` members; all results are float64.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


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
