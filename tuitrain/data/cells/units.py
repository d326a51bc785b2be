"""Units behind the numbers of a column: ``12 kg``, ``30 years``, ``3rd``; letters for thousands: ``1.2K``."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from tuitrain.data.cells.column_format import SCALED
from tuitrain.data.cells.looked import Looked
from tuitrain.data.cells.number_cells import AS_NINES, MOST_PATTERNS, pattern_of, plain, shape_of
from tuitrain.text import quoted
from tuitrain.translation import gettext as _

UNIT = re.compile(
    r"(?P<number>.*[0-9.,]) ?"
    r"(?P<unit>[^\W\d_]{1,12}\.?|[^\W\d_%°‰²³/·]{0,6}[%°‰²³/·][^\W\d_%°‰²³/·]{0,6}[²³]?)"
)
ORDINAL = "th"
ORDINALS = frozenset({"st", "nd", "rd", ORDINAL})
KNOWN = frozenset({
    "mm", "cm", "m", "km", "in", "inch", "ft", "yd", "mi", "µm", "um", "nm", "g", "kg", "mg", "µg", "t", "lb", "oz",
    "ton", "s", "sec", "second", "ms", "min", "minute", "h", "hr", "hour", "day", "week", "month", "yr", "year", "hz",
    "khz", "mhz", "ghz", "°c", "°f", "°", "pa", "hpa", "kpa", "bar", "mbar", "psi", "wh", "kwh", "mwh", "w",
    "kw", "mw", "mv", "kv", "ma", "l", "ml", "dl", "m²", "m³", "m/s", "km/h", "kmh", "mph", "‰", "ppm",
    "ppb", "mol", "mmol", "mmhg", "mg/dl", "g/l", "mg/l", "kcal", "cal", "db", "px", "bpm", "rpm", "kb", "mb", "gb",
    "tb", "pct", "percent", "point", "pt", "sqft", "cc", "hp", "mpg", "km/kg", "kmpl", "bhp", "jahr", "tag", "stunde",
    "ans", "jour", "año", "세", "살", "년", "개월", "월", "일", "시간", "분", "초", "명", "개", "원", "층", "회", "점",
    "년차", "歳", "年", "月", "日", "人", "個", "円", "階", "時間", "分", "秒", "岁", "个", "元", "楼",
})  # fmt: skip
SCALES = {
    "k": 1e3, "K": 1e3, "M": 1e6, "B": 1e9, "Mn": 1e6, "mn": 1e6, "Bn": 1e9, "bn": 1e9, "T": 1e12, "천": 1e3, "만": 1e4,
    "억": 1e8, "千": 1e3, "万": 1e4, "亿": 1e8, "億": 1e8, "KB": 1e3, "kB": 1e3, "MB": 1e6, "GB": 1e9,
    "TB": 1e12, "lakh": 1e5, "crore": 1e7,
}  # fmt: skip
MANY = 10  # different cells, above which an unknown unit is one, and below which ordinals are classes
MOST = 0.8  # of the different cells, that have one unit
BARE = 5  # cells, of which one may lack the unit


@dataclass(frozen=True)
class WithUnits:
    """Each cell of a column to its number as it is written, and what it is multiplied by; `unit` is what all have."""

    unit: str
    numbers: dict[str, str]
    factors: dict[str, float]


def with_unit(cell: str) -> tuple[str, str] | None:
    """Split ``70 kg`` into its number and its unit; None for any other cell."""
    cell = plain(cell)
    places = _places(cell.translate(AS_NINES))
    return None if places is None else (cell[: places[0]], cell[places[1] :])


@lru_cache(MOST_PATTERNS)
def _places(pattern: str) -> tuple[int, int] | None:
    """Where the number ends and the unit begins in cells whose digits, as nines, make this pattern."""
    match = UNIT.fullmatch(pattern)
    return None if match is None or not _is_number(match["number"]) else (match.end("number"), match.start("unit"))


def split_units(cells: Collection[str], *, is_told: bool = False) -> WithUnits | None:
    """Split the different cells of a column into numbers and the unit that they have in common; None if there is none.

    A few may lack it. An unknown unit counts if the user told that these are numbers, or if there are many.
    """
    parts: dict[str, tuple[str, str]] = {}
    for cell in cells:
        parts[cell] = with_unit(cell) or (plain(cell), "")
        if not parts[cell][1] and not _is_number(parts[cell][0]):
            return None
    if len(parts) < 2:
        return None
    units = {_singular(unit) for _number, unit in parts.values()}
    bare = sum(not unit for _number, unit in parts.values())
    if len(units) > 1 and units <= {*SCALES, ""} and bare < len(parts):
        factors = {cell: SCALES.get(_singular(unit), 1.0) for cell, (_number, unit) in parts.items()}
        return WithUnits(SCALED, {cell: number for cell, (number, _unit) in parts.items()}, factors)
    named = units - {""}
    if len(named) != 1 or bare * BARE > len(parts):
        return None
    (unit,) = named
    is_sure = is_told or len(parts) > MANY or (unit.lower() in KNOWN and unit != ORDINAL)
    numbers = {cell: number for cell, (number, _unit) in parts.items()}
    return WithUnits(unit, numbers, {}) if is_sure else None


def by_unit(cells: Collection[str], unit: str) -> WithUnits:
    """Split those of the cells that are numbers with this unit, or without any."""
    numbers, factors = {}, {}
    for cell in cells:
        number, found = with_unit(cell) or (plain(cell), "")
        found = _singular(found)
        if found in {"", unit} or (unit == SCALED and found in SCALES):
            numbers[cell] = number
            factors[cell] = SCALES.get(found, 1.0) if unit == SCALED else 1.0
    return WithUnits(unit, numbers, factors)


def values(split: WithUnits, known: Mapping[str, float]) -> dict[str, float]:
    """Each cell to its value, by the values of the numbers as they are written."""
    return {
        cell: known[number] * split.factors.get(cell, 1.0) for cell, number in split.numbers.items() if number in known
    }


def as_written(found: Looked) -> Looked:
    """The column with its cells as they are, each of which then has a value of its own."""
    return replace(found, present={cell: cell for cell in found.present})


def remark(name: str, split: WithUnits, known: Mapping[str, float]) -> str:
    """Say how numbers with a unit are read."""
    example = next(cell for cell, number in split.numbers.items() if number != plain(cell))
    what = with_unit(example)
    how = _("{unit} is read off") if split.unit != SCALED else _("{unit} multiplies, and the like")
    return _("numbers as {cell} are read as {value} ({how}); --type {option} keeps texts").format(
        cell=quoted(example), value=f"{known[example]:.12g}", how=how.format(unit=what[1] if what else ""),
        option=quoted(f"{name}=text"),
    )  # fmt: skip


def different_units(cells: Collection[str]) -> list[str]:
    """The units of a column of nothing but numbers with units, in order; empty if other cells are among them."""
    units: dict[str, None] = {}
    for cell in cells:
        part = with_unit(cell)
        if part is None:
            return []
        units[_singular(part[1])] = None
    return list(units)


def same_unit(cells: Collection[str]) -> tuple[str, str] | None:
    """The first of the cells and its number, if most have a number and all of these one unit."""
    split = {cell: found for cell in cells if (found := with_unit(cell)) is not None}
    numbers = [cell for cell in cells if _is_number(plain(cell))]
    if len({unit for _number, unit in split.values()}) != 1 or len(split) + len(numbers) < MOST * len(cells):
        return None
    first = next(iter(split))
    return (first, split[first][0]) if len(cells) > 1 else None


def _singular(unit: str) -> str:
    """A unit as it is compared: 1st and 2nd are ordinals, years are a year."""
    unit = unit.removesuffix(".")
    if unit in ORDINALS:
        return ORDINAL
    return unit.removesuffix("s") if len(unit) > 3 and unit.isascii() else unit


def _is_number(text: str) -> bool:
    return shape_of(pattern_of(text)) is not None
