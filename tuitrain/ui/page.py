"""A page of lines that scrolls: the help, a table's preview."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tuitrain.ui.line import Piece

Draw = Callable[[int], Sequence[Sequence[Piece]]]


class Page(ScrollView, can_focus=True):
    """Shows the lines that `draw` makes for a width."""

    DEFAULT_CSS = "Page { scrollbar-size: 0 0; overflow: hidden scroll; }"

    def __init__(self, draw: Draw, **rest: Any) -> None:
        super().__init__(**rest)
        self._draw = draw
        self._strips: list[Strip] = []

    def redraw(self) -> None:
        """Draw anew."""
        width = self.size.width
        if width < 1:
            return
        null = Style.null()
        self._strips = [
            Strip([Segment(*p) for p in line]).adjust_cell_length(width, null) for line in self._draw(width)
        ]
        self.virtual_size = Size(width, len(self._strips))
        hidden = len(self._strips) - self.size.height
        self.border_subtitle = "more: arrows, page up, page down" if hidden > 0 else ""
        self.refresh()

    def on_resize(self) -> None:
        self.redraw()

    def render_line(self, y: int) -> Strip:
        row = y + self.scroll_offset.y
        return self._strips[row] if row < len(self._strips) else Strip.blank(self.size.width, Style.null())
