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


class Rows(NamedTuple):
    """Training rows: `rows` (N, D + 1), `y` (N,) class numbers or (N, K) values, class weights (K,) or None."""

    rows: Array
    y: Array
    class_weight: Array | None = None


class Batches:
    """The training rows in an order of their own for each member, epoch after epoch.

    `sources` are the training rows, `which` says for each member which of them it trains on (a fold of
    cross-validation); all have the same shapes. Members with the same source and seed share one order; where all do,
    they share one gathered batch. The order of an epoch depends on the seed and the number of epochs before it alone,
    not on who else is in the stack nor on the batch size, so that any of these may change. A batch of all rows is not
    shuffled.
    """

    def __init__(
        self, sources: Sequence[Rows], which: Sequence[int], seeds: Sequence[int], *, outputs: int, loss: type[Loss]
    ) -> None:
        self._sources, self._outputs, self._loss = sources, outputs, loss
        self._count = len(sources[0].rows)
        members = list(zip(which, seeds, strict=True))
        self._streams = list(dict.fromkeys(members))
        self._stream_of = np.array([self._streams.index(member) for member in members])
        self._generators = [generator(seed, "shuffle") for _, seed in self._streams]
        self._order = np.empty((len(self._streams), self._count), np.int64)
        self._position = self._count
        self._owed = 0
        self._block: list[Batch] = []
        self._whole: list[Batch] = []

    @property
    def rows_left(self) -> int:
        """Rows of this epoch that no batch has held yet."""
        return self._count - self._position

    def select(self, members: Sequence[int]) -> None:
        """Go on for these members alone."""
        kept, self._stream_of = np.unique(self._stream_of[members], return_inverse=True)
        self._streams = [self._streams[stream] for stream in kept]
        self._generators = [self._generators[stream] for stream in kept]
        self._order = self._order[kept]
        self._block.clear()
        self._whole.clear()

    def begin_epoch(self) -> None:
        """Start a new epoch; its order is drawn when it is first needed."""
        self._owed += 1
        self._position = 0
        self._block.clear()

    def next(self, batch_size: int) -> Batch:
        """The next batch of the epoch, of `batch_size` rows, or of as many as are left."""
        if batch_size >= self._count and self._position == 0:
            self._whole = self._whole or self._make_whole()
            self._position = self._count
            return self._whole[0]
        if not self._block or self._block[-1].size != min(batch_size, self.rows_left):
            self._block = self._gather(min(batch_size, self.rows_left))
        self._position += self._block[-1].size
        return self._block.pop()

    def _gather(self, size: int) -> list[Batch]:
        """The next batches of `size` rows, in reverse order, as many as a block holds."""
        self._draw()
        sharers = 1 if len(self._streams) == 1 else len(self._stream_of)
        per_batch = sharers * size * (self._sources[0].rows.shape[1] + self._outputs) * self._sources[0].rows.itemsize
        count = max(1, min(BLOCK_BYTES // per_batch, self.rows_left // size))
        index = self._order[:, self._position : self._position + count * size]
        shares = [self._take(index[stream].reshape(count, size), stream) for stream in range(len(self._streams))]
        return self._make(shares)[::-1]

    def _take(self, index: Array, stream: int) -> Rows:
        """The rows (S, B, D + 1), targets and each row's weight (S, B) that `index` (S, B) names."""
        source = self._sources[self._streams[stream][0]]
        y = source.y.take(index, 0)
        return Rows(source.rows.take(index, 0), y, None if source.class_weight is None else source.class_weight.take(y))

    def _make_whole(self) -> list[Batch]:
        index = np.arange(self._count)[None]
        return self._make([self._take(index, stream) for stream in range(len(self._streams))])

    def _draw(self) -> None:
        """Draw the order of this epoch, after those of the epochs that did not need one."""
        for _ in range(self._owed):
            for order, rng in zip(self._order, self._generators, strict=True):
                order[:] = rng.permutation(len(order))
        self._owed = 0

    def _make(self, taken: Sequence[Rows]) -> list[Batch]:
        """Batches from what was taken for each stream; members come first where there are several."""
        is_shared = len(taken) == 1
        rows, y, weight = (
            parts[0] if is_shared or parts[0] is None else np.stack(parts, axis=1) for parts in zip(*taken, strict=True)
        )
        size, dtype = rows.shape[-2], rows.dtype
        if weight is None:
            shares = np.broadcast_to(equal_shares(size, dtype), (len(rows), 1, size))
        else:
            shares = (weight[..., None, :] / size).astype(dtype)
        if y.ndim == rows.ndim:
            targets = np.ascontiguousarray(np.swapaxes(y, -1, -2), dtype)
        else:
            targets = one_hot(y, self._outputs, self._loss.name, dtype)
        targets = self._loss.weigh(targets, shares if shares.ndim == targets.ndim else shares[:, None])
        if not is_shared:
            rows, targets = rows[:, self._stream_of], targets[:, self._stream_of]
            shares = shares if weight is None else shares[:, self._stream_of]
        columns = np.swapaxes(rows, -1, -2)
        return [Batch(*parts, size) for parts in zip(columns, targets, shares, strict=True)]


def balanced(y: Array, classes: int) -> Array:
    """Class weights N / (K n_k), (K,) float64; a class without rows gets 0."""
    counts = np.bincount(y, minlength=classes).astype(np.float64)
    return np.divide(len(y), classes * counts, out=np.zeros(classes), where=counts > 0)
