"""Explain a study's trials with a Gaussian process: a slice along one hyperparameter, and the importance of each.

It is fitted to the history alone, so it explains grid and random searches as well. Scores are in the metric's own
units and direction.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from tuitrain.engine.threads import blas_threads
from tuitrain.options.search_settings import Settings
from tuitrain.search.gaussian_process.kernel import squared_distances
from tuitrain.search.gaussian_process.low_discrepancy import points as evenly_spread
from tuitrain.search.gaussian_process.subset_of_data import subset_of_data
from tuitrain.search.gaussian_process.surrogate import Outlook, Surrogate, fit, importance, outlook
from tuitrain.search.space.columns import SearchColumn, to_scale
from tuitrain.search.space.space import Setting, Space
from tuitrain.search.strategies.observation import observations
from tuitrain.search.study.guess import Guess
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

    `places` (n,) lie in [0, 1], or are indices of categories; `mean`, `low` and `high` (n,) are what a trial there
    scores on average and one deviation around it, `improvement` (n,) by how much it is expected to beat the best score,
    `chance` (n,) how likely it is to: see `Outlook`. `observed` (t, 2) holds the trials' places and scores, `nearness`
    (t,) in 0..1 how near each lies to the slice, `proposed` (k,) places.
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
    chance: Floats
    observed: Floats
    nearness: Floats
    proposed: Floats


@dataclass(frozen=True)
class Expected:
    """What the surrogate expects of one setting, as `Slice` does of many; `place` along the slice's column.

    `place` is NaN where the column has no effect in the setting. Where bad scores are drawn together (`ScoreScale`),
    `low` and `high` need not be equally far from `mean`.
    """

    setting: Mapping[str, Any]
    place: float
    mean: float
    low: float
    high: float
    improvement: float
    chance: float


@dataclass(frozen=True)
class Hindsight:
    """How often the user's guess was better than the strategy's choice, by the mean of the surrogate as it is now.

    `better` of `count` guesses; what is expected to be equally good counts for neither.
    """

    count: int
    better: int


@dataclass(frozen=True)
class Explained:
    """Importances and slices from the surrogate; `key` identifies the trials they were fitted to.

    `importance` are (label, share), the largest first; what is missing from 1 they do only in combination. `slices`
    maps each column's label to places, means and ticks. `choice` is the proposal that was asked about, `hindsight` is
    about the guesses that were.
    """

    key: tuple[object, ...]
    column: str
    columns: tuple[str, ...]
    slice: Slice | None = None
    importance: tuple[tuple[str, float], ...] = ()
    slices: Mapping[str, tuple[Floats, Floats, Ticks]] | None = None
    choice: Expected | None = None
    hindsight: Hindsight | None = None


@dataclass(frozen=True)
class Fitted:
    """The surrogate of a history, and the settings (n, d) and values (n,), of which less is better, that it knows."""

    model: Surrogate
    points: Floats
    values: Floats

    def expect(self, space: Space, sign: float, setting: Setting, place: int = 0) -> Expected:
        """Return what is expected of a setting, and where it lies along the column at `place`."""
        point = space.encode([setting])
        found = _in_the_metrics_direction(outlook(self.model, point), sign)
        return Expected(dict(setting), float(point[0, place]), *(float(values[0]) for values in found))

    def hindsight(self, space: Space, guesses: Sequence[Guess]) -> Hindsight:
        """Compare guesses with choices by what is known now."""
        yours = self.model.mean(space.encode([one.guess for one in guesses]))
        theirs = self.model.mean(space.encode([one.choice for one in guesses]))
        return Hindsight(len(guesses), int(np.count_nonzero(yours < theirs)))


def fitted(study: HistoryLike) -> Fitted | None:
    """Fit the surrogate to the trials that are over; None where there are too few, or nothing is searched."""
    known = observations([trial for trial in study.trials if trial.is_done], study.settings.sign)
    if study.best is None or sum(math.isfinite(item.value) for item in known) < LEAST_TRIALS:
        return None
    columns = study.space.columns
    points = study.space.encode([item.setting for item in known])
    values = np.array([item.value for item in known])
    kept = subset_of_data(columns, points, values)
    points, values = points[kept], values[kept]
    return Fitted(fit(columns, points, values), points, values)


def _in_the_metrics_direction(found: Outlook, sign: float) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """Return mean, low, high, improvement and chance, all (m,), in the metric's own units and direction."""
    low, high = (found.low, found.high) if sign > 0 else (found.high, found.low)
    return sign * found.mean, sign * low, sign * high, found.improvement, found.chance


