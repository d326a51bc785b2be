"""Columns of a table: their types, their missing values, and which of them are useless.

`N` rows. A number column holds (N,) float64 with NaN for missing; a text column (N,) objects, str or None.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from tuitrain.text import counted, listed, quoted, visible
from tuitrain.translation import gettext as _
from tuitrain.translation import ngettext

Kind = Literal["number", "boolean", "text"]
MISSING = frozenset({
    "", "na", "n/a", "nan", "null", "?", "<na>", "\\n",
    "#n/a", "#value!", "#div/0!", "#ref!", "#num!", "#null!", "#name?",
})  # fmt: skip
MISSING_IN_NUMBERS = MISSING | {"none", "-", "--", ".", "missing", "nil"}
TRUE = frozenset({"true", "yes"})
FALSE = frozenset({"false", "no"})
NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
INFINITE = re.compile(r"[+-]?inf(?:inity)?", re.IGNORECASE)
LEADING_ZERO = re.compile(r"[+-]?0[0-9]")
DECIMAL_COMMA = re.compile(r"[+-]?(?:[0-9]+,[0-9]*|,[0-9]+)(?:[eE][+-]?[0-9]+)?")
NOT_PLAIN = re.compile(r"[^0-9eE+.\-\n]")
LINE_WITH_LEADING_ZERO = re.compile(r"\n[+-]?0[0-9]")
NEAR_UNIQUE = 0.9
MOST_LEVELS = 1000


@dataclass(frozen=True)
class Column:
    """One column. `kind` boolean is a number column of 0 and 1 whose `words` are the two spellings.

    `texts` (N,), if not None, are the cells of a number column that were read as missing but may be words (``none``,
    ``-``): if the same column is text in another table, they are its values.
    """

    name: str
    kind: Kind
    values: NDArray[Any]
    words: tuple[str, ...] = ()
    texts: NDArray[Any] | None = None

    def __len__(self) -> int:
        return len(self.values)

    @property
    def missing(self) -> NDArray[np.bool_]:
        """A mask of missing values, (N,)."""
        if self.kind == "text":
            return np.array([value is None for value in self.values], bool)
        absent: NDArray[np.bool_] = np.isnan(self.values)
        return absent

    def take(self, rows: NDArray[np.int64]) -> Column:
        """Return the column with only these rows."""
        texts = None if self.texts is None else self.texts[rows]
        return Column(self.name, self.kind, self.values[rows], self.words, texts)

    def as_text(self) -> Column:
        """Convert to a text column, in which words that number columns read as missing are words."""
        if self.kind == "text":
            return self
        texts = [None] * len(self) if self.texts is None else self.texts
        known = [text if label is None else label for label, text in zip(self.labels(), texts, strict=True)]
        return Column(self.name, "text", np.array(known, object))

    def labels(self) -> list[str | None]:
        """Return each value as a class label: whole numbers without a point, booleans as they were spelled."""
        if self.kind == "text":
            return list(self.values)
        if self.kind == "boolean":
            return [None if np.isnan(value) else self.words[int(value)] for value in self.values]
        return [None if np.isnan(value) else number_text(value) for value in self.values]


@dataclass(frozen=True)
class Table:
    """Columns of equal length, and the reader's notices to the user; `name` is safe to display.

    `image_largest` is the largest possible pixel value, None if the columns are not pixels; `is_partial` means that
    the source has more rows than were read.
    """

    name: str
    columns: tuple[Column, ...]
    notices: tuple[str, ...] = ()
    image_largest: float | None = None
    suggested_target: str | None = None
    suggested_task: str | None = None
    is_partial: bool = False

    def __len__(self) -> int:
        return len(self.columns[0]) if self.columns else 0

    @property
    def names(self) -> list[str]:
        """The columns' names."""
        return [column.name for column in self.columns]

    def column(self, name: str) -> Column:
        """Return the column with this name."""
        return self.columns[self.names.index(name)]

    def take(self, rows: NDArray[np.int64]) -> Table:
        """Return the table with only these rows."""
        return replace(self, columns=tuple(column.take(rows) for column in self.columns))


