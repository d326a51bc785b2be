"""The data that a stack's members train on: the dataset's own split, or the folds of a cross-validation.

`N` rows for training and validation together, `D` features.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tuitrain.data.dataset import Part
from tuitrain.data.piecewise import PiecewiseLinear
from tuitrain.data.split import deal_groups, line_up
from tuitrain.errors import SearchError
from tuitrain.options.split_rule import GROUP, SplitRule
from tuitrain.translation import gettext as _
from tuitrain.translation import ngettext

if TYPE_CHECKING:
    from tuitrain.data.dataset import Dataset

LEAST_KEPT = 0.75  # of the rows of groups that are validated on, where folds are cut to the same size


@dataclass(frozen=True)
class Fold:
    """Training and validation rows in the form in which the engine sees a dataset."""

    train: Part
    validation: Part
    task: str
    n_classes: int
    target_scale: float
    bins: PiecewiseLinear | None = None
    positive: int | None = None
    target_mean: float = 0.0


def make_folds(dataset: Dataset, count: int = 1) -> tuple[Fold, ...]:
    """Return the dataset's own training and validation parts, or `count` folds of both; never the test part.

    Each fold validates the same number of rows, no row twice, and trains on the same number of others, since folds
    train in one stack. With a random split, these are N // count rows, stratified by class, and all other rows. Where
    the dataset's groups stay apart, whole groups are held out; a fold leaves out the few rows by which it would be
    larger than the others. Where times stay apart, each fold trains on a stretch of time and validates on the one that
    follows it (rolling origin).

    Standardised features are standardised anew by each fold's training rows, unless they have bins, whose edges are in
    the dataset's units; medians of missing values, bins and the columns themselves are those of the dataset.

    Raises
    ------
    SearchError
        if there are no validation rows, or too few rows, groups or times for that many folds.
    """
    if count == 1:
        if not len(dataset.validation):
            raise SearchError(
                _("{name}: a search needs validation rows; use --validation or --folds 5").format(name=dataset.name)
            )
        parts = dataset.train, dataset.validation
        return (Fold(
            *parts, dataset.task, dataset.n_classes, dataset.target_scale, dataset.bins, dataset.positive,
            dataset.target_mean,
        ),)  # fmt: skip
    parts = (dataset.train, dataset.validation)
    whole = Part(
        np.concatenate([part.X for part in parts]), np.concatenate([part.y for part in parts]),
        np.concatenate([part.rows for part in parts]),
    )  # fmt: skip
    if not 2 <= count <= len(whole) // 2:
        raise SearchError(
            _("folds: {count} of {rows} rows; allowed: 1 to {most}").format(
                count=count, rows=len(whole), most=min(len(whole) // 2, 100)
            )
        )
    blocks = [part.blocks for part in parts if part.blocks is not None]
    if len(blocks) < len(parts):
        cuts = _random_cuts(whole, count, is_stratified=bool(dataset.n_classes))
    elif SplitRule.parse(dataset.split).kind == GROUP:
        cuts = _group_cuts(np.concatenate(blocks), count)
    else:
        cuts = _time_cuts(np.concatenate(blocks), count)
    columns = _standardised_columns(dataset) if dataset.bins is None else np.empty(0, np.int64)
    return tuple(_fold(dataset, whole, rest, held_out, columns) for rest, held_out in cuts)


def check_scored(folds: Sequence[Fold], metric: str) -> None:
    """Refuse a metric that no trial can have, since it is not defined on the validation rows.

    Raises
    ------
    SearchError
        if it is R² and the target does not vary in the validation rows of a fold; names metrics that are defined.
    """
    if metric != "r2":
        return
    flat = [number for number, fold in enumerate(folds, 1) if np.ptp(fold.validation.y.astype(np.float64)) == 0]
    if not flat:
        return
    where = _("the validation rows")
    if len(folds) > 1:
        numbers = ", ".join(map(str, flat))
        where = ngettext(
            "the validation rows of fold {numbers} of {count}", "the validation rows of folds {numbers} of {count}",
            len(flat),
        ).format(numbers=numbers, count=len(folds))  # fmt: skip
    raise SearchError(
        _(
            "metric r2: the target hardly varies in {where}, so that r2 is not defined there; search by another "
            "metric: --metric rmse, or mae"
        ).format(where=where)
    )


_Cuts: TypeAlias = list[tuple[NDArray[np.int64], NDArray[np.int64]]]  # rows to train on and to validate on


def _random_cuts(whole: Part, count: int, *, is_stratified: bool) -> _Cuts:
    line = line_up(len(whole), np.random.Generator(np.random.PCG64(0)), whole.y if is_stratified else None)
    size = len(whole) // count
    held_out = [np.sort(line[start : start + size]) for start in range(0, size * count, size)]
    return [(np.setdiff1d(np.arange(len(whole)), rows), rows) for rows in held_out]


def _group_cuts(groups: NDArray[np.int64], count: int) -> _Cuts:
    """Hold out whole groups, cut to equal numbers of rows; `groups` (N,) numbers each row's group."""
    number = len(np.unique(groups))
    piles = deal_groups(groups, count)
    least = min(map(len, piles))
    rests = [np.setdiff1d(np.arange(len(groups)), pile) for pile in piles]
    trained = min(map(len, rests))
    if number < count or least < 2 or least * count < len(groups) * LEAST_KEPT:
        raise SearchError(
            _("folds: {count} of {groups} groups, whose sizes do not allow folds of like size; use fewer folds").format(
                count=count, groups=number
            )
        )
    return [(_thinned(rest, trained), _thinned(pile, least)) for rest, pile in zip(rests, piles, strict=True)]


