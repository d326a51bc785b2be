"""How well one column alone tells the target: scores on rows that the rule did not see, 1 is perfect.

`N` rows, `U` different values of the column, `K` classes. Missing cells count as one value of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import lgamma

import numpy as np
from numpy.typing import NDArray

from tuitrain.data.table import Column

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
FOLDS = 5
LEAST_MENDED = 0.95  # of the errors of always saying the most frequent class
MOST_COUNTS = 2_000_000
LEAST_OF_A_CLASS = 5  # rows of the rarer of two classes, for an area under the curve


@dataclass(frozen=True)
class Score:
    """A score of at most 1, and the measure that it is: ``accuracy``, ``AUC`` or ``R²``.

    Scores are compared by their `value`, which for an accuracy that mends little is lower than the `figure` itself.
    """

    value: float
    measure: str
    figure: float


def class_score(column: Column, classes: Codes) -> Score:
    """Score a column as the only input, for `classes` (N,) of the rows; the larger of accuracy and AUC.

    The accuracy counts rows whose class is the most frequent one of the other rows with the same value, or, for
    numbers, rows that a few thresholds put right. Unless it mends nearly all errors of always saying the most frequent
    class, its value is the share that it mends. The AUC (two classes) is of the numbers themselves, or of the class's
    share in other rows with the same value.
    """
    _names, y = np.unique(classes, return_inverse=True)
    n_classes = len(_names)
    codes, values = coded(column)
    totals = np.bincount(y)
    base = totals.max() / len(y)
    accuracies = [_accuracy_of_levels(codes, y, n_classes)]
    if values is not None:
        accuracies.append(_accuracy_of_thresholds(codes, y, n_classes))
    accuracy = max(accuracies)
    mended = (accuracy - base) / (1 - base) if base < 1 else 0.0
    found = Score(accuracy, "accuracy", accuracy)
    if mended < LEAST_MENDED:
        binned = codes if values is None else codes * round(len(y) ** 0.5) // len(values)
        found = Score(max(0.0, mended), "accuracy", max(base, _accuracy_of_levels(binned, y, n_classes)))
    if n_classes == 2 and totals.min() >= LEAST_OF_A_CLASS:
        area = max(_area_of_levels(codes, y), 0.0 if values is None else _area_of_numbers(codes, y, values))
        found = max(found, Score(area, "AUC", area), key=lambda score: score.value)
    return found


def number_score(column: Column, target: Floats) -> Score:
    """Score a column as the only input, for the numbers `target` (N,): R², of the numbers or of their ranks.

    A row is predicted from other rows: the mean of those with the same value, else what lies between its neighbours.
    So any smooth relation scores high, whatever its form.
    """
    codes, values = coded(column)
    _distinct, ranks = np.unique(target, return_inverse=True)
    counts = np.bincount(ranks)
    middle = np.cumsum(counts) - (counts - 1) / 2
    found = max(_r2(codes, values, target), _r2(codes, values, middle[ranks]))
    return Score(found, "R²", max(0.0, found))


def chance(classes: Codes) -> float:
    """Return how probable it is that numbers without meaning separate the classes (N,), each in one stretch."""
    counts = np.unique(classes, return_counts=True)[1]
    logarithm = lgamma(len(counts) + 1) - lgamma(len(classes) + 1) + sum(lgamma(count + 1) for count in counts)
    return float(np.exp(min(0.0, logarithm)))


def coded(column: Column) -> tuple[Codes, Floats | None]:
    """Number the values of a column, (N,), in ascending order, and return those of numbers, (U,); None for texts."""
    if column.kind == "text":
        numbers: dict[str | None, int] = {}
        codes = np.fromiter((numbers.setdefault(value, len(numbers)) for value in column.values), np.int64, len(column))
        return codes, None
    values, codes = np.unique(column.values.astype(np.float64), return_inverse=True)
    return codes.astype(np.int64), values


def _accuracy_of_levels(codes: Codes, y: Codes, n_classes: int) -> float:
    """Return the share of rows whose class is the most frequent one of the other rows with the same value."""
    n_values = int(codes.max()) + 1
    if n_values > len(codes) / 2 or n_values * n_classes > MOST_COUNTS:
        return 0.0
    counts = np.bincount(codes * n_classes + y, minlength=n_values * n_classes).reshape(n_values, n_classes)
    usual = counts.argmax(axis=1)
    first = counts[np.arange(n_values), usual]
    rest = counts.copy()
    rest[np.arange(n_values), usual] = 0
    rival = np.where(usual[codes] == y, rest.max(axis=1)[codes], first[codes])
    own = counts[codes, y] - 1
    alone = (own == 0) & (rival == 0) & (y == np.bincount(y).argmax())
    return float(((own > rival) | alone).mean())


def _accuracy_of_thresholds(codes: Codes, y: Codes, n_classes: int) -> float:
    """Estimate the share of rows that a few thresholds put right: a wrong row adds two changes of class."""
    pairs, frequency = np.unique(codes * n_classes + y, return_counts=True)
    starts = np.flatnonzero(np.diff(pairs // n_classes, prepend=-1))
    most = np.maximum.reduceat(frequency, starts)
    sizes = np.diff([*starts, len(pairs)])
    is_most = np.flatnonzero(frequency == np.repeat(most, sizes))
    value_of = np.repeat(np.arange(len(starts)), sizes)[is_most]
    usual = (pairs % n_classes)[is_most][np.flatnonzero(np.diff(value_of, prepend=-1))]
    stretches = 1 + int((np.diff(usual) != 0).sum())
    wrong = len(y) - int(most.sum()) + max(0, stretches - n_classes) / 2
    return 1 - wrong / len(y)


def _area_of_numbers(codes: Codes, y: Codes, values: Floats) -> float:
    """Return the area under the curve of the numbers, rising or falling, missing ones at either end."""
    each = [np.bincount(codes[y == label], minlength=len(values)) for label in (0, 1)]
    orders = [each] if not np.isnan(values[-1]) else [each, [np.roll(counts, 1) for counts in each]]
    areas = [_area(*counts) for counts in orders]
    return max(max(area, 1 - area) for area in areas)


def _area_of_levels(codes: Codes, y: Codes) -> float:
    """Return the area under the curve of each value's share of class 1, as it is in the rows of the other folds."""
    n_values = int(codes.max()) + 1
    if n_values > len(codes) / 2:
        return 0.0
    fold = np.random.Generator(np.random.PCG64(0)).permutation(len(y)) % FOLDS
    cells = fold * n_values + codes
    ones = np.bincount(cells, weights=y, minlength=FOLDS * n_values).reshape(FOLDS, n_values)
    rows = np.bincount(cells, minlength=FOLDS * n_values).reshape(FOLDS, n_values)
    shares = (ones.sum(axis=0) - ones + y.mean()) / (rows.sum(axis=0) - rows + 1)
    _distinct, places = np.unique(shares[fold, codes].round(12), return_inverse=True)
    counts = [np.bincount(places[y == label], minlength=len(_distinct)) for label in (0, 1)]
    return _area(*counts)


