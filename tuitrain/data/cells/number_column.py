"""Decide whether a column of numbers is one, and what its signs mean."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuitrain.data.cells.column_format import NUMBER, SCALED, ColumnFormat, Told
from tuitrain.data.cells.number_cells import (
    ALL_SIGNS,
    LARGEST_EXACT,
    MOST_PATTERNS,
    Cells,
    Habits,
    Shape,
    SignMeaning,
    choose_signs,
    decimal_place,
    pattern_of,
    shape_of,
    values_of,
)
from tuitrain.text import quoted
from tuitrain.translation import gettext as _

INFINITE = re.compile(r"[+-]?inf(?:inity)?", re.IGNORECASE)
PLAIN_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]*)?(?:e[+-]?[0-9]+)?")
TWO_DECIMALS = re.compile(r"[0-9]{1,3}\.(?:[0-9]|[1-9]0)")
VERSION = re.compile(
    r"(?i)(?:^|[^a-z])(?:version|ver|release|revision|firmware|build)(?:$|[^a-z])|버전|版本|バージョン"
)
FEW = 20  # different numbers, among which two that are one may be versions
LEAST_TELEPHONE = 9  # digits
LEAST_GROUPED = 5
GROUPED = re.compile(r"999(?P<sign>[. ])999(?:(?P=sign)999)+")
LEAST_PADDED = 0.1  # of the distinct cells, from which zeros in front belong to a code
SIGN_NAMES = {",": "comma", ".": "point", " ": "space", "'": "apostrophe"}


@dataclass(frozen=True)
class NotNumbers:
    """The column is text: `why` is what the user is told."""

    why: str


@dataclass(frozen=True)
class Undecided:
    """Two readings give other values: what the user is asked."""

    question: str


def is_infinite(cell: str) -> bool:
    """Whether it is ``inf``, ``-Infinity`` and the like."""
    return ("i" in cell or "I" in cell) and INFINITE.fullmatch(cell) is not None


def is_finite_number(cell: str) -> bool:
    """Whether a `plain` cell has the shape of a number in any reading."""
    return _is_number(pattern_of(cell))


@lru_cache(MOST_PATTERNS)
def _is_number(pattern: str) -> bool:
    shape = shape_of(pattern)
    return shape is not None and any(decimal_place(shape.digits(pattern), signs) is not None for signs in ALL_SIGNS)


def is_number(cell: str) -> bool:
    """Whether it is a number or infinite."""
    return is_infinite(cell) or is_finite_number(cell)


def allowed_signs(told: Told) -> list[SignMeaning]:
    """The meanings of signs that the user allows."""
    return [
        signs for signs in ALL_SIGNS
        if told.decimal in {None, signs.decimal} and told.thousands in {None, signs.thousands}
    ]  # fmt: skip


def spelled_twice(cells: Iterable[str]) -> tuple[str, str] | None:
    """Two cells that are one number but for zeros behind the point, as versions 1.1 and 1.10 are; or None."""
    seen: dict[str, str] = {}
    for cell in cells:
        if TWO_DECIMALS.fullmatch(cell) and (other := seen.setdefault(cell.rstrip("0"), cell)) != cell:
            return min(other, cell, key=len), max(other, cell, key=len)
    return None


def is_doubtful(
    values: NDArray[np.float64], told: Told, delimiter: str, *, has_point: Callable[[], bool]
) -> bool:  # fmt: skip
    """Whether numbers (N,) that are written plainly may mean others: their points may separate thousands.

    `has_point` finds whether any is written with a point, as 45.000 is, whose value does not show it.
    """
    if told.decimal == "," or told.thousands == ".":
        return has_point()
    return told.decimal is None and told.thousands is None and _may_have_thousands(values, delimiter, has_point)


def has_points_of_thousands(form: ColumnFormat, told: Told) -> bool:
    """Whether a point is no decimal sign in a column of a model, whose signs the user may tell otherwise."""
    form = with_told_signs(form, told)
    return form.kind == NUMBER and (form.decimal == "," or form.thousands == ".")


def _may_have_thousands(values: NDArray[np.float64], delimiter: str, has_point: Callable[[], bool]) -> bool:
    """Whether they are like 6.148 beside 881; without the latter, points are decimal in files split by commas."""
    if delimiter != "," and not (values[:1000] % 1 > 0).any() and (np.abs(values[:1000]) < 1000).any():
        present = np.abs(values[np.isfinite(values)])
        if len(present) and present.max() < 1000 and present.min() >= 1 and not (present % 1 > 0).any():
            return has_point()  # 45.000 beside 52.000
    for part in (values[:1000], values):
        present = np.abs(part[np.isfinite(part)])
        broken = present[present % 1 > 0]
        if not len(broken) or (len(broken) == len(present) and delimiter == ","):
            return False
        if present.max() >= 1000 or broken.min() < 1:
            return False
        thousandths = broken * 1000
        if (np.abs(thousandths - np.round(thousandths)) > 1e-6).any():
            return False
    return True


def with_told_signs(form: ColumnFormat, told: Told) -> ColumnFormat:
    """The format with the signs that the user tells in place of a model's."""
    decimal = form.decimal if told.decimal is None else told.decimal
    thousands = form.thousands if told.thousands is None else told.thousands
    return replace(form, decimal=decimal, thousands="" if thousands == decimal else thousands)