def _thinned(rows: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """Return `count` of the rows, evenly spread."""
    return rows[np.linspace(0, len(rows) - 1, count).round().astype(np.int64)]


def _time_cuts(times: NDArray[np.int64], count: int) -> _Cuts:
    """Validate on `count` stretches of the later half, each after what is trained on; `times` (N,) number the times."""
    order = np.argsort(times, kind="stable")
    ordered = times[order]
    wanted = len(times) - (len(times) // (2 * count)) * np.arange(count, 0, -1)
    borders = np.searchsorted(ordered, ordered[wanted])  # rows of one time stay together
    validated, trained = int(np.diff([*borders, len(times)]).min()), int(borders[0])
    if validated < 2 or trained < 2:
        raise SearchError(
            _("folds: {count} of {times} different times, which are too few; use fewer folds").format(
                count=count, times=len(np.unique(times))
            )
        )
    return [
        (np.sort(order[border - trained : border]), np.sort(order[border : border + validated])) for border in borders
    ]


def _fold(
    dataset: Dataset, whole: Part, rest: NDArray[np.int64], held_out: NDArray[np.int64], columns: NDArray[np.int64]
) -> Fold:  # fmt: skip
    train, validation = (whole.X[rows] for rows in (rest, held_out))
    mean = train[:, columns].mean(axis=0, dtype=np.float64)
    spread = train[:, columns].std(axis=0, dtype=np.float64)
    spread[spread < 1e-12] = 1.0
    for X in (train, validation):
        X[:, columns] = ((X[:, columns] - mean) / spread).astype(np.float32)
    train_part, validation_part = (
        Part(X, np.ascontiguousarray(whole.y[rows]), whole.rows[rows])
        for X, rows in ((train, rest), (validation, held_out))
    )
    return Fold(
        train_part, validation_part, dataset.task, dataset.n_classes, dataset.target_scale, dataset.bins,
        dataset.positive, dataset.target_mean,
    )  # fmt: skip


def _standardised_columns(dataset: Dataset) -> NDArray[np.int64]:
    """Find the features that were standardised on the training rows: mean 0 and deviation 1 over them."""
    X = dataset.train.X
    mean, spread = X.mean(axis=0, dtype=np.float64), X.std(axis=0, dtype=np.float64)
    return np.flatnonzero((np.abs(mean) < 1e-3) & (np.abs(spread - 1) < 1e-3))
