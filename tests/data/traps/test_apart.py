"""Groups and times that a random split tears apart get a hint, if it would matter."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tuitrain.data.cells.objects import from_objects
from tuitrain.data.dataset import build_dataset
from tuitrain.data.table import Column, Table
from tuitrain.data.traps.trap import Trap
from tuitrain.options.data_options import DataOptions

N = 400
rng = np.random.default_rng(6)
WHO = rng.integers(0, 40, N)
LEVEL = rng.normal(size=40)[WHO]
ILL = np.where(rng.normal(size=40)[WHO] > 0, "ill", "well").astype(object)
DAYS = 19_000.0 + np.arange(N)
WALK = np.cumsum(rng.normal(size=N))


def hints(name: str, values: Any, target: Any, **options: Any) -> list[Trap]:
    own = values if isinstance(values, Column) else from_objects(name, values)
    others = (from_objects("x1", rng.normal(size=N)), from_objects("x2", rng.normal(size=N)))
    table = Table("t", (*others, own, from_objects("goal", target)))
    notices = build_dataset(table, DataOptions(target="goal", **options)).notices
    return [notice for notice in notices if isinstance(notice, Trap) and notice.kind in {"group", "time"}]


@pytest.mark.parametrize(
    ("name", "values", "target"),
    [
        ("patient_id", WHO, LEVEL + rng.normal(0, 0.3, N)),
        ("patient", np.array([f"p{who}" for who in WHO], object), ILL),
        ("userId", WHO + 5000, LEVEL + rng.normal(0, 0.8, N)),
        ("Subject", WHO, ILL),
        ("고객번호", WHO, ILL),
        ("machine", np.array([f"m{who}" for who in WHO], object), LEVEL),
    ],
)
def test_a_column_that_says_whose_a_row_is_gets_a_hint(name: str, values: Any, target: Any) -> None:
    (hint,) = hints(name, values, target)
    assert hint.kind == "group"
    assert hint.endswith(f"--split group:{name}")
    assert not hints(name, values, target, split=f"group:{name}")


def test_a_group_whose_target_is_one_is_no_leak_besides() -> None:
    columns = (from_objects("x", rng.normal(size=N)), from_objects("patient", WHO), from_objects("goal", ILL))
    notices = build_dataset(Table("t", columns), DataOptions(target="goal")).notices
    assert [notice.kind for notice in notices if isinstance(notice, Trap)] == ["group"]


@pytest.mark.parametrize(
    ("name", "values", "target"),
    [
        ("patient_id", WHO, rng.normal(size=N)),  # the target has nothing to do with it
        ("patient_id", np.arange(N) * 3, LEVEL),  # once each
        ("units", WHO, LEVEL),
        ("district", WHO, LEVEL),
        ("user_rating", rng.normal(size=N), LEVEL),
    ],
)
def test_other_columns_get_none(name: str, values: Any, target: Any) -> None:
    assert hints(name, values, target) == []


@pytest.mark.parametrize(
    ("column", "target"),
    [
        (Column("day", "date", DAYS), WALK),
        (Column("day", "date", DAYS[::-1].copy()), WALK),
        (Column("when", "date", DAYS), np.where(np.median(WALK) < WALK, "up", "down").astype(object)),
        (from_objects("year", np.arange(N) + 1600), WALK),
        (from_objects("timestamp", 1.7e9 + 3600 * np.arange(N)), np.sin(np.arange(N) / 20)),
    ],
)
def test_a_column_of_times_gets_a_hint_where_neighbours_are_alike(column: Column, target: Any) -> None:
    (hint,) = hints("", column, target)
    assert hint.kind == "time"
    assert hint.endswith(f"--split time:{column.name}")
    assert not hints("", column, target, split=f"time:{column.name}")


@pytest.mark.parametrize(
    ("column", "target"),
    [
        (Column("signup", "date", DAYS), rng.normal(size=N)),
        (Column("signup", "date", rng.permutation(DAYS)), WALK),
        (from_objects("age", np.arange(N)), WALK),
    ],
)
def test_times_without_a_course_get_none(column: Column, target: Any) -> None:
    assert hints("", column, target) == []
