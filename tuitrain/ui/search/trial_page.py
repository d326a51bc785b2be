"""A trial opened: all its hyperparameters and its curve; several side by side, below their curves in one plot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from itertools import zip_longest
from typing import ClassVar

import numpy as np
from rich.cells import cell_len
from rich.style import Style
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from tuitrain.options.hyperparameters import FIELDS, Hyperparameters
from tuitrain.options.search_settings import HIGHER_IS_BETTER
from tuitrain.search.study.trial import Trial
from tuitrain.text import visible
from tuitrain.translation import gettext as _
from tuitrain.ui.plots.bars import sparkline
from tuitrain.ui.plots.labels import short_label
from tuitrain.ui.plots.lines import padded, wrapped
from tuitrain.ui.plots.trial_curves import TrialCurve, draw_trial_curves
from tuitrain.ui.search.table import detail_lines, score_text
from tuitrain.ui.terminal.dialog import Dialog
from tuitrain.ui.theme import Theme
from tuitrain.ui.widgets.page import Page
from tuitrain.ui.widgets.text_lines import Piece

LABEL = 18  # as wide as the longest label, and a space
LEAST = 14  # of a trial's column
MOST = 2000  # characters of a text, such as a failed trial's message
LEAST_PLOT, MOST_PLOT = 8, 20  # lines of the curves


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
        lines = (
            self._overlay(width) if len(self._trials) > 1 and any(trial.curve for trial, _whole in self._trials) else []
        )
        beside = max(1, (width - LABEL) // LEAST)
        blocks = [self._trials[start : start + beside] for start in range(0, len(self._trials), beside)]
        room = (width - LABEL) // min(beside, len(self._trials))
        for block in blocks:
            lines += [*([[]] if lines else []), *self._block(block, room)]
        return lines

    def _overlay(self, width: int) -> list[list[Piece]]:
        """The curves of all in one plot, in about half of the page, with what differs between them."""
        names = _differing_fields([whole for _trial, whole in self._trials])
        curves = []
        for trial, whole in self._trials:
            values = [f"{short_label(FIELDS[name].label, 0)} {FIELDS[name].format(getattr(whole, name))}"
                      for name in names]  # fmt: skip
            curves.append(TrialCurve(trial.number, np.array(trial.curve, np.float64), score_text(trial),
                                     visible(", ".join(values), MOST)))  # fmt: skip
        height = max(LEAST_PLOT, min(MOST_PLOT, self.size.height // 2 - 2))
        sign = -1.0 if HIGHER_IS_BETTER.get(self._metric, True) else 1.0
        strips = draw_trial_curves(width, height, curves, self._metric, sign, theme=self._theme)
        told = [_("{metric} by epoch")]
        if any(np.isfinite(trial.deviation) for trial, _whole in self._trials):
            several = _("{metric} by epoch: mean over folds and seeds")
            told = [_("{metric} by epoch: mean over folds and seeds, each scored at its own best"), several, *told]
        heads = [self._theme.plain(text.format(metric=self._metric)) for text in told]
        head = next((text for text in heads if cell_len(text) < width), heads[-1])
        title: list[Piece] = [(padded(f" {head}", width, theme=self._theme), self._theme["dim"])]
        return [title, *([(part.text, part.style or Style.null()) for part in strip] for strip in strips)]

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


def _differing_fields(wholes: Sequence[Hyperparameters]) -> list[str]:
    """The fields that are not the same in all, in the order of the form."""
    first, *others = wholes
    found = reduce(set[str].union, (set(first.differences(other)) for other in others), set[str]())
    return [name for name in FIELDS if name in found]


def _differing(tables: Sequence[Mapping[str, str]]) -> set[str]:
    """The names of which the tables do not all hold the same."""
    names = {name for table in tables for name in table}
    return {name for name in names if len({table.get(name, "") for table in tables}) > 1}