def number_text(value: float) -> str:
    """Format a number as briefly as possible: 3, 0.5."""
    return str(int(value)) if float(value).is_integer() and abs(value) < 2**53 else repr(float(value))


def parse_column(name: str, cells: Sequence[str], *, decimal_comma: bool = False) -> tuple[Column, list[str]]:
    """Infer a column's type from its cells and parse them; also return notices for the user.

    With `decimal_comma`, a column with numbers such as 1,5 is numeric, unless it also has numbers with a point.
    """
    plain = plain_numbers(cells)
    if plain is not None:
        return clean_numbers(name, plain)
    stripped = [cell.strip() for cell in cells]
    distinct = set(stripped)
    present = {cell for cell in distinct if cell.lower() not in MISSING_IN_NUMBERS}
    commas = {cell for cell in present if DECIMAL_COMMA.fullmatch(cell)} if decimal_comma else set()
    numeric = commas | {cell for cell in present if NUMBER.fullmatch(cell) or INFINITE.fullmatch(cell)}
    has_both = bool(commas) and any("." in cell for cell in numeric)
    if numeric == present and not has_both and not any(LEADING_ZERO.match(cell) for cell in present):
        known = {cell: _number(cell.replace(",", ".")) for cell in distinct}
        column, remarks = clean_numbers(name, np.array([known[cell] for cell in stripped], np.float64))
        if any(cell.lower() in MISSING_IN_NUMBERS - MISSING for cell in distinct):
            words_of = {cell: cell if cell.lower() in MISSING_IN_NUMBERS - MISSING else None for cell in distinct}
            column = replace(column, texts=np.array([words_of[cell] for cell in stripped], object))
        return column, remarks
    words = {cell.lower() for cell in distinct} - MISSING
    if words and (words <= TRUE | FALSE) and len(words) <= 2 and len(words & TRUE) <= 1 and len(words & FALSE) <= 1:
        return _booleans(name, stripped), []
    texts = {cell: None if cell.lower() in MISSING else visible(cell, sys.maxsize) for cell in distinct}
    notices = _why_text(name, stripped, present, numeric, has_both=has_both)
    return Column(name, "text", np.array([texts[cell] for cell in stripped], object)), notices


def plain_numbers(cells: Sequence[str]) -> NDArray[np.float64] | None:
    """Parse cells quickly, (N,) float64, if each is a number or empty; return None otherwise."""
    joined = "\n".join(["", *cells])
    if NOT_PLAIN.search(joined) or LINE_WITH_LEADING_ZERO.search(joined):
        return None
    try:
        return np.fromiter(map(float, [cell or "nan" for cell in cells]), np.float64, len(cells))
    except ValueError:
        return None


def _why_text(name: str, cells: Sequence[str], present: set[str], numeric: set[str], *, has_both: bool) -> list[str]:
    """Explain why a column is text although most of its cells are numbers."""
    if has_both:
        comma, point = (next(cell for cell in cells if sign in cell and cell in numeric) for sign in ",.")
        return [
            _("column {name}: taken as text, since it has {comma} as well as {point}").format(
                name=quoted(name), comma=quoted(comma), point=quoted(point)
            )
        ]
    others = len(present) - len(numeric)
    if others == 0 or len(present) <= 5 or len(numeric) < 0.8 * len(present):
        return []
    odd = next(cell for cell in cells if cell in present and cell not in numeric)
    share = _("{others} of {count} distinct values are not numbers (such as {odd})").format(
        others=others, count=len(present), odd=quoted(odd)
    )
    return [_("column {name}: taken as text, since {why}").format(name=quoted(name), why=share)]


def _number(cell: str) -> float:
    if NUMBER.fullmatch(cell):
        return float(cell)
    return float("inf") if INFINITE.fullmatch(cell) else float("nan")


def clean_numbers(name: str, values: NDArray[Any]) -> tuple[Column, list[str]]:
    """Make a number column, turning infinities into missing values with a notice of their count."""
    if values.dtype != np.float32:
        values = values.astype(np.float64, copy=False)
    infinite = np.isinf(values)
    if not infinite.any():
        return Column(name, "number", values), []
    count = int(infinite.sum())
    values = np.where(infinite, np.nan, values)
    remark = _("{values} taken as missing").format(values=counted(count, "infinite value"))
    return Column(name, "number", values), [_("column {name}: {remark}").format(name=quoted(name), remark=remark)]


