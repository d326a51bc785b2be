"""Types of columns, missing values, names, and what is not worth keeping."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuitrain.data.cells.objects import from_objects
from tuitrain.data.cells.reading import read_column
from tuitrain.data.table import Column, drop_useless, number_text, tidy_names


@pytest.mark.parametrize(
    ("cells", "kind", "labels"),
    [
        (["1", "2.5", "-3e2"], "number", ["1", "2.5", "-300"]),
        (["1", "", "3"], "number", ["1", None, "3"]),
        (["1", "-", "none", "NaN", "#DIV/0!", "\\N"], "number", ["1", None, None, None, None, None]),
        (["007", "010"], "text", ["007", "010"]),
        (["1", "02"], "text", ["1", "02"]),
        (["-01", "5"], "text", ["-01", "5"]),
        (["0", "0.5", "-0.25"], "number", ["0", "0.5", "-0.25"]),
        (["1_000", "2"], "text", ["1_000", "2"]),
        (["1,5", "2"], "number", ["1.5", "2"]),
        (["0x10", "2"], "text", ["0x10", "2"]),
        (["\u0661", "2"], "number", ["1", "2"]),
        (["5%", "6%"], "number", ["0.05", "0.06"]),
        (["yes", "No", ""], "boolean", ["yes", "No", None]),
        (["TRUE", "false", "true"], "boolean", ["TRUE", "false", "TRUE"]),
        (["yes", "false"], "boolean", ["yes", "false"]),
        (["yes", "no", "maybe"], "text", ["yes", "no", "maybe"]),
        (["yes", "true", "no"], "text", ["yes", "true", "no"]),
        (["red", "none", "NA"], "text", ["red", "none", None]),
        ([" red ", "red"], "text", ["red", "red"]),
        (["2024-01-02", "12:30"], "text", ["2024-01-02", "12:30"]),
        (["", "?"], "number", [None, None]),
    ],
)
def test_the_type_is_found_from_the_cells(cells: list[str], kind: str, labels: list[str | None]) -> None:
    column, _ = read_column("x", cells)
    assert column.kind == kind
    assert column.labels() == labels
    assert list(column.missing) == [label is None for label in labels]


def test_infinities_are_missing_and_counted() -> None:
    column, notices = read_column("x", ["1", "inf", "-Infinity", "1e999"])
    assert list(column.missing) == [False, True, True, True]
    assert notices == ['column "x": 3 infinite values taken as missing']


def test_a_few_odd_cells_among_numbers_are_told() -> None:
    column, notices = read_column("x", [*map(str, range(20)), "12:kg"])
    assert column.kind == "text"
    assert notices == ['column "x": taken as text, since 1 of 21 distinct values are not numbers (such as "12:kg")']


@given(st.lists(st.one_of(st.none(), st.floats(allow_nan=False, allow_infinity=False)), min_size=1))
def test_numbers_written_and_read_are_the_same_bits(values: list[float | None]) -> None:
    column, _ = read_column("x", ["" if value is None else repr(value) for value in values])
    expected = np.array([np.nan if value is None else value for value in values])
    assert column.values.tobytes() == expected.tobytes()


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_the_text_of_a_number_is_that_number(value: float) -> None:
    assert float(number_text(value)) == value


def test_headers_become_visible_unique_and_not_blank() -> None:
    names, notices = tidy_names(["a", "a", "", "a_2", " b ", "\x1b[2Jc"])
    assert names == ["a", "a_3", "column 3", "a_2", "b", "\\x1b[2Jc"]
    assert len(notices) == 2


@given(st.lists(st.text(max_size=3), max_size=12))
def test_any_headers_give_as_many_different_names(names: list[str]) -> None:
    tidy, _ = tidy_names(names)
    assert len(set(tidy)) == len(names)
    assert all(name and name.isprintable() for name in tidy)


def text_column(name: str, values: list[str | None]) -> Column:
    return Column(name, "text", np.array(values, object))


def test_columns_that_teach_nothing_are_left_out_and_told() -> None:
    columns = [
        Column("constant", "number", np.full(40, 3.0)),
        Column("empty", "number", np.full(40, np.nan)),
        text_column("same", ["x"] * 40),
        text_column("unique", [f"id{n}" for n in range(40)]),
        Column("always", "boolean", np.ones(40), ("no", "yes")),
        Column("gaps", "number", np.where(np.arange(40) < 5, np.nan, 3.0)),
        Column("number", "number", np.arange(40.0)),
        text_column("colour", ["red", "blue"] * 20),
    ]
    kept, notices = drop_useless(columns)
    assert [column.name for column in kept] == ["gaps", "number", "colour"]
    assert notices == [
        'column "constant" is left out: always 3',
        'column "empty" is left out: no values in the training rows',
        'column "same" is left out: always "x"',
        'column "unique" is left out: 40 different texts in 40 training rows say nothing about new rows',
        'column "always" is left out: always yes',
    ]


def test_many_columns_left_out_for_one_reason_are_one_notice() -> None:
    _, notices = drop_useless([Column(f"p{n}", "number", np.zeros(9)) for n in range(8)])
    assert notices == ['columns "p0", "p1", "p2", "p3", "p4" and 3 more are left out: always 0']


def test_objects_of_a_program_are_read_as_a_files_cells_are() -> None:
    assert from_objects("x", [1, 2.5, None]).labels() == ["1", "2.5", None]
    assert from_objects("x", [10**400, 1]).labels() == [None, "1"]
    assert from_objects("x", [True, False, None]).kind == "boolean"
    assert from_objects("x", ["007", 7, None, float("nan")]).labels() == ["007", "7", None, None]
    assert from_objects("x", [b"cat", "dog"]).labels() == ["cat", "dog"]
    assert from_objects("x", np.array(["1", "2"])).kind == "number"
