"""The line that says how the training goes."""

from __future__ import annotations

from typing import Any

from rich.style import Style

from tuitrain.diagnosis.finding import Finding, Severity
from tuitrain.session.snapshot import Snapshot
from tuitrain.text import visible
from tuitrain.translation import gettext as _
from tuitrain.ui.plots.lines import wrapped
from tuitrain.ui.theme import Theme
from tuitrain.ui.widgets.text_lines import Lines, shortened

SIGNS: dict[Severity, tuple[str, str]] = {  # and the role of their style
    "note": ("·", "dim"), "warning": ("!", "warning"), "error": ("✗", "bad"),
}  # fmt: skip
GOOD = ("✓", "good")


def sign_of(finding: Finding) -> tuple[str, str]:
    """Return the sign that stands before a finding, and the role of its style."""
    return GOOD if finding.kind in {"done", "healthy"} else SIGNS[finding.severity]


class Verdict(Lines):
    """The most pressing finding: one line when the training goes well, more when not; nothing pushes it out."""

    def __init__(self, theme: Theme, **rest: Any) -> None:
        super().__init__(**rest)
        self._theme = theme
        self._snapshot: Snapshot | None = None

    def show(self, snapshot: Snapshot) -> None:
        """Repaint if the verdict changed."""
        self._snapshot = snapshot
        self._redraw()

    def lines_for(self, snapshot: Snapshot, width: int) -> int:
        """How many lines it takes in so many columns: 1 or 2, and 3 where something is amiss."""
        most = 3 if snapshot.findings and snapshot.findings[0].is_alarm else 2
        return min(len(self._wrapped(self._verdict(snapshot)[0], max(20, width - 2))), most)

    def on_resize(self) -> None:
        self._redraw()

    def _redraw(self) -> None:
        if self._snapshot is None:
            return
        found, style = self._verdict(self._snapshot)
        width, height = max(20, self.size.width - 2), max(1, self.size.height)
        rows = shortened(self._wrapped(found, width), height, width, theme=self._theme)
        self.put(*([(f" {row}", style)] for row in rows))

    def _verdict(self, snapshot: Snapshot) -> tuple[str, Style]:
        """Return the most pressing finding behind its sign, and how to paint it."""
        if not snapshot.findings:
            return "", self._theme.styles["dim"]
        finding, *others = snapshot.findings
        sign, role = sign_of(finding)
        text = f"{sign} {finding.text}"
        if finding.remedies:
            text += _(" · F2 {remedy}").format(remedy=finding.remedies[0].text)
            text += _(", anew") if finding.remedies[0].restart else ""
        if count := sum(other.is_alarm for other in others):
            text += _(" · ! {count} more").format(count=count)
        return text, self._theme.styles[role]

    def _wrapped(self, text: str, width: int) -> list[str]:
        return wrapped(self._theme.plain(visible(text, 400)), width)
