"""The split: every row once, exact sizes, each class in its share, the same for the same seed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuitrain.data.split import split_rows
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
