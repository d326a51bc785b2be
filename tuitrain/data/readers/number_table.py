"""Read tables of plain numbers quickly, block by block, so that never more than a block of their text is in memory.

The layout is found from the first block: what decides about it stands there, if all else is plain numbers in ASCII.
`R` rows, `C` columns.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from tuitrain.data.progress import Progress
from tuitrain.data.readers import FileContent
from tuitrain.data.readers.dialect import SAMPLE_CHARACTERS, LaidOut, Wanted, lay_out
from tuitrain.data.readers.encoding import decode
from tuitrain.data.readers.file_kinds import DOS_END, refuse_other_kinds
from tuitrain.data.readers.number_block import parse_block, plain_block
from tuitrain.data.readers.records import squeezed
from tuitrain.errors import DataError

BLOCK = 2**20  # bytes that are parsed at once
FREED = 31 * 2**20  # bytes, which are never written to; without them a third of the time goes into fetching pages
SPARE = 1.02  # times the rows that the first block lets expect
GROWTH = 1.5  # times the rows, where there are more than were expected
STATEFUL = ("utf-16", "utf-32", "utf-7", "iso2022", "hz")  # in which the bytes of digits may be other letters


@dataclass(frozen=True)
class NumberTable:
    """What is read: `laid_out` has the text of the first block only; `columns` are (R,) float64, NaN for empty cells.

    `has_points` says whether any cell may have a point.
    """

    laid_out: LaidOut
    names: list[str]
    columns: list[NDArray[np.float64]]
    has_points: bool


def read_number_table(file: FileContent, wanted: Wanted) -> NumberTable | None:
    """Read a table of plain numbers and empty cells; return None if anything else is in it, or in doubt."""
    np.empty(FREED, np.uint8)  # glibc keeps memory of up to the largest freed size, for the arrays of the next block
    with file.open() as stream:
        blocks = _Blocks(stream, file.size, file.progress)
        laid_out = _laid_out(blocks, file.name, wanted)
        return None if laid_out is None else _read(blocks, laid_out)


def has_point(file: FileContent, wanted: Wanted, place: int) -> bool:
    """Whether any cell of a column has a point, in a table that was read by `read_number_table`."""
    with file.open() as stream:
        blocks = _Blocks(stream, file.size, file.progress)
        laid_out = _laid_out(blocks, file.name, wanted)
        if laid_out is None:
            return True
        delimiter = re.escape(laid_out.layout.delimiter.encode())
        pattern = re.compile(
            rb"(?m)^(?:[^%b\n]*%b){%d}[^%b\n.]*\." % (delimiter, delimiter, place, delimiter)
        )  # fmt: skip
        return any(pattern.search(block) is not None for block in _rows(blocks, laid_out)[1] if block is not None)


class _Blocks:
    """The first lines of a file, `head`, and the blocks of whole lines behind them."""

    def __init__(self, stream: BinaryIO, size: int, progress: Progress) -> None:
        self._stream, self.size, self._progress = stream, size, progress
        self._read = 0
        self._rest = b""
        self.head = self._next()

    @property
    def is_whole(self) -> bool:
        """Whether there is nothing behind the head."""
        return not self._rest and self._read >= self.size

    def _next(self) -> bytes:
        """The next whole lines, or what is left; empty at the end."""
        pieces = [self._rest]
        while True:
            self._progress(self._read, self.size)
            piece = self._stream.read(BLOCK)
            self._read += len(piece)
            end = piece.rfind(b"\n") + 1
            if end:
                self._rest = piece[end:]
                return b"".join([*pieces, piece[:end]])
            pieces.append(piece)
            if not piece:
                self._rest = b""
                return b"".join(pieces).removesuffix(DOS_END)

    def __iter__(self) -> Iterator[bytes]:
        while block := self._next():
            yield block


def _laid_out(blocks: _Blocks, name: str, wanted: Wanted) -> LaidOut | None:
    """The layout by the head; None where it takes the whole file to find it, or to say what is wrong."""
    try:
        refuse_other_kinds(blocks.head, name)
        decoded = decode(blocks.head, name, encoding=wanted.encoding)
        if decoded.encoding.startswith(STATEFUL) or not decoded.text.strip("\ufeff \t\r\n"):
            return None
        laid_out = lay_out(decoded, name, wanted)
    except DataError:
        return None
    is_enough = blocks.is_whole or len(laid_out.text) > SAMPLE_CHARACTERS
    return laid_out if laid_out.layout.is_plain and is_enough else None


def _rows(blocks: _Blocks, laid_out: LaidOut) -> tuple[str, Iterator[bytes | None]]:
    """The line of the header, empty if there is none, and the blocks of rows; None for one with other letters."""
    text, layout = laid_out.text, laid_out.layout
    start = (text.find("\n") + 1 or len(text)) if layout.has_header else 0

    def rows() -> Iterator[bytes | None]:
        head = text[start:]
        if head:
            yield plain_block(head.encode("ascii"), layout.delimiter) if head.isascii() else None
        for block in blocks:
            if not block.isascii():
                yield None
            elif layout.delimiter == " ":
                yield plain_block(squeezed(block.decode("ascii")).encode("ascii"), " ")
            else:
                yield plain_block(block, layout.delimiter)

    return text[:start].rstrip("\r\n"), rows()


def _read(blocks: _Blocks, laid_out: LaidOut) -> NumberTable | None:
    header, rows = _rows(blocks, laid_out)
    delimiter = laid_out.layout.delimiter
    if '"' in header or "'" in header or "\r" in header:
        return None
    names = header.split(delimiter) if laid_out.layout.has_header else []
    width = len(names)
    found: _GrowingColumns | None = None
    has_points = False
    for block in rows:
        if block is None:
            return None
        width = width or block[: block.find(b"\n") + 1 or len(block)].count(delimiter.encode()) + 1
        numbers = parse_block(block, delimiter, width)
        if numbers is None:
            return None
        has_points = has_points or b"." in block
        if found is None:
            found = _GrowingColumns(width, int(SPARE * len(numbers) * max(1.0, blocks.size / len(block))))
        found.add(numbers)
    if found is None:
        return None
    names = names or [f"column {number}" for number in range(1, width + 1)]
    return NumberTable(laid_out, names, found.take(), has_points)


class _GrowingColumns:
    """Columns to which rows are added; memory that no row was written to is not taken from the system."""

    def __init__(self, width: int, rows: int) -> None:
        self._columns = [np.empty(rows) for _ in range(width)]
        self._rows = 0

    def add(self, block: NDArray[np.float64]) -> None:
        """Add the rows of a block, (R, C)."""
        end = self._rows + len(block)
        if end > len(self._columns[0]):
            self._resize(int(GROWTH * end))
        for column, values in zip(self._columns, block.T, strict=True):
            column[self._rows : end] = values
        self._rows = end

    def _resize(self, rows: int) -> None:
        for column in self._columns:
            column.resize(rows, refcheck=False)  # in place, where the system can move pages

    def take(self) -> list[NDArray[np.float64]]:
        """Return the columns, as long as the rows that were added."""
        self._resize(self._rows)
        return self._columns
