"""Dates and times are read as the days and hours that were written, and an order that nothing settles is asked for."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tuitrain.data.cells.column_format import Told
from tuitrain.data.cells.date_cells import date_of, part_of
from tuitrain.data.cells.reading import read_column, read_columns
from tuitrain.errors import DataError
from tuitrain.options.data_options import DataOptions

DAYS = st.dates(dt.date(1950, 1, 1), dt.date(2040, 12, 31))
FORMS = [
    "%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%d %b %Y", "%d-%b-%Y", "%b %d, %Y", "%B %d, %Y", "%d. %B %Y", "%A, %d %B %Y",
    "%Y년 %m월 %d일", "%Y. %m. %d.", "%Y年%m月%d日", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%m-%d-%Y", "%Y%m%d",
    "%Y%m%dT000000Z", "%G-W%V-%u",
]  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
@given(days=st.lists(DAYS, min_size=1, max_size=12))
@settings(max_examples=30)
def test_what_strftime_wrote_is_read(form: str, days: list[dt.date]) -> None:
    days = [dt.date(2023, 3, 25), dt.date(2022, 11, 30), *days]  # the order of the numbers is seen
    column, notices = read_column("when", [day.strftime(form) for day in days])
    assert column.kind == "date"
    assert list(column.values) == [day.toordinal() - dt.date(1970, 1, 1).toordinal() for day in days]
    assert column.labels() == [day.isoformat() for day in days]
    assert notices


CLOCKS = ["%H:%M", "%H:%M:%S", "%I:%M %p", "%I:%M:%S%p"]


@pytest.mark.parametrize("clock", CLOCKS)
@pytest.mark.parametrize("form", ["%Y-%m-%d ", "%Y-%m-%dT", "%m/%d/%Y ", "%d %b %Y, "])
@given(moments=st.lists(st.datetimes(dt.datetime(1990, 1, 1), dt.datetime(2030, 1, 1)), max_size=8))
@settings(max_examples=10)
def test_the_time_of_the_day_is_a_part_of_it(form: str, clock: str, moments: list[dt.datetime]) -> None:
    moments = [dt.datetime(2023, 3, 25, 13, 5), *moments]
    column, _ = read_column("when", [moment.strftime(form + clock) for moment in moments])
    resolution = 1 if "%S" in clock else 60
    expected = [(m - dt.datetime(1970, 1, 1)).total_seconds() // resolution * resolution / 86_400 for m in moments]
    np.testing.assert_allclose(column.values, expected, rtol=0, atol=1e-9)


@given(st.lists(st.times(), min_size=1, max_size=8))
def test_times_of_the_day_are_hours(times: list[dt.time]) -> None:
    for form in CLOCKS:
        column, _ = read_column("clock", [time.strftime(form) for time in times])
        expected = [t.hour + t.minute / 60 + (t.second / 3600 if "%S" in form else 0) for t in times]
        assert column.kind == "time"
        np.testing.assert_allclose(column.values, expected)


MOMENTS = st.datetimes(dt.datetime(1900, 1, 1), dt.datetime(2100, 1, 1))


@given(st.lists(MOMENTS.filter(lambda moment: moment.microsecond != 500_000), min_size=1))
def test_the_parts_of_a_date_are_those_of_the_calendar(moments: list[dt.datetime]) -> None:
    days = np.array([(m - dt.datetime(1970, 1, 1)).total_seconds() / 86_400 for m in moments] + [np.nan])
    rounded = [m + dt.timedelta(seconds=round(m.microsecond / 1e6), microseconds=-m.microsecond) for m in moments]
    for part, of in {
        "year": lambda m: m.year, "month": lambda m: m.month, "weekday": lambda m: m.weekday(),
        "hour": lambda m: m.hour + m.minute / 60 + m.second / 3600,
    }.items():  # fmt: skip
        found = part_of(days, part)
        assert np.isnan(found[-1])
        np.testing.assert_allclose(found[:-1], [of(m) for m in rounded])


@pytest.mark.parametrize(
    ("cells", "day"),
    [
        (["1/2/2023", "13/2/2023"], "2023-02-01"),
        (["1/2/2023", "2/13/2023"], "2023-01-02"),
        (["1.2.2023", "3.4.2023"], "2023-02-01"),
        (["1/2/2023", "1/3/2023", "1/4/2023", "1/5/2023", "2/1/2023"], "2023-01-02"),  # then sorted
        (["5/5/2023", "6/6/2023"], "2023-05-05"),
        (["01/02/69", "25/12/70"], "1969-02-01"),
        (["01/02/68", "25/12/67"], "2068-02-01"),
        (["1949-01", "1949-02", "1960-12"], "1949-01-01"),
        (["2023/11", "2024/02"], "2023-11-01"),
    ],
)
def test_the_order_is_found_in_the_column(cells: list[str], day: str) -> None:
    column, _ = read_column("when", cells)
    assert column.labels()[0] == day


@pytest.mark.parametrize("cells", [["1/2/2023", "3/4/2022"], ["01-02-03", "04-05-06"], ["24.01.05", "24.02.05"]])
def test_an_order_that_nothing_settles_is_asked_for_and_the_option_decides(cells: list[str]) -> None:
    column, _ = read_column("when", cells)
    assert "--date-order" in column.question
    orders = {}
    for order in ("ymd", "dmy", "mdy"):
        if order in column.question:
            told = Told.of(DataOptions(date_order=order))
            found, _ = read_column("when", cells, told=told)
            assert (found.kind, found.question) == ("date", "")
            orders[order] = found.labels()[0]
    assert len(set(orders.values())) > 1
    assert all(day is not None and day in column.question for day in orders.values())


def test_another_column_tells_the_order() -> None:
    columns, _ = read_columns(["a", "b"], [["1/2/2023", "3/4/2022"], ["25/12/2022", "1/2/2023"]], where="t")
    assert columns[0].labels() == ["2023-02-01", "2022-04-03"]


@pytest.mark.parametrize(
    "cells", [["13/13/2023", "1/2/2023"], ["2023-02-30", "2023-02-01"], ["13/2/2023", "2/13/2023"], ["1.2.3", "4.5.6"]]
)
def test_what_is_no_day_is_text(cells: list[str]) -> None:
    assert read_column("when", cells)[0].kind == "text"


def test_zones_count_where_they_differ() -> None:
    same = read_column("t", ["2024-01-05T10:00:00+09:00", "2024-01-05T12:00:00+09:00"])[0]
    assert same.labels() == ["2024-01-05 10:00", "2024-01-05 12:00"]
    mixed = read_column("t", ["2024-01-05T10:00:00+09:00", "2024-01-05T12:00:00Z"])[0]
    assert mixed.labels() == ["2024-01-05 01:00", "2024-01-05 12:00"]


@pytest.mark.parametrize(("name", "kind"), [("created_at", "date"), ("timestamp", "date"), ("price", "number")])
def test_seconds_since_1970_are_dates_where_the_name_says_so(name: str, kind: str) -> None:
    for factor in (1, 1000):
        column, _ = read_columns([name], [np.array([1.7e9, 1.6e9, np.nan]) * factor], where="t")[0][0], None
        assert column.kind == kind
        if kind == "date":
            assert column.labels() == ["2023-11-14 22:13:20", "2020-09-13 12:26:40", None]


def test_what_was_told_must_fit() -> None:
    told = Told(kinds={"x": "date"})
    with pytest.raises(DataError, match='holds "soon"; expected a date'):
        read_columns(["x"], [["2024-01-05", "soon"]], where="t.csv", told=told, line_of=lambda place, text: 3)
    with pytest.raises(DataError, match="holds numbers that are no dates"):
        read_columns(["x"], [np.array([1.0, 2.0])], where="t.csv", told=told)
    assert date_of(0) == "1970-01-01"


@pytest.mark.parametrize(
    "cells",
    [
        ["3 févr. 2023", "24 janv. 2023", "1 déc. 2022"],
        ["3 de febrero de 2023", "24 de enero de 2023", "1 de diciembre de 2022"],
        ["3 февраля 2023", "24 января 2023", "1 декабря 2022"],
        ["03/fev/2023", "24/jan/2023", "01/dez/2022"],
        ["3 feb 2023", "24 gen 2023", "1 dic 2022"],
        ["2023-02-03 00:00:00+00", "2023-01-24 00:00:00+00", "2022-12-01 00:00:00+00"],
        ["Fri Feb 03 00:00:00 2023", "Tue Jan 24 00:00:00 2023", "Thu Dec  1 00:00:00 2022"],
        ["Fri Feb 03 00:00:00 +0000 2023", "Tue Jan 24 00:00:00 +0000 2023", "Thu Dec 01 00:00:00 +0000 2022"],
    ],
)
def test_dates_of_other_countries_and_programs_are_read(cells: list[str]) -> None:
    assert read_column("when", cells)[0].labels() == ["2023-02-03", "2023-01-24", "2022-12-01"]


def test_a_month_before_its_year_is_a_date() -> None:
    assert read_column("when", ["02/2023", "12/2022"])[0].labels() == ["2023-02-01", "2022-12-01"]


@pytest.mark.parametrize("form", ["%d.%m.%y", "%y-%m-%d", "%y.%m.%d"])
def test_years_of_two_digits_vary_less_than_days(form: str) -> None:
    days = [dt.date(2021, 1, 1) + dt.timedelta(days=n * 37 % 900) for n in range(40)]
    column, notices = read_column("when", [day.strftime(form) for day in days])
    assert column.labels() == [day.isoformat() for day in days]
    assert any("since the days then vary more than the years; --date-order decides" in notice for notice in notices)


def test_the_first_of_each_month_does_not_tell_the_order() -> None:
    cells = [f"01.{month:02d}.{year}" for year in (21, 22, 23) for month in range(12, 0, -1)]
    assert "--date-order" in read_column("when", cells)[0].question


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        (["2021-01-05", "0000-00-00"], '"0000-00-00" is no day of the calendar; --missing "0000-00-00"'),
        (["2021-02-30", "2021-01-01"], '"2021-02-30" is no day of the calendar'),
        (["13/2/2023", "2/13/2023"], 'no order of day, month and year fits "13/2/2023" as well as "2/13/2023"'),
    ],
)
def test_why_dates_are_texts_is_told(cells: list[str], why: str) -> None:
    column, notices = read_column("when", cells)
    assert column.kind == "text"
    assert any(why in notice for notice in notices)


@pytest.mark.parametrize("name", ["createdAt", "unixReviewTime", "last_seen", "purchase_dt"])
def test_names_in_camel_case_and_microseconds_are_times(name: str) -> None:
    column = read_columns([name], [np.array([1.7e15, 1.6e15])], where="t")[0][0]
    assert column.labels() == ["2023-11-14 22:13:20", "2020-09-13 12:26:40"]
