"""The form as one widget: it draws its lines itself and repaints only those that changed."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from rich.style import Style
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tuitrain.fields import Value
from tuitrain.snapshot import Snapshot
from tuitrain.ui.form.drawing import FormDrawing, Line
from tuitrain.ui.form.model import NAMES, FormModel
from tuitrain.ui.theme import Theme


class Form(ScrollView, can_focus=True, inherit_bindings=False):
    """Every hyperparameter, grouped; the cursor moves over it and Enter edits in place.

    `moved` is called when another field is selected, or is being typed into, or no longer; a call rather than a
    message, so that what it changes is painted in the same frame.
    """

    DEFAULT_CSS = """
    Form { border: $frame $frame-colour; scrollbar-size: 0 0; overflow: hidden scroll; }
    Form:focus { border: $focus-frame $focus-colour; border-title-style: bold; }
    """

    @dataclass
    class Edited(Message):
        """The user wants `name` to be `value`."""

        name: str
        value: Value

    def __init__(self, theme: Theme, moved: Callable[[], None] = lambda: None, **rest: Any) -> None:
        super().__init__(**rest)
        self._moved = moved
        self.model = FormModel(self._send, time.monotonic)
        self._drawing = FormDrawing(self.model, theme)
        self._lines: list[Line] = []
        self._signs = theme.signs
        self._seen: tuple[object, object] | None = None
        self.border_title = "Hyperparameters"

    def show(self, snapshot: Snapshot) -> None:
        """Take the values that training uses now; repaint only what changed."""
        seen = (snapshot.hyperparameters, snapshot.pending)
        if seen != self._seen or self.model.has_unanswered:
            self._seen = seen
            self.model.take(snapshot.hyperparameters, snapshot.pending)
            self._redraw()

    def move(self, steps: int) -> None:
        """Move the cursor by fields."""
        self.model.move(steps)
        self._changed()

    def move_page(self, direction: int) -> None:
        """Move the cursor by a screenful."""
        self.move(direction * max(1, self.size.height - 2))

    def nudge(self, direction: int) -> None:
        """The selected field's next value."""
        self.model.nudge(direction)
        self._changed()

    def undo(self) -> bool:
        """Take back the last edit; False if there is none."""
        done = self.model.undo()
        self._changed()
        return done

    def begin(self) -> None:
        """Type into the selected field."""
        self.focus()
        self.model.begin()
        self._changed()

    def render_line(self, y: int) -> Strip:
        row = y + self.scroll_offset.y
        width = self.size.width
        return self._lines[row].strip if row < len(self._lines) else Strip.blank(width, Style.null())

    def on_resize(self) -> None:
        self._lines = []
        self._redraw()
        self._follow()

    def on_focus(self) -> None:
        self._redraw()

    def on_blur(self) -> None:
        if self.model.editor is not None:
            self.model.leave()
            self._moved()
        self._redraw()

    def on_key(self, event: events.Key) -> None:
        """While a value is typed all keys are its own."""
        if self.model.editor is None:
            return
        if event.key == "escape":
            self.model.leave()
        elif event.key in {"enter", "tab"}:
            self.model.accept()
        else:
            self.model.press(event.key, event.character)
        event.stop()
        event.prevent_default()
        self._changed()

    def on_paste(self, event: events.Paste) -> None:
        if self.model.editor is not None:
            self.model.editor.insert("".join(c for c in event.text if c.isprintable()))
            event.stop()
            self._changed()

    def on_click(self, event: events.Click) -> None:
        """Select the field; a second click edits it."""
        offset = event.get_content_offset(self)
        if offset is None:
            return
        row = offset.y + self.scroll_offset.y
        name = self._lines[row].name if row < len(self._lines) else ""
        if not name or (name == self.model.name and self.model.editor is not None):
            return
        was_selected = name == self.model.name
        self.model.leave()
        self.model.move(NAMES.index(name) - self.model.cursor)
        if was_selected or event.chain > 1:
            self.model.begin()
        self._changed()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        self._say_what_is_hidden()

    def _send(self, name: str, value: Value) -> None:
        self.post_message(self.Edited(name, value))

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
        rows = [row for row, line in enumerate(self._lines) if line.name == self.model.name]
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
        parts = [f"{self._signs['less']} {above}"] if above > 0 else []
        parts += [f"{self._signs['more']} {below} more"] if below > 0 else []
        self.border_subtitle = "  ".join(parts)
