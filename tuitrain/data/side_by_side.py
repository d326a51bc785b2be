"""A table of one column whose fields may stand side by side, without anything between them."""

from __future__ import annotations

from tuitrain.data.table import Column
from tuitrain.text import counted
from tuitrain.translation import gettext as _

LEAST_ROWS, LEAST_WIDTH = 5, 4


def hint(column: Column) -> str:
    """What to do where all cells of the only column are as long, as fields of fixed width are; else empty."""
    cells = [*{cell for cell in column.labels() if cell is not None}]
    widths = {len(cell) for cell in cells}
    if len(cells) < LEAST_ROWS or len(widths) > 1 or max(widths) < LEAST_WIDTH:
        return ""
    text = _("; all of its cells have {width}: if these are fields of fixed width, put a delimiter between them")
    return text.format(width=counted(max(widths), "character"))
