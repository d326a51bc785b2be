"""What a class's scores are worth at every threshold: the ROC curve, and precision against recall.

`V` rows, `N` points.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def _ranked(is_class: Array, score: Array) -> tuple[Array, Array, Array]:
    """Return hits, false alarms and the threshold after each run of equal scores, from the highest down: (N,) each."""
    order = np.argsort(-score, kind="stable")
    ranked, hits = score[order], np.cumsum(is_class[order])
    last = np.r_[np.flatnonzero(np.diff(ranked)), len(ranked) - 1]
    return hits[last], last + 1 - hits[last], ranked[last]


def roc_curve(is_class: Array, score: Array) -> tuple[Array, Array, Array]:
    """Return the false positive rate, the recall and the threshold, as scikit-learn's ``roc_curve`` with every point.

    `is_class` (V,) bool, `score` (V,) larger the more likely the class is. Both ascend from 0 to 1; the first threshold
    is infinite. NaN where all or no rows are of the class.
    """
    hits, alarms, thresholds = _ranked(is_class, score)
    with np.errstate(invalid="ignore", divide="ignore"):
        rates = np.r_[0, alarms] / alarms[-1], np.r_[0, hits] / hits[-1]
    return *rates, np.r_[np.inf, thresholds]


def precision_recall_curve(is_class: Array, score: Array) -> tuple[Array, Array, Array]:
    """Return recall, precision and threshold from the highest threshold down, (N,) each; recall ascends to 1.

    As scikit-learn's ``precision_recall_curve`` turned round, without its last point, where nothing is answered. Recall
    is NaN where no row is of the class.
    """
    hits, alarms, thresholds = _ranked(is_class, score)
    with np.errstate(invalid="ignore", divide="ignore"):
        return hits / hits[-1], hits / (hits + alarms), thresholds


def thinned(x: Array, y: Array, most: int) -> tuple[Array, Array]:
    """Return at most `most` of the points, spread evenly along the curve; the first and the last are among them."""
    if len(x) <= most:
        return x, y
    way = np.r_[0, np.cumsum(np.abs(np.diff(x)) + np.abs(np.diff(y)))]
    kept = np.unique(np.searchsorted(way, np.linspace(0, way[-1], most)).clip(max=len(x) - 1))
    return x[kept], y[kept]
