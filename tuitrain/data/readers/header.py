"""Decide whether the first row of a table names its columns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import mode

from tuitrain.data.cells.column_format import MISSING_IN_NUMBERS
from tuitrain.data.readers.delimiters import is_number
from tuitrain.text import quoted
from tuitrain.translation import gettext as _

LEAST_PROGRESS = 4  # numbers that rise evenly, where nothing else speaks for a header
LEAST_ROWS = 5
YEARS = range(1000, 2200)
SHOWN = 3


@dataclass(frozen=True)
class HeaderVerdict:
    """Whether the first row is a header, and why; `is_guessed` where the user should hear of it.

    With `is_open`, nothing settles it, and `why` names both readings. With `names_numbers`, a word stands above
    numbers, which leaves no doubt.
    """

    is_header: bool
    why: str
    is_guessed: bool = False
    is_open: bool = False
    names_numbers: bool = False


def judge_first_row(first: Sequence[str], rest: Sequence[Sequence[str]]) -> HeaderVerdict:
    """Judge the first row by the columns below it, of which `rest` is a sample; all without blanks around them."""
    first = [cell.strip() for cell in first]
    below = [[cell.strip() for cell in row] for row in rest if len(row) == len(first)]
    below = [row for row in below if row != first]
    columns = [[row[place] for row in below] for place in range(len(first))]
    is_numeric = [_is_numeric(column) for column in columns]
    words = [place for place, cell in enumerate(first) if _is_word(cell)]
    numbers = [place for place, cell in enumerate(first) if is_number(cell)]
    heading = [place for place in words if is_numeric[place]]
    if heading:
        why = _("{word} stands above numbers").format(word=quoted(first[heading[0]]))
        return HeaderVerdict(True, why, is_guessed=bool(numbers), names_numbers=True)
    if not numbers:
        return _judge_words(first, columns)
    return _judge_numbers(first, below, columns, numbers, words)


def _is_word(cell: str) -> bool:
    return cell != "" and cell.lower() not in MISSING_IN_NUMBERS and not is_number(cell)


def _is_numeric(column: Sequence[str]) -> bool:
    present = [cell for cell in column if cell and cell.lower() not in MISSING_IN_NUMBERS]
    return bool(present) and all(map(is_number, present))


def _judge_words(first: Sequence[str], columns: Sequence[Sequence[str]]) -> HeaderVerdict:
    """A first row without numbers is data if its cells are among the values below, or are written like them."""
    alike, other = [], []
    for cell, column in zip(first, columns, strict=True):
        if cell and (cell in column or _is_written_alike(cell, column)):
            alike.append(cell)
        elif cell and len(column) >= LEAST_ROWS and len(set(column)) <= len(column) / 2:
            other.append(cell)
    if not alike:
        return HeaderVerdict(True, _("none of its cells stands below it"))
    if not other or len(alike) > 2 * len(other):
        return HeaderVerdict(
            False, _("{cell} stands or is written so below it").format(cell=quoted(alike[0])), is_guessed=True
        )
    if len(other) > 2 * len(alike):
        return HeaderVerdict(
            True, _("{cell} is not among the values below it").format(cell=quoted(other[0])), is_guessed=True
        )
    why = _("{alike} stands or is written so below it, as in a row of data; {other} does not, as in a header").format(
        alike=quoted(alike[0]), other=quoted(other[0])
    )
    return HeaderVerdict(True, why, is_open=True)


def _is_written_alike(cell: str, column: Sequence[str]) -> bool:
    """Whether a cell with digits has the pattern of nearly all cells below it: ``A001`` above ``A002``."""
    if not any(sign.isdigit() for sign in cell) or len(column) < LEAST_ROWS:
        return False
    pattern = _pattern(cell)
    return sum(_pattern(other) == pattern for other in column) >= 0.8 * len(column)


def _pattern(cell: str) -> str:
    return re.sub(r"[^\W\d_]", "x", re.sub(r"\d+", "9", cell))


def _judge_numbers(
    first: Sequence[str], below: Sequence[Sequence[str]], columns: Sequence[Sequence[str]], numbers: Sequence[int],
    words: Sequence[int],
) -> HeaderVerdict:  # fmt: skip
    """A first row with numbers is a header if they count, are years, or lie far outside their columns."""
    values = [float(first[place]) for place in numbers if _is_plain(first[place])]
    is_data = any(first[place] in columns[place] for place in words)
    shown = ", ".join(first[place] for place in numbers[:SHOWN])
    if not is_data and len(values) == len(numbers):
        if _rises(values) and not _others_rise(below, numbers):
            counts_columns = values[0] in (0, 1) and values[1] - values[0] == 1
            is_enough = len(values) >= LEAST_PROGRESS or (len(values) == LEAST_PROGRESS - 1 and values[0] >= 100)
            is_enough = is_enough or (counts_columns and (not first[0] or (len(values) > 2 and _has_points(columns))))
            if is_enough or (len(values) > 2 and words):
                return HeaderVerdict(True, _("{numbers}, … rise evenly").format(numbers=shown), is_guessed=True)
        is_named = len(values) > 1 or (len(first) > 1 and not is_data)
        if is_named and _are_years(values) and 5 * sum(_has_years(columns[place]) for place in numbers) <= len(numbers):
            return HeaderVerdict(True, _("{numbers} are years").format(numbers=shown), is_guessed=True)
        if len(values) > 2 and len(below) >= LEAST_ROWS and _lie_outside(values, [columns[place] for place in numbers]):
            return HeaderVerdict(
                True, _("{numbers}, … lie far outside their columns").format(numbers=shown), is_guessed=True
            )
    if not first[0] and len(first) > 1 and [*first[1:]] == [str(number) for number in range(len(first) - 1)]:
        return HeaderVerdict(True, _("{numbers}, … count the columns").format(numbers=shown), is_guessed=True)
    return HeaderVerdict(False, _("it holds {numbers}, as the rows below do").format(numbers=shown), is_guessed=True)


def _is_plain(cell: str) -> bool:
    return re.fullmatch(r"[+-]?\d+(\.\d+)?", cell) is not None


def _rises(values: Sequence[float]) -> bool:
    if len(values) < 3:
        return False
    steps = [after - before for before, after in pairwise(values)]
    usual = mode(round(step, 6) for step in steps)
    return usual != 0 and all(abs(step - usual) < 1e-6 for step in steps)


def _others_rise(below: Sequence[Sequence[str]], places: Sequence[int]) -> bool:
    rows = [[row[place] for place in places] for row in below[:20]]
    rising = [row for row in rows if all(map(_is_plain, row)) and _rises([float(cell) for cell in row])]
    return 5 * len(rising) > len(rows)


def _has_points(columns: Sequence[Sequence[str]]) -> bool:
    return any("." in cell for column in columns for cell in column)


def _floats(column: Sequence[str]) -> list[float]:
    return [float(cell) for cell in column if _is_plain(cell)]


def _are_years(values: Sequence[float]) -> bool:
    """Whether whole numbers are years that go one way."""
    if not all(value.is_integer() and int(value) in YEARS for value in values):
        return False
    steps = [after > before for before, after in pairwise(values)]
    return len(set(values)) == len(values) and len(set(steps)) <= 1


def _has_years(column: Sequence[str]) -> bool:
    """Whether most of a column's numbers may be years too."""
    found = _floats(column)
    return 2 * sum(value.is_integer() and int(value) in YEARS for value in found) > len(found)


def _lie_outside(values: Sequence[float], columns: Sequence[Sequence[str]]) -> bool:
    """Whether different whole numbers lie beyond the ranges of nearly all columns, by more than a range's width."""
    if len(set(values)) < len(values) or not all(value.is_integer() for value in values):
        return False
    outside = 0
    for value, column in zip(values, columns, strict=True):
        found = _floats(column)
        spread = max(found) - min(found) if found else 0
        outside += bool(found) and not min(found) - spread <= value <= max(found) + spread
    return outside >= 0.8 * len(values)
