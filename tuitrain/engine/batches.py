"""Shuffling and mini-batches, gathered into preallocated buffers.

`N` training rows, `B` rows of a batch, `D` features, `K` outputs, `S` batches of a block, `M` members. Rows end in a
column of ones (see `passes.py`). A block of several batches is gathered at once, so that a step costs no gathering.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tuitrain.engine.losses import Loss
from tuitrain.engine.network import equal_shares, generator, one_hot

Array = NDArray[Any]
BLOCK_BYTES = 1 << 20


class Batch(NamedTuple):
    """One batch: `rows` (D + 1, B), `target` (K, B), `share` (1, B); with members first where they differ.

    `target` is as the loss's `weigh` made it, `share` each row's part of the mean.
    """

    rows: Array
    target: Array
    share: Array
    size: int


class Batches:
    """The training rows in an order of their own for each member, epoch after epoch.

    `rows` is (N, D + 1), `y` (N,) class numbers or (N, K) values. Members with the same seed share one order and one
    gathered batch. The order of an epoch depends on the seed and the number of epochs before it alone, not on who else
    is in the stack nor on the batch size, so that any of these may change. A batch of all rows is not shuffled.
    """

    def __init__(
        self, rows: Array, y: Array, seeds: Sequence[int], *, outputs: int, loss: type[Loss],
        class_weight: Array | None = None,
    ) -> None:  # fmt: skip
        self._rows, self._y = rows, y
        self._outputs, self._loss = outputs, loss
        self._class_weight = class_weight
        unique = list(dict.fromkeys(seeds))
        self._which = np.array([unique.index(seed) for seed in seeds])
        self._generators = [generator(seed, "shuffle") for seed in unique]
        self._order = np.empty((len(unique), len(rows)), np.int64)
        self._position = len(rows)
        self._owed = 0
        self._block: list[Batch] = []
        self._whole: list[Batch] = []

    @property
    def rows_left(self) -> int:
        """Rows of this epoch that no batch has held yet."""
        return len(self._rows) - self._position

    def begin_epoch(self) -> None:
        """Start a new epoch; its order is drawn when it is first needed."""
        self._owed += 1
        self._position = 0
        self._block.clear()

    def next(self, batch_size: int) -> Batch:
        """The next batch of the epoch, of `batch_size` rows, or of as many as are left."""
        if batch_size >= len(self._rows) and self._position == 0:
            self._whole = self._whole or self._make(self._rows[None], self._y[None])
            self._position = len(self._rows)
            return self._whole[0]
        if not self._block or self._block[-1].size != min(batch_size, self.rows_left):
            self._block = self._gather(min(batch_size, self.rows_left))
        self._position += self._block[-1].size
        return self._block.pop()

    def _gather(self, size: int) -> list[Batch]:
        """The next batches of `size` rows, in reverse order, as many as a block holds."""
        self._draw()
        orders = len(self._order)
        per_batch = len(self._which) * size * (self._rows.shape[1] + self._outputs) * self._rows.itemsize
        count = max(1, min(BLOCK_BYTES // per_batch, self.rows_left // size))
        index = self._order[:, self._position : self._position + count * size].reshape(orders, count, size)
        index = index[0] if orders == 1 else index.transpose(1, 0, 2)[:, self._which]
        return self._make(self._rows.take(index, 0), self._y.take(index, 0))[::-1]

    def _draw(self) -> None:
        """Draw the order of this epoch, after those of the epochs that did not need one."""
        for _ in range(self._owed):
            for order, rng in zip(self._order, self._generators, strict=True):
                order[:] = rng.permutation(len(order))
        self._owed = 0

    def _make(self, rows: Array, y: Array) -> list[Batch]:
        """Batches from rows (S, …, B, D + 1) and y (S, …, B) or (S, …, B, K)."""
        size, dtype = rows.shape[-2], rows.dtype
        if self._class_weight is None:
            shares = np.broadcast_to(equal_shares(size, dtype), (len(rows), 1, size))
        else:
            shares = (self._class_weight.take(y)[..., None, :] / size).astype(dtype)
        if y.ndim == rows.ndim:
            targets = np.ascontiguousarray(np.swapaxes(y, -1, -2), dtype)
        else:
            targets = one_hot(y, self._outputs, self._loss.name, dtype)
        targets = self._loss.weigh(targets, shares if shares.ndim == targets.ndim else shares[:, None])
        columns = np.swapaxes(rows, -1, -2)
        return [Batch(*parts, size) for parts in zip(columns, targets, shares, strict=True)]


def balanced(y: Array, classes: int) -> Array:
    """Class weights N / (K n_k), (K,) float64; a class without rows gets 0."""
    counts = np.bincount(y, minlength=classes).astype(np.float64)
    return np.divide(len(y), classes * counts, out=np.zeros(classes), where=counts > 0)
