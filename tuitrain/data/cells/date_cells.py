"""Dates and times of day as people write them: ``2024-01-05``, ``5.1.2024 13:05``, ``Jan 5, 2024``, ``1:05 PM``."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tuitrain.data.cells.number_cells import AS_NINES, MOST_PATTERNS, plain
from tuitrain.data.cells.periods import ERAS, are_durations, first_day, hours_of

EPOCH = date(1970, 1, 1).toordinal()
PIVOT = 69  # POSIX: of two digits, 69 to 99 are 1969 to 1999, 00 to 68 are 2000 to 2068
MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january januar janvier janv enero ene janeiro gennaio gen januari января",
            "feb february februar février fevrier févr fevr febrero fevereiro fev febbraio februari февраля",
            "mar march märz marz mars marzo mrz março marco mrt maart марта",
            "apr april avril avr abril abr aprile апреля", "may mai mayo maio maggio mag mei мая",
            "jun june juni juin junio junho giugno giu июня",
            "jul july juli juillet juil julio julho luglio lug июля",
            "aug august août aout agosto ago augustus августа",
            "sep sept september septembre septiembre setembro set settembre сентября",
            "oct october okt oktober octobre octubre outubro out ottobre ott октября",
            "nov november novembre noviembre novembro ноября",
            "dec december dez dezember décembre decembre déc diciembre dic dezembro dicembre декабря",
        ),
        1,
    )
    for name in names.split()
}  # fmt: skip
NAME = rf"(?P<month>{'|'.join(sorted(MONTHS, key=len, reverse=True))})\.?"
WEEKDAY = r"(?:(?:mon|tue|tues|wed|thu|thur|thurs|fri|sat|sun)(?:day|nesday|rsday|urday)?\.?,? +)?"
TIME = (
    r"(?:(?P<noon>오전|오후|午前|午後) *)?(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})"
    r"(?::(?P<second>[0-9]{2}(?:[.,][0-9]+)?))?"
    r" *(?P<half>[ap]\.?m\.?)?"
)
BEHIND = rf"(?:(?:t|[ ,]+){TIME} *(?P<zone>z|utc|gmt|[+-][0-9]{{2}}(?::?[0-9]{{2}})?)?)?"
FORMS = [
    re.compile(WEEKDAY + form + BEHIND, re.IGNORECASE)
    for form in (
        r"(?P<first>[0-9]{4}|[0-9]{1,2})(?P<sign>[-/.])(?P<second_>[0-9]{1,2})(?P=sign)(?P<third>[0-9]{4}|[0-9]{1,2})",
        r"(?P<first>[0-9]{4})(?:\. ?|[년年] ?)(?P<second_>[0-9]{1,2})(?:\. ?|[월月] ?)"
        r"(?P<third>[0-9]{1,2})(?:\.|[일日])?",
        rf"(?P<day>[0-9]{{1,2}})(?:st|nd|rd|th)?[ ./-]*(?:de )?{NAME}[ ,./-]*(?:de )?(?P<year>[0-9]{{4}}|[0-9]{{2}})",
        rf"{NAME} *(?P<day>[0-9]{{1,2}})(?:st|nd|rd|th)?,? +(?P<year>[0-9]{{4}})",
        rf"{NAME}[ ,-]*(?P<year>[0-9]{{4}})",
        rf"(?P<year>[0-9]{{4}})[ -]*{NAME}(?:[ -]*(?P<day>[0-9]{{1,2}}))?",
        r"(?P<year>(?:1[5-9]|20|21)[0-9]{2})[-/](?P<month>0[1-9]|1[0-2])",
        r"(?P<month>0?[1-9]|1[0-2])[-/](?P<year>(?:1[5-9]|20|21)[0-9]{2})",
    )
]
FORMS.append(
    re.compile(rf"{WEEKDAY}{NAME} +(?P<day>[0-9]{{1,2}}) {TIME}(?P<zone> [+-][0-9]{{4}})? (?P<year>[0-9]{{4}})", re.I)
)  # of the C library
FORMS.append(
    re.compile(
        r"(?P<year>(?:19|20|21)[0-9]{2})(?P<month>0[1-9]|1[0-2])(?P<day>[0-3][0-9])[T ]"
        r"(?P<hour>[0-2][0-9]):?(?P<minute>[0-5][0-9])(?::?(?P<second>[0-6][0-9](?:\.[0-9]+)?))?"
        r"(?P<zone>Z|[+-][0-9]{2}(?::?[0-9]{2})?)?"
    )
)  # of ISO 8601, without signs between
NUMBER = re.compile(r"[+-]?9*[.,]?9*")
LETTERS = re.compile(r"[^\W\d_]+")
WORDS = re.compile(
    rf"(?:{'|'.join([*sorted(MONTHS, key=len, reverse=True), *ERAS])}|mon|tue|tues|wed|thu|thur|thurs|fri|sat|sun|day"
    r"|nesday|rsday|urday|t|z|utc|gmt|[ap]m?|m|st|nd|rd|th|de|오전|오후|午前|午後|[년年월月일日元qw분기])+",
    re.IGNORECASE,
)
HAS_DIGIT = re.compile(r"\d")
CLOCK = re.compile(TIME.replace("{1,2}):", "{1,3}):", 1), re.IGNORECASE)
POINTED = re.compile(r"(?:[01]?[0-9]|2[0-3])\.[0-5][0-9]\.[0-5][0-9]")  # 18.00.00, as in Italy and Finland
TWO_NUMBERS = re.compile(r"[0-9]+:[0-9]{2}(?:[.,][0-9]+)?")
LEAST_DAYS, MANY_TIMES = 13, 3  # different days of the month, more than there are months, and times as many as years
Order = Literal["ymd", "dmy", "mdy"]
ORDERS: tuple[Order, ...] = ("ymd", "dmy", "mdy")


@dataclass(frozen=True)
class Written:
    """A date as it was written: its three `fields` in their order, or (year, month, day) with `is_told` order.

    `is_short` means that the field of the year has two digits. `sign` separates the fields. `clock` are the hours of
    the day, NaN without; `zone` the hours ahead of UTC, NaN where none is written.
    """

    fields: tuple[int, int, int]
    is_told: bool
    is_short: bool
    sign: str
    clock: float
    zone: float


@lru_cache(MOST_PATTERNS)
def may_be_date(pattern: str) -> bool:
    """Whether cells whose digits, as nines, make this pattern have digits, and signs or letters that dates have."""
    if HAS_DIGIT.search(pattern) is None or NUMBER.fullmatch(pattern) is not None:
        return False
    return all(WORDS.fullmatch(letters) is not None for letters in LETTERS.findall(pattern))


def written_date(cell: str) -> Written | None:
    """What a cell says if it is a date; None otherwise."""
    cell = plain(cell)
    if not may_be_date(cell.translate(AS_NINES)):
        return None
    begins = first_day(cell, 2000)
    if begins is not None:
        return Written(begins, True, False, " ", math.nan, math.nan)
    for form in FORMS:
        match = form.fullmatch(cell)
        if match is None:
            continue
        parts = match.groupdict()
        clock = _clock(parts)
        if clock is None:
            return None
        zone = _zone(parts["zone"])
        if "first" in parts:
            texts = (parts["first"], parts["second_"], parts["third"])
            if (
                len(texts[0]) == 4 == len(texts[2])
                or max(map(len, texts)) == 1
                or (len(texts[0]) < 4 and len(texts[2]) == 1)
            ):  # both cannot be years, and a year has two or four digits: 1.2.3 is no date
                return None
            fields = (int(texts[0]), int(texts[1]), int(texts[2]))
            is_told = len(texts[0]) == 4
            return Written(fields, is_told, 4 not in map(len, texts), parts.get("sign") or ".", clock, zone)
        year = int(parts["year"])
        year = _whole_year(year) if len(parts["year"]) == 2 else year
        day = int(parts.get("day") or 1)
        month = parts["month"]
        number = int(month) if month.isdigit() else MONTHS[month.lower()]
        return Written((year, number, day), True, False, " ", clock, zone)
    return None


def written_time(cell: str) -> float | None:
    """The hours that a cell says if it is a time of the day, or a duration such as 26:10:00; None otherwise."""
    cell = plain(cell)
    if POINTED.fullmatch(cell) is not None:
        cell = cell.replace(".", ":")
    match = CLOCK.fullmatch(cell)
    return None if match is None else _clock(match.groupdict(), is_duration=True)


def told_time(cell: str, *, has_minutes: bool = False) -> float | None:
    """The hours of a cell that is said to be a time, in words too; with `has_minutes`, 59:30 is less than an hour."""
    hours = written_time(cell)
    if hours is None:
        return hours_of(cell)
    return hours / 60 if has_minutes and TWO_NUMBERS.fullmatch(plain(cell)) else hours


def times_of(cells: Collection[str]) -> tuple[dict[str, float], bool] | None:
    """Each cell to its hours if all are times, or durations in words; and whether those of two numbers are minutes.

    They are where some are beyond a day's hours and others have three numbers: 59:30 beside 1:02:03.
    """
    times: dict[str, float] = {}
    for cell in cells:
        hours = written_time(cell)
        if hours is None:
            return ({cell: hours_of(cell) or 0.0 for cell in cells}, False) if are_durations(cells) else None
        times[cell] = hours
    two = [cell for cell in cells if TWO_NUMBERS.fullmatch(plain(cell))]
    has_minutes = 0 < len(two) < len(times) and any(int(plain(cell).partition(":")[0]) > 23 for cell in two)
    return {cell: told_time(cell, has_minutes=has_minutes) or 0.0 for cell in cells}, has_minutes


def _clock(parts: Mapping[str, str | None], *, is_duration: bool = False) -> float | None:
    """The hours since midnight; NaN where no time is written, None where it is impossible."""
    if parts["hour"] is None:
        return math.nan
    hour, minute = int(parts["hour"]), int(parts["minute"] or 0)
    second = float((parts["second"] or "0").replace(",", "."))
    half = (parts.get("half") or "").replace(".", "").lower()
    half = {"오전": "am", "午前": "am", "오후": "pm", "午後": "pm"}.get(parts.get("noon") or "", half)
    if half and not 1 <= hour <= 12:
        return None
    if minute > 59 or second >= 61 or (hour > 24 and not is_duration):
        return None
    hour = hour % 12 + 12 * (half == "pm") if half else hour
    return hour + minute / 60 + second / 3600


def _zone(text: str | None) -> float:
    if text is None:
        return math.nan
    if text.lower() in {"z", "utc", "gmt"}:
        return 0.0
    digits = text.strip()[1:].replace(":", "")
    return (int(digits[:2]) + int(digits[2:] or 0) / 60) * (-1 if text.strip()[0] == "-" else 1)


def _whole_year(year: int) -> int:
    return year + (1900 if year >= PIVOT else 2000)


def day_number(written: Written, order: str) -> int | None:
    """The days from 1970-01-01 to a date, whose fields are in this order; None if there is no such day."""
    fields = written.fields
    if written.is_told or order == "ymd":
        year, month, day = fields
    elif order == "dmy":
        day, month, year = fields
    else:
        month, day, year = fields
    if written.is_short:
        if year > 99:
            return None
        year = _whole_year(year)
    elif not written.is_told and order == "ymd":
        return None
    try:
        return date(year, month, day).toordinal() - EPOCH
    except ValueError:
        return None


def fitting_orders(dates: Collection[Written], allowed: Collection[str] = ORDERS) -> list[str]:
    """The orders in which each of the dates is a day; empty if some are none in any."""
    return [order for order in ORDERS if order in allowed and all(day_number(d, order) is not None for d in dates)]


def choose_order(
    cells: Sequence[str], dates: Mapping[str, Written], orders: Sequence[str], habit: str | None
) -> tuple[str | None, str]:
    """Choose among the orders that fit, and say by which evidence; None if nothing settles it.

    `habit` is the order of the file's other columns.
    """
    if all(written.is_told for written in dates.values()):
        return "", ""
    different = {tuple(day_number(written, order) for written in dates.values()): order for order in reversed(orders)}
    if len(different) == 1:
        return orders[0], "fits"
    if habit in orders:
        return habit, "habit"
    varied = _order_of_varied_days(dates, orders)
    if varied is not None:
        return varied, "varied"
    if "dmy" in orders and all(w.sign == "." and not w.is_short for w in dates.values()):
        return "dmy", "points"
    sorted_in = [order for order in orders if _is_sorted([day_number(dates[cell], order) for cell in cells])]
    return (sorted_in[0], "sorted") if len(sorted_in) == 1 and len(dates) >= 4 else (None, "")


def _order_of_varied_days(dates: Mapping[str, Written], orders: Sequence[str]) -> str | None:
    """The order in which the days vary and the years do not, if that is one alone: 24.01.23, 15.09.21, 03.06.23.

    The field of the day has most values of three in the course of a few years, that of the year has fewest.
    """
    places = {"ymd": (0, 2), "dmy": (2, 0), "mdy": (2, 1)}
    values = [len({written.fields[place] for written in dates.values()}) for place in range(3)]
    fitting = [
        order for order in orders
        if values[places[order][1]] >= max(LEAST_DAYS, MANY_TIMES * values[places[order][0]])
    ]  # fmt: skip
    return fitting[0] if len(fitting) == 1 and all(not written.is_told for written in dates.values()) else None


def _is_sorted(days: Sequence[int | None]) -> bool:
    numbers = [day for day in days if day is not None]
    pairs = list(pairwise(numbers))
    return all(a <= b for a, b in pairs) or all(a >= b for a, b in pairs)


def has_zones(dates: Iterable[Written]) -> bool:
    """Whether times are written in several zones."""
    return len({written.zone for written in dates if not math.isnan(written.zone)}) > 1


def days_of(dates: Mapping[str, Written], order: str) -> dict[str, float]:
    """Each cell that is a date to its days since 1970-01-01, with the time of the day as a fraction.

    Local times, as they were written; in UTC where the zones differ.
    """
    in_utc = has_zones(dates.values())
    days: dict[str, float] = {}
    for cell, written in dates.items():
        day = day_number(written, order)
        if day is not None:
            zone = written.zone if in_utc and not math.isnan(written.zone) else 0.0
            days[cell] = day + (0.0 if math.isnan(written.clock) else (written.clock - zone) / 24)
    return days


def date_of(days: float) -> str:
    """A day number as text: ``2024-01-05``, with the time if it has one: ``2024-01-05 13:05``."""
    seconds = round(days * 86_400)
    stamp = str(np.datetime64(seconds, "s")).replace("T", " ")
    return stamp.removesuffix(" 00:00:00").removesuffix(":00") if stamp.endswith(":00") else stamp


def clock_of(hours: float) -> str:
    """Hours as text: ``13:05``, ``26:10:30``."""
    seconds = round(hours * 3600)
    text = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}"
    return text if seconds % 60 == 0 else f"{text}:{seconds % 60:02d}"


PARTS = ("days", "year", "month", "weekday", "hour")


def part_of(days: NDArray[np.float64], part: str) -> NDArray[np.float64]:
    """A part of dates given as `days` (N,) since 1970-01-01, (N,) float64; Monday is weekday 0; NaN for missing."""
    if part == "days":
        return days
    missing = np.isnan(days)
    seconds = np.round(np.where(missing, 0.0, days) * 86_400).astype(np.int64)
    whole = seconds // 86_400
    if part == "weekday":
        found = (whole + 3) % 7
    elif part == "hour":
        return np.where(missing, np.nan, (seconds % 86_400) / 3600)
    else:
        months = whole.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
        found = months // 12 + 1970 if part == "year" else months % 12 + 1
    return np.where(missing, np.nan, found.astype(np.float64))


def readable(cells: Iterable[str]) -> dict[str, Written]:
    """Those of the cells that are dates."""
    return {cell: written for cell in cells if (written := written_date(cell)) is not None}
