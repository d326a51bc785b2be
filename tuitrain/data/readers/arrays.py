"""Read NPY, NPZ and Parquet files as tables."""

from __future__ import annotations

import importlib
import io
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuitrain.data.cells.column_format import NUMBER, Told
from tuitrain.data.cells.number_cells import LARGEST_EXACT
from tuitrain.data.cells.objects import from_objects
from tuitrain.data.cells.reading import read_columns
from tuitrain.data.notices import about
from tuitrain.data.readers import FileContent
from tuitrain.data.table import Column, Table, clean_numbers, tidy_names
from tuitrain.errors import DataError
from tuitrain.options.data_options import DataOptions
from tuitrain.text import extra, quoted, visible
from tuitrain.translation import N_
from tuitrain.translation import gettext as _

LONG = N_("taken as text, since its whole numbers are longer than the 15 digits that a number keeps")
NPZ_FORMS = N_("X and y, or x_train, y_train and perhaps x_test, y_test")


def read_npy_file(file: FileContent, options: DataOptions) -> tuple[Table, None]:
    """Read a file as `read_npy` does; the options are for text tables."""
    return read_npy(file.data, file.name, most_rows=file.most_rows), None


def read_npz_file(file: FileContent, options: DataOptions) -> tuple[Table, Table | None]:
    """Read a file as `read_npz` does; the options are for text tables."""
    return read_npz(file.data, file.name, most_rows=file.most_rows)


def read_parquet_file(file: FileContent, options: DataOptions) -> tuple[Table, None]:
    """Read a file as `read_parquet` does; the options are for text tables."""
    return read_parquet(file.data, file.name, most_rows=file.most_rows, told=Told.of(options, file.formats)), None


def read_npy(data: bytes, name: str, *, most_rows: int | None = None) -> Table:
    """Read a 2-D array of numbers; its last column is the target by default.

    Raises
    ------
    DataError
        if the file is damaged or holds anything else.
    """
    array = _load(data, name)
    if not isinstance(array, np.ndarray) or array.ndim != 2:
        found = _("shape {shape}").format(shape=array.shape) if isinstance(array, np.ndarray) else _("several arrays")
        raise DataError(
            _("{name}: found {found}; expected one 2-D array, rows by columns").format(name=name, found=found)
        )
    return table_of(array, None, name, most_rows=most_rows)


def read_npz(data: bytes, name: str, *, most_rows: int | None = None) -> tuple[Table, Table | None]:
    """Read a table, and the test table if the file has one.

    Raises
    ------
    DataError
        if the file is damaged or lacks the arrays.
    """
    archive = _load(data, name)
    if isinstance(archive, np.ndarray):
        raise DataError(
            _("{name}: found a single array; expected an archive with {expected}").format(
                name=name, expected=_(NPZ_FORMS)
            )
        )
    lower = {key.lower(): key for key in archive.files}

    def table(X: str, y: str) -> Table | None:
        if X not in lower or y not in lower:
            return None
        return table_of(_member(archive, lower[X], name), _member(archive, lower[y], name), name, most_rows=most_rows)

    if (train := table("x_train", "y_train")) is not None:
        return train, table("x_test", "y_test")
    if (whole := table("x", "y")) is not None:
        return whole, None
    found = ", ".join(map(visible, archive.files)) or _("nothing")
    raise DataError(
        _("{name}: found {found}; expected {expected}").format(name=name, found=found, expected=_(NPZ_FORMS))
    )


def _load(data: bytes, name: str) -> Any:
    try:
        return np.load(io.BytesIO(data), allow_pickle=False)
    except Exception as error:  # damaged bytes raise a dozen kinds of exception, TokenError among them
        raise DataError(
            _("{name}: cannot be read as a NumPy file ({damage})").format(name=name, damage=_damage(error))
        ) from error


def _member(archive: Any, key: str, name: str) -> NDArray[Any]:
    try:
        array: NDArray[Any] | bytes = archive[key]
    except Exception as error:  # as in `_load`; an encrypted member is a RuntimeError
        raise DataError(
            _("{name}: array {key} cannot be read ({damage})").format(name=name, key=quoted(key), damage=_damage(error))
        ) from error
    if not isinstance(array, np.ndarray):
        raise DataError(
            _("{name}: member {key} is not an array; expected {usual}, as np.savez writes").format(
                name=name, key=quoted(key), usual=quoted(key + ".npy")
            )
        )
    return array


def _damage(error: Exception) -> str:
    """Describe what is wrong with a file; NumPy's own message suggests loading pickles, which would run code."""
    return _("it is not one, or it holds Python objects") if "pickle" in str(error) else visible(error)


