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
MOST_SHARE = 0.35  # of all rows; a word that comes more often is a value like others
WHOLE_TABLE = 200_000  # rows; of larger tables, only the ends are looked at
END = 1000


def find_totals(table: Table) -> list[Trap]:
    """Return a trap that names the rows which sum up others: by what they are called and hold, or by numbers alone."""
    numbers = [column for column in table.columns if column.kind == "number"]
    labelled: dict[int, str] = {}
    for column in table.columns:
        if column.kind != "text":
            continue
        in_column = _labelled(column)
        if len(in_column) <= max(1, MOST_SHARE * len(table)):
            labelled |= {row: text for row, text in in_column.items() if row not in labelled}
    marked = np.array(sorted(labelled), np.int64)
    rows = [row for row in marked.tolist() if _adds_up(row, marked, numbers)]
    if not rows and len(marked) == 1 and marked[0] == len(table) - 1 and _is_extreme(int(marked[0]), numbers):
        rows = marked.tolist()
    if rows and len(rows) * 2 >= len(marked):
        return [_told(table, rows, labelled)]
    last = len(table) - 1
    return [_told(table, [last], {})] if not len(marked) and _ends_with_sums(table, numbers) else []


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


def _adds_up(row: int, marked: NDArray[np.int64], numbers: list[Column]) -> bool:
    """Whether the row's numbers are sums or means of the block before or behind it, or of all rows without a label."""
    if not numbers:
        return True
    before = marked[marked < row]
    after = marked[marked > row]
    start = int(before[-1]) + 1 if len(before) else 0
    stop = int(after[0]) if len(after) else len(numbers[0])
    blocks = [np.arange(start, row), np.arange(row + 1, stop)]
    if len(marked) > 1 or len(blocks[1]):
        blocks.append(np.setdiff1d(np.arange(len(numbers[0])), marked))
    return any(_fits(row, block, column, LOOSE) for column in numbers for block in blocks if len(block) > 1)


def _fits(row: int, block: NDArray[np.int64], column: Column, tolerance: float, *, mean: bool = True) -> bool:
    """Whether the value of the row is the sum, or the mean, of the block's in a column that varies."""
    value, others = float(column.values[row]), column.values[block]
    others = others[~np.isnan(others)].astype(np.float64)
    if np.isnan(value) or len(others) < 2 or others.min() == others.max():
        return False
    total = float(others.sum())
    expected = [total, total / len(others)] if mean else [total]
    return any(abs(value - wanted) <= tolerance * max(abs(wanted), abs(value)) for wanted in expected)


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
        above = column.values[:last]
        if float(column.values[last]) > np.nanmax(above, initial=-np.inf):
            fitting += _fits(last, block, column, EXACT, mean=False)
    texts = [column for column in table.columns if column.kind in {"text", "date"}]
    if fitting != 1:
        return fitting > 1
    end = np.array([last])
    return any(c.take(end).missing[0] and not c.missing[:last].any() for c in texts)
