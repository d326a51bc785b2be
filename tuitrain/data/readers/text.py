"""Read CSV and TSV files strictly: a malformed row is an error with file, line and finding, never repaired."""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from tuitrain.data.cells.column_format import NUMBER, Told
from tuitrain.data.cells.number_column import has_points_of_thousands, is_doubtful, spelled_twice
from tuitrain.data.cells.reading import read_columns
from tuitrain.data.readers import FileContent
from tuitrain.data.readers.delimiters import DELIMITER_NAMES
from tuitrain.data.readers.dialect import Layout, Wanted, lay_out, lines_named, told_comments
from tuitrain.data.readers.encoding import decode
from tuitrain.data.readers.file_kinds import refuse_other_kinds
from tuitrain.data.readers.footers import LookAhead, note_lines
from tuitrain.data.readers.number_block import parse_block, spelled_twice_in
from tuitrain.data.readers.quoted_words import with_quoted_words_marked
from tuitrain.data.readers.records import Records, csv_problem
from tuitrain.data.table import Table, plain_numbers, tidy_names
from tuitrain.errors import DataError
from tuitrain.options.data_options import DataOptions
from tuitrain.text import counted, quoted
from tuitrain.translation import gettext as _

Cells: TypeAlias = NDArray[np.float64] | list[str]
_Skipped: TypeAlias = tuple[int, list[int], list[int]]  # blank lines; the lines of headers again, and of comments
BLOCK_ROWS = 50_000
# What is read as a number but may be none: +49170123456 and 94E3.
CODE = re.compile(rb"(?m)(?:^|[,;|\t ])(?:\+[0-9 ]{9,}|[+-]?[0-9]+[eE][0-9]{1,2}) *(?=[,;|\t\r\n ]|\Z)")
BARE_EXPONENT = re.compile(rb"[eE][0-9]")
BLOCK_LOOKED_AT = 5000  # cells, in which numbers that are spelled twice are sought
BLOCK_CHARACTERS = 1_000_000  # of plain numbers that are parsed at once
TAB_SUFFIXES = (".tsv", ".tab")


def read_text_file(file: FileContent, options: DataOptions) -> tuple[Table, None]:
    """Read a text table; a .tsv file with tabs is split at them, unless `options.delimiter` says otherwise.

    Raises
    ------
    DataError
        as `read_text_table` does.
    """
    wanted = Wanted.of(options)
    if wanted.delimiter is None and file.suffix in TAB_SUFFIXES and b"\t" in file.data:
        wanted = replace(wanted, delimiter="\t")
    table = read_text_table(
        file.data, file.name, wanted=wanted, most_rows=file.most_rows, is_cut=file.is_cut,
        told=Told.of(options, file.formats),
    )  # fmt: skip
    return table, None


def read_text_table(
    data: bytes, name: str, *, wanted: Wanted | None = None, most_rows: int | None = None, is_cut: bool = False,
    told: Told | None = None,
) -> Table:  # fmt: skip
    """Read the bytes of a CSV or TSV file; `name` stands for the file in messages.

    `wanted` is what is known about the layout, `told` about the cells. `most_rows` stops reading after that many rows;
    `is_cut` means that `data` is the head of a longer file.

    Raises
    ------
    DataError
        if the file is binary or empty, its layout can be read in two ways, a row is too short or too long, or a quote
        is not closed.
    """
    wanted, told = wanted or Wanted(), told or Told()
    refuse_other_kinds(data, name)
    data = data.removesuffix(b"\x1a")  # with which DOS ended a text
    decoded = decode(data, name, encoding=wanted.encoding, is_cut=is_cut)
    if not decoded.text.strip("\ufeff \t\r\n"):
        raise DataError(_("{name}: the file is empty; expected a header and rows").format(name=name))
    laid_out = lay_out(decoded, name, wanted)
    layout, notices = laid_out.layout, [*laid_out.notices]
    text = with_quoted_words_marked(laid_out.text, layout.splitting, told)
    rows = CheckedRows(text, name, layout, most_rows, is_cut=is_cut)
    as_cells = {name for name, kind in told.kinds.items() if kind != NUMBER}
    as_cells |= {name for name, form in told.formats.items() if form.kind != NUMBER}
    if "." in text:  # which would be decimal if they were read at once
        as_cells |= {name for name, form in told.formats.items() if has_points_of_thousands(form, told)}
    quick = _read_numbers(text, layout) if most_rows is None and not as_cells and layout.is_plain else None
    if quick is not None:
        doubtful = {
            name
            for place, (name, values) in enumerate(zip(tidy_names(quick[0])[0], quick[1], strict=True))
            if is_doubtful(values, told, layout.delimiter, has_point=partial(_has_point, text, layout.delimiter, place))
        } | spelled_twice_in(text, layout.delimiter, tidy_names(quick[0])[0])
        quick, as_cells = (None, as_cells | doubtful) if doubtful else (quick, as_cells)
    columns: list[Cells]
    if quick is not None:
        names, columns = quick[0], [*quick[1]]
        is_partial = is_cut
        lines = [(0, layout.first_line + layout.has_header)]
    else:
        columns = read_cells(rows, told, as_cells)
        names, is_partial, lines = rows.names, rows.is_partial, rows.lines
        notices += rows.notices()
    names, columns, left_out = without_empty_end(names, columns)
    notices += left_out
    names, renamed = told_names(names, layout, wanted)
    parsed, remarks = read_columns(
        names, columns, where=name, told=told, delimiter=layout.delimiter, line_of=rows.line_of
    )
    return Table(
        name, tuple(parsed), tuple(notices + remarks + renamed), is_partial=is_partial,
        is_nameless=not layout.has_header, layout=layout, lines=tuple(lines),
    )  # fmt: skip


