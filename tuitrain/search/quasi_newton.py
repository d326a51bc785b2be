"""Minimising many smooth functions at once: BFGS in lockstep, within bounds.

`S` problems, `p` unknowns each; all arrays are float64. One call of the function serves all problems that are still
going on, so that NumPy's overhead is paid once and not `S` times.
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

ARMIJO = 1e-4  # share of the decrease that the slope promises which a step must bring
FIRST_STEP = 0.5  # at most, in any unknown
SHORTER = 0.25
SHORTEST = 1e-10


def minimise(
    function: Objective, starts: Array, *, low: Array, high: Array, evaluations: int, tolerance: float = 1e-6
) -> tuple[Array, Array]:
    """The best points (S, p) found from `starts` (S, p), and their values (S,).

    `low` and `high` broadcast to (S, p). A problem ends when a step lowers its value by less than `tolerance`, or after
    `evaluations` calls. Nocedal & Wright (2006), algorithm 6.1, with steps projected onto the bounds.
    """
    low, high = np.broadcast_to(low, starts.shape), np.broadcast_to(high, starts.shape)
    x = np.clip(starts, low, high)
    value, gradient = function(x, np.arange(len(x)))
    inverse = np.zeros((len(x), x.shape[1], x.shape[1]))  # of the Hessian; zero until something is known of it
    direction = _inward(-gradient, x, low, high)
    size = np.abs(direction).max(axis=1)
    step = FIRST_STEP / np.maximum(size, 1.0)
    going = np.flatnonzero(size > SHORTEST)
    for _ in range(evaluations - 1):
        if not len(going):
            break
        trial = np.clip(x[going] + step[going, None] * direction[going], low[going], high[going])
        new_value, new_gradient = function(trial, going)
        moved = trial - x[going]
        slope = np.einsum("ij,ij->i", moved, gradient[going])
        is_better = (new_value <= value[going] + ARMIJO * slope) & np.isfinite(new_value)
        taken, refused = going[is_better], going[~is_better]
        is_over = np.zeros(len(x), bool)
        if len(taken):
            is_over[taken] = value[taken] - new_value[is_better] < tolerance
            changed = new_gradient[is_better] - gradient[taken]
            inverse[taken] = _updated(inverse[taken], moved[is_better], changed)
            x[taken], value[taken], gradient[taken] = trial[is_better], new_value[is_better], new_gradient[is_better]
            direction[taken] = _downhill(inverse[taken], gradient[taken], x[taken], low[taken], high[taken])
            step[taken] = 1.0
        if len(refused):
            step[refused] *= SHORTER
            is_over[refused] = step[refused] * np.abs(direction[refused]).max(axis=1) < SHORTEST
        going = going[~is_over[going]]
    return x, value


def _inward(direction: Array, x: Array, low: Array, high: Array) -> Array:
    """`direction` without what leads out of the bounds."""
    return np.where(((x <= low) & (direction < 0)) | ((x >= high) & (direction > 0)), 0.0, direction)


def _downhill(inverse: Array, gradient: Array, x: Array, low: Array, high: Array) -> Array:
    """Quasi-Newton directions (s, p) among the unknowns that are free to move; else the steepest descent."""
    steepest = _inward(-gradient, x, low, high)
    newton = np.where(steepest != 0, np.matmul(inverse, steepest[:, :, None])[:, :, 0], 0.0)
    newton = _inward(newton, x, low, high)
    is_descent = np.einsum("ij,ij->i", newton, steepest) > 0
    return np.where(is_descent[:, None], newton, steepest / np.maximum(np.abs(steepest).max(axis=1), 1.0)[:, None])


def _updated(inverse: Array, moved: Array, changed: Array) -> Array:
    """The estimates (s, p, p) after steps (s, p) along which the gradient changed so (s, p); equation 6.17."""
    product = np.einsum("ij,ij->i", moved, changed)
    squares = np.einsum("ij,ij->i", changed, changed)
    is_curved = product > 1e-10 * np.sqrt(squares * np.einsum("ij,ij->i", moved, moved)) + 1e-300
    is_new = is_curved & ~inverse.any(axis=(1, 2))
    share = 1 / np.where(is_curved, product, 1.0)
    unit = np.eye(moved.shape[1])
    scaled = (product / np.where(is_curved, squares, 1.0))[:, None, None] * unit
    inverse = np.where(is_new[:, None, None], scaled, inverse)
    left = unit - share[:, None, None] * moved[:, :, None] * changed[:, None, :]
    grown = left @ inverse @ left.transpose(0, 2, 1) + share[:, None, None] * moved[:, :, None] * moved[:, None, :]
    return np.where(is_curved[:, None, None], grown, inverse)
