"""What was measured in each layer after each epoch: whole for the newest epochs, now and then for those long ago.

Shapes: `N` quantities, `L` layers with parameters, `E` epochs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
WHOLE = 16_384  # newest epochs at least of which every row is kept
APART = 64  # epochs from one row to the next before that


@dataclass(frozen=True)
class _Stretch:
    """The rows (N, R, L) of the epochs from `first` (counted from 0) on, `apart` epochs from one to the next."""

    first: int
    apart: int
    rows: Floats

    def read(self, quantity: int, first: int, stop: int) -> Floats:
        """Return the rows of some epochs of it; for one that has none, that of the one before."""
        if self.apart == 1:
            return self.rows[quantity, first - self.first : stop - self.first]
        found: Floats = self.rows[quantity, (np.arange(first, stop) - self.first) // self.apart]
        return found

    def thinned(self) -> _Stretch:
        return self if self.apart > 1 else _Stretch(self.first, APART, self.rows[:, ::APART].copy())


class LayerRows:
    """Rows (N, L) that are appended, one an epoch; a reader in another thread sees only whole ones."""

    def __init__(self, quantities: int, layers: int) -> None:
        self.length = 0
        self.layers = layers
        self._blocks: tuple[_Stretch, ...] = (_Stretch(0, 1, np.empty((quantities, WHOLE, layers))),)

    def append(self, row: Floats) -> None:
        """Add the next epoch's row (N, L)."""
        last = self._room()
        last.rows[:, self.length - last.first] = row
        self.length += 1

    def extend(self, rows: Floats) -> None:
        """Add the next epochs' rows (N, E, L)."""
        while rows.shape[1]:
            last = self._room()
            at = self.length - last.first
            count = min(rows.shape[1], last.rows.shape[1] - at)
            last.rows[:, at : at + count] = rows[:, :count]
            self.length += count
            rows = rows[:, count:]

    def _room(self) -> _Stretch:
        """Return the newest block, which has room for another row; thin those before the one before it."""
        last = self._blocks[-1]
        if self.length - last.first == last.rows.shape[1]:
            older = (*(block.thinned() for block in self._blocks[:-1]), last)
            last = _Stretch(self.length, 1, np.empty_like(last.rows))
            self._blocks = (*older, last)
        return last

    def read(self, quantity: int, first: int, stop: int) -> Floats:
        """Return the rows (stop - first, L) of a quantity, read-only."""
        blocks = self._blocks  # read once: the session's thread may put others in their place
        ends = [*(block.first for block in blocks[1:]), max(stop, blocks[-1].first)]
        parts = [
            block.read(quantity, max(first, block.first), min(stop, end))
            for block, end in zip(blocks, ends, strict=True) if first < end and stop > block.first
        ]  # fmt: skip
        found = parts[0].view() if len(parts) == 1 else np.concatenate([np.empty((0, self.layers)), *parts])
        found.flags.writeable = False
        return found

    def copied(self, length: int) -> LayerRows:
        """Return rows of their own: those of the first `length` epochs."""
        quantities = self._blocks[0].rows.shape[0]
        copy = LayerRows(quantities, self.layers)
        kept = []
        for block in self._blocks:
            count = min(-(-(length - block.first) // block.apart), block.rows.shape[1])
            if count > 0:
                kept.append(_Stretch(block.first, block.apart, block.rows[:, :count].copy()))
        if kept:
            copy._blocks = (*kept, _Stretch(length, 1, np.empty((quantities, WHOLE, self.layers))))
        copy.length = length
        return copy
