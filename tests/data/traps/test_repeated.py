"""Rows that stand in training and test alike are counted as a comparison of whole rows counts them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tuitrain.data.dataset import Dataset
from tuitrain.data.loading import load_dataset
from tuitrain.data.traps.repeated import find_repeated

rng = np.random.default_rng(2)


def told(X: NDArray[np.float64], y: NDArray[np.int64]) -> tuple[Dataset, list[str]]:
    dataset = Dataset.from_arrays(X, y)
    return dataset, [notice for notice in dataset.notices if "stand in training too" in notice]


def counted(dataset: Dataset) -> tuple[int, int]:
    """Count the rows of test and validation that training has, by a set of whole rows."""
    seen = {(*X.tolist(), y) for X, y in zip(dataset.train.X, dataset.train.y.tolist(), strict=True)}
    parts = (dataset.test, dataset.validation)
    return tuple(  # type: ignore[return-value]
        sum((*X.tolist(), y) in seen for X, y in zip(part.X, part.y.tolist(), strict=True)) for part in parts
    )


@pytest.mark.parametrize("copies", [30, 100, 400])
def test_copies_are_counted_in_both_parts(copies: int) -> None:
    X, y = rng.normal(size=(400, 5)), rng.integers(0, 2, 400)
    again = rng.choice(400, copies, replace=copies > 400)
    dataset, (notice,) = told(np.concatenate([X, X[again]]), np.concatenate([y, y[again]]))
    test, validation = counted(dataset)
    assert notice.startswith(f"{test} of {len(dataset.test)} test rows and {validation} of {len(dataset.validation)} v")
    assert "--split group:COLUMN" in notice


def test_the_same_inputs_with_another_target_are_no_copies() -> None:
    X, y = rng.normal(size=(300, 4)), rng.integers(0, 2, 300)
    assert told(np.concatenate([X, X]), np.concatenate([y, 1 - y]))[1] == []


def test_rows_of_few_values_are_alike_by_nature() -> None:
    X = rng.integers(0, 2, (400, 4)).astype(float)
    assert told(X, rng.integers(0, 2, 400))[1] == []


def test_two_copies_in_hundreds_of_rows_are_not_worth_a_word() -> None:
    X, y = rng.normal(size=(500, 4)), rng.integers(0, 2, 500)
    assert told(np.concatenate([X, X[:2]]), np.concatenate([y, y[:2]]))[1] == []


@pytest.mark.parametrize("name", ["iris", "wine", "breast_cancer", "digits", "diabetes", "xor", "blobs", "mixed"])
def test_the_bundled_datasets_have_none(name: str) -> None:
    assert not [notice for notice in load_dataset(name).notices if "stand in training too" in notice]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32), st.integers(3, 6), st.booleans())
def test_what_is_counted_is_what_is_equal(seed: int, features: int, is_regression: bool) -> None:
    some = np.random.default_rng(seed)
    X = some.integers(-9, 9, (160, features)).astype(np.float32) / 8
    X[:, :3] = some.normal(size=(160, 3))
    X[80:] = X[some.integers(0, 80, 80)] * np.where(some.random((80, 1)) < 0.9, 1, 2)
    y = (X[:, :1] * 2).astype(np.float32) if is_regression else some.integers(0, 2, 160)
    parts = {"train": (X[:80], y[:80]), "validation": (X[80:120], y[80:120]), "test": (X[120:], y[120:])}
    seen = {(*row.tolist(), *np.atleast_1d(value).tolist()) for row, value in zip(X[:80], y[:80], strict=True)}
    equal = [
        sum((*row.tolist(), *np.atleast_1d(value).tolist()) in seen for row, value in zip(*parts[name], strict=True))
        for name in ("test", "validation")
    ]
    columns = Dataset.from_arrays(X, np.arange(160) % 2).preprocessing.table_of(X).columns
    notices = find_repeated(parts, columns)
    if sum(equal) < 3:
        assert notices == []
    else:
        named = zip(("test", "validation"), equal, strict=True)
        each = [f"{count} of 40 {name} rows" for name, count in named if count]
        assert notices[0].startswith(" and ".join(each))
