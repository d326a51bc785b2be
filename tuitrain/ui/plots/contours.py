"""Level lines of a grid by marching squares (Lorensen & Cline, 1987, in two dimensions).

`R`, `C` rows and columns of the grid, `S` segments.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def level_segments(x: Floats, y: Floats, values: Floats, level: float) -> Floats:
    """Return the line on which `values` (R, C), at `y` (R,) and `x` (C,), are `level`: segments (S, 2, 2), ends (x, y).

    Between neighbours of the grid, values lie on a straight line. In a saddle the mean of the four corners decides
    which of them belong together. Squares with a value that is not finite have no line.
    """
    # corners, in the order of the way round
    a, b, c, d = values[:-1, :-1], values[:-1, 1:], values[1:, 1:], values[1:, :-1]
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        finite = np.isfinite(a) & np.isfinite(b) & np.isfinite(c) & np.isfinite(d)
        above = [corner > level for corner in (a, b, c, d)]
        left, bottom = np.broadcast_to(x[:-1], a.shape), np.broadcast_to(y[:-1, None], a.shape)
        right, top = np.broadcast_to(x[1:], a.shape), np.broadcast_to(y[1:, None], a.shape)
        crossings = [  # on the edges ab, bc, cd, da
            np.stack([left + (right - left) * (level - a) / (b - a), bottom], -1),
            np.stack([right, bottom + (top - bottom) * (level - b) / (c - b)], -1),
            np.stack([left + (right - left) * (level - d) / (c - d), top], -1),
            np.stack([left, bottom + (top - bottom) * (level - a) / (d - a)], -1),
        ]
    crossed = [finite & (above[k] != above[(k + 1) % 4]) for k in range(4)]
    count = sum(edge.astype(int) for edge in crossed)
    middle = (a + b + c + d) / 4 > level
    found = []
    for first in range(4):
        for second in range(first + 1, 4):
            both = (count == 2) & crossed[first] & crossed[second]
            if (first, second) in {(0, 1), (2, 3)}:  # cuts off the corners b and d
                both |= (count == 4) & (above[1] != middle)
            elif (first, second) in {(0, 3), (1, 2)}:  # cuts off a and c
                both |= (count == 4) & (above[0] != middle)
            found.append(np.stack([crossings[first][both], crossings[second][both]], 1))
    return np.concatenate(found)


def along(segments: Floats, points: int) -> tuple[Floats, Floats]:
    """Return x and y of `points` points on each segment, one after another."""
    share = np.linspace(0, 1, points)[:, None, None]
    places = segments[None, :, 0] * (1 - share) + segments[None, :, 1] * share
    return places[..., 0].ravel(), places[..., 1].ravel()
