"""Place the labels of vertical marks where they hide nothing."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from rich.style import Style

from tuitrain.ui.plots.raster import Canvas


def place_label(canvas: Canvas, column: int, texts: Sequence[str], *, style: Style, forced: bool = False) -> bool:
    """Write the first of `texts` (long to short) that fits into free cells beside `column`; return True if one did.

    The upper rows are tried, first all on the mark's right, then on its left. A `forced` label that fits nowhere is
    written in its shortest form where it hides the least.
    """
    for text in texts:
        for row, start in _places(canvas, column, text):
            free_from = max(start - 1, 0)
            if not canvas.occupied(row, free_from, min(start + len(text) + 1, canvas.columns) - free_from):
                canvas.text(row, start, text, style=style)
                return True
    shortest = texts[-1]
    places = _places(canvas, column, shortest)
    if not forced or not places:
        return False
    row, start = min(places, key=lambda place: canvas.occupied(place[0], place[1], len(shortest)))
    canvas.text(row, start, shortest, style=style)
    return True


def _places(canvas: Canvas, column: int, text: str) -> list[tuple[int, int]]:
    """Return the possible (row, first column) of the text; a text with wide characters has none."""
    starts = [
        start
        for start in (column + 1, column - len(text))
        if cell_len(text) == len(text) and start >= 0 and start + len(text) <= canvas.columns
    ]
    rows = min(canvas.rows, max(2, canvas.rows // 4))
    return [(row, start) for start in starts for row in range(rows)]


def short_forms(change: str, ordinal: int, *, arrow: str) -> list[str]:
    """Shorten ``learning rate 0.01→0.03``: whole, only the new value (``→0.03``), only its number (``3``)."""
    before, sign, after = change.partition("→")
    whole = before + arrow + after if sign else change
    return [whole, arrow + after, str(ordinal)] if sign else [whole, str(ordinal)]