def table_of(X: NDArray[Any], y: NDArray[Any] | None, name: str, *, most_rows: int | None = None) -> Table:
    """Make a table of x1 … xD with y as its last column. `X` is (N, D), or (N, …), which is flattened.

    Images (more than two axes of whole numbers) are marked: they are divided by the largest possible pixel value
    rather than standardised.

    Raises
    ------
    DataError
        if the shapes or types do not fit.
    """
    if X.dtype.kind not in "fiub":
        raise DataError(_("{name}: X has dtype {dtype}; expected numbers").format(name=name, dtype=X.dtype))
    if not X.ndim or not X.size:
        raise DataError(
            _("{name}: X has shape {shape}; expected rows by columns, and at least one of each").format(
                name=name, shape=X.shape
            )
        )
    if y is not None:
        y = y[:, 0] if y.ndim == 2 and y.shape[1] == 1 else y
        if y.ndim != 1 or len(y) != len(X):
            raise DataError(
                _("{name}: y has shape {shape}; expected ({count},), one value for each row of X").format(
                    name=name, shape=y.shape, count=len(X)
                )
            )
    is_partial = most_rows is not None and len(X) > most_rows
    X, y = X[:most_rows], None if y is None else y[:most_rows]
    largest = _largest_pixel(X) if X.ndim > 2 and X.dtype.kind in "iu" else None
    width = int(np.prod(X.shape[1:]))
    numbers = X.reshape(len(X), width).T.astype(np.float32 if largest or X.dtype == np.float32 else np.float64, "C")
    notices: list[str] = []
    columns: list[Column] = []
    exact = {} if largest else _beyond_exact(X.reshape(len(X), width))
    for number, values in enumerate(numbers, 1):
        if number - 1 in exact:
            columns.append(from_objects(f"x{number}", exact[number - 1]))
            notices.append(about(f"x{number}", _(LONG)))
            continue
        column, remarks = clean_numbers(f"x{number}", values)
        columns.append(column)
        notices += remarks
    if y is not None:
        columns.append(from_objects("y", y if y.dtype.kind in "fiu" else [_plain(value) for value in y.tolist()]))
    return Table(name, tuple(columns), tuple(notices), largest, columns[-1].name, is_partial=is_partial)


def _beyond_exact(X: NDArray[Any]) -> dict[int, NDArray[Any]]:
    """Return the columns of whole numbers (N, D), by place, that float64 would not hold to the last digit."""
    if X.dtype.kind not in "iu" or X.dtype.itemsize < 8:
        return {}
    places = np.flatnonzero((X.max(axis=0) > LARGEST_EXACT) | (X.min(axis=0) < -LARGEST_EXACT))
    return {int(place): X[:, place] for place in places}


@contextmanager
def _without_traces() -> Iterator[None]:
    """Suppress the traces that polars writes to standard error when it panics.

    Only in the main thread: in another, a screen may be drawing on standard error.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def _largest_pixel(X: NDArray[Any]) -> float:
    """Return 255 for bytes; for wider types the first of 255, 65535 and the largest value that covers the values."""
    largest = float(X.max())
    return next((bound for bound in (255.0, 65535.0) if largest <= bound), largest)


def _plain(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else value


def read_parquet(data: bytes, name: str, *, most_rows: int | None = None, told: Told | None = None) -> Table:
    """Read a Parquet file with polars (the extra `parquet`).

    Raises
    ------
    DataError
        if the extra is missing, or the file is damaged or empty.
    """
    try:
        polars = importlib.import_module("polars")
    except ImportError as error:
        raise DataError(_("{name}: reading Parquet needs {extra}").format(name=name, extra=extra("parquet"))) from error
    try:
        with _without_traces():
            frame = polars.read_parquet(io.BytesIO(data), n_rows=None if most_rows is None else most_rows + 1)
    except polars.exceptions.PanicException as error:  # not an Exception
        raise DataError(_("{name}: cannot be read as Parquet (the file is damaged)").format(name=name)) from error
    except (polars.exceptions.PolarsError, OSError, ValueError) as error:
        raise DataError(
            _("{name}: cannot be read as Parquet ({error})").format(name=name, error=visible(error))
        ) from error
    if not frame.height or not frame.width:
        raise DataError(_("{name}: has no rows").format(name=name))
    is_partial = most_rows is not None and frame.height > most_rows
    frame = frame.head(most_rows) if is_partial else frame
    names, notices = tidy_names(frame.columns)
    cells: list[Any] = []
    for column_name, series in zip(names, frame.get_columns(), strict=True):
        if series.dtype.is_numeric() and (told is None or told.kinds.get(column_name, NUMBER) == NUMBER):
            cells.append(series.cast(polars.Float64).to_numpy())
        else:
            cells.append(["" if value is None else str(value) for value in series.to_list()])
    columns, remarks = read_columns(names, cells, where=name, told=told)
    notices += remarks
    return Table(name, tuple(columns), tuple(notices), is_partial=is_partial)
