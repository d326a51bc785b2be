"""Candidates for the next trial, with a Gaussian process's predictions for them.

The process's noise counts as part of a setting's possible score: a trial's seeds and folds are fixed, so its score is
a rough function of the setting, and the search is for the optimum of that function, not of its smooth part.

`N` candidates, `n` observations, `d` columns; all arrays are float64.
"""

from __future__ import annotations

from copy import copy
from math import prod

import numpy as np
from numpy.typing import NDArray

from tuitrain.search.gaussian_process.acquisition import log_expected_improvement, log_expected_improvement_slopes
from tuitrain.search.gaussian_process.quasi_newton import Rows, minimise
from tuitrain.search.gaussian_process.surrogate import Surrogate
from tuitrain.search.space.columns import SearchColumn
from tuitrain.search.space.space import Space

Array = NDArray[np.float64]

MOST_LISTED = 4096  # largest space that is enumerated
SAMPLES, NEIGHBOURS = 800, 40  # drawn from the space; drawn around each of the best observations
BEST_OBSERVED = 5
REFINED, ROUNDS, EVALUATIONS = 5, 2, 16
LEAST_GAIN = 1e-3  # in log EI
MOST_VALUES = 12  # values of a listed number to try when one column changes
_WIDTHS = (0.01, 0.05, 0.2)


class Candidates:
    """Predictions at `points` (N, d), updated as `model` gains observations."""

    def __init__(self, model: Surrogate, points: Array) -> None:
        self.points = points
        self._coordinates = model.scaled(points)
        self._cross = model.covariances(self._coordinates)
        explained = self._cross @ model.inverse_factor.T
        self._mean = self._cross @ model.alpha
        self._variance = model.signal - np.einsum("ij,ij->i", explained, explained)

    def learn(self, model: Surrogate) -> None:
        """Update the predictions by the observations that `model` has gained."""
        known = self._cross.shape[1]
        if known == len(model.points):
            return
        new = model.covariances(self._coordinates, since=known)
        self._cross = np.concatenate([self._cross, new], axis=1)
        explained = self._cross @ model.inverse_factor[known:].T
        self._mean = self._mean + explained @ model.whitened[known:]
        self._variance = self._variance - np.einsum("ij,ij->i", explained, explained)

    def part(self, is_in: NDArray[np.bool_]) -> Candidates:
        """Return the candidates marked (N,), with their predictions, which need no computing again."""
        found = copy(self)
        found.points, found._coordinates = self.points[is_in], self._coordinates[is_in]
        found._cross = self._cross[is_in]
        found._mean, found._variance = self._mean[is_in], self._variance[is_in]
        return found

    def log_improvement(self, model: Surrogate) -> Array:
        """Return log EI (N,)."""
        deviation = np.sqrt(np.maximum(self._variance, 1e-10 * model.signal) + model.noise)
        return log_expected_improvement(self._mean, deviation, model.best)


def listed(space: Space) -> Array | None:
    """List all points of a small space, each once; return None for a large one."""
    counts = [column.count for column in space.columns]
    if space.size is None or space.size > MOST_LISTED or prod(count or 1 for count in counts) > 8 * MOST_LISTED:
        return None
    return distinct(space.listed())


def distinct(points: Array) -> Array:
    """Remove repeated points (N, d), keeping the order of first appearance."""
    _, first = np.unique(np.nan_to_num(points, nan=-1.0).round(9), axis=0, return_index=True)
    kept: Array = points[np.sort(first)]
    return kept


def drawn(space: Space, model: Surrogate, rng: np.random.Generator) -> Array:
    """Sample points (N, d) of a space, more densely around the best observations."""
    d = len(space.columns)
    best = model.points[np.argsort(model.scores, kind="stable")[:BEST_OBSERVED]]
    return np.concatenate(
        [space.from_unit(rng.random((SAMPLES, d))), mutated(space, np.repeat(best, NEIGHBOURS, axis=0), rng)]
    )


def mutated(space: Space, points: Array, rng: np.random.Generator) -> Array:
    """Change each of the points (N, d) in some columns: numbers a little, categories arbitrarily."""
    d = len(space.columns)
    is_category = np.array([column.is_category for column in space.columns])
    fresh = whole(space, rng.random(points.shape))
    start = np.where(np.isnan(points), fresh, points)
    width = rng.choice(_WIDTHS, len(points))[:, None]
    moved = np.where(is_category, fresh, np.clip(start + width * rng.standard_normal(points.shape), 0.0, 1.0))
    share = np.where(is_category, 1.0 / max(d, 3), rng.random(len(points))[:, None])
    return space.snap(np.where(rng.random(points.shape) < share, moved, start))


