"""The line that says how the training goes."""

from __future__ import annotations

from typing import Any

from tuitrain.diagnosis.finding import Finding, Severity
from tuitrain.session.snapshot import Snapshot
from tuitrain.text import visible
from tuitrain.translation import gettext as _
from tuitrain.ui.plots.lines import wrapped
from tuitrain.ui.theme import Role, Theme
from tuitrain.ui.train.remedies import Remedies
from tuitrain.ui.train.trials import named
from tuitrain.ui.widgets.text_lines import Lines, Piece, shortened

SIGNS: dict[Severity, tuple[str, Role]] = {  # and the role of their style
    "note": ("·", "dim"), "warning": ("!", "warning"), "error": ("✗", "bad"),
}  # fmt: skip
GOOD: tuple[str, Role] = ("✓", "good")


def sign_of(finding: Finding) -> tuple[str, Role]:
    """Return the sign that stands before a finding, and the role of its style."""
    return GOOD if finding.kind in {"done", "healthy"} else SIGNS[finding.severity]


class Verdict(Lines):
    """The most pressing finding: one line when the training goes well, more when not; nothing pushes it out.

    Below it a line for each remedy that was tried on a copy; above it what an adopted remedy did.
    """

    def __init__(self, theme: Theme, remedies: Remedies, **rest: Any) -> None:
        super().__init__(**rest)
        self._theme, self._remedies = theme, remedies
        self._snapshot: Snapshot | None = None

    def show(self, snapshot: Snapshot) -> None:
        """Repaint if the verdict changed."""
        self._snapshot = snapshot
        self._redraw()

    def lines_for(self, snapshot: Snapshot, width: int) -> int:
        """How many lines it takes in so many columns: 1 or 2, 3 where something is amiss, and those of remedies."""
        return len(self._rows(snapshot, max(20, width - 2)))

    def on_resize(self) -> None:
        self._redraw()

    def _redraw(self) -> None:
        if self._snapshot is not None:
            self.put(*self._rows(self._snapshot, max(20, self.size.width - 2))[: max(1, self.size.height)])

    def _rows(self, snapshot: Snapshot, width: int) -> list[list[Piece]]:
        trials = self._remedies.trial_lines(snapshot, width, self._theme)
        effect, role = self._remedies.effect(snapshot)
        rows = self._wrapped(effect, role, 2, width) if effect else []
        findings = self._remedies.findings(snapshot)
        is_alarm = bool(findings) and findings[0].is_alarm
        text, role = self._verdict(snapshot, with_remedy=not trials)
        most = 3 if is_alarm and not rows and not trials else 2
        return [*rows, *self._wrapped(text, role, most, width), *trials]

    def _verdict(self, snapshot: Snapshot, *, with_remedy: bool) -> tuple[str, Role]:
        """Return the most pressing finding behind its sign, and how to paint it."""
        findings = self._remedies.findings(snapshot)
        if not findings:
            return "", "dim"
        finding, *others = findings
        sign, role = sign_of(finding)
        text = f"{sign} {finding.text}"
        remedies = self._remedies.tried(snapshot)
        if remedies and with_remedy:
            text += _(" · F2 {remedy}").format(remedy=named(remedies[0].remedy))
        if count := sum(other.is_alarm for other in others):
            text += _(" · ! {count} more").format(count=count)
        return text, role

    def _wrapped(self, text: str, role: Role, most: int, width: int) -> list[list[Piece]]:
        rows = wrapped(self._theme.plain(visible(text, 400)), width)
        return [[(f" {row}", self._theme[role])] for row in shortened(rows, most, width, theme=self._theme)]
