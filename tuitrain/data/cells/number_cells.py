"""Numbers as people write them: ``$1,200.50``, ``15%``, ``(1.200,5)``, ``1 204``, ``1.5D+02``.

A cell is looked at through its pattern, in which each digit is a 9: ``$9,999.99``. A column has few patterns, however
many cells it has, and what its signs mean is decided on those.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import product

from tuitrain.data.cells.column_format import ColumnFormat

CURRENCY_SIGNS = "$€£¥₩₹₽₺₫฿₴₦₱₪₡円元원"
CURRENCY_CODES = [
    "USD",
    "EUR",
    "GBP",
    "JPY",
    "KRW",
    "CNY",
    "RMB",
    "CHF",
    "INR",
    "RUB",
    "TRY",
    "SEK",
    "NOK",
    "DKK",
    "ISK",
    "PLN",
    "CZK",
    "HUF",
    "RON",
    "BGN",
    "UAH",
    "CAD",
    "AUD",
    "NZD",
    "SGD",
    "HKD",
    "TWD",
    "THB",
    "IDR",
    "MYR",
    "PHP",
    "VND",
    "BRL",
    "MXN",
    "ARS",
    "CLP",
    "COP",
    "PEN",
    "ZAR",
    "EGP",
    "NGN",
    "KES",
    "ILS",
    "AED",
    "SAR",
    "QAR",
    "KWD",
    "BHD",
]  # ISO 4217, the most traded
CURRENCY = rf"(?:[A-Z]{{0,2}}\$|[{CURRENCY_SIGNS}]|{'|'.join(CURRENCY_CODES)}|zł|Rs\.?|kr\.?|Kč|Ft)"
SHAPE = re.compile(
    rf"(?P<open>\()?\s?(?P<sign>[-+])?\s?(?P<before>{CURRENCY})?\s?(?P<inner>[-+(])?"
    r"(?P<digits>9(?:[9.,' ]*[9.,])?|[.,]9+)(?P<cents>(?<=[.,])--?)?"
    r"(?P<exponent>[eEdD][-+]?9{1,3})?"
    rf"\s?(?P<percent>%)?\s?(?P<after>{CURRENCY})?(?P<behind>-)?\s?(?P<close>\))?"
)
# Full-width forms, the signs of minus, and the spaces and apostrophes that separate thousands; one character for one.
PLAIN = str.maketrans(
    "０１２３４５６７８９．，－＋％（）￥￦＄￡−–‑—\u00a0\u202f\u2009\u3000’‘´`",
    "0123456789.,-+%()¥₩$£----    ''''",
)
for zero in "٠۰०০๐":  # of Arabic, Persian, Hindi, Bengali and Thai
    PLAIN |= {ord(zero) + digit: ord("0") + digit for digit in range(10)}
PLAIN |= str.maketrans("٫٬٪", ".,%")
MOST_PATTERNS = 10_000  # about which something is remembered
AROUND = " \t\n\r\x0b\x0c\x85\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"  # blanks, and signs that are not seen
AS_NINES = str.maketrans("012345678", "999999999")
AS_PATTERN = str.maketrans("12345678", "99999999")
LEADING = "(-+ .,'" + CURRENCY_SIGNS + "ABCDEFGHIJKLMNOPQRSTUVWXYZłčzkrtF"
LARGEST_EXACT = 2**53
# Odds that a sign before three digits separates thousands, by what separates the fields. Where decimals have a comma,
# fields are mostly separated by semicolons; a comma in a field of a comma-separated file is nearly always of thousands.
PRIORS = {",": {";": 0.1, ",": 25.0, "\t": 0.5, "": 1.0}, ".": {";": 0.05, "\t": 0.02, "": 0.005}}
LEAST_ODDS, MOST_ODDS = 0.05, 20.0  # between them, the user is asked


@dataclass(frozen=True)
class Shape:
    """The parts of a pattern: where its digits stand, `start` to `stop`, and what stands around them."""

    start: int
    stop: int
    end: int  # of the exponent
    is_negative: bool
    is_percent: bool
    currency: str
    has_parentheses: bool
    has_minus_behind: bool
    has_dash_for_cents: bool  # 12.- and 12,--
    has_fortran_exponent: bool
    has_bare_exponent: bool  # 94E3, which may be a code
    has_leading_zero: bool  # 007, 04.60, not 0.5

    def digits(self, cell: str) -> str:
        """The digits of a cell with this pattern, with the signs between them."""
        return cell[self.start : self.stop]


@dataclass(frozen=True, order=True)
class SignMeaning:
    """What commas, points, spaces and apostrophes between digits mean."""

    decimal: str = "."
    thousands: str = ""


ALL_SIGNS = [SignMeaning(decimal, thousands) for thousands, decimal in product(("", ",", ".", " ", "'"), ".,")]
ALL_SIGNS = [signs for signs in ALL_SIGNS if signs.decimal != signs.thousands]


def plain(cell: str) -> str:
    """The cell in ASCII digits and signs, as long as it was, without blanks around it."""
    return cell.strip() if cell.isascii() else cell.translate(PLAIN).strip(AROUND)


def pattern_of(cell: str) -> str:
    """The pattern of a `plain` cell: its digits are 9, but a zero in front of other digits is 0."""
    rest = cell.lstrip(LEADING)
    pattern = cell.translate(AS_PATTERN).replace("0", "9")
    if len(rest) > 1 and rest[0] == "0" and rest[1] in "0123456789.,' ":
        place = len(cell) - len(rest)
        return pattern[:place] + "0" + pattern[place + 1 :]
    return pattern


@lru_cache(MOST_PATTERNS)
def shape_of(pattern: str) -> Shape | None:
    """The parts of a pattern; None if it is not that of a number."""
    as_nines = pattern.replace("0", "9", 1)
    match = SHAPE.fullmatch(as_nines)
    if match is None:
        return None
    is_open = bool(match["open"]) or match["inner"] == "("  # $(1,200) as well as ($1,200)
    if is_open != bool(match["close"]) or (match["open"] and match["inner"] == "("):
        return None
    inner = None if match["inner"] == "(" else match["inner"]
    minuses = [match["sign"], inner, match["behind"], "-" if is_open else None]
    if sum(sign is not None for sign in minuses) > 1 or (match["before"] and match["after"]):
        return None
    start, stop = match.span("digits")
    exponent = match["exponent"] or ""
    zero_first = pattern[start] == "0"
    return Shape(
        start, stop, stop + len(exponent), "-" in minuses, bool(match["percent"]),
        match["before"] or match["after"] or "", is_open, bool(match["behind"]), bool(match["cents"]),
        exponent[:1] in {"d", "D"}, match["digits"].isdigit() and re.fullmatch("[eE]99?", exponent) is not None,
        zero_first and as_nines[start + 1 : start + 2] == "9",
    )  # fmt: skip


def decimal_place(digits: str, signs: SignMeaning) -> int | None:
    """Where the decimal sign stands in the digits of a pattern, their length if nowhere; None if they do not fit."""
    whole, sign, fraction = digits.partition(signs.decimal)
    if fraction.strip("9") or not (whole or fraction):
        return None
    if signs.thousands and signs.thousands in whole:
        if whole[0] == "0" or not _are_groups(whole.split(signs.thousands), signs.thousands):
            return None
    elif whole.strip("09"):
        return None
    return len(whole) if sign else len(digits)


def _are_groups(groups: list[str], sign: str) -> bool:
    """Whether these are the groups of a number's digits: three each, or, by commas, as in India, two before the last.

    The first has one to three.
    """
    first, *middle, last = groups
    if any(group.strip("9") for group in groups) or not 1 <= len(first) <= 3 or len(last) != 3:
        return False
    widths = {len(group) for group in middle}
    return widths <= {3} or (sign == "," and widths == {2} and len(first) <= 2)


@dataclass(frozen=True)
class Cells:
    """The distinct cells of a column that are not missing: `shapes` of their patterns, None for those of no number."""

    by_pattern: Mapping[str, list[str]]
    shapes: Mapping[str, Shape | None]

    @classmethod
    def of(cls, cells: Iterable[str]) -> Cells:
        """Group the `plain` cells by their patterns."""
        by_pattern: dict[str, list[str]] = {}
        for cell in cells:
            by_pattern.setdefault(pattern_of(cell), []).append(cell)
        return cls(by_pattern, {pattern: shape_of(pattern) for pattern in by_pattern})

    @property
    def digits(self) -> dict[str, str]:
        """Each pattern of a number to its digits."""
        return {pattern: shape.digits(pattern) for pattern, shape in self.shapes.items() if shape is not None}

    def count(self, patterns: Collection[str]) -> int:
        """How many distinct cells have one of these patterns."""
        return sum(len(self.by_pattern[pattern]) for pattern in patterns)

    def readings(self, allowed: Collection[SignMeaning]) -> list[SignMeaning]:
        """The meanings of the signs that fit every number; the simplest of those that give the same values."""
        digits = set(self.digits.values())
        found: dict[tuple[int, ...], SignMeaning] = {}
        for signs in ALL_SIGNS:
            places = [decimal_place(text, signs) for text in digits] if signs in allowed else [None]
            if None not in places:
                found.setdefault(tuple(place for place in places if place is not None), signs)
        return list(found.values())


@dataclass(frozen=True)
class Habits:
    """What the other columns of the file do, and what separates its fields.

    `decimals` and `thousands` map a sign to the number of distinct cells that can only mean it.
    """

    delimiter: str = ","
    decimals: Mapping[str, int] = field(default_factory=dict)
    thousands: Mapping[str, int] = field(default_factory=dict)

    def weight(self, thousands: str, decimal: str) -> float:
        """How much the other columns speak for these signs: from 1 to 1000, with 99 cells that do."""
        cells = self.thousands.get(thousands, 0) + self.decimals.get(decimal, 0)
        return float((1.0 + min(cells, 99)) ** 1.5)


def odds_of_thousands(cells: Cells, sign: str, habits: Habits) -> float:
    """How much likelier the sign separates thousands than decimals, where both fit every cell of a column.

    All such cells are like 1,437: one to three digits, the sign, three digits. The likelihood ratio of what is seen,
    times a prior for the kind of file: a number with a decimal sign rarely has exactly three decimals each time, unless
    it was rounded so; a program that drops zeros at the end leaves about nine of ten with all three; one that separates
    thousands does so in every number above 999.
    """
    odds = PRIORS[sign].get(habits.delimiter, PRIORS[sign][""])
    other = {",": ".", ".": ","}[sign]
    odds *= habits.weight(sign, other) / habits.weight(other, sign)
    with_sign = [pattern for pattern, digits in cells.digits.items() if sign in digits]
    if any((shape := cells.shapes[pattern]) is not None and shape.end > shape.stop for pattern in with_sign):
        return 0.0  # 2,696e+05 has a single digit before its decimal sign
    without = [pattern for pattern in cells.digits if pattern not in with_sign]
    if any(len(cells.digits[pattern]) > 3 for pattern in without):
        return odds * 0.01
    if without:
        odds *= min(0.9 ** -cells.count(with_sign), 1e6)
        ends_in_zero = any(
            shape.digits(cell).endswith("0")
            for pattern in with_sign if (shape := cells.shapes[pattern]) is not None
            for cell in cells.by_pattern[pattern]
        )  # fmt: skip
        is_odd = sign == "." and _larger_than_decimals(cells, with_sign, without) > 1
        odds *= 100.0 if ends_in_zero or is_odd else 1.0
    return odds


def _larger_than_decimals(cells: Cells, with_sign: Collection[str], without: Collection[str]) -> int:
    """How many numbers of three digits have no sign and are larger than all others would be with decimals.

    456 and 999 beside 1.234 and 2.345 would be odd, were these not 1234 and 2345.
    """
    heads = [pattern_digits.partition(".")[0] for pattern_digits in (cells.digits[pattern] for pattern in with_sign)]
    if not heads or max(map(len, heads)) > 1:
        return 0
    return sum(len(cells.by_pattern[pattern]) for pattern in without if len(cells.digits[pattern]) == 3)


def choose_signs(cells: Cells, readings: list[SignMeaning], habits: Habits) -> SignMeaning | None:
    """Choose among several readings; None if nothing settles it."""
    if len(readings) == 1:
        return readings[0]
    for sign in ",.":
        as_decimal = [signs for signs in readings if signs.decimal == sign and signs.thousands != sign]
        as_thousands = [signs for signs in readings if signs.thousands == sign]
        used = any(sign in digits for digits in cells.digits.values())
        if not (used and as_decimal and as_thousands):
            continue
        odds = odds_of_thousands(cells, sign, habits)
        if odds > MOST_ODDS:
            readings = as_thousands
        elif odds < LEAST_ODDS:
            readings = as_decimal
        else:
            return None
    return readings[0] if len(readings) == 1 else None


def values_of(cells: Cells, form: ColumnFormat) -> dict[str, float]:
    """Each distinct cell that is a number in this format to its value."""
    signs = SignMeaning(form.decimal, form.thousands)
    known: dict[str, float] = {}
    for pattern, members in cells.by_pattern.items():
        shape = cells.shapes[pattern]
        if shape is None or decimal_place(shape.digits(pattern), signs) is None:
            continue
        if form.percent != shape.is_percent and any(shape.digits(cell).strip("0.,") for cell in members):
            continue
        if shape.currency and form.currency and shape.currency != form.currency:
            continue
        sign = -1.0 if shape.is_negative else 1.0
        is_simple = not signs.thousands and signs.decimal == "." and shape.stop == shape.end
        for cell in members:
            digits = cell[shape.start : shape.stop]
            if not is_simple:
                digits = digits.replace(signs.thousands, "") if signs.thousands else digits
                exponent = cell[shape.stop : shape.end].lower().replace("d", "e")
                digits = digits.replace(signs.decimal, ".") + exponent
            known[cell] = sign * float(digits) / 100 if shape.is_percent else sign * float(digits)
    return known
