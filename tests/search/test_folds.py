"""Folds of a cross-validation: of the same size, no row twice, groups and times apart, and with a metric defined."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from numpy.typing import NDArray

from tuitrain.data.cells.objects import from_objects
from tuitrain.data.dataset import Dataset, build_dataset
from tuitrain.data.table import Column, Table
from tuitrain.errors import SearchError
from tuitrain.options.data_options import DataOptions
from tuitrain.search.folds import check_scored, make_folds

N = 300
rng = np.random.default_rng(7)
WHO = rng.integers(0, 40, N)
DAY = np.round(rng.uniform(0, 60, N))
X = rng.normal(size=N)


def dataset(split: str, who: NDArray[np.int64] = WHO, target: NDArray[np.float64] = X) -> Dataset:
    columns = (
        from_objects("who", who), Column("day", "date", DAY), from_objects("x", rng.normal(size=N)),
        from_objects("y", target),
    )  # fmt: skip
    return build_dataset(Table("t", columns), DataOptions(target="y", split=split))


@pytest.mark.parametrize("split", ["random", "group:who", "time:day"])
@pytest.mark.parametrize("count", [2, 5, 7])
def test_folds_are_of_one_size_and_validate_no_row_twice_nor_a_test_row(split: str, count: int) -> None:
    data = dataset(split)
    folds = make_folds(data, count)
    assert len(folds) == count
    assert len({(len(fold.train), len(fold.validation)) for fold in folds}) == 1
    held_out = np.concatenate([fold.validation.rows for fold in folds])
    assert len(set(held_out.tolist())) == len(held_out)
    for fold in folds:
        rows = {*fold.train.rows.tolist(), *fold.validation.rows.tolist()}
        assert len(rows) == len(fold.train) + len(fold.validation)
        assert not rows & {*data.test.rows.tolist()}


@pytest.mark.parametrize("count", [2, 5, 8])
def test_no_group_is_trained_and_validated_on(count: int) -> None:
    folds = make_folds(dataset("group:who"), count)
    for fold in folds:
        assert not set(WHO[fold.train.rows]) & set(WHO[fold.validation.rows])
    for one, other in combinations(folds, 2):
        assert not set(WHO[one.validation.rows]) & set(WHO[other.validation.rows])
    known = len(dataset("group:who").train) + len(dataset("group:who").validation)
    assert sum(len(fold.validation) for fold in folds) > 0.85 * known


@pytest.mark.parametrize("count", [2, 5, 8])
def test_no_fold_trains_on_what_comes_later(count: int) -> None:
    folds = make_folds(dataset("time:day"), count)
    for fold in folds:
        assert DAY[fold.train.rows].max() < DAY[fold.validation.rows].min()
    starts = [DAY[fold.validation.rows].min() for fold in folds]
    assert starts == sorted(starts)


def test_groups_too_few_or_too_unlike_are_refused() -> None:
    few = np.arange(N) % 4
    with pytest.raises(SearchError, match=r"folds: 5 of . groups, whose sizes do not allow folds of like size"):
        make_folds(dataset("group:who", few), 5)
    unlike = np.where(np.arange(N) < 200, 0, np.arange(N) % 30 + 1)
    with pytest.raises(SearchError, match=r"folds: 5 of .* groups, whose sizes do not allow"):
        make_folds(dataset("group:who", unlike), 5)


def test_times_too_few_are_refused() -> None:
    columns = (
        Column("day", "date", np.arange(N) // 75 * 1.0), from_objects("x", X), from_objects("y", rng.normal(size=N)),
    )  # fmt: skip
    data = build_dataset(Table("t", columns), DataOptions(target="y", split="time:day"))
    with pytest.raises(SearchError, match=r"folds: 5 of 3 different times, which are too few"):
        make_folds(data, 5)


def test_a_metric_that_is_not_defined_is_refused_before_the_first_trial() -> None:
    target = np.zeros(N)
    target[[3, 90]] = 5.0, 9.0
    folds = make_folds(dataset("random", target=target), 5)
    with pytest.raises(SearchError, match=r"in the validation rows of folds .* of 5, .* --metric rmse, or mae"):
        check_scored(folds, "r2")
    check_scored(folds, "rmse")
    check_scored(make_folds(dataset("random"), 5), "r2")
