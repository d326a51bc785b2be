"""What the table of trials is filtered by."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input

from tuitrain.ui.search.table import filter_problem
from tuitrain.ui.theme import Theme
from tuitrain.ui.widgets.dialog import Dialog
from tuitrain.ui.widgets.prompt import Prompt
from tuitrain.ui.widgets.text_lines import Lines


class FilterDialog(Dialog[str]):
    """Asks for a filter; dismisses with it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "leave")]
    DEFAULT_CSS = """
    FilterDialog { align: center middle; }
    FilterDialog Vertical { width: 70; height: 6; padding: 0 1;
                            border: $focus-frame $focus-colour; background: ansi_default; }
    FilterDialog Lines { height: 2; margin-top: 1; }
    """

    def __init__(self, theme: Theme, text: str) -> None:
        super().__init__()
        self._theme = theme
        self._text = text

    def compose(self) -> ComposeResult:
        with Vertical() as box:
            box.border_title = "Show trials with (enter applies, empty shows all)"
            yield Prompt(self._text, select_on_focus=False, compact=True)
            yield Lines()

    def on_mount(self) -> None:
        self.query_one(Input).cursor_blink = False
        dim = self._theme.styles["dim"]
        self.query_one(Lines).put([("words and comparisons: relu finished rank<=10", dim)],
                                  [("learning_rate<0.1 score>0.95 hidden_layers=64x32", dim)])  # fmt: skip

    @on(Input.Submitted)
    def _take(self, event: Input.Submitted) -> None:
        if problem := filter_problem(event.value):
            self.query_one(Lines).put([(self._theme.plain(problem), self._theme.styles["bad"])])
        else:
            self.dismiss(event.value.strip())

    def action_leave(self) -> None:
        self.dismiss(None)
