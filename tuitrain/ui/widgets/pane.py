"""What all live panes share: a frame with a title, lines that are compared before they are painted, scrolling."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Generic, TypeVar

from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import NULL_SIZE, Region
from textual.strip import Strip

from tuitrain.session.session import SomeSnapshot
from tuitrain.translation import gettext as _
from tuitrain.ui.theme import Theme
from tuitrain.ui.widgets.frame import Framed

S = TypeVar("S", bound=SomeSnapshot)


class LivePane(Framed, Generic[S], can_focus=True, inherit_bindings=False):
    """Shows a snapshot. A kind of pane says what it draws in `draw`; a list longer than the pane scrolls.

    `view` names the costly view of the snapshot that the pane needs, which is computed only while the pane is shown.
    The first `fixed_lines` lines of what `draw` returns stay where they are when the rest scrolls.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "scroll_by(-1)", show=False),
        Binding("down,j", "scroll_by(1)", show=False),
        Binding("pageup", "scroll_page(-1)", show=False),
        Binding("pagedown", "scroll_page(1)", show=False),
    ]
    TITLE = ""
    EXPLAINED = ""  # what it shows, for the row that explains the selected thing
    view = ""
    fixed_lines = 0

    def __init__(self, theme: Theme, **rest: Any) -> None:
        super().__init__(**rest)
        self.look = theme
        self.frame_title = _(self.TITLE)
        self._hidden_note = ""
        self._strips: list[Strip] = []
        self._snapshot: S | None = None
        self._drawn: S | None = None
        self._drawn_size = NULL_SIZE
        self._offset = 0

    def draw(self, width: int, height: int, snapshot: S) -> Sequence[Strip]:
        """The lines of the pane for a snapshot; more than `height` of them scroll (as `Blocks`, where many do)."""
        raise NotImplementedError  # pragma: no cover

    def looks_the_same(self, before: S, now: S) -> bool:
        """Whether what the pane draws of two snapshots is the same, told without drawing it."""
        return before is now

    def title(self, snapshot: S) -> tuple[str, str]:
        """The title and the note at its right for a snapshot."""
        return self.frame_title, ""

    def entitle(self) -> None:
        """Write the title anew, and how much is hidden; repaint the line if that is new."""
        title, note = self.title(self._snapshot) if self._snapshot is not None else (self.frame_title, "")
        self.set_title(title, "  ".join(filter(None, (self._hidden_note, note))))

    def show(self, snapshot: S) -> None:
        """Draw a snapshot, if the pane is visible and shows anything new, and repaint the lines that changed."""
        self._snapshot = snapshot
        if self.is_shown:
            self.entitle()
        if self.is_shown and not (self._drawn and self.looks_the_same(self._drawn, snapshot)):
            self.redraw()

    @property
    def is_shown(self) -> bool:
        """Whether the pane has a place on the screen now."""
        return self.display and self.size.area > 0

    def redraw(self) -> None:
        """Draw the last snapshot again."""
        if self._snapshot is None or not self.is_shown:
            return
        width, height = self.size
        lines = self.draw(width, height, self._snapshot)
        self._drawn, self._drawn_size = self._snapshot, self.size
        fixed = self.fixed_lines if height > 2 * self.fixed_lines else 0
        hidden = max(0, len(lines) - height)
        self._offset = min(self._offset, hidden)
        self._mark_hidden(hidden)
        self._put([*lines[:fixed], *lines[fixed + self._offset : self._offset + height]])

    def _put(self, lines: list[Strip]) -> None:
        width = self.size.width
        old = self._strips
        if len(lines) != len(old):
            self._strips = lines
            self.refresh()
            return
        changed = [row for row, (line, before) in enumerate(zip(lines, old, strict=True)) if line != before]
        if changed:
            self._strips = lines
            self.refresh(*(Region(0, row, width, 1) for row in changed))

    def _mark_hidden(self, hidden: int) -> None:
        """Say in the frame how many lines are above and below what is shown."""
        above, below = self._offset, hidden - self._offset
        signs = self.look.signs
        notes = [f"{signs.less} " + _("{number} above").format(number=above)] * bool(above)
        notes += [f"{signs.more} " + _("{number} more").format(number=below)] * bool(below)
        self._hidden_note = ", ".join(notes)
        self.entitle()

    def action_scroll_by(self, lines: int) -> None:
        """Move what is shown, where there is more than fits."""
        self._offset = max(0, self._offset + lines)
        self.redraw()

    def scroll_to_first(self) -> None:
        """Show the first line again."""
        self._offset = 0

    def action_scroll_page(self, pages: int) -> None:
        """Move by what is shown, but for a line."""
        self.action_scroll_by(pages * max(1, self.size.height - self.fixed_lines - 1))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.action_scroll_by(2)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.action_scroll_by(-2)

    def on_resize(self) -> None:
        """Draw anew for another size; a pane that only comes into sight again may be right as it is."""
        if self.size != self._drawn_size:
            self._strips, self._drawn = [], None
        self.on_show()

    def on_show(self) -> None:
        if self._snapshot is not None:
            self.show(self._snapshot)

    def render_line(self, y: int) -> Strip:
        return self._strips[y] if y < len(self._strips) else Strip.blank(self.size.width, Style.null())
