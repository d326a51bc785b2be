"""Bayesian optimisation: a Gaussian process of the scores predicts where to expect an improvement.

The first trials are spread evenly. Then each proposal maximises log expected improvement, assuming for running trials,
and for proposals of the same batch, the score that the model predicts (the Kriging believer of Ginsbourger, Le Riche
& Carraro, 2010). A batch consists of groups that share a structure, so that they train in a stack: the first of a group
is chosen freely, except that the second group must differ in structure from the first; the rest of a group keeps the
structure of its first.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuitrain.search.gaussian_process import surrogate
from tuitrain.search.gaussian_process.candidates import REFINED, Candidates, distinct, drawn, listed, refined
from tuitrain.search.gaussian_process.low_discrepancy import points
from tuitrain.search.gaussian_process.subset_of_data import subset_of_data
from tuitrain.search.space.space import Setting, Space
from tuitrain.search.strategies.observation import Observation, key, seen
from tuitrain.search.strategies.quasi import new_settings
from tuitrain.search.strategies.random import draw_rest

Array = NDArray[np.float64]

LEAST_FIRST = 10  # trials before the model is used, or the number of columns plus two
LEAST_KNOWN = 2
LEAST_GROUPED = 4  # proposals at a time from which on they come in groups
SMALL_GROUP, LARGE_GROUP, MANY = 4, 8, 32  # members of a group, and of a group in a batch of this size
MOST_LOST = 0.5  # in log EI, below the best of all, for a member that shares the group's structure
MOST_SKIPPED = 256


def propose(
    space: Space, finished: Sequence[Observation], pending: Sequence[Setting], k: int, seed: int
) -> list[dict[str, Any]]:
    """Propose the next `k` settings, as a function of the arguments alone."""
    tried = seen(finished, pending)
    n_before = len(finished) + len(pending)
    n_spread = min(k, left_to_spread(space, finished, pending, k))
    found = _spread(space, n_before, n_spread, tried, seed)
    if len(found) < n_spread or len(found) == k:
        return found
    batch = _Batch(space, finished, [*pending, *found], tried, seed)
    return found + batch.propose(k - len(found))


def left_to_spread(space: Space, finished: Sequence[Observation], pending: Sequence[Setting], k: int) -> int:
    """Count the next trials, at least `k` where too little is known, that are spread before the model is used."""
    left = max(0, max(LEAST_FIRST, len(space.columns) + 2) - len(finished) - len(pending))
    is_known = sum(bool(np.isfinite(item.value)) for item in finished) >= LEAST_KNOWN
    return left if is_known else max(left, k)


def _spread(space: Space, n_before: int, count: int, tried: set[Any], seed: int) -> list[dict[str, Any]]:
    """Return the form's setting if it lies in the space, then points of a low-discrepancy sequence."""
    found: list[dict[str, Any]] = []
    start = space.start
    if count and start is not None and key(start) not in tried:
        found.append(dict(start))
        tried.add(key(start))
    rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, n_before, *b"spread"])))
    rows = points(count + MOST_SKIPPED, len(space.columns), seed, start=n_before)
    return found + new_settings(space, rows, tried, count - len(found), rng)


