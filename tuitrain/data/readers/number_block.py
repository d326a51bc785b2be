"""Parse many plain numbers at once, each to the very float64 that Python's ``float`` gives.

`R` rows, `C` columns. All cells advance together, a character at a time, so that the work is a few operations of NumPy
for each place instead of a call for each cell.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tuitrain.data.cells.number_column import spelled_twice

Array = NDArray[np.float64]
MOST_DIGITS = 18  # whose mantissa, with its digits taken as a whole number, fits into int64
MOST_BEHIND = 22  # digits behind the point: 10^22 is exact, as 5^22 < 2^53
MOST_LENGTH = MOST_BEHIND + 3  # with a sign, a zero and a point
EXACT = 2**53
POWERS = np.array([10.0**places for places in range(MOST_BEHIND + 1)], np.float64)
LOOKED_AT = 100_000  # characters, in which numbers that are spelled twice are sought
SPLITTER = 2.0**27 + 1
PLAIN = re.compile(rb"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
LEADING_ZERO = re.compile(rb"[+-]?0[0-9]")
MOST_ODD = 0.02  # of the cells, that are parsed one by one
NEWLINE, POINT, MINUS, PLUS, ZERO = b"\n.-+0"


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
    ends = _ends(characters, ord(delimiter), columns)
    if ends is None:
        return None
    starts = np.concatenate([np.zeros(1, np.int64), ends[:-1] + 1])
    mantissa, places, is_negative, is_plain = _advance(characters, starts, ends)
    is_empty = starts == ends
    odd = np.flatnonzero(~is_plain & ~is_empty)
    if len(odd) > MOST_ODD * len(ends) or _has_leading_zero(characters, starts, ends):
        return None
    values = mantissa / POWERS[places]
    large = np.flatnonzero(mantissa > EXACT)
    if len(large):
        values[large], unsure = _rounded(mantissa[large], POWERS[places[large]])
        odd = np.concatenate([odd, large[unsure]])
    np.negative(values, where=is_negative, out=values)
    values[is_empty] = np.nan
    for place in odd:
        cell = block[starts[place] : ends[place]]
        if not PLAIN.fullmatch(cell) or LEADING_ZERO.match(cell):
            return None
        values[place] = float(cell)
    if (np.abs(values) >= EXACT).any():
        return None
    return values.reshape(-1, columns)


def _ends(characters: NDArray[np.uint8], delimiter: int, columns: int) -> NDArray[np.int64] | None:
    """Where each cell ends, (R · C,) int64; None if the lines have other than `columns` cells."""
    is_end = characters == NEWLINE
    lines = int(np.count_nonzero(is_end))
    is_end |= characters == delimiter
    ends = np.flatnonzero(is_end)
    if len(ends) != lines * columns or (characters[ends[columns - 1 :: columns]] != NEWLINE).any():
        return None
    if columns == 1 and (np.diff(ends, prepend=-1) == 1).any():
        return None  # a blank line is no missing value
    return ends


def _advance(
    characters: NDArray[np.uint8], starts: NDArray[np.int64], ends: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_], NDArray[np.bool_]]:  # fmt: skip
    """Read the cells as whole numbers: their digits, how many are behind the point, the sign; which are so plain."""
    length = ends - starts
    mantissa = np.zeros(len(starts), np.int64)
    counts = np.zeros((3, len(starts)), np.uint8)  # digits, those from the first that is not 0, points
    digits, significant, points = counts
    point_at = np.zeros(len(starts), np.uint8)
    longest = min(int(length.max(initial=0)), MOST_LENGTH)
    for place in range(longest):
        found = characters[np.minimum(starts + place, ends)]  # behind a cell stands what ends it
        digit = found - ZERO  # wraps around for what stands before the digits
        is_digit = digit < 10
        is_point = found == POINT
        mantissa = np.where(is_digit, mantissa * 10 + digit, mantissa)
        digits += is_digit
        if longest > MOST_DIGITS:
            significant += is_digit & (mantissa != 0)
        points += is_point
        point_at += is_point * np.uint8(place)
    first = characters[starts]
    is_negative = first == MINUS
    is_signed = is_negative | (first == PLUS)
    behind = np.where(points == 1, length - 1 - point_at, 0)
    is_plain = (digits.astype(np.int64) + points + is_signed == length) & (points < 2) & (digits > 0)
    is_plain &= (significant <= MOST_DIGITS) & (behind <= MOST_BEHIND)
    mantissa[~is_plain] = 0
    behind[~is_plain] = 0
    return mantissa, behind, is_negative, is_plain


def _has_leading_zero(
    characters: NDArray[np.uint8], starts: NDArray[np.int64], ends: NDArray[np.int64]
) -> bool:  # fmt: skip
    """Whether a zero stands in front of other digits, as in 007 or -01.5."""
    first = characters[starts]
    place = starts + ((first == MINUS) | (first == PLUS))
    is_zero = (characters[np.minimum(place, len(characters) - 1)] == ZERO) & (place + 1 < ends)
    behind = characters[place[is_zero] + 1] - ZERO
    return bool((behind < 10).any())


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
    unit = np.spacing(result)
    is_unsure = np.abs(np.abs(rest) - unit / 2) < unit * 1e-6
    is_unsure |= np.frexp(result)[0] == 0.5
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
