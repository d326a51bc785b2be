"""Columns that say little of new rows: ids, and texts with about as many values as rows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tuitrain.data.cells.date_cells import date_of
from tuitrain.data.guess import LEAST_ROWS, is_counter, is_id_name
from tuitrain.data.preprocessing import TextColumn
from tuitrain.data.table import Column
from tuitrain.data.traps.trap import Trap
from tuitrain.text import MOST_NAMES, counted, listed, quoted
from tuitrain.translation import gettext as _
from tuitrain.translation import ngettext

LOOKED_AT = 100_000  # rows
UNIQUE = 0.95  # different numbers a row, for a column that is called an id
MANY_LEVELS = 200
LEAST_MARKED = 2  # rows
MARKS = frozenset(sign * (10.0**digits - 1) for digits in range(2, 7) for sign in (-1, 1)) | {
    -999.9, -9999.9, -99.9, -200.0,
}  # fmt: skip
SOME_LEVELS, ROWS_OF_SOME = 50, 20  # so many levels are too many where each has fewer rows than this
FEW_LEVELS, ROWS_OF_FEW = 10, 3


def find_ids(columns: Sequence[Column]) -> list[Trap]:
    """Return traps for columns that number the rows, and for those that are called ids and differ from row to row."""
    found = []
    counters = [column.name for column in columns if is_counter(column)]
    if counters:
        text = ngettext(
            "{columns} counts the rows; to leave it out: {drop}", "{columns} count the rows; to leave them out: {drop}",
            len(counters),
        )  # fmt: skip
        found.append(Trap(text.format(columns=listed("column", counters), drop=_drop(counters)), tuple(counters), "id"))
    ids = [column.name for column in columns if column.name not in counters and _is_unique_id(column)]
    if ids:
        text = ngettext(
            "{columns} is an id, different in nearly every row: it says nothing of new rows; to leave it out: {drop}",
            "{columns} are ids, different in nearly every row: they say nothing of new rows; to leave them out: {drop}",
            len(ids),
        )
        found.append(Trap(text.format(columns=listed("column", ids), drop=_drop(ids)), tuple(ids), "id"))
    return found


def find_marks_of_missing(columns: Sequence[Column]) -> list[Trap]:
    """Return a trap for each number such as -999 that lies far from all others of its column, in two rows or more."""
    found: dict[float, list[str]] = {}
    rows: dict[float, int] = {}
    marked: list[Trap] = []
    for column in columns:
        if column.kind == "date":
            marked += _marked_dates(column)
        if column.kind != "number":
            continue
        for mark in {float(np.fmin.reduce(column.values)), float(np.fmax.reduce(column.values))} & MARKS:
            present = column.values[~column.missing]
            others = present[present != mark]
            count = len(present) - len(others)
            if count >= LEAST_MARKED and _lies_far(mark, others):
                found.setdefault(mark, []).append(column.name)
                rows[mark] = rows.get(mark, 0) + count
    text = _(
        "{columns}: {mark} ({cells}) lies far from all other values; if it stands for a missing one: --missing {option}"
    )
    return [
        Trap(
            text.format(
                columns=listed("column", names), mark=f"{mark:g}", cells=counted(rows[mark], "cell"),
                option=quoted(f"{mark:g}"),
            ),
            tuple(names), "mark",
        )
        for mark, names in found.items()
    ] + marked  # fmt: skip


def _marked_dates(column: Column) -> list[Trap]:
    """Return a trap for a first or last day, such as 9999-12-31 or 1900-01-01, that lies far from all others."""
    present = column.values[~column.missing]
    for mark in {present.min(), present.max()} if len(present) else ():
        others = present[present != mark]
        if len(present) - len(others) >= LEAST_MARKED and _lies_far(float(mark), others):
            text = _(
                "{columns}: {mark} ({cells}) lies far from all other dates; if it stands for a missing one, name it as "
                "the file writes it: --missing DATE"
            ).format(
                columns=listed("column", [column.name]), mark=date_of(float(mark)),
                cells=counted(len(present) - len(others), "cell"),
            )  # fmt: skip
            return [Trap(text, (column.name,), "mark")]
    return []


def _lies_far(mark: float, others: NDArray[np.float64]) -> bool:
    """Whether a value is further from different others than these are from each other."""
    if not len(others) or (others[0] == others).all():
        return False
    low, high = float(others.min()), float(others.max())
    return max(low - mark, mark - high) > high - low


def find_many_levels(texts: Sequence[TextColumn], rows: int) -> list[Trap]:
    """Return a trap for each text column that becomes very many features; `rows` are those of training."""
    found = []
    for column in texts:
        levels = [level for level in column.levels if level is not None]
        count = len(levels)
        is_many = (
            count >= MANY_LEVELS
            or (count >= SOME_LEVELS and count * ROWS_OF_SOME > rows)
            or (count > FEW_LEVELS and count * ROWS_OF_FEW > rows)
        )
        if is_many:
            text = _(
                "column {name}: {count:,} different texts become as many features, with {each:.1f} training rows each "
                "(such as {example}); to leave it out: {drop}"
            )
            written = text.format(
                name=quoted(column.name), count=count, each=rows / count, example=quoted(levels[0]),
                drop=_drop([column.name]),
            )  # fmt: skip
            found.append(Trap(written, (column.name,), "levels"))
    return found


def _is_unique_id(column: Column) -> bool:
    if column.kind != "number" or not is_id_name(column.name) or len(column) < LEAST_ROWS:
        return False
    head = column.values[:LOOKED_AT]
    return bool((np.round(head) == head).all()) and len(np.unique(head)) >= UNIQUE * len(head)


def _drop(names: Sequence[str]) -> str:
    return " ".join(f"--drop {quoted(name)}" for name in names[:MOST_NAMES])
