"""The menu of the pages on the inside of learning: a small letter, or enter, opens one."""

from __future__ import annotations

from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from tuitrain.translation import gettext as _
from tuitrain.ui.screens import PAGES
from tuitrain.ui.terminal.dialog import Dialog
from tuitrain.ui.theme import Theme


class PageMenu(Dialog[None]):
    """Lists the pages; dismisses with nothing, having opened one."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,semicolon,q", "leave", "leave")]
    DEFAULT_CSS = """
    PageMenu { align: center middle; }
    PageMenu Vertical { width: 56; height: auto; border: $focus-frame $focus-colour; background: ansi_default; }
    PageMenu OptionList { border: none; height: auto; padding: 0 1; scrollbar-size: 0 $bar; }
    PageMenu OptionList:focus { border: none; }
    """

    def __init__(self, look: Theme) -> None:
        super().__init__()
        self._look = look

    def compose(self) -> ComposeResult:
        with Vertical() as box:
            box.border_title = self._look.plain(_("See why (a letter opens a page, esc closes)"))
            rows = [Content(self._look.plain(f"{page.letter.lower()}  {_(page.meaning)}")) for page in PAGES]
            yield OptionList(*(Option(row, id=page.name) for row, page in zip(rows, PAGES, strict=True)), markup=False)

    def on_mount(self) -> None:
        self.query_one(OptionList).focus()

    def action_leave(self) -> None:
        self.dismiss(None)

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        self._open(str(event.option.id))

    def on_key(self, event: events.Key) -> None:
        page = next((page for page in PAGES if page.letter.lower() == event.key.lower()), None)
        if page is not None:
            event.stop()
            self._open(page.name)

    def _open(self, name: str) -> None:
        show = self.app.show  # type: ignore[attr-defined]
        self.dismiss(None)
        self.call_later(show, name)
