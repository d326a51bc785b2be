"""Points that fill a cube evenly, even as more are added."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def points(count: int, dimensions: int, seed: int, start: int = 0) -> NDArray[np.float64]:
    """Return the points `start` to `start + count` of a sequence in [0, 1), (count, dimensions) float64.

    An additive recurrence, x_i = frac(s + i·α) with α_j = φ⁻ʲ, φ the positive root of x^(d+1) = x + 1 (Roberts, 2018,
    "The unreasonable effectiveness of quasirandom sequences"); the shift s and the order of the dimensions come from
    `seed` (Cranley & Patterson, 1976).
    """
    root = 2.0
    for _ in range(64):
        root = (1 + root) ** (1 / (dimensions + 1))
    rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, *b"low discrepancy"])))
    steps = rng.permutation(root ** -np.arange(1.0, dimensions + 1))
    index = np.arange(start + 1, start + count + 1, dtype=np.float64)[:, None]
    result: NDArray[np.float64] = (rng.random(dimensions) + index * steps) % 1.0
    return result