def decide(
    name: str, cells: Cells, told: Told, habits: Habits, *, is_told: bool = False
) -> tuple[ColumnFormat, str] | NotNumbers | Undecided:
    """Decide how a column of nothing but numbers is read: its format, and a remark if it is not plain.

    With `is_told`, the user says that it holds numbers: codes with zeros in front and long ids are then numbers too.
    """
    shapes = [shape for shape in cells.shapes.values() if shape is not None]
    currencies = sorted({shape.currency for shape in shapes if shape.currency})
    if len(currencies) > 1:
        return NotNumbers(
            _("taken as text, since it has amounts in {currencies}").format(currencies=", ".join(currencies))
        )
    if not is_told and (why := _why_codes(name, cells)):
        return NotNumbers(why)
    twice = spelled_twice(cell for members in cells.by_pattern.values() for cell in members)
    if twice and not is_told and VERSION.search(name):
        return NotNumbers(
            _("taken as text, since {one} and {two} are one number; --type {option} makes them one").format(
                one=quoted(twice[0]), two=quoted(twice[1]), option=quoted(f"{name}=number")
            )
        )
    readings = cells.readings(allowed_signs(told))
    if not readings and told.decimal is None:  # the sign of thousands that was told need not be in every column
        readings = cells.readings(ALL_SIGNS)
    if not readings:
        return NotNumbers(_why_no_reading(cells, told))
    signs = choose_signs(cells, readings, habits)
    if signs is None:
        return Undecided(_sign_question(name, cells, readings))
    has_percent = any(shape.is_percent for shape in shapes)
    form = told.column(
        NUMBER, decimal=signs.decimal, thousands=signs.thousands, percent=has_percent,
        currency=currencies[0] if currencies else "",
    )  # fmt: skip
    values = values_of(cells, form)
    bare = next((cell for members in cells.by_pattern.values() for cell in members if cell not in values), None)
    if bare is not None:
        return Undecided(_percent_question(name, cells, bare))
    remark = _remark(name, cells, form, values, is_guessed=len(readings) > 1)
    if twice and not is_told and not remark and cells.count(list(cells.by_pattern)) <= FEW:
        remark = _("{one} and {two} become one number; --type {option} keeps them apart").format(
            one=quoted(twice[0]), two=quoted(twice[1]), option=quoted(f"{name}=text")
        )
    return form, remark


def _why_codes(name: str, cells: Cells) -> str:
    """Say why whole numbers are codes: zeros in front of many, or more digits than a number keeps; empty if not."""
    if (why := _why_numbers_of_telephones(name, cells)) or (why := _why_grouped_codes(name, cells)):
        return why
    padded: list[str] = []
    count, has_decimals, widths = 0, False, set()
    for pattern, members in cells.by_pattern.items():
        shape = cells.shapes[pattern]
        assert shape is not None
        count += len(members)
        digits = shape.digits(pattern)
        has_decimals = has_decimals or digits.strip("09") != "" or shape.stop != shape.end
        widths.add(len(digits))
        padded += members if shape.has_leading_zero else []
        if len(digits) >= len(str(LARGEST_EXACT)) and not digits.strip("09") and shape.stop == shape.end:
            huge = next((cell for cell in members if int(shape.digits(cell)) > LARGEST_EXACT), None)
            if huge is not None:
                return _(
                    "taken as text, since a number keeps 15 digits and {cell} has {count}; --type {option} makes it one"
                ).format(cell=quoted(huge), count=len(digits), option=quoted(f"{name}=number"))
    is_code = padded and not has_decimals and (len(widths) == 1 or len(padded) >= LEAST_PADDED * count)
    if not is_code:
        return ""
    return _("taken as text, since {cell} begins with a zero as codes do; --type {option} reads numbers").format(
        cell=quoted(padded[0]), option=quoted(f"{name}=number")
    )


