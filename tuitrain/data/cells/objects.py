"""Make columns of the values that a program holds, rather than of the cells of a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from tuitrain.data.cells import number_column
from tuitrain.data.cells.column_format import DATE, NUMBER, TEXT, ColumnFormat, Told
from tuitrain.data.cells.making import text_value
from tuitrain.data.cells.number_cells import LARGEST_EXACT
from tuitrain.data.cells.reading import read_columns
from tuitrain.data.notices import about
from tuitrain.data.readers.typed import CELLS, UNFIT, TypedColumn
from tuitrain.data.table import Column, Kind, clean_numbers, number_text, tidy_names
from tuitrain.text import visible
from tuitrain.translation import gettext as _

NAME = "rows"
LARGEST = 10**300  # about; larger ones are infinite


def from_objects(name: str, values: Sequence[Any] | NDArray[Any], told: Told | None = None) -> Column:
    """Make a column of Python values: numbers, booleans and dates as they are, texts read like the cells of a file.

    Whole numbers beyond 2^53, whose digits float64 does not keep, become texts.
    """
    told = told or Told()
    if isinstance(values, np.ndarray) and values.dtype.kind == "M":
        return _dates(name, values.astype("datetime64[us]").astype(np.float64) / 86_400e6, np.isnat(values))
    wants_number = _kind_told(name, told) in {None, NUMBER}
    if isinstance(values, np.ndarray) and values.dtype.kind in "fiub" and wants_number:
        if values.dtype.kind in "iu" and _is_beyond(values):
            return _texts(name, [str(value) for value in values.tolist()])
        return _numbers(name, values, told)
    if wants_number and all(value is None or _is_real(value) for value in values):
        whole = [int(value) for value in values if isinstance(value, (int, np.integer))]
        if len(whole) == sum(value is not None for value in values) and _lose_digits(whole):
            return _texts(name, [None if value is None else str(value) for value in values])
        array = np.array([np.nan if value is None else _float(value) for value in values], np.float64)
        return _numbers(name, array, told)
    return read_columns([name], [[_cell(value) for value in values]], where=NAME, told=told)[0][0]


def _numbers(name: str, values: NDArray[Any], told: Told) -> Column:
    """Make a column of numbers (N,), without those that were told to stand for a missing value."""
    form = told.formats.get(name)
    form = told.column(NUMBER) if form is None else told.over(form)
    for word in form.given_words:
        values = number_column.without(values, word)[0]
    column = clean_numbers(name, values)[0]
    return column if form == ColumnFormat(NUMBER) else replace(column, format=form)


def typed_columns(
    columns: Mapping[str, TypedColumn], *, where: str, told: Told | None = None
) -> tuple[list[Column], list[str]]:
    """Make columns of typed ones, each of N values, by name; return them with notices for the user.

    Cells are read together, like those of a text table; what has a type keeps it, unless `told` says otherwise.

    Raises
    ------
    DataError
        if a value does not fit what was told about its column.
    """
    told = told or Told()
    names, notices = tidy_names(list(columns))
    ready: dict[str, Column] = {}
    cells: dict[str, Sequence[str] | NDArray[np.float64]] = {}
    for name, column in zip(names, columns.values(), strict=True):
        kind = _kind_told(name, told)
        if column.kind == UNFIT:
            text = _("holds {type}; expected numbers, texts, booleans, dates or times; all taken as missing")
            notices.append(about(name, text.format(type=visible(column.values[0], 60))))
            ready[name] = _texts(name, [None] * len(column))
        elif column.kind == NUMBER and kind in {None, NUMBER, DATE}:
            cells[name] = np.asarray(column.values, np.float64)
        elif column.kind != CELLS and kind in {None, column.kind} and (name not in told.formats or column.kind != TEXT):
            ready[name] = _ready(name, column)
        elif column.kind == CELLS:
            cells[name] = [value or "" for value in column.values]
        else:
            cells[name] = [label or "" for label in _ready(name, column).labels()]
    read, remarks = read_columns(list(cells), list(cells.values()), where=where, told=told)
    ready |= {column.name: column for column in read}
    return [ready[name] for name in names], notices + remarks


def _ready(name: str, column: TypedColumn) -> Column:
    """A column that is no cells, as it is."""
    if column.kind != TEXT:
        return Column(
            name, cast("Kind", column.kind), np.asarray(column.values, np.float64), format=ColumnFormat(column.kind)
        )
    texts = {value: None if value is None else text_value(value.strip()) for value in set(column.values)}
    values = np.array([texts[value] for value in column.values], object)
    return Column(name, "text", values, format=ColumnFormat(TEXT, missing=()))


def _kind_told(name: str, told: Told) -> str | None:
    form = told.formats.get(name)
    return told.kinds.get(name) or (form.kind if form else None)


def _lose_digits(whole: Sequence[int]) -> bool:
    largest = max(map(abs, whole), default=0)
    return LARGEST_EXACT < largest < LARGEST


def _is_beyond(values: NDArray[Any]) -> bool:
    return bool(values.size) and (int(values.max()) > LARGEST_EXACT or int(values.min()) < -LARGEST_EXACT)


def _texts(name: str, values: Sequence[str | None]) -> Column:
    return Column(name, "text", np.array(values, object), format=ColumnFormat(TEXT))


def _dates(name: str, days: NDArray[np.float64], missing: NDArray[np.bool_]) -> Column:
    return Column(name, "date", np.where(missing, np.nan, days), format=ColumnFormat(DATE))


def _is_real(value: Any) -> bool:
    return isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool)


def _float(value: Any) -> float:
    try:
        return float(value)
    except OverflowError:
        return float("inf")


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bytes):
        return value.decode("utf-8", errors="backslashreplace")
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    if isinstance(value, (int, np.integer)) and not isinstance(value, bool):
        return str(int(value)) if abs(int(value)) < 10**300 else "inf"
    return number_text(_float(value)) if _is_real(value) else str(value)
