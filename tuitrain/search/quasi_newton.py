"""Minimising many smooth functions at once: L-BFGS in lockstep, within bounds.

`S` problems, `p` unknowns each. One call of the function serves all problems that are still going on, so that NumPy's
overhead is paid once and not `S` times.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Rows = NDArray[np.intp]
Objective = Callable[
    [Array, Rows], tuple[Array, Array]
]  # points (s, p) of problems (s,) -> values (s,), gradients (s, p)

MEMORY = 8
ARMIJO = 1e-4  # share of the decrease that the slope promises which a step must bring
SHORTEST = 1e-10


def minimise(
    function: Objective, starts: Array, *, low: Array, high: Array, evaluations: int, tolerance: float = 1e-6
) -> tuple[Array, Array]:
    """The best points (S, p) found from `starts` (S, p), and their values (S,).

    `low` and `high` broadcast to (S, p). A problem ends when a step lowers its value by less than `tolerance`, or after
    `evaluations` calls (Nocedal & Wright, 2006, algorithm 7.4, with projection onto the bounds).
    """
    low, high = np.broadcast_to(low, starts.shape), np.broadcast_to(high, starts.shape)
    x = np.clip(starts, low, high)
    value, gradient = function(x, np.arange(len(x)))
    history = _History(*x.shape)
    direction = _inward(-gradient, x, low, high)
    step = 0.5 / np.maximum(np.abs(direction).max(axis=1), 1.0)
    going = np.flatnonzero(np.abs(direction).max(axis=1) > SHORTEST)
    for _ in range(evaluations - 1):
        if not len(going):
            break
        trial = np.clip(x[going] + step[going, None] * direction[going], low[going], high[going])
        new_value, new_gradient = function(trial, going)
        moved = trial - x[going]
        slope = np.einsum("ij,ij->i", moved, gradient[going])
        is_better = (new_value <= value[going] + ARMIJO * slope) & np.isfinite(new_value)
        taken, refused = going[is_better], going[~is_better]
        gained = value[taken] - new_value[is_better]
        history.add(taken, moved[is_better], new_gradient[is_better] - gradient[taken])
        x[taken], value[taken], gradient[taken] = trial[is_better], new_value[is_better], new_gradient[is_better]
        direction[taken] = _inward(
            -history.apply(taken, gradient[taken], x, low, high), x[taken], low[taken], high[taken]
        )
        step[taken] = 1.0
        step[refused] *= 0.25
        is_over = np.zeros(len(x), bool)
        is_over[taken] = gained < tolerance
        is_over[refused] = step[refused] * np.abs(direction[refused]).max(axis=1, initial=0.0) < SHORTEST
        going = going[~is_over[going]]
    return x, value


def _inward(direction: Array, x: Array, low: Array, high: Array) -> Array:
    """`direction` without what leads out of the bounds."""
    return np.where(((x <= low) & (direction < 0)) | ((x >= high) & (direction > 0)), 0.0, direction)


class _History:
    """The last steps of each problem and how the gradient changed along them; a ring of `MEMORY`."""

    def __init__(self, problems: int, unknowns: int) -> None:
        self._steps = np.zeros((MEMORY, problems, unknowns))
        self._changes = np.zeros((MEMORY, problems, unknowns))
        self._inverse = np.zeros((MEMORY, problems))  # 1 / (step · change), 0 where nothing is known
        self._scale = np.ones(problems)
        self._next = 0

    def add(self, rows: Rows, steps: Array, changes: Array) -> None:
        place = self._next % MEMORY
        self._next += 1
        self._inverse[place] = 0.0
        product = np.einsum("ij,ij->i", steps, changes)
        squares = np.einsum("ij,ij->i", changes, changes)
        is_curved = product > 1e-12 * np.maximum(squares, 1e-300) ** 0.5
        rows, steps, changes = rows[is_curved], steps[is_curved], changes[is_curved]
        self._steps[place, rows], self._changes[place, rows] = steps, changes
        self._inverse[place, rows] = 1 / product[is_curved]
        self._scale[rows] = product[is_curved] / squares[is_curved]

    def apply(self, rows: Rows, gradient: Array, x: Array, low: Array, high: Array) -> Array:
        """The inverse Hessian's estimate times `gradient` (rows, p), by the two loops."""
        is_free = (_inward(-gradient, x[rows], low[rows], high[rows]) != 0) | (gradient == 0)
        found = np.where(is_free, gradient, 0.0)
        order = [place % MEMORY for place in range(max(0, self._next - MEMORY), self._next)]
        shares = {}
        for place in reversed(order):
            shares[place] = self._inverse[place, rows] * np.einsum("ij,ij->i", self._steps[place, rows], found)
            found = found - shares[place][:, None] * self._changes[place, rows]
        found = found * self._scale[rows, None]
        for place in order:
            back = self._inverse[place, rows] * np.einsum("ij,ij->i", self._changes[place, rows], found)
            found = found + (shares[place] - back)[:, None] * self._steps[place, rows]
        found = np.where(is_free, found, 0.0)
        is_descent = np.einsum("ij,ij->i", found, gradient) > 0
        result: Array = np.where(is_descent[:, None], found, np.where(is_free, gradient, 0.0))
        return result
