"""The palette: every action by name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from tuitrain.ui.keys import ACTIONS, Action
from tuitrain.ui.theme import Theme
from tuitrain.ui.widgets.dialog import Dialog
from tuitrain.ui.widgets.prompt import Prompt


class Palette(Dialog[str]):
    """Type a part of an action's name; dismisses with the action's name in the key table."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,ctrl+p", "leave", "leave"),
        Binding("down", "move(1)", "next"),
        Binding("up", "move(-1)", "previous"),
    ]
    DEFAULT_CSS = """
    Palette { align: center middle; }
    Palette Vertical { width: 72; height: 20; border: $focus-frame $focus-colour; background: ansi_default; }
    Palette Input { padding: 0 1; }
    Palette OptionList { border: none; height: 1fr; padding: 0; margin-top: 1; scrollbar-size: 0 $bar; }
    """

    def __init__(self, theme: Theme, actions: Sequence[Action] = ACTIONS) -> None:
        super().__init__()
        self._theme = theme
        self._actions = actions

    def compose(self) -> ComposeResult:
        with Vertical() as box:
            box.border_title = "Actions (enter does it, esc closes)"
            yield Prompt(placeholder="type a part of its name", select_on_focus=False, compact=True)
            yield OptionList(markup=False)

    def on_mount(self) -> None:
        self.query_one(Input).cursor_blink = False
        self.query_one(OptionList).can_focus = False
        self._list("")

    def _list(self, typed: str) -> None:
        options = self.query_one(OptionList)
        options.clear_options()
        words = typed.lower().split()
        for action in self._actions:
            text = f"{action.name.replace('_', ' ')} {action.meaning} {action.short}".lower()
            if all(word in text for word in words):
                keys = self._theme.plain(action.shown)
                options.add_option(Option(Content(f" {action.meaning:<50}{keys:>16}"), id=action.name))
        if options.option_count:
            options.highlighted = 0

    @on(Input.Changed)
    def _filter(self, event: Input.Changed) -> None:
        self._list(event.value)

    @on(Input.Submitted)
    def _accept(self) -> None:
        self.query_one(OptionList).action_select()

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option_id)

    def action_move(self, steps: int) -> None:
        options = self.query_one(OptionList)
        (options.action_cursor_down if steps > 0 else options.action_cursor_up)()

    def action_leave(self) -> None:
        self.dismiss(None)
