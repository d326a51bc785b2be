"""NPY, NPZ and Parquet files as tables."""

from __future__ import annotations

import importlib
import io
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuitrain.data.columns import Column, Table, clean_numbers, from_objects, parse_column, tidy_names
from tuitrain.errors import DataError

NPZ_FORMS = "X and y, or x_train, y_train and perhaps x_test, y_test"


def read_npy(data: bytes, name: str) -> Table:
    """A 2-D array of numbers; its last column is the target unless told otherwise."""
    array = _load(data, name)
    if not isinstance(array, np.ndarray) or array.ndim != 2:
        found = f"shape {array.shape}" if isinstance(array, np.ndarray) else "several arrays"
        raise DataError(f"{name}: found {found}; expected one 2-D array, rows by columns")
    return table_of(array, None, name)


def read_npz(data: bytes, name: str) -> tuple[Table, Table | None]:
    """The table, and the test table where the file has one."""
    archive = _load(data, name)
    if isinstance(archive, np.ndarray):
        raise DataError(f"{name}: found a single array; expected an archive with {NPZ_FORMS}")
    lower = {key.lower(): key for key in archive.files}
    try:
        if "x_train" in lower and "y_train" in lower:
            train = table_of(archive[lower["x_train"]], archive[lower["y_train"]], name)
            if "x_test" in lower and "y_test" in lower:
                return train, table_of(archive[lower["x_test"]], archive[lower["y_test"]], name)
            return train, None
        if "x" in lower and "y" in lower:
            return table_of(archive[lower["x"]], archive[lower["y"]], name), None
    except ValueError as error:
        raise DataError(f"{name}: {error}") from error
    found = ", ".join(archive.files) or "nothing"
    raise DataError(f"{name}: found {found}; expected {NPZ_FORMS}")


def _load(data: bytes, name: str) -> Any:
    try:
        return np.load(io.BytesIO(data), allow_pickle=False)
    except (ValueError, OSError, EOFError) as error:
        raise DataError(f"{name}: cannot be read as a NumPy file ({error})") from error
    except Exception as error:  # zipfile and zlib raise their own kinds
        if type(error).__module__ not in {"zipfile", "zlib"}:
            raise
        raise DataError(f"{name}: cannot be read as a NumPy file ({error})") from error


def table_of(X: NDArray[Any], y: NDArray[Any] | None, name: str) -> Table:
    """A table of x1 … xD, and y as its last column. `X` is (N, D), or (N, …), which is flattened.

    Images (more than two axes of whole numbers) are marked as such: they are divided by their largest possible value
    rather than standardised.
    """
    X = np.asarray(X)
    if X.dtype.kind not in "fiub":
        raise DataError(f"{name}: X has dtype {X.dtype}; expected numbers")
    is_image = X.ndim > 2 and X.dtype.kind in "iu"
    flat = X.reshape(len(X), -1).astype(np.float32 if is_image or X.dtype == np.float32 else np.float64)
    notices: list[str] = []
    columns: list[Column] = []
    for number in range(flat.shape[1]):
        column, told = clean_numbers(f"x{number + 1}", flat[:, number])
        columns.append(column)
        notices += told
    if y is not None:
        y = np.asarray(y)
        y = y[:, 0] if y.ndim == 2 and y.shape[1] == 1 else y
        if y.ndim != 1 or len(y) != len(X):
            raise DataError(f"{name}: y has shape {y.shape}; expected ({len(X)},), one value for each row of X")
        columns.append(from_objects("y", y if y.dtype.kind in "fiu" else [_plain(value) for value in y.tolist()]))
    if not len(X):
        raise DataError(f"{name}: has no rows")
    return Table(name, tuple(columns), tuple(notices), is_image=is_image, suggested_target=columns[-1].name)


def _plain(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else value


def read_parquet(data: bytes, name: str) -> Table:
    """A Parquet file, by polars (the extra `parquet`)."""
    try:
        polars = importlib.import_module("polars")
    except ImportError as error:
        raise DataError(f"{name}: reading Parquet needs the extra: pip install 'tuitrain[parquet]'") from error
    try:
        frame = polars.read_parquet(io.BytesIO(data))
    except Exception as error:
        raise DataError(f"{name}: cannot be read as Parquet ({str(error).splitlines()[0]})") from error
    if not frame.height or not frame.width:
        raise DataError(f"{name}: has no rows")
    names, notices = tidy_names(frame.columns)
    columns = []
    for column_name, series in zip(names, frame.get_columns(), strict=True):
        if series.dtype.is_numeric():
            column, told = clean_numbers(column_name, series.cast(polars.Float64).to_numpy())
        else:
            texts = ["" if value is None else str(value) for value in series.to_list()]
            column, told = parse_column(column_name, texts)
        columns.append(column)
        notices += told
    return Table(name, tuple(columns), tuple(notices))
