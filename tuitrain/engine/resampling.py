"""How far chance moves a score: metrics of rows that are drawn again, with replacement (Efron, 1979).

`B` draws, `V` rows, `C` classes; a draw is told by how often it holds each row. All results are float64.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuitrain.engine.metrics import decision_scores
from tuitrain.options.metric_names import VALUE_METRICS

Array = NDArray[Any]
Interval = tuple[float, float]
DRAWS, DRAWN_ROWS, LEAST_DRAWS = 200, 200_000, 40  # draws at most, rows of all draws together, draws at least
QUICK = 5
AT_ONCE = 100_000  # counts in memory
PERCENTILES = 5, 95
UNKNOWN = float("nan")


def intervals(
    rows: int, measure: Callable[[Array], Mapping[str, Array]], *, is_quick: bool = False
) -> dict[str, Interval]:  # fmt: skip
    """Return the middle 90 % of what each metric is on other rows drawn from these `rows`.

    `measure` takes how often each row was drawn, (B, V) float64, and returns for each metric (B,). Draws in which a
    metric is not defined are left out; (NaN, NaN) where it never is. The same rows give the same interval; one that
    `is_quick` is of a fifth of the draws.
    """
    found: dict[str, list[Array]] = {}
    with np.errstate(all="ignore"):  # what is not finite is left out
        for counts in _draws(rows, QUICK if is_quick else 1):
            for name, values in measure(counts).items():
                found.setdefault(name, []).append(values)
    return {name: _middle(np.concatenate(values)) for name, values in found.items()}


def _middle(values: Array) -> Interval:
    known = values[np.isfinite(values)]
    if not len(known):
        return UNKNOWN, UNKNOWN
    low, high = np.percentile(known, PERCENTILES).tolist()
    return low, high


def _draws(rows: int, divisor: int = 1) -> Iterator[Array]:
    """Draw as many rows as there are, again and again; some draws at a time."""
    rng = np.random.default_rng(0)
    draws = int(np.clip(DRAWN_ROWS // rows, LEAST_DRAWS, DRAWS)) // divisor
    step = max(AT_ONCE // rows, 1)
    for first in range(0, draws, step):
        some = range(first, min(first + step, draws))
        yield np.stack([np.bincount(rng.integers(0, rows, rows), minlength=rows) for _ in some]).astype(np.float64)


def classes_measure(
    truth: Array, scores: Array, decided: Array, *, are_probabilities: bool, positive: int | None = None
) -> Callable[[Array], dict[str, Array]]:
    """Return what measures every metric of `scores_of_classes` on drawn rows; the arguments are as there."""
    classes = scores.shape[1]
    cells = truth.astype(np.int64) * classes + decided
    by_cell = np.argsort(cells, kind="stable")
    present, starts = np.unique(cells[by_cell], return_index=True)
    number = 1 if positive is None and classes == 2 else positive
    ranks = [_Ranking(truth == k, scores[:, k]) for k in ([number] if number is not None else range(classes))]
    losses = _row_losses(truth, scores) if are_probabilities else None

    def measure(counts: Array) -> dict[str, Array]:
        confusion = np.zeros((len(counts), classes * classes))
        confusion[:, present] = np.add.reduceat(counts[:, by_cell], starts, axis=1)
        found = decision_scores(confusion.reshape(-1, classes, classes), positive)
        areas, precisions = (np.stack(each) for each in zip(*(rank.areas(counts) for rank in ranks), strict=True))
        unknown = np.full(len(counts), UNKNOWN)
        logs, squares = (counts @ losses / counts.sum(axis=1)[:, None]).T if losses is not None else (unknown, unknown)
        return found | {
            "roc_auc": _known_mean(areas), "average_precision": _known_mean(precisions), "log_loss": logs,
            "brier": squares,
        }  # fmt: skip

    return measure


def _known_mean(values: Array) -> Array:
    """Return the mean over the first axis of what is known; NaN where nothing is."""
    known = np.isfinite(values)
    count = known.sum(axis=0)
    mean: Array = np.divide(
        np.where(known, values, 0).sum(axis=0), count, out=np.full(count.shape, UNKNOWN), where=count > 0
    )
    return mean


def _row_losses(truth: Array, probabilities: Array) -> Array:
    """Return each row's part of log-loss and Brier score, (V, 2)."""
    epsilon = np.finfo(np.float64).eps
    own = np.clip(probabilities[np.arange(len(truth)), truth], epsilon, 1 - epsilon)
    squares = np.square(probabilities - (truth[:, None] == np.arange(probabilities.shape[1])))
    return np.stack([-np.log(own), (squares[:, 1:] if squares.shape[1] == 2 else squares).sum(axis=1)], axis=1)


