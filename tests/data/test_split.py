"""The split: every row once, exact sizes, each class in its share, groups and times apart, the same for a seed."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from tuitrain.data.split import deal_groups, split_groups, split_rows, split_times
from tuitrain.errors import DataError

SHARES = st.floats(0, 0.45)
CLASSES = st.lists(st.integers(0, 4), min_size=3, max_size=120)


@given(st.integers(3, 300), SHARES, SHARES, st.integers(0, 2**40))
def test_every_row_is_in_one_part_of_exact_size(count: int, validation: float, test: float, seed: int) -> None:
    if round(count * validation) + round(count * test) >= count:
        return
    parts = split_rows(count, validation=validation, test=test, seed=seed)
    assert sorted(np.concatenate(parts).tolist()) == list(range(count))
    assert [len(part) for part in parts[1:]] == [round(count * validation), round(count * test)]
    assert all((np.diff(part) > 0).all() for part in parts)


@given(CLASSES, st.floats(0, 0.4), st.floats(0, 0.4), st.integers(0, 99))
def test_each_part_holds_each_class_in_its_share(labels: list[int], validation: float, test: float, seed: int) -> None:
    classes, rows = np.array(labels), len(labels)
    if round(rows * validation) + round(rows * test) >= rows:
        return
    for part in split_rows(rows, validation=validation, test=test, seed=seed, classes=classes):
        for number in set(labels):
            members = labels.count(number)
            fair = members * len(part) / rows
            assert members == 1 or abs((classes[part] == number).sum() - fair) <= 3


def test_parts_of_balanced_classes_are_balanced() -> None:
    classes = np.arange(150) % 3
    for part in split_rows(150, validation=0.2, test=0.2, seed=1, classes=classes):
        assert len(set(np.bincount(classes[part]).tolist())) == 1


@given(st.integers(0, 999), st.floats(0, 0.49), st.floats(0, 0.49))
def test_a_class_of_a_single_row_is_trained_on(seed: int, validation: float, test: float) -> None:
    classes = np.array([0] * 20 + [1] * 20 + [2])
    train, _, _ = split_rows(41, validation=validation, test=test, seed=seed, classes=classes)
    assert 40 in train


def test_the_seed_decides_the_split() -> None:
    def of(seed: int) -> list[int]:
        return split_rows(100, validation=0.2, test=0.2, seed=seed)[0].tolist()

    assert of(3) == of(3)
    assert of(3) != of(4)


@pytest.mark.parametrize(
    ("validation", "test", "seed", "message"),
    [
        (0.5, 0.5, 0, "leave nothing to train on"),
        (0.9, 0.3, 0, "leave nothing to train on"),
        (1.0, 0.0, 0, "validation part: 1 is not a share from 0 to below 1"),
        (0.0, -0.1, 0, "test part: -0.1 is not a share"),
        (float("nan"), 0.0, 0, "validation part: nan is not a share"),
        (0.1, 0.1, -1, "split seed: -1 is below 0"),
    ],
)
def test_impossible_shares_are_refused(validation: float, test: float, seed: int, message: str) -> None:
    with pytest.raises(DataError, match=message):
        split_rows(10, validation=validation, test=test, seed=seed)


@st.composite
def grouped(draw: st.DrawFn) -> NDArray[np.int64]:
    """Numbers of groups, many of them or few, of sizes alike or not."""
    sizes = draw(st.lists(st.integers(1, 30), min_size=3, max_size=60))
    groups = np.repeat(np.arange(len(sizes)) * 7 + 3, sizes)
    return np.random.default_rng(draw(st.integers(0, 99))).permutation(groups)


@given(grouped(), st.floats(0, 0.4), st.floats(0, 0.4), st.integers(0, 99), st.booleans())
def test_groups_never_straddle_parts_and_shares_are_near(
    groups: NDArray[np.int64], validation: float, test: float, seed: int, has_classes: bool
) -> None:
    count = len(groups)
    n_validation, n_test = round(count * validation), round(count * test)
    if n_validation + n_test >= count:
        return
    classes = groups % 3 if has_classes else None
    parts = split_groups(groups, validation=validation, test=test, seed=seed, classes=classes)
    assert sorted(np.concatenate(parts).tolist()) == list(range(count))
    owners = [set(groups[part].tolist()) for part in parts]
    assert not (owners[0] & owners[1] | owners[0] & owners[2] | owners[1] & owners[2])
    assert owners[0]
    sizes = {number: int((groups == number).sum()) for number in set(groups.tolist())}
    for part, owned, wanted in ((parts[2], owners[2], n_test), (parts[1], owners[1], n_validation)):
        assert bool(len(part)) == bool(wanted)
        if wanted and len(owned) > 1:
            assert len(part) - wanted <= max(sizes.values()) / 2
    if n_test and len(owners[0]) > 1 and len(owners[2]) > 1:  # no group left over would bring the test nearer
        assert n_test - len(parts[2]) <= min(sizes[number] for number in owners[0]) / 2


@given(grouped(), st.integers(0, 99))
def test_the_order_of_rows_does_not_decide_where_a_group_goes(groups: NDArray[np.int64], seed: int) -> None:
    turned = np.random.default_rng(seed).permutation(len(groups))
    if round(len(groups) * 0.2) == 0:
        return
    there = split_groups(groups, validation=0.2, test=0.2, seed=seed)
    again = split_groups(groups[turned], validation=0.2, test=0.2, seed=seed)
    assert [set(groups[part]) for part in there] == [set(groups[turned][part]) for part in again]


def test_groups_of_each_class_are_in_each_part() -> None:
    groups = np.repeat(np.arange(60), 5)
    for part in split_groups(groups, validation=0.2, test=0.2, seed=4, classes=(groups % 10 == 0).astype(np.int64)):
        assert (groups[part] % 10 == 0).any()


def test_the_seed_decides_where_groups_go() -> None:
    groups = np.repeat(np.arange(50), 4)
    tests = {tuple(split_groups(groups, validation=0.2, test=0.2, seed=seed)[2]) for seed in range(5)}
    assert len(tests) == 5


@given(
    st.lists(st.integers(0, 40), min_size=5, max_size=200), st.floats(0, 0.4), st.floats(0, 0.4)
)  # fmt: skip
def test_times_follow_each_other_and_ties_stay_together(days: list[int], validation: float, test: float) -> None:
    times, count = np.array(days, np.float64), len(days)
    n_validation, n_test = round(count * validation), round(count * test)
    if n_validation + n_test >= count or len(set(days)) < 1 + (n_validation > 0) + (n_test > 0):
        return
    parts = split_times(times, validation=validation, test=test)
    assert sorted(np.concatenate(parts).tolist()) == list(range(count))
    assert [bool(len(part)) for part in parts] == [True, n_validation > 0, n_test > 0]
    filled = [times[part] for part in parts if len(part)]
    assert all(earlier.max() < later.min() for earlier, later in pairwise(filled))
    if n_test and not n_validation:  # no other border is nearer
        borders = [int((times >= day).sum()) for day in sorted(set(days))[1:]]
        assert abs(len(parts[2]) - n_test) == min(abs(border - n_test) for border in borders)


@pytest.mark.parametrize(
    ("split", "message"),
    [
        (lambda: split_groups(np.repeat([1, 2], 20), validation=0.2, test=0.2, seed=0), "found 2 groups for 3 parts"),
        (lambda: split_groups(np.arange(20), validation=0.6, test=0.6, seed=0), "leave nothing to train on"),
        (lambda: split_times(np.repeat([1.0, 2.0], 20), validation=0.2, test=0.2), "found 2 different times for 3 p"),
        (lambda: split_times(np.arange(9.0), validation=0.5, test=0.5), "leave nothing to train on"),
    ],
)
def test_too_few_groups_or_times_are_refused(split: Callable[[], object], message: str) -> None:
    with pytest.raises(DataError, match=message):
        split()


def test_piles_of_groups_are_of_like_size() -> None:
    groups = np.repeat(np.arange(40), np.arange(40) % 7 + 1)
    piles = deal_groups(groups, 5)
    assert sorted(np.concatenate(piles).tolist()) == list(range(len(groups)))
    assert max(map(len, piles)) - min(map(len, piles)) <= 7
    assert sum(len(set(groups[pile])) for pile in piles) == 40
