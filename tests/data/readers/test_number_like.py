"""What people read as numbers and the reader takes as text is told, with the line and what to write."""

from __future__ import annotations

import pytest

from tuitrain.data.readers.number_like import what_to_write, written_plainly
from tuitrain.data.readers.text import read_text_table


@pytest.mark.parametrize(
    ("cell", "plain"),
    [
        ("1,234,567", "1234567"),
        ("1.234,5", "1234.5"),
        ("1,234.5", "1234.5"),
        ("1 234,50", "1234.50"),
        ("1'234.5", "1234.5"),
        ("$5", "5"),
        ("-$1,200.75", "-1200.75"),
        ("(12.5)", "-12.5"),
        ("−3", "-3"),
        ("12 %", "12"),
        ("70 kg", "70"),
        ("3,5", "3.5"),
        ("0,125", "0.125"),
        ("10,450", "10450, or 10.450 if the comma is a decimal one"),
        ("1.234 €", "1234, or 1.234 if the point is a decimal one"),
    ],
)
def test_what_to_write_instead(cell: str, plain: str) -> None:
    assert written_plainly(cell) == plain
    assert what_to_write([cell, "1", "2", ""]) is not None


@pytest.mark.parametrize(
    "cells",
    [
        ["007", "008 "], ["007 kg", "12 kg"], ["red", "blue"], ["1_000", "2"], ["A1", "B2"], ["1.2.3", "1.2.4"],
        ["1st", "2nd"], ["12:30", "13:45"], ["$5", "free", "none left", "gone"], ["#1", "#2"], ["$5", "$5"],
    ],
)  # fmt: skip
def test_other_texts_are_texts_without_a_word(cells: list[str]) -> None:
    assert what_to_write(cells) is None


def test_the_notice_names_column_line_and_what_to_write() -> None:
    data = b'name,price\n"a\nb",5\n\nc,"10,450"\nd,"8,200"\n'
    (notice,) = (n for n in read_text_table(data, "t.csv").notices if "price" in n)
    assert 'column "price", line 5: taken as text' in notice
    assert 'write "10,450" as 10450' in notice


@pytest.mark.parametrize("date", ["2024-01-{:02}", "{:02}.01.2024", "1/{:02}/24", "2024-01-{:02}T10:00:00Z"])
def test_dates_are_told(date: str) -> None:
    data = "when,y\n" + "".join(f"{date.format(day)},{day}\n" for day in range(1, 9))
    assert any("its values are dates" in notice for notice in read_text_table(data.encode(), "t.csv").notices)


def test_leading_zeros_and_underscores_stay_text_without_advice() -> None:
    table = read_text_table(b"code,count,y\n007,1_000,1\n010,2_000,2\n", "t.csv")
    assert [column.kind for column in table.columns] == ["text", "text", "number"]
    assert table.notices == ()
