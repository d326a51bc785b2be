"""Pruning: asynchronous successive halving (Li et al., 2020, "A System for Massively Parallel Hyperparameter Tuning").

At a rung every trial of a stack is recorded first; then the trials among the best third of all values ever seen at
that rung continue.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from tuitrain.search.space.ranges import Choices, Range
from tuitrain.search.space.space import Space

ETA = 3
FIRST_SHARE = 27  # the first rung is at epochs / 27

Value = tuple[float, float]  # lower is better: the signed score, and the validation loss to break ties


def rungs(epochs: int) -> list[int]:
    """Return the epochs after which trials are compared: epochs / 27, tripling each time."""
    first = max(1, round(epochs / FIRST_SHARE))
    found = []
    while first < epochs:
        found.append(first)
        first *= ETA
    return found


def longest_training(space: Space) -> int:
    """Return the most epochs that a trial of the space may take, from which the rungs follow."""
    domain = space.domains.get("epochs")
    if isinstance(domain, Range):
        return int(domain.high)
    return max(map(int, domain.values)) if isinstance(domain, Choices) else space.base.epochs  # type: ignore[arg-type]


def survivors(values: Mapping[int, Value], earlier: Sequence[Value]) -> list[int]:
    """Return the trials that continue, given their `values` at the rung and the `earlier` values of other stacks."""
    everyone = [*(_whole(value) for value in values.values()), *(_whole(value) for value in earlier)]
    kept = max(1, len(everyone) // ETA)
    ranked = sorted(everyone)
    threshold = ranked[kept - 1]
    fit = [number for number, value in values.items() if _whole(value) <= threshold]
    return fit if len(fit) <= kept else sorted(fit, key=lambda number: (_whole(values[number]), number))[:kept]


def _whole(value: Value) -> Value:
    """Replace NaN by infinity, so that it sorts last."""
    return tuple(math.inf if math.isnan(part) else part for part in value)  # type: ignore[return-value]
