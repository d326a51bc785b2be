"""Convert the rows that a program wants predictions for into a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tuitrain.data.cells.column_format import ColumnFormat, Told
from tuitrain.data.cells.objects import from_objects
from tuitrain.data.readers.frames import frame_table, is_frame
from tuitrain.data.table import Table, tidy_name
from tuitrain.errors import DataError
from tuitrain.text import counted, listed, quoted
from tuitrain.translation import gettext as _

NAME = "rows"


def rows_table(
    rows: Any, needed: Sequence[str], source: Sequence[str], formats: Mapping[str, ColumnFormat] | None = None
) -> Table:  # fmt: skip
    """Make a table of `rows`: a `Table`, mappings, a mapping or data frame of columns, sequences, or a 2-D array.

    Sequences and arrays hold either the `needed` columns or all columns of the `source`, in that order. Texts are read
    as `formats`, by name, say.

    Raises
    ------
    DataError
        if there are no rows, or their length does not fit.
    """
    if isinstance(rows, Table):
        return rows
    told = Told(formats=formats or {})
    if is_frame(rows) and not isinstance(rows, (list, tuple)):
        return frame_table(rows, NAME, told=told)
    if isinstance(rows, np.ndarray):
        if rows.ndim < 2:
            raise DataError(
                _("{name}: found an array of shape {shape}; expected rows by columns").format(
                    name=NAME, shape=rows.shape
                )
            )
        return _sequences_table(rows.reshape(len(rows), int(np.prod(rows.shape[1:]))), needed, source, told)
    if not hasattr(rows, "__iter__"):
        raise DataError(_("{name}: found {rows}; expected rows").format(name=NAME, rows=quoted(rows)))
    rows = list(rows)
    if not rows:
        raise DataError(_("{name}: found no rows; expected at least one").format(name=NAME))
    if all(isinstance(row, Mapping) for row in rows):
        _refuse_gaps(rows, needed)
        return frame_table(rows, NAME, told=told)
    wrong = next((row for row in rows if isinstance(row, (str, bytes, Mapping)) or not hasattr(row, "__len__")), None)
    if wrong is not None:
        raise DataError(
            _("{name}: found {wrong} for a row; expected all mappings, or all sequences of values").format(
                name=NAME, wrong=quoted(wrong)
            )
        )
    return _sequences_table(rows, needed, source, told)


def _refuse_gaps(rows: Sequence[Mapping[Any, Any]], needed: Sequence[str]) -> None:
    """Refuse mappings that lack a needed key: None stands for a missing value."""
    for number, row in enumerate(rows, 1):
        keys = {tidy_name(str(key)) for key in row}
        absent = [name for name in needed if name not in keys]
        if absent:
            raise DataError(
                _("{name}: row {number} has no {columns}; None stands for a missing value").format(
                    name=NAME, number=number, columns=listed("column", absent)
                )
            )


def _sequences_table(rows: Any, needed: Sequence[str], source: Sequence[str], told: Told) -> Table:
    widths = sorted({len(row) for row in rows})
    if not widths:
        raise DataError(_("{name}: found no rows; expected at least one").format(name=NAME))
    names = next((names for names in (needed, source) if widths == [len(names)]), None)
    if names is None:
        found = _(" or ").join(counted(width, "value") for width in widths[:5])
        all_of_them = (
            _(", or all {count} except the target").format(count=len(source)) if len(source) > len(needed) else ""
        )
        listed = ", ".join(map(quoted, needed[:20]))
        raise DataError(
            _("{name}: found {found} in a row, expected {count} ({listed}){all_of_them}").format(
                name=NAME, found=found, count=len(needed), listed=listed, all_of_them=all_of_them
            )
        )
    parts = list(rows.T) if isinstance(rows, np.ndarray) else [list(column) for column in zip(*rows, strict=True)]
    return Table(NAME, tuple(from_objects(name, part, told) for name, part in zip(names, parts, strict=True)))
