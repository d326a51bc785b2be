"""Cut a block of text into cells at once, and read those of some columns as numbers.

`R` rows, `C` columns.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from tuitrain.data.readers.number_block import (
    EIGHT,
    EXACT,
    LEADING_ZERO,
    NEWLINE,
    PLAIN,
    PLUS,
    POINT,
    WORD,
    parse_cells,
)
from tuitrain.data.table import plain_numbers

Bytes = NDArray[np.uint8]
Whole = NDArray[np.int64]
BLANK, RETURN = b" \r"
DELIMITER_WITHIN, NEWLINE_WITHIN = b"\x01\x02"  # stand for signs that quotes keep from separating
LONGEST_CELL = 131_072  # bytes; the csv module refuses longer ones
LEAST_CODE = 10  # characters of a number with a plus, which may be that of a telephone
BARE_EXPONENT = re.compile(rb"[+-]?[0-9]+[eE][0-9]{1,2}")  # which may be a code
MOST_ODD = 0.6  # of a column's cells, that are looked at one by one to find whether they are words for missing
LONGEST_LEVEL = 32  # bytes of a cell
MOST_LEVELS = 0.25  # of the rows
HASH_BITS = 16
# Odd, with bits of no pattern, one for each word of a cell (from the digits of pi).
HASH_FACTORS = np.array(
    [0x243F6A8885A308D3, 0x13198A2E03707345, 0xA4093822299F31D1, 0x082EFA98EC4E6C89], np.uint64
)  # fmt: skip
FEW_ODD = 100
FEW_COLUMNS = 0.25  # whose cells are cut out one by one, and not with all others


@dataclass(frozen=True)
class NumbersFound:
    """The numbers of a column (R,), NaN for a missing one, and the rows with words for missing, with these.

    `has_point` says whether any cell has a point, which 45.000 does not show in its value.
    """

    values: NDArray[np.float64]
    words: Mapping[int, str]
    has_point: bool


@dataclass(frozen=True)
class MixedBlock:
    """Whole lines of a table without quotes, and where each cell starts and ends, (R, C), and its last point is.

    A cell without a point has it at its end. `lines_within` (R,) are the lines that end within cells of the rows
    before; None if there are none.
    """

    buffer: bytes
    delimiter: str
    starts: Whole
    ends: Whole
    points: Whole
    lines_within: Whole | None

    @classmethod
    def of(cls, text: str, delimiter: str, quote: str, columns: int) -> MixedBlock | None:
        """Cut whole lines; None if any has other than `columns` cells, or breaks the rules of quoting."""
        buffer = text.encode() if text.endswith("\n") else text.encode() + b"\n"
        is_quoted = bool(quote) and quote in text
        if b"\x01" in buffer or b"\x02" in buffer or (is_quoted and delimiter == " "):
            return None
        if is_quoted:
            bare = _without_quotes(np.frombuffer(buffer, np.uint8), ord(delimiter), ord(quote))
            if bare is None:
                return None
            buffer = bare.tobytes()
        if b"\r" in buffer:
            buffer = buffer.replace(b"\r\n", b"\n")
            if b"\r" in buffer:  # within a cell, whose lines end so
                return None
        characters = np.frombuffer(buffer, np.uint8)
        bounds = _bounds(characters, ord(delimiter), columns)
        if bounds is None:
            return None
        starts, ends, points = bounds
        if BLANK in buffer:
            _skip_blanks(characters, starts, ends, points)
        lines_within = None
        if is_quoted and NEWLINE_WITHIN in buffer:
            within = np.flatnonzero(characters == NEWLINE_WITHIN)
            lines_within = np.searchsorted(within, starts[::columns])
        shape = (-1, columns)
        return cls(
            buffer, delimiter, starts.reshape(shape), ends.reshape(shape), points.reshape(shape), lines_within
        )  # fmt: skip

    def __len__(self) -> int:
        return len(self.starts)

    def numbers(self, places: Sequence[int], words: Mapping[int, Collection[str]]) -> list[NumbersFound | None]:
        """Read the columns at these places as plain numbers; None for one that has other cells.

        `words` are those for missing, in lower case, that may stand between the numbers of a column.
        """
        if not places:
            return []
        starts, ends, points = (
            np.ascontiguousarray(bounds[:, [*places]]).ravel() for bounds in (self.starts, self.ends, self.points)
        )
        first = np.frombuffer(self.buffer, np.uint8)[starts]
        values, odd, has_zero = parse_cells(self.buffer, first, starts, points, ends)
        width = len(places)
        has_zero |= (np.abs(values) >= EXACT) | ((first == PLUS) & (ends - starts >= LEAST_CODE))
        is_refused = np.bincount(np.flatnonzero(has_zero) % width, minlength=width) > 0
        counts = np.bincount(odd % width, minlength=width)
        has_point: NDArray[np.bool_] = np.logical_or.reduce((points < ends).reshape(-1, width))
        found: list[NumbersFound | None] = []
        for index, place in enumerate(places):
            if is_refused[index]:
                found.append(None)
            elif counts[index] > max(MOST_ODD * len(self), FEW_ODD):
                found.append(self._numbers_one_by_one(place, has_point=bool(has_point[index])))
            else:
                rows = np.sort(odd[odd % width == index] // width).tolist() if counts[index] else []
                column = np.ascontiguousarray(values[index::width])
                known = self._looked_at(column, place, rows, words.get(place, ()))
                found.append(None if known is None else NumbersFound(column, known, bool(has_point[index])))
        return found

    def _numbers_one_by_one(self, place: int, *, has_point: bool) -> NumbersFound | None:
        """Read a column whose numbers are mostly not so plain, as those with exponents are."""
        first = self.buffer[self.starts[0, place] : self.ends[0, place]]
        values = (
            plain_numbers([cell.strip() for cell in self.cells([place])[0]])
            if not first or PLAIN.fullmatch(first)
            else None
        )
        return None if values is None else NumbersFound(values, {}, has_point)

    def _looked_at(
        self, column: NDArray[np.float64], place: int, rows: Sequence[int], words: Collection[str]
    ) -> dict[int, str] | None:
        """Look at the cells of some rows, put their numbers into the column, and return the words for missing."""
        known: dict[int, str] = {}
        for row in rows:
            cell = self.buffer[self.starts[row, place] : self.ends[row, place]]
            if PLAIN.fullmatch(cell) is None:
                word = self._restored(cell.decode())
                if word.lower() not in words:
                    return None
                known[int(row)] = word
                column[row] = np.nan
            elif LEADING_ZERO.match(cell) or BARE_EXPONENT.fullmatch(cell) or abs(float(cell)) >= EXACT:
                return None
            else:
                column[row] = float(cell)
        return known

    @cached_property
    def _padded(self) -> bytes:
        return bytes(LONGEST_LEVEL) + self.buffer

    def levels(self, place: int) -> tuple[list[str], Whole] | None:
        """The different cells of a column, and (R,) which of them each row has; None if they are long, or many.

        Rows are compared by the words of 64 bits that their cells take, through a table of their hashes.
        """
        ends = self.ends[:, place]
        counts = ends - self.starts[:, place]
        longest = int(counts.max())
        if longest > LONGEST_LEVEL:
            return None
        words = np.ndarray((len(self._padded) - WORD + 1,), EIGHT.kind, self._padded, strides=(1,))  # at every byte
        keys = []
        mixed = np.zeros(len(self), np.uint64)
        for step, factor in enumerate(HASH_FACTORS[: -(-longest // WORD)]):
            key = words[ends + (LONGEST_LEVEL - WORD * (step + 1))]
            key &= EIGHT.masks.take(counts - WORD * step, mode="clip")
            keys.append(key)
            mixed += key * factor
        hashes = (mixed >> np.uint64(64 - HASH_BITS)).astype(np.int64)
        numbers = np.arange(len(self))
        table = np.empty(2**HASH_BITS, np.int64)
        table[hashes] = numbers
        row_alike = table[hashes]
        rows = np.flatnonzero(row_alike == numbers)
        if len(rows) > MOST_LEVELS * len(self) or any((key[row_alike] != key).any() for key in keys):
            return None
        level_of = np.empty(len(self), np.int64)
        level_of[rows] = np.arange(len(rows))
        cells = [self.buffer[self.starts[row, place] : ends[row]].decode() for row in rows]
        return [*map(self._restored, cells)], level_of[row_alike]

    def cells(self, places: Sequence[int]) -> list[list[str]]:
        """The cells of the columns at these places, which may have blanks around them, R texts each."""
        columns = self.starts.shape[1]
        if len(places) <= FEW_COLUMNS * columns and self.buffer.isascii():
            text = self.buffer.decode("ascii")
            found = [
                [text[start:end] for start, end in zip(starts, ends, strict=True)]
                for starts, ends in ((self.starts[:, place].tolist(), self.ends[:, place].tolist()) for place in places)
            ]
        else:
            whole = self.buffer.decode().replace("\n", self.delimiter).split(self.delimiter)
            found = [whole[place : self.starts.size : columns] for place in places]
        if DELIMITER_WITHIN in self.buffer or NEWLINE_WITHIN in self.buffer:
            known = [{cell: self._restored(cell) for cell in {*column}} for column in found]
            return [[*map(of.__getitem__, column)] for of, column in zip(known, found, strict=True)]
        return found

    def _restored(self, cell: str) -> str:
        return cell.replace("\x01", self.delimiter).replace("\x02", "\n")


def _without_quotes(characters: Bytes, delimiter: int, quote: int) -> Bytes | None:
    """The text without the quotes around fields, and with one for each two within; None if any other is there.

    Delimiters and ends of lines within are replaced by other signs.
    """
    quotes = np.flatnonzero(characters == quote)
    if len(quotes) % 2:
        return None
    opening, closing = quotes[::2], quotes[1::2]
    is_doubled = closing[:-1] + 1 == opening[1:]
    begins = opening[np.concatenate([[True], ~is_doubled])]
    ends = closing[np.concatenate([~is_doubled, [True]])]
    padded = np.concatenate([np.array([NEWLINE], np.uint8), characters])
    place = begins.copy()  # of the sign before, in `padded`
    while (is_blank := padded[place] == BLANK).any():
        place -= is_blank
    before, behind = padded[place], characters[ends + 1]
    if not ((before == delimiter) | (before == NEWLINE)).all():
        return None
    if not ((behind == delimiter) | (behind == NEWLINE) | (behind == RETURN)).all():
        return None
    bare = characters.copy()
    for sign, other in ((delimiter, DELIMITER_WITHIN), (NEWLINE, NEWLINE_WITHIN)):
        places = np.flatnonzero(characters == sign)
        field = np.searchsorted(begins, places) - 1  # the quoted one that began last
        bare[places[(field >= 0) & (places < ends[field])]] = other
    is_kept = np.ones(len(characters), bool)
    for gone in (begins, ends, closing[:-1][is_doubled]):
        is_kept[gone] = False
    return bare[is_kept]


def _bounds(characters: Bytes, delimiter: int, columns: int) -> tuple[Whole, Whole, Whole] | None:
    """Where each cell starts and ends, and its last point is, (R · C,) each.

    None if the lines have other than `columns` cells, or a cell is too long.
    """
    places = np.flatnonzero((characters == NEWLINE) | (characters == delimiter) | (characters == POINT))
    signs = characters[places]
    is_point = signs == POINT
    is_end = np.flatnonzero(~is_point)
    ends = places[is_end]
    is_newline = signs[is_end] == NEWLINE
    lines = int(np.count_nonzero(is_newline))
    if len(ends) != lines * columns or not is_newline[columns - 1 :: columns].all():
        return None
    starts = np.empty_like(ends)
    starts[0] = 0
    np.add(ends[:-1], 1, out=starts[1:])
    if int((ends - starts).max()) > LONGEST_CELL:
        return None
    before = is_end - 1  # of the first cell -1, which is the last line's end and no point
    return starts, ends, np.where(is_point[before], places[before], ends)


def _skip_blanks(characters: Bytes, starts: Whole, ends: Whole, points: Whole) -> None:
    """Move the bounds of cells in place to where they have no blanks."""
    has_point = points < ends
    while (is_blank := (characters[starts] == BLANK) & (starts < ends)).any():
        starts += is_blank
    while (is_blank := (characters[ends - 1] == BLANK) & (starts < ends)).any():
        ends -= is_blank
    np.copyto(points, ends, where=~has_point)
