"""A dialog with one line to type into."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input

from tuitrain.errors import TuitrainError
from tuitrain.text import visible
from tuitrain.ui.plots.lines import wrapped
from tuitrain.ui.terminal.dialog import Dialog
from tuitrain.ui.terminal.prompt import Prompt
from tuitrain.ui.theme import Role, Theme
from tuitrain.ui.widgets.text_lines import Lines

WIDTH = 66  # within the frame
MOST = 130  # characters of what is said below the line
Result = TypeVar("Result")


class PromptDialog(Dialog[Result]):
    """Asks for a text until `read` takes it; dismisses with what `read` makes of it, or with None.

    `read` raises `TuitrainError`, whose message is shown, where the text is not allowed. `hints` are shown below the
    line until then, at most two rows. With `replaces`, the first key replaces `text`.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "leave")]
    DEFAULT_CSS = """
    PromptDialog { align: center middle; }
    PromptDialog Vertical { width: 70; height: 6; padding: 0 1;
                            border: $focus-frame $focus-colour; background: ansi_default; }
    PromptDialog Lines { height: 2; margin-top: 1; }
    """

    def __init__(
        self, theme: Theme, title: str, text: str, read: Callable[[str], Result], *, hints: Sequence[str] = (),
        replaces: bool = True,
    ) -> None:  # fmt: skip
        super().__init__()
        self._theme = theme
        self._title = title
        self._text = text
        self._read = read
        self._hints = hints
        self._replaces = replaces

    def compose(self) -> ComposeResult:
        with Vertical() as box:
            box.border_title = self._title
            yield Prompt(self._text, select_on_focus=self._replaces, compact=True)
            yield Lines()

    def on_mount(self) -> None:
        self.query_one(Input).cursor_blink = False
        self.say(*self._hints)

    def say(self, *texts: str, role: Role = "dim") -> None:
        """Show something below the line."""
        rows = [row for text in texts for row in wrapped(self._theme.plain(visible(text, MOST)), WIDTH)]
        self.query_one(Lines).put(*([(row, self._theme[role])] for row in rows[:2]))

    @on(Input.Submitted)
    def _submit(self, event: Input.Submitted) -> None:
        try:
            found = self._read(event.value)
        except TuitrainError as error:
            self.say(str(error), role="bad")
        else:
            self.accept(found)

    def accept(self, found: Result) -> None:
        """Take what was read."""
        self.dismiss(found)

    def action_leave(self) -> None:
        self.dismiss(None)
