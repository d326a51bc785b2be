"""Targets that are hard to learn or to measure are told, with what to do; ordinary ones are not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tuitrain.data.cells.objects import from_objects
from tuitrain.data.dataset import build_dataset
from tuitrain.data.loading import load_dataset
from tuitrain.data.table import Table
from tuitrain.data.traps.trap import Trap
from tuitrain.options.data_options import DataOptions

N = 400
rng = np.random.default_rng(4)
NORMAL = rng.normal(50, 9, N)


def traps(target: Any, **options: Any) -> list[Trap]:
    columns = (from_objects("x1", rng.normal(size=N)), from_objects("x2", rng.normal(size=N)))
    lines = ((0, 2),)
    table = Table("t", (*columns, from_objects("goal", target)), lines=lines)
    notices = build_dataset(table, DataOptions(target="goal", **options)).notices
    return [notice for notice in notices if isinstance(notice, Trap)]


def with_values(**replaced: float) -> Any:
    values = NORMAL.copy()
    for row, value in replaced.items():
        values[int(row[1:])] = value
    return values


@pytest.mark.parametrize(
    ("target", "told"),
    [
        (with_values(_7=1e12), "1000000000000 (line 9) outweighs"),
        (with_values(_7=-1e12), "-1000000000000 (line 9) outweighs"),
        (with_values(_0=1e300), "1e+300 (line 2) outweighs"),
        (with_values(_7=99999), "99999 (line 9) outweighs"),
        (with_values(_7=1e9, _300=1.1e9), "1100000000 (line 302), 1000000000 (line 9) outweigh"),
        (with_values(_1=1e9, _2=1e9, _3=1e9), "1000000000 (line 3), 1000000000 (line 4), 1000000000 (line 5) outweigh"),
    ],
)
def test_values_that_outweigh_all_others_are_named(target: Any, told: str) -> None:
    (trap,) = traps(target)
    assert trap.kind == "outlier"
    assert told in trap
    rest = target[np.abs(target) < 1000]
    assert f"which lie between {rest.min():.4g} and {rest.max():.4g}:" in trap


@pytest.mark.parametrize(
    "target",
    [
        NORMAL,
        with_values(_7=200),
        with_values(_7=50 + 12 * np.abs(NORMAL - 50).max()),
        rng.exponential(3, N),
        np.exp(rng.normal(0, 1.2, N)),
        rng.standard_t(4, N),
    ],
)
def test_long_tails_are_no_trap(target: Any) -> None:
    assert traps(target) == []


@pytest.mark.parametrize("count", [1, 3, 6, 12, 19])
def test_a_target_that_is_mostly_one_value_names_another_metric(count: int) -> None:
    claims = np.zeros(N)
    claims[:: N // count][:count] = 7.0
    claims[rng.choice(N, count, replace=False)] = rng.uniform(1.5, 40, count)
    filled = int((claims != 0).sum())
    (trap,) = [trap for trap in traps(claims, task="regression") if trap.kind == "zeros"]
    assert f"is 0 in {1 - filled / N:.0%} of the rows, other in {filled}:" in trap
    assert trap.endswith("search with --metric rmse")


def test_a_target_that_is_often_one_value_is_no_trap() -> None:
    assert traps(np.where(np.arange(N) % 3 == 0, rng.uniform(1, 9, N), 0.0)) == []


@pytest.mark.parametrize(
    ("counts", "told"),
    [
        ({"rare": 2}, 'class "rare" has only 2 rows'),
        ({"rare": 9}, 'class "rare" has only 9 rows'),
        ({"p": 4, "q": 7}, 'classes "p", "q" have only 4 to 7 rows each'),
        ({"p": 7, "q": 4, "r": 5}, 'classes "q", "r", "p" have only 4 to 7 rows each'),
    ],
)
def test_classes_of_fewer_than_ten_rows_are_named(counts: dict[str, int], told: str) -> None:
    labels = [label for label, count in counts.items() for _ in range(count)]
    labels += [("usual", "other")[n % 2] for n in range(N - len(labels))]
    (trap,) = traps(np.array(labels, object))
    assert trap.kind == "rare"
    assert trap.startswith(told)


def test_classes_of_ten_rows_are_no_trap() -> None:
    assert traps(np.array(["few"] * 10 + ["a", "b", "c"] * (N // 3 - 3) + ["a"] * 10, object)[:N]) == []


COUNTS = np.minimum(rng.poisson(2.5, N), 9)
GRADES = np.clip(np.round(rng.normal(6, 0.8, N)), 3, 9)
SIGNS = np.arange(N) % 26


@pytest.mark.parametrize(
    ("target", "flag"),
    [
        (COUNTS, "--task regression"),
        (COUNTS + 100, "--task regression"),
        (GRADES, "--task regression"),
        (np.minimum(rng.geometric(0.3, N), 15), "--task regression"),
        (SIGNS, "--task classification"),
        (SIGNS * 10 + 3, "--task classification"),
        (np.arange(N) % 43, "--task classification"),
    ],
)
def test_whole_numbers_that_may_be_meant_otherwise_name_the_task(target: Any, flag: str) -> None:
    (trap,) = [trap for trap in traps(target) if trap.kind != "rare"]
    assert trap.kind == "task"
    assert trap.endswith(flag)
    assert not [t for t in traps(target, task="classification") if t.kind == "task"]
    assert not [t for t in traps(target, task="regression") if t.kind == "task"]


@pytest.mark.parametrize(
    "target",
    [
        np.arange(N) % 10,  # digits
        np.arange(N) % 2,
        (rng.random(N) < 0.1).astype(int),
        np.array([1, 2, 3, 3])[np.arange(N) % 4],
        np.round(NORMAL),
        rng.integers(0, 10_000, N),
        rng.poisson(14, N),
    ],
)
def test_digits_and_ordinary_numbers_are_no_trap(target: Any) -> None:
    assert traps(target) == []


@pytest.mark.parametrize("before", ["", "# made by hand\n"])
def test_a_huge_value_is_named_by_its_line_in_a_file_of_numbers(tmp_path: Path, before: str) -> None:
    path = tmp_path / "t.csv"
    rows = [f"{n % 7}.5,{n % 5}.25,{n % 11}.75" for n in range(60)]
    rows[20] = "1.5,2.25,1e12"
    path.write_text(f"{before}a,b,y\n" + "\n".join(rows) + "\n")
    line = 22 + before.count("\n")
    assert any(f"1000000000000 (line {line}) outweighs" in notice for notice in load_dataset(path).notices)