def _why_numbers_of_telephones(name: str, cells: Cells) -> str:
    """Say why numbers that all begin with a plus and have many digits are codes; empty if they do not."""
    for pattern in cells.by_pattern:
        if not pattern.startswith("+") or pattern.count("9") < LEAST_TELEPHONE or pattern.strip("+9 "):
            return ""
    first = next(iter(cells.by_pattern.values()))[0]
    return _(
        "taken as text, since {cell} begins with a plus as numbers of telephones do; --type {option} reads numbers"
    ).format(cell=quoted(first), option=quoted(f"{name}=number"))


def _why_grouped_codes(name: str, cells: Cells) -> str:
    """Say why cells such as 192.168.100.101 are codes: many of them, and each has as many full groups of digits."""
    (pattern, members), *others = cells.by_pattern.items()
    if others or len(members) < LEAST_GROUPED or GROUPED.fullmatch(pattern) is None:
        return ""
    return _(
        "taken as text, since all cells have as many full groups of digits as {cell}; --type {option} reads numbers"
    ).format(cell=quoted(members[0]), option=quoted(f"{name}=number"))


def _first_with(cells: Cells, wanted: Callable[[Shape, str], bool]) -> str | None:
    """The first cell whose shape and pattern are wanted."""
    for pattern, members in cells.by_pattern.items():
        shape = cells.shapes[pattern]
        if shape is not None and wanted(shape, pattern):
            return members[0]
    return None


def _first_not_zero(
    cells: Cells, wanted: Callable[[Shape, str], bool], values: Mapping[str, float]
) -> str | None:  # fmt: skip
    """The first such cell that shows how it is read, as ``0%`` does not."""
    for pattern, members in cells.by_pattern.items():
        shape = cells.shapes[pattern]
        if shape is not None and wanted(shape, pattern):
            for cell in members:
                if values.get(cell):
                    return cell
    return None


def _why_no_reading(cells: Cells, told: Told) -> str:
    if told.decimal is not None or told.thousands is not None:
        signs = allowed_signs(told)
        odd = _first_with(
            cells, lambda shape, pattern: all(decimal_place(shape.digits(pattern), s) is None for s in signs)
        )
        if odd is not None:
            return _("taken as text, since {cell} is no number with the signs that were told").format(cell=quoted(odd))
    comma = _first_with(cells, lambda shape, pattern: "," in shape.digits(pattern))
    point = _first_with(cells, lambda shape, pattern: "." in shape.digits(pattern))
    if comma is not None and point is not None and comma != point:
        return _("taken as text, since it has {comma} as well as {point}").format(
            comma=quoted(comma), point=quoted(point)
        )
    odd = _first_with(
        cells, lambda shape, pattern: all(decimal_place(shape.digits(pattern), s) is None for s in ALL_SIGNS)
    )
    return _("taken as text, since {cell} is no number").format(cell=quoted(odd or ""))


def _sign_question(name: str, cells: Cells, readings: Iterable[SignMeaning]) -> str:
    """Ask what a sign means, with both readings of a cell that differ."""
    first, *others = readings
    for pattern, members in cells.by_pattern.items():
        shape = cells.shapes[pattern]
        assert shape is not None
        digits = shape.digits(pattern)
        other = next((s for s in others if decimal_place(digits, s) != decimal_place(digits, first)), None)
        if other is not None:
            found = [_number_read(members[0], shape, signs) for signs in (first, other)]
            sign = "," if "," in digits else "."
            return _(
                "column {name}: {cell} may be {one} or {other}; say which by --thousands {sign} or --decimal {sign}"
            ).format(name=quoted(name), cell=quoted(members[0]), one=found[0], other=found[1], sign=SIGN_NAMES[sign])
    raise AssertionError(name)


def _number_read(cell: str, shape: Shape, signs: SignMeaning) -> str:
    digits = shape.digits(cell)
    digits = digits.replace(signs.thousands, "") if signs.thousands else digits
    return f"{float(digits.replace(signs.decimal, '.')):.12g}"


