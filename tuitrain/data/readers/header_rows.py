"""Headers of several rows: groups of columns above their names, as spreadsheets and pandas write them."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from tuitrain.data.cells.column_format import MISSING_IN_NUMBERS
from tuitrain.data.readers.above_the_rows import LEAST_ROWS_BELOW, is_row_of_units, is_unit
from tuitrain.data.readers.delimiters import Split, is_number

MOST_BELOW = 3  # rows below the header that describe the columns


@dataclass(frozen=True)
class HeaderRows:
    """The first `count` records of a table as one header: `names` of all columns.

    With `has_index`, the last of them names the first column alone.
    """

    count: int
    names: tuple[str, ...]
    has_index: bool

    def line(self, split: Split) -> str:
        """The header as a line that is split as the others are."""
        stream = io.StringIO()
        quote = split.splitting.quote or '"'
        csv.writer(stream, delimiter=split.splitting.delimiter, quotechar=quote, lineterminator="").writerow(self.names)
        return stream.getvalue()


def find_header_rows(split: Split) -> HeaderRows | None:
    """Find two rows that name the columns together, and perhaps a third with the first column's name alone.

    Titles, which have fewer fields, may stand above them.
    """
    if split.share < 1 or split.splitting.delimiter == " ":
        return None
    return header_rows_of(split.body)


def header_rows_of(records: Sequence[Sequence[str]]) -> HeaderRows | None:
    """Find such rows among the first ones of a table, which have as many cells."""
    rows = [[cell.strip() for cell in row] for row in records]
    if len(rows) < 2 + LEAST_ROWS_BELOW:
        return None
    width = len(rows[0])
    groups, names, third = rows[:3]
    has_index = third[0] != "" and not any(third[1:]) and not is_number(third[0]) and any(names[1:])
    body = rows[2 + has_index :]
    numbers = [place for place in range(width) if _are_numbers([row[place] for row in body])]
    if len(body) < LEAST_ROWS_BELOW or len(numbers) < 2 or any(not _is_name(names[place]) for place in numbers):
        return None
    heads = [groups[place] for place in numbers]
    is_grouped = any(heads) and any(cell in {"", before} for before, cell in pairwise(heads))
    if not (is_grouped or has_index) or any(map(is_number, filter(None, names))) or names == groups:
        return None
    if not has_index and all(is_unit(names[place]) for place in numbers):
        return None
    joined = _joined(groups, names)
    if has_index:
        joined[0] = third[0]
    if len(set(joined)) < len(joined) or not all(joined[1:]):
        return None
    return HeaderRows(2 + has_index, tuple(joined), has_index)


def _joined(groups: Sequence[str], names: Sequence[str]) -> list[str]:
    """The names of columns behind those of their groups, which stand above the first one or above each."""
    levels = {name for name in names[1:] if name}
    if len(levels) == 1 and len({*groups}) == len(groups):
        return [group or name for group, name in zip(groups, names, strict=True)]
    joined, group = [], ""
    for head, name in zip(groups, names, strict=True):
        group = head or group
        joined.append(name if group in {"", name} else f"{group} {name}" if name else head)
    return joined


def rows_of_units(rows: Sequence[Sequence[str]]) -> int:
    """How many of the rows below the header, the first one, describe the columns: units, or questions; 0 if none."""
    for count in range(1, min(MOST_BELOW, len(rows) - LEAST_ROWS_BELOW)):
        below = rows[1 + count :]
        if all(row != rows[0] and is_row_of_units(row, below) for row in rows[1 : 1 + count]):
            return count
    return 0


def _is_name(cell: str) -> bool:
    return cell != "" and cell.lower() not in MISSING_IN_NUMBERS and not is_number(cell)


def _are_numbers(cells: Sequence[str]) -> bool:
    present = [cell for cell in cells if cell and cell.lower() not in MISSING_IN_NUMBERS]
    return bool(present) and all(map(is_number, present))
