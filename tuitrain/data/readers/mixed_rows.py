"""Read the cells of a text table block by block, some columns as numbers, others as texts.

It does quickly what the strict reader of rows does one by one, and leaves to that whatever is not evenly laid out.
`N` rows.
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from operator import attrgetter

import numpy as np
from numpy.typing import NDArray

from tuitrain.data.cells.column_format import NUMBER, Told
from tuitrain.data.cells.looked import MOST_COMPARED, NumbersWithWords
from tuitrain.data.cells.number_column import is_doubtful, spelled_twice
from tuitrain.data.readers.above_the_rows import place_behind_lines
from tuitrain.data.readers.checked_rows import BLOCK_LOOKED_AT, Cells, CheckedRows
from tuitrain.data.readers.mixed_block import NEWLINE_WITHIN, MixedBlock
from tuitrain.data.table import tidy_names

HEAD = 2**20  # characters, in which the first row ends
BLOCK = 2**20  # characters that are cut at once
NOTHING_SKIPPED: tuple[int, list[int], list[int]] = (0, [], [])


def read_mixed_cells(rows: CheckedRows, told: Told, as_cells: Collection[str]) -> list[Cells] | None:
    """Read a table as `checked_rows.read_cells` does, but a column of numbers may have words for missing.

    Return None if any line is not laid out as all others, so that the rows are to be read one by one.
    """
    reading = _MixedRows.of(rows)
    return None if reading is None else reading.read(told, as_cells)


@dataclass
class _Column:
    """What was read of a column: numbers by blocks, with words for missing by rows; or, if `is_text`, its cells.

    The cells begin with the block number `begin`; those of the blocks before were numbers.
    """

    is_text: bool
    pieces: list[NDArray[np.float64]]
    words: dict[int, str]
    cells: list[str]
    begin: int = 0
    has_point: bool = False
    known: dict[str, str] = field(default_factory=dict)

    def add_levels(self, different: list[str], which: NDArray[np.int64]) -> None:
        """Add the cells of a block (R,), of which each is one of those that are `different`."""
        levels = np.array([self.known.setdefault(cell, cell) for cell in different], object)
        self.cells += levels[which].tolist()

    def to_text(self, block: int) -> None:
        self.is_text, self.begin = True, block
        self.pieces, self.words = [], {}


class _MixedRows:
    """The text of the rows of a table, `start` to `end`, of which each has `width` fields."""

    def __init__(self, rows: CheckedRows, start: int, end: int) -> None:
        layout = rows.layout
        self._rows, self._start, self._end = rows, start, end
        self._width = rows.known[0]
        self._quote = layout.splitting.quote
        first = int(layout.has_row_names)
        self._places = range(first, self._width - layout.has_blank_end)
        self._names = tidy_names(rows.names)[0]

    @classmethod
    def of(cls, rows: CheckedRows) -> _MixedRows | None:
        """Find where the rows are; None if they are to be read one by one."""
        layout, text = rows.layout, rows.text
        sign = layout.delimiter + layout.splitting.quote
        if layout.splitting.comment or rows.is_partial or rows.has_limit or not sign.isascii():
            return None
        if "\r" in text and text.count("\r") != text.count("\r\n"):
            return None
        line, _row = next(rows.checked(most=HEAD), (0, []))
        if not line or rows.known[0] < 2 or rows.skipped != NOTHING_SKIPPED or len(rows.names) < 2:
            return None
        start = place_behind_lines(text, line - layout.first_line)
        rows.lines = [(0, line)]
        end = len(text)
        while end > start and text[end - 1] in "\r\n":
            end -= 1
        return cls(rows, start, end)

    def read(self, told: Told, as_cells: Collection[str]) -> list[Cells] | None:
        """Read all blocks."""
        places = self._places
        columns = [_Column(name in as_cells, [], {}, []) for name in self._names]
        words = self._words(told)
        count, lines_within = 0, 0
        rows = self._rows
        for number, block in enumerate(self._blocks(tells=True)):
            if block is None or (rows.layout.has_blank_end and any(map(str.strip, block.cells([self._width - 1])[0]))):
                rows.lines = []
                return None
            open_ones = [index for index, column in enumerate(columns) if not column.is_text]
            found = block.numbers([places[index] for index in open_ones], {places[i]: words[i] for i in open_ones})
            for index, numbers in zip(open_ones, found, strict=True):
                column = columns[index]
                if numbers is None:
                    column.to_text(number)
                else:
                    column.pieces.append(numbers.values)
                    column.has_point |= numbers.has_point
                    column.words |= {count + row: word for row, word in numbers.words.items()}
            self._add_cells(block, {index: column for index, column in enumerate(columns) if column.is_text})
            shift = rows.lines[0][1] + lines_within
            rows.lines += [(count, shift)] if shift != rows.lines[-1][1] else []
            if block.lines_within is not None:
                rows.lines += _shifts(block.lines_within, count, shift)
                lines_within += block.buffer.count(NEWLINE_WITHIN)
            count += len(block)
        if self._has_odd_rows(columns, words):
            rows.lines = []
            return None
        self._add_earlier({index: column.begin for index, column in enumerate(columns) if column.is_text}, columns)
        rows.skipped = NOTHING_SKIPPED  # by a look for the header, too
        rows.skip_blank(rows.text.count("\n", self._end) - 1)
        return self._decided(columns, told)

    def _add_cells(self, block: MixedBlock, columns: Mapping[int, _Column]) -> None:
        """Add the cells of a block to some columns, by index."""
        many = []
        for index, column in columns.items():
            levels = block.levels(self._places[index])
            if levels is None:
                many.append(index)
            else:
                column.add_levels(*levels)
        for index, cells in zip(many, block.cells([self._places[index] for index in many]), strict=True):
            columns[index].cells += cells

    def _words(self, told: Told) -> list[Collection[str]]:
        """The words for missing in each column, none where something is known about it."""
        usual = told.column(NUMBER)
        if told.decimal or told.thousands is not None or any(map(_has_digit, usual.given_words)):
            return [()] * len(self._names)
        known = {*told.kinds, *told.formats}
        return [() if name in known else usual.missing_words() for name in self._names]

    def _blocks(self, *, tells: bool = False) -> Iterator[MixedBlock | None]:
        text, start = self._rows.text, self._start
        while start < self._end:
            stop = self._stop(start)
            yield MixedBlock.of(text[start:stop], self._rows.layout.delimiter, self._quote, self._width)
            start = stop
            if tells:
                self._rows.tell(start / len(text))

    def _stop(self, start: int) -> int:
        """Where a block ends: at the end of a line that is not within quotes."""
        text, end = self._rows.text, self._end
        if start + BLOCK >= end:
            return end
        stop = text.rfind("\n", start, start + BLOCK) + 1 or text.find("\n", start, end) + 1 or end
        is_open = bool(self._quote) and text.count(self._quote, start, stop) % 2 == 1
        while is_open and stop < end:
            following = text.find("\n", stop, end) + 1 or end
            is_open = text.count(self._quote, stop, following) % 2 == 0
            stop = following
        return stop

    def _has_odd_rows(self, columns: Sequence[_Column], words: Sequence[Collection[str]]) -> bool:
        """Whether the header stands among the rows, or notes below them."""
        if self._has_header_again(columns, words):
            return True
        text, end = self._rows.text, self._end
        last = text[text.rfind("\n", self._start, end) + 1 : end]
        fields = last.split(self._rows.delimiter)
        if self._quote and self._quote in last:
            return fields[-1].strip() in {"", 2 * self._quote}
        return fields[-1] == "" and "" in fields[1:2]

    def _has_header_again(self, columns: Sequence[_Column], words: Sequence[Collection[str]]) -> bool:
        """Whether the header stands among the rows, as a name shows that makes a text of the column it is in."""
        header = self._rows.known[1]
        if len(header) != self._width:
            return False
        for column, place, missing in zip(columns, self._places, words, strict=True):
            name = header[place].strip().lower()
            if any(map(str.isalpha, name)) and name not in missing:
                return column.is_text and any(cell.strip().lower() == name for cell in {*column.cells})
        for _line, _row in self._rows.checked():
            pass
        return bool(self._rows.skipped[1])

    def _add_earlier(self, begins: Mapping[int, int], columns: Sequence[_Column]) -> None:
        """Put the cells of the first blocks of columns that began with numbers before the others."""
        late = [index for index, begin in begins.items() if begin]
        if not late:
            return
        behind = {index: columns[index].cells for index in late}
        for index in late:
            columns[index].cells = []
        for number, block in enumerate(self._blocks()):
            wanted = {index: columns[index] for index in late if begins[index] > number}
            if not wanted or block is None:
                break
            self._add_cells(block, wanted)
        for index in late:
            columns[index].cells += behind[index]

    def _decided(self, columns: Sequence[_Column], told: Told) -> list[Cells]:
        """The columns; those whose numbers may mean others are read again as cells."""
        twice = self._spelled_twice()
        again: list[int] = []
        made: list[Cells] = []
        for index, (name, column) in enumerate(zip(self._names, columns, strict=True)):
            if column.is_text:
                made.append(column.cells)
                continue
            values = np.concatenate(column.pieces)
            is_unclear = bool(column.words) and _may_be_none_or_thousands(values, column.has_point)
            has_point = partial(attrgetter("has_point"), column)
            if is_unclear or name in twice or is_doubtful(values, told, self._rows.delimiter, has_point=has_point):
                again.append(index)
            made.append(NumbersWithWords(values, column.words, self._first(index)) if column.words else values)
        if again:
            for index in again:
                columns[index].is_text = True
            self._add_earlier(dict.fromkeys(again, sys.maxsize), columns)
            for index in again:
                made[index] = columns[index].cells
        return made

    def _spelled_twice(self) -> set[str]:
        """The columns among whose first cells two are one number but for zeros behind the point."""
        found: dict[str, list[str]] = {name: [] for name in self._names}
        for block in self._blocks():
            if block is None or len(found[self._names[0]]) >= BLOCK_LOOKED_AT:
                break
            for name, cells in zip(self._names, block.cells(self._places), strict=True):
                found[name] += cells
        return {name for name, cells in found.items() if spelled_twice(cells[:BLOCK_LOOKED_AT]) is not None}

    def _first(self, index: int) -> list[str]:
        """The first different cells of a column."""
        found: dict[str, None] = {}
        for block in self._blocks():
            cells = block.cells([self._places[index]])[0] if block is not None else []
            found |= dict.fromkeys(map(str.strip, cells))
            if len(found) > 2 * MOST_COMPARED:
                break
        return list(found)


def _may_be_none_or_thousands(values: NDArray[np.float64], has_point: bool) -> bool:
    """Whether no number is left beside the words, or whole ones are written with points, as 45.000 is."""
    present = values[np.isfinite(values)]
    return not len(present) or (has_point and not (present % 1 > 0).any())


def _has_digit(word: str) -> bool:
    return any(map(str.isdigit, word))


def _shifts(lines_within: NDArray[np.int64], count: int, shift: int) -> list[tuple[int, int]]:
    """The pairs (row, shift) of `CheckedRows.lines` for a block that begins with the row number `count`."""
    changes = np.flatnonzero(np.diff(lines_within, prepend=0))
    return [(count + int(row), shift + int(lines_within[row])) for row in changes]
