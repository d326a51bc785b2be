"""A short list that opens at the line it is about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.geometry import Offset
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from tuitrain.ui.plots.lines import cut
from tuitrain.ui.terminal.dialog import Dialog
from tuitrain.ui.theme import Theme

MOST_ROWS = 14


class ShortList(Dialog[int]):
    """Lists `rows`, the one at `chosen` first under the cursor; dismisses with the place of the one that is taken."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "leave", "leave"),
        Binding("j", "move('down')", "next"),
        Binding("k", "move('up')", "previous"),
    ]
    DEFAULT_CSS = """
    ShortList { align: left top; }
    ShortList Vertical { border: $focus-frame $focus-colour; background: ansi_default; }
    ShortList OptionList { border: none; height: 1fr; padding: 0; scrollbar-size: 0 $bar; }
    ShortList OptionList:focus { border: none; }
    """

    def __init__(self, theme: Theme, title: str, rows: Sequence[str], *, at: Offset, chosen: int = 0) -> None:
        super().__init__()
        self._theme, self._title, self._rows = theme, theme.plain(title), [theme.plain(row) for row in rows]
        self._at, self._chosen = at, chosen

    def compose(self) -> ComposeResult:
        self._box = Vertical()
        self._box.border_title = Content(self._title)
        with self._box:
            yield OptionList(*(Option(Content(f" {row}")) for row in self._rows), markup=False)

    def on_mount(self) -> None:
        self._place()
        found = self.query_one(OptionList)
        found.highlighted = self._chosen
        found.focus()

    def on_resize(self) -> None:
        self._place()

    def _place(self) -> None:
        """Stand at the line, but where that is too far right or down."""
        width, height = self.app.size
        wanted = max([cell_len(self._title) + 4, *(cell_len(row) + 5 for row in self._rows)])
        wide, high = min(wanted, width - 2), min(len(self._rows) + 2, MOST_ROWS + 2, height - 2)
        self._box.styles.width, self._box.styles.height = wide, high
        self._box.styles.offset = (max(0, min(self._at.x, width - wide)), max(0, min(self._at.y, height - high - 1)))
        found = self.query_one(OptionList)
        if found.option_count:
            for place, row in enumerate(self._rows):
                found.replace_option_prompt_at_index(place, Content(f" {cut(row, wide - 4, theme=self._theme)}"))

    def action_move(self, way: str) -> None:
        found = self.query_one(OptionList)
        (found.action_cursor_down if way == "down" else found.action_cursor_up)()

    def action_leave(self) -> None:
        self.dismiss(None)

    @on(OptionList.OptionSelected)
    def _taken(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option_index)
