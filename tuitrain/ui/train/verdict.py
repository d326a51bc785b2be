"""The line that says how the training goes."""

from __future__ import annotations

import textwrap
from typing import Any

from rich.style import Style

from tuitrain.diagnosis.rules import verdict
from tuitrain.session.snapshot import Snapshot
from tuitrain.text import visible
from tuitrain.ui.theme import Theme
from tuitrain.ui.widgets.text_lines import Lines, shortened


class Verdict(Lines):
    """The most pressing finding, in one line when the training goes well, in two when not; nothing pushes it out."""

    def __init__(self, theme: Theme, **rest: Any) -> None:
        super().__init__(**rest)
        self._theme = theme
        self._snapshot: Snapshot | None = None
        self._found = (-1, "")

    def show(self, snapshot: Snapshot) -> None:
        """Repaint if the verdict changed."""
        self._snapshot = snapshot
        self._redraw()

    def lines_for(self, snapshot: Snapshot, width: int) -> int:
        """How many lines it takes in so many columns: 1 or 2."""
        return min(len(self._wrapped(self._verdict(snapshot), max(20, width - 2))), 2)

    def on_resize(self) -> None:
        self._redraw()

    def _redraw(self) -> None:
        if self._snapshot is None:
            return
        found = self._verdict(self._snapshot)
        width, height = max(20, self.size.width - 2), max(1, self.size.height)
        rows = shortened(self._wrapped(found, width), height, width, self._theme.signs.ellipsis)
        style = self._style_of(found)
        self.put(*([(f" {row}", style)] for row in rows))

    def _verdict(self, snapshot: Snapshot) -> str:
        """The diagnosis, made once an epoch, or when the state or the message changes."""
        key = hash((snapshot.epochs_recorded, snapshot.state, snapshot.step == 0, snapshot.ending))
        if key != self._found[0]:
            self._found = (key, verdict(snapshot))
        return self._found[1]

    def _style_of(self, found: str) -> Style:
        role = {"✓": "good", "!": "warning", "✗": "bad"}.get(found[:1], "dim")
        return self._theme.styles[role]

    def _wrapped(self, text: str, width: int) -> list[str]:
        return textwrap.wrap(self._theme.plain(visible(text, 400)), width)
