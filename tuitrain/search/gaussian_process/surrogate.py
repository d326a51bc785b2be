"""A Gaussian process over settings: predicted scores where none was measured.

`n` observations, `d` columns, `e` coordinates, `m` points asked for; all arrays are float64. Predictions are of
standardised scores (`ScoreScale`) unless stated otherwise, without the noise of a measurement. Rasmussen & Williams
(2006), chapters 2 and 5.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from tuitrain.search.gaussian_process import marginal_likelihood as evidence
from tuitrain.search.gaussian_process.acquisition import log_expected_improvement, log_h_and_cdf
from tuitrain.search.gaussian_process.kernel import (
    ColumnLike,
    CoordinateLayout,
    inverse_lower,
    squared_distances,
)
from tuitrain.search.gaussian_process.score_scale import ScoreScale, worst_for_failed
from tuitrain.search.gaussian_process.subset_of_data import subset_of_data

Array = NDArray[np.float64]
Places = NDArray[np.intp]

_LEAST_VARIANCE = 1e-10
FIRST_EVALUATIONS, NEXT_EVALUATIONS = 40, 15
MOST_FROM_ALL_STARTS = 64


class SpaceLike(Protocol):
    """The part of a space that the model uses; see `tuitrain.search.space.space.Space`."""

    @property
    def columns(self) -> Sequence[ColumnLike]: ...
    def snap(self, points: Array) -> Array: ...


@dataclass(frozen=True)
class Surrogate:
    """The posterior, given `points` (n, d) with standardised `scores` (n,).

    `parameters` (d + 2,) as in `marginal_likelihood`; `coordinates` (n, e) are scaled, `inverse_factor` (n, n) is the
    inverse of the Cholesky factor of the kernel matrix with noise, `whitened` (n,) is that times the scores, `alpha`
    (n,) the inverse kernel matrix times the scores.
    """

    layout: CoordinateLayout
    scale: ScoreScale
    parameters: Array
    points: Array
    scores: Array
    coordinates: Array
    inverse_factor: Array
    whitened: Array
    alpha: Array

    @property
    def lengths(self) -> Array:
        """Length scales (d,)."""
        lengths: Array = np.exp(self.parameters[:-2])
        return lengths

    @property
    def signal(self) -> float:
        """Variance of the signal."""
        return float(np.exp(self.parameters[-2]))

    @property
    def noise(self) -> float:
        """Variance of the noise."""
        return float(np.exp(self.parameters[-1]))

    @property
    def best(self) -> float:
        """The lowest score, observed or assumed."""
        return float(self.scores.min())

    def scaled(self, points: Array) -> Array:
        """Return coordinates (m, e) in units of the length scales."""
        return self.layout.embed(points) / self.lengths[self.layout.owner]

    def cross(self, points: Array) -> Array:
        """Return the covariances (m, n) with the observed points."""
        return self.covariances(self.scaled(points))

    def covariances(self, at: Array, since: int = 0) -> Array:
        """Return the covariances (m, n - since) of `scaled` coordinates (m, e) with those observed from `since`."""
        return self.signal * self.layout.kernel(squared_distances(at, self.coordinates[since:]))[0]

    def mean(self, points: Array) -> Array:
        """Return the posterior mean (m,)."""
        return self.cross(points) @ self.alpha

    def predict(self, points: Array) -> tuple[Array, Array]:
        """Return the posterior mean and deviation (m,) at points (m, d)."""
        cross = self.cross(points)
        explained = cross @ self.inverse_factor.T
        variance = self.signal - np.einsum("ij,ij->i", explained, explained)
        return cross @ self.alpha, np.sqrt(np.maximum(variance, _LEAST_VARIANCE * self.signal))

    def predict_slopes(self, at: Array, places: Places) -> tuple[Array, Array, Array, Array]:
        """Return mean and deviation (m,), and their derivatives (m, c) by the `c` number columns at `places`.

        `at` (m, e) are `scaled` coordinates.
        """
        kernel, slope = self.layout.kernel(squared_distances(at, self.coordinates))
        explained = (self.signal * kernel) @ self.inverse_factor.T
        variance = self.signal - np.einsum("ij,ij->i", explained, explained)
        deviation = np.sqrt(np.maximum(variance, _LEAST_VARIANCE * self.signal))
        by_mean, by_variance = slope * self.alpha, slope * (explained @ self.inverse_factor)
        mean_slopes, half_slopes = self._slopes(at, places, by_mean), self._slopes(at, places, by_variance)
        return explained @ self.whitened, deviation, mean_slopes, -half_slopes / deviation[:, None]

    def _slopes(self, at: Array, places: Places, weights: Array) -> Array:
        """Return the derivatives (m, c) by the number columns at `places` of sums over the observed points.

        `weights` (m, n) are the terms' derivatives by the squared distance, for a signal of 1.
        """
        numbers, factor = self.layout.number[places], 2 * self.signal / self.lengths[places]
        found: Array = factor * (weights.sum(axis=1)[:, None] * at[:, numbers] - weights @ self.coordinates[:, numbers])
        for shift in self.layout.shifts:  # a number that shifts another acts through that one too
            if shift.number in places:
                found[:, places == shift.number] += shift.slope * self._slopes(at, np.array([shift.place]), weights)
        return found

    def condition(self, points: Array, scores: Array | None = None) -> Surrogate:
        """Return the posterior with more points (m, d); without `scores` (m,) its own mean is assumed there.

        The factor grows by a block: [[L, 0], [B, C]] with B = K* L⁻ᵀ and C Cᵀ what is left of the variance.
        """
        cross = self.cross(points)
        if scores is None:
            scores = cross @ self.alpha
        at = self.scaled(points)
        own = self.signal * self.layout.kernel(squared_distances(at, at))[0] + self.noise * np.eye(len(points))
        below = cross @ self.inverse_factor.T
        corner = inverse_lower(np.linalg.cholesky(own - below @ below.T))
        n, m = len(self.points), len(points)
        grown = np.zeros((n + m, n + m))
        grown[:n, :n], grown[n:, n:] = self.inverse_factor, corner
        grown[n:, :n] = -corner @ (below @ self.inverse_factor)
        whitened = np.concatenate([self.whitened, corner @ (scores - below @ self.whitened)])
        return dataclasses.replace(
            self, points=np.concatenate([self.points, points]), scores=np.concatenate([self.scores, scores]),
            coordinates=np.concatenate([self.coordinates, at]), inverse_factor=grown, whitened=whitened,
            alpha=grown.T @ whitened,
        )  # fmt: skip


def fit(
    columns: Sequence[ColumnLike], points: Array, scores: Array, *, near: Array | None = None, evaluations: int = 0
) -> Surrogate:
    """Fit the process to points (n, d) with scores (n,), lower is better; non-finite scores count as the worst.

    `near` (s, d + 2) are additional starting parameters; with `evaluations` they are the only ones. The best of many
    starts is found from at most `MOST_FROM_ALL_STARTS` observations, and then fitted to all of them. Where a column
    takes only some values, the best scores are told apart more clearly (`ScoreScale.of_best`), at the cost of the
    others: what matters there is which of the good ones is the best, not the slopes that lead to it.
    """
    layout = CoordinateLayout(columns)
    scores = worst_for_failed(np.asarray(scores, np.float64))
    scale = (ScoreScale.of_best(scores) if layout.is_rough else None) or ScoreScale.of(scores)
    standard = scale.to_standard(scores)
    differences = layout.squared_differences(layout.embed(points))
    begin = evidence.starts(len(columns))
    if near is not None:
        begin = near if evaluations else np.concatenate([begin, near])
    if len(points) > MOST_FROM_ALL_STARTS and not evaluations:
        some = subset_of_data(columns, points, scores, MOST_FROM_ALL_STARTS)
        few = differences[:, some[:, None], some]
        begin = evidence.fit(few, standard[some], layout.kernel, begin, FIRST_EVALUATIONS)[None]
        evaluations = NEXT_EVALUATIONS
    parameters = evidence.fit(differences, standard, layout.kernel, begin, evaluations or FIRST_EVALUATIONS)
    return condition_all(layout, scale, parameters, points, standard)


def condition_all(
    layout: CoordinateLayout, scale: ScoreScale, parameters: Array, points: Array, standard: Array
) -> Surrogate:
    """Return the posterior for given parameters."""
    coordinates = layout.embed(points) / np.exp(parameters[:-2])[layout.owner]
    kernel = np.exp(parameters[-2]) * layout.kernel(squared_distances(coordinates, coordinates))[0]
    factor = inverse_lower(np.linalg.cholesky(kernel + np.exp(parameters[-1]) * np.eye(len(points))))
    whitened = factor @ standard
    return Surrogate(
        layout, scale, parameters, points, standard, coordinates, factor, whitened, factor.T @ whitened
    )  # fmt: skip


@dataclass(frozen=True)
class Outlook:
    """What trials at `m` points may score, in the scores' own units, the noise of a trial included.

    `mean`, `low` and `high` (m,) are the mean and one deviation either side on the standardised scale, converted back:
    the median, and the quantiles at 16 % and 84 %. `log_improvement` and `improvement` (m,) are the expected
    improvement over the best score, `chance` (m,) the probability of beating it. Above the knee of the `ScoreScale`
    the distribution of a score is skewed, and its two deviations differ; improvement and chance are exact all the same,
    since every score that beats the best lies below the knee, where the scale is linear.
    """

    mean: Array
    low: Array
    high: Array
    log_improvement: Array
    improvement: Array
    chance: Array


def outlook(model: Surrogate, points: Array) -> Outlook:
    """Return what trials at points (m, d) may score; the strategy ranks candidates by the same improvement."""
    mean, smooth = model.predict(points)
    deviation = np.hypot(smooth, np.sqrt(model.noise))
    logarithm = log_expected_improvement(mean, deviation, model.best) + np.log(model.scale.deviation)
    chance = np.exp(log_h_and_cdf((model.best - mean) / deviation)[1])
    low, middle, high = (model.scale.to_score(mean + shift * deviation) for shift in (-1.0, 0.0, 1.0))
    return Outlook(middle, low, high, logarithm, np.exp(logarithm), chance)


def importance(model: Surrogate, space: SpaceLike, *, sample: Array, joint: Array, levels: int = 16) -> Array:
    """Return each column's share (d,) of the posterior mean's variance, taken along it with the others averaged over.

    `sample` (m, d) in [0, 1) holds the settings to average over, `joint` (s, d) those whose variance is the whole;
    numbers are taken at the middles of `levels` equal parts in both. These are Sobol's first-order indices (1993): what
    is missing from 1 is what columns do only in combination. All are 0 if the mean is flat. A column that seldom has an
    effect counts only as often as it does.
    """
    columns = space.columns
    counts = np.array([column.count or 0 for column in columns])
    is_category = model.layout.is_category
    whole = np.where(is_category, np.floor(sample * np.maximum(counts, 1)), sample)
    variances = np.zeros(len(columns))
    for place, column in enumerate(columns):
        values = (
            np.arange(counts[place], dtype=np.float64) if column.is_category else (np.arange(levels) + 0.5) / levels
        )
        rows = np.repeat(whole[None], len(values), axis=0)
        rows[:, :, place] = values[:, None]
        points = space.snap(rows.reshape(-1, len(columns)))
        is_active = ~np.isnan(points[:, place])
        if not is_active.any():
            continue
        means = np.zeros(len(points))
        means[is_active] = model.mean(points[is_active])
        weights = is_active.reshape(len(values), -1)
        marginal = means.reshape(weights.shape).sum(axis=1) / np.maximum(weights.sum(axis=1), 1)
        variances[place] = marginal.var() * weights.mean()
    steps = np.where(is_category, np.floor(joint * np.maximum(counts, 1)), (np.floor(joint * levels) + 0.5) / levels)
    total = variances.sum()
    if len(columns) > 1:  # one alone has nothing to act with
        total = max(total, model.mean(space.snap(steps)).var())
    shares: Array = variances / total if total > 0 else variances
    return shares
