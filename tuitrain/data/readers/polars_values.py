"""Convert polars series to typed columns."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars

from tuitrain.data.readers.typed import (
    CELLS,
    NUMBER,
    TEXT,
    TypedColumn,
    booleans,
    dates,
    offsets_differ,
    times,
    unfit,
    whole_numbers,
)


def typed_series(series: Any) -> TypedColumn:
    """Convert a series of N values."""
    dtype = series.dtype
    if dtype.is_integer():
        if series.null_count():
            exact = whole_numbers(series.drop_nulls().to_numpy())
            if exact.kind == CELLS:
                return TypedColumn(CELLS, ["" if value is None else str(value) for value in series.to_list()])
        else:
            return whole_numbers(series.to_numpy())
    if dtype.is_numeric():
        return TypedColumn(NUMBER, np.array(series.cast(polars.Float64).to_numpy(), np.float64))
    if dtype == polars.Boolean:
        return booleans(series.to_list())
    if dtype in (polars.String, polars.Null):
        return TypedColumn(CELLS, _texts(series.cast(polars.String).fill_null("")))
    if dtype in (polars.Categorical, polars.Enum):
        return TypedColumn(TEXT, _texts(series.cast(polars.String)))
    if dtype == polars.Binary:
        texts = (None if value is None else value.decode("utf-8", "backslashreplace") for value in series.to_list())
        return TypedColumn(CELLS, ["" if text is None else text for text in texts])
    if dtype == polars.Date:
        return dates(series.cast(polars.Datetime("us")).to_numpy())
    if dtype == polars.Datetime:
        return dates(_stamps(series))
    if dtype in (polars.Time, polars.Duration):
        counts = series.cast(polars.Int64)
        divisor = 1000 if dtype == polars.Time else {"ns": 1000, "us": 1, "ms": 1 / 1000}[dtype.time_unit]
        micros = counts.fill_null(0).to_numpy()
        micros = micros // divisor if divisor >= 1 else micros * 1000
        return times(micros, counts.is_null().to_numpy())
    return unfit(dtype, len(series))


def _stamps(series: Any) -> Any:
    """The times of a series as they were written, or in UTC where the offsets of its zone differ."""
    if series.dtype.time_zone is None:
        return series.cast(polars.Datetime("us")).to_numpy()
    series = series.cast(polars.Datetime("us", series.dtype.time_zone))
    local = series.dt.replace_time_zone(None).to_numpy()
    utc = series.dt.convert_time_zone("UTC").dt.replace_time_zone(None).to_numpy()
    return utc if offsets_differ(local, utc) else local


def _texts(series: Any) -> list[str | None]:
    """A series of texts as a list in which equal texts are one object."""
    known: dict[str | None, str | None] = {}
    return [known.setdefault(text, text) for text in series.to_list()]
