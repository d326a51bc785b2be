"""The similarity of two settings: a Matérn kernel over numbers, categories and columns without effect.

`n` points, `d` columns, `e` coordinates, `S` sets of length scales; all arrays are float64. Every column is laid out
in coordinates of its own such that squared distances are plain sums, which keeps the kernel positive definite:

- a number x: (x - ½, 0), or (0, √¾) where it has no effect, so that this is 0.87 to 1 from any number; a learning
  rate is shifted before by what the optimizer and its momentum make of it (`Shift`);
- a category: a unit vector / √2, one more for "no effect", so that two that differ are 1 apart.

The kernel is Matérn-5/2 where all columns are continuous. Where one takes only some values, slopes along it mean
nothing, and scores jump from one value to the next: there it is the rougher Matérn-3/2. Held-out scores of tables of
trained networks are likelier under it, and lie more often within the deviations that it predicts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from tuitrain.search.space.columns import Shift

Array = NDArray[np.float64]
Kernel = Callable[[Array], tuple[Array, Array]]  # squared scaled distances -> values, derivatives by the former

_ROOT3, _ROOT5 = np.sqrt(3.0), np.sqrt(5.0)
_ASIDE = np.sqrt(0.75)
_BLOCK = 32


class ColumnLike(Protocol):
    """The part of a column that the model uses; see `tuitrain.search.space.columns.SearchColumn`."""

    @property
    def name(self) -> str: ...
    @property
    def is_category(self) -> bool: ...
    @property
    def count(self) -> int | None: ...
    @property
    def shift(self) -> Shift | None: ...


@dataclass(frozen=True)
class PlacedShift:
    """A `Shift` of the column at `place` by those at `category` and `number`; -1 where there is no such column.

    `offsets` (count + 1,) end with that of a category without a value, 0.
    """

    place: int
    category: int
    offsets: Array
    number: int
    slope: float

    def of(self, points: Array) -> Array:
        """Return the shifts (n,) of points (n, d); columns without a value add nothing."""
        found = np.zeros(len(points))
        if self.category >= 0:
            values = points[:, self.category]
            found += self.offsets[np.where(np.isnan(values), -1, values).astype(np.int64)]
        if self.number >= 0:
            values = points[:, self.number]
            found += self.slope * np.where(np.isnan(values), 0.0, values)
        return found


class CoordinateLayout:
    """The places of the columns' coordinates, and the kernel that suits them.

    `owner` (e,) is each coordinate's column, `number` (d,) each number's coordinate, -1 for a category; `shifts` are
    those of numbers; `is_rough` if a column takes only some values.
    """

    def __init__(self, columns: Sequence[ColumnLike]) -> None:
        widths = [(column.count or 0) + 1 if column.is_category else 2 for column in columns]
        self.n_columns = len(columns)
        self.is_category = np.array([column.is_category for column in columns], bool)
        self._numbers, self._categories = np.flatnonzero(~self.is_category), np.flatnonzero(self.is_category)
        self.owner = np.repeat(np.arange(len(columns)), widths)
        self._first = np.concatenate([[0], np.cumsum(widths)[:-1]]).astype(np.int64)
        self._last = self._first + np.array(widths, np.int64) - 1
        self.number = np.where(self.is_category, -1, self._first)
        self.shifts = _placed(columns)
        self.is_rough = any(column.count is not None for column in columns)
        self.kernel: Kernel = matern32 if self.is_rough else matern52

    def embed(self, points: Array) -> Array:
        """Return the coordinates (n, e) of points (n, d)."""
        found = np.zeros((len(points), len(self.owner)))
        is_idle = np.isnan(points)
        numbers, categories = self._numbers, self._categories
        found[:, self._first[numbers]] = np.where(is_idle[:, numbers], 0.0, points[:, numbers] - 0.5)
        found[:, self._last[numbers]] = np.where(is_idle[:, numbers], _ASIDE, 0.0)
        spots = np.where(
            is_idle[:, categories], self._last[categories], self._first[categories] + points[:, categories]
        )
        found[np.arange(len(points))[:, None], spots.astype(np.int64)] = np.sqrt(0.5)
        for shift in self.shifts:
            found[:, self._first[shift.place]] += np.where(is_idle[:, shift.place], 0.0, shift.of(points))
        return found

    def squared_differences(self, coordinates: Array) -> Array:
        """Return the squared distances (d, n, n) in each column."""
        found = np.zeros((self.n_columns, len(coordinates), len(coordinates)))
        for place, owner in enumerate(self.owner):
            values = coordinates[:, place]
            if values.any():
                found[owner] += np.square(values[:, None] - values)
        return found


def _placed(columns: Sequence[ColumnLike]) -> tuple[PlacedShift, ...]:
    places = {column.name: place for place, column in enumerate(columns)}
    return tuple(
        PlacedShift(
            place,
            places.get(shift.category, -1),
            np.array([*shift.offsets, 0.0]),
            places.get(shift.number, -1),
            shift.slope,
        )
        for place, column in enumerate(columns)
        if (shift := column.shift) is not None
    )


def matern32(squared: Array) -> tuple[Array, Array]:
    """Return Matérn-3/2 for squared scaled distances of any shape, and its derivative by them.

    k = (1 + √3 r) exp(-√3 r), dk/dr² = -3/2 exp(-√3 r) (Rasmussen & Williams, 2006, equation 4.17).
    """
    scaled = _ROOT3 * np.sqrt(squared)
    decay = np.exp(-scaled)
    return (1 + scaled) * decay, -1.5 * decay


def matern52(squared: Array) -> tuple[Array, Array]:
    """Return Matérn-5/2 for squared scaled distances of any shape, and its derivative by them.

    k = (1 + √5 r + 5/3 r²) exp(-√5 r), dk/dr² = -5/6 (1 + √5 r) exp(-√5 r) (Rasmussen & Williams, 2006, equation 4.17).
    """
    scaled = _ROOT5 * np.sqrt(squared)
    decay = np.exp(-scaled)
    linear = (1 + scaled) * decay
    return linear + (5 / 3) * squared * decay, (-5 / 6) * linear


def squared_distances(left: Array, right: Array) -> Array:
    """Return the squared distances (n, m) of scaled coordinates (n, e) and (m, e)."""
    found = left @ (-2.0 * right.T)
    found += np.einsum("ij,ij->i", left, left)[:, None]
    found += np.einsum("ij,ij->i", right, right)
    return np.maximum(found, 0.0, out=found)


def inverse_lower(lower: NDArray[np.floating[Any]]) -> Array:
    """Invert lower triangles (S, n, n) by halves; NumPy has no triangular solver."""
    n = lower.shape[-1]
    if n <= _BLOCK:
        inverse: Array = np.tril(np.linalg.inv(lower))
        return inverse
    half = n // 2
    found = np.zeros_like(lower)
    found[..., :half, :half] = inverse_lower(lower[..., :half, :half])
    found[..., half:, half:] = inverse_lower(lower[..., half:, half:])
    found[..., half:, :half] = -found[..., half:, half:] @ (lower[..., half:, :half] @ found[..., :half, :half])
    return found
