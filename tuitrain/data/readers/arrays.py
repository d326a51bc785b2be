"""Read NPY and NPZ files as tables."""

from __future__ import annotations

import io
import math
import warnings
from typing import IO, Any, BinaryIO

import numpy as np
from numpy.lib import format as npy_format
from numpy.typing import NDArray

from tuitrain.data.cells.number_cells import LARGEST_EXACT
from tuitrain.data.cells.objects import from_objects
from tuitrain.data.notices import about
from tuitrain.data.readers import FileContent
from tuitrain.data.readers.archives import ZIP_MAGIC, Archive
from tuitrain.data.readers.compressed import PIECE, size_text
from tuitrain.data.table import Column, Table, clean_numbers
from tuitrain.errors import DataError
from tuitrain.options.data_options import DataOptions
from tuitrain.text import quoted, visible
from tuitrain.translation import N_
from tuitrain.translation import gettext as _

LONG = N_("taken as text, since its whole numbers are longer than the 15 digits that a number keeps")
NPY_MAGIC = b"\x93NUMPY"
NPZ_FORMS = N_("X and y, or x_train, y_train and perhaps x_test, y_test")


def read_npy_file(file: FileContent, options: DataOptions) -> tuple[Table, None]:
    """Read a file as `read_npy` does; the options are for text tables."""
    return read_npy(file.data, file.name, most_rows=file.most_rows), None


def read_npz_file(file: FileContent, options: DataOptions) -> tuple[Table, Table | None]:
    """Read a file as `read_npz` does; the options are for text tables."""
    with file.open() as content:
        return read_npz(content, file.name, most_rows=file.most_rows)


def read_npy(data: bytes, name: str, *, most_rows: int | None = None) -> Table:
    """Read a 2-D array of numbers; its last column is the target by default.

    Raises
    ------
    DataError
        if the file is damaged or holds anything else.
    """
    if data.startswith(ZIP_MAGIC):
        raise DataError(_("{name}: holds several arrays; name it .npz").format(name=name))
    try:
        array = _read_array(io.BytesIO(data), len(data))
    except Exception as error:  # damaged bytes raise a dozen kinds of exception, TokenError among them
        raise DataError(
            _("{name}: cannot be read as a NumPy file ({damage})").format(name=name, damage=visible(error))
        ) from error
    if array.ndim != 2:
        raise DataError(
            _("{name}: found shape {shape}; expected one 2-D array, rows by columns").format(
                name=name, shape=array.shape
            )
        )
    return table_of(array, None, name, most_rows=most_rows)


def read_npz(file: BinaryIO, name: str, *, most_rows: int | None = None) -> tuple[Table, Table | None]:
    """Read a table, and the test table if the file has one.

    Raises
    ------
    DataError
        if the file is damaged, lacks the arrays, or unpacks to too much.
    """
    if file.read(len(NPY_MAGIC)) == NPY_MAGIC:
        raise DataError(
            _("{name}: found a single array; expected an archive with {expected}").format(
                name=name, expected=_(NPZ_FORMS)
            )
        )
    archive = Archive(file, name, _("a NumPy file"))
    members = {member.removesuffix(".npy").lower(): member for member in archive.sizes}

    def table(X: str, y: str) -> Table:
        arrays = [_member(archive, members[key], name) for key in (X, y)]
        return table_of(arrays[0], arrays[1], name, most_rows=most_rows)

    parts = [part for part in (("x_train", "y_train"), ("x_test", "y_test")) if set(part) <= set(members)]
    if not parts or parts[0][0] != "x_train":
        parts = [("x", "y")] if {"x", "y"} <= set(members) else []
    if parts:
        archive.check_sizes([members[key] for part in parts for key in part])
        return table(*parts[0]), table(*parts[1]) if parts[1:] else None
    keys = ", ".join(visible(member.removesuffix(".npy")) for member in archive.sizes) or _("nothing")
    raise DataError(
        _("{name}: found {found}; expected {expected}").format(name=name, found=keys, expected=_(NPZ_FORMS))
    )


def _member(archive: Archive, member: str, name: str) -> NDArray[Any]:
    key = quoted(member.removesuffix(".npy"))
    if not member.endswith(".npy"):
        raise DataError(
            _("{name}: member {key} is not an array; expected {usual}, as np.savez writes").format(
                name=name, key=key, usual=quoted(member + ".npy")
            )
        )
    try:
        with archive.open(member) as content:
            return _read_array(content, archive.sizes[member])
    except Exception as error:  # as in `read_npy`; an encrypted member is a RuntimeError
        raise DataError(
            _("{name}: array {key} cannot be read ({damage})").format(name=name, key=key, damage=visible(error))
        ) from error


def _read_array(content: IO[bytes], size: int) -> NDArray[Any]:
    """Read an array from a stream of `size` bytes in NumPy's own format, whose header is checked first.

    Raises
    ------
    Exception
        of any kind if it is damaged; ValueError if it holds Python objects or a structure.
    """
    version = npy_format.read_magic(content)
    read_header = npy_format.read_array_header_1_0 if version == (1, 0) else npy_format.read_array_header_2_0
    with warnings.catch_warnings():  # a header is read as a Python literal, on which Python has remarks
        warnings.simplefilter("ignore")
        shape, is_fortran, dtype = read_header(content)
    if dtype.hasobject:
        raise ValueError(_("it holds Python objects; expected numbers or texts"))
    if dtype.names is not None or dtype.subdtype is not None:
        raise ValueError(_("it is a structured array; save its fields as the columns of a CSV file"))
    count = math.prod(shape)
    if min(shape, default=0) < 0 or count * dtype.itemsize > size:
        needed, there = size_text(count * dtype.itemsize), size_text(size)
        raise ValueError(_("its shape {shape} takes {needed}, and it has {there}").format(
            shape=shape, needed=needed, there=there
        ))  # fmt: skip
    array = np.empty(count, dtype)
    bytes_of = array.view(np.uint8) if count * dtype.itemsize else np.empty(0, np.uint8)
    done = 0
    while done < len(bytes_of):
        piece = np.frombuffer(content.read(min(PIECE, len(bytes_of) - done)), np.uint8)
        if not len(piece):
            raise ValueError(_("it ends early"))
        bytes_of[done : done + len(piece)] = piece
        done += len(piece)
    content.read(1)  # the end, where an archive checks its sum
    return array.reshape(shape, order="F" if is_fortran else "C")


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


def _largest_pixel(X: NDArray[Any]) -> float:
    """Return 255 for bytes; for wider types the first of 255, 65535 and the largest value that covers the values."""
    largest = float(X.max())
    return next((bound for bound in (255.0, 65535.0) if largest <= bound), largest)


def _plain(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else value
