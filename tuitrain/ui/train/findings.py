"""All findings about a training: what they rest on, and what may help, each remedy with the key that adopts it."""

from __future__ import annotations

import math
from typing import Any

from tuitrain.diagnosis.finding import Figure, Finding
from tuitrain.session.snapshot import Snapshot
from tuitrain.text import rows_of, visible
from tuitrain.translation import gettext as _
from tuitrain.ui.theme import Theme
from tuitrain.ui.train.keys import FIRST_KEY, MOST_KEYS
from tuitrain.ui.train.remedies import Remedies
from tuitrain.ui.train.trials import Tried, told_outcome
from tuitrain.ui.train.verdict import sign_of
from tuitrain.ui.widgets.page import OverPage
from tuitrain.ui.widgets.text_lines import Piece


class FindingsPage(OverPage):
    """The findings in the order of their weight; F2 to F4 adopt a remedy of the first."""

    CLOSING = (*OverPage.CLOSING, "exclamation_mark")
    PASSED = (*OverPage.PASSED, *(f"f{FIRST_KEY + place}" for place in range(MOST_KEYS)))

    def __init__(self, theme: Theme, remedies: Remedies, **rest: Any) -> None:
        super().__init__(self._lines, **rest)
        self._theme, self._remedies = theme, remedies
        self._findings: tuple[Finding, ...] = ()
        self._tried: tuple[Tried, ...] = ()
        self.border_title = theme.plain(_("Findings · evidence and remedies (esc closes)"))

    def show(self, snapshot: Snapshot) -> None:
        """Repaint if the findings changed, or what is known of their remedies."""
        seen = self._remedies.findings(snapshot), self._remedies.tried(snapshot)
        if seen != (self._findings, self._tried):
            self._findings, self._tried = seen
            if self.display:
                self.redraw()

    def _lines(self, width: int) -> list[list[Piece]]:
        lines: list[list[Piece]] = []
        for number, finding in enumerate(self._findings):
            lines += [[]] * bool(lines)
            lines += self._about(finding, width, is_first=number == 0)
        return lines

    def _about(self, finding: Finding, width: int, *, is_first: bool) -> list[list[Piece]]:
        styles = self._theme.styles
        sign, role = sign_of(finding)
        lines = [[(row, styles[role])] for row in self._rows(f"{sign} {finding.text}", width)]
        for figure in finding.evidence:
            lines += [[(row, styles["dim"])] for row in self._rows(f"    {_told(figure)}", width)]
        for place, tried in enumerate(self._tried if is_first else map(Tried, finding.remedies)):
            key = f"F{FIRST_KEY + place}" if is_first and place < MOST_KEYS else " ·"
            anew = _(", anew") if tried.remedy.restart else ""
            text = f"  {key} {tried.remedy.text}{anew}   {tried.remedy.options}{told_outcome(tried)}"
            lines += [[(row, styles["plain"])] for row in self._rows(text, width)]
        if finding.page:
            told = _("    its page: tuitrain help {page}").format(page=finding.page)
            lines.append([(self._theme.plain(told), styles["dim"])])
        return lines

    def _rows(self, text: str, width: int) -> list[str]:
        return rows_of(self._theme.plain(visible(text, 600)), max(20, width))


def _told(figure: Figure) -> str:
    """Write a figure with its limit and place, as ``share of dead units 0.94 (limit 0.85), layer 1``."""
    value = "" if math.isnan(figure.value) else f" {figure.value:.4g}"
    limit = "" if math.isnan(figure.limit) else _(" (limit {limit})").format(limit=f"{figure.limit:.4g}")
    layer = "" if figure.layer is None else _(", layer {layer}").format(layer=figure.layer)
    epoch = "" if figure.epoch is None else _(", epoch {epoch}").format(epoch=figure.epoch)
    return f"{figure.name}{value}{limit}{layer}{epoch}"