class _Ranking:
    """Rows by falling score, those of equal scores together."""

    def __init__(self, is_class: Array, score: Array) -> None:
        self._order = np.argsort(-score, kind="stable")
        ranked = score[self._order]
        self._own = is_class[self._order]
        self._starts = np.r_[0, np.flatnonzero(np.diff(ranked)) + 1]
        self._is_known = not np.isnan(score).any()

    def areas(self, counts: Array) -> tuple[Array, Array]:
        """Return the area under the ROC curve and the average precision of each draw, (B,) and (B,)."""
        if not self._is_known:
            return (np.full(len(counts), UNKNOWN),) * 2
        drawn = counts[:, self._order]
        own = np.add.reduceat(drawn * self._own, self._starts, axis=1)
        others = np.add.reduceat(drawn * ~self._own, self._starts, axis=1)
        hits, alarms = own.cumsum(axis=1), others.cumsum(axis=1)
        of_class, of_others = hits[:, -1], alarms[:, -1]
        answered = hits + alarms
        precision = np.divide(hits, answered, out=np.zeros_like(hits), where=answered > 0)
        with np.errstate(invalid="ignore", divide="ignore"):
            below = of_others[:, None] - alarms + others / 2
            return (own * below).sum(axis=1) / (of_class * of_others), (own * precision).sum(axis=1) / of_class


def values_measure(truth: Array, predicted: Array) -> Callable[[Array], dict[str, Array]]:
    """Return what measures every metric of `scores_of_values` on drawn rows; the arguments are as there."""
    truth = np.asarray(truth, np.float64)
    if not np.isfinite(predicted).all():
        return lambda counts: dict.fromkeys(VALUE_METRICS, np.full(len(counts), UNKNOWN))
    errors = np.abs(truth - predicted)
    by_size = np.argsort(errors, kind="stable")
    centred = truth - truth.mean()  # or else Σy² − n ȳ² would lose digits
    with np.errstate(over="ignore"):
        parts = np.stack([errors, errors**2, centred, centred**2], axis=1)
    relative = errors / np.abs(truth) if (truth != 0).all() else np.full(len(truth), UNKNOWN)

    def measure(counts: Array) -> dict[str, Array]:
        total = counts.sum(axis=1)
        absolute, squared, first, second = (counts @ parts).T
        spread = second - first**2 / total
        known = spread > 1e-12 * np.maximum(second, 1e-300)
        r2 = np.where(known, 1 - squared / np.where(known, spread, 1), UNKNOWN)
        return {
            "r2": r2, "rmse": np.sqrt(squared / total), "mae": absolute / total,
            "median_error": _medians(errors[by_size], counts[:, by_size]), "mape": counts @ relative / total,
        }  # fmt: skip

    return measure


def _medians(values: Array, counts: Array) -> Array:
    """Return the median of ascending `values` (V,), each drawn as often as `counts` (B, V) says."""
    until, total = counts.cumsum(axis=1), int(counts[0].sum())
    middle = [
        values[(until <= place).sum(axis=1).clip(max=len(values) - 1)] for place in ((total - 1) // 2, total // 2)
    ]
    median: Array = (middle[0] + middle[1]) / 2
    return median
