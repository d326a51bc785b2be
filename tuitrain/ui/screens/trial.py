"""A trial opened: all its hyperparameters and its curve; several of them side by side."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import ClassVar

from rich.style import Style
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from tuitrain.hyperparameters import Hyperparameters
from tuitrain.search.trial import Trial
from tuitrain.text import visible
from tuitrain.ui.line import Piece
from tuitrain.ui.page import Page
from tuitrain.ui.plots.bars import sparkline
from tuitrain.ui.plots.lines import cut
from tuitrain.ui.plots.palette import glyphs_of
from tuitrain.ui.search.table import detail_lines
from tuitrain.ui.theme import Theme

LABEL = 17
MOST = 2000  # characters of a text, such as a failed trial's message


class TrialPage(ModalScreen[None]):
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
        self._glyphs = glyphs_of(theme.ascii_only)

    def compose(self) -> ComposeResult:
        page = Page(self._lines)
        numbers = ", ".join(str(trial.number) for trial, _ in self._trials)
        page.border_title = f"Trial {numbers} (esc closes)"
        yield page

    def on_mount(self) -> None:
        self.query_one(Page).focus()

    def action_leave(self) -> None:
        self.dismiss(None)

    def _lines(self, width: int) -> list[list[Piece]]:
        styles, plain = self._theme.styles, self._theme.plain
        tables = [dict(detail_lines(trial, vars(whole), self._metric)) for trial, whole in self._trials]
        room = max(10, (width - LABEL) // len(tables))
        names = list(dict.fromkeys(name for table in tables for name in table))
        if len(tables) > 1:  # what differs comes first
            names.sort(key=lambda name: len({table.get(name, "") for table in tables}) == 1)
        lines: list[list[Piece]] = []
        for name in names:
            texts = [visible(table.get(name, ""), MOST) for table in tables]
            differs = len(set(texts)) > 1
            style = styles["edited"] if differs and len(tables) > 1 else styles["plain"]
            lines += self._row(name, [plain(text) for text in texts], room, width, style, several=len(tables) > 1)
        curves = [sparkline(trial.curve, room - 2, glyphs=self._glyphs) for trial, _ in self._trials]
        lines.append([(f"{self._metric[: LABEL - 8]} by epoch".ljust(LABEL), styles["dim"])]
                     + [(curve.ljust(room), styles["accent"]) for curve in curves])  # fmt: skip
        return lines

    def _row(
        self, name: str, texts: list[str], room: int, width: int, style: Style, *, several: bool
    ) -> list[list[Piece]]:
        dim = self._theme.styles["dim"]
        if several:
            return [[(name.ljust(LABEL), dim)] + [(cut(text, room - 2, glyphs=self._glyphs).ljust(room), style)
                                                  for text in texts]]  # fmt: skip
        rows = textwrap.wrap(texts[0], max(10, width - LABEL)) or [""]
        return [[((name if index == 0 else "").ljust(LABEL), dim), (row, style)] for index, row in enumerate(rows)]
