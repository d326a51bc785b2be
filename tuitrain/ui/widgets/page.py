"""A page of lines that scrolls: the help, the messages so far, a table's preview."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tuitrain.translation import N_
from tuitrain.translation import gettext as _
from tuitrain.ui.widgets.text_lines import Piece

KEYS = N_("arrows, page up, page down")
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
        self._say_what_is_hidden()
        self.refresh()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        self._say_what_is_hidden()

    def _say_what_is_hidden(self) -> None:
        above, hidden = self.scroll_offset.y, len(self._strips) - self.size.height
        note = _("more: {keys}") if above < hidden else _("the end: {keys}") if above else ""
        note = note.format(keys=_(KEYS))
        if self.border_subtitle != note:  # setting it repaints all
            self.border_subtitle = note

    def on_resize(self) -> None:
        self.redraw()

    def render_line(self, y: int) -> Strip:
        row = y + self.scroll_offset.y
        return self._strips[row] if row < len(self._strips) else Strip.blank(self.size.width, Style.null())


class OverPage(Page):
    """A page over the panes; it takes all keys, but those that are `PASSED` on, until one of `CLOSING` closes it.

    A part of the Train screen rather than a screen of its own: that opens in a third of the time.
    """

    CLOSING: tuple[str, ...] = ("escape", "question_mark", "q", "enter", "space", "ctrl+c", "ctrl+q")
    PASSED: tuple[str, ...] = ("f1",)  # to the screen: it shows all keys
    SCROLLING = ("up", "down", "pageup", "pagedown", "home", "end")
    DEFAULT_CSS = "OverPage { border: $focus-frame $focus-colour; padding: 0 1; }"

    class Closed(Message):
        """The user has read enough."""

    def on_key(self, event: events.Key) -> None:
        if event.key in self.CLOSING:
            self.post_message(self.Closed())
        if event.key not in (*self.SCROLLING, *self.PASSED):
            event.stop()
