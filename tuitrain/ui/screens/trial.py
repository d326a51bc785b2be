"""A trial opened: all its hyperparameters and its curve; several of them side by side."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from itertools import zip_longest
from typing import ClassVar

from rich.style import Style
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from tuitrain.hyperparameters import Hyperparameters
from tuitrain.search.trial import Trial
from tuitrain.text import visible
from tuitrain.ui.line import Piece
from tuitrain.ui.page import Page
from tuitrain.ui.plots.bars import sparkline
from tuitrain.ui.plots.palette import glyphs_of
from tuitrain.ui.screens.dialog import Dialog
from tuitrain.ui.search.table import UNBROKEN, detail_lines
from tuitrain.ui.theme import Theme

LABEL = 18  # as wide as the longest label, and a space
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
        tables = [dict(detail_lines(trial, whole, self._metric)) for trial, whole in self._trials]
        room = max(10, (width - LABEL) // len(tables))
        names = list(dict.fromkeys(name for table in tables for name in table))
        if len(tables) > 1:  # what differs comes first
            names.sort(key=lambda name: len({table.get(name, "") for table in tables}) == 1)
        lines: list[list[Piece]] = []
        for name in names:
            texts = [visible(table.get(name, ""), MOST) for table in tables]
            differs = len(set(texts)) > 1
            style = styles["edited"] if differs and len(tables) > 1 else styles["plain"]
            lines += self._row(name, [plain(text) for text in texts], room, style)
        curves = [sparkline(trial.curve, room - 2, glyphs=self._glyphs) for trial, _ in self._trials]
        lines.append([(f"{self._metric[: LABEL - 8]} by epoch".ljust(LABEL), styles["dim"])]
                     + [(curve.ljust(room), styles["accent"]) for curve in curves])  # fmt: skip
        return lines

    def _row(self, name: str, texts: list[str], room: int, style: Style) -> list[list[Piece]]:
        """A row of cells, as many lines high as the longest text takes."""
        cells = [textwrap.wrap(text, room - 1) for text in texts]
        lines: list[list[Piece]] = []
        for index, parts in enumerate(zip_longest(*cells, fillvalue="")):
            label = ("" if index else name).ljust(LABEL)
            values = [(part.replace(UNBROKEN, " ").ljust(room), style) for part in parts]
            lines.append([(label, self._theme.styles["dim"]), *values])
        return lines
