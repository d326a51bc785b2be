"""Rows that stand in training and in validation or test alike, inputs and target.

`N` rows, `D` features as encoded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import exp, log

import numpy as np
from numpy.typing import NDArray

from tuitrain.data.table import Column
from tuitrain.data.traps.trap import Trap
from tuitrain.translation import gettext as _

LEAST_SHARE = 0.01  # of the rows of a part
LEAST_ROWS = 3
ROOM = 2000  # times as many possible rows as there are: with fewer, some rows are alike because columns have few values
LEAST_ROOM, MOST_BY_CHANCE = 10, 0.5  # but hardly so many of a part where there is at least so much room
BLOCK_VALUES = 200_000  # at a time, so that they stay in the cache
LOOKED_AT = 5000
MOST_LOG = 60.0
KEYS = 3  # features that are compared first


def find_repeated(
    parts: Mapping[str, tuple[NDArray[np.float32], NDArray[np.generic]]], columns: Sequence[Column]
) -> list[Trap]:
    """Return a trap that counts rows of validation and test that are trained on too; few of them are told of none.

    `parts` maps train, validation and test to X (N, D) and y of their rows. Where the `columns` have so few different
    values that rows must be alike, nothing is told.
    """
    room = _room(columns) / max(1, sum(len(X) for X, _y in parts.values()))
    if not len(parts["train"][0]) or room < LEAST_ROOM:
        return []
    keys = _key_columns(parts["train"][0])
    held_out = {name: _digests(*parts[name], keys) for name in ("test", "validation")}
    quick = _digests(*parts["train"], keys)
    is_near = np.isin(quick, np.concatenate(list(held_out.values())))  # of the others, no value need be looked at
    trained = _digests(parts["train"][0][is_near], parts["train"][1][is_near])
    found = {}
    for name, digests in held_out.items():
        is_like = np.isin(digests, quick[is_near])
        whole = _digests(parts[name][0][is_like], parts[name][1][is_like])
        found[name] = (int(np.isin(whole, trained).sum()), len(digests))
    least = LEAST_SHARE if room > ROOM else MOST_BY_CHANCE
    told = {name: pair for name, pair in found.items() if pair[0] >= max(1, least * pair[1])}
    if sum(count for count, _rows in told.values()) < LEAST_ROWS:
        return []
    each = _("{count:,} of {rows:,} {part} rows")
    texts = [each.format(count=count, rows=rows, part=_(name)) for name, (count, rows) in told.items()]
    written = _(
        "{rows} stand in training too, inputs and target alike: scores on them count what was seen; remove repeated "
        "rows from the table, or keep rows that belong together in one part (--split group:COLUMN)"
    ).format(rows=_(" and ").join(texts))
    return [Trap(written, (), "repeated")]


def _room(columns: Sequence[Column]) -> float:
    """How many different rows the values of the columns could make, up to a large number."""
    room = 0.0
    for column in columns:
        head = column.values[:LOOKED_AT]
        distinct = len(set(head)) if column.kind == "text" else len(np.unique(head))
        room += log(max(1, distinct))
    return exp(min(room, MOST_LOG))


def _key_columns(X: NDArray[np.float32]) -> NDArray[np.int64]:
    """Return the few features that differ most from row to row, by the first rows."""
    head = np.sort(X[:LOOKED_AT], axis=0)
    distinct = (np.diff(head, axis=0) != 0).sum(axis=0)
    return np.argsort(-distinct, kind="stable")[:KEYS].astype(np.int64)


def _digests(
    X: NDArray[np.float32], y: NDArray[np.generic], features: NDArray[np.int64] | None = None
) -> NDArray[np.uint64]:
    """Return a 64-bit digest of each row, (N,): a sum of its values' mixed bits, each times an odd factor.

    With `features`, only these are looked at, not the target.
    """
    X = X if features is None else X[:, features]
    y = y if features is None else y[:, :0] if y.ndim == 2 else np.empty((len(y), 0))
    target = (y[:, None] if y.ndim == 1 else y).astype(np.float64).view(np.uint64)
    rng = np.random.Generator(np.random.PCG64(0))
    factors = rng.integers(0, 2**63, X.shape[1] + target.shape[1], np.uint64) * np.uint64(2) + np.uint64(1)
    found = np.empty(len(X), np.uint64)
    step = max(1, BLOCK_VALUES // max(1, X.shape[1]))
    for start in range(0, len(X), step):
        piece = slice(start, start + step)
        bits = (X[piece] + np.float32(0)).view(np.uint32).astype(np.uint64)  # -0 becomes 0
        digest = (_mixed(bits) * factors[: X.shape[1]]).sum(axis=1, dtype=np.uint64)
        found[piece] = digest + (_mixed(target[piece]) * factors[X.shape[1] :]).sum(axis=1, dtype=np.uint64)
    return found


def _mixed(bits: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Spread the bits of each number over all of its places, since those of 1.0 and 0.5 end in zeros."""
    mixed = bits * np.uint64(0x9E3779B97F4A7C15)
    mixed ^= mixed >> np.uint64(32)
    return mixed
