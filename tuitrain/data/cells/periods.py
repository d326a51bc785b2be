"""Quarters, weeks days of eras, and durations in words: ``2024Q1``, ``2024-W05``, ``令和6年``, ``1h 30m``."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date

from tuitrain.data.cells.number_cells import plain

ERAS = {"明治": 1868, "大正": 1912, "昭和": 1926, "平成": 1989, "令和": 2019}  # their first years
MAY_BE_PERIOD = re.compile(r"[QqWw기年]")
QUARTERS = [
    re.compile(form, re.IGNORECASE)
    for form in (
        r"(?P<year>(?:1[5-9]|20|21)[0-9]{2})[ /.-]?Q(?P<quarter>[1-4])",
        r"Q(?P<quarter>[1-4])[ /.-]?(?P<year>(?:1[5-9]|20|21)[0-9]{2})",
        r"Q(?P<quarter>[1-4])(?: ?[/'-] ?| )(?P<year>[0-9]{2})",
        r"(?P<quarter>[1-4])Q[ /'-]?(?P<year>(?:1[5-9]|20|21)[0-9]{2}|[0-9]{2})",
        r"(?P<year>(?:1[5-9]|20|21)[0-9]{2})년? ?(?P<quarter>[1-4])(?:/4)? ?분기",
    )
]
WEEK = re.compile(
    r"(?P<year>(?:1[5-9]|20|21)[0-9]{2})[ -]?W(?P<week>[0-9]{1,2})(?:-(?P<weekday>[1-7]))?", re.IGNORECASE
)
ERA = re.compile(
    rf"(?P<era>{'|'.join(ERAS)}) ?(?P<year>[0-9]{{1,2}}|元)年 ?(?P<month>[0-9]{{1,2}})月(?: ?(?P<day>[0-9]{{1,2}})日)?"
)
UNITS = (
    r"(?:(?P<d>[0-9]+(?:\.[0-9]+)?) ?(?:d|days?|일|日))?,? ?"
    r"(?:(?P<h>[0-9]+(?:\.[0-9]+)?) ?(?:h|hrs?|hours?|std|시간|時間))?,? ?"
    r"(?:(?P<m>[0-9]+(?:\.[0-9]+)?) ?(?:m|mins?|minutes?|분|分))?,? ?"
    r"(?:(?P<s>[0-9]+(?:\.[0-9]+)?) ?(?:s|secs?|seconds?|초|秒))?"
)
DURATIONS = [
    re.compile(UNITS, re.IGNORECASE),
    re.compile(
        r"P(?:(?P<d>[0-9]+)D)?(?:T(?:(?P<h>[0-9]+)H)?(?:(?P<m>[0-9]+)M)?(?:(?P<s>[0-9]+(?:\.[0-9]+)?)S)?)?",
        re.IGNORECASE,
    ),
    re.compile(
        r"(?P<d>[0-9]+) days?,? (?:\+?(?P<h>[0-9]{1,2}):(?P<m>[0-9]{2}):(?P<s>[0-9]{2}(?:\.[0-9]+)?))?", re.IGNORECASE
    ),
]
HOURS = {"d": 24.0, "h": 1.0, "m": 1 / 60, "s": 1 / 3600}


def first_day(cell: str, whole_year: int) -> tuple[int, int, int] | None:
    """The year, month and day on which a `plain` cell's quarter, week or day of an era begins; None for others.

    `whole_year` is what two digits of a year are counted from: of 69 to 99, it is a century earlier.
    """
    if MAY_BE_PERIOD.search(cell) is None:
        return None
    for form in QUARTERS:
        match = form.fullmatch(cell)
        if match is not None:
            year = int(match["year"])
            if year < 100:
                year += whole_year - (100 if year >= 69 else 0)
            return year, 3 * int(match["quarter"]) - 2, 1
    match = WEEK.fullmatch(cell)
    if match is not None:
        try:
            day = date.fromisocalendar(int(match["year"]), int(match["week"]), int(match["weekday"] or 1))
        except ValueError:
            return None
        return day.year, day.month, day.day
    match = ERA.fullmatch(cell)
    if match is None:
        return None
    count = 1 if match["year"] == "元" else int(match["year"])
    return ERAS[match["era"]] + count - 1, int(match["month"]), int(match["day"] or 1)


def hours_of(cell: str) -> float | None:
    """The hours of a duration in words: ``1h 30m``, ``PT90S``, ``2 days 03:00:00``; None for any other cell."""
    cell = plain(cell)
    for form in DURATIONS:
        match = form.fullmatch(cell)
        if match is not None:
            parts = {unit: text for unit, text in match.groupdict().items() if text}
            if parts:
                return sum(float(text) * HOURS[unit] for unit, text in parts.items())
    return None


def are_durations(cells: Collection[str]) -> bool:
    """Whether all cells are durations in words, and any has two units: a column of ``12 m`` may be metres."""
    if not cells or any(hours_of(cell) is None for cell in cells):
        return False
    return any(len(re.findall(r"[0-9]+", cell)) > 1 or plain(cell)[:1] in "Pp" for cell in cells)
