"""Minimise many smooth functions at once: BFGS in lockstep, within bounds.

`S` problems, `p` unknowns each; all arrays are float64. One call of the function serves all unfinished problems, so
that NumPy's overhead is paid once instead of `S` times.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Rows = NDArray[np.intp]
Objective = Callable[
    [Array, Rows], tuple[Array, Array]
]  # points (s, p) of problems (s,) -> values (s,), gradients (s, p)

ARMIJO = 1e-4  # share of the decrease predicted by the slope that a step must achieve
FIRST_STEP = 0.5  # at most, in any unknown
SHORTER = 0.25
SHORTEST = 1e-10


def minimise(
    function: Objective, starts: Array, *, low: Array, high: Array, evaluations: int, tolerance: float = 1e-6
) -> tuple[Array, Array]:
    """Minimise from `starts` (S, p); return the best points (S, p) and their values (S,).

    `low` and `high` broadcast to (S, p). A problem ends when a step lowers its value by less than `tolerance`, or after
    `evaluations` calls. Nocedal & Wright (2006), algorithm 6.1, with steps projected onto the bounds.
    """
    low, high = np.broadcast_to(low, starts.shape), np.broadcast_to(high, starts.shape)
    x = np.clip(starts, low, high)
    value, gradient = function(x, np.arange(len(x)))
    hessian = np.zeros((len(x), x.shape[1], x.shape[1]))  # zero until a step has been taken
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
            hessian[taken] = _updated(hessian[taken], moved[is_better], changed)
            x[taken], value[taken], gradient[taken] = trial[is_better], new_value[is_better], new_gradient[is_better]
            direction[taken] = _downhill(hessian[taken], gradient[taken], x[taken], low[taken], high[taken])
            step[taken] = 1.0
        if len(refused):
            step[refused] *= SHORTER
            is_over[refused] = step[refused] * np.abs(direction[refused]).max(axis=1) < SHORTEST
        going = going[~is_over[going]]
    return x, value


def _inward(direction: NDArray[np.floating[Any]], x: Array, low: Array, high: Array) -> Array:
    """Remove the parts of `direction` that lead out of the bounds."""
    return np.where(((x <= low) & (direction < 0)) | ((x >= high) & (direction > 0)), 0.0, direction)


def _downhill(hessian: Array, gradient: Array, x: Array, low: Array, high: Array) -> Array:
    """Return quasi-Newton directions (s, p) in the unknowns free to move; steepest descent where those fail."""
    steepest = _inward(-gradient, x, low, high)
    is_free = steepest != 0
    held = np.where(is_free[:, :, None] & is_free[:, None, :], hessian, 0.0)
    diagonal = np.arange(x.shape[1])
    held[:, diagonal, diagonal] = np.where(
        is_free & (held[:, diagonal, diagonal] > 0), held[:, diagonal, diagonal], 1.0
    )
    newton = np.linalg.solve(held, steepest[:, :, None])[:, :, 0]
    newton = _inward(newton, x, low, high)
    is_descent = np.einsum("ij,ij->i", newton, steepest) > 0
    scaled = steepest / np.maximum(np.abs(steepest).max(axis=1), 1.0)[:, None]
    return np.where(is_descent[:, None], newton, scaled)


def _updated(hessian: Array, moved: Array, changed: Array) -> Array:
    """Update the estimates (s, p, p) by steps (s, p) and changes of the gradient (s, p); equation 6.19."""
    product = np.einsum("ij,ij->i", moved, changed)
    squares = np.einsum("ij,ij->i", moved, moved)
    is_curved = product > 1e-10 * np.sqrt(squares * np.einsum("ij,ij->i", changed, changed)) + 1e-300
    product = np.where(is_curved, product, 1.0)
    is_new = is_curved & ~hessian.any(axis=(1, 2))
    scale = np.einsum("ij,ij->i", changed, changed) / product
    hessian = np.where(is_new[:, None, None], scale[:, None, None] * np.eye(moved.shape[1]), hessian)
    along = np.matmul(hessian, moved[:, :, None])[:, :, 0]
    before = np.where(is_curved, np.einsum("ij,ij->i", moved, along), 1.0)
    grown = hessian - along[:, :, None] * along[:, None, :] / before[:, None, None]
    grown += changed[:, :, None] * changed[:, None, :] / product[:, None, None]
    return np.where(is_curved[:, None, None], grown, hessian)
