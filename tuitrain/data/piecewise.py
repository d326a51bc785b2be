"""Piecewise-linear encoding of number inputs: each becomes one more input for every bin that it may lie in.

For a column with the edges e_0 < … < e_T, input t of its T bins is clip((x - e_t) / (e_{t+1} - e_t), 0, 1) - 1/2: bins
below the value are full, those above it empty (Gorishniy, Rubachev & Babenko, 2022, here beside x itself). A network
whose inputs are encoded so can bend its answer at every edge, as trees do. `D` inputs, `T` bins of all columns.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
BINS = 16  # of a column; more gained nothing (docs/guide/quality.md)
FEW_BINS, FEW_ROWS = 8, 400  # with fewer rows: where the truth is linear, 16 bins of so few rows follow the noise
LEAST_EDGES = 3  # fewer are a single bin, which says no more than the number itself


@dataclass(frozen=True)
class PiecewiseLinear:
    """The bins of number inputs; `edges` maps an input's place among the D inputs to its edges, rising.

    `for_linear` says that a network without hidden layers has the bins too.
    """

    edges: Mapping[int, tuple[float, ...]]
    for_linear: bool = False

    @cached_property
    def _bins(self) -> tuple[Array, Array, Array]:
        """Each bin's input (T,) int64, lower edge (T,) and 1 / width (T,), float64."""
        places = np.repeat(list(self.edges), [len(edges) - 1 for edges in self.edges.values()]).astype(np.int64)
        below = np.concatenate([edges[:-1] for edges in self.edges.values()])
        above = np.concatenate([edges[1:] for edges in self.edges.values()])
        return places, below, 1 / (above - below)

    @property
    def count(self) -> int:
        """The number of inputs that are added, T."""
        return sum(len(edges) - 1 for edges in self.edges.values())

    def expand(self, X: Array) -> Array:
        """Return inputs X (…, D) as (…, D + T), the bins behind the others."""
        wide = np.empty((*X.shape[:-1], X.shape[-1] + self.count), X.dtype)
        wide[..., : X.shape[-1]] = X
        self._fill(X, wide[..., X.shape[-1] :])
        return wide

    def expand_rows(self, rows: Array) -> Array:
        """Return rows (…, D + 1) that end in a one as (…, D + T + 1), still with the one at the end."""
        wide = np.empty((*rows.shape[:-1], rows.shape[-1] + self.count), rows.dtype)
        inputs = rows.shape[-1] - 1
        wide[..., :inputs] = rows[..., :-1]
        wide[..., -1] = 1
        self._fill(rows, wide[..., inputs:-1])
        return wide

    def _fill(self, X: Array, out: Array) -> None:
        places, below, steepness = self._bins
        filled = X.take(places, axis=-1)
        filled -= below.astype(X.dtype)
        filled *= steepness.astype(X.dtype)
        np.clip(filled, 0, 1, out=filled)
        np.subtract(filled, X.dtype.type(0.5), out=out)


def quantile_edges(values: Array) -> tuple[float, ...]:
    """Return the edges of at most `BINS` bins that hold equally many of the values (N,); none for two values or fewer.

    Fewer than `FEW_ROWS` values have at most `FEW_BINS`. Edges are float32 numbers, so that a value falls into the
    same bin whatever it is computed in.
    """
    if not len(values) or ((values == values.min()) | (values == values.max())).all():
        return ()
    bins = BINS if len(values) >= FEW_ROWS else FEW_BINS
    found = np.unique(np.quantile(values, np.linspace(0, 1, bins + 1)).astype(np.float32))
    return tuple(map(float, found)) if len(found) >= LEAST_EDGES else ()
