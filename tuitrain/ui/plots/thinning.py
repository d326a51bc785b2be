"""Very long curves, drawn from the lowest and the highest of each stretch: no extreme is hidden."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
STRETCHES = 8192  # more than there are dots across


def thinned(x: Floats, *curves: Floats) -> tuple[Floats, ...]:
    """Return `x` (N,) and curves (N,) with at most some thousand points, as they are where there are no more.

    Of each stretch of points its lowest and its highest stay, at its last place; and the very first and last points.
    """
    if x.size <= 4 * STRETCHES:
        return (x, *curves)
    apart, last = -(-x.size // STRETCHES), x.size - 1
    starts = np.arange(1, last, apart)

    def ends(values: Floats) -> Floats:
        low, high = (reach.reduceat(values[:last], starts) for reach in (np.fmin, np.fmax))
        return np.concatenate([values[:1], np.stack([low, high], axis=1).reshape(-1), values[last:]])

    places = np.concatenate([x[:1], np.repeat(x[np.minimum(starts + apart - 1, last)], 2), x[last:]])
    return (places, *(ends(values) for values in curves))
