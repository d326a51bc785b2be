"""Shuffling and mini-batches, gathered into preallocated buffers.

`N` training rows, `B` rows of a batch, `D` features, `K` outputs, `S` batches of a block, `M` members. Rows end in a
column of ones (see `passes.py`). A block of several batches is gathered at once, so that a step costs no gathering.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tuitrain.engine.build import DataPart
from tuitrain.engine.losses import Loss
from tuitrain.engine.network import Bins, one_hot
from tuitrain.engine.random_numbers import from_words, generator, to_words

Array = NDArray[Any]
BLOCK_BYTES = 1 << 20


class Batch(NamedTuple):
    """One batch of `size` = B rows: `rows` (D + 1, B), `target` (K, B), `share` (1, B), all of the parameters' dtype.

    Where members differ, they come first: (M, D + 1, B) and so on. `target` is what the loss's `weigh` returned,
    `share` each row's part of the mean.
    """

    rows: Array
    target: Array
    share: Array
    size: int


class Rows(NamedTuple):
    """Training rows: `rows` (N, D + 1), `y` (N,) class numbers or (N, K) values, `class_weight` (K,) or None."""

    rows: Array
    y: Array
    class_weight: Array | None = None

    @classmethod
    def of(cls, part: DataPart, rows: Array, *, balanced_classes: int = 0) -> Rows:
        """Return a part of the data, whose `rows` are prepared, so that this many classes count alike (0: as it is)."""
        return cls(rows, part.y, balanced(part.y, balanced_classes) if balanced_classes else None)


class Batches:
    """Batches of the training rows, epoch after epoch, in an order of its own for each member.

    `sources` are the training rows, all of the same shapes, and `which` is the index of each member's source (a fold of
    cross-validation). Members with the same source and seed share one order; where all do, they share one gathered
    batch. With `bins`, rows are encoded as they are gathered. The order of an epoch depends only on the seed and the
    number of epochs before it, not on the other members nor on the batch size, so these may change at any time. A batch
    of all rows is not shuffled.
    """

    def __init__(
        self, sources: Sequence[Rows], which: Sequence[int], seeds: Sequence[int], *, outputs: int, loss: type[Loss],
        bins: Bins | None = None,
    ) -> None:  # fmt: skip
        self._sources, self._outputs, self._loss, self._bins = sources, outputs, loss, bins
        self._width = sources[0].rows.shape[1] + (bins.count if bins is not None else 0)
        self._count = len(sources[0].rows)
        self._block: list[Batch] = []
        self._whole: list[Batch] = []
        streams = self._begin(which, list(zip(which, seeds, strict=True)))
        self._generators = [generator(seeds[member], "shuffle") for member in streams]
        self._order = np.empty((len(streams), self._count), np.int64)
        self._position = self._count
        self._owed = 0

    @property
    def rows_left(self) -> int:
        """The number of rows of this epoch that have been in no batch yet."""
        return self._count - self._position

    @property
    def counters(self) -> dict[str, int]:
        """The rows of this epoch that have been in batches, and the epochs whose order was not drawn; for a `State`."""
        return {"rows_done": self._position, "orders_owed": self._owed}

    def arrays(self) -> dict[str, Array]:
        """Return the generators (M, 6) uint64, and the rows left of this epoch, in order, (M, left) int64."""
        return {
            "shuffle.generator": to_words(self._generators)[self._stream_of],
            "shuffle.order": self._order[:, self._position :][self._stream_of],
        }

    def restore(self, arrays: Mapping[str, Array], which: Sequence[int], *, rows_done: int, orders_owed: int) -> None:
        """Continue from what `arrays` and `counters` gave, for members that train on the sources `which`."""
        words, order = arrays["shuffle.generator"], arrays["shuffle.order"]
        keys = list(zip(which, map(bytes, words), map(bytes, order), strict=True))
        streams = self._begin(which, keys)
        self._generators = from_words(words[streams])
        self._order = np.empty((len(streams), self._count), np.int64)
        self._order[:, rows_done:] = order[streams]
        self._position, self._owed = rows_done, orders_owed

    def _begin(self, which: Sequence[int], keys: Sequence[Hashable]) -> list[int]:
        """Let members of one key share a stream, and return the first member of each stream."""
        first = dict(zip(reversed(keys), range(len(keys) - 1, -1, -1), strict=True))
        streams = sorted(first.values())
        place = {member: stream for stream, member in enumerate(streams)}
        self._stream_of = np.array([place[first[key]] for key in keys])
        self._source_of = [which[member] for member in streams]
        self._block.clear()
        self._whole.clear()
        return streams

    def begin_epoch(self) -> None:
        """Start a new epoch; its order is drawn when it is first needed."""
        self._owed += 1
        self._position = 0
        self._block.clear()

    def next(self, batch_size: int) -> Batch:
        """Return the next batch of the epoch, of `batch_size` rows or of as many as are left; some have to be."""
        if batch_size >= self._count and self._position == 0:
            self._whole = self._whole or self._make_whole()
            self._position = self._count
            return self._whole[0]
        if not self._block or self._block[-1].size != min(batch_size, self.rows_left):
            self._block = self._gather(min(batch_size, self.rows_left))
        self._position += self._block[-1].size
        return self._block.pop()

    def _gather(self, size: int) -> list[Batch]:
        """Gather the next batches of `size` rows, as many as a block holds, and return them in reverse order."""
        self._draw()
        sharers = 1 if len(self._source_of) == 1 else len(self._stream_of)
        per_batch = sharers * size * (self._width + self._outputs) * self._sources[0].rows.itemsize
        count = max(1, min(BLOCK_BYTES // per_batch, self.rows_left // size))
        index = self._order[:, self._position : self._position + count * size]
        return self._make(index.reshape(-1, count, size))[::-1]

    def _make_whole(self) -> list[Batch]:
        return self._make(np.broadcast_to(np.arange(self._count), (len(self._source_of), 1, self._count)))

    def _draw(self) -> None:
        """Draw the order of this epoch, and before it those of earlier epochs that did not need one."""
        for _ in range(self._owed):
            for order, rng in zip(self._order, self._generators, strict=True):
                order[:] = rng.permutation(len(order))
        self._owed = 0

    def _make(self, index: Array) -> list[Batch]:
        """Return the S batches with the rows `index` (streams, S, B); members come first where they differ."""
        source = self._sources[0]
        rows = np.empty((*index.shape, source.rows.shape[1]), source.rows.dtype)
        y = np.empty((*index.shape, *source.y.shape[1:]), source.y.dtype)
        shares = np.full((*index.shape[:2], 1, index.shape[2]), 1 / index.shape[2], rows.dtype)
        for stream, which in enumerate(index):
            source = self._sources[self._source_of[stream]]
            np.take(source.rows, which, 0, out=rows[stream], mode="clip")  # "raise" would go through a buffer
            np.take(source.y, which, 0, out=y[stream], mode="clip")
            if source.class_weight is not None:
                shares[stream, :, 0] = source.class_weight.take(y[stream]) / index.shape[2]
        if self._bins is not None:
            rows = self._bins.expand_rows(rows)
        if y.ndim == rows.ndim:
            targets = np.ascontiguousarray(np.swapaxes(y, -1, -2), rows.dtype)
        else:
            targets = one_hot(y, self._outputs, self._loss.name, rows.dtype)
        parts = np.swapaxes(rows, -1, -2), self._loss.weigh(targets, shares), shares
        columns, targets, shares = (self._of_members(part) for part in parts)
        return [
            Batch(columns[..., batch, :, :], targets[..., batch, :, :], shares[..., batch, :, :], index.shape[2])
            for batch in range(index.shape[1])
        ]

    def _of_members(self, part: Array) -> Array:
        """Give each member its stream's rows, (streams, S, …) as (M, S, …); with one stream return (S, …) for all."""
        if len(part) == 1:
            shared: Array = part[0]
            return shared
        is_one_each = np.array_equal(self._stream_of, np.arange(len(part)))
        return part if is_one_each else part[self._stream_of]


def balanced(y: Array, classes: int) -> Array:
    """Return class weights N / (K n_k), (K,) float64, for class numbers `y` (N,); a class without rows gets 0.

    n_k is the number of rows of class k, K = `classes`; as scikit-learn's ``balanced`` (King & Zeng, 2001).
    """
    counts = np.bincount(y, minlength=classes).astype(np.float64)
    return np.divide(len(y), classes * counts, out=np.zeros(classes), where=counts > 0)
