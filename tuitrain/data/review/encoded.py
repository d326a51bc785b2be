"""A few cells as the network will see them: encoded by the very preprocessing that a training uses."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tuitrain.data.cells.column_format import Told
from tuitrain.data.cells.reading import read_column
from tuitrain.data.preprocessing import NumberColumn, Preprocessing, TextColumn
from tuitrain.data.table import Column, Table
from tuitrain.errors import DataError
from tuitrain.text import visible

MOST_CELLS = 3


@dataclass(frozen=True)
class EncodedColumn:
    """The features of a column: `cells` as they are written, and `values` (cells, features) of each.

    `numbers` and `text` are what the encoding has learnt of the column.
    """

    name: str
    cells: tuple[str, ...]
    values: np.typing.NDArray[np.float32]
    numbers: tuple[NumberColumn, ...]
    text: TextColumn | None


def encoded_column(column: Column, encoding: Preprocessing) -> EncodedColumn | None:
    """Encode a few cells of a column; None for one that is no input."""
    numbers = tuple(spec for spec in encoding.numbers if spec.column == column.name)
    texts = tuple(spec for spec in encoding.texts if spec.name == column.name)
    if not numbers and not texts:
        return None
    cells, few = _few_cells(column)
    if not cells:
        return None
    values = Preprocessing(numbers, texts).transform(Table("", (few,)))
    return EncodedColumn(column.name, cells, values, numbers, texts[0] if texts else None)


def _few_cells(column: Column) -> tuple[tuple[str, ...], Column]:
    """A few cells as they are written, and a column of them."""
    if column.examples and column.format is not None:
        told = Told(formats={column.name: column.format})
        try:
            few = read_column(column.name, list(column.examples), told=told)[0]
        except DataError:  # as dates that were read from plain numbers
            few = None
        if few is not None and few.kind == column.kind:
            return tuple(visible(cell, 30) for cell in column.examples), few
    rows = np.flatnonzero(~column.missing)[:MOST_CELLS]
    few = column.take(rows)
    return tuple(visible(label, 30) for label in few.labels()), few
