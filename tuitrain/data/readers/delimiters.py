"""Find what separates and what quotes the fields of a text table."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from tuitrain.data.cells.column_format import MISSING_IN_NUMBERS
from tuitrain.data.cells.date_cells import readable
from tuitrain.data.cells.number_cells import plain
from tuitrain.data.cells.number_column import is_finite_number
from tuitrain.data.readers.records import Splitting, sample_records, squeezed
from tuitrain.errors import DataError
from tuitrain.options import data_options
from tuitrain.text import quoted
from tuitrain.translation import N_
from tuitrain.translation import gettext as _

SELDOM = {"^": N_("caret"), "~": N_("tilde"), ":": N_("colon"), "\x01": N_("control sign"), "§": "§", "¦": "¦"}
DELIMITER_NAMES = {sign: name for name, sign in data_options.DELIMITERS.items()} | SELDOM
SAMPLE_ROWS = 100
LEAST_SHARE = 0.9  # of the rows have the usual length; the strict reader names the others
LEAST_ROWS_BELOW = 2  # the header, for a sign that seldom separates fields
NEAR = 0.05  # between two scores
SELDOM_IN_TEXT = ("\t", "|")
LEAST_SINGLE_QUOTED = 3
SINGLE_QUOTED = re.compile(r"(?m)(?:^|[,;|\t ]) *'[^'\n]*' *(?=[,;|\t ]|\r?$)")


@dataclass(frozen=True)
class Split:
    """How a sample of a table comes apart: records with their lines."""

    text: str
    splitting: Splitting
    records: tuple[tuple[int, list[str]], ...]

    @classmethod
    def of(cls, text: str, splitting: Splitting) -> Split:
        """Split the sample."""
        text = squeezed(text) if splitting.delimiter == " " else text
        return cls(text, splitting, tuple(sample_records(text, splitting, SAMPLE_ROWS)))

    @cached_property
    def widths(self) -> list[int]:
        """How many fields each record has."""
        return [len(row) for _line, row in self.records]

    @cached_property
    def width(self) -> int:
        """The usual number of fields, of the later records, since titles and comments stand first."""
        later = self.widths[len(self.widths) // 3 :]
        return max(set(later), key=later.count, default=1)

    @cached_property
    def leading(self) -> int:
        """How many records before the first one with the usual number of fields."""
        return self.widths.index(self.width) if self.widths else 0

    @cached_property
    def body(self) -> list[list[str]]:
        """The records from the first one with the usual number of fields on."""
        return [row for _line, row in self.records[self.leading :]]

    @cached_property
    def share(self) -> float:
        """How many of these have the usual number."""
        widths = self.widths[self.leading :]
        return widths.count(self.width) / len(widths) if widths else 0.0

    @cached_property
    def typed(self) -> float:
        """How many cells below the first row are numbers, dates or missing."""
        cells = [cell.strip() for row in (self.body[1:] or self.body) for cell in row]
        return sum(map(is_typed, cells)) / len(cells) if cells else 0.0

    @property
    def score(self) -> float:
        """How well the table comes apart so: evenly, into numbers, from the first line on."""
        return self.share + self.typed - 0.25 * (self.leading > 0)

    @property
    def is_even(self) -> bool:
        """Whether all records have the same number of fields, above one."""
        return self.width > 1 and self.share == 1 and not self.leading

    @cached_property
    def spaced(self) -> float:
        """The share of delimiters with a blank behind them, as commas in texts have one."""
        sign = self.splitting.delimiter
        return self.text.count(sign + " ") / max(self.text.count(sign), 1)

    @cached_property
    def has_shorter_header(self) -> bool:
        """Whether the record before the first of the usual length has one field less, all of them names."""
        if not self.leading or self.widths[self.leading - 1] != self.width - 1 or self.share < LEAST_SHARE:
            return False
        names = [cell.strip() for cell in self.records[self.leading - 1][1]]
        is_title = (len(names) == 1 and " " in names[0]) or self._names_numbers
        return not is_title and all(names) and len(set(names)) == len(names) and not any(map(is_number, names))

    @cached_property
    def _names_numbers(self) -> bool:
        """Whether the first record of the usual length has a word above numbers, as a header has."""
        first, *rest = (row for row in self.body if len(row) == self.width)
        columns = zip(*rest, strict=True)
        return any(
            bool(cell.strip()) and not is_typed(cell.strip()) and all(is_number(other.strip()) for other in column)
            for cell, column in zip(first, columns, strict=False)
        )

    @cached_property
    def has_blank_end(self) -> bool:
        """Whether each row ends with a delimiter that the header has not."""
        return self.has_shorter_header and all(not row[-1].strip() for row in self.body if len(row) == self.width)

    @cached_property
    def has_row_names(self) -> bool:
        """Whether the header lacks a name for the first column, as R writes a table with names of rows."""
        firsts = [row[0].strip() for row in self.body]
        return self.has_shorter_header and not self.has_blank_end and len(set(firsts)) == len(firsts)


def is_number(cell: str) -> bool:
    """Whether a cell is a number in any reading."""
    return is_finite_number(plain(cell))


def is_typed(cell: str) -> bool:
    """Whether a cell without blanks around it is no mere text."""
    return (
        not cell
        or cell.lower() in MISSING_IN_NUMBERS
        or is_number(cell)
        or bool(cell[0].isdigit() and readable([cell]))
    )


@dataclass(frozen=True)
class ChosenSplit:
    """A split and what speaks for it; `other` is another delimiter that splits about as well, if any."""

    split: Split
    why: str
    other: str = ""

    @property
    def is_guessed(self) -> bool:
        """Whether another delimiter is about as good."""
        return bool(self.other)


def find_split(text: str, name: str, *, delimiter: str | None, quote: str | None, comment: str) -> ChosenSplit:
    """Find how a sample is split; `delimiter` and `quote`, if not None, are what the user says.

    Raises
    ------
    DataError
        if two delimiters split it alike and nothing tells which is meant.
    """
    quotes = [quote] if quote is not None else ['"', "'"] if _has_single_quotes(text) else ['"']
    if delimiter is not None:
        splits = [Split.of(text, Splitting(delimiter, sign, comment)) for sign in quotes]
        return ChosenSplit(_better_quote(splits), _("given"))
    found = []
    for sign in (",", ";", "\t", "|"):
        if sign in text:
            split = _better_quote([Split.of(text, Splitting(sign, mark, comment)) for mark in quotes])
            found += [split] if split.width > 1 else []
    found.sort(key=lambda split: split.score, reverse=True)
    blank = _better_quote([Split.of(text, Splitting(" ", sign, comment)) for sign in quotes])
    if _is_split_at_blanks(blank, found[0] if found else None):
        return ChosenSplit(blank, _("runs of blanks split all rows into {count} fields").format(count=blank.width))
    found = found or _split_by_seldom_signs(text, quotes, comment)
    if not found:
        whole = _better_quote([Split.of(text, Splitting(",", sign, comment)) for sign in quotes])
        return ChosenSplit(whole, _("nothing splits the rows evenly"))
    near = [split for split in found if split.score > found[0].score - NEAR]
    return _chosen(near, name)


def _split_by_seldom_signs(text: str, quotes: list[str], comment: str) -> list[Split]:
    """The best split at a sign that seldom separates fields, where all rows have the same number of them."""
    splits = [
        _better_quote([Split.of(text, Splitting(sign, mark, comment)) for mark in quotes])
        for sign in SELDOM if sign in text
    ]  # fmt: skip
    even = [
        split for split in splits
        if split.is_even and len(split.records) > LEAST_ROWS_BELOW and not _are_times(split)
    ]  # fmt: skip
    return [max(even, key=lambda split: split.score)] if even else []


def _are_times(split: Split) -> bool:
    """Whether a single column of times, such as 12:30, was split at their colons."""
    cells = [cell.strip() for row in split.body for cell in row]
    return split.splitting.delimiter == ":" and all(cell.isdigit() and len(cell) <= 2 for cell in cells)


def _has_single_quotes(text: str) -> bool:
    return "'" in text and len(SINGLE_QUOTED.findall(text)) >= 1 and not re.search(r'(?m)(?:^|[,;|\t]) *"', text)


def _better_quote(splits: list[Split]) -> Split:
    """Prefer single quotes where they make rows more even, or where each text of a column has them."""
    double, *others = splits
    for single in others:
        if single.width > 1 and (single.share, -single.leading) > (double.share, -double.leading):
            return single
        if single.share >= double.share and _quotes_whole_columns(double):
            return single
    return double


def _quotes_whole_columns(split: Split) -> bool:
    columns = list(zip(*(row for row in split.body[1:] if len(row) == split.width), strict=True))
    for column in columns:
        present = [cell.strip() for cell in column if cell.strip() and cell.strip().lower() not in MISSING_IN_NUMBERS]
        if len(present) >= LEAST_SINGLE_QUOTED and all(c[0] == "'" and c[-1] == "'" and len(c) > 1 for c in present):
            return True
    return False


def _is_split_at_blanks(blank: Split, other: Split | None) -> bool:
    """Whether blanks split all rows alike, a header that lacks one name aside, and better than another delimiter."""
    is_short_header = blank.leading == 1 and blank.has_row_names and (blank.width > 2 or blank.typed > 0)
    if blank.width < 2 or blank.share < 1 or (blank.leading and not is_short_header):
        return False
    if other is None:
        return True
    return blank.score > other.score + 0.25 and (other.share < 1 or _has_numbers_in_a_row(other))


def _has_numbers_in_a_row(split: Split) -> bool:
    """Whether fields hold several numbers with blanks between, as where a tab stands before the last of them."""
    row = split.body[-1] if split.body else []
    parts = [cell.split() for cell in row if re.search(r"\S {2,}\S", cell) or cell.count(" ") > 1]
    return any(sum(map(is_number, words)) > 1 for words in parts)


def _chosen(near: list[Split], name: str) -> ChosenSplit:
    """Choose among splits that are about as good."""
    best = near[0]
    sign = _(DELIMITER_NAMES[best.splitting.delimiter])
    if len(near) == 1:
        return ChosenSplit(
            best, _("{sign}s split the rows into {count} fields most evenly").format(sign=sign, count=best.width)
        )
    seldom = [split for split in near if split.splitting.delimiter in SELDOM_IN_TEXT]
    if seldom:
        sign = _(DELIMITER_NAMES[seldom[0].splitting.delimiter])
        return ChosenSplit(seldom[0], _("{sign}s are seldom in texts").format(sign=sign), _other(near, seldom[0]))
    tight = [split for split in near if split.spaced < 0.5]
    loose = [split for split in near if split.spaced >= 0.9]
    if len(tight) == 1 and len(loose) == len(near) - 1:
        other = _(DELIMITER_NAMES[loose[0].splitting.delimiter])
        sign = _(DELIMITER_NAMES[tight[0].splitting.delimiter])
        why = _("a blank stands behind each {other}, as in a text, and not behind each {sign}").format(
            other=other, sign=sign
        )
        return ChosenSplit(tight[0], why, _other(near, tight[0]))
    even = [split for split in near if split.is_even]
    if len(even) > 1:
        one, two = even[:2]
        raise DataError(
            _(
                "{name}: commas and semicolons split all rows alike: the first columns are {one} or {two}; say which "
                "by --delimiter comma or --delimiter semicolon"
            ).format(name=name, one=_heads(one), two=_heads(two))
        )
    widest = max(near, key=lambda split: (split.is_even, split.width))
    sign = _(DELIMITER_NAMES[widest.splitting.delimiter])
    return ChosenSplit(widest, _("{sign}s split the rows into more fields").format(sign=sign), _other(near, widest))


def _other(near: list[Split], chosen: Split) -> str:
    return next(split.splitting.delimiter for split in near if split is not chosen)


def _heads(split: Split) -> str:
    return ", ".join(map(quoted, split.body[0][:2]))
