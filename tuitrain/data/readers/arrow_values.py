"""Convert Arrow arrays to typed columns; imported only where pyarrow is."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from tuitrain.data.readers.python_values import typed_array, typed_list
from tuitrain.data.readers.typed import CELLS, NUMBER, TEXT, TypedColumn, dates, offsets_differ, unfit


def typed_arrow(array: Any) -> TypedColumn:
    """Convert an array, chunked or not, of N values."""
    array = array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
    kind, types = array.type, pa.types
    if types.is_dictionary(kind):
        return TypedColumn(TEXT, [None if value is None else str(value) for value in array.to_pylist()])
    if types.is_floating(kind):
        return TypedColumn(NUMBER, array.to_numpy(zero_copy_only=False).astype(np.float64))
    if types.is_integer(kind) and not array.null_count:
        return typed_array(array.to_numpy(zero_copy_only=False))
    if types.is_timestamp(kind):
        utc = array.cast(pa.timestamp("us", kind.tz), safe=False).to_numpy(zero_copy_only=False)
        if kind.tz is None:
            return dates(utc)
        local = pa.compute.local_timestamp(array.cast(pa.timestamp("us", kind.tz), safe=False))
        wall = local.to_numpy(zero_copy_only=False)
        return dates(utc if offsets_differ(wall, utc) else wall)
    if types.is_date(kind):
        return dates(array.cast(pa.timestamp("us"), safe=False).to_numpy(zero_copy_only=False))
    if types.is_time(kind) or types.is_duration(kind):
        coarse = pa.time64("us") if types.is_time(kind) else pa.duration("us")
        return typed_list(array.cast(coarse, safe=False).to_pylist())
    if types.is_null(kind):
        return TypedColumn(CELLS, [""] * len(array))
    if types.is_nested(kind):
        return unfit(kind, len(array))
    return typed_list(array.to_pylist())  # texts, booleans, decimals, whole numbers with gaps