def told_names(headers: list[str], layout: Layout, wanted: Wanted) -> tuple[list[str], list[str]]:
    """Return the columns' names, with notices on those that were changed or made up."""
    names, renamed = tidy_names(headers)
    if not layout.has_header:
        renamed = [
            _("no header found; the columns are called {names}").format(
                names=_(" to ").join(map(quoted, dict.fromkeys((names[0], names[-1]))))
            )
        ]
        if wanted.header is None:
            why = _("{text} ({why}; --header yes decides otherwise)")
            renamed = [why.format(text=renamed[0], why=layout.evidence["header"])]
    elif len(renamed) > 2 and 2 * sum(not name.strip() for name in headers) > len(headers):
        renamed = [_("most of the first row is blank; if it is a title, --skip-lines leaves it out")]
    return names, renamed


def without_empty_end(names: list[str], columns: list[Cells]) -> tuple[list[str], list[Cells], list[str]]:
    """Drop the last columns that have neither header nor values, with a notice.

    A delimiter at the end of each row creates such a column, which would be taken for the target.
    """
    kept = len(names)
    while kept > 1 and not names[kept - 1].strip() and _is_empty(columns[kept - 1]):
        kept -= 1
    gone = len(names) - kept
    notices = (
        [_("{columns} without header and values left out").format(columns=counted(gone, "last column"))] if gone else []
    )
    return names[:kept], columns[:kept], notices


def _is_empty(cells: Cells) -> bool:
    return bool(np.isnan(cells).all()) if isinstance(cells, np.ndarray) else not any(map(str.strip, cells))


def _read_numbers(text: str, layout: Layout) -> tuple[list[str], list[NDArray[np.float64]]] | None:
    """Read a table of plain numbers and empty cells quickly; return None if any cell is anything else."""
    first = text.find("\n") + 1
    names: list[str] = []
    start = 0
    if layout.has_header:
        header, start = text[:first].rstrip("\r\n"), first
        if '"' in header or "'" in header or "\r" in header:
            return None
        names = header.split(layout.delimiter)
    line = text[start : text.find("\n", start) + 1 or len(text)]
    width = len(names) or line.count(layout.delimiter) + 1
    blocks = []
    while start < len(text):
        end = text.rfind("\n", start, start + BLOCK_CHARACTERS) + 1 or text.find("\n", start) + 1 or len(text)
        block = plain_block(text[start:end], layout.delimiter)
        numbers = None if block is None else parse_block(block, layout.delimiter, width)
        if numbers is None:
            return None
        blocks.append(numbers)
        start = end
    if not blocks:
        return None
    names = names or [f"column {number}" for number in range(1, width + 1)]
    columns = np.empty((width, sum(map(len, blocks))))
    row = 0
    while blocks:  # each is let go as soon as it is copied
        block_rows = blocks.pop(0)
        columns[:, row : row + len(block_rows)] = block_rows.T
        row += len(block_rows)
    return names, [*columns]


def _has_point(text: str, delimiter: str, place: int) -> bool:
    """Whether any cell of a column has a point."""
    if "." not in text:
        return False
    other = rf"[^{re.escape(delimiter)}\n]*"
    return (
        re.search(rf"(?m)^(?:{other}{re.escape(delimiter)}){{{place}}}[^{re.escape(delimiter)}\n.]*\.", text)
        is not None
    )


def _any_point(cells: Sequence[str]) -> bool:
    return any("." in cell for cell in cells)


