"""A list of entries that are edited in place: it draws its lines itself and repaints only those that changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from rich.style import Style
from textual import events
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tuitrain.ui.theme import Theme
from tuitrain.ui.widgets.form.drawing import Line
from tuitrain.ui.widgets.form.entry_model import EntryModel


class EntryDrawing(Protocol):
    """How the entries look."""

    def lines(self, width: int, *, has_focus: bool) -> list[Line]: ...


class EntryList(ScrollView, can_focus=True, inherit_bindings=False):
    """The cursor moves over the entries of `model` and Enter edits in place.

    `moved` is called when another entry is selected, or is being typed into, or no longer; a call rather than a
    message, so that what it changes is painted in the same frame.
    """

    DEFAULT_CSS = """
    EntryList { border: $frame $frame-colour; scrollbar-size: 0 0; overflow: hidden scroll; }
    EntryList:focus { border: $focus-frame $focus-colour; border-title-style: bold; }
    """

    def __init__(
        self, theme: Theme, entries: EntryModel, drawing: EntryDrawing, moved: Callable[[], None] = lambda: None,
        *, id: str | None = None,  # noqa: A002 - Textual's name
    ) -> None:  # fmt: skip
        super().__init__(id=id)
        self._moved = moved
        self._entries = entries
        self._drawing = drawing
        self._lines: list[Line] = []
        self._signs = theme.signs

    def move(self, steps: int) -> None:
        """Move the cursor by fields."""
        self._entries.move(steps)
        self._changed()

    def move_page(self, direction: int) -> None:
        """Move the cursor by a screenful."""
        self.move(direction * max(1, self.size.height - 2))

    def nudge(self, direction: int) -> None:
        """The selected field's next value."""
        self._entries.nudge(direction)
        self._changed()

    def undo(self) -> bool:
        """Take back the last edit; False if there is none."""
        done = self._entries.undo()
        self._changed()
        return done

    def begin(self) -> None:
        """Type into the selected field."""
        self.focus()
        self._entries.begin()
        self._changed()

    def render_line(self, y: int) -> Strip:
        row = y + self.scroll_offset.y
        width = self.size.width
        return self._lines[row].strip if row < len(self._lines) else Strip.blank(width, Style.null())

    def on_resize(self) -> None:
        if self._lines and self._lines[0].strip.cell_length != self.size.width:
            self._lines = []
        self._redraw()
        self._say_what_is_hidden()
        self._follow()

    def watch_has_focus(self, has_focus: bool) -> None:
        """Draw the cursor for it; without the focus nothing is typed into."""
        super().watch_has_focus(has_focus)
        if not has_focus and self._entries.editor is not None:
            self._entries.leave()
            self._moved()
        self._redraw()

    def on_key(self, event: events.Key) -> None:
        """While a value is typed all keys are its own."""
        if self._entries.editor is None:
            return
        if event.key == "escape":
            self._entries.leave()
        elif event.key in {"enter", "tab"}:
            self._entries.accept()
        else:
            self._entries.press(event.key, event.character)
        event.stop()
        event.prevent_default()
        self._changed()

    def on_paste(self, event: events.Paste) -> None:
        """Take the first line that holds anything."""
        if self._entries.editor is not None:
            lines = [line for line in event.text.splitlines() if line.strip()]
            self._entries.editor.insert("".join(c for c in "".join(lines[:1]) if c.isprintable()))
            event.stop()
            self._changed()

    def on_click(self, event: events.Click) -> None:
        """Select the field; a second click edits it."""
        offset = event.get_content_offset(self)
        if offset is None:
            return
        row = offset.y + self.scroll_offset.y
        name = self._lines[row].name if row < len(self._lines) else ""
        if not name or (name == self._entries.name and self._entries.editor is not None):
            return
        was_selected = name == self._entries.name
        self._entries.leave()
        self._entries.move(self._entries.names.index(name) - self._entries.cursor)
        if was_selected or event.chain > 1:
            self._entries.begin()
        self._changed()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        self._say_what_is_hidden()

    def _changed(self) -> None:
        self._redraw()
        self._follow()
        self._moved()

    def _redraw(self) -> None:
        """Draw all lines anew, repaint those that differ."""
        width = self.size.width
        if width < 8:
            return
        old, self._lines = self._lines, self._drawing.lines(width, has_focus=self.has_focus)
        if len(old) != len(self._lines):
            self.virtual_size = Size(width, len(self._lines))
            self._say_what_is_hidden()
            self.refresh()
            return
        top = self.scroll_offset.y
        for row, (before, after) in enumerate(zip(old, self._lines, strict=True)):
            if before.strip != after.strip and top <= row < top + self.size.height:
                self.refresh(Region(0, row - top, width, 1))

    def _follow(self) -> None:
        """Scroll so that the selected field, its notes, and the heading above it are seen."""
        rows = [row for row, line in enumerate(self._lines) if line.name == self._entries.name]
        if not rows:
            return
        first = rows[0] - 1 if not self._lines[rows[0] - 1].name else rows[0]
        top, height = self.scroll_offset.y, self.size.height
        if first < top:
            self.scroll_to(y=first, animate=False)
        elif rows[-1] >= top + height:
            self.scroll_to(y=min(rows[-1] - height + 1, first), animate=False)

    def _say_what_is_hidden(self) -> None:
        below = len(self._lines) - self.scroll_offset.y - self.size.height
        above = self.scroll_offset.y
        parts = [f"{self._signs.less} {above}"] if above > 0 else []
        parts += [f"{self._signs.more} {below} more"] if below > 0 else []
        if self.border_subtitle != (note := "  ".join(parts)):  # setting it repaints all
            self.border_subtitle = note
