"""Convert lists and arrays of Python values to typed columns."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuitrain.data.readers.typed import (
    CELLS,
    LARGEST_EXACT,
    NUMBER,
    TypedColumn,
    booleans,
    dates,
    times,
    unfit,
    whole_numbers,
)

LARGEST = 10**300  # about; larger ones are infinite
NOTHING = {"NAType", "NaTType"}  # the types of what pandas writes for missing values
BOOLEANS = (bool, np.bool_)
WHOLE = (int, np.integer)
REALS = (int, float, np.integer, np.floating, Decimal, Fraction)
DATES = (date, np.datetime64)
DURATIONS = (timedelta, np.timedelta64)
TEXTS = (str, bytes)


def typed_array(array: NDArray[Any]) -> TypedColumn:
    """Convert an array (N,)."""
    if isinstance(array, np.ma.MaskedArray):
        return typed_list(array.tolist())
    match array.dtype.kind:
        case "b":
            return booleans(array.tolist())
        case "i" | "u":
            return whole_numbers(array)
        case "f":
            return TypedColumn(NUMBER, array.astype(np.float64))
        case "M":
            return dates(array)
        case "m":
            return times(array.astype("timedelta64[us]").astype(np.int64), np.isnat(array))
        case "U" | "S" | "O":
            return typed_list(array.tolist())
    return unfit(array.dtype, len(array))


def typed_list(values: Sequence[Any]) -> TypedColumn:
    """Convert N values of any types; None, NaN, and pandas' NA and NaT are missing."""
    missing = [is_missing(value) for value in values]
    types = {type(value) for value, absent in zip(values, missing, strict=True) if not absent}

    def are(*kinds: type) -> bool:
        return bool(types) and all(issubclass(kind, kinds) for kind in types)

    if are(*BOOLEANS):
        return booleans([None if absent else value for value, absent in zip(values, missing, strict=True)])
    has_booleans = any(issubclass(kind, BOOLEANS) for kind in types)
    if are(*WHOLE) and not has_booleans and _lose_digits(values, missing):
        return TypedColumn(CELLS, ["" if absent else str(value) for value, absent in zip(values, missing, strict=True)])
    if are(*REALS) and not has_booleans:
        numbers = [np.nan if absent else _float(value) for value, absent in zip(values, missing, strict=True)]
        return TypedColumn(NUMBER, np.array(numbers, np.float64))
    if are(*DATES):
        return dates(_stamps(values, missing))
    if are(*DURATIONS) or are(time):
        micros = [0 if absent else _micros(value) for value, absent in zip(values, missing, strict=True)]
        return times(np.array(micros, np.int64), np.array(missing, bool))
    if types and not are(*BOOLEANS, *REALS, *DATES, *DURATIONS, *TEXTS, time):
        odd = next(
            kind for kind in types if not issubclass(kind, (*BOOLEANS, *REALS, *DATES, *DURATIONS, *TEXTS, time))
        )
        return unfit(odd.__name__, len(values))
    return TypedColumn(CELLS, ["" if absent else _cell(value) for value, absent in zip(values, missing, strict=True)])


def is_missing(value: Any) -> bool:
    """Whether a value stands for a missing one."""
    if value is None or type(value).__name__ in NOTHING:
        return True
    if isinstance(value, (np.datetime64, np.timedelta64)):
        return bool(np.isnat(value))
    return isinstance(value, (float, np.floating, Decimal)) and bool(np.isnan(float(value)))


def _lose_digits(values: Sequence[Any], missing: Sequence[bool]) -> bool:
    largest = max(abs(int(value)) for value, absent in zip(values, missing, strict=True) if not absent)
    return LARGEST_EXACT < largest < LARGEST


def _float(value: Any) -> float:
    try:
        return float(value)
    except OverflowError:
        return float("inf")


def _stamps(values: Sequence[Any], missing: Sequence[bool]) -> NDArray[np.datetime64]:
    """The times as they were written, or in UTC where they are differently far ahead of it; (N,), NaT for missing."""
    ahead = {
        value.utcoffset() for value, absent in zip(values, missing, strict=True) if not absent and _has_zone(value)
    }
    stamps = np.full(len(values), np.datetime64("NaT"), "datetime64[us]")
    for place, (value, absent) in enumerate(zip(values, missing, strict=True)):
        if not absent:
            is_utc = len(ahead) > 1 and _has_zone(value)
            known = value.astimezone(UTC) if is_utc else value
            stamps[place] = known.replace(tzinfo=None) if isinstance(known, datetime) else known
    return stamps


def _has_zone(value: Any) -> bool:
    return isinstance(value, datetime) and value.tzinfo is not None


def _micros(value: Any) -> int:
    if isinstance(value, time):
        return ((value.hour * 60 + value.minute) * 60 + value.second) * 1_000_000 + value.microsecond
    if isinstance(value, timedelta):
        return value // timedelta(microseconds=1)
    return int(value.astype("timedelta64[us]").astype(np.int64))


def _cell(value: Any) -> str:
    """A value among others of several types, as a text table would have it."""
    if isinstance(value, bytes):
        return value.decode("utf-8", errors="backslashreplace")
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, (float, np.floating)):
        number = float(value)
        return str(int(number)) if number.is_integer() and abs(number) < LARGEST_EXACT else repr(number)
    return str(value)
