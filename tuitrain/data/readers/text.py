"""Read CSV and TSV files strictly: a malformed row is an error with file, line and finding, never repaired."""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from tuitrain.data.cells.column_format import MISSING_IN_NUMBERS, NUMBER, QUOTED, Told
from tuitrain.data.cells.number_column import has_points_of_thousands, is_doubtful
from tuitrain.data.cells.reading import read_columns
from tuitrain.data.readers import FileContent
from tuitrain.data.readers.compressed import PIECE
from tuitrain.data.readers.delimiters import DELIMITER_NAMES
from tuitrain.data.readers.dialect import Layout, Wanted, lay_out, lines_named, told_comments
from tuitrain.data.readers.encoding import decode
from tuitrain.data.readers.file_kinds import refuse_other_kinds
from tuitrain.data.readers.number_table import DOS_END, has_point, read_number_table
from tuitrain.data.readers.records import Records, Splitting
from tuitrain.data.table import Table, plain_numbers, tidy_names
from tuitrain.errors import DataError
from tuitrain.options.data_options import DataOptions
from tuitrain.text import counted, quoted
from tuitrain.translation import gettext as _

Cells: TypeAlias = NDArray[np.float64] | list[str]
QUOTES_SAMPLE = 65_536
BLOCK_ROWS = 50_000
LINES_BETWEEN = 5000  # two calls that tell how far the reading is
TAB_SUFFIXES = (".tsv", ".tab")


def read_text_file(file: FileContent, options: DataOptions) -> tuple[Table, None]:
    """Read a text table; a .tsv file with tabs is split at them, unless `options.delimiter` says otherwise.

    Raises
    ------
    DataError
        as `read_text_table` does.
    """
    return _read_text(file, Wanted.of(options), Told.of(options, file.formats)), None


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
    return _read_text(FileContent(data, name, "", most_rows, is_cut), wanted or Wanted(), told or Told())


@dataclass(frozen=True)
class _Found:
    """What was read: `names` as the header has them, and what `Table` calls so."""

    names: list[str]
    columns: list[Cells]
    layout: Layout
    notices: list[str]
    is_partial: bool
    lines: list[tuple[int, int]]
    line_of: Callable[[int, str], int] | None = None


def _read_text(file: FileContent, wanted: Wanted, told: Told) -> Table:
    if wanted.delimiter is None and file.suffix in TAB_SUFFIXES and _has_tabs(file):
        wanted = replace(wanted, delimiter="\t")
    as_cells = {name for name, kind in told.kinds.items() if kind != NUMBER}
    as_cells |= {name for name, form in told.formats.items() if form.kind != NUMBER}
    with_points = {name for name, form in told.formats.items() if has_points_of_thousands(form, told)}
    found: _Found | set[str] = set()
    if file.most_rows is None and not as_cells and not with_points:
        found = _read_numbers(file, wanted, told)
    if isinstance(found, set):
        found = _read_strictly(file, wanted, told, as_cells | found, with_points)
    names, columns, left_out = _without_empty_end(found.names, found.columns)
    headers, layout = names, found.layout
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
    parsed, remarks = read_columns(
        names, columns, where=file.name, told=told, delimiter=layout.delimiter, line_of=found.line_of
    )
    return Table(
        file.name, tuple(parsed), tuple(found.notices + left_out + remarks + renamed), is_partial=found.is_partial,
        is_nameless=not layout.has_header, layout=layout, lines=tuple(found.lines),
    )  # fmt: skip


def _has_tabs(file: FileContent) -> bool:
    with file.open() as stream:
        return any(b"\t" in piece for piece in iter(partial(stream.read, PIECE), b""))


def _read_numbers(file: FileContent, wanted: Wanted, told: Told) -> _Found | set[str]:
    """Read a table of plain numbers quickly; else return the names of the columns whose cells are to be looked at."""
    table = read_number_table(file, wanted)
    if table is None:
        return set()
    layout = table.laid_out.layout
    doubtful: set[str] = set()
    for place, (name, values) in enumerate(zip(tidy_names(table.names)[0], table.columns, strict=True)):
        may_have_point = partial(has_point, file, wanted, place) if table.has_points else bool
        if is_doubtful(values, told, layout.delimiter, has_point=may_have_point):
            doubtful.add(name)
    if doubtful:
        return doubtful
    lines = [(0, layout.first_line + layout.has_header)]
    return _Found(table.names, [*table.columns], layout, [*table.laid_out.notices], file.is_cut, lines)


def _read_strictly(
    file: FileContent, wanted: Wanted, told: Told, as_cells: Collection[str], with_points: Collection[str]
) -> _Found:  # fmt: skip
    """Read a table of any cells; those of the columns `as_cells` stay texts, and those `with_points` if any has one."""
    text, layout, notices = _text_of(file, wanted)
    text = with_quoted_words_marked(text, layout.splitting, told)
    rows = _Rows(text, file, layout)
    columns = _read_cells(rows, told, {*as_cells, *(with_points if "." in text else ())})
    return _Found(rows.names, columns, layout, notices + rows.notices(), rows.is_partial, rows.lines, rows.line_of)


def _text_of(file: FileContent, wanted: Wanted) -> tuple[str, Layout, list[str]]:
    """The text of a table, its layout and notices on both; its bytes are let go."""
    file.progress(0, file.size)
    with file.open() as stream:
        data = stream.read()
    refuse_other_kinds(data, file.name)
    decoded = decode(data.removesuffix(DOS_END), file.name, encoding=wanted.encoding, is_cut=file.is_cut)
    del data
    if not decoded.text.strip("\ufeff \t\r\n"):
        raise DataError(_("{name}: the file is empty; expected a header and rows").format(name=file.name))
    laid_out = lay_out(decoded, file.name, wanted)
    return laid_out.text, laid_out.layout, [*laid_out.notices]


