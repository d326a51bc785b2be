"""A question with yes or no."""

from __future__ import annotations

from collections.abc import Callable

from rich.cells import cell_len
from rich.style import Style
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.geometry import Offset

from tuitrain.text import visible
from tuitrain.translation import gettext as _
from tuitrain.ui.plots.lines import wrapped
from tuitrain.ui.terminal.dialog import Dialog
from tuitrain.ui.theme import Theme
from tuitrain.ui.widgets.text_lines import Lines, Piece

ABOUT_SECONDS = 0.1  # between two looks at what there is to say


class Confirm(Dialog[bool]):
    """Ask; dismiss with True for yes. Show the question, what would happen, and the two answers, each with its key.

    "No" is the answer that loses nothing: it stands first, and Enter gives it. Only the letter y, or a click, says yes.
    Where `about` is a function, what it returns is shown, and kept up to date.
    """

    BINDINGS = [  # noqa: RUF012 - Textual's own way
        Binding("n,enter,escape,q", "answer(False)", "no"),
        Binding("y", "answer(True)", "yes"),
    ]
    DEFAULT_CSS = """
    Confirm { align: center middle; }
    Confirm Lines { border: $focus-frame $focus-colour; padding: 0 1; background: ansi_default; }
    """

    def __init__(self, theme: Theme, question: str, about: str | Callable[[], str], *, yes: str, no: str) -> None:
        super().__init__()
        self._theme = theme
        self._question = visible(question, 70)
        self._ask_about = about if callable(about) else None
        self._about = about() if callable(about) else about
        self._answers = (yes, no)

    def compose(self) -> ComposeResult:
        self._box = Lines()
        self._fit()
        yield self._box

    def _fit(self) -> None:
        """Make the box as large as its text."""
        width = max(cell_len(self._question), cell_len(self._about), cell_len("".join(self._answers)) + 17) + 4
        self._rows = wrapped(self._theme.plain(self._about), 72, break_on_hyphens=False)
        self._box.styles.width = min(width, 76)
        self._box.styles.height = 5 + len(self._rows)

    def on_mount(self) -> None:
        self._draw()
        if self._ask_about is not None:
            self.set_interval(ABOUT_SECONDS, self._ask_again)

    def _ask_again(self) -> None:
        about = self._ask_about() if self._ask_about is not None else self._about
        if about != self._about:
            self._about = about
            self._fit()
            self._draw()

    def _draw(self) -> None:
        styles = self._theme.styles
        yes, no = self._answers
        none = Style.null()
        said = _("{answer} (enter)").format(answer=no)
        first: list[Piece | None] = [
            (" n ", styles["key"]),
            (said, none),
            ("   ", none),
        ]
        answers = [*first, (" y ", styles["key"]), (yes, none)]
        self._no_columns = range(cell_len(said) + 3)
        self._box.border_title = Content(self._theme.plain(self._question))
        self._box.put([], *([(row, none)] for row in self._rows), [], answers)

    def action_answer(self, answer: bool) -> None:
        self.dismiss(answer)

    def on_click(self, event: events.Click) -> None:
        """Take a click on an answer as that answer, and one outside the box as no."""
        region = self._box.content_region
        where = Offset(int(event.screen_x), int(event.screen_y))
        if region.contains_point(where):
            if where.y == region.y + 2 + len(self._rows):
                self.dismiss(where.x - region.x not in self._no_columns)
        elif not self._box.region.contains_point(where):
            self.dismiss(False)
