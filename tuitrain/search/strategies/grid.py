"""Grid search: all combinations, those alike in structure together."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import Any

from tuitrain.search.space.space import Setting, Space
from tuitrain.search.strategies.observation import Observation, key, seen


def propose(
    space: Space, finished: Sequence[Observation], pending: Sequence[Setting], k: int, seed: int
) -> list[dict[str, Any]]:
    """Propose the next `k` untried points of the grid; `seed` plays no part."""
    tried = seen(finished, pending)
    return list(islice((setting for setting in space.grid() if key(setting) not in tried), k))