def _percent_question(name: str, cells: Cells, bare: str) -> str:
    with_sign = _first_with(cells, lambda shape, pattern: shape.is_percent)
    return _(
        "column {name}: holds {percent} as well as {bare}, which may be a share or a percentage; write all alike, or "
        "leave it out by --drop {name}"
    ).format(name=quoted(name), percent=quoted(with_sign), bare=quoted(bare))


def _remark(
    name: str, cells: Cells, form: ColumnFormat, values: Mapping[str, float], *, is_guessed: bool
) -> str:  # fmt: skip
    """Say how numbers are read that are not written plainly, with an example; empty for plain ones."""
    shapes = {pattern: shape for pattern, shape in cells.shapes.items() if shape is not None}
    in_digits = "".join(shape.digits(pattern) for pattern, shape in shapes.items())
    sign = _(SIGN_NAMES.get(form.thousands, ""))
    ways: list[tuple[Callable[[Shape, str], bool], str]] = [
        (lambda shape, _pattern: bool(shape.currency), _("{currency} is read off").format(currency=form.currency)),
        (
            lambda shape, pattern: bool(form.thousands) and form.thousands in shape.digits(pattern),
            _("the {sign} separates thousands").format(sign=sign),
        ),
        (lambda shape, pattern: form.decimal == "," and "," in shape.digits(pattern), _("the comma is decimal")),
        (lambda shape, _pattern: shape.is_percent, _("a hundredth")),
        (lambda shape, _pattern: shape.has_parentheses, _("parentheses mean a negative number")),
        (lambda shape, _pattern: shape.has_minus_behind, _("a minus behind means a negative number")),
        (lambda shape, _pattern: shape.has_dash_for_cents, _("a dash stands for no cents")),
        (lambda shape, _pattern: shape.has_fortran_exponent, _("D stands before an exponent")),
        (lambda shape, _pattern: shape.has_bare_exponent, _("E stands before an exponent")),
        (lambda shape, _pattern: shape.has_leading_zero, _("zeros in front do not count")),
    ]
    remarks, example = [], None
    for wanted, remark in ways:
        found = _first_with(cells, wanted)
        if found is not None:
            remarks.append(remark)
            example = _first_not_zero(cells, wanted, values) or found if example is None else example
    if example is None:
        return ""
    text = _("numbers as {cell} are read as {value} ({how})").format(
        cell=quoted(example), value=f"{values[example]:.12g}", how=", ".join(remarks)
    )
    if is_guessed:
        other = "--decimal" if form.thousands and form.thousands in ",." else "--thousands"
        sign = SIGN_NAMES["," if "," in in_digits else "."]
        text += _("; {option} {sign} decides otherwise").format(option=other, sign=sign)
    if any(shape.has_bare_exponent for shape in shapes.values()):
        text += _("; --type {option} keeps texts").format(option=quoted(f"{name}=text"))
    return text


def expected(form: ColumnFormat, cell: str = "") -> str:
    """What a cell may be in a format that training found, and the option that reads a `plain` one of another format."""
    number = "1" + (form.thousands + "234" if form.thousands else "234") + form.decimal + "5"
    if form.percent:
        return _("a percentage as in training, such as {example}").format(example="12" + form.decimal + "5%")
    unit = f" {form.unit}" if form.unit and form.unit != SCALED else ""
    text = _("a number as in training, such as {example}").format(example=form.currency + number + unit)
    other = "comma" if form.decimal == "." else "point"
    if values_of(Cells.of([cell]), replace(form, decimal={"comma": ",", "point": "."}[other], thousands="")):
        text += _("; --decimal {sign} reads it").format(sign=other)
    return text


def without(values: NDArray[Any], word: str) -> tuple[NDArray[Any], int]:
    """The numbers (N,) with NaN for each that is `word`, such as -999, and their count."""
    if PLAIN_NUMBER.fullmatch(word) is None:
        return values, 0
    is_word = values == float(word)
    count = int(is_word.sum())
    return (np.where(is_word, np.nan, values) if count else values), count


def as_numbers(cells: Iterable[str], known: Mapping[str, float]) -> NDArray[np.float64]:
    """The values of cells in order, (N,) float64; NaN for those that are not known."""
    return np.array([known.get(cell, math.nan) for cell in cells], np.float64)
