"""Euclidean norms of rows, which neither overflow nor cost more than a product.

`M` members, `P` values of each.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def row_norms(rows: Array) -> Array:
    """The norm of each row of `rows` (M, P): (M,) float64. Infinite only where a value is, or in float64 the sum."""
    with np.errstate(over="ignore"):
        squares = np.vecdot(rows, rows).astype(np.float64)
    for row in np.flatnonzero(np.isinf(squares)):  # above 1e19 a square overflows in float32
        values = rows[row].astype(np.float64)
        squares[row] = np.vecdot(values, values)
    norms: Array = np.sqrt(squares)
    return norms
