"""Make columns of cells whose kind is known, and note what is to be told about them.

`N` rows.
"""

from __future__ import annotations

import sys
import unicodedata
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tuitrain.data.cells import date_cells, number_column
from tuitrain.data.cells.booleans import as_booleans
from tuitrain.data.cells.column_format import (
    BOOLEAN,
    DATE,
    MISSING,
    MISSING_IN_NUMBERS,
    NUMBER,
    QUOTED,
    TEXT,
    TIME,
    ColumnFormat,
    Told,
)
from tuitrain.data.cells.date_messages import order_question, why_order
from tuitrain.data.cells.looked import (
    Looked,
    NumbersWithWords,
    has_code_na,
)
from tuitrain.data.cells.number_cells import Habits
from tuitrain.data.cells.remarks import Remarks
from tuitrain.data.cells.unusual import nearly_alike, why_text
from tuitrain.data.notices import about
from tuitrain.data.table import Column, clean_numbers
from tuitrain.errors import DataError
from tuitrain.text import counted, quoted, visible
from tuitrain.translation import gettext as _

MOST_ALIKE = 4  # texts that are named


class ColumnMaker:
    """Makes the columns of one table, and keeps what is to be told about them."""

    def __init__(self, where: str, told: Told, habits: Habits, order_habit: str | None) -> None:
        self._where, self._told, self._habits, self._order_habit = where, told, habits, order_habit
        self.remarks = Remarks()

    def _number(self, found: Looked, form: ColumnFormat, values: dict[str, float]) -> Column:
        known = {cell: values[text] for cell, text in found.present.items() if text in values}
        known |= {cell: float(text) for cell, text in found.present.items() if number_column.is_infinite(text)}
        bare = (
            [cell.removeprefix(QUOTED) for cell in found.cells] if any(map(_is_quoted, found.counts)) else found.cells
        )
        numbers = self._without_missing(found.name, number_column.as_numbers(bare, known), form.given_words)
        self.remarks.count_infinite(found.name, int(np.isinf(numbers).sum()))
        column = clean_numbers(found.name, numbers)[0]
        words = self._count_missing(found, form)
        texts = None
        if any(word in MISSING_IN_NUMBERS - MISSING for word in words):
            kept = {cell: cell if cell.lower() in MISSING_IN_NUMBERS - MISSING else None for cell in found.counts}
            texts = np.array([kept[cell] for cell in found.cells], object)
        return replace(column, texts=texts, format=form)

    def _numbers_with_words(self, name: str, found: NumbersWithWords) -> Column:
        """Make a column of plain numbers with words for missing among them."""
        form = self._told.column(NUMBER)
        for word, count in Counter(found.words.values()).items():
            self.remarks.count_absent(name, word, count)
        texts = None
        may_be_words = {row: word for row, word in found.words.items() if word.lower() in MISSING_IN_NUMBERS - MISSING}
        if may_be_words:
            texts = np.full(len(found.values), None, object)
            for row, word in may_be_words.items():
                texts[row] = word
        return Column(name, "number", found.values, texts=texts, format=form)

    def _boolean(self, found: Looked, words: tuple[str, str], form: ColumnFormat | None = None) -> Column:
        form = form or self._told.column(BOOLEAN, words=words)
        values = as_booleans((cell.removeprefix(QUOTED) for cell in found.cells), words, form.missing_words())
        if isinstance(values, str) and form.allows_others:
            return self._text(found, why="", form=replace(form, kind=TEXT, words=()))
        if isinstance(values, str):
            raise self._refused(found, values, _(" or ").join(map(quoted, words)))
        self._count_missing(found, form)
        return Column(found.name, "boolean", values, words, format=form)

    def _dates(self, found: Looked, dates: dict[str, date_cells.Written], orders: Sequence[str]) -> Column:
        cells = [cell for cell in found.cells if cell in dates]
        order, evidence = date_cells.choose_order(cells, dates, orders, self._order_habit)
        if order is None:
            return replace(self._text(found, told=False), question=order_question(found.name, cells[0], dates, orders))
        return self._days(found, self._told.column(DATE, date_order=order), dates, evidence)

    def _days(self, found: Looked, form: ColumnFormat, dates: dict[str, date_cells.Written], evidence: str) -> Column:
        days = date_cells.days_of(dates, form.date_order)
        self._count_missing(found, form)
        example = next((cell for cell in found.cells if cell in days), "")
        if evidence and example:
            self.remarks.add(
                about(
                    found.name,
                    _("dates as {cell} are read as {day}: {why}; --date-order decides otherwise").format(
                        cell=quoted(example),
                        day=date_cells.date_of(days[example]),
                        why=why_order(form.date_order, evidence),
                    ),
                )
            )
        if date_cells.has_zones(dates.values()):
            self.remarks.share(_("dates have times in several zones: all are read in UTC"), found.name)
        if found.name not in self._told.formats:  # else it was told before training
            self.remarks.share(_("dates: elapsed days and, where they vary, year, month, weekday and hour"), found.name)
        values = number_column.as_numbers((cell.removeprefix(QUOTED) for cell in found.cells), days)
        return Column(found.name, "date", values, format=form)

    def _times(self, found: Looked, hours: dict[str, float], form: ColumnFormat | None = None) -> Column:
        form = form or self._told.column(TIME)
        self._count_missing(found, form)
        text = _("times, read as hours; those of two numbers are minutes and seconds, since some are beyond 23")
        self.remarks.share(text if form.minutes else _("times, read as hours"), found.name)
        values = number_column.as_numbers((cell.removeprefix(QUOTED) for cell in found.cells), hours)
        return Column(found.name, "time", values, format=form)

    def _text(
        self, found: Looked, *, why: str | None = None, told: bool = True, form: ColumnFormat | None = None
    ) -> Column:
        form = form or self._told.column(TEXT)
        words = form.missing_words()
        if form.missing is None and "na" not in form.also and has_code_na(found):
            form = replace(form, missing=tuple(sorted(words - {"na", *form.also})))
            words = form.missing_words()
            self.remarks.add(
                about(found.name, _(
                    '"NA" ({cells}) is kept as a value, since the others are codes of two letters; --missing NA reads '
                    "it as missing"
                ).format(cells=counted(found.counts["NA"], "cell")))
            )  # fmt: skip
        texts: dict[str, str | None] = {}
        for cell in found.counts:
            bare = cell.removeprefix(QUOTED)
            is_absent = not bare or (bare.lower() in words and bare == cell)
            texts[cell] = None if is_absent else text_value(bare)
        if told:
            self._count_missing(found, form)
            self._tell_text(found, why)
            self._tell_alike(
                found.name, [cell.removeprefix(QUOTED) for cell, text in texts.items() if text is not None]
            )
        return Column(found.name, "text", np.array([texts[cell] for cell in found.cells], object), format=form)

    def _tell_text(self, found: Looked, why: str | None) -> None:
        if why is None:
            numbers = _numbers_among(found)
            why = why_text(found.name, list(found.present), numbers, _dates_among(found), found.line_of)
        if why:
            self.remarks.add(about(found.name, why))

    def _tell_alike(self, name: str, texts: Sequence[str]) -> None:
        if name not in self._told.formats and (
            alike := nearly_alike({unicodedata.normalize("NFC", text) for text in texts})
        ):
            text = _("{texts} differ in capitals or unseen signs alone, and are kept apart")
            self.remarks.add(about(name, text.format(texts=", ".join(map(quoted, sorted(alike)[:MOST_ALIKE])))))

    def _without_missing(self, name: str, values: NDArray[np.float64], given: tuple[str, ...]) -> NDArray[np.float64]:
        """The numbers (N,) with NaN for those that were told to stand for a missing value, such as -999."""
        for word in given:
            values, count = number_column.without(values, word)
            if count:
                self.remarks.count_absent(name, word, count)
        return values

    def _tell_numbers_as_dates(self, name: str, values: NDArray[np.float64], days: NDArray[np.float64]) -> None:
        place = int(np.flatnonzero(~np.isnan(values))[0])
        day, option = date_cells.date_of(float(days[place])), quoted(f"{name}=number")
        remark = _("{number} is read as the date {day}; --type {option} keeps numbers")
        self.remarks.add(about(name, remark.format(number=f"{values[place]:.15g}", day=day, option=option)))

    def _refused(self, found: Looked, cell: str, expected: str) -> DataError:
        line = found.line_of(cell) if found.line_of is not None else 0
        at = _(", line {line}").format(line=line) if line else ""
        return DataError(
            _("{where}{at}: column {name} holds {cell}; expected {expected}").format(
                where=self._where, at=at, name=quoted(found.name), cell=quoted(cell), expected=expected
            )
        )

    def _count_missing(self, found: Looked, form: ColumnFormat) -> set[str]:
        """Note the words that were read as missing; return them in lower case."""
        words = form.missing_words()
        told = set()
        for cell, count in found.counts.items():
            if cell and cell.lower() in words:
                self.remarks.count_absent(found.name, cell, count)
                told.add(cell.lower())
        return told


def _numbers_among(found: Looked) -> dict[str, float]:
    """The cells of a column of texts that are numbers in any reading."""
    if found.some_numbers is None:
        return {cell: 0.0 for cell, text in found.present.items() if number_column.is_number(text)}
    by_pattern = found.some_numbers.by_pattern.items()
    known = {text for pattern, texts in by_pattern if number_column.is_number(pattern) for text in texts}
    return {
        cell: 0.0 for cell, text in found.present.items() if text in known or number_column.is_infinite(text)
    }  # fmt: skip


def _dates_among(found: Looked) -> Collection[str]:
    """The cells of a column of texts that are dates."""
    patterns = () if found.some_numbers is None else found.some_numbers.by_pattern
    if patterns and not any(date_cells.may_be_date(pattern.replace("0", "9")) for pattern in patterns):
        return ()
    return date_cells.readable(found.present)


def _is_quoted(cell: str) -> bool:
    return cell.startswith(QUOTED)


def text_value(cell: str) -> str:
    """A text as it is kept: letters and their marks as one (Unicode NFC), control characters made visible."""
    return visible(cell if cell.isascii() else unicodedata.normalize("NFC", cell), sys.maxsize)
