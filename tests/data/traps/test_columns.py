"""Ids, and texts with about as many values as rows, are told; measurements and ordinary texts are not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tuitrain.data.cells.objects import from_objects
from tuitrain.data.dataset import build_dataset
from tuitrain.data.table import Column, Table
from tuitrain.data.traps.trap import Trap
from tuitrain.options.data_options import DataOptions

N = 300
rng = np.random.default_rng(3)
SHUFFLED = rng.permutation(N)


def kinds(name: str, values: Any) -> list[str]:
    """Return the kinds of what is told of a column beside two others."""
    y = from_objects("y", np.where(rng.random(N) < 0.5, "u", "v").astype(object))
    columns = (from_objects("x1", rng.normal(size=N)), from_objects("x2", rng.normal(size=N)))
    own = values if isinstance(values, Column) else from_objects(name, values)
    dataset = build_dataset(Table("t", (*columns, own, y)), DataOptions(target="y"))
    return [notice.kind for notice in dataset.notices if isinstance(notice, Trap) and own.name in notice.columns]


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("row", np.arange(N)),
        ("nr", np.arange(N) + 1000.0),
        ("any", N - np.arange(N)),
        ("customer_id", SHUFFLED + 10_000),
        ("customer_id", rng.choice(10**9, N, replace=False)),
        ("PatientID", SHUFFLED * 17),
        ("고객번호", SHUFFLED * 3 + 7),
    ],
)
def test_ids_are_told(name: str, values: Any) -> None:
    assert kinds(name, values) == ["id"]


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("year", np.arange(N) + 1700),
        ("income", rng.choice(10**6, N, replace=False)),
        ("steps", np.arange(N) * 2),
        ("shop_id", rng.integers(0, 9, N)),
        ("humidity", rng.normal(size=N)),
        ("grid", SHUFFLED // 2),
    ],
)
def test_measurements_and_years_are_not(name: str, values: Any) -> None:
    assert kinds(name, values) == []


def texts(levels: int) -> Column:
    """Return a text column of so many levels, each about as often."""
    return Column("clock", "text", np.array([f"{(n * 7) % levels:04}h" for n in range(N)], object))


@pytest.mark.parametrize("levels", [60, 100, 150, 200, 230])
def test_texts_with_few_rows_a_value_are_told(levels: int) -> None:
    assert kinds("clock", texts(levels)) == ["levels"]


@pytest.mark.parametrize("levels", [2, 7, 10])
def test_texts_with_many_rows_a_value_are_not(levels: int) -> None:
    assert kinds("clock", texts(levels)) == []


def test_the_number_of_features_is_told() -> None:
    y = from_objects("y", (np.arange(N) % 2).astype(str).astype(object))
    table = Table("t", (from_objects("x", rng.normal(size=N)), texts(100), y))
    (told,) = [notice for notice in build_dataset(table, DataOptions(target="y")).notices if "clock" in notice]
    levels = build_dataset(table, DataOptions(target="y")).n_features - 1
    assert told.startswith(f'column "clock": {levels} different texts become as many features, with ')
    assert told.endswith('to leave it out: --drop "clock"')


@pytest.mark.parametrize(
    ("mark", "is_told"),
    [(-999, True), (-9999, True), (9999, True), (99, True), (-99, True), (-500, False), (12, False)],
)
def test_a_number_that_may_stand_for_missing_is_told(mark: float, is_told: bool) -> None:
    values = np.where(np.arange(N) % 50 == 0, mark, rng.uniform(0, 10, N))
    assert kinds("sensor", values) == (["mark"] if is_told else [])


def test_ordinary_ages_and_a_single_extreme_stand_for_nothing() -> None:
    assert kinds("age", np.where(np.arange(N) % 50 == 0, 99, rng.uniform(18, 98, N).round(1))) == []
    assert kinds("income", np.where(np.arange(N) == 50, 9999, rng.uniform(0, 10, N))) == []
