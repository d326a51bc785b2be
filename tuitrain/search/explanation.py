"""Explain a study's trials with a Gaussian process: a slice along one hyperparameter, and the importance of each.

It is fitted to the history alone, so it explains grid and random searches as well. Scores are in the metric's own
units and direction.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from tuitrain.engine.threads import blas_threads
from tuitrain.options.search_settings import Settings
from tuitrain.search.gaussian_process.kernel import squared_distances
from tuitrain.search.gaussian_process.low_discrepancy import points as evenly_spread
from tuitrain.search.gaussian_process.subset_of_data import subset_of_data
from tuitrain.search.gaussian_process.surrogate import Surrogate, fit, importance, slice_along
from tuitrain.search.space.columns import SearchColumn, to_scale
from tuitrain.search.space.space import Space
from tuitrain.search.strategies.observation import observations
from tuitrain.search.study.trial import Trial

LEAST_TRIALS = 4
POINTS = 60
SAMPLE = 64
JOINT = 1024

Floats = NDArray[np.float64]
Ticks = tuple[tuple[float, str], ...]


class HistoryLike(Protocol):
    """The history to explain: a study, or the trainings by hand."""

    @property
    def space(self) -> Space: ...
    @property
    def settings(self) -> Settings: ...
    @property
    def trials(self) -> Sequence[Trial]: ...
    @property
    def best(self) -> Trial | None: ...


@dataclass(frozen=True)
class Slice:
    """The surrogate along one column, with the others as in the best trial; `n` places, `t` trials, `k` proposals.

    `places` (n,) lie in [0, 1], or are indices of categories; `mean`, `low` and `high` (n,) are the posterior mean and
    one deviation around it; `improvement` (n,) is the expected improvement over the best score. `observed` (t, 2) holds
    the trials' places and scores, `nearness` (t,) in 0..1 how near each lies to the slice, `proposed` (k,) places.
    """

    column: str
    label: str
    is_category: bool
    ticks: Ticks
    places: Floats
    mean: Floats
    low: Floats
    high: Floats
    improvement: Floats
    observed: Floats
    nearness: Floats
    proposed: Floats


@dataclass(frozen=True)
class Explained:
    """Importances and slices from the surrogate; `key` identifies the trials they were fitted to.

    `importance` are (label, share), the largest first; what is missing from 1 they do only in combination. `slices`
    maps each column's label to places, means and ticks.
    """

    key: tuple[object, ...]
    column: str
    columns: tuple[str, ...]
    slice: Slice | None = None
    importance: tuple[tuple[str, float], ...] = ()
    slices: Mapping[str, tuple[Floats, Floats, Ticks]] | None = None


def explain(study: HistoryLike, column: str, before: Explained | None = None, *, is_alone: bool = True) -> Explained:
    """Fit the surrogate, unless `before` was fitted to the same trials; `column` "" is the learning rate, or the first.

    Unless `is_alone`, the number of threads is left alone: the bits of other trainings in this process depend on it.
    """
    columns = study.space.columns
    names = tuple(item.name for item in columns)
    usual = "learning_rate" if "learning_rate" in names else next(iter(names), "")
    chosen = column if column in names else usual
    done = [trial for trial in study.trials if trial.is_done]
    ahead = tuple(trial.number for trial in study.trials if not trial.is_done)
    key = (len(done), ahead, chosen, names)
    if before is not None and before.key == key:
        return before
    nothing = Explained(key, chosen, names)
    best = study.best
    known = observations(done, study.settings.sign)
    if best is None or not names or sum(math.isfinite(item.value) for item in known) < LEAST_TRIALS:
        return nothing
    with blas_threads(1) if is_alone else nullcontext():
        points = study.space.encode([item.setting for item in known])
        values = np.array([item.value for item in known])
        kept = subset_of_data(columns, points, values)
        points, values = points[kept], values[kept]
        model = fit(columns, points, values)
        at = study.space.encode([best.setting])[0]
        slices = {
            item.name: _slice(model, study, at, place, points, values) for place, item in enumerate(columns)
        }  # fmt: skip
        shares = importance(model, study.space, sample=evenly_spread(SAMPLE, len(columns), 0),
                            joint=evenly_spread(JOINT, len(columns), 0))  # fmt: skip
    return Explained(
        key, chosen, names, slices[chosen], _by_label(columns, shares),
        {item.label: (slices[item.name].places, slices[item.name].mean, slices[item.name].ticks) for item in columns},
    )  # fmt: skip


def _slice(model: Surrogate, study: HistoryLike, at: Floats, place: int, points: Floats, values: Floats) -> Slice:
    """Slice along one column, with the others as in `at` (d,), in the metric's own units and direction."""
    column, sign = study.space.columns[place], study.settings.sign
    listed = np.arange(len(column.values), dtype=np.float64) if column.is_category else column.places
    places = listed if len(listed) and len(listed) <= POINTS else np.linspace(0, 1, POINTS)
    at = np.where((np.arange(len(at)) == place) & np.isnan(at), 0.0, at)
    along = slice_along(model, at, place, places)
    low, high = (along.low, along.high) if sign > 0 else (along.high, along.low)
    active = ~np.isnan(points[:, place])
    moved = points[active].copy()
    moved[:, place] = at[place]
    distances = squared_distances(model.scaled(moved), model.scaled(at[None]))
    finite = np.isfinite(values[active])
    coming = [trial.setting for trial in study.trials if not trial.is_done]
    proposed = study.space.encode(coming)[:, place] if coming else np.empty(0)
    return Slice(
        column.name, column.label, column.is_category, ticks_of(column), places, sign * along.mean, sign * low,
        sign * high, along.improvement, np.column_stack([points[active][finite, place], sign * values[active][finite]]),
        model.layout.kernel(distances)[0][:, 0][finite], proposed[~np.isnan(proposed)],
    )  # fmt: skip


def _by_label(columns: Sequence[SearchColumn], shares: Floats) -> tuple[tuple[str, float], ...]:
    found: dict[str, float] = {}
    for column, share in zip(columns, shares, strict=True):
        found[column.label] = found.get(column.label, 0.0) + float(share)
    return tuple(sorted(found.items(), key=lambda item: -item[1]))


def ticks_of(column: SearchColumn, most: int = 5) -> Ticks:
    """Return places of a column and the labels of their values."""
    if column.values:
        values: Sequence[object] = column.values
        places = range(len(values)) if column.is_category else column.places
        pairs = [(float(place), label(column, value)) for place, value in zip(places, values, strict=True)]
        return tuple(pairs) if column.is_category else tuple(pairs[:: -(-len(pairs) // max(most, 2))])
    if column.scale == "log":
        low, high = (float(to_scale(end, "log")) / np.log(10) for end in (column.low, column.high))
        powers = list(range(int(np.ceil(low - 1e-9)), int(np.floor(high + 1e-9)) + 1))
        powers = powers[:: -(-len(powers) // most)] if powers else []
        if len(powers) > 1:
            return tuple(((power - low) / (high - low), label(column, 10.0**power)) for power in powers)
    spots = np.linspace(0, 1, min(most, 5))
    return tuple((float(spot), label(column, column.value(float(spot)))) for spot in spots)


def label(column: SearchColumn, value: object) -> str:
    """Format a value briefly."""
    if isinstance(value, tuple):
        return "x".join(map(str, value)) or "none"
    return f"{value:.3g}" if isinstance(value, float) else str(value)
