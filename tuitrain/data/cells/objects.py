"""Make columns of the values that a program holds, rather than of the cells of a file."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuitrain.data.cells.column_format import DATE, NUMBER, TEXT, ColumnFormat, Told
from tuitrain.data.cells.number_cells import LARGEST_EXACT
from tuitrain.data.cells.reading import read_columns
from tuitrain.data.table import Column, clean_numbers, number_text

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
        return clean_numbers(name, values)[0]
    if wants_number and all(value is None or _is_real(value) for value in values):
        whole = [int(value) for value in values if isinstance(value, (int, np.integer))]
        if len(whole) == sum(value is not None for value in values) and _lose_digits(whole):
            return _texts(name, [None if value is None else str(value) for value in values])
        array = np.array([np.nan if value is None else _float(value) for value in values], np.float64)
        return clean_numbers(name, array)[0]
    return read_columns([name], [[_cell(value) for value in values]], where=NAME, told=told)[0][0]


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