def plain_block(text: str, delimiter: str) -> bytes | None:
    """The bytes of whole lines, without blanks around their cells; None where they are not ASCII."""
    if not text.isascii():
        return None
    block = text.encode("ascii")
    if delimiter != " " and b" " in block:
        block = re.sub(rb" *(%b|\r?\n) *" % re.escape(delimiter.encode()), rb"\1", b"\n" + block)[1:]
    has_plus = block.startswith(b"+") or b"\n+" in block or delimiter.encode() + b"+" in block
    has_exponent = (b"e" in block or b"E" in block) and BARE_EXPONENT.search(block) is not None
    return None if (has_plus or has_exponent) and CODE.search(block) is not None else block


class CheckedRows:
    """The rows of a text, all of the same length, in blocks; can be iterated repeatedly.

    With `before`, the text goes on where that of other rows ended, and `notices` are on both. If a cut text ends within
    quotes, `open_line` is the line of the record that is left out for that; 0 otherwise.
    """

    def __init__(
        self, text: str, name: str, layout: Layout, most_rows: int | None, *, is_cut: bool,
        before: CheckedRows | None = None,
    ) -> None:  # fmt: skip
        self.names: list[str] = [] if before is None else before.names
        self.known: tuple[int, list[str]] = (0, []) if before is None else before.known  # fields of a row, the header
        self._known_before, self.open_line = self.known, 0
        self.lines: list[tuple[int, int]] = []  # (row, shift): from this row on, its line is its number plus the shift
        self.is_partial = is_cut
        self.text, self.is_first = text, before is None
        self._name, self._layout, self._most_rows = name, layout, most_rows
        self.skipped: _Skipped = (0, [], []) if before is None else before.skipped
        self._skipped = self.skipped
        self._notes: list[int] = []  # lines of notes below the rows

    @property
    def delimiter(self) -> str:
        """What separates the fields."""
        return self._layout.delimiter

    def notices(self) -> list[str]:
        """What was skipped."""
        notices = []
        blank, repeats, comments = self.skipped
        if blank:
            notices.append(_("{lines} skipped").format(lines=counted(blank, "blank line")))
        if comments:
            notices.append(told_comments(self._layout.splitting.comment, comments))
        if repeats:
            notices.append(
                _("{lines} skipped: the header again; --header no reads all as rows").format(lines=lines_named(repeats))
            )
        if self._notes:
            notices.append(_("{lines} skipped: notes below the rows").format(lines=lines_named(self._notes)))
        return notices

    def blocks(self) -> Iterator[list[list[str]]]:
        """Yield lists of at most `BLOCK_ROWS` rows; `names` is known from the first one on."""
        block: list[list[str]] = []
        count, shift = 0, 0
        self.lines = []
        for line, row in self.checked():
            if self._most_rows is not None and count >= self._most_rows:
                self.is_partial = True
                break
            if line - count != shift:
                shift = line - count
                self.lines.append((count, shift))
            block.append(row)
            count += 1
            if len(block) == BLOCK_ROWS:
                yield block
                block = []
        if not count:
            raise DataError(_("{name}: found a header and no rows; expected at least one row").format(name=self._name))
        if block:
            yield block

    def line_of(self, place: int, text: str) -> int:
        """Return the first line with this text in the given column; 0 if there is none."""
        return next((line for line, row in self.checked() if row[place].strip() == text), 0)

    def checked(self) -> Iterator[tuple[int, list[str]]]:
        """Yield each row with the number of its first line."""
        layout = self._layout
        records = Records(self.text, layout.splitting, first_line=layout.first_line)
        rows, last_blank = LookAhead(records), 0
        blank, repeats, header_line = 0, [], 0
        expected, header = self._known_before
        try:
            for line, row in rows:
                if not row or (len(row) == 1 and expected != 1 and not row[0].strip()):
                    blank, last_blank = blank + 1, line
                elif not expected:
                    expected, header_line = len(row) + layout.has_row_names + layout.has_blank_end, line
                    self.names, self.known = row, (expected, [])
                    if not layout.has_header:
                        self.names = [f"column {number}" for number in range(1, expected + 1)]
                        header_line = 0
                        yield line, row
                    elif expected > 1 and 2 * sum(bool(name.strip()) for name in row) > expected:
                        header, self.known = row, (expected, row)
                elif row == header or (header and _is_same(row, header)):
                    repeats.append(line)
                elif (len(row) != expected or not row[-1]) and self._are_notes(line, row, rows, expected, last_blank):
                    break
                elif len(row) != expected or (layout.has_blank_end and row[-1].strip()):
                    raise DataError(self._length_problem(line, row, expected, header_line))
                elif line not in layout.skipped_below:
                    header_line = header_line if expected == 1 else 0
                    yield line, row[layout.has_row_names : expected - layout.has_blank_end]
        except csv.Error as error:
            if self.is_partial and "unexpected end of data" in str(error):
                self.open_line = records.line
                return
            raise DataError(csv_problem(self._name, records.line, error)) from error
        finally:
            comments = [line for line in records.comments if not 0 < self.open_line <= line]
            before = self._skipped
            self.skipped = before[0] + blank, [*before[1], *repeats], [*before[2], *comments]

    def _are_notes(
        self, line: int, row: Sequence[str], rest: LookAhead, expected: int, last_blank: int
    ) -> bool:  # fmt: skip
        """Whether nothing but notes is left, whose lines are then kept."""
        if self.is_partial or (len(row) == expected and (row[-1] or row[1:2] != [""])):
            return False
        notes = note_lines(line, row, rest, expected, is_below_blank=last_blank in {line - 1, line - 2})
        self._notes = notes or self._notes
        return bool(notes)

    def _length_problem(self, line: int, row: Sequence[str], expected: int, header_line: int) -> str:
        """Describe a row of the wrong length; `header_line` is 0 if earlier rows had the right one."""
        text = _("{name}, line {line}: found {fields}, expected {expected} (split at each {delimiter}){suspicion}")
        return text.format(
            name=self._name, line=line, fields=counted(len(row), "field"), expected=expected,
            delimiter=DELIMITER_NAMES.get(self._layout.delimiter, self._layout.delimiter),
            suspicion=_suspicion(row, expected, header_line),
        )  # fmt: skip


