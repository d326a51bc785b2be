"""Rows that sum up others are told with their lines; words and numbers of ordinary rows are not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tuitrain.data.loading import load_tables
from tuitrain.data.traps.totals import find_totals

SALES = [("N", 10, 25.5), ("S", 11, 27.0), ("E", 12, 30.25), ("W", 14, 41.0), ("N", 9, 12.5), ("S", 21, 33.0)] * 4
UNITS, PRICE = sum(row[1] for row in SALES), sum(row[2] for row in SALES)


def told(tmp_path: Path, *rows: object, header: str = "region,units,price") -> list[str]:
    lines = [header, *(",".join(map(str, row)) if isinstance(row, tuple) else str(row) for row in rows)]
    path = tmp_path / "t.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return [str(trap) for trap in find_totals(load_tables(str(path))[0])]


@pytest.mark.parametrize(
    "last",
    [
        ("Total", UNITS, PRICE),
        ("Grand Total:", UNITS, ""),
        ("합계", UNITS, PRICE),
        ("總計", UNITS, PRICE),
        ("Summe", UNITS, PRICE),
        ("TOTAL 2024", UNITS, round(PRICE)),
        ("Average", round(UNITS / 24, 1), round(PRICE / 24, 2)),
        ("평균", round(UNITS / 24, 2), round(PRICE / 24, 2)),
        ("Итого", UNITS, PRICE),
        ("Total", UNITS * 1.07, PRICE * 1.2),  # of rows that were left out
    ],
)
def test_a_total_row_at_the_end_is_named_by_its_line(tmp_path: Path, last: tuple[object, ...]) -> None:
    (trap,) = told(tmp_path, *SALES, last)
    assert trap.startswith(f'line {len(SALES) + 2} says "{last[0]}" and sums up the other rows')


def test_the_line_is_that_of_the_file(tmp_path: Path) -> None:
    assert told(tmp_path, *SALES[:5], "", *SALES[5:], ("Total", UNITS, PRICE))[0].startswith("line 27 says")


@pytest.mark.parametrize("last", [("", UNITS, PRICE), ("", UNITS, 30), ("N", UNITS, PRICE)])
def test_sums_without_a_word_are_told_where_there_is_no_doubt(tmp_path: Path, last: tuple[object, ...]) -> None:
    (trap,) = told(tmp_path, *SALES, last)
    assert trap.startswith("line 26, the last, holds the sums of the rows above")


def test_several_subtotals_are_told_as_one(tmp_path: Path) -> None:
    blocks: list[tuple[object, ...]] = []
    for start in range(0, 24, 6):
        block = SALES[start : start + 6]
        blocks += [*block, ("Subtotal", sum(row[1] for row in block), sum(row[2] for row in block))]
    (trap,) = told(tmp_path, *blocks, ("Total", UNITS, PRICE))
    assert trap.startswith('5 rows sum up others (line 8, line 15, line 22, …; line 8 says "Subtotal")')


@pytest.mark.parametrize(
    "rows",
    [
        SALES,
        [*SALES, ("N", 25, 42.0)],
        [("total", 10, 3.5), ("partial", 11, 4.25)] * 12,  # a level like others
        [*SALES[:9], ("all", 10, 30.0), *SALES[9:]],  # not at the end, and no sum
        [*SALES, ("Total", 12, 30.0)],  # a word, but the numbers of an ordinary row
        [("a", n % 2, 0.5) for n in range(24)] + [("a", 1, 12.0)],
        [("a", n % 3, n % 4 + 0.5) for n in range(24)] + [("a", 1, 48.0)],  # one column alone, by chance
        [("all", n % 3, n % 4 + 0.5) for n in range(400)],
        [row for n in range(20) for row in (("poor", 1, n % 5), ("good", 3, n % 7), ("average", 2, n * n % 3))],
        [row for n in range(20) for row in (("a", 0, n % 5 - 9), ("b", 4, n % 7 - 9), ("all", 4, n * n % 3))],
        [(("poor", "average", "good")[n % 3], n * 7 % 5, n * 3 % 4) for n in range(60)],
        [(("all", "some", "none")[n * n % 7 % 3], n * 7 % 5, n * 3 % 4) for n in range(60)],
        [("all", "fish", "meat"), ("total", "rice", "soup"), ("sum", "rice", "fish")] * 9,
        [("a", 0, 1.0)] * 23 + [("b", 1, 2.0), ("a", 1, 1.0)],  # 1 is the sum above it by chance
    ],
)
def test_ordinary_rows_are_none(tmp_path: Path, rows: list[tuple[object, ...]]) -> None:
    assert told(tmp_path, *rows) == []


def test_the_bundled_datasets_have_none() -> None:
    for name in ("iris", "wine", "breast_cancer", "digits", "diabetes", "mixed"):
        assert find_totals(load_tables(name)[0]) == []


@pytest.mark.parametrize("seed", range(8))
def test_numbers_at_random_are_no_sums(tmp_path: Path, seed: int) -> None:
    rng = np.random.default_rng(seed)
    counts = rng.integers(0, 3, (rng.integers(6, 40), 3))
    assert told(tmp_path, *(("x", *map(int, row)) for row in counts), header="k,a,b,c") == []
