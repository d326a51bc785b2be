"""Numbers as people write them are read as the numbers that were written, and what is uncertain is asked."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tuitrain.data.cells.column_format import Told
from tuitrain.data.cells.reading import read_column, read_columns
from tuitrain.data.dataset import build_dataset
from tuitrain.data.readers.text import read_text_table
from tuitrain.errors import DataError
from tuitrain.options.data_options import DataOptions


def american(value: float) -> str:
    return f"{value:,.2f}"


def german(value: float) -> str:
    return american(value).translate(str.maketrans(",.", ".,"))


def swiss(value: float) -> str:
    return american(value).replace(",", "'")


def french(value: float) -> str:
    return american(value).replace(",", "\u202f").replace(".", ",")


def indian(value: float) -> str:
    whole, _, cents = f"{abs(value):.2f}".partition(".")
    groups = [whole[-3:]]
    while whole := whole[:-3] if len(groups) == 1 and len(groups[0]) == 3 else whole[:-2]:
        groups.insert(0, whole[-2:] if len(whole) > 1 else whole)
    return "-" * (value < 0) + ",".join(groups) + "." + cents


def fortran(value: float) -> str:
    return f"{value:.6E}".replace("E", "D")


def accounting(value: float) -> str:
    return f"({-value:,.2f})" if value < 0 else american(value)


def full_width(value: float) -> str:
    return f"{value:.2f}".translate({ord("0") + n: 0xFF10 + n for n in range(10)})


WRITERS: list[Callable[[float], str]] = [american, german, swiss, french, fortran, accounting, full_width]
WRITERS += [
    lambda value: f"${american(value)}" if value >= 0 else f"-${american(-value)}",
    lambda value: f"{german(value)} €",
    lambda value: f"KRW {value:,.2f}",
    lambda value: f"₩{value:.2f}",
    lambda value: f"{value:+.2f}",
    lambda value: f"{value:09.2f}",
    lambda value: f" {american(value)} ",
    lambda value: f"{abs(value):.2f}-" if value < 0 else f"{value:.2f}",
]


@pytest.mark.parametrize("write", WRITERS)
@given(values=st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=20))
@settings(max_examples=30)
def test_what_was_written_is_read(write: Callable[[float], str], values: list[int]) -> None:
    numbers = [123_456_789.25, *(value / 100 for value in values)]
    column, _notices = read_column("x", [write(number) for number in numbers])
    assert column.kind == "number"
    places = 6 if write is fortran else 2
    np.testing.assert_allclose(column.values, numbers, rtol=10.0**-places if write is fortran else 1e-14)


@given(st.integers(1, 10**9))
def test_groups_of_two_as_in_india_are_read(value: int) -> None:
    numbers = [12_345_678.5, value / 100]
    assert list(read_column("x", [indian(number) for number in numbers])[0].values) == pytest.approx(numbers)


def test_percentages_are_hundredths_and_zero_needs_no_sign() -> None:
    column, notices = read_column("share", ["15%", "0", "7.5 %", "-2%"])
    assert list(column.values) == [0.15, 0, 0.075, -0.02]
    assert notices == ['column "share": numbers as "15%" are read as 0.15 (a hundredth)']


def test_the_example_of_how_numbers_are_read_is_not_zero_where_others_are_there() -> None:
    assert read_column("share", ["0%", "0%", "20%"])[1] == [
        'column "share": numbers as "20%" are read as 0.2 (a hundredth)'
    ]
    assert '"0%" are read as 0 ' in read_column("share", ["0%", "0%"])[1][0]


def test_percentages_beside_bare_numbers_are_asked_about() -> None:
    assert '"15%" as well as "0.2"' in read_column("x", ["15%", "0.2", "3%"])[0].question


def test_amounts_in_two_currencies_are_no_numbers() -> None:
    column, notices = read_column("x", ["$5", "€6", "$7"])
    assert column.kind == "text"
    assert "amounts in $, €" in notices[0]


@pytest.mark.parametrize(
    "cells", [["R5", "R6"], ["A1", "B2"], ["1.2.3", "4.5.6"], ["5 kg", "6 g"], ["1/2", "3/4"], ["1-2"]]
)
def test_codes_and_several_units_are_no_numbers(cells: list[str]) -> None:
    assert read_column("x", cells)[0].kind == "text"


def cells_of(count: int, form: str) -> list[str]:
    rng = np.random.default_rng(0)
    return [form.format(a=rng.integers(1, 999), b=rng.integers(0, 1000)) for _ in range(count)]


@pytest.mark.parametrize(
    ("cells", "delimiter", "expected"),
    [
        (["1,437", "13,270", "479", *cells_of(60, "{a},{b:03d}")], ";", "thousands"),
        (["1,437", "13,275", "4479"], ";", "decimal"),  # 4479 would be 4,479
        (["1,5", "13,275"], ";", "decimal"),
        (["1,437,000", "13,275"], ";", "thousands"),
        (["1,437", "13,275"], ";", "asked"),
        (["1,437", "13,275"], "\t", "asked"),
        (["1,437", "13,275"], ",", "thousands"),
        (["0,437", "13,275"], ",", "decimal"),
        (["1.437", "13.275"], ",", "plain"),
        (["1.437", "13.275"], ";", "plain asked"),
        (["1.437", "13.275", "0.5"], ";", "plain"),
        (["1.437.000", "13.275"], ",", "plain thousands"),
        (["1.437", "3.275", "456", "999"], ",", "plain asked"),  # 456 beside 1.437
        (["31.437", "83.275", "100", "456"], ",", "plain"),
    ],
)
def test_a_sign_before_three_digits_is_weighed(cells: list[str], delimiter: str, expected: str) -> None:
    column, notices = read_columns(["x"], [cells], where="t.csv", delimiter=delimiter)[0][0], ()
    sign = "." if expected.startswith("plain") else ","
    as_thousands = float(cells[1].replace(sign, ""))
    if expected.endswith("asked"):
        assert "say which by --thousands" in column.question
    else:
        assert column.values[1] == (as_thousands if expected.endswith("thousands") else as_thousands / 1000)
    assert not notices


def test_what_the_other_columns_show_decides() -> None:
    doubtful, clear = ["1,437", "13,275"], [f"{n},5" for n in range(40)]
    columns, _ = read_columns(["x", "z"], [doubtful * 20, clear], where="t.csv", delimiter=";")
    assert list(columns[0].values[:2]) == [1.437, 13.275]
    clear = [f"{n}.5" for n in range(40)]
    columns, _ = read_columns(["x", "z"], [doubtful * 20, clear], where="t.csv", delimiter=";")
    assert list(columns[0].values[:2]) == [1437, 13275]


@pytest.mark.parametrize(
    ("options", "values"),
    [
        ({"decimal": "comma"}, [1.437, 13.275]),
        ({"thousands": "comma"}, [1437, 13275]),
        ({"decimal": "point"}, [1437, 13275]),
    ],
)
def test_the_options_decide(options: dict[str, str], values: list[float]) -> None:
    told = Told.of(DataOptions(**options))  # type: ignore[arg-type]
    column, _ = read_column("x", ["1,437", "13,275"], told=told)
    assert list(column.values) == values
    assert not column.question


def test_points_of_thousands_are_found_where_numbers_look_plain() -> None:
    lines = [
        "besucher,y",
        *(f"{n // 1000}.{n % 1000:03d},{n}" if n > 999 else f"{n},{n}" for n in range(500, 9000, 70)),
    ]
    table = read_text_table("\n".join(lines).encode(), "t.csv")
    np.testing.assert_array_equal(table.columns[0].values, table.columns[1].values)
    assert any("the point separates thousands" in notice for notice in table.notices)
    few = lines[:1] + lines[7:12] + lines[-5:]
    with pytest.raises(DataError, match="--thousands point or --decimal point"):
        build_dataset(read_text_table("\n".join(few).encode(), "t.csv"))
    told = Told.of(DataOptions(thousands="point"))
    table = read_text_table("\n".join(few).encode(), "t.csv", told=told)
    np.testing.assert_array_equal(table.columns[0].values, table.columns[1].values)


def test_a_dropped_column_is_not_asked_about() -> None:
    lines = ["km;b;y", *(f"{n},{400 + n};{n};{n % 7}" for n in range(10, 60))]
    table = read_text_table("\n".join(lines).encode(), "t.csv", told=Told.of(DataOptions()))
    with pytest.raises(DataError, match='column "km"'):
        build_dataset(table)
    assert build_dataset(table, DataOptions(drop=("km",))).feature_names == ("b",)
    assert build_dataset(table, DataOptions(types=(("km", "ignore"),))).feature_names == ("b",)


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["01234", "99999", "10115"], "text"),  # as long as each other: codes
        (["007", "10"], "text"),
        (["04.60", "0907.33", "12.5"], "number"),
        ([*map(str, range(10, 60)), "09"], "text"),
        ([*map(str, range(100)), "099"], "number"),
        (["1234567890123456789", "1234567890123456788"], "text"),
        (["123456789012345", "123456789012346"], "number"),
        (["1e20", "2e20"], "number"),
    ],
)
def test_codes_are_told_from_numbers(cells: list[str], kind: str) -> None:
    column, notices = read_column("x", cells)
    assert column.kind == kind
    if kind == "text":
        assert column.labels() == cells
        assert '--type "x=number"' in notices[0]
        told = Told(kinds={"x": "number"})
        assert list(read_column("x", cells, told=told)[0].values) == [float(cell) for cell in cells]


def test_whole_numbers_beyond_the_digits_of_a_float_are_texts_in_the_quick_way_too() -> None:
    file = io.StringIO()
    csv.writer(file).writerows([["id", "y"], *([1234567890123456789 + n, n] for n in range(30))])
    table = read_text_table(file.getvalue().encode(), "t.csv")
    assert table.column("id").labels()[:2] == ["1234567890123456789", "1234567890123456790"]


@pytest.mark.parametrize(
    ("cells", "values", "remark"),
    [
        (["269594.-", "7.50"], [269594, 7.5], "a dash stands for no cents"),
        (["5,- €", "1.250,-- €"], [5, 1250], "a dash stands for no cents"),
        (["CHF 1'200.—", "CHF 7.50"], [1200, 7.5], "a dash stands for no cents"),
        (["5-", "6"], [-5, 6], "a minus behind means a negative number"),
        (["$(1,200.00)", "$3.00", "$ (7.00)"], [-1200, 3, -7], "parentheses mean a negative number"),
        (["94E3", "20E5"], [94_000, 2_000_000], '--type "x=text" keeps texts'),
        (["-Infinity", "1,250.5"], [np.nan, 1250.5], "infinite"),
        (["Rs. 1,200", "Rs. 300.5"], [1200, 300.5], "is read off"),
    ],
)
def test_signs_that_change_a_number_are_told(cells: list[str], values: list[float], remark: str) -> None:
    column, notices = read_column("x", cells)
    np.testing.assert_array_equal(column.values, values)
    assert any(remark in notice for notice in notices)


@pytest.mark.parametrize(
    "cells",
    [
        ["+49249354336", "+49785154446"],
        ["+49 140 985 414", "+49 1405 893 663"],
        [f"192.168.10{n}.20{n}" for n in range(6)],
        [f"41{n} 672 36{n}" for n in range(6)],
    ],
)
def test_telephones_and_addresses_are_texts_and_told(cells: list[str]) -> None:
    text = "\n".join(["x,y", *(f"{cell},1" for cell in cells)])
    table = read_text_table(text.encode(), "t.csv")
    assert table.columns[0].labels() == cells
    assert any("taken as text" in notice and '--type "x=number"' in notice for notice in table.notices)


@pytest.mark.parametrize(("delimiter", "thousands"), [(";", None), (",", "point"), (";", "point"), (",", None)])
def test_points_before_three_zeros_are_not_lost_in_the_quick_way(delimiter: str, thousands: str | None) -> None:
    text = "\n".join([f"x{delimiter}y", *(f"{n}.000{delimiter}{n}" for n in range(40, 70))])
    told = Told.of(DataOptions(thousands=thousands))
    column = read_text_table(text.encode(), "t.csv", told=told).columns[0]
    if thousands is None and delimiter == ";":
        assert '"40.000" may be 40 or 40000' in column.question
    else:
        assert column.values[0] == (40 if thousands is None else 40_000)


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (["2,696e+05", "1,695e+06"], [269_600, 1_695_000]),
        (["٢٦٩٫١٢", "١٬٢٠٠"], [269.12, 1200]),
        (["۲۶۹", "۱۲"], [269, 12]),
        (["२६९.५", "१२"], [269.5, 12]),
    ],
)
def test_exponents_and_the_digits_of_other_scripts_are_read(cells: list[str], values: list[float]) -> None:
    assert list(read_column("x", cells)[0].values) == values


def test_words_among_numbers_are_named_with_the_option_that_reads_them_as_missing() -> None:
    column, notices = read_column("x", ["keine", *map(str, range(9))])
    assert column.kind == "text"
    assert any(notice.endswith('--missing "keine" reads as missing') for notice in notices)


@pytest.mark.parametrize("mark", ["*****", "########", ":", ".."])
def test_marks_of_statistics_for_missing_are_read(mark: str) -> None:
    column, notices = read_column("x", ["1.5", mark, "-2"])
    assert column.labels() == ["1.5", None, "-2"]
    assert f'"{mark}" (1 cell) is taken as missing' in notices[0]


@pytest.mark.parametrize("sign", ["\u200b", "\ufeff", "\u200e", "\u2060", "\u00a0", "\u3000"])
def test_signs_that_are_not_seen_around_numbers_do_not_count(sign: str) -> None:
    column, notices = read_column("x", [f"{sign}1.5", f"2.25{sign}", "3", f"-{4.5}"])
    assert column.kind == "number"
    assert column.values.tolist() == [1.5, 2.25, 3.0, -4.5]
    assert not notices
