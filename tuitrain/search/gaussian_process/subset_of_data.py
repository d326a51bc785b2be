"""Choose the trials to fit a Gaussian process to if there are too many: its cost grows with their cube.

The subset-of-data approximation, with the points chosen far from each other (Chalupka, Williams & Murray, 2013,
section 3.1): expected improvement depends most on the best trials, and elsewhere one of several neighbours carries
nearly all the information. `n` observations, `d` columns.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tuitrain.search.gaussian_process.kernel import ColumnLike, CoordinateLayout, squared_distances

MOST_FITTED = 300
SHARE_OF_BEST = 0.5


def subset_of_data(
    columns: Sequence[ColumnLike], points: NDArray[np.float64], scores: NDArray[np.float64], most: int = MOST_FITTED
) -> NDArray[np.intp]:
    """Choose at most `most` points (n, d) with scores (n,), lower is better; return their indices (m,), ascending.

    Up to `most` points, all of them; else the best for half of `most`, then repeatedly the point farthest from
    those chosen.
    """
    if len(points) <= most:
        return np.arange(len(points))
    at = CoordinateLayout(columns).embed(points)
    chosen = np.argsort(np.nan_to_num(scores, nan=np.inf), kind="stable")[: max(1, int(most * SHARE_OF_BEST))]
    distances = squared_distances(at, at[chosen]).min(axis=1)
    distances[chosen] = -1.0
    places = chosen.tolist()
    while len(places) < most:
        place = int(np.argmax(distances))
        places.append(place)
        np.minimum(distances, squared_distances(at, at[place : place + 1])[:, 0], out=distances)
        distances[place] = -1.0
    return np.sort(np.array(places, np.intp))
