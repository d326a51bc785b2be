"""Parse many plain numbers at once, each to the very float64 that Python's ``float`` gives.

`R` rows, `C` columns, `N` = R · C cells. Eight digits are turned into a number by three multiplications of the word of
64 bits that they stand in, and up to four by two, of 32 bits, for all cells at once (Lemire, 2022), so that the work is
a few dozen operations of NumPy instead of a call for each cell.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuitrain.data.cells.number_column import spelled_twice

Array = NDArray[np.float64]
Whole = NDArray[np.int64]
WORD = 8  # digits
MOST_DIGITS = 18  # whose mantissa, with its digits taken as a whole number, fits into int64
MOST_BEFORE = 2 * WORD  # digits before the point
MOST_BEHIND = 22  # digits behind the point: 10^22 is exact, as 5^22 < 2^53
EXACT = 2**53
POWERS = np.array([10.0**places for places in range(MOST_BEHIND + 1)], np.float64)
SIGNS = np.array([1.0, -1.0])
LOOKED_AT = 100_000  # characters, in which numbers that are spelled twice are sought
SPLITTER = 2.0**27 + 1
FRACTION, EXPONENT, HALF_UNIT = 2**52 - 1, 0x7FF << 52, 53 << 52  # bits of a float64; 2^-53 of what it is above
PLAIN = re.compile(rb"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
LEADING_ZERO = re.compile(rb"[+-]?0[0-9]")
FEW_LONGER = 0.5  # of the numbers, whose further digits are read apart
MOST_ODD = 0.02  # of the cells, that are parsed one by one
NEWLINE, POINT, MINUS, PLUS = b"\n.-+"
WHOLE_POWERS = np.array([10**places for places in range(MOST_DIGITS + 1)], np.int64)
ROOM = 3 * WORD  # bytes before a block, that the words of its first cells reach into
LEAST = np.array([0, 0, *(10**places for places in range(1, MOST_DIGITS))], np.int64)  # by digits, without zeros before
# What is read as a number but may be none: +49170123456 and 94E3.
CODE = re.compile(rb"(?m)(?:^|[,;|\t ])(?:\+[0-9 ]{9,}|[+-]?[0-9]+[eE][0-9]{1,2}) *(?=[,;|\t\r\n ]|\Z)")
BARE_EXPONENTS = {b"e": re.compile(rb"e[0-9]"), b"E": re.compile(rb"E[0-9]")}  # sought apart, which is ten times faster


class _Words:
    """How so many digits at once become a number: the word's bits that digits have not, and steps of halving it."""

    def __init__(self, digits: int) -> None:
        self.kind = np.dtype(f"<u{digits}")
        self.size = digits
        self.masks = self._of([2 ** (8 * digits) - 2 ** (8 * (digits - n)) for n in range(digits + 1)])  # the last n
        self.zeros, self.sixes, self.high = self._of([int.from_bytes([byte] * digits) for byte in (0x30, 0x76, 0x80)])
        self.steps = []  # that make two digits a number of two, two of these one of four, and so on
        width = 1
        while width < digits:
            pair = b"\xff" * width + bytes(width)
            mask = int.from_bytes(pair * (digits // (2 * width)), "little")
            self.steps.append(self._of([10**width, 8 * width, mask]))
            width *= 2

    def _of(self, values: list[int]) -> NDArray[Any]:
        return np.array(values, self.kind)

    def numbers(self, buffer: bytes, ends: Whole, counts: Whole) -> tuple[NDArray[Any], NDArray[Any]]:
        """The number that the `counts` (N,) characters before `ends` write, the last of them; not 0 for other signs.

        In front of the buffer are `ROOM` bytes.
        """
        words = np.ndarray((len(buffer) - self.size + 1,), self.kind, buffer, strides=(1,))  # at every byte
        digits = words[ends + (ROOM - self.size)]
        digits ^= self.zeros
        digits &= self.masks.take(counts, mode="clip")  # what is before them is 0
        odd = digits + self.sixes
        odd |= digits
        odd &= self.high
        for factor, bits, mask in self.steps:
            shifted = digits >> bits
            digits *= factor
            digits += shifted
            digits &= mask
        return digits, odd


FOUR, EIGHT = _Words(4), _Words(WORD)


def plain_block(block: bytes, delimiter: str) -> bytes | None:
    """Whole lines of ASCII without blanks around their cells; None where a number may be a code."""
    sign = delimiter.encode()
    if delimiter != " " and b" " in block and _has_blanks_around(block, sign):
        block = re.sub(rb" *(%b|\r?\n) *" % re.escape(sign), rb"\1", b"\n" + block)[1:]
    has_plus = b"+" in block  # sought alone first, which is fifty times faster
    has_plus = has_plus and (block.startswith(b"+") or b"\n+" in block or sign + b"+" in block)
    has_exponent = any(sign in block and bare.search(block) is not None for sign, bare in BARE_EXPONENTS.items())
    return None if (has_plus or has_exponent) and CODE.search(block) is not None else block


def _has_blanks_around(block: bytes, delimiter: bytes) -> bool:
    """Whether a blank stands beside a delimiter or at the end of a line, and not within cells alone."""
    ends = (b" \n", b"\n ", b" \r", b" " + delimiter, delimiter + b" ")
    return block[:1] == b" " or block[-1:] == b" " or any(end in block for end in ends)


def parse_block(block: bytes, delimiter: str, columns: int) -> Array | None:
    """Parse whole lines of numbers, (R, C) float64, NaN for an empty cell.

    Return None if a line has other than `columns` cells, or a cell is no plain number: with blanks, quotes, zeros in
    front, or so many digits that the last of a whole number may be lost.
    """
    if not block.endswith(b"\n"):
        block += b"\n"
    if b"\r" in block:
        block = block.replace(b"\r\n", b"\n")
    characters = np.frombuffer(block, np.uint8)
    found = _bounds(characters, ord(delimiter), columns)
    if found is None:
        return None
    ends, points = found
    starts = np.empty_like(ends)
    starts[0] = 0
    np.add(ends[:-1], 1, out=starts[1:])
    values, odd, has_zero = parse_cells(block, characters[starts], starts, points, ends)
    if has_zero.any() or len(odd) > MOST_ODD * len(ends) or np.fmax.reduce(np.abs(values), initial=0.0) >= EXACT:
        return None
    for place in odd:
        cell = block[starts[place] : ends[place]]
        if not PLAIN.fullmatch(cell) or LEADING_ZERO.match(cell):
            return None
        values[place] = float(cell)
        if abs(values[place]) >= EXACT:
            return None
    return values.reshape(-1, columns)


def _bounds(characters: NDArray[np.uint8], delimiter: int, columns: int) -> tuple[Whole, Whole] | None:
    """Where each cell ends and where its point is, (N,) each; the end again for a cell without a point.

    None if the lines have other than `columns` cells, or a cell has two points.
    """
    places = np.flatnonzero((characters == NEWLINE) | (characters == delimiter) | (characters == POINT))
    signs = characters[places]
    is_point = signs == POINT
    if (is_point[1:] & is_point[:-1]).any():
        return None
    is_end = np.flatnonzero(~is_point)
    ends = places[is_end]
    is_newline = signs[is_end] == NEWLINE
    lines = int(np.count_nonzero(is_newline))
    if len(ends) != lines * columns or not is_newline[columns - 1 :: columns].all():
        return None
    if columns == 1 and (np.diff(ends, prepend=-1) == 1).any():
        return None  # a blank line is no missing value
    before = is_end - 1  # of the first cell -1, which is the last line's end and no point
    return ends, np.where(is_point[before], places[before], ends)


def parse_cells(
    block: bytes, first: NDArray[np.uint8], starts: Whole, points: Whole, ends: Whole
) -> tuple[Array, Whole, NDArray[np.bool_]]:
    """The numbers of cells (N,), NaN for empty ones; which of them are to be looked at; which have zeros in front.

    `first` is the first character of each cell, and `points` is where its last point is, or its end. What is to be
    looked at is no plain number, or one that may not be rounded as Python does it. Zeros in front are those of 007 and
    -01.5.
    """
    mantissa, places, is_negative, is_plain, has_zero = _mantissas(block, first, starts, points, ends)
    is_empty = starts == ends
    odd = np.flatnonzero(is_plain == is_empty)  # an empty cell is never plain
    values = mantissa / POWERS.take(places)
    large = np.flatnonzero(mantissa > EXACT)
    if len(large):
        values[large], unsure = _rounded(mantissa[large], POWERS[places[large]])
        odd = np.concatenate([odd, large[unsure]])
    values *= SIGNS.take(is_negative.view(np.int8))
    if is_empty.any():
        values[is_empty] = np.nan
    return values, odd, has_zero


def _mantissas(
    block: bytes, first: NDArray[np.uint8], starts: Whole, points: Whole, ends: Whole
) -> tuple[Whole, Whole, NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_]]:
    """Read the cells as whole numbers: their digits, how many are behind the point, the sign; which are so plain.

    The last are those with a zero in front of other digits, as in 007 or -01.5.
    """
    buffer = bytes(ROOM) + block
    is_negative = first == MINUS
    before = points - starts - (is_negative | (first == PLUS))
    behind = np.maximum(ends - points - 1, 0)
    whole, is_plain = _digits(buffer, points, before, MOST_BEFORE // WORD)
    fraction, is_fraction = _digits(buffer, ends, behind, ROOM // WORD)
    is_plain &= is_fraction & (behind <= MOST_BEHIND) & (before + behind > 0)
    has_zero = whole < LEAST.take(before, mode="clip")
    has_zero &= is_plain
    power = WHOLE_POWERS.take(behind, mode="clip")
    longest = int((before + behind).max(initial=0))
    if longest > MOST_DIGITS:
        is_plain &= (whole < WHOLE_POWERS[MOST_DIGITS - np.minimum(behind, MOST_DIGITS)]) & (fraction >= 0)
    mantissa = whole * power
    mantissa += fraction
    if not is_plain.all():
        is_odd = ~is_plain
        mantissa[is_odd] = 0
        behind[is_odd] = 0
    return mantissa, behind, is_negative, is_plain, has_zero


def _digits(buffer: bytes, ends: Whole, counts: Whole, most: int) -> tuple[Whole, NDArray[np.bool_]]:
    """The number that the `counts` (N,) characters before `ends` write, and whether they are digits, up to 8 · `most`.

    A number of more than `MOST_DIGITS` significant digits is given as -1.
    """
    longest = int(counts.max())
    if longest <= FOUR.size:
        few, odd = FOUR.numbers(buffer, ends, counts)
        return few.astype(np.int64), odd == 0
    words, odd = EIGHT.numbers(buffer, ends, counts)
    numbers: Whole = words.view(np.int64)
    for place in range(WORD, min(longest, most * WORD), WORD):
        longer = np.flatnonzero(counts > place)
        are_few = len(longer) < FEW_LONGER * len(counts)
        chosen = longer if are_few else slice(None)
        words, more = EIGHT.numbers(buffer, ends[chosen] - place, np.maximum(counts[chosen] - place, 0))
        high: Whole = words.view(np.int64)
        odd[chosen] |= more
        if place + WORD > MOST_DIGITS:
            is_long = high >= WHOLE_POWERS[MOST_DIGITS - place]
            high[is_long] = 0
            numbers[longer[is_long] if are_few else is_long] = -1
        high *= WHOLE_POWERS[place]
        numbers[chosen] += high
    is_digit = odd == 0
    if longest > most * WORD:
        is_digit &= counts <= most * WORD
    return numbers, is_digit


def _rounded(mantissa: NDArray[np.int64], power: Array) -> tuple[Array, NDArray[np.int64]]:
    """Divide whole numbers below 10^18 by exact powers of ten, correctly rounded, and say where that is not certain.

    The quotient of the rounded number is corrected by its remainder, which is found exactly (Dekker, 1971). Only where
    the result lies almost between two floats, or on a power of two, may the correction's own rounding count.
    """
    high = mantissa.astype(np.float64)
    low = (mantissa - high.astype(np.int64)).astype(np.float64)
    quotient = high / power
    product = quotient * power
    parts = [_halves(quotient), _halves(power)]
    error = parts[0][0] * parts[1][0] - product
    error += parts[0][0] * parts[1][1]
    error += parts[0][1] * parts[1][0]
    error += parts[0][1] * parts[1][1]
    correction = ((high - product) - error + low) / power
    result = quotient + correction
    rest = correction - (result - quotient)
    bits = result.view(np.int64)
    unit = ((bits & EXPONENT) - HALF_UNIT).view(np.float64)  # half of the last place; results are above 10^-7
    is_unsure = np.abs(np.abs(rest) - unit) < unit * 2e-6
    is_unsure |= (bits & FRACTION) == 0
    return result, np.flatnonzero(is_unsure)


def _halves(values: Array) -> tuple[Array, Array]:
    """Split each number into two of 26 bits that add up to it."""
    large = values * SPLITTER
    high = large - (large - values)
    return high, values - high


def spelled_twice_in(text: str, delimiter: str, names: Sequence[str]) -> set[str]:
    """The columns among whose first numbers some are one but for zeros behind the point, as versions may be."""
    rows = [line.split(delimiter) for line in text[:LOOKED_AT].splitlines()[:-1]] if "." in text else []
    columns = zip(names, zip(*(row for row in rows if len(row) == len(names)), strict=True), strict=False)
    return {name for name, cells in columns if spelled_twice(cell.strip() for cell in cells) is not None}
