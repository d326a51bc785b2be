"""Dates that are written as numbers: ``20240105``, ``202401``, ``20240105133000``, seconds since 1970, days of Excel.

`N` rows; NaN for missing.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from tuitrain.data.cells.date_cells import EPOCH
from tuitrain.text import quoted
from tuitrain.translation import gettext as _

Days: TypeAlias = NDArray[np.float64]
FIRST_DAY, LAST_DAY = 19000101, 21001231
FIRST_MONTH, LAST_MONTH = 190001, 210012
LOOKED_AT = 100  # numbers, before all are
NEVER = 99991231  # the last day of calendars, which stands for no day
SECONDS = (3.0e8, 4.2e9)  # from July 1979 to February 2103
SERIAL_ZERO = 25_569  # days from the zero of spreadsheets, 1899-12-30, to 1970-01-01
LIKELY_SERIALS = (30_000, 60_000)  # from 1982 to 2064
SERIALS = (10_000, 100_000)  # from 1927 to 2173, if they are said to be dates
LEAST_MONTHS, MOST_OF_MONTHS = 12, 0.8  # by which a column is one of months, whatever its name
LEAST_OF_DATES = 0.8  # of the different numbers, where the others may stand for a missing date
LEAST_LIKE_DATES = 10_000
NAMED_AS_TIME = re.compile(
    r"(?i)(?:^|[^a-z])(?:time|date|day|timestamp|ts|epoch|unix|created|updated|at|utc|dt|datetime|seen|dob|birthday)"
    r"(?:$|[^a-z])|zeit|datum|일시|日時|时间|時間"
)
NAMED_AS_DATE = re.compile(
    r"(?i)(?:^|[^a-z])(?:dates?|datum|dato|fecha|dt|dob|birthdate|birthday|created|updated)(?:$|[^a-z])"
    r"|datum|날짜|일자|생년월일|日付|日期|年月日"
)
NAMED_AS_MONTH = re.compile(
    r"(?i)(?:^|[^a-z])(?:months?|ym|yyyymm|yearmonth|period|monat|mois|mes)(?:$|[^a-z])|년월|연월|年月|月份"
)
PLAIN = re.compile(r"[0-9]+(?:\.[0-9]+)?")
HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")  # of createdAt


def is_named(name: str, pattern: re.Pattern[str]) -> bool:
    """Whether a column's name has one of the words."""
    return pattern.search(HUMP.sub("_", name)) is not None


def guessed_days(name: str, values: Days) -> Days | None:
    """The days since 1970-01-01 of a column of numbers (N,) that are dates by what they look like; None if not."""
    low, high = float(np.fmin.reduce(values, initial=np.inf)), float(np.fmax.reduce(values, initial=-np.inf))
    if not LIKELY_SERIALS[0] <= low <= high:
        return None
    days = None
    if low >= FIRST_DAY and len(values) > 1:
        days = compact_days(values) if high <= NEVER else stamp_days(values)
    elif low >= FIRST_MONTH and high <= LAST_MONTH:
        days = month_days(values)
        is_called = is_named(name, NAMED_AS_MONTH) or is_named(name, NAMED_AS_DATE)
        days = days if is_called or (days is not None and _are_most_months(values)) else None
    elif high <= LIKELY_SERIALS[1] and is_named(name, NAMED_AS_DATE):
        return values - SERIAL_ZERO
    return epoch_days(name, values) if days is None else days


def told_days(values: Days) -> Days | None:
    """The days of numbers that the user, or a model, says are dates."""
    for read in (compact_days, month_days, stamp_days):
        days = read(values)
        if days is not None:
            return days
    present = values[~np.isnan(values)]
    if len(present) and SERIALS[0] <= present.min() and present.max() <= SERIALS[1]:
        return values - SERIAL_ZERO
    return epoch_days("time", values)


def days_of_cells(cells: Mapping[str, str]) -> dict[str, float]:
    """Each cell to its days, by the number that is its value here; empty if any is none, or no date."""
    if not all(PLAIN.fullmatch(text) for text in cells.values()):
        return {}
    days = told_days(np.array([float(text) for text in cells.values()]))
    return {} if days is None else dict(zip(cells, days.tolist(), strict=True))


def compact_days(values: Days) -> Days | None:
    """The days of numbers such as 20240105, (N,); None if any number is none of these."""
    return _converted(values, _compact_day)


