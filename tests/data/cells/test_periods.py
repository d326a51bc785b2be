"""Quarters, weeks, months and stamps become their days, durations their hours, and numbers dates where it is likely."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tuitrain.data.cells.column_format import ColumnFormat, Told
from tuitrain.data.cells.reading import read_column, read_columns

QUARTERS = ["{y}Q{q}", "{y}-Q{q}", "Q{q} {y}", "Q{q}-{y}", "{q}Q{y}", "{q}Q{s:02d}", "Q{q} '{s:02d}", "{y}년 {q}분기"]
STAMPS = st.datetimes(dt.datetime(1990, 1, 1), dt.datetime(2040, 12, 31)).map(
    lambda stamp: stamp.replace(microsecond=0)
)


@pytest.mark.parametrize("form", QUARTERS)
@pytest.mark.parametrize(("year", "quarter"), [(1999, 4), (2024, 1), (2023, 3)])
def test_a_quarter_is_the_day_on_which_it_begins(form: str, year: int, quarter: int) -> None:
    column, _notices = read_column("v", [form.format(y=year, q=quarter, s=year % 100)])
    assert column.labels() == [f"{year}-{3 * quarter - 2:02d}-01"]


@pytest.mark.parametrize("cells", [["Q5 2024"], ["Q1", "Q2"], ["5Q24"], ["2024Q1", "total"], ["2024-W54"], ["Q112"]])
def test_what_is_no_quarter_or_week_is_a_text(cells: list[str]) -> None:
    assert read_column("v", cells)[0].kind == "text"


def test_years_of_eras_are_counted_from_their_first() -> None:
    cells = ["令和元年5月1日", "令和6年1月5日", "平成31年4月30日", "昭和64年1月7日"]
    assert read_column("v", cells)[0].labels() == ["2019-05-01", "2024-01-05", "2019-04-30", "1989-01-07"]


@given(stamps=st.lists(STAMPS, min_size=2, max_size=8, unique=True))
@settings(max_examples=30)
def test_numbers_of_a_stamp_or_a_spreadsheet_are_read_as_pandas_reads_them(stamps: list[dt.datetime]) -> None:
    expected = [(stamp - dt.datetime(1970, 1, 1)).total_seconds() / 86_400 for stamp in stamps]
    together = read_column("v", [f"{stamp:%Y%m%d%H%M%S}" for stamp in stamps])[0]
    serials = [(stamp - dt.datetime(1899, 12, 30)) / dt.timedelta(days=1) for stamp in stamps]
    told = Told(kinds={"v": "date"})
    spread = read_columns(["v"], [np.array(serials)], where="t.csv", told=told)[0][0]
    assert list(pd.to_datetime(serials, unit="D", origin="1899-12-30").round("s")) == stamps
    for column in (together, spread):
        assert column.kind == "date"
        assert column.values == pytest.approx(expected, abs=1e-6)


SERIALS = ["45000", "45003", "45000.5"]
MONTHS = [f"{year}{month:02d}" for year in (2022, 2023) for month in range(1, 13)]


@pytest.mark.parametrize(
    ("name", "cells", "first"),
    [
        ("date", SERIALS, "2023-03-15"), ("Order Date", SERIALS, "2023-03-15"), ("주문일자", SERIALS, "2023-03-15"),
        ("price", SERIALS, None), ("day", SERIALS, None), ("date", ["29999", "45000"], None),
        ("month", ["202401", "202311"], "2024-01-01"), ("기준년월", ["202401"], "2024-01-01"),
        ("v", MONTHS, "2022-01-01"), ("v", ["202401", "202311"], None), ("month", ["202401", "202313"], None),
        ("v", ["20240105", "99991231"], "2024-01-05"), ("v", ["20240105", "20241305"], None),
        ("v", ["202401051330", "202401061200"], "2024-01-05 13:30"), ("v", ["202401052530", "202401061200"], None),
    ],
)  # fmt: skip
def test_numbers_are_dates_where_they_or_the_name_show_it(name: str, cells: list[str], first: str | None) -> None:
    ways: list[Sequence[str] | np.ndarray] = [cells, np.array(cells, float), [*cells, "NA"]]
    for way in ways:
        (column,), notices = read_columns([name], [way], where="t.csv")
        assert column.kind == ("number" if first is None else "date")
        if first is not None:
            assert column.labels()[0] == first
            assert f'{cells[0]} is read as the date {first}; --type "{name}=number" keeps numbers' in notices[0]
            assert column.format is not None
            told = Told(formats={name: ColumnFormat.from_json(column.format.to_json())})
            again = read_columns([name], [[cells[0]]], where="t.csv", told=told)[0][0]
            assert again.labels() == [first]


@pytest.mark.parametrize(
    ("name", "cells", "words"),
    [
        ("v", ["0", *(f"202401{day:02d}" for day in range(1, 20))], "--missing 0 reads it as missing"),
        ("date", ["240101", "240202"], '"date=date"'),
    ],
)
def test_numbers_that_are_nearly_dates_are_told(name: str, cells: list[str], words: str) -> None:
    column, notices = read_column(name, cells)
    assert column.kind == "number"
    assert words in notices[0]


@pytest.mark.parametrize(
    ("cells", "hours"),
    [
        (["1h 30m", "45m", "2h"], [1.5, 0.75, 2.0]),
        (["PT1H30M", "PT45S"], [1.5, 0.0125]),
        (["1 days 02:00:00", "0 days 00:30:00"], [26.0, 0.5]),
        (["2시간 30분", "45분"], [2.5, 0.75]),
        (["1:02:03", "26:10:30"], [1 + 2 / 60 + 3 / 3600, 26 + 10.5 / 60]),
        (["59:30", "1:02:00"], [59.5 / 60, 62 / 60]),
        (["9:30", "13:05:30"], [9.5, 13 + 5.5 / 60]),
        (["18.00.00", "9.30.00"], [18, 9.5]),
    ],
)
def test_durations_are_read_as_hours(cells: list[str], hours: list[float]) -> None:
    column, _notices = read_column("v", cells)
    assert column.kind == "time"
    assert column.values == pytest.approx(hours)
    assert column.format is not None
    told = Told(formats={"v": ColumnFormat.from_json(column.format.to_json())})
    assert read_column("v", cells[:1], told=told)[0].values == pytest.approx(hours[:1])


@pytest.mark.parametrize("cells", [["12 m", "30 m"], ["5 d", "7 d"], ["1h 30m", "soon"]])
def test_single_units_are_no_durations(cells: list[str]) -> None:
    assert read_column("v", cells)[0].kind != "time"


def test_times_in_several_zones_are_told() -> None:
    column, notices = read_column("v", ["2024-03-01T10:30:00Z", "2024-03-01T10:30:00+02:00"])
    assert column.labels() == ["2024-03-01 10:30", "2024-03-01 08:30"]
    assert any("several zones" in notice for notice in notices)
