"""Random search: independent draws from the ranges (Bergstra & Bengio, 2012)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tuitrain.search.space.columns import Array
from tuitrain.search.space.space import Setting, Space
from tuitrain.search.strategies.observation import Observation, key, seen

ATTEMPTS = 64  # draws for one proposal before listing all that is left
MOST_LISTED = 200_000


def propose(
    space: Space, finished: Sequence[Observation], pending: Sequence[Setting], k: int, seed: int
) -> list[dict[str, Any]]:
    """Propose `k` untried independent draws; the i-th trial's draw depends on `seed` and i alone."""
    tried = seen(finished, pending)
    first = len(finished) + len(pending)
    found: list[dict[str, Any]] = []
    for number in range(first, first + k):
        rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, number, *b"random"])))
        drawn = draw_new(space, rng.random((ATTEMPTS, len(space.columns))), tried) or draw_rest(space, rng, tried)
        if drawn is None:
            break
        tried.add(key(drawn))
        found.append(drawn)
    return found


def draw_new(space: Space, unit: Array, tried: set[Any]) -> dict[str, Any] | None:
    """Return the first untried setting among those of the rows `unit` (n, d) in [0, 1)."""
    return first_new(space, space.from_unit(unit), tried)


def first_new(space: Space, points: Array, tried: set[Any]) -> dict[str, Any] | None:
    """Return the first untried setting among those of `points` (n, d)."""
    for row in range(len(points)):
        setting = space.decode(points[row : row + 1])[0]
        if key(setting) not in tried:
            return setting
    return None


def draw_rest(space: Space, rng: np.random.Generator, tried: set[Any]) -> dict[str, Any] | None:
    """Return one of the settings left in a nearly exhausted space; None if none is left."""
    if space.size is None or space.size <= len(tried):
        return None
    counts = [column.count or 1 for column in space.columns]
    if np.prod(counts, dtype=float) > MOST_LISTED:
        return draw_new(space, rng.random((MOST_LISTED // 10, len(counts))), tried)
    return first_new(space, rng.permutation(space.listed()), tried)