def month_days(values: Days) -> Days | None:
    """The first days of months such as 202401, (N,); None if any number is none of these."""
    return _converted(values, lambda number: _day(number // 100, number % 100, 1))


def stamp_days(values: Days) -> Days | None:
    """The days of numbers such as 20240105133000, or without seconds, (N,); None if any number is none of these."""
    present = values[~np.isnan(values)]
    if not len(present) or present.min() <= 0:
        return None
    seconds = 100 if present.min() >= 1e13 else 1
    return _converted(values, lambda number: _stamp(number // seconds, number % 100 if seconds == 100 else 0))


def epoch_days(name: str, values: Days) -> Days | None:
    """The days of numbers that are seconds, milli- or microseconds since 1970, (N,); None if they are none of these.

    Only where the column's name says that it is a time: 1,500,000,000 may be any number.
    """
    if not is_named(name, NAMED_AS_TIME):
        return None
    present = values[~np.isnan(values)]
    if not len(present):
        return None
    for unit in (1.0, 1e3, 1e6):
        if SECONDS[0] * unit <= present.min() and present.max() <= SECONDS[1] * unit:
            return values / (86_400 * unit)
    return None


def hint(name: str, values: Days) -> str:
    """Say that numbers which stay numbers may be dates; empty where nothing speaks for it."""
    high = float(np.fmax.reduce(values, initial=-np.inf))
    first = values[~np.isnan(values)][:LOOKED_AT]
    if high < LEAST_LIKE_DATES or not len(first) or (first % 1 != 0).any():
        return ""
    is_called = is_named(name, NAMED_AS_DATE)
    if not is_called and 2 * sum(_compact_day(int(value)) is not None for value in first) < len(first):
        return ""
    present = np.unique(values[np.isfinite(values)])
    if len(present) > 5 and high >= FIRST_DAY:
        others = present[[_compact_day(int(value)) is None for value in present.tolist()]]
        if 0 < len(others) <= (1 - LEAST_OF_DATES) * len(present):
            mark = f"{others[0]:.0f}"
            example = next(f"{value:.0f}" for value in present if value not in others)
            return _(
                "most numbers are dates such as {example}, but {mark} is none, so that all are taken as numbers; "
                "--missing {mark} reads it as missing"
            ).format(example=example, mark=mark)
    if present[0] >= LEAST_LIKE_DATES and is_called:
        return _(
            "called a date, but {example} is taken as a number; write dates as 2024-01-05, or, if these are days of a "
            "spreadsheet or seconds since 1970: --type {option}"
        ).format(example=f"{present[0]:.0f}", option=quoted(f"{name}=date"))
    return ""


def _converted(values: Days, day_of: Callable[[int], float | None]) -> Days | None:
    """The days (N,) of numbers by what converts one; None if any is no date."""
    present = values[~np.isnan(values)]
    if not len(present) or present.min() < FIRST_MONTH or present.max() > 1e15:
        return None
    if any(value % 1 != 0 or day_of(int(value)) is None for value in present[:LOOKED_AT].tolist()):
        return None
    if (present != np.floor(present)).any():
        return None
    found = {}
    for value in np.unique(present):
        day = day_of(int(value))
        if day is None:
            return None
        found[value] = day
    return np.array([found.get(value, math.nan) for value in values], np.float64)


def _compact_day(number: int) -> float | None:
    if not FIRST_DAY <= number <= LAST_DAY and number != NEVER:
        return None
    return _day(number // 10_000, number // 100 % 100, number % 100)


def _stamp(number: int, second: int) -> float | None:
    """The day of year, month, day, hour and minute in one number."""
    day = _compact_day(number // 10_000)
    hour, minute = number // 100 % 100, number % 100
    if day is None or hour > 23 or minute > 59 or second > 60:
        return None
    return day + (hour * 3600 + minute * 60 + second) / 86_400


def _day(year: int, month: int, day: int) -> float | None:
    if not 1900 <= year <= 9999:
        return None
    try:
        return float(date(year, month, day).toordinal() - EPOCH)
    except ValueError:
        return None


def _are_most_months(values: Days) -> bool:
    """Whether they are most months of a time: the usual column of months leaves few out."""
    numbers = np.unique(values[~np.isnan(values)])
    first, last = int(numbers[0]), int(numbers[-1])
    span = 12 * (last // 100 - first // 100) + last % 100 - first % 100 + 1
    return len(numbers) >= LEAST_MONTHS and len(numbers) >= MOST_OF_MONTHS * span
