"""The datasets of an ensemble's members: each holds out other rows of those that are not for the test.

`N` rows that are not test rows, in the order of the source. All members read the same features, which are scaled, and
cut into bins, by these N rows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tuitrain.data.split import deal_groups, generator_of, line_up
from tuitrain.errors import DataError
from tuitrain.options.split_rule import GROUP, TIME, SplitRule
from tuitrain.translation import gettext as _

if TYPE_CHECKING:
    from tuitrain.data.dataset import Dataset, Part

USUAL_SHARE = 0.15  # of the N rows, where the dataset has no validation rows of its own


@dataclass(frozen=True)
class ValidationPart:
    """Rows to train on and to validate on, (n,) int64 and (v,) int64, as places among the N rows."""

    train: NDArray[np.int64]
    validation: NDArray[np.int64]


def joined(dataset: Dataset) -> Dataset:
    """Return the dataset with training and validation rows in one training part, by which it is scaled anew.

    Columns, levels of texts and what stands for missing numbers stay those of the training rows; so does everything
    where rows are split by time, since later rows are not known yet.
    """
    if SplitRule.parse(dataset.split).kind == TIME:
        return dataset
    parts = (dataset.train, dataset.validation)
    rows = np.concatenate([part.rows for part in parts])
    order = np.argsort(rows, kind="stable")
    X = np.concatenate([part.X for part in parts])[order]
    y = np.concatenate([part.y for part in parts])[order]
    blocks = [part.blocks for part in parts if part.blocks is not None]
    whole = replace(
        dataset.train, X=X, y=y, rows=rows[order],
        blocks=np.concatenate(blocks)[order] if len(blocks) == len(parts) else None,
    )  # fmt: skip
    empty = replace(
        dataset.validation, X=X[:0], y=y[:0], rows=rows[:0], blocks=None if whole.blocks is None else whole.blocks[:0]
    )
    return _scaled_anew(replace(dataset, train=whole, validation=empty))


def _scaled_anew(dataset: Dataset) -> Dataset:
    """Standardise what was standardised by other rows, and cut numbers into bins, by all training rows."""
    preprocessing, X = dataset.preprocessing, dataset.train.X.astype(np.float64)
    count = len(preprocessing.numbers)
    mean, spread = X[:, :count].mean(axis=0), X[:, :count].std(axis=0)
    moved = (np.abs(mean) < 1) & (np.abs(spread - 1) < 0.5) & (spread > 0)  # those that had 0 and 1 on fewer rows
    is_standard = dataset.options.get("scale", "standard") == "standard"
    mean, spread = np.where(moved & is_standard, mean, 0.0), np.where(moved & is_standard, spread, 1.0)
    numbers = tuple(
        replace(column, shift=column.shift + float(m) * column.scale, scale=column.scale * float(s))
        for column, m, s in zip(preprocessing.numbers, mean, spread, strict=True)
    )

    def again(part: Part) -> Part:
        rows = part.X.astype(np.float64)
        rows[:, :count] = (rows[:, :count] - mean) / spread
        return replace(part, X=rows.astype(np.float32))

    train, test = again(dataset.train), again(dataset.test)
    empty = replace(dataset.validation, X=train.X[:0])
    preprocessing = replace(preprocessing, numbers=numbers)
    if dataset.has_bins:
        preprocessing = preprocessing.with_bins(train.X, for_linear=preprocessing.bins_for_linear)
    if dataset.n_classes:
        return replace(dataset, train=train, validation=empty, test=test, preprocessing=preprocessing)
    y = train.y.astype(np.float64)
    shift, scale = float(y.mean()), float(y.std()) or 1.0

    def target(part: Part) -> Part:
        return replace(part, y=((part.y.astype(np.float64) - shift) / scale).astype(np.float32))

    return replace(
        dataset, train=target(train), validation=target(empty), test=target(test), preprocessing=preprocessing,
        target_mean=dataset.target_mean + shift * dataset.target_scale, target_scale=dataset.target_scale * scale,
    )  # fmt: skip


def validation_parts(dataset: Dataset, count: int) -> tuple[ValidationPart, ...]:
    """Return what each of `count` members trains and validates on, all of the same sizes.

    The N rows are shuffled once, by the split's seed, stratified by class; member k validates on places k·v to
    (k + 1)·v - 1 of that order, counted around, where v is the number of the dataset's validation rows, and trains on
    all others. Where groups stay together, whole groups are held out; where times do, every member has the dataset's
    own parts.

    Raises
    ------
    DataError
        if there are too few rows, or groups.
    """
    kind = SplitRule.parse(dataset.split).kind
    if kind == TIME:
        return (_own_part(dataset),) * count
    whole = dataset.joined.train
    n = len(whole)
    v = min(len(dataset.validation) or max(1, round(USUAL_SHARE * n)), n - 1)
    if v < 1:
        raise DataError(_("{name}: an ensemble needs more rows to train and validate on").format(name=dataset.name))
    rng = generator_of(int(dataset.options.get("split_seed", 0)))
    if kind == GROUP and whole.blocks is not None:
        return _of_groups(dataset, whole.blocks, v, count, rng)
    order = line_up(n, rng, whole.y if dataset.n_classes else None)
    parts = []
    for member in range(count):
        held_out = np.sort(order[(member * v + np.arange(v)) % n])
        parts.append(ValidationPart(np.setdiff1d(np.arange(n), held_out), held_out))
    return tuple(parts)


def _own_part(dataset: Dataset) -> ValidationPart:
    """The dataset's own training rows and then its validation rows, as `with_validation` joins them."""
    n = len(dataset.train)
    if not len(dataset.validation):
        raise DataError(_("{name}: an ensemble needs validation rows; use --validation").format(name=dataset.name))
    return ValidationPart(np.arange(n), n + np.arange(len(dataset.validation)))


def _of_groups(
    dataset: Dataset, blocks: NDArray[np.int64], v: int, count: int, rng: np.random.Generator
) -> tuple[ValidationPart, ...]:
    """Hold out whole groups, about v rows; a member leaves out the few rows by which it would have more than others."""
    groups, place = np.unique(blocks, return_inverse=True)
    piles = min(max(2, round(len(blocks) / v)), len(groups))
    if piles < 2:
        raise DataError(
            _("{name}: an ensemble holds out whole groups, and there is only one").format(name=dataset.name)
        )
    dealt = deal_groups(rng.permutation(len(groups))[place], piles)
    rests = [np.setdiff1d(np.arange(len(blocks)), pile) for pile in dealt]
    least, trained = min(map(len, dealt)), min(map(len, rests))
    parts = [
        ValidationPart(_thinned(rest, trained), _thinned(pile, least))
        for rest, pile in zip(rests, dealt, strict=True)
    ]  # fmt: skip
    return tuple(parts[member % piles] for member in range(count))


def _thinned(rows: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """Return `count` of the rows, evenly spread."""
    return rows[np.linspace(0, len(rows) - 1, count).round().astype(np.int64)]


def with_validation(dataset: Dataset, part: ValidationPart) -> Dataset:
    """Return the dataset that a member with this part trains on; its test rows and preprocessing are all members'."""
    if SplitRule.parse(dataset.split).kind == TIME:
        return dataset
    whole = dataset.joined

    def taken(rows: NDArray[np.int64]) -> Part:
        own = whole.train
        return replace(
            own, X=np.ascontiguousarray(own.X[rows]), y=np.ascontiguousarray(own.y[rows]), rows=own.rows[rows],
            blocks=None if own.blocks is None else own.blocks[rows],
        )  # fmt: skip

    return replace(whole, train=taken(part.train), validation=taken(part.validation))
