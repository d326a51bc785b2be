"""Columns of a table: their types, their missing values, and what is not worth keeping.

`N` rows. A number column holds (N,) float64 with NaN for missing; a text column (N,) objects, str or None.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from tuitrain.text import quoted, visible

Kind = Literal["number", "boolean", "text"]
MISSING = frozenset({"", "na", "n/a", "#n/a", "nan", "null", "?", "<na>"})
MISSING_IN_NUMBERS = MISSING | {"none", "-", "--", ".", "missing", "nil"}
TRUE = frozenset({"true", "yes"})
FALSE = frozenset({"false", "no"})
NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
INFINITE = re.compile(r"[+-]?inf(?:inity)?", re.IGNORECASE)
LEADING_ZERO = re.compile(r"[+-]?0[0-9]")
NEAR_UNIQUE = 0.9


@dataclass(frozen=True)
class Column:
    """One column. `kind` boolean is a number column of 0 and 1 whose `words` are the two spellings."""

    name: str
    kind: Kind
    values: NDArray[Any]
    words: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.values)

    @property
    def missing(self) -> NDArray[np.bool_]:
        """Where there is no value, (N,)."""
        if self.kind == "text":
            return np.array([value is None for value in self.values], bool)
        absent: NDArray[np.bool_] = np.isnan(self.values)
        return absent

    def take(self, rows: NDArray[np.int64]) -> Column:
        """The column with these rows alone."""
        return Column(self.name, self.kind, self.values[rows], self.words)

    def labels(self) -> list[str | None]:
        """Each value as a class label: whole numbers without a point, booleans in their own spelling."""
        if self.kind == "text":
            return list(self.values)
        if self.kind == "boolean":
            return [None if np.isnan(value) else self.words[int(value)] for value in self.values]
        return [None if np.isnan(value) else number_text(value) for value in self.values]


@dataclass(frozen=True)
class Table:
    """Columns of equal length with what the reader wants the user to know; `name` is fit to be shown."""

    name: str
    columns: tuple[Column, ...]
    notices: tuple[str, ...] = ()
    is_image: bool = False
    suggested_target: str | None = None
    attributes: dict[str, Any] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.columns[0]) if self.columns else 0

    @property
    def names(self) -> list[str]:
        """The columns' names."""
        return [column.name for column in self.columns]

    def column(self, name: str) -> Column:
        """The column of that name."""
        return self.columns[self.names.index(name)]


def number_text(value: float) -> str:
    """A number as short as it can be written: 3, 0.5."""
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(float(value))


def parse_column(name: str, cells: Sequence[str], *, decimal_comma: bool = False) -> tuple[Column, list[str]]:
    """Find a column's type from its cells, and read them; also what the user should know about it."""
    stripped = [cell.strip() for cell in cells]
    if decimal_comma:
        stripped = [cell.replace(",", ".", 1) if _is_decimal_comma(cell) else cell for cell in stripped]
    lowered = {cell.lower() for cell in stripped}
    present = lowered - MISSING_IN_NUMBERS
    numeric = [cell for cell in present if NUMBER.fullmatch(cell) or INFINITE.fullmatch(cell)]
    if len(numeric) == len(present) and not any(LEADING_ZERO.match(cell) for cell in present):
        return _numbers(name, stripped)
    words = lowered - MISSING
    if words and (words <= TRUE | FALSE) and len(words) <= 2 and len(words & TRUE) <= 1 and len(words & FALSE) <= 1:
        return _booleans(name, stripped), []
    notices = []
    if len(numeric) >= 0.8 * len(present) and len(present) > 5 and len(numeric) < len(present):
        odd = next(cell for cell in stripped if cell.lower() in present and cell.lower() not in numeric)
        share = f"{len(present) - len(numeric)} of {len(present)} distinct values"
        notices.append(f"column {quoted(name)}: taken as text, since {share} are not numbers (such as {quoted(odd)})")
    values = np.array([None if cell.lower() in MISSING else cell for cell in stripped], object)
    return Column(name, "text", values), notices


