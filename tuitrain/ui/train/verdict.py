"""The line that says how the training goes, and what the session or the screen last had to say."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from typing import Any

from rich.style import Style
from textual.timer import Timer

from tuitrain.diagnosis.finding import Severity
from tuitrain.session.snapshot import Snapshot
from tuitrain.text import visible
from tuitrain.ui.theme import Theme
from tuitrain.ui.widgets.text_lines import Lines, shortened

SIGNS: dict[Severity, tuple[str, str]] = {  # and the role of their style
    "good": ("✓", "good"), "note": ("·", "dim"), "warning": ("!", "warning"), "error": ("✗", "bad"),
}  # fmt: skip
MESSAGE_SECONDS = 12.0  # that a message stays, where nothing happens


class Verdict(Lines):
    """The diagnosis, and below it a message; a message that needs all lines has them for as long as it stays.

    A message stays until the next event: a change of state, an edit, another message; or for `MESSAGE_SECONDS`. Why a
    training ended stays until it goes on. `note(text, epoch)` is called with each message.
    """

    def __init__(self, theme: Theme, note: Callable[[str, int], None], **rest: Any) -> None:
        super().__init__(**rest)
        self._theme = theme
        self._note = note
        self._said = ""
        self._said_in: object = None  # the situation that the message belongs to
        self._is_short = False
        self._timer: Timer | None = None
        self._snapshot: Snapshot | None = None

    def say(self, text: str, *, is_short: bool = False) -> None:
        """Show a message; with `is_short` the diagnosis keeps a line, whatever is cut."""
        if self._snapshot is not None:
            self._take(text, self._snapshot, is_short=is_short)
            self._redraw()

    def show(self, snapshot: Snapshot) -> None:
        """Repaint if the verdict or the message changed."""
        before, self._snapshot = self._snapshot, snapshot
        if snapshot.message and (before is None or _message_of(before) != _message_of(snapshot)):
            self._take(snapshot.message, snapshot)
        elif self._said and self._said_in != _situation(snapshot):
            self._said = ""
        self._redraw()

    def on_resize(self) -> None:
        self._redraw()

    def _take(self, text: str, snapshot: Snapshot, *, is_short: bool = False) -> None:
        self._said, self._said_in, self._is_short = text, _situation(snapshot), is_short
        self._note(text, snapshot.epoch)
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(MESSAGE_SECONDS, self._expire)

    def _expire(self) -> None:
        self._timer, self._said = None, ""
        self._redraw()

    def _redraw(self) -> None:
        snapshot = self._snapshot
        if snapshot is None:
            return
        found, style = self._verdict(snapshot)
        width, height = max(20, self.size.width - 2), max(1, self.size.height)
        more = f"{self._theme.signs.ellipsis} M"
        said = self._said or snapshot.ending
        rows = self._wrapped(said, width) if said and said not in found else []
        is_kept = not rows or len(rows) < height or self._is_short or not self._said
        diagnosed = shortened(self._wrapped(found, width), max(1, height - len(rows)), width, more) if is_kept else []
        rows = shortened(rows, height - len(diagnosed), width, more)
        plain = self._theme.styles["plain"]
        self.put(*([(f" {row}", style)] for row in diagnosed), *([(f" {row}", plain)] for row in rows))

    def _verdict(self, snapshot: Snapshot) -> tuple[str, Style]:
        """Return the most pressing finding behind its sign, and how to paint it."""
        if not snapshot.findings:
            return "", self._theme.styles["dim"]
        finding = snapshot.findings[0]
        sign, role = SIGNS[finding.severity]
        return f"{sign} {finding.text}", self._theme.styles[role]

    def _wrapped(self, text: str, width: int) -> list[str]:
        return textwrap.wrap(self._theme.plain(visible(text, 400)), width)


def _message_of(snapshot: Snapshot) -> tuple[int, str]:
    return snapshot.answered, snapshot.message


def _situation(snapshot: Snapshot) -> object:
    """What a message is about: it is old when this has changed."""
    return snapshot.state, snapshot.hyperparameters, dict(snapshot.pending), snapshot.saved_step, id(snapshot.history)
