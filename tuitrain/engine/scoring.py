"""All metrics of one network's answers on some rows.

`V` rows, `K` outputs, `C` classes.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuitrain.engine import metrics
from tuitrain.engine.losses import Loss
from tuitrain.engine.probabilities import class_probabilities

Array = NDArray[Any]
UNKNOWN = float("nan")


def ranking(outputs: Array, loss: type[Loss]) -> tuple[Array, bool]:
    """Return a score of each class, (V, C), from outputs (V, K), and whether these scores are probabilities.

    A loss without probabilities leaves the outputs as they are, of two classes their difference both ways.
    """
    if loss.gives_probabilities:
        return class_probabilities(outputs, loss.name), True
    if outputs.shape[1] > 2:
        return outputs.astype(np.float64), False
    margin = outputs[:, -1:] if outputs.shape[1] == 1 else outputs[:, 1:] - outputs[:, :1]
    return np.concatenate([-margin, margin], axis=1).astype(np.float64), False


def scores_of_classes(
    truth: Array, scores: Array, decided: Array, *, are_probabilities: bool, positive: int | None = None
) -> dict[str, float]:
    """Return every metric of answers `decided` (V,) and class scores (V, C) against class numbers `truth` (V,).

    Precision, recall and F1 are those of class `positive`, or else means over the classes, as are the areas.
    """
    classes = scores.shape[1]
    counts = metrics.confusion_counts(truth, decided, classes)
    precision, recall = metrics.macro_scores(counts)
    f1 = metrics.macro_f1(counts)
    area = metrics.roc_auc(truth, scores)
    if positive is not None:
        precision, recall, f1 = map(float, metrics.class_scores(counts)[positive])
        one = np.stack([-scores[:, positive], scores[:, positive]], axis=1)
        area = metrics.roc_auc((truth == positive).astype(np.int64), one)
    return {
        "accuracy": float(np.trace(counts) / counts.sum()), "balanced_accuracy": metrics.balanced_accuracy(counts),
        "precision": precision, "recall": recall, "f1": f1, "roc_auc": area,
        "average_precision": metrics.average_precision(truth, scores, positive),
        "log_loss": metrics.log_loss(truth, scores) if are_probabilities else UNKNOWN,
        "brier": metrics.brier_score(truth, scores) if are_probabilities else UNKNOWN, "mcc": metrics.matthews(counts),
    }  # fmt: skip


def scores_of_values(truth: Array, predicted: Array) -> dict[str, float]:
    """Return every metric of predicted values (V,), both in the target's own units."""
    return {
        "r2": float(metrics.r2(truth, predicted)), "rmse": float(metrics.rmse(truth, predicted)),
        "mae": float(metrics.mae(truth, predicted)), "median_error": metrics.median_error(truth, predicted),
        "mape": metrics.mape(truth, predicted),
    }  # fmt: skip


def decided_at(scores: Array, positive: int, threshold: float) -> Array:
    """Answer with class `positive` where its score reaches the threshold, else with the likeliest other class, (V,)."""
    others = scores.copy()
    others[:, positive] = -np.inf
    answer: Array = np.where(scores[:, positive] >= threshold, positive, others.argmax(axis=1))
    return answer


def best_threshold(truth: Array, scores: Array, positive: int, metric: str) -> float:
    """Return the threshold at which `metric` of the decisions is best; the middle between two rows' scores.

    Of equally good ones the nearest to 1/2 is taken. `metric` is one of those of decisions.
    """
    own = np.unique(scores[:, positive])
    if len(own) > MOST_THRESHOLDS:
        own = np.unique(np.quantile(own, np.linspace(0, 1, MOST_THRESHOLDS)))
    candidates = np.unique(np.r_[(own[1:] + own[:-1]) / 2, 0.5])

    def value(threshold: float) -> float:
        decided = decided_at(scores, positive, threshold)
        found = scores_of_classes(truth, scores, decided, are_probabilities=False, positive=positive)[metric]
        return -np.inf if np.isnan(found) else found

    return float(max(candidates, key=lambda threshold: (round(value(threshold), 12), -abs(threshold - 0.5))))


MOST_THRESHOLDS = 200