def _is_decimal_comma(cell: str) -> bool:
    return "." not in cell and NUMBER.fullmatch(cell.replace(",", ".", 1)) is not None


def _numbers(name: str, cells: Sequence[str]) -> tuple[Column, list[str]]:
    values = np.array([float(cell) if NUMBER.fullmatch(cell) else _not_finite(cell) for cell in cells], np.float64)
    return clean_numbers(name, values)


def _not_finite(cell: str) -> float:
    return float("inf") if INFINITE.fullmatch(cell) else float("nan")


def clean_numbers(name: str, values: NDArray[Any]) -> tuple[Column, list[str]]:
    """A number column whose infinities have become missing values, counted in a notice."""
    if values.dtype != np.float32:
        values = values.astype(np.float64, copy=False)
    infinite = np.isinf(values)
    if not infinite.any():
        return Column(name, "number", values), []
    count = int(infinite.sum())
    values = np.where(infinite, np.nan, values)
    return Column(name, "number", values), [f"column {quoted(name)}: {count} infinite values are taken as missing"]


def _booleans(name: str, cells: Sequence[str]) -> Column:
    spelling = {cell.lower() in TRUE: cell for cell in cells if cell.lower() not in MISSING}
    words = (spelling.get(False, "false"), spelling.get(True, "true"))
    known = {**dict.fromkeys(TRUE, 1.0), **dict.fromkeys(FALSE, 0.0)}
    values = np.array([known.get(cell.lower(), np.nan) for cell in cells], np.float64)
    return Column(name, "boolean", values, words)


def from_objects(name: str, values: Sequence[Any] | NDArray[Any]) -> Column:
    """A column from Python values: numbers and booleans as they are, texts read as a file's cells are."""
    if isinstance(values, np.ndarray) and values.dtype.kind in "fiub":
        return clean_numbers(name, values)[0]
    plain = [None if value is None else value for value in values]
    if all(
        value is None or (isinstance(value, (int, float, np.number)) and not isinstance(value, bool)) for value in plain
    ):
        array = np.array([np.nan if value is None else float(value) for value in plain], np.float64)
        return clean_numbers(name, array)[0]
    return parse_column(name, ["" if value is None else str(value) for value in plain])[0]


def tidy_names(names: Sequence[str]) -> tuple[list[str], list[str]]:
    """Names that are visible, not blank and not there twice; and a notice for each that was changed."""
    result: list[str] = []
    notices = []
    for position, original in enumerate(names, 1):
        name = visible(original.strip(), 80)
        if not name:
            name = f"column {position}"
            notices.append(f"column {position} has a blank header; it is called {quoted(name)}")
        base, count = name, 2
        while name in result:
            name, count = f"{base}_{count}", count + 1
        if name != base:
            notices.append(f"header {quoted(base)} is there twice; column {position} is called {quoted(name)}")
        result.append(name)
    return result, notices


def drop_useless(columns: Sequence[Column], *, keep_constant: bool = False) -> tuple[list[Column], list[str]]:
    """Columns that can teach something, and a notice for each that cannot: empty, constant, near-unique text."""
    kept, notices = [], []
    for column in columns:
        reason = _uselessness(column, keep_constant)
        if reason:
            notices.append(f"column {quoted(column.name)} is left out: {reason}")
        else:
            kept.append(column)
    return kept, notices


def _uselessness(column: Column, keep_constant: bool) -> str:
    present = column.values[~column.missing]
    if len(present) == 0:
        return "it has no values"
    if keep_constant:
        return ""
    if column.kind != "text":
        is_constant = len(present) == len(column) and bool((present == present[0]).all())
        return f"all values are {number_text(float(present[0]))}" if is_constant else ""
    distinct = set(present)
    if len(distinct) == 1 and len(present) == len(column):
        return f"all values are {quoted(present[0])}"
    if len(distinct) > 10 and len(distinct) >= NEAR_UNIQUE * len(present):
        return f"{len(distinct)} different texts in {len(present)} rows tell nothing about new ones"
    return ""
