"""Columns as a typed source holds them, such as a Parquet file, a spreadsheet or a data frame.

`N` rows. Light to import: a process that only reads a file uses it too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

NUMBER, TEXT, DATE, TIME, CELLS, UNFIT = "number", "text", "date", "time", "cells", "unfit"
LARGEST_EXACT = 2**53
DAY, HOUR, MINUTE, SECOND = 86_400_000_000, 3_600_000_000, 60_000_000, 1_000_000  # in microseconds


@dataclass(frozen=True)
class TypedColumn:
    """One column.

    `kind` number holds (N,) float64, date (N,) float64 days since 1970-01-01, time (N,) float64 hours, all with NaN for
    missing; text N texts that are kept as they are, None for missing; cells N texts that are read like those of a
    text table, empty for missing; unfit N times the name of a type that cannot be used.
    """

    kind: str
    values: NDArray[np.float64] | Sequence[str | None]

    def __len__(self) -> int:
        return len(self.values)


def unfit(held: object, count: int) -> TypedColumn:
    """Make a column of values that no network can learn from, `count` of them; `held` says what they are."""
    return TypedColumn(UNFIT, [str(held)] * count)


def dates(stamps: NDArray[np.datetime64]) -> TypedColumn:
    """Make a column of dates from `stamps` (N,), NaT for missing: the days are those of the same dates as text."""
    micros = stamps.astype("datetime64[us]")
    missing = np.isnat(micros)
    counts = np.where(missing, np.datetime64(0, "us"), micros).astype(np.int64)
    days, rest = np.divmod(counts, DAY)
    return TypedColumn(DATE, np.where(missing, np.nan, days + _hours(rest) / 24))


def offsets_differ(local: NDArray[np.datetime64], utc: NDArray[np.datetime64]) -> bool:
    """Whether local times (N,) are not all as far ahead of UTC, where dates as text are compared in UTC."""
    ahead = local.astype("datetime64[us]") - utc.astype("datetime64[us]")
    return len(np.unique(ahead[~np.isnat(ahead)])) > 1


def times(counts: NDArray[np.int64], missing: NDArray[np.bool_]) -> TypedColumn:
    """Make a column of times of day or durations from microseconds (N,) int64."""
    sign = np.where(counts < 0, -1, 1)
    return TypedColumn(TIME, np.where(missing, np.nan, sign * _hours(np.abs(counts))))


def _hours(micros: NDArray[np.int64]) -> NDArray[np.float64]:
    hours, minutes = micros // HOUR, micros % HOUR // MINUTE
    result: NDArray[np.float64] = hours + minutes / 60 + micros % MINUTE / SECOND / 3600
    return result


def booleans(values: Sequence[Any]) -> TypedColumn:
    """Make a column of N booleans, None for missing."""
    return TypedColumn(CELLS, ["" if value is None else "True" if value else "False" for value in values])


def whole_numbers(values: NDArray[Any]) -> TypedColumn:
    """Make a column of integers (N,); those beyond 2^53, whose digits float64 loses, are kept as texts."""
    if values.size and (int(values.max()) > LARGEST_EXACT or int(values.min()) < -LARGEST_EXACT):
        return TypedColumn(CELLS, [str(value) for value in values.tolist()])
    return TypedColumn(NUMBER, values.astype(np.float64))
