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
from tuitrain.options.metric_names import CLASS_METRICS, OF_DECISIONS

Array = NDArray[Any]
UNKNOWN = float("nan")
NO_THRESHOLD = "none"
MOST_THRESHOLDS = 200


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
    counts = metrics.confusion_counts(truth, decided, scores.shape[1])
    area = metrics.roc_auc(truth, scores)
    if positive is not None:
        one = np.stack([-scores[:, positive], scores[:, positive]], axis=1)
        area = metrics.roc_auc((truth == positive).astype(np.int64), one)
    found = {name: float(value) for name, value in metrics.decision_scores(counts, positive).items()}
    found |= {
        "roc_auc": area, "average_precision": metrics.average_precision(truth, scores, positive),
        "log_loss": metrics.log_loss(truth, scores) if are_probabilities else UNKNOWN,
        "brier": metrics.brier_score(truth, scores) if are_probabilities else UNKNOWN,
    }  # fmt: skip
    return {name: found[name] for name in CLASS_METRICS}


def scores_of_constant(truth: Array, shares: Array, positive: int | None = None) -> dict[str, float]:
    """Return every metric of the constant answer: the class of the largest of the `shares` (C,), or these themselves.

    Decisions are the most frequent class; where probabilities are scored, the shares, which no constant prediction
    beats on rows of the same shares.
    """
    decided = np.full(len(truth), int(shares.argmax()))
    same = np.broadcast_to(shares, (len(truth), len(shares)))
    return scores_of_classes(truth, same, decided, are_probabilities=True, positive=positive)


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


def threshold_for(asked: float | str, metric: str, truth: Array, scores: Array, positive: int) -> float | None:
    """Return the threshold that ``none``, ``auto`` or a number asks for; of ``auto`` the best one on these rows.

    It is best by `metric` where that judges decisions, else by F1.
    """
    if isinstance(asked, str):
        by = metric if metric in OF_DECISIONS else "f1"
        return None if asked == NO_THRESHOLD else best_threshold(truth, scores, positive, by)
    return float(asked)


def _counts_at(thresholds: Array, truth: Array, scores: Array, positive: int) -> Array:
    """Return the confusion counts of the decisions at each of ascending thresholds (T,): (T, C, C)."""
    classes, own = scores.shape[1], scores[:, positive]
    counts = np.zeros((len(thresholds), classes, classes))
    others = decided_at(scores, positive, np.inf)
    for row in range(classes):
        of_row = np.sort(own[truth == row])
        counts[:, row, positive] = len(of_row) - of_row.searchsorted(thresholds)
        for other in range(classes):
            if other != positive:
                counts[:, row, other] = np.sort(own[(truth == row) & (others == other)]).searchsorted(thresholds)
    return counts


def best_threshold(truth: Array, scores: Array, positive: int, metric: str) -> float:
    """Return the threshold at which `metric` of the decisions is best; the middle between two rows' scores.

    Of equally good ones the nearest to 1/2 is taken. `metric` is one of those of decisions.
    """
    own = np.unique(scores[:, positive])
    if len(own) > MOST_THRESHOLDS:
        own = np.unique(np.quantile(own, np.linspace(0, 1, MOST_THRESHOLDS)))
    candidates = np.unique(np.r_[(own[1:] + own[:-1]) / 2, 0.5])
    counts = _counts_at(candidates, truth, scores, positive)
    values = np.round(np.nan_to_num(metrics.decision_scores(counts, positive)[metric], nan=-np.inf), 12)
    order = np.lexsort((np.abs(candidates - 0.5), -values))
    return float(candidates[order[0]])
