"""The palette: every action and every field of the form, found by typing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from tuitrain.text import quoted
from tuitrain.translation import gettext as _
from tuitrain.ui.keys import Action
from tuitrain.ui.plots.lines import padded
from tuitrain.ui.terminal.dialog import Dialog
from tuitrain.ui.terminal.prompt import Prompt
from tuitrain.ui.theme import Theme


@dataclass(frozen=True)
class FormField:
    """A field that the palette finds: the form's name of it, its label, its group."""

    name: str
    label: str
    group: str


class Palette(Dialog[Action | FormField]):
    """Type a part of the name of an action or a field; dismisses with what was chosen, None if nothing was.

    Actions come first; before anything is typed they are all there is.
    """

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

    def __init__(self, theme: Theme, actions: Sequence[Action], fields: Sequence[FormField] = ()) -> None:
        super().__init__()
        self._theme = theme
        self._actions, self._fields = actions, fields
        self._listed: list[Action | FormField] = []

    def compose(self) -> ComposeResult:
        with Vertical() as box:
            box.border_title = _("Actions and fields (enter does it, esc closes)")
            yield Prompt(placeholder=_("type a part of its name"), select_on_focus=False, compact=True)
            yield OptionList(markup=False)

    def on_mount(self) -> None:
        self.query_one(Input).cursor_blink = False
        self.query_one(OptionList).can_focus = False
        self._list("")

    def _list(self, typed: str) -> None:
        options, plain = self.query_one(OptionList), self._theme.plain
        options.clear_options()
        words = typed.lower().replace("_", " ").split()
        actions = [
            action
            for action in self._actions
            if _holds(words, action.name, _(action.meaning), action.meaning, action.short)
        ]
        fields = [field for field in self._fields if words and _holds(words, field.name, field.label)]
        self._listed = [*actions, *fields]
        for action in actions:
            row = f" {padded(_(action.meaning), 49, theme=self._theme)} {plain(action.shown):>16}"
            options.add_option(Option(Content(row), id=action.name))
        for field in fields:
            place = padded(_("field of {group}").format(group=_(field.group)), 26, theme=self._theme, right=True)
            label = padded(field.label, 39, theme=self._theme)
            options.add_option(Option(Content(f" {label} {place}"), id=f"field {field.name}"))
        if self._listed:
            options.highlighted = 0
        else:
            said = " " + _("no action and no field is called {word}").format(word=quoted(typed.strip()))
            options.add_option(Option(Content(said), disabled=True))

    @on(Input.Changed)
    def _filter(self, event: Input.Changed) -> None:
        self._list(event.value)

    @on(Input.Submitted)
    def _accept(self) -> None:
        self.query_one(OptionList).action_select()

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._listed[event.option_index])

    def action_move(self, steps: int) -> None:
        options = self.query_one(OptionList)
        (options.action_cursor_down if steps > 0 else options.action_cursor_up)()

    def action_leave(self) -> None:
        self.dismiss(None)


def _holds(words: Sequence[str], *names: str) -> bool:
    """Whether all of the words are parts of the names."""
    text = " ".join(names).replace("_", " ").lower()
    return all(word in text for word in words)
