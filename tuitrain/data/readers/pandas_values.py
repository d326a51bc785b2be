"""Convert pandas series to typed columns; imported only where pandas is."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from tuitrain.data.readers.python_values import typed_array, typed_list
from tuitrain.data.readers.typed import NUMBER, TEXT, TypedColumn, dates, offsets_differ, whole_numbers


def typed_series(series: Any) -> TypedColumn:
    """Convert a series or an index of N values, of any of NumPy's, pandas' or Arrow's types."""
    series = pd.Series(series) if isinstance(series, pd.Index) else series
    dtype = series.dtype
    if isinstance(dtype, np.dtype):
        if dtype.kind != "O":
            return typed_array(series.to_numpy())
        return _listed(series)
    if isinstance(dtype, pd.CategoricalDtype):
        return _categories(series)
    if isinstance(dtype, pd.SparseDtype):
        return typed_series(series.sparse.to_dense())
    if isinstance(dtype, pd.PeriodDtype):
        return dates(series.dt.to_timestamp().to_numpy())
    if isinstance(dtype, pd.DatetimeTZDtype) or getattr(getattr(series, "dt", None), "tz", None) is not None:
        local = series.dt.tz_localize(None).to_numpy("datetime64[us]")
        utc = series.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy("datetime64[us]")
        return dates(utc if offsets_differ(local, utc) else local)
    if pd.api.types.is_datetime64_any_dtype(dtype):
        return dates(series.to_numpy("datetime64[us]"))
    if pd.api.types.is_bool_dtype(dtype):
        return _listed(series)
    if pd.api.types.is_integer_dtype(dtype):
        return _listed(series) if series.isna().any() else whole_numbers(series.to_numpy(dtype.numpy_dtype))
    if pd.api.types.is_float_dtype(dtype):
        return TypedColumn(NUMBER, series.to_numpy(np.float64, na_value=np.nan))
    return _listed(series)


def _listed(series: Any) -> TypedColumn:
    return typed_list([None if absent else value for value, absent in zip(series, series.isna(), strict=True)])


def _categories(series: Any) -> TypedColumn:
    """Texts of the categories: they keep their spelling, and numbers among them are names, not amounts."""
    names = [_name(value) for value in series.cat.categories]
    return TypedColumn(TEXT, [None if code < 0 else names[code] for code in series.cat.codes.tolist()])


def _name(value: Any) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
