"""Read a CSV or TSV file chunk by chunk, by formats that are known, so that a file of any size needs little memory.

The layout is found from the head of the file. `N` rows of a chunk, `C` columns of the file.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tuitrain.data.cells.column_format import NUMBER, ColumnFormat, Told
from tuitrain.data.cells.number_column import has_points_of_thousands
from tuitrain.data.cells.reading import read_columns, read_with_remarks
from tuitrain.data.cells.remarks import Remarks
from tuitrain.data.readers.above_the_rows import COMMENT_SIGNS, LINE_END, place_behind_lines
from tuitrain.data.readers.byte_stream import ByteStream
from tuitrain.data.readers.checked_rows import Cells, CheckedRows, bare, read_cells
from tuitrain.data.readers.dialect import LINE_MARK, Layout, Wanted, lay_out
from tuitrain.data.readers.encoding import Decoded
from tuitrain.data.readers.lines import told_encoding
from tuitrain.data.readers.number_block import parse_block, plain_block
from tuitrain.data.readers.quoted_words import QUOTES_SAMPLE, with_quoted_words_marked
from tuitrain.data.readers.records import squeezed, without_blanks_at_quotes
from tuitrain.data.readers.text import TAB_SUFFIXES, told_names, without_empty_end
from tuitrain.data.readers.text_pieces import HEAD_BYTES, PIECE_BYTES, TextPieces
from tuitrain.data.table import Column, Table, plain_numbers
from tuitrain.errors import DataError
from tuitrain.options.data_options import DataOptions
from tuitrain.text import quoted
from tuitrain.translation import gettext as _

MOST_QUICK_FAILURES = 3  # in a row, after which no further piece is tried as a block of numbers


@dataclass(frozen=True)
class Chunk:
    """Some rows: the needed columns, each (N,), and the cells of the kept ones as the file has them, N lists."""

    columns: tuple[Column, ...]
    kept: list[list[str]]

    def __len__(self) -> int:
        return len(self.columns[0])


class TextStream:
    """A text table that is read once, in chunks; `names` are its columns, known from the start."""

    def __init__(
        self, stream: ByteStream, options: DataOptions, *, head_bytes: int = HEAD_BYTES,
        piece_bytes: int = PIECE_BYTES,
    ) -> None:  # fmt: skip
        self._stream = stream
        with stream.damage_first():
            self._begin(stream, options, head_bytes, piece_bytes)

    def _begin(self, stream: ByteStream, options: DataOptions, head_bytes: int, piece_bytes: int) -> None:
        self.name = stream.content.name
        self._wanted, self._told = Wanted.of(options), Told.of(options)
        pieces = TextPieces(
            stream, encoding=self._wanted.encoding, head_bytes=head_bytes, piece_bytes=piece_bytes
        )  # fmt: skip
        head, self._pieces = pieces.head, pieces
        if not head.text.strip("\ufeff \t\r\n"):
            raise DataError(_("{name}: the file is empty; expected a header and rows").format(name=self.name))
        if self._wanted.delimiter is None and stream.content.suffix in TAB_SUFFIXES and "\t" in head.text:
            self._wanted = replace(self._wanted, delimiter="\t")
        laid_out = lay_out(head, self.name, self._wanted)
        self._layout, self._notices = laid_out.layout, laid_out.notices
        self._comments = _LateComments(head, self.name, self._wanted)
        self._head = laid_out.text[: QUOTES_SAMPLE + 1]
        self._rows = self._checked(self._marked(laid_out.text), self._layout.first_line, is_cut=pieces.is_cut)
        next(iter(self._rows.checked()), None)
        headers, self._left_out = self._without_empty_end()
        self.names, self._renamed = told_names(headers, self._layout, self._wanted)
        self._quick_failures = 0

    @property
    def is_nameless(self) -> bool:
        """Whether there is no header, so that the names were made up."""
        return not self._layout.has_header

    def head_table(self, most_rows: int) -> Table:
        """Read the first rows, by what they look like."""
        rows = self._checked(self._rows.text, self._layout.first_line, is_cut=self._pieces.is_cut, most_rows=most_rows)
        cells = read_cells(rows, self._told, [name for name, kind in self._told.kinds.items() if kind != NUMBER])
        columns, _notices = read_columns(
            self.names, cells[: len(self.names)], where=self.name, told=self._told, delimiter=self._layout.delimiter
        )
        return Table(self.name, tuple(columns), is_nameless=self.is_nameless)

    def chunks(
        self, formats: Mapping[str, ColumnFormat], kept: Sequence[str], remarks: Remarks
    ) -> Iterator[Chunk]:  # fmt: skip
        """Yield the rows, with the columns that `formats` names and the cells of those `kept`; note `remarks`.

        Raises
        ------
        DataError
            if a row is too short or too long, a quote is not closed, a cell does not fit its column's format, a byte
            does not fit the encoding, or there are no rows.
        """
        with self._stream.damage_first():
            yield from self._chunks(formats, kept, remarks)

    def _chunks(
        self, formats: Mapping[str, ColumnFormat], kept: Sequence[str], remarks: Remarks
    ) -> Iterator[Chunk]:  # fmt: skip
        told = replace(self._told, formats=formats)
        places, kept_places = ([self.names.index(name) for name in names] for names in (formats, kept))
        as_cells = {
            name for name, form in formats.items() if form.kind != NUMBER or has_points_of_thousands(form, told)
        }  # fmt: skip
        count = 0
        for rows in self._texts():
            block = None if as_cells else self._numbers(rows)
            columns: list[Cells]
            if block is not None:
                columns = [block.numbers[:, place] for place in places]
                size, cells = len(block.numbers), block.cells(kept_places)
            else:
                found = [row for _line, row in rows.checked()]
                columns = [
                    _cells([row[place] for row in found], is_kept=name in as_cells)
                    for place, name in zip(places, formats, strict=True)
                ]  # fmt: skip
                size, cells = len(found), [[bare(row[place]) for place in kept_places] for row in found]
                self._refuse_late_values(rows, kept)
            if not size:
                continue
            count += size
            parsed, told_of = read_with_remarks(
                list(formats), columns, where=self.name, told=told, delimiter=self._layout.delimiter,
                line_of=_line_finder(rows, places),
            )  # fmt: skip
            remarks.extend(told_of)
            yield Chunk(tuple(parsed), cells)
        if not count:
            raise DataError(_("{name}: found a header and no rows; expected at least one row").format(name=self.name))

    def notices(self, remarks: Sequence[str]) -> list[str]:
        """Return what is to be told about the table, when all chunks were read; `remarks` are on its columns."""
        late = self._pieces.late
        encoding = [told_encoding(late)] if late is not None and late.reason else []
        return [*encoding, *self._notices, *self._rows.notices(), *self._left_out, *remarks, *self._renamed]

    def _checked(
        self, text: str, first_line: int, *, is_cut: bool, before: CheckedRows | None = None,
        most_rows: int | None = None,
    ) -> CheckedRows:  # fmt: skip
        layout = replace(self._layout, first_line=first_line)
        return CheckedRows(text, self.name, layout, most_rows, is_cut=is_cut, before=before)

    def _without_empty_end(self) -> tuple[list[str], list[str]]:
        """The names without those of the last columns that have neither header nor values, with a notice on these."""
        names = self._rows.names
        if not names or names[-1].strip():
            return names, []
        columns: list[Cells] = [[] for _name in names]
        for _line, row in self._rows.checked():
            for cells, cell in zip(columns, row, strict=True):
                cells.append(cell)  # type: ignore[union-attr]
        kept, _columns, notices = without_empty_end(names, columns)
        return kept, notices

    def _refuse_late_values(self, rows: CheckedRows, kept: Sequence[str]) -> None:
        """Refuse values in a last column that has no header and was taken for empty, if all columns are kept."""
        width = len(self.names)
        if not self._left_out or len(kept) < width:
            return
        for line, row in rows.checked():
            if any(map(str.strip, row[width:])):
                raise DataError(
                    _("{name}, line {line}: found {cell} in a column that has no header and no values before; name it "
                      "in the header").format(
                        name=self.name, line=line, cell=quoted(next(filter(None, map(str.strip, row[width:]))))
                    )
                )  # fmt: skip

    def _texts(self) -> Iterator[CheckedRows]:
        """Yield texts of whole records, each to be read before the next is asked for."""
        line, pieces = self._layout.first_line, iter(self._pieces)
        more = next(pieces, None)
        while True:
            rows = self._rows
            yield rows
            if more is None:
                return
            piece, more = more, next(pieces, None)
            rest = ""
            if rows.open_line:
                rest = rows.text[place_behind_lines(rows.text, rows.open_line - line) :]
            line = rows.open_line or line + _count_lines(rows.text)
            self._layout = self._comments.in_force(piece, self._layout)
            self._rows = self._checked(rest + self._prepared(piece), line, is_cut=more is not None, before=rows)

    def _prepared(self, piece: str) -> str:
        """A piece with what `lay_out` and the reader of whole tables change in a text before they split it."""
        if "\ufeff" in piece:
            piece = LINE_MARK.sub("", piece)
        piece = self._layout.rewriting.apply(piece, self.name)
        if '" ' in piece:
            piece = without_blanks_at_quotes("\n" + piece)[1:]  # which look at the sign before
        if self._layout.delimiter == " ":
            piece = squeezed(piece)
        return self._marked(piece)

    def _marked(self, text: str) -> str:
        return with_quoted_words_marked(text, self._layout.splitting, self._told, head=self._head)

    def _numbers(self, rows: CheckedRows) -> _Block | None:
        """Read the text of nothing but plain numbers quickly; return None if anything else is in it."""
        if not self._layout.is_plain or self._quick_failures >= MOST_QUICK_FAILURES:
            return None
        block = _Block.of(rows, self._layout, has_header=rows.is_first and self._layout.has_header)
        if block is not None and not np.isnan(block.numbers[:, len(self.names) :]).all():
            block = None  # values in a column that was taken for empty
        self._quick_failures = 0 if block is not None else self._quick_failures + 1
        return block


@dataclass(frozen=True)
class _Block:
    """Lines of plain numbers, and these, (N, C) float64."""

    lines: bytes
    numbers: NDArray[np.float64]
    delimiter: str

    @classmethod
    def of(cls, rows: CheckedRows, layout: Layout, *, has_header: bool) -> _Block | None:
        text = rows.text
        if has_header:
            header, _end, text = text.partition("\n")
            header = header.rstrip("\r")
            is_odd = not header.strip() or any(sign in header for sign in "\"'\r")
            if is_odd or header.count(layout.delimiter) + 1 != rows.known[0]:
                return None
        lines = plain_block(text.encode("ascii"), layout.delimiter) if text and text.isascii() else None
        numbers = None if lines is None else parse_block(lines, layout.delimiter, rows.known[0])
        return None if numbers is None or lines is None else cls(lines, numbers, layout.delimiter)

    def cells(self, places: Sequence[int]) -> list[list[str]]:
        """The cells at these places as they are written, N lists."""
        if not places:
            return [[]] * len(self.numbers)
        text = self.lines.decode("ascii").replace("\r\n", "\n").removesuffix("\n").removesuffix("\r")
        rows = (line.split(self.delimiter) for line in text.split("\n"))
        return (
            list(rows) if [*places] == [*range(self.numbers.shape[1])] else [[row[p] for p in places] for row in rows]
        )


class _LateComments:
    """Finds whether lines behind the head of a file are comments, each sign when it first begins one."""

    def __init__(self, head: Decoded, name: str, wanted: Wanted) -> None:
        self._head, self._name, self._wanted = head, name, wanted
        self._open: Collection[str] = COMMENT_SIGNS if wanted.comment is None else ()

    def in_force(self, piece: str, layout: Layout) -> Layout:
        """The layout with the sign of comments, if one begins a line of this piece and such lines are no rows."""
        if layout.splitting.comment:
            return layout
        for sign in self._open:
            if sign not in piece or not (piece.startswith(sign) or f"\n{sign}" in piece or f"\r{sign}" in piece):
                continue
            self._open = [other for other in self._open if other != sign]
            both = replace(self._head, text=self._head.text + piece)
            found = lay_out(both, self._name, self._wanted).layout.splitting
            if found.comment:
                return replace(layout, splitting=replace(layout.splitting, comment=found.comment))
        return layout


def _cells(cells: list[str], *, is_kept: bool) -> Cells:
    """The numbers of a column's cells, or these where any is no plain number, or the column's format wants them."""
    numbers = None if is_kept else plain_numbers(cells)
    return cells if numbers is None else numbers


def _line_finder(rows: CheckedRows, places: Sequence[int]) -> Callable[[int, str], int]:
    """A function that finds the line of a text in one of the columns that stand at `places` in the file."""
    return lambda place, text: rows.line_of(places[place], text)


def _count_lines(text: str) -> int:
    return sum(1 for _end in LINE_END.finditer(text)) if "\r" in text else text.count("\n")