def whole(space: Space, unit: Array) -> Array:
    """Return points (N, d) for `unit` (N, d) in [0, 1), with values even in columns without effect."""
    counts = np.array([column.count or 0 for column in space.columns])
    is_category = np.array([column.is_category for column in space.columns])
    found: Array = np.where(is_category, np.floor(unit * np.maximum(counts, 1)), unit)
    return found


def refined(
    space: Space, model: Surrogate, begin: Array, fixed: NDArray[np.bool_], rng: np.random.Generator
) -> tuple[Array, Array]:
    """Improve points from `begin` (m, d); return them and their log EI (m,). Columns marked `fixed` (d,) stay.

    Numbers that take many values follow the gradient; then each column in turn tries all its values, and the best is
    kept.
    """
    columns = space.columns
    numbers = np.flatnonzero([not held and _is_climbed(column) for held, column in zip(fixed, columns, strict=True)])
    points, values = begin, _log_improvement(model, begin)
    moving = np.arange(len(points))
    for _ in range(ROUNDS):
        if len(numbers):
            climbed = space.snap(_climb(model, points[moving], numbers))
            _take_better(points, values, moving, climbed, _log_improvement(model, climbed))
        origin, changed = _changes(space, points, fixed, rng)
        if not len(changed):
            break
        gains = _log_improvement(model, changed)
        order = np.lexsort((-gains, origin))  # the best change of each point comes first
        rows, first = np.unique(origin[order], return_index=True)
        moving = _take_better(points, values, rows, changed[order[first]], gains[order[first]])
        if not len(moving):
            break
    return points, values


def _is_climbed(column: SearchColumn) -> bool:
    """Return whether a column is a number of which not all values are tried when it changes."""
    return not column.is_category and (column.count is None or column.count > MOST_VALUES)


def _take_better(points: Array, values: Array, rows: Rows, others: Array, other_values: Array) -> Rows:
    """Replace `points` at `rows` by `others` where their log EI is higher, in place; return those rows."""
    is_better = other_values > values[rows] + LEAST_GAIN
    points[rows[is_better]], values[rows[is_better]] = others[is_better], other_values[is_better]
    return rows[is_better]


def _log_improvement(model: Surrogate, points: Array) -> Array:
    mean, deviation = model.predict(points)
    return log_expected_improvement(mean, np.hypot(deviation, np.sqrt(model.noise)), model.best)


def _climb(model: Surrogate, points: Array, numbers: NDArray[np.intp]) -> Array:
    """Move points uphill in log EI along the number columns that have an effect."""
    is_active = ~np.isnan(points[:, numbers])

    def objective(values: Array, rows: Rows) -> tuple[Array, Array]:
        at = points[rows]
        at[:, numbers] = np.where(is_active[rows], values, np.nan)
        mean, smooth, mean_slopes, deviation_slopes = model.predict_slopes(model.scaled(at), numbers)
        deviation = np.sqrt(np.square(smooth) + model.noise)
        deviation_slopes *= (smooth / deviation)[:, None]
        logarithm, by_mean, by_deviation = log_expected_improvement_slopes(mean, deviation, model.best)
        slopes = by_mean[:, None] * mean_slopes + by_deviation[:, None] * deviation_slopes
        return -logarithm, np.where(is_active[rows], -slopes, 0.0)

    begin = np.where(is_active, points[:, numbers], 0.5)
    found, _ = minimise(
        objective, begin, low=np.zeros(1), high=np.ones(1), evaluations=EVALUATIONS, tolerance=LEAST_GAIN
    )
    moved = points.copy()
    moved[:, numbers] = np.where(is_active, found, np.nan)
    return moved


def _changes(
    space: Space, points: Array, fixed: NDArray[np.bool_], rng: np.random.Generator
) -> tuple[NDArray[np.intp], Array]:
    """Return points (c, d) that differ from one of `points` (m, d) in one column, after that point's index (c,)."""
    filled = np.where(np.isnan(points), whole(space, rng.random(points.shape)), points)
    origin, found = [np.empty(0, np.intp)], [np.empty((0, points.shape[1]))]
    for place, column in enumerate(space.columns):
        rows = np.flatnonzero(~np.isnan(points[:, place]))
        count = column.count
        if fixed[place] or count is None or not len(rows):
            continue
        some = column.from_unit((np.arange(MOST_VALUES) + 0.5) / MOST_VALUES)
        levels = column.levels if count <= MOST_VALUES else some
        values = np.broadcast_to(levels, (len(rows), len(levels)))
        changed = np.repeat(filled[rows], values.shape[1], axis=0)
        changed[:, place] = values.ravel()
        origin.append(np.repeat(rows, values.shape[1]))
        found.append(changed)
    return np.concatenate(origin), space.snap(np.concatenate(found))
