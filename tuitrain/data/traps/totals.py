"""Rows that sum up others: a total or a mean at the end, or behind each block, which is no example to learn from."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from tuitrain.data.table import Column, Table
from tuitrain.data.traps.trap import Trap
from tuitrain.text import counted, quoted
from tuitrain.translation import gettext as _

SUMS = (
    "total", "totals", "grand total", "subtotal", "sub-total", "sub total", "sum", "all", "overall", "합계", "총계",
    "소계", "총합", "전체", "계", "合計", "総計", "小計", "總計", "计", "总计", "合计", "小计", "總和", "summe",
    "gesamt", "gesamtsumme", "insgesamt", "zwischensumme", "somme", "total général", "sous-total", "ensemble", "suma",
    "suma total", "totale", "somma", "subtotale", "soma", "totaal", "som", "razem", "ogółem", "celkem", "összesen",
    "итого", "всего", "сумма", "toplam", "المجموع", "कुल",
)  # fmt: skip
MEANS = (
    "mean", "average", "avg", "평균", "平均", "durchschnitt", "mittelwert", "moyenne", "media", "promedio", "média",
    "gemiddelde", "średnia", "среднее", "ortalama",
)  # fmt: skip
AROUND = re.compile(r"^[\W_]+|[\W_]+$")
LOOSE = 5e-3  # relative, where a row is called a total
EXACT = 1e-9
LEAST_ABOVE = 5  # rows; fewer may add up to the next by chance
MOST_LABELLED = 50  # rows with such a word that are looked at; where there are more, evenly spread
WHOLE_TABLE = 200_000  # rows; of larger tables, only the ends are looked at
END = 1000


def find_totals(table: Table) -> list[Trap]:
    """Return a trap that names the rows which sum up others: by what they are called and hold, or by numbers alone."""
    numbers = [column for column in table.columns if column.kind == "number"]
    labelled: dict[int, str] = {}
    for column in table.columns:
        if column.kind == "text":
            labelled = {**_labelled(column), **labelled}
    last = len(table) - 1
    if not labelled:
        return [_told(table, [last], {})] if _ends_with_sums(table, numbers) else []
    marked = np.array(sorted(labelled), np.int64)
    looked_at = marked[np.unique(np.linspace(0, len(marked) - 1, MOST_LABELLED).astype(np.int64))]
    plain = np.setdiff1d(np.arange(len(table)), marked)
    rows = [row for row in looked_at.tolist() if _adds_up(row, labelled[row], marked, numbers, plain)]
    if not rows and marked.tolist() == [last] and (not numbers or _is_extreme(last, numbers)):
        rows = [last]
    return [_told(table, rows, labelled)] if rows and len(rows) * 2 >= len(looked_at) else []


def _told(table: Table, rows: list[int], labelled: dict[int, str]) -> Trap:
    where = ", ".join(table.place_of(row) for row in rows[:3]) + ", …" * (len(rows) > 3)
    if len(rows) > 1:
        text = _(
            "{rows} sum up others ({where}; {first} says {label}): they are no examples; remove them from the file"
        )
        named = counted(len(rows), "row")
        return Trap(
            text.format(rows=named, where=where, first=table.place_of(rows[0]), label=quoted(labelled[rows[0]])),
            (), "total",
        )  # fmt: skip
    if rows[0] in labelled:
        text = _("{where} says {label} and sums up the other rows: it is no example; remove it from the file")
        return Trap(text.format(where=where, label=quoted(labelled[rows[0]])), (), "total")
    text = _("{where}, the last, holds the sums of the rows above: it is no example; remove it from the file")
    return Trap(text.format(where=where), (), "total")


def _labelled(column: Column) -> dict[int, str]:
    """Return the rows whose text is a word for a total or a mean, with the text."""
    values = column.values
    count = len(values)
    if count <= WHOLE_TABLE:
        words = {value for value in set(values) if value is not None and _is_word(value)}
        rows = (row for row, value in enumerate(values) if value in words) if words else ()
    else:
        ends = (*range(END), *range(count - END, count))
        rows = (row for row in ends if values[row] is not None and _is_word(values[row]))
    return {row: values[row] for row in rows}


def _is_word(text: str) -> bool:
    """Whether a text is such a word, alone or before or behind a name: ``Total:``, ``Total 2019``, ``North Total``."""
    if len(text) > 40:
        return False
    plain = AROUND.sub("", text).casefold()
    if plain in SUMS or plain in MEANS:
        return True
    first, _space, rest = plain.partition(" ")
    last = plain.rpartition(" ")[2]
    return bool(rest) and any(word in SUMS[:5] or word in _LONG for word in (first, last))


_LONG = frozenset(word for word in SUMS if len(word) > 4 or not word.isascii()) | {"평균", "average", "mean"}


def _adds_up(
    row: int, text: str, marked: NDArray[np.int64], numbers: list[Column], plain: NDArray[np.int64]
) -> bool:  # fmt: skip
    """Whether the row's numbers are what its text says of the block before or behind it, or of all `plain` rows.

    A sum is one in any column where it is beyond all of the block. A mean, which an ordinary row may have by chance,
    is one in all columns.
    """
    place = int(np.searchsorted(marked, row))
    start = int(marked[place - 1]) + 1 if place else 0
    stop = int(marked[place + 1]) if place + 1 < len(marked) else len(numbers[0]) if numbers else 0
    blocks = [block for block in (np.arange(start, row), np.arange(row + 1, stop), plain) if len(block) > 1]
    if any(word in MEANS for word in AROUND.sub("", text).casefold().split(" ")):
        found = [[_is_mean(row, block, column) for column in numbers] for block in blocks]
        known = [[fits for fits in block if fits is not None] for block in found]
        return any(len(fits) > (len(marked) > 1) and all(fits) for fits in known)
    return any(_is_sum(row, block, column, LOOSE) for column in numbers for block in blocks)


def _is_sum(row: int, block: NDArray[np.int64], column: Column, tolerance: float) -> bool:
    """Whether the value of the row is the sum of the block's, and beyond all of these, in a column that varies."""
    value, others = float(column.values[row]), _present(column, block)
    if np.isnan(value) or len(others) < 2 or others.min() == others.max() or value <= others.max():
        return False
    total = float(others.sum())
    return abs(value - total) <= tolerance * max(abs(total), abs(value))