def _area(zeros: Codes, ones: Codes) -> float:
    """Return the area under the curve from how many rows of each class have each value, (U,) ascending."""
    below = np.cumsum(zeros) - zeros
    return float((ones * (below + zeros / 2)).sum() / max(1.0, float(zeros.sum()) * float(ones.sum())))


def _r2(codes: Codes, values: Floats | None, y: Floats) -> float:
    y = y / (float(np.abs(y).max()) or 1.0)  # so that the squares of huge values stay finite
    spread = float(((y - y.mean()) ** 2).sum())
    if not spread > 0:
        return 0.0
    count, total = np.bincount(codes), np.bincount(codes, weights=y)
    with np.errstate(divide="ignore", invalid="ignore"):
        others = (total[codes] - y) / (count[codes] - 1)
    between = np.full(len(count), y.mean()) if values is None else _between(values, total / count)
    predicted = np.where(count[codes] > 1, others, between[codes])
    return 1 - float(((y - predicted) ** 2).sum()) / spread


def _between(values: Floats, means: Floats) -> Floats:
    """Return for each value (U,) what lies between the means of its neighbours; the nearest mean at the ends."""
    known = int((~np.isnan(values)).sum())
    found = means.copy()
    if known < 3:
        return np.full(len(means), means.mean())
    x, m = values[:known], means[:known]
    with np.errstate(over="ignore", invalid="ignore"):
        weight = np.nan_to_num((x[1:-1] / 2 - x[:-2] / 2) / (x[2:] / 2 - x[:-2] / 2), nan=0.5)
    found[1 : known - 1] = m[:-2] + weight * (m[2:] - m[:-2])
    found[0], found[known - 1] = m[1], m[-2]
    if known < len(found):
        found[known:] = m.mean()
    return found
