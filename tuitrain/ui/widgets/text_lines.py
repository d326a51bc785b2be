"""A widget of one or a few lines of text that repaints only when the text changes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from tuitrain.ui.plots.lines import cut_words
from tuitrain.ui.theme import Theme

Piece = tuple[str, Style]


class Lines(Widget):
    """Lines made of (text, style) pieces; text is shown as it is, never read as markup.

    A line's pieces may hold one ``None``: what follows it is set against the right edge, and is kept when the line is
    too long.
    """

    DEFAULT_CSS = "Lines { width: 1fr; height: 1; }"

    def __init__(self, **rest: Any) -> None:
        super().__init__(**rest)
        self._strips: list[Strip] = []
        self._pieces: list[Sequence[Piece | None]] = []

    def put(self, *lines: Sequence[Piece | None]) -> None:
        """Show these lines; nothing is repainted if they are the ones shown already."""
        self._pieces = list(lines)
        strips = [_strip(line, self.size.width) for line in lines]
        if strips != self._strips:
            self._strips = strips
            self.refresh()

    def on_resize(self) -> None:
        self.put(*self._pieces)

    def render_line(self, y: int) -> Strip:
        return self._strips[y] if y < len(self._strips) else Strip.blank(self.size.width, Style.null())


def shortened(rows: list[str], height: int, width: int, *, theme: Theme) -> list[str]:
    """At most `height` rows, the last one ending in an ellipsis, after a word, where some are left out."""
    if len(rows) <= height or height < 1:
        return rows[: max(height, 0)]
    return [*rows[: height - 1], cut_words(" ".join(rows[height - 1 :]), width, theme=theme)]


def _strip(line: Sequence[Piece | None], width: int) -> Strip:
    split = line.index(None) if None in line else len(line)
    left = Strip([Segment(*piece) for piece in line[:split] if piece])
    right = Strip([Segment(*piece) for piece in line[split + 1 :] if piece])
    if not right.cell_length:
        return left.adjust_cell_length(width, Style.null())
    room = max(0, width - right.cell_length)
    return Strip.join([left.adjust_cell_length(room, Style.null()), right]).adjust_cell_length(width, Style.null())
