"""Columns of a table: their types, their missing values, and which of them are useless.

`N` rows. A number column holds (N,) float64 with NaN for missing; a text column (N,) objects, str or None.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from tuitrain.data.cells.column_format import ColumnFormat
from tuitrain.data.cells.date_cells import clock_of, date_of
from tuitrain.data.cells.number_cells import LARGEST_EXACT
from tuitrain.text import counted, listed, quoted, visible
from tuitrain.translation import gettext as _
from tuitrain.translation import ngettext

if TYPE_CHECKING:
    from tuitrain.data.readers.dialect import Layout

Kind = Literal["number", "boolean", "text", "date", "time"]
NOT_PLAIN = re.compile(r"[^0-9eE+.\-\n]")
LINE_WITH_LEADING_ZERO = re.compile(r"\n[+-]?0[0-9]")
CODE = re.compile(r"\n(?:\+[0-9]{9,}|[+-]?[0-9]+[eE][0-9]{1,2})(?=\n|\Z)")  # may be no number
NEAR_UNIQUE = 0.9
MOST_LEVELS = 1000


@dataclass(frozen=True)
class Column:
    """One column.

    `kind` boolean is a number column of 0 and 1 whose `words` are the two spellings; date holds days since 1970-01-01
    in float64, time the hours of a day. `format` is how its cells were read, None where they were numbers from the
    start. A `question`, if not empty, must be answered before the column is used: its cells have two readings.

    `texts` (N,), if not None, are the cells of a number column that were read as missing but may be words (``none``,
    ``-``): if the same column is text in another table, they are its values. `examples` are a few different cells as
    the file has them, the most telling first; empty where there was no text to read.
    """

    name: str
    kind: Kind
    values: NDArray[Any]
    words: tuple[str, ...] = ()
    texts: NDArray[Any] | None = None
    format: ColumnFormat | None = None
    question: str = ""
    examples: tuple[str, ...] = ()

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
        return replace(self, values=self.values[rows], texts=texts)

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
        if self.kind in {"date", "time"}:
            write = date_of if self.kind == "date" else clock_of
            return [None if np.isnan(value) else write(float(value)) for value in self.values]
        if self.kind == "boolean":
            return [None if np.isnan(value) else self.words[int(value)] for value in self.values]
        return [None if np.isnan(value) else number_text(value) for value in self.values]


@dataclass(frozen=True)
class Table:
    """Columns of equal length, and the reader's notices to the user; `name` is safe to display.

    `image_largest` is the largest possible pixel value, None if the columns are not pixels; `is_partial` means that
    the source has more rows than were read, `is_nameless` that it has no header, so that the names were made up.
    `layout` is how a text table was laid out; `lines` are pairs (row, shift): from this row on, a row stands in the
    line of its number plus the shift. They are empty where that is not known. `written` gives the cells of the
    columns at some places as they stand in a text file, row by row; None for other formats, and unless it is wanted.
    """

    name: str
    columns: tuple[Column, ...]
    notices: tuple[str, ...] = ()
    image_largest: float | None = None
    suggested_target: str | None = None
    suggested_task: str | None = None
    is_partial: bool = False
    layout: Layout | None = None
    is_nameless: bool = False
    lines: tuple[tuple[int, int], ...] = ()
    written: Callable[[Sequence[int]], list[list[str]]] | None = None

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
        return replace(self, columns=tuple(column.take(rows) for column in self.columns), lines=(), written=None)

    def place_of(self, row: int) -> str:
        """Say where a row stands, counted from 0: ``line 62`` of its file, or ``row 61`` where lines are not known."""
        shifts = [shift for first, shift in self.lines if first <= row]
        if not shifts:
            return _("row {number}").format(number=row + 1)
        return _("line {number}").format(number=row + shifts[-1])


def number_text(value: float) -> str:
    """Format a number as briefly as possible: 3, 0.5."""
    return str(int(value)) if float(value).is_integer() and abs(value) <= LARGEST_EXACT else repr(float(value))


def plain_numbers(cells: Sequence[str]) -> NDArray[np.float64] | None:
    """Parse cells quickly, (N,) float64, if each is a number or empty; return None otherwise."""
    joined = "\n".join(["", *cells])
    if NOT_PLAIN.search(joined) or LINE_WITH_LEADING_ZERO.search(joined):
        return None
    if ("+" in joined or "e" in joined or "E" in joined) and CODE.search(joined):
        return None
    try:
        values = np.fromiter(map(float, [cell or "nan" for cell in cells]), np.float64, len(cells))
    except ValueError:
        return None
    return None if has_lost_digits(values) else values


def has_lost_digits(values: NDArray[Any]) -> bool:
    """Whether any of the numbers is so large that its last digits may have been lost."""
    return bool((np.abs(values) >= LARGEST_EXACT).any())


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


def tidy_name(name: str) -> str:
    """A column's name as it is compared and shown: without blanks around it, its letters and marks as one (NFC)."""
    return visible(unicodedata.normalize("NFC", name.strip()), sys.maxsize)


def tidy_names(names: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return visible, non-blank, unique names, and a notice for each name that was changed."""
    result: list[str] = []
    taken: set[str] = set()
    given = {tidy_name(name) for name in names}
    notices = []
    for position, original in enumerate(names, 1):
        name = tidy_name(original)
        if not name:
            name = f"column {position}"
            notices.append(
                _("column {position} has a blank header; it is now called {name}").format(
                    position=position, name=quoted(name)
                )
            )
        base, count = name, 2
        while name in taken or (name != base and name in given):
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
        reason = why_useless(column, keep_constant)
        if reason:
            gone.setdefault(reason, []).append(column.name)
        else:
            kept.append(column)
    notices = []
    for reason, names in gone.items():
        text = ngettext("{columns} is left out: {reason}", "{columns} are left out: {reason}", len(names))
        notices.append(text.format(columns=listed("column", names), reason=reason))
    return kept, notices


def why_useless(column: Column, keep_constant: bool) -> str:
    """Explain why a column (of the training rows) is useless; return an empty string if it is not."""
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
        return _("{count} different texts in {rows} training rows say nothing about new rows").format(
            count=len(distinct), rows=len(present)
        )
    if len(distinct) > MOST_LEVELS:
        return _("{count} different texts, more than the {most:,} that can be encoded").format(
            count=len(distinct), most=MOST_LEVELS
        )
    return ""
