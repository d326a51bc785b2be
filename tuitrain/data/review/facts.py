"""What a column holds, whatever becomes of it: an example as written, counts, a range or the most frequent values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from tuitrain.data.cells.date_cells import clock_of, date_of
from tuitrain.data.table import Column, Table
from tuitrain.numbers import signed
from tuitrain.text import visible

MOST_SHOWN = 4  # values that are named
MOST_COUNTED = 20_000_000  # cells of a table whose different values are counted
GROUPED = 10_000  # from here on, thousands are apart: a year is not
LONGEST = 40  # letters of an example or a value


@dataclass(frozen=True)
class ColumnFacts:
    """Facts about one column as it was read.

    `distinct` counts the different values, None where the table is too large for that. `contents` is its range, as
    ``0 … 55``, or its most frequent values with their counts, ``no 4,718  yes 916``.
    """

    name: str
    kind: str
    example: str
    missing: int
    distinct: int | None
    contents: str
    question: str = ""


def facts_of(table: Table) -> Mapping[str, ColumnFacts]:
    """Return the facts about each column, by name."""
    is_counted = len(table) * len(table.columns) <= MOST_COUNTED
    return {column.name: _facts(column, is_counted=is_counted) for column in table.columns}


def _facts(column: Column, *, is_counted: bool) -> ColumnFacts:
    missing = int(column.missing.sum())
    if column.kind in {"text", "boolean"}:
        counts = Counter(label for label in column.labels() if label is not None)
        distinct: int | None = len(counts)
        shown = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:MOST_SHOWN]
        contents = "  ".join(f"{visible(value, LONGEST)} {count:,}" for value, count in shown)
        contents = visible(shown[0][0], LONGEST) if shown and shown[0][1] == 1 else contents
    else:
        present = column.values[~np.isnan(column.values)].astype(np.float64)
        distinct = len(np.unique(present)) if is_counted else None
        ends = (float(present.min()), float(present.max())) if len(present) else ()
        contents = " … ".join(written(column, value) for value in ends)
    return ColumnFacts(column.name, column.kind, example_of(column), missing, distinct, contents, column.question)


def example_of(column: Column) -> str:
    """A cell as the file has it; where there was no text, the first value."""
    if column.examples:
        return visible(column.examples[0], LONGEST)
    present = np.flatnonzero(~column.missing)[:1]
    if column.kind == "number" and column.format is None and len(present):
        return f"{column.values[present[0]]:.5g}"  # nobody wrote it
    label = column.take(present).labels()[0] if len(present) else None
    return "" if label is None else visible(label, LONGEST)


def written(column: Column, value: float) -> str:
    """A value of a column of numbers, dates or times, as a person writes it."""
    if column.kind == "date":
        return date_of(value)
    if column.kind == "time":
        return clock_of(value)
    if column.format is not None and column.format.percent:
        return f"{signed(f'{value * 100:,.6g}')}%"
    return signed(f"{value:,.8g}" if abs(value) >= GROUPED else f"{value:.8g}")
