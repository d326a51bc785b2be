"""Recognise texts that people read as numbers or dates but that are not parsed as such: 10,450, $5, 12 %, 70 kg."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence

from tuitrain.data.table import LEADING_ZERO, MISSING_IN_NUMBERS, NUMBER
from tuitrain.text import quoted
from tuitrain.translation import gettext as _

GROUPED = re.compile(r"[0-9]{1,3}(?:([,.'’ \u00a0\u202f])[0-9]{3}(?:\1[0-9]{3})*)(?:[.,][0-9]+)?")
SIMPLE = re.compile(r"[0-9]+(?:[.,][0-9]*)?|[.,][0-9]+")
DECIMAL_COMMA = re.compile(r"[+-]?(?:[0-9]+(?:,[0-9]*)?|,[0-9]+)(?:[eE][+-]?[0-9]+)?")
AMBIGUOUS = re.compile(r"[1-9][0-9]{0,2}[,.][0-9]{3}")
DRESSED = re.compile(
    r"(?P<open>\(?)(?P<sign>[-+−]?) ?(?P<before>[$€£¥]?) ?"
    r"(?P<digits>[0-9.,](?:[0-9.,'’ \u00a0\u202f]*[0-9.,])?)"
    r"[ \u00a0]?(?P<after>(?:[%‰$€£¥°]|[A-Za-zµ²³/]){0,5})\)?"
)
DATE = re.compile(
    r"(?:[0-9]{4}[-./][0-9]{1,2}[-./][0-9]{1,2}|[0-9]{1,2}[-./][0-9]{1,2}[-./](?:[0-9]{4}|[0-9]{2}))"
    r"(?:[T ][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?"
)
ENOUGH = 0.8  # of a column's distinct texts
EXAMINED = 5000  # cells


def look_alikes(name: str, cells: Sequence[str], line_of: Callable[[str], int] | None = None) -> list[str]:
    """Return notices about a text column that looks like numbers or dates; `line_of` finds the line of a text."""
    found = what_to_write(cells)
    if found is None:
        return []
    line = "" if line_of is None else _(", line {line}").format(line=line_of(found[0]))
    return [
        _("column {name}{line}: taken as text, although {found}").format(name=quoted(name), line=line, found=found[1])
    ]


def what_to_write(cells: Sequence[str]) -> tuple[str, str] | None:
    """Return the first cell of a text column that looks like numbers or dates, and advice on how to write it.

    Return None for any other column.
    """
    cells = cells[:EXAMINED]
    example = _number_like(cells)
    if example is not None:
        return example, _("its values look like numbers; write {example} as {plain}").format(
            example=quoted(example), plain=written_plainly(example)
        )
    present = {cell for cell in map(str.strip, set(cells)) if cell.lower() not in MISSING_IN_NUMBERS}
    dates = {cell for cell in present if DATE.fullmatch(cell)}
    if len(present) < 2 or len(dates) < ENOUGH * len(present):
        return None
    example = next(cell.strip() for cell in cells if cell.strip() in dates)
    return example, _("its values are dates ({example}); years, months or days as numbers would be more useful").format(
        example=quoted(example)
    )


def _number_like(cells: Sequence[str]) -> str | None:
    """Return the first cell that looks like a number if most of the column's cells do; else None."""
    present = {cell for cell in map(str.strip, set(cells)) if cell.lower() not in MISSING_IN_NUMBERS}
    dressed = {cell: match for cell in present if (match := _dressed(cell))}
    odd = {cell for cell in dressed if not NUMBER.fullmatch(cell)}
    units = {match["after"] for cell, match in dressed.items() if cell in odd and match["after"].isalpha()}
    has_code = any(LEADING_ZERO.match(match["digits"]) for match in dressed.values())
    if not odd or has_code or len(units) > 1 or len(present) < 2 or len(dressed) < ENOUGH * len(present):
        return None
    return next(cell.strip() for cell in cells if cell.strip() in odd)


def _dressed(cell: str) -> re.Match[str] | None:
    match = DRESSED.fullmatch(cell)
    return match if match and (GROUPED.fullmatch(match["digits"]) or SIMPLE.fullmatch(match["digits"])) else None


def written_plainly(cell: str) -> str:
    """Return how to write a number-like cell as a number: ``10450``, or both readings if there are two."""
    match = _dressed(cell)
    if match is None:
        raise ValueError(f"{cell!r} does not look like a number")
    minus = "-" if match["sign"] in {"-", "−"} or match["open"] else ""
    digits = match["digits"]
    if AMBIGUOUS.fullmatch(digits):
        is_comma = _("{whole}, or {decimal} if the comma is a decimal one")
        is_point = _("{whole}, or {decimal} if the point is a decimal one")
        return (is_comma if "," in digits else is_point).format(
            whole=minus + _digits(digits, ""), decimal=minus + _digits(digits, digits[-4])
        )
    last = max(digits.rfind(","), digits.rfind("."))
    is_decimal = last >= 0 and digits.count(digits[last]) == 1
    return minus + _digits(digits, digits[last] if is_decimal else "")


def _digits(digits: str, decimal: str) -> str:
    """Return the digits, with a point in place of the decimal sign."""
    return "".join("." if sign == decimal else sign if sign.isdigit() else "" for sign in digits)


def decimal_commas(cells: Collection[str]) -> tuple[int, int]:
    """Count a column's distinct cells whose comma can only be decimal, and those whose comma may separate thousands.

    1,5 is of the first kind, 10,450 of the second. Only a column that holds nothing but numbers has any of the first.
    """
    present = {cell for cell in map(str.strip, cells) if cell.lower() not in MISSING_IN_NUMBERS}
    ambiguous = sum("," in cell and bool(AMBIGUOUS.fullmatch(cell.lstrip("+-"))) for cell in present)
    if not all(DECIMAL_COMMA.fullmatch(cell) for cell in present):
        return 0, ambiguous
    return sum("," in cell for cell in present) - ambiguous, ambiguous