def _is_mean(row: int, block: NDArray[np.int64], column: Column) -> bool | None:
    """Whether the value of the row is the mean of the block's; None where it is missing or the column does not vary."""
    value, others = float(column.values[row]), _present(column, block)
    if np.isnan(value) or len(others) < 2 or others.min() == others.max():
        return None
    return abs(value - float(others.mean())) <= LOOSE * float(np.abs(others).mean())


def _present(column: Column, block: NDArray[np.int64]) -> NDArray[np.float64]:
    values = column.values[block]
    present: NDArray[np.float64] = values[~np.isnan(values)].astype(np.float64)
    return present


def _is_extreme(row: int, numbers: list[Column]) -> bool:
    """Whether the row's numbers are beyond all others in most columns, as sums of rounded or other numbers are."""
    if not numbers or len(numbers[0]) <= LEAST_ABOVE:
        return False
    rest = np.delete(np.arange(len(numbers[0])), row)
    with np.errstate(invalid="ignore"):
        beyond = [float(c.values[row]) > float(np.nanmax(c.values[rest], initial=-np.inf)) for c in numbers]
    return sum(beyond) * 2 > len(numbers)


def _ends_with_sums(table: Table, numbers: list[Column]) -> bool:
    """Whether the last row, without saying so, holds exact sums: in two columns, or in one where a text is missing."""
    last = len(table) - 1
    if last < LEAST_ABOVE:
        return False
    block = np.arange(last)
    fitting = 0
    for column in numbers:
        fitting += _is_sum(last, block, column, EXACT)
    texts = [column for column in table.columns if column.kind in {"text", "date"}]
    if fitting != 1:
        return fitting > 1
    end = np.array([last])
    return any(c.take(end).missing[0] and not c.missing[:last].any() for c in texts)
