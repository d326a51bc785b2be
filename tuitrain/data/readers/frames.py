"""Make tables of what a program holds: pandas, polars or Arrow tables, mappings of columns, lists of mappings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any, Protocol, TypeAlias

import numpy as np

from tuitrain.data.cells.column_format import Told
from tuitrain.data.cells.objects import typed_columns
from tuitrain.data.readers.python_values import typed_array, typed_list
from tuitrain.data.readers.typed import TypedColumn
from tuitrain.data.table import Table, tidy_name
from tuitrain.errors import DataError
from tuitrain.text import listed, quoted
from tuitrain.translation import gettext as _

FRAMES = {"pandas": {"DataFrame"}, "polars": {"DataFrame", "LazyFrame"}, "pyarrow": {"Table", "RecordBatch"}}
SERIES = {
    "pandas": ({"Series", "Index"}, "pandas_values", "typed_series"),
    "polars": ({"Series"}, "polars_values", "typed_series"),
    "pyarrow": ({"Array", "ChunkedArray"}, "arrow_values", "typed_arrow"),
}


class FrameLike(Protocol):
    """A table of pandas, polars or Arrow."""

    @property
    def columns(self) -> Any: ...


Frame: TypeAlias = FrameLike | Mapping[Any, Any] | Sequence[Mapping[Any, Any]]


def is_frame(data: object) -> bool:
    """Whether `frame_table` makes a table of it."""
    if isinstance(data, Mapping) or _library(data, FRAMES) is not None:
        return True
    return isinstance(data, (list, tuple)) and bool(data) and all(isinstance(row, Mapping) for row in data)


def frame_table(data: Any, name: str, *, told: Told | None = None) -> Table:
    """Make a table of what `is_frame` accepts; `name` stands for it in messages.

    Column types are kept: categories stay texts, dates dates. Texts are read like the cells of a file.

    Raises
    ------
    DataError
        if two columns have one name, their lengths differ, there are no rows, or a value does not fit `told`.
    """
    library = _library(data, FRAMES)
    if library is not None:
        columns, notices = _frame_columns(data, library, name)
    elif isinstance(data, Mapping):
        columns, notices = [(str(key), values) for key, values in data.items()], []
    else:
        keys = dict.fromkeys(key for row in data for key in row)
        columns, notices = [(str(key), [row.get(key) for row in data]) for key in keys], []
    _refuse_repeated([key for key, _values in columns], name)
    typed = {key: _typed(key, values, name) for key, values in columns}
    lengths = {len(column) for column in typed.values()}
    if len(lengths) != 1 or not max(lengths):
        found = _("columns of different lengths") if len(lengths) > 1 else _("no rows")
        raise DataError(
            _("{name}: found {found}; expected at least one row, and as many values in each column").format(
                name=name, found=found
            )
        )
    made, remarks = typed_columns(typed, where=name, told=told)
    return Table(name, tuple(made), tuple(notices + remarks))


def _library(data: object, classes: Mapping[str, Any]) -> str | None:
    """The library of `classes` by whose class `data` is made; nothing is imported."""
    for kind in type(data).__mro__:
        library = kind.__module__.partition(".")[0]
        if library in classes and kind.__name__ in classes[library]:
            return library
    return None


def _frame_columns(data: Any, library: str, name: str) -> tuple[list[tuple[str, Any]], list[str]]:
    """Names and series of a frame, and notices on what is not used of it."""
    if library == "pandas":
        _refuse_repeated([str(key) for key in data.columns], name)
        names = [_joined(key) for key in data.columns]
        return [(key, data.iloc[:, place]) for place, key in enumerate(names)], _index_notice(data.index)
    if library == "polars":
        data = data.collect() if type(data).__name__ == "LazyFrame" else data
        return [(series.name, series) for series in data.get_columns()], []
    return list(zip(data.schema.names, data.columns, strict=True)), []


def _joined(key: Any) -> str:
    """A column's name; one of several levels is joined."""
    return "_".join(str(part) for part in key if part != "") if isinstance(key, tuple) else str(key)


def _index_notice(index: Any) -> list[str]:
    if type(index).__name__ == "RangeIndex" and index.name is None:
        return []
    levels = [str(name) for name in index.names if name is not None]
    which = listed("index", levels, "indexes") if levels else _("the index")
    return [_("{which} not used; DataFrame.reset_index() makes it a column").format(which=which)]


def _refuse_repeated(names: Sequence[str], name: str) -> None:
    counts = Counter(map(tidy_name, names))
    repeated = [key for key, count in counts.items() if count > 1]
    if repeated:
        raise DataError(
            _("{name}: found {columns} more than once; expected a name of its own for each column").format(
                name=name, columns=listed("column", repeated)
            )
        )


def _typed(key: str, values: Any, name: str) -> TypedColumn:
    library = _library(values, {known: classes for known, (classes, _module, _function) in SERIES.items()})
    if library is not None:
        _classes, module, function = SERIES[library]
        made: TypedColumn = getattr(import_module(f"tuitrain.data.readers.{module}"), function)(values)
        return made
    if isinstance(values, np.ndarray):
        values = values[:, 0] if values.ndim == 2 and values.shape[1] == 1 else values
        if values.ndim != 1:
            raise DataError(
                _("{name}: column {column} has shape {shape}; expected one value for each row").format(
                    name=name, column=quoted(key), shape=values.shape
                )
            )
        return typed_array(values)
    if isinstance(values, (str, bytes, Mapping)) or not hasattr(values, "__iter__"):
        raise DataError(
            _("{name}: column {column} is {found}; expected a list of values").format(
                name=name, column=quoted(key), found=quoted(values)
            )
        )
    return typed_list(list(values))