def _is_same(row: Sequence[str], header: Sequence[str]) -> bool:
    """Whether a row is the header, but for blanks and capital letters."""
    if len(row) != len(header) or row[0].strip().lower() != header[0].strip().lower():
        return False
    return [cell.strip().lower() for cell in row] == [cell.strip().lower() for cell in header]


def _suspicion(row: Sequence[str], expected: int, header_line: int) -> str:
    """Suggest what may be wrong with a row of the wrong length."""
    if len(row) == 1 and expected > 1 and (word := row[0].split()[0]) and not word[0].isdigit():
        return _("; if it is a note, --comment {word} skips such lines").format(word=quoted(word))
    if len(row) == expected + 1 and not row[-1].strip():
        return _("; the last is blank: do the rows end with an extra delimiter?")
    if len(row) > expected and any(cell.strip().startswith("'") for cell in row):
        return _('; put a text that contains the delimiter in double quotes, or say --quote "\'"')
    if len(row) > expected and header_line:
        return _(", as in line {line}: if that is a title or a comment, --skip-lines {count} leaves it out").format(
            line=header_line, count=header_line
        )
    return ""


def read_cells(rows: CheckedRows, told: Told, as_cells: Collection[str]) -> list[Cells]:
    """Read strictly, cell by cell: a column becomes numbers if all its cells are plain numbers, else stays cells.

    Columns whose names are among `as_cells` stay cells.

    Each block is converted at once, since a number takes a tenth of the memory of its text. If a column that began
    with numbers turns out to be text, its cells are read again.
    """
    pieces: list[list[Cells]] = []
    for block in rows.blocks():
        pieces = pieces or [[] for _ in block[0]]
        kept = [name in as_cells for name in tidy_names(rows.names)[0]]
        for piece, cells, is_kept in zip(pieces, zip(*block, strict=True), kept, strict=True):
            was_text = is_kept or (bool(piece) and not isinstance(piece[-1], np.ndarray))
            numbers = None if was_text else plain_numbers(cells)
            if numbers is not None and not piece and spelled_twice(cells[:BLOCK_LOOKED_AT]) is not None:
                numbers = None
            if numbers is not None and is_doubtful(numbers, told, rows.delimiter, has_point=partial(_any_point, cells)):
                numbers = None
            piece.append([*map(sys.intern, cells)] if numbers is None else numbers)
    late = [place for place, piece in enumerate(pieces) if len({isinstance(part, np.ndarray) for part in piece}) == 2]
    again: dict[int, list[str]] = {place: [] for place in late}
    for block in rows.blocks() if late else ():
        for place in late:
            again[place] += [sys.intern(row[place]) for row in block]
    return [again[place] if place in again else _joined(piece) for place, piece in enumerate(pieces)]


def _joined(pieces: list[Cells]) -> Cells:
    if isinstance(pieces[0], np.ndarray):
        return np.concatenate(pieces)
    return list(chain.from_iterable(pieces))
