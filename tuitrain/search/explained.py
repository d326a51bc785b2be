"""What a Gaussian process makes of a study's trials: a slice along one hyperparameter, and how much each matters.

It is fitted to history alone, so that it explains grid and random searches as well. Scores are in the metric's own
units and direction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tuitrain.search.columns import Column, to_scale
from tuitrain.search.study import Study

LEAST_TRIALS = 4
POINTS = 60

Floats = NDArray[np.float64]
Ticks = tuple[tuple[float, str], ...]


@dataclass(frozen=True)
class Slice:
    """The surrogate along one column, the others as in the best trial; `n` places, `t` trials, `k` proposals.

    `places` (n,) lie in [0, 1], or are indices of categories; `mean`, `low` and `high` (n,) are the posterior mean and
    one deviation around it; `improvement` (n,) is the expected improvement over the best score. `observed` (t, 2) are
    the trials' places and scores, `nearness` (t,) in 0..1 how near each lies to the slice. `proposed` (k,) places.
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
    """What is made of `n_done` trials; `importance` maps labels to shares, `slices` every column's slice."""

    n_done: int
    column: str
    columns: tuple[str, ...]
    slice: Slice | None = None
    importance: tuple[tuple[str, float], ...] = ()
    slices: Mapping[str, tuple[Floats, Floats, Ticks]] | None = None


def explain(study: Study, column: str, before: Explained | None = None) -> Explained:
    """Fit the surrogate, unless `before` knows as much already; `column` "" is the first."""
    names = tuple(item.name for item in study.space.columns)
    chosen = column if column in names else names[0] if names else ""
    done = [trial for trial in study.trials if trial.is_done]
    if before is not None and (before.n_done, before.column, before.columns) == (len(done), chosen, names):
        return before
    return Explained(len(done), chosen, names)


def ticks_of(column: Column, most: int = 5) -> Ticks:
    """Places of a column with the values that lie there."""
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


def label(column: Column, value: object) -> str:
    """A value, short."""
    if isinstance(value, tuple):
        return "x".join(map(str, value)) or "none"
    return f"{value:.3g}" if isinstance(value, float) else str(value)
