"""A trial opened: all its hyperparameters and its curve; several of them side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import zip_longest
from typing import ClassVar

from rich.style import Style
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.search.study.trial import Trial
from tuitrain.text import visible
from tuitrain.translation import gettext as _
from tuitrain.ui.plots.bars import sparkline
from tuitrain.ui.plots.lines import padded, wrapped
from tuitrain.ui.search.table import detail_lines
from tuitrain.ui.terminal.dialog import Dialog
from tuitrain.ui.theme import Theme
from tuitrain.ui.widgets.page import Page
from tuitrain.ui.widgets.text_lines import Piece

LABEL = 18  # as wide as the longest label, and a space
LEAST = 14  # of a trial's column
MOST = 2000  # characters of a text, such as a failed trial's message


class TrialPage(Dialog[None]):
    """Shows trials in columns; what differs between them stands out."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,enter,q,space,c", "leave", "leave")]
    DEFAULT_CSS = """
    TrialPage { align: center middle; }
    TrialPage Page { width: 90%; height: 90%; border: $focus-frame $focus-colour; padding: 0 1;
                     background: ansi_default; }
    """

    def __init__(self, theme: Theme, trials: Sequence[tuple[Trial, Hyperparameters]], metric: str) -> None:
        super().__init__()
        self._theme = theme
        self._trials = trials
        self._metric = metric

    def compose(self) -> ComposeResult:
        page = Page(self._lines)
        numbers = ", ".join(str(trial.number) for trial, _whole in self._trials)
        page.border_title = _("Trial {numbers} (esc closes)").format(numbers=numbers)
        yield page

    def on_mount(self) -> None:
        self.query_one(Page).focus()

    def action_leave(self) -> None:
        self.dismiss(None)

    def _lines(self, width: int) -> list[list[Piece]]:
        """The trials beside each other, as many as have room, the others below them."""
        beside = max(1, (width - LABEL) // LEAST)
        blocks = [self._trials[start : start + beside] for start in range(0, len(self._trials), beside)]
        room = (width - LABEL) // min(beside, len(self._trials))
        lines: list[list[Piece]] = []
        for block in blocks:
            lines += [*([[]] if lines else []), *self._block(block, room)]
        return lines

    def _block(self, trials: Sequence[tuple[Trial, Hyperparameters]], room: int) -> list[list[Piece]]:
        styles, plain = self._theme.styles, self._theme.plain
        differing = _differing([dict(detail_lines(*trial, self._metric)) for trial in self._trials])
        tables = [dict(detail_lines(*trial, self._metric)) for trial in trials]
        names = list(dict.fromkeys(name for table in tables for name in table))
        names.sort(key=lambda name: name not in differing)  # what differs comes first
        lines: list[list[Piece]] = []
        for name in names:
            texts = [plain(visible(table.get(name, ""), MOST)) for table in tables]
            lines += self._row(name, texts, room, styles["edited" if name in differing else "plain"])
        curves = [sparkline(trial.curve, room - 2, theme=self._theme) for trial, _whole in trials]
        label = self._label(_("{metric} by epoch").format(metric=self._metric))
        lines.append([(label, styles["dim"]), *((curve.ljust(room), styles["accent"]) for curve in curves)])
        return lines

    def _row(self, name: str, texts: list[str], room: int, style: Style) -> list[list[Piece]]:
        """A row of cells, as many lines high as the longest text takes."""
        cells = [wrapped(text, room - 1) for text in texts]
        lines: list[list[Piece]] = []
        for index, parts in enumerate(zip_longest(*cells, fillvalue="")):
            values = [(padded(part, room, theme=self._theme), style) for part in parts]
            lines.append([(self._label("" if index else name), self._theme.styles["dim"]), *values])
        return lines

    def _label(self, name: str) -> str:
        return padded(self._theme.plain(name), LABEL - 1, theme=self._theme) + " "


def _differing(tables: Sequence[Mapping[str, str]]) -> set[str]:
    """The names of which the tables do not all hold the same."""
    names = {name for table in tables for name in table}
    return {name for name in names if len({table.get(name, "") for table in tables}) > 1}
