"""Decide how the cells of each column of a table are read, and read them.

`N` rows. What is guessed is told, with its evidence and the option that decides otherwise; where two readings would
give other values and nothing settles it, the column carries a question instead.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from tuitrain.data.cells import date_cells, date_numbers, number_column, units
from tuitrain.data.cells.booleans import boolean_words, two_words
from tuitrain.data.cells.column_format import (
    BOOLEAN,
    DATE,
    NUMBER,
    QUOTED,
    TEXT,
    TIME,
    ColumnFormat,
    Told,
)
from tuitrain.data.cells.date_messages import order_name, why_no_dates
from tuitrain.data.cells.looked import (
    Found,
    Looked,
    NumbersWithWords,
    allowed_orders,
    examples_of,
    examples_of_numbers,
    learn_habits,
    learn_order,
)
from tuitrain.data.cells.making import ColumnMaker
from tuitrain.data.cells.number_cells import Cells, values_of
from tuitrain.data.cells.remarks import Remarks
from tuitrain.data.notices import about
from tuitrain.data.table import Column, clean_numbers
from tuitrain.errors import DataError
from tuitrain.text import quoted
from tuitrain.translation import gettext as _

CellsOrNumbers: TypeAlias = "NDArray[np.float64] | NumbersWithWords | Sequence[str]"


def read_columns(
    names: Sequence[str], columns: Sequence[CellsOrNumbers], *, where: str, told: Told | None = None,
    delimiter: str = ",", line_of: Callable[[int, str], int] | None = None,
) -> tuple[list[Column], list[str]]:  # fmt: skip
    """Read the columns of a table, each (N,) cells or numbers; return them with notices for the user.

    `where` names the table in messages, `line_of` finds the first line with a text in a column.

    Raises
    ------
    DataError
        if a cell does not fit what was told about its column.
    """
    made, remarks = read_with_remarks(
        names, columns, where=where, told=told, delimiter=delimiter, line_of=line_of
    )  # fmt: skip
    return made, remarks.notices(names)


def read_with_remarks(
    names: Sequence[str], columns: Sequence[CellsOrNumbers], *, where: str, told: Told | None = None,
    delimiter: str = ",", line_of: Callable[[int, str], int] | None = None,
) -> tuple[list[Column], Remarks]:  # fmt: skip
    """Read the columns of a table as `read_columns` does, and return them with what is to be told about them."""
    told = told or Told()
    looked = [
        cells if isinstance(cells, np.ndarray | NumbersWithWords)
        else Looked.at(name, cells, told, None if line_of is None else partial(line_of, place))
        for place, (name, cells) in enumerate(zip(names, columns, strict=True))
    ]  # fmt: skip
    reading = _Reading(where, told, learn_habits(looked, told, delimiter), learn_order(looked, told))
    made = [
        replace(reading.column(name, item), examples=_examples_of(item))
        for name, item in zip(names, looked, strict=True)
    ]
    return made, reading.remarks


def _examples_of(found: Found) -> tuple[str, ...]:
    if isinstance(found, NumbersWithWords):
        return examples_of_numbers(found)
    return examples_of(found) if isinstance(found, Looked) else ()


def read_column(
    name: str, cells: Sequence[str], *, where: str = "", told: Told | None = None
) -> tuple[Column, list[str]]:
    """Read a single column, as `read_columns` does."""
    columns, notices = read_columns([name], [cells], where=where, told=told)
    return columns[0], notices


class _Reading(ColumnMaker):
    """The decisions about the columns of one table, and what is to be told about them."""

    def column(self, name: str, found: Found) -> Column:
        """Read a column by what was told about it, or by what it looks like."""
        form, kind = self._told.formats.get(name), self._told.kinds.get(name)
        if isinstance(found, np.ndarray):
            return self._numbers(name, found, kind or (form.kind if form else None), form)
        if isinstance(found, NumbersWithWords):
            return self._maybe_numbers_of_dates(self._numbers_with_words(name, found))
        if kind is not None and (form is None or form.kind != kind):
            return self._as_kind(found, kind)
        if form is not None:
            return self._by_format(found, form)
        for read in (self._maybe_empty, self._maybe_date, self._maybe_number, self._maybe_boolean, self._maybe_time):
            column = read(found)
            if column is not None:
                return column
        return self._text(found)

    # what it looks like

    def _maybe_empty(self, found: Looked) -> Column | None:
        if found.present or any(cell.startswith(QUOTED) for cell in found.counts):
            return None
        return self._number(found, self._told.column(NUMBER), {})

    def _maybe_number(self, found: Looked) -> Column | None:
        if found.numbers is None:
            return self._maybe_with_units(found)
        if date_cells.POINTED.fullmatch(next(iter(found.present.values()), "")) and date_cells.times_of(found.present):
            return None
        decided = number_column.decide(found.name, found.numbers, self._told, self._habits)
        if isinstance(decided, number_column.Undecided):
            return replace(self._text(found, told=False), question=decided.question)
        if isinstance(decided, number_column.NotNumbers):
            return self._text(found, why=decided.why)
        form, remark = decided
        if remark:
            self.remarks.share(remark, found.name)
        column = self._number(found, form, values_of(found.numbers, form))
        return column if remark else self._maybe_numbers_of_dates(column)

    def _maybe_with_units(self, found: Looked, *, is_told: bool = False) -> Column | None:
        if found.odd and units.with_unit(found.odd) is None:
            return None
        split = units.split_units(found.present, is_told=is_told)
        if split is None:
            return None
        cells = Cells.of(split.numbers.values())
        decided = number_column.decide(found.name, cells, self._told, self._habits, is_told=is_told)
        if isinstance(decided, number_column.Undecided):
            return replace(self._text(found, told=False), question=decided.question)
        if isinstance(decided, number_column.NotNumbers):
            return self._text(found, why=decided.why)
        form, remark = decided
        if remark:
            self.remarks.share(remark, found.name)
        values = units.values(split, values_of(cells, form))
        self.remarks.add(about(found.name, units.remark(found.name, split, values)))
        return self._number(units.as_written(found), replace(form, unit=split.unit), values)

    def _maybe_numbers_of_dates(self, column: Column) -> Column:
        """A column of plain numbers, as dates if they are."""
        days = date_numbers.guessed_days(column.name, column.values)
        if days is None:
            if why := date_numbers.hint(column.name, column.values):
                self.remarks.add(about(column.name, why))
            return column
        self._tell_numbers_as_dates(column.name, column.values, days)
        form = replace(column.format or self._told.column(DATE), kind=DATE)
        return Column(column.name, "date", days, format=form)

    def _maybe_boolean(self, found: Looked) -> Column | None:
        words = boolean_words(list(found.present))
        return None if words is None else self._boolean(found, words)

    def _maybe_date(self, found: Looked) -> Column | None:
        if found.dates is None:
            return None
        orders = date_cells.fitting_orders(found.dates.values(), allowed_orders(self._told))
        if not orders:
            return None if date_cells.times_of(found.present) else self._text(found, why=why_no_dates(found))
        return self._dates(found, found.dates, orders)

    def _maybe_time(self, found: Looked) -> Column | None:
        times = date_cells.times_of(found.present)
        if times is None:
            return None
        hours, has_minutes = times
        return self._times(found, hours, self._told.column(TIME, minutes=has_minutes))

    # what was told

    def _numbers(self, name: str, values: NDArray[np.float64], kind: str | None, form: ColumnFormat | None) -> Column:
        """A column that was read as plain numbers at once; `kind` is what was told about it."""
        absent = self._told.column(NUMBER) if form is None else self._told.over(form)
        values = self._without_missing(name, values, absent.given_words)
        days = None
        if kind == DATE:
            days = date_numbers.told_days(values)
            if days is None:
                raise DataError(
                    _("{where}: column {name} holds numbers that are no dates; expected numbers such as 20240105, "
                      "days of a spreadsheet, or seconds since 1970").format(where=self._where, name=quoted(name))
                )  # fmt: skip
        if days is not None:
            return Column(name, "date", days, format=replace(absent, kind=DATE))
        if form is not None and form.percent and np.nanmax(np.abs(values), initial=0) > 0:
            raise DataError(
                _("{where}: column {name} holds numbers without %; expected percentages such as 15%, as in training")
                .format(where=self._where, name=quoted(name))
            )  # fmt: skip
        self.remarks.count_infinite(name, int(np.isinf(values).sum()))
        column = clean_numbers(name, values)[0]
        column = replace(column, format=absent)
        return self._maybe_numbers_of_dates(column) if kind is None else column

    def _as_kind(self, found: Looked, kind: str) -> Column:
        """Read a column as the user says that it is."""
        present = list(found.present)
        if kind == TEXT:
            return self._text(found, why="")
        if not present:
            return self._number(found, self._told.column(NUMBER), {})
        if kind == BOOLEAN:
            words = two_words(present)
            if words is None:
                found_words = ", ".join(map(quoted, present[:5]))
                raise DataError(
                    _("{where}: column {name} holds {words}; a boolean has two words").format(
                        where=self._where, name=quoted(found.name), words=found_words
                    )
                )
            return self._boolean(found, words)
        if kind == NUMBER:
            return self._as_number(found)
        if kind == TIME:
            times = {cell: date_cells.told_time(cell) for cell in present}
            odd = next((cell for cell, hours in times.items() if hours is None), None)
            if odd is not None:
                raise self._refused(found, odd, _("a time such as 13:05"))
            return self._times(found, {cell: hours for cell, hours in times.items() if hours is not None})
        return self._as_date(found)

    def _as_number(self, found: Looked) -> Column:
        odd = next((cell for cell, text in found.present.items() if not number_column.is_number(text)), None)
        if odd is not None:
            column = self._maybe_with_units(found, is_told=True)
            if column is not None:
                return column
            raise self._refused(found, odd, _("a number"))
        cells = Cells.of(text for text in found.present.values() if not number_column.is_infinite(text))
        decided = number_column.decide(found.name, cells, self._told, self._habits, is_told=True)
        if isinstance(decided, number_column.Undecided):
            return replace(self._text(found, told=False), question=decided.question)
        if isinstance(decided, number_column.NotNumbers):
            raise DataError(
                _("{where}: column {name}: {why}").format(where=self._where, name=quoted(found.name), why=decided.why)
            )
        form, _remark = decided
        return self._number(found, form, values_of(cells, form))

    def _as_date(self, found: Looked) -> Column:
        if all(number_column.PLAIN_NUMBER.fullmatch(text) for text in found.present.values()):
            return self._numbers(found.name, self._as_digits(found), DATE, None)
        dates = date_cells.readable(found.present)
        odd = next((cell for cell in found.present if cell not in dates), None)
        if odd is not None:
            raise self._refused(found, odd, _("a date such as 2024-01-05"))
        orders = date_cells.fitting_orders(dates.values(), allowed_orders(self._told))
        if not orders:
            odd = next((cell for cell in dates if not date_cells.fitting_orders([dates[cell]])), next(iter(dates)))
            raise self._refused(found, odd, _("dates that are days of the calendar, all in one order"))
        return self._dates(found, dates, orders)

    def _as_digits(self, found: Looked) -> NDArray[np.float64]:
        """The numbers of a column of whole ones, (N,); NaN for missing."""
        self._count_missing(found, self._told.column(NUMBER))
        return number_column.as_numbers(found.cells, {cell: float(text) for cell, text in found.present.items()})

    def _by_format(self, found: Looked, form: ColumnFormat) -> Column:
        """Read a column as a model's training read it."""
        form = self._told.over(form)
        if form.kind == TEXT:
            return self._text(found, why="", form=form)
        if form.kind == BOOLEAN:
            return self._boolean(found, (form.words[0], form.words[1]), form)
        missing = form.missing_words()
        cells = {cell: text for cell, text in found.present.items() if cell.lower() not in missing}
        if form.kind == NUMBER:
            form = number_column.with_told_signs(form, self._told)
            if form.unit:
                return self._by_unit(found, form, cells)
            numbers = Cells.of(text for text in cells.values() if number_column.is_finite_number(text))
            values = values_of(numbers, form)
            odd = next(
                (c for c, text in cells.items() if text not in values and not number_column.is_infinite(text)), None
            )
            if odd is not None:
                raise self._refused(found, odd, number_column.expected(form, cells[odd]))
            return self._number(found, form, values)
        if form.kind == TIME:
            times = {cell: date_cells.told_time(cell, has_minutes=form.minutes) for cell in cells}
            odd = next((cell for cell, hours in times.items() if hours is None), None)
            if odd is not None:
                raise self._refused(found, odd, _("a time such as 13:05"))
            return self._times(found, {cell: hours for cell, hours in times.items() if hours is not None}, form)
        if known := date_numbers.days_of_cells(cells):
            self._count_missing(found, form)
            days = number_column.as_numbers((cell.removeprefix(QUOTED) for cell in found.cells), known)
            return Column(found.name, "date", days, format=form)
        dates = date_cells.readable(cells)
        order = self._told.date_order or form.date_order or "ymd"
        odd = next((c for c in cells if c not in dates or date_cells.day_number(dates[c], order) is None), None)
        if odd is not None:
            wanted = _("a date as in training: {order}").format(order=order_name(order))
            other = next((o for o in date_cells.ORDERS if date_cells.fitting_orders(dates.values(), [o])), "")
            if other and len(dates) == len(cells):
                wanted += _("; --date-order {order} reads this file").format(order=other)
            raise self._refused(found, odd, wanted)
        is_told = all(written.is_told for written in dates.values())
        return self._days(found, replace(form, date_order="" if is_told else order), dates, "")

    def _by_unit(self, found: Looked, form: ColumnFormat, cells: dict[str, str]) -> Column:
        """Read a column of numbers with a unit as a model's training read it."""
        split = units.by_unit(cells, form.unit)
        values = units.values(split, values_of(Cells.of(split.numbers.values()), form))
        odd = next((cell for cell in cells if cell not in values), None)
        if odd is not None:
            raise self._refused(found, odd, number_column.expected(form))
        return self._number(units.as_written(found), form, values)
