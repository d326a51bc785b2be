"""A list of entries that are edited in place: it draws its lines itself and repaints only those that changed."""

from __future__ import annotations

from collections.abc import Callable

from rich.style import Style
from textual import events
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tuitrain.translation import gettext as _
from tuitrain.ui.terminal.bound import bindings_of
from tuitrain.ui.theme import Theme
from tuitrain.ui.widgets.form.drawing import EntryDrawing, Line
from tuitrain.ui.widgets.form.model import EntryModel
from tuitrain.ui.widgets.frame import Framed
from tuitrain.ui.widgets.layout import MEDIUM
from tuitrain.ui.widgets.page import OverPage


class EntryList(Framed, ScrollView, can_focus=True, inherit_bindings=False):
    """The cursor moves over the entries of `model` and Enter edits in place.

    `moved` is called when another entry is selected, or is being typed into, or no longer; a call rather than a
    message, so that what it changes is painted in the same frame.
    """

    DEFAULT_CSS = """
    EntryList { scrollbar-size: 0 0; overflow: hidden scroll; }
    """

    def __init__(
        self, theme: Theme, title: str, entries: EntryModel, drawing: EntryDrawing,
        moved: Callable[[], None] = lambda: None, *, id: str | None = None,  # noqa: A002 - Textual's name
    ) -> None:  # fmt: skip
        super().__init__(id=id)
        self.look = theme
        self._title = self.frame_title = _(title)
        self._moved = moved
        self._entries = entries
        self._drawing = drawing
        self._lines: list[Line] = []
        self._signs = theme.signs

    def move(self, steps: int) -> None:
        """Move the cursor by fields."""
        self._entries.move(steps)
        self._changed()

    def go_to(self, name: str) -> None:
        """Select an entry."""
        self._entries.go_to(name)
        self._changed()

    def reveal(self, name: str) -> None:
        """Select an entry, open its group if it is folded there, and take the keys."""
        self.focus()
        self._leave_typing(stay=True)
        self._entries.reveal(name)
        self._changed()

    @property
    def fields(self) -> list[tuple[str, str, str]]:
        """(name, label, group) of every entry, folded ones too."""
        entries = self._entries
        return [(name, entries.label(name), entries.group_of(name)) for name in entries.names]

    @property
    def selected(self) -> tuple[str, str]:
        """The entry of the cursor, on a heading the first below it, and its value as it is shown."""
        name = self._entries.place
        return name, self._drawing.value(name)

    def go_to_end(self, direction: int) -> None:
        """Select the last entry (1), or the first (-1)."""
        self._entries.go_to_end(direction)
        self._changed()

    def toggle_fold(self) -> None:
        """Open the group of the cursor, or fold it."""
        self._entries.toggle_fold()
        self._changed()

    def begin_finding(self) -> None:
        """Find an entry by typing a part of its label."""
        self.focus()
        self._entries.begin_finding()
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
        if not has_focus and self._is_typing:
            self._leave_typing(stay=True)
            self._moved()
        self._redraw()

    @property
    def _is_typing(self) -> bool:
        return self._entries.editor is not None or self._entries.finding is not None

    def _leave_typing(self, *, stay: bool) -> None:
        if self._entries.finding is not None:
            self._entries.leave_finding(stay=stay)
        self._entries.leave()

    async def on_key(self, event: events.Key) -> None:
        """While a value is typed all keys but F1 are its own; the others do at once what the screen binds them to.

        Textual would let those go all the way up before they act; what arrives in the same burst would overtake them,
        and what follows a ``/`` would act as commands instead of being typed.
        """
        if not self._is_typing or event.key == "f1":
            await self._act(event)
            return
        if event.key == "escape":
            self._leave_typing(stay=False)
        elif event.key in {"enter", "tab"} and self._entries.finding is not None:
            self._leave_typing(stay=True)
        elif event.key in {"enter", "tab"}:
            self._entries.accept()
        else:
            self._entries.press(event.key, event.character)
        event.stop()
        event.prevent_default()
        self._changed()

    def bound_key(self, key: str) -> str:
        """Return the key that `key` stands for on the selected entry: itself."""
        return key

    async def _act(self, event: events.Key) -> None:
        """Do what the screen binds a key to, unless another screen, or a page, has the keys by now."""
        if self.screen is not self.app.screen:
            return
        if isinstance(page := self.screen.focused, OverPage):
            page.on_key(event)
            return
        for binding in bindings_of(self.screen, self.bound_key(event.key)):
            if not binding.priority and await self.app.run_action(binding.action, self.screen):
                event.stop()
                event.prevent_default()
                return

    def on_paste(self, event: events.Paste) -> None:
        """Take the first line that holds anything."""
        if self._is_typing:
            lines = [line for line in event.text.splitlines() if line.strip()]
            self._entries.insert("".join(c for c in "".join(lines[:1]) if c.isprintable()))
            event.stop()
            self._changed()

    def on_click(self, event: events.Click) -> None:
        """Select the entry; a second click edits it. On a heading, open the group or fold it."""
        offset = event.get_content_offset(self)
        if offset is None:
            return
        row = offset.y + self.scroll_offset.y
        if row >= len(self._lines):
            return
        name, group = self._lines[row].name, self._lines[row].group
        if name and name == self._entries.name and self._entries.editor is not None:
            return
        was_selected = name and name == self._entries.name
        self._leave_typing(stay=True)
        if name:
            self._entries.go_to(name)
        else:
            self._entries.toggle_fold_of(group)
        if was_selected or (name and event.chain > 1):
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
        self._entries.is_wide = self.app.size.width >= MEDIUM.width
        self._say_what_is_typed()
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
        key = (self._entries.name, self._entries.group)
        rows = [row for row, line in enumerate(self._lines) if (line.name, line.group) == key]
        if not rows:
            return
        first = rows[0] - 1 if rows[0] and not self._lines[rows[0] - 1].name else rows[0]
        top, height = self.scroll_offset.y, self.size.height
        if first < top:
            self.scroll_to(y=first, animate=False)
        elif rows[-1] >= top + height:
            self.scroll_to(y=min(rows[-1] - height + 1, first), animate=False)

    def _say_what_is_hidden(self) -> None:
        below = len(self._lines) - self.scroll_offset.y - self.size.height
        above = self.scroll_offset.y
        parts = [f"{self._signs.less} {above}"] if above > 0 else []
        parts += [f"{self._signs.more} " + _("{number} more").format(number=below)] if below > 0 else []
        self.set_title(self.frame_title, "  ".join(parts))

    def _say_what_is_typed(self) -> None:
        """Show in the title what is typed to find an entry, and how many there are."""
        finding, title = self._entries.finding, self._title
        if finding is not None:
            count = len(self._entries.matches) if finding.text.strip() else 0
            told = _("{number} found").format(number=count) if count else _("none")
            title = f"/{finding.text}{self._signs.mark_best}" + f" {told}" * bool(finding.text.strip())
        self.set_title(title, self.frame_note)
