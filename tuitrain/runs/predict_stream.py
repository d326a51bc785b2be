"""Predict the rows of a table of any size: a text file is read, predicted and given on block by block.

`N` rows of a block, `D` features, `K` outputs. Blocks are multiples of the rows of one forward pass, so that the
predictions are those of the whole table to the last bit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tuitrain.data.cells.column_format import ColumnFormat, Told
from tuitrain.data.cells.remarks import Remarks
from tuitrain.data.readers.byte_stream import ByteStream, open_stream, streamed_content
from tuitrain.data.readers.text_pieces import HEAD_BYTES, PIECE_BYTES
from tuitrain.data.readers.text_stream import TextStream
from tuitrain.data.table import Column, Table
from tuitrain.data.target import choose_target
from tuitrain.data.unseen import Unseen
from tuitrain.engine.network import PREDICT_ROWS
from tuitrain.options.data_options import DataOptions
from tuitrain.runs.model import Model
from tuitrain.runs.model_input import MOST_ROWS, formats_of, names_by_place
from tuitrain.runs.spread import spread_of

Rows: TypeAlias = list[list[object]]
# At once, since the threads of a matrix product wait in a busy loop for the next one, while the next rows are read.
MOST_PASSES, MOST_VALUES = 16, 4_000_000


@dataclass(frozen=True)
class Kept:
    """Which columns are written before the prediction: the one that names the rows first, then all, if so asked.

    `spread`: behind it, the spread of an ensemble's members.
    """

    id_column: str | None = None
    all_columns: bool = False
    spread: bool = False

    def names(self, table: Table) -> list[str]:
        """Return their names.

        Raises
        ------
        DataError
            if there is no such column.
        """
        first = [] if self.id_column is None else [choose_target(table, self.id_column)]
        return first + [name for name in table.names if self.all_columns and name not in first]


@dataclass(frozen=True)
class Predictions:
    """A header and blocks of rows to write; `notices` and `share`, of the file that was read, as far as it was."""

    header: list[str]
    blocks: Iterator[Rows]
    notices: Callable[[], list[str]]
    share: Callable[[], float | None]


def predict_table(model: Model, table: Table, kept: Kept) -> Predictions:
    """Predict the rows of a table that was read whole; its notices are the reader's to tell.

    Kept cells are as they are written, where the table has them, else as they were read.
    """
    names = kept.names(table)
    before = [[]] * len(table) if not names else _written(table, names) if table.written is None else (
        table.written([table.names.index(name) for name in names])
    )  # fmt: skip

    def blocks() -> Iterator[Rows]:
        yield _rows(model, model.preprocessing.transform(table), before, has_spread=kept.spread)

    header = _header(model, names, has_spread=kept.spread)
    return Predictions(header, blocks(), list, lambda: None)


def _written(table: Table, names: list[str]) -> list[list[str]]:
    """The values of these columns in each row, as text; empty where they are missing."""
    cells = [["" if label is None else label for label in table.column(name).labels()] for name in names]
    return [list(row) for row in zip(*cells, strict=True)]


@contextmanager
def predict_stream(
    model: Model, source: str, options: DataOptions, kept: Kept, *, head_bytes: int = HEAD_BYTES,
    piece_bytes: int = PIECE_BYTES,
) -> Iterator[Predictions | None]:  # fmt: skip
    """Predict the rows of a text file while it is read; give None where the table must be read whole.

    That is one of another kind, and where a column's format is not known from the model but to be found in the whole.

    Raises
    ------
    DataError
        as reading does: for the head of the file at once, for the rows while `blocks` is iterated.
    """
    formats = formats_of(model)
    content = streamed_content(source, options) if _are_known(model, formats, options) else None
    if content is None:
        yield None
        return
    with open_stream(content) as stream:
        text = TextStream(stream, options, head_bytes=head_bytes, piece_bytes=piece_bytes)
        yield _Streamed(model, text, formats, kept).predictions(stream)


def _are_known(model: Model, formats: dict[str, ColumnFormat], options: DataOptions) -> bool:
    """Whether the model knows how each needed column is read, and the user says nothing else."""
    kinds = Told.of(options).kinds
    if model.preprocessing.is_nameless and kinds:
        return False
    needed = model.preprocessing.column_names
    return all(name in formats and kinds.get(name, formats[name].kind) == formats[name].kind for name in needed)


class _Streamed:
    """A text file's columns matched to a model's."""

    def __init__(self, model: Model, text: TextStream, formats: dict[str, ColumnFormat], kept: Kept) -> None:
        self._model, self._text = model, text
        names = names_by_place(model, text.head_table(MOST_ROWS)) if model.preprocessing.is_nameless else text.names
        in_file = dict(zip(names, text.names, strict=True))
        self._head = Table(text.name, tuple(Column(name, "text", np.empty(0, object)) for name in names))
        model.preprocessing.check_columns(names, text.name)
        self._kept = kept.names(self._head)
        self._has_spread = kept.spread
        needed = set(model.preprocessing.column_names)
        self._needed = [name for name in names if name in needed]
        self._formats = {in_file[name]: formats[name] for name in self._needed}
        self._kept_in_file = [in_file[name] for name in self._kept]
        self._remarks, self._unseen = Remarks(), Unseen()

    def predictions(self, stream: ByteStream) -> Predictions:
        return Predictions(
            _header(self._model, self._kept, has_spread=self._has_spread),
            self._blocks(),
            self._notices,
            lambda: stream.share,
        )

    def _blocks(self) -> Iterator[Rows]:
        """Yield the rows that are written, when there are enough for many whole forward passes; before, none."""
        preprocessing = self._model.preprocessing
        most = max(1, min(MOST_PASSES, MOST_VALUES // (PREDICT_ROWS * len(preprocessing.encoded_names)))) * PREDICT_ROWS
        waiting: list[NDArray[Any]] = []
        kept: list[list[str]] = []
        for chunk in self._text.chunks(self._formats, self._kept_in_file, self._remarks):
            columns = [_renamed(column, name) for column, name in zip(chunk.columns, self._needed, strict=True)]
            table = Table(self._text.name, tuple(columns))
            self._unseen.extend(preprocessing.observe(table))
            waiting.append(preprocessing.transform(table))
            kept += chunk.kept
            if len(kept) < most:
                yield []
                continue
            X = np.concatenate(waiting)
            count = len(X) - len(X) % PREDICT_ROWS
            yield _rows(self._model, X[:count], kept[:count], has_spread=self._has_spread)
            waiting, kept = [X[count:].copy()], kept[count:]
        if kept:
            yield _rows(self._model, np.concatenate(waiting), kept, has_spread=self._has_spread)

    def _notices(self) -> list[str]:
        told = self._text.notices(self._remarks.notices(list(self._formats)))
        unseen = self._unseen.notices(self._model.preprocessing, self._head.names, target=self._model.target_name)
        return [*told, *unseen]


def _renamed(column: Column, name: str) -> Column:
    return column if column.name == name else Column(name, column.kind, column.values, column.words, column.texts)


def _header(model: Model, kept: list[str], *, has_spread: bool) -> list[str]:
    probabilities = [f"probability {name}" for name in model.class_names] if model.gives_probabilities else []
    return [*kept, "prediction", *(["spread"] if has_spread else []), *probabilities]


def _rows(model: Model, X: NDArray[Any], kept: list[list[str]], *, has_spread: bool) -> Rows:
    """The rows that are written for encoded ones (N, D), behind the cells that are kept of each."""
    outputs = model.member_logits(X)
    logits = outputs[0] if len(outputs) == 1 else model.combined(outputs)
    columns: list[list[object]] = [model.decided(logits).tolist()]
    if has_spread:
        columns.append([f"{value:.6g}" for value in spread_of(model, outputs).tolist()])
    if model.gives_probabilities:
        columns += [[f"{value:.6f}" for value in column] for column in model.probabilities(logits).T.tolist()]
    return [[*before, *found] for before, found in zip(kept, zip(*columns, strict=True), strict=True)]
