"""The rows of a text table, each checked for its length, and their cells, column by column."""

from __future__ import annotations

import csv
import sys
from collections.abc import Collection, Iterator, Sequence
from functools import partial
from itertools import chain
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from tuitrain.data.cells.column_format import QUOTED, Told
from tuitrain.data.cells.looked import NumbersWithWords
from tuitrain.data.cells.number_column import is_doubtful, spelled_twice
from tuitrain.data.progress import Progress, untold
from tuitrain.data.readers.delimiters import DELIMITER_NAMES
from tuitrain.data.readers.dialect import Layout
from tuitrain.data.readers.footers import LookAhead, note_lines
from tuitrain.data.readers.lines import lines_named, told_comments
from tuitrain.data.readers.records import Records, csv_problem
from tuitrain.data.table import plain_numbers, tidy_names
from tuitrain.errors import DataError
from tuitrain.text import counted, quoted
from tuitrain.translation import gettext as _

Cells: TypeAlias = NDArray[np.float64] | NumbersWithWords | list[str]
_Skipped: TypeAlias = tuple[int, list[int], list[int]]  # blank lines; the lines of headers again, and of comments
BLOCK_ROWS = 50_000
BLOCK_LOOKED_AT = 5000  # cells, in which numbers that are spelled twice are sought
LINES_BETWEEN = 5000  # two calls that tell how far the reading is


class CheckedRows:
    """The rows of a text, all of the same length, in blocks; can be iterated repeatedly.

    With `before`, the text goes on where that of other rows ended, and `notices` are on both. If a cut text ends within
    quotes, `open_line` is the line of the record that is left out for that; 0 otherwise. While `blocks` are read,
    `progress` is told of the `size` bytes that the text was in its file.
    """

    def __init__(
        self, text: str, name: str, layout: Layout, most_rows: int | None, *, is_cut: bool,
        before: CheckedRows | None = None, size: int = 0, progress: Progress = untold,
    ) -> None:  # fmt: skip
        self.names: list[str] = [] if before is None else before.names
        self.known: tuple[int, list[str]] = (0, []) if before is None else before.known  # fields of a row, the header
        self._known_before, self.open_line = self.known, 0
        self.lines: list[tuple[int, int]] = []  # (row, shift): from this row on, its line is its number plus the shift
        self.is_partial = is_cut
        self.text, self.is_first = text, before is None
        self._name, self._layout, self._most_rows = name, layout, most_rows
        self._size, self._progress = size, progress
        self.skipped: _Skipped = (0, [], []) if before is None else before.skipped
        self._skipped = self.skipped
        self._notes: list[int] = []  # lines of notes below the rows

    @property
    def delimiter(self) -> str:
        """What separates the fields."""
        return self._layout.delimiter

    @property
    def layout(self) -> Layout:
        """How the text is laid out."""
        return self._layout

    @property
    def has_limit(self) -> bool:
        """Whether only the first rows are wanted."""
        return self._most_rows is not None

    def tell(self, share: float) -> None:
        """Tell how far the reading is."""
        self._progress(int(self._size * share), self._size)

    def skip_blank(self, count: int) -> None:
        """Note blank lines at the end, if there are any."""
        self.skipped = (self.skipped[0] + max(count, 0), *self.skipped[1:])

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
        for line, row in self.checked(tells=True):
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

    def checked(self, *, tells: bool = False, most: int | None = None) -> Iterator[tuple[int, list[str]]]:
        """Yield each row with the number of its first line; with `tells`, tell how far it is.

        With `most`, so many characters of the text are enough.
        """
        layout = self._layout
        records = Records(self.text[:most], layout.splitting, first_line=layout.first_line)
        rows, last_blank = LookAhead(self._telling(records) if tells else records), 0
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

    def _telling(self, records: Records) -> Iterator[tuple[int, list[str]]]:
        """Yield the records, and tell now and then how far the reading is."""
        told = 0
        for line, row in records:
            if line >= told:
                told = line + LINES_BETWEEN
                self.tell(records.share)
            yield line, row

    def _are_notes(self, line: int, row: Sequence[str], rest: LookAhead, expected: int, last_blank: int) -> bool:
        """Whether nothing but notes is left, whose lines are then kept."""
        if self.is_partial or (len(row) == expected and (row[-1] or row[1:2] != [""])):
            return False
        notes = note_lines(line, row, rest, expected, is_below_blank=last_blank in {line - 1, line - 2})
        self._notes = notes or self._notes
        return bool(notes)

    def cells(self, places: Sequence[int]) -> list[list[str]]:
        """The cells at these places of each row, as they are written."""
        return [[bare(row[place]) for place in places] for _line, row in self.checked()]

    def _length_problem(self, line: int, row: Sequence[str], expected: int, header_line: int) -> str:
        """Describe a row of the wrong length; `header_line` is 0 if earlier rows had the right one."""
        text = _("{name}, line {line}: found {fields}, expected {expected} (split at each {delimiter}){suspicion}")
        return text.format(
            name=self._name, line=line, fields=counted(len(row), "field"), expected=expected,
            delimiter=DELIMITER_NAMES.get(self._layout.delimiter, self._layout.delimiter),
            suspicion=_suspicion(row, expected, header_line),
        )  # fmt: skip


def bare(cell: str) -> str:
    """A cell without the blanks around it, and without the mark of a quoted word."""
    return cell.removeprefix(QUOTED).strip()


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
    if len(row) < expected:
        return _("; write a delimiter for each blank cell at its end, too, or mend the row")
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
        return np.concatenate([piece for piece in pieces if isinstance(piece, np.ndarray)])
    return list(chain.from_iterable(piece for piece in pieces if isinstance(piece, list)))


def _any_point(cells: Sequence[str]) -> bool:
    return any("." in cell for cell in cells)