class _Batch:
    """The state of a growing batch: the model, and the candidates with their predictions."""

    def __init__(
        self, space: Space, finished: Sequence[Observation], pending: Sequence[Setting], tried: set[Any], seed: int
    ) -> None:
        self._space, self._tried = space, tried
        seeds = np.random.SeedSequence([seed, len(finished), len(pending), *b"bayesian"])
        self._rng = np.random.Generator(np.random.PCG64(seeds))
        known = space.encode([item.setting for item in finished])
        values = np.array([item.value for item in finished], np.float64)
        kept = subset_of_data(space.columns, known, values)
        self._model = surrogate.fit(space.columns, known[kept], values[kept])
        if pending:
            self._model = self._model.condition(space.encode(pending))
        self._structural = np.array([column.is_structural for column in space.columns], bool)
        self._listed = listed(space)
        self._all = Candidates(
            self._model, self._listed if self._listed is not None else drawn(space, self._model, self._rng)
        )

    def propose(self, k: int) -> list[dict[str, Any]]:
        """Propose up to `k` settings, in groups."""
        found: list[dict[str, Any]] = []
        first: dict[str, Any] | None = None  # the first group's, for the second one
        while len(found) < k:
            leader = (self._choose(self._all, unlike=first) if first is not None else None) or self._choose(self._all)
            if leader is None:
                break
            found.append(leader)
            members = self._group_size(k, len(found))
            first = None
            if members > 1 and self._structural.any():
                first = leader if len(found) == 1 else None
                found += self._members(leader, members - 1)
        while len(found) < k and (setting := draw_rest(self._space, self._rng, self._tried)) is not None:
            self._tried.add(key(setting))
            found.append(setting)
        return found

    def _group_size(self, k: int, n_before: int) -> int:
        """Return the size of the group that begins with proposal number `n_before` (from 1)."""
        if k < LEAST_GROUPED:
            return 1
        size = LARGE_GROUP if k >= MANY else min(SMALL_GROUP, -(-k // 2))
        return min(size, k - n_before + 1)

    def _members(self, leader: Setting, count: int) -> list[dict[str, Any]]:
        """Return up to `count` settings with the leader's structure, while they promise nearly as much as any other."""
        alike = self._alike(self._space.encode([leader])[0])
        found: list[dict[str, Any]] = []
        while len(found) < count:
            self._all.learn(self._model)
            least = float(self._all.log_improvement(self._model).max()) - MOST_LOST
            setting = self._choose(alike, is_held=True, least=least)
            if setting is None:
                break
            found.append(setting)
        return found

    def _agree(self, points: Array, point: Array) -> NDArray[np.bool_]:
        """Mark the points (n, d) that agree with `point` (d,) in the structural columns, (n,)."""
        same = (points == point) | (np.isnan(points) & np.isnan(point))
        agree: NDArray[np.bool_] = same[:, self._structural].all(axis=1)
        return agree

    def _alike(self, point: Array) -> Candidates:
        """Return candidates that agree with `point` (d,) in the structural columns."""
        if self._listed is not None:
            self._all.learn(self._model)
            return self._all.part(self._agree(self._listed, point))
        held = self._structural
        changed = self._all.points.copy()
        unit = self._rng.random(changed.shape)
        filled = np.array([column.from_unit(unit[:, place]) for place, column in enumerate(self._space.columns)]).T
        changed = np.where(np.isnan(changed), filled, changed)
        changed[:, held] = point[held]
        return Candidates(self._model, distinct(self._space.snap(changed)))

    def _choose(
        self, candidates: Candidates, *, is_held: bool = False, unlike: Setting | None = None, least: float = -np.inf
    ) -> dict[str, Any] | None:
        """Choose the untried setting that promises most, and add its predicted score to the model.

        With `is_held` the candidates keep their structure while they are refined. With `unlike` the setting differs
        from that one in structure, if there is such a candidate.
        """
        if not len(candidates.points):
            return None
        candidates.learn(self._model)
        values = candidates.log_improvement(self._model)
        order = np.argsort(-values, kind="stable")
        if unlike is not None:
            order = order[~self._agree(candidates.points[order], self._space.encode([unlike])[0])]
        ranked, promise = candidates.points[order], values[order]
        if self._listed is None and len(ranked):
            is_fixed = self._structural if is_held or unlike is not None else np.zeros_like(self._structural)
            better, gains = refined(self._space, self._model, ranked[:REFINED].copy(), is_fixed, self._rng)
            ranked, promise = np.concatenate([better, ranked]), np.concatenate([gains, promise])
            order = np.argsort(-promise, kind="stable")
            ranked, promise = ranked[order], promise[order]
        for point in ranked[promise >= least]:
            setting = self._space.decode(point[None])[0]
            if key(setting) not in self._tried:
                self._tried.add(key(setting))
                self._model = self._model.condition(self._space.encode([setting]))
                return setting
        return None