def _booleans(name: str, cells: Sequence[str]) -> Column:
    spelling = {cell.lower() in TRUE: cell for cell in cells if cell.lower() not in MISSING}
    words = (spelling.get(False, "false"), spelling.get(True, "true"))
    known = {**dict.fromkeys(TRUE, 1.0), **dict.fromkeys(FALSE, 0.0)}
    values = np.array([known.get(cell.lower(), np.nan) for cell in cells], np.float64)
    return Column(name, "boolean", values, words)


def from_objects(name: str, values: Sequence[Any] | NDArray[Any]) -> Column:
    """Make a column from Python values: numbers and booleans as they are, texts parsed like the cells of a file."""
    if isinstance(values, np.ndarray) and values.dtype.kind in "fiub":
        return clean_numbers(name, values)[0]
    if all(value is None or _is_real(value) for value in values):
        array = np.array([np.nan if value is None else _float(value) for value in values], np.float64)
        return clean_numbers(name, array)[0]
    return parse_column(name, [_cell(value) for value in values])[0]


def _is_real(value: Any) -> bool:
    return isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool)


def _float(value: Any) -> float:
    try:
        return float(value)
    except OverflowError:
        return float("inf")


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bytes):
        return value.decode("utf-8", errors="backslashreplace")
    return number_text(_float(value)) if _is_real(value) else str(value)


def tidy_names(names: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return visible, non-blank, unique names, and a notice for each name that was changed."""
    result: list[str] = []
    taken: set[str] = set()
    notices = []
    for position, original in enumerate(names, 1):
        name = visible(original.strip(), sys.maxsize)
        if not name:
            name = f"column {position}"
            notices.append(
                _("column {position} has a blank header; it is now called {name}").format(
                    position=position, name=quoted(name)
                )
            )
        base, count = name, 2
        while name in taken:
            name, count = f"{base}_{count}", count + 1
        if name != base:
            notices.append(
                _("header {base} appears twice; column {position} is now called {name}").format(
                    base=quoted(base), position=position, name=quoted(name)
                )
            )
        taken.add(name)
        result.append(name)
    return result, notices


def drop_useless(columns: Sequence[Column], *, keep_constant: bool = False) -> tuple[list[Column], list[str]]:
    """Return the useful columns, and notices on those left out: empty, constant, or near-unique text."""
    kept: list[Column] = []
    gone: dict[str, list[str]] = {}
    for column in columns:
        reason = _uselessness(column, keep_constant)
        if reason:
            gone.setdefault(reason, []).append(column.name)
        else:
            kept.append(column)
    notices = []
    for reason, names in gone.items():
        text = ngettext("{columns} is left out: {reason}", "{columns} are left out: {reason}", len(names))
        notices.append(text.format(columns=listed("column", names), reason=reason))
    return kept, notices


def _uselessness(column: Column, keep_constant: bool) -> str:
    """Explain why a column of the training rows is useless; return an empty string if it is not."""
    present = column.values[~column.missing]
    if len(present) == 0:
        return _("no values in the training rows")
    if keep_constant:
        return ""
    if column.kind != "text":
        is_constant = len(present) == len(column) and bool((present == present[0]).all())
        return _("always {value}").format(value=column.take(np.zeros(1, np.int64)).labels()[0]) if is_constant else ""
    distinct = set(present)
    if len(distinct) == 1 and len(present) == len(column):
        return _("always {value}").format(value=quoted(present[0]))
    if len(distinct) > 10 and len(distinct) >= NEAR_UNIQUE * len(present):
        return _("{count} different texts in {rows} rows say nothing about new rows").format(
            count=len(distinct), rows=len(present)
        )
    if len(distinct) > MOST_LEVELS:
        return _("{count} different texts, more than the {most:,} that can be encoded").format(
            count=len(distinct), most=MOST_LEVELS
        )
    return ""
