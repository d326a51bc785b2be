"""Random search that leaves no gaps: the points of a low-discrepancy sequence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuitrain.search.gaussian_process.low_discrepancy import points
from tuitrain.search.space.space import Setting, Space
from tuitrain.search.strategies.observation import Observation, key, seen
from tuitrain.search.strategies.random import draw_new, draw_rest

MOST_SKIPPED = 512  # points to try before listing all that is left


def propose(
    space: Space, finished: Sequence[Observation], pending: Sequence[Setting], k: int, seed: int
) -> list[dict[str, Any]]:
    """Propose the next `k` untried points of the sequence that starts at `seed`."""
    tried = seen(finished, pending)
    start = len(finished) + len(pending)
    rng = np.random.Generator(np.random.PCG64(seed))
    rows = points(k + MOST_SKIPPED, len(space.columns), seed, start=start)
    return new_settings(space, rows, tried, k, rng)


def new_settings(
    space: Space, rows: NDArray[np.float64], tried: set[Any], count: int, rng: np.random.Generator
) -> list[dict[str, Any]]:
    """Return `count` settings not in `tried`, adding them to it: from points (n, columns), then whatever is left.

    Return fewer if nothing is left.
    """
    found: list[dict[str, Any]] = []
    coming = iter(rows)
    while len(found) < count:
        row = next(coming, None)
        setting = draw_new(space, row[None], tried) if row is not None else draw_rest(space, rng, tried)
        if setting is not None:
            tried.add(key(setting))
            found.append(setting)
        elif row is None:
            break
    return found
