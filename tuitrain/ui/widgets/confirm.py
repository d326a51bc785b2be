"""A question with yes or no."""

from __future__ import annotations

import textwrap

from rich.style import Style
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.geometry import Offset

from tuitrain.text import visible
from tuitrain.ui.theme import Theme
from tuitrain.ui.widgets.dialog import Dialog
from tuitrain.ui.widgets.text_lines import Lines, Piece


class Confirm(Dialog[bool]):
    """Asks; dismisses with True for yes. The question, what would happen, and the two answers, each with its key."""

    BINDINGS = [  # noqa: RUF012 - Textual's own way
        Binding("y,enter", "answer(True)", "yes"),
        Binding("n,escape,q", "answer(False)", "no"),
    ]
    DEFAULT_CSS = """
    Confirm { align: center middle; }
    Confirm Lines { border: $focus-frame $focus-colour; padding: 0 1; background: ansi_default; }
    """

    def __init__(self, theme: Theme, question: str, about: str, *, yes: str, no: str) -> None:
        super().__init__()
        self._theme = theme
        self._question = visible(question, 70)
        self._about = about
        self._answers = (yes, no)

    def compose(self) -> ComposeResult:
        self._box = Lines()
        width = max(len(self._question), len(self._about), len("".join(self._answers)) + 23) + 4
        self._rows = textwrap.wrap(self._theme.plain(self._about), 72, break_on_hyphens=False)
        self._box.styles.width = min(width, 76)
        self._box.styles.height = 5 + len(self._rows)
        yield self._box

    def on_mount(self) -> None:
        styles = self._theme.styles
        yes, no = self._answers
        none = Style.null()
        first: list[Piece | None] = [(" y ", styles["key"]), (f"{yes} (enter)", none), ("   ", none)]
        answers = [*first, (" n ", styles["key"]), (f"{no} (esc)", none)]
        self._yes_columns = range(len(yes) + 11)
        self._box.border_title = Content(self._theme.plain(self._question))
        self._box.put([], *([(row, none)] for row in self._rows), [], answers)

    def action_answer(self, answer: bool) -> None:
        self.dismiss(answer)

    def on_click(self, event: events.Click) -> None:
        """A click on an answer gives it; one outside the box means no."""
        region = self._box.content_region
        where = Offset(int(event.screen_x), int(event.screen_y))
        if region.contains_point(where):
            if where.y == region.y + 2 + len(self._rows):
                self.dismiss(where.x - region.x in self._yes_columns)
        elif not self._box.region.contains_point(where):
            self.dismiss(False)