def explain(
    study: HistoryLike, column: str, before: Explained | None = None, *, choice: Setting | None = None,
    guesses: Sequence[Guess] = (), is_alone: bool = True,
) -> Explained:  # fmt: skip
    """Fit the surrogate, unless `before` was fitted to the same trials; `column` "" is the learning rate, or the first.

    What is expected of `choice`, a setting that is proposed, is told too, and how `guesses` did.

    Unless `is_alone`, the number of threads is left alone: the bits of other trainings in this process depend on it.
    """
    columns = study.space.columns
    names = tuple(item.name for item in columns)
    chosen = usual_column(study.space, column)
    done = [trial for trial in study.trials if trial.is_done]
    ahead = tuple(trial.number for trial in study.trials if not trial.is_done)
    key = (len(done), ahead, chosen, names, len(guesses), *([] if choice is None else [tuple(sorted(choice.items()))]))
    if before is not None and before.key == key:
        return before
    nothing = Explained(key, chosen, names)
    best = study.best
    if best is None or not names:
        return nothing
    with blas_threads(1) if is_alone else nullcontext():
        found = fitted(study)
        if found is None:
            return nothing
        slices = {item.name: _slice(found, study, best.setting, place) for place, item in enumerate(columns)}
        shares = importance(found.model, study.space, sample=evenly_spread(SAMPLE, len(columns), 0),
                            joint=evenly_spread(JOINT, len(columns), 0))  # fmt: skip
        expected = None
        if choice is not None:
            expected = found.expect(study.space, study.settings.sign, choice, names.index(chosen))
        hindsight = found.hindsight(study.space, guesses) if guesses else None
    return Explained(
        key, chosen, names, slices[chosen], _by_label(columns, shares),
        {item.label: (slices[item.name].places, slices[item.name].mean, slices[item.name].ticks) for item in columns},
        expected, hindsight,
    )  # fmt: skip


def usual_column(space: Space, column: str) -> str:
    """Return the name of a column to look along: `column` if there is one, else the learning rate, or the first."""
    names = [item.name for item in space.columns]
    usual = "learning_rate" if "learning_rate" in names else next(iter(names), "")
    return column if column in names else usual


def bare_slice(space: Space, column: SearchColumn, trials: Sequence[Trial]) -> Slice:
    """Return a slice of too few trials for a surrogate: their scores alone, all else NaN."""
    place = [item.name for item in space.columns].index(column.name)
    known = [trial for trial in trials if trial.is_done and math.isfinite(trial.score)]
    observed = np.column_stack([space.encode([one.setting for one in known])[:, place], [one.score for one in known]])
    observed = observed[np.isfinite(observed[:, 0])]
    places = places_along(column)
    unknown = np.full(len(places), np.nan)
    return Slice(
        column.name, column.label, column.is_category, ticks_of(column), places, unknown, unknown, unknown, unknown,
        unknown, observed, np.ones(len(observed)), np.empty(0),
    )  # fmt: skip


def places_along(column: SearchColumn) -> Floats:
    """Return the places (n,) of a slice: all values where there are few, else evenly spread ones."""
    listed = np.arange(len(column.values), dtype=np.float64) if column.is_category else column.places
    return listed if len(listed) and len(listed) <= POINTS else np.linspace(0, 1, POINTS)


def points_along(space: Space, setting: Setting, place: int) -> Floats:
    """Return the rows (n, d) at the places along one column, with all else as in a setting.

    Another category may give other columns an effect, which then lie in the middle, or take it from them. Where the
    column itself has none, the rows have it nevertheless.
    """
    at = space.encode([setting])[0]
    places = places_along(space.columns[place])
    raw = np.repeat(np.where(np.arange(len(at)) == place, 0.0, at)[None], len(places), axis=0)
    raw[:, place] = places
    rows = space.snap(raw)
    is_without = np.isnan(rows[:, place])
    rows[is_without] = raw[is_without]
    return rows


def _slice(found: Fitted, study: HistoryLike, setting: Setting, place: int) -> Slice:
    """Slice along one column, with the others as in a setting, in the metric's own units and direction."""
    column, sign, model = study.space.columns[place], study.settings.sign, found.model
    points, values, places = found.points, found.values, places_along(column)
    at = study.space.encode([setting])[0]
    at = np.where((np.arange(len(at)) == place) & np.isnan(at), 0.0, at)
    along = _in_the_metrics_direction(outlook(model, points_along(study.space, setting, place)), sign)
    active = ~np.isnan(points[:, place])
    moved = points[active].copy()
    moved[:, place] = at[place]
    distances = squared_distances(model.scaled(moved), model.scaled(at[None]))
    finite = np.isfinite(values[active])
    coming = [trial.setting for trial in study.trials if not trial.is_done]
    proposed = study.space.encode(coming)[:, place] if coming else np.empty(0)
    return Slice(
        column.name, column.label, column.is_category, ticks_of(column), places, *along,
        np.column_stack([points[active][finite, place], sign * values[active][finite]]),
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