def with_quoted_words_marked(text: str, splitting: Splitting, told: Told) -> str:
    """Put `QUOTED` before fields such as ``"NA"``, whose quotes tell that they are words; the csv module drops quotes.

    Where every field is quoted, quotes tell nothing.
    """
    quote = splitting.quote
    if not quote or quote not in text:
        return text
    words = MISSING_IN_NUMBERS - set(told.missing or ())  # what the user tells is missing in quotes too
    sign, delimiter = re.escape(quote), re.escape(splitting.delimiter)
    either = "|".join(map(re.escape, sorted(words, key=len, reverse=True)))
    quoted_word = re.compile(rf"(?im)(^ *|{delimiter} *){sign}(?= *(?:{either}) *{sign} *(?:{delimiter}|\r?$))")
    if quoted_word.search(text) is None:
        return text
    bare = re.sub(rf"{sign}(?:[^{sign}]|{sign}{sign})*{sign}", sign, text[:QUOTES_SAMPLE])
    fields = [field for line in bare.splitlines() if line.strip() for field in line.split(splitting.delimiter)]
    if all(field.strip() == quote for field in fields):
        return text
    return quoted_word.sub(lambda match: match[0] + QUOTED, text)


def _without_empty_end(names: list[str], columns: list[Cells]) -> tuple[list[str], list[Cells], list[str]]:
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


def _any_point(cells: Sequence[str]) -> bool:
    return any("." in cell for cell in cells)


class _Rows:
    """The rows of a text, all of the same length, in blocks; can be iterated repeatedly."""

    def __init__(self, text: str, file: FileContent, layout: Layout) -> None:
        self.names: list[str] = []
        self.lines: list[tuple[int, int]] = []  # (row, shift): from this row on, its line is its number plus the shift
        self.is_partial = file.is_cut
        self._text, self._name, self._layout, self._most_rows = text, file.name, layout, file.most_rows
        self._progress, self._size = file.progress, file.size
        self._blank = 0
        self._repeats: list[int] = []
        self._comments: list[int] = []

    @property
    def delimiter(self) -> str:
        """What separates the fields."""
        return self._layout.delimiter

    def notices(self) -> list[str]:
        """What was skipped."""
        notices = []
        if self._blank:
            notices.append(_("{lines} skipped").format(lines=counted(self._blank, "blank line")))
        if self._comments:
            notices.append(told_comments(self._layout.splitting.comment, self._comments))
        if self._repeats:
            notices.append(
                _("{lines} skipped: the header again; --header no reads all as rows").format(
                    lines=lines_named(self._repeats)
                )
            )
        return notices

    def blocks(self) -> Iterator[list[list[str]]]:
        """Yield lists of at most `BLOCK_ROWS` rows; `names` is known from the first one on."""
        block: list[list[str]] = []
        count, shift = 0, 0
        self.lines = []
        for line, row in self._checked():
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
        return next((line for line, row in self._checked(tells=False) if row[place].strip() == text), 0)

    def _checked(self, *, tells: bool = True) -> Iterator[tuple[int, list[str]]]:
        """Yield each row with the number of its first line; with `tells`, tell how far it is."""
        layout = self._layout
        records = Records(self._text, layout.splitting, first_line=layout.first_line)
        self._blank, self._repeats, expected, header_line, told = 0, [], 0, 0, 0
        header: list[str] = []
        try:
            for line, row in records:
                if tells and line >= told:
                    told = line + LINES_BETWEEN
                    self._progress(int(self._size * records.share), self._size)
                if not row or (len(row) == 1 and expected != 1 and not row[0].strip()):
                    self._blank += 1
                elif not expected:
                    expected, header_line = len(row) + layout.has_row_names + layout.has_blank_end, line
                    self.names = row
                    if not layout.has_header:
                        self.names = [f"column {number}" for number in range(1, expected + 1)]
                        header_line = 0
                        yield line, row
                    elif expected > 1 and 2 * sum(bool(name.strip()) for name in row) > expected:
                        header = row
                elif row == header or (header and _is_same(row, header)):
                    self._repeats.append(line)
                elif len(row) != expected or (layout.has_blank_end and row[-1].strip()):
                    raise DataError(self._length_problem(line, row, expected, header_line))
                elif line != layout.units_line:
                    header_line = header_line if expected == 1 else 0
                    yield line, row[layout.has_row_names : expected - layout.has_blank_end]
        except csv.Error as error:
            if self.is_partial and "unexpected end of data" in str(error):
                return
            raise DataError(_csv_problem(self._name, records.line, error)) from error
        finally:
            self._comments = records.comments

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


def _read_cells(rows: _Rows, told: Told, as_cells: Collection[str]) -> list[Cells]:
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


def _csv_problem(name: str, line: int, error: csv.Error) -> str:
    if "unexpected end of data" in str(error):
        return _(
            "{name}, line {line}: a quote is opened and never closed; expected a closing quote, or --quote none"
        ).format(name=name, line=line)
    if "expected after" in str(error):
        return _(
            "{name}, line {line}: found text after a closing quote; expected the delimiter (write a quote as two, "
            "or say --quote none)"
        ).format(name=name, line=line)
    if "field larger" in str(error):
        return _("{name}, line {line}: a field is longer than {most:,} characters; is a quote left open?").format(
            name=name, line=line, most=csv.field_size_limit()
        )
    return _("{name}, line {line}: {error}").format(name=name, line=line, error=error)
