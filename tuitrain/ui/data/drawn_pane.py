"""A pane of the dataset dialog: a frame around lines that the dialog makes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from rich.style import Style
from textual.strip import Strip

from tuitrain.ui.theme import Theme
from tuitrain.ui.widgets.frame import Framed

Draw = Callable[[int, int], Sequence[Strip]]
LEAST_WIDTH = 30  # below which it is only being given its place


class DrawnPane(Framed, can_focus=True, inherit_bindings=False):
    """Shows what `draw` makes for a width and a height; the screen has the keys."""

    fields: ClassVar[Sequence[tuple[str, str, str]]] = ()  # that the palette would find

    def __init__(self, theme: Theme, draw: Draw, **rest: Any) -> None:
        super().__init__(**rest)
        self.look = theme
        self._draw = draw
        self._strips: list[Strip] = []

    def redraw(self) -> None:
        """Draw anew, and repaint if anything is new."""
        width, height = self.size
        strips = [*self._draw(width, height)][:height] if width >= LEAST_WIDTH else []
        if strips != self._strips:
            self._strips = strips
            self.refresh()

    def on_resize(self) -> None:
        self.redraw()

    def render_line(self, y: int) -> Strip:
        return self._strips[y] if y < len(self._strips) else Strip.blank(self.size.width, Style.null())
