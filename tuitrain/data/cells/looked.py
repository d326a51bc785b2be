"""A column of texts as it was found, and what a table's columns tell of how its numbers and dates are written.

`N` rows.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from tuitrain.data.cells import date_cells, number_column
from tuitrain.data.cells.column_format import NUMBER, QUOTED, Told
from tuitrain.data.cells.number_cells import ALL_SIGNS, Cells, Habits, pattern_of, plain, shape_of
from tuitrain.options.data_options import DATE_ORDERS

TEXT_FORMULA = re.compile(r'="(.*)"')
TEXT_APOSTROPHE = re.compile(r"'([^']+)")
ENOUGH_SEEN = 1000  # numbers of a column, to learn how they are written
MOST_EXAMPLES = 3  # of a column's cells that are kept as they are written
MOST_COMPARED = 1000  # different cells among which the most telling one is looked for
LEAST_CODES = 3  # texts of two capital letters, among which NA may be one more


@dataclass(frozen=True)
class NumbersWithWords:
    """A column of plain numbers (N,), NaN where they are missing, some of these by `words`, the rows to the words.

    `first` are the first different cells.
    """

    values: NDArray[np.float64]
    words: Mapping[int, str]
    first: Sequence[str]


@dataclass(frozen=True)
class Looked:
    """A column of texts as it was found: `cells` (N,) stripped, `counts` of the distinct ones.

    `present` are the distinct cells that are no missing value in a column of numbers, as `plain` writes them; they are
    `numbers` if all are in any reading, and `some_numbers` if the first one is.
    """

    name: str
    cells: list[str]
    counts: Counter[str]
    present: dict[str, str]
    numbers: Cells | None
    dates: dict[str, date_cells.Written] | None
    line_of: Callable[[str], int] | None
    some_numbers: Cells | None = None

    @property
    def odd(self) -> str:
        """A cell that is no number, among numbers; empty where that is not known."""
        if self.some_numbers is None:
            return ""
        odd = (pattern for pattern, shape in self.some_numbers.shapes.items() if shape is None)
        return self.some_numbers.by_pattern[next(odd)][0]

    @classmethod
    def at(cls, name: str, cells: Sequence[str], told: Told, line_of: Callable[[str], int] | None) -> Looked:
        """Look at a column's cells."""
        counts = Counter(cells)
        stripped = cells if isinstance(cells, list) else [*cells]
        if any(cell != cell.strip() for cell in counts):
            bare = {cell: cell.strip() for cell in counts}
            stripped = [*map(bare.__getitem__, cells)]
            counts = Counter(stripped)
        if counts and (without := _without_marks_of_texts(stripped)) is not stripped:
            stripped, counts = without, Counter(without)
        form = told.formats.get(name)
        missing = missing_words(told, NUMBER)
        if form is not None and (form.missing is not None or form.also):
            missing = replace(told.over(form), kind=NUMBER).missing_words()
        words = [cell.removeprefix(QUOTED) for cell in counts]
        present = {cell: plain(cell) for cell in words if cell and cell.lower() not in missing}
        numbers, some = None, None
        first = next((text for text in present.values() if not number_column.is_infinite(text)), "")
        if shape_of(pattern_of(first)) is not None:
            some = Cells.of(cell for cell in present.values() if not number_column.is_infinite(cell))
            numbers = some if all(some.shapes.values()) else None
        is_readable = numbers is not None and bool(numbers.readings(ALL_SIGNS))  # 24.1.2023 has digits and points too
        is_date = not is_readable and date_cells.written_date(next(iter(present), "")) is not None
        dates = date_cells.readable(present) if is_date else None
        return cls(
            name,
            stripped,
            counts,
            present,
            numbers,
            dates if dates and len(dates) == len(present) else None,
            line_of,
            some if numbers is None else None,
        )


Found: TypeAlias = Looked | NumbersWithWords | NDArray[np.float64]


def _without_marks_of_texts(cells: list[str]) -> list[str]:
    """The cells without the marks by which spreadsheets keep them texts, if all have one: ="007" and '007."""
    first = next(filter(None, cells), "")
    for mark in (TEXT_FORMULA, TEXT_APOSTROPHE):
        if mark.fullmatch(first) and all(not cell or mark.fullmatch(cell) for cell in cells):
            return [mark.sub(r"\1", cell) for cell in cells]
    return cells


def missing_words(told: Told, kind: str) -> frozenset[str]:
    """The words, in lower case, that are read as missing in a column of that kind."""
    return told.column(kind).missing_words()


def examples_of(found: Looked) -> tuple[str, ...]:
    """A few different cells of a column as they are written; of numbers, one with the most signs comes first."""
    return _examples(list(islice(found.present, MOST_COMPARED)), are_numbers=found.numbers is not None)


def examples_of_numbers(found: NumbersWithWords) -> tuple[str, ...]:
    """A few different cells of a column of numbers, as `examples_of` gives them."""
    words = {*found.words.values()}
    present = (cell for cell in found.first if cell and cell not in words)
    return _examples(list(islice(present, MOST_COMPARED)), are_numbers=True)


def _examples(cells: list[str], *, are_numbers: bool) -> tuple[str, ...]:
    if are_numbers and cells:
        telling = max(cells, key=lambda cell: len({sign for sign in cell if not sign.isalnum()}))
        cells = [telling, *(cell for cell in cells[: MOST_EXAMPLES + 1] if cell != telling)]
    return tuple(cells[:MOST_EXAMPLES])


def learn_habits(columns: Sequence[Found], told: Told, delimiter: str) -> Habits:
    """Learn how numbers are written from the columns that leave no doubt."""
    decimals: Counter[str] = Counter()
    thousands: Counter[str] = Counter()
    for column in columns:
        if isinstance(column, np.ndarray | NumbersWithWords):
            first = (column if isinstance(column, np.ndarray) else column.values)[:ENOUGH_SEEN]
            decimals["."] += int((first[np.isfinite(first)] % 1 > 0).sum())
        elif column.numbers is not None:
            readings = column.numbers.readings(number_column.allowed_signs(told))
            if len(readings) == 1:
                digits = column.numbers.digits
                for counter, sign in ((decimals, readings[0].decimal), (thousands, readings[0].thousands)):
                    counter[sign] += column.numbers.count([p for p, text in digits.items() if sign and sign in text])
    return Habits(delimiter, decimals, thousands)


def learn_order(columns: Sequence[Found], told: Told) -> str | None:
    """The order in which the dates of other columns are written, if they leave no doubt and agree."""
    found = set()
    for column in columns:
        if isinstance(column, Looked) and column.dates and not all(d.is_told for d in column.dates.values()):
            orders = date_cells.fitting_orders(column.dates.values(), allowed_orders(told))
            found |= set(orders) if len(orders) == 1 else set()
    return found.pop() if len(found) == 1 else None


def allowed_orders(told: Told) -> tuple[str, ...]:
    """The orders of a date's parts that the user allows."""
    return DATE_ORDERS if told.date_order is None else (told.date_order,)


def has_code_na(found: Looked) -> bool:
    """Whether NA is likely a value: the other texts are at least three, each of two capital letters."""
    return "NA" in found.counts and are_codes([cell for cell in found.present if cell != "NA"])


def are_codes(texts: Sequence[str]) -> bool:
    """Whether different texts are codes of two capital letters, as of countries: at least three."""
    codes = [text for text in texts if len(text) == 2 and text.isascii() and text.isalpha() and text.isupper()]
    return len(codes) >= LEAST_CODES and len(codes) == len(texts)
