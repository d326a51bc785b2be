"""The messages so far, which were cut or gone before they were read."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Sequence
from typing import Any

from tuitrain.text import cells, rows_of, visible
from tuitrain.translation import gettext as _
from tuitrain.ui.theme import Theme
from tuitrain.ui.widgets.page import OverPage
from tuitrain.ui.widgets.text_lines import Piece

MOST_MESSAGES = 50


class MessagesPage(OverPage):
    """The last messages in full, the newest first, each with its time and how far it was then, in `unit`s."""

    CLOSING = (*OverPage.CLOSING, "M")

    def __init__(self, theme: Theme, *, unit: str = "epoch", **rest: Any) -> None:
        super().__init__(self._lines, **rest)
        self._theme, self._unit = theme, unit
        self._messages: deque[tuple[str, int, str]] = deque(maxlen=MOST_MESSAGES)
        self._notes: tuple[tuple[int, str], ...] = ()  # those that are listed
        self.border_title = _("Messages, the newest first (esc closes)")

    def add(self, text: str, reached: int, *, is_new: bool = True) -> None:
        """Keep a message that was shown when so many epochs, or trials, were done; one that is not new has no time."""
        self._messages.appendleft((time.strftime("%H:%M:%S") if is_new else " " * 8, reached, text))
        if self.display:
            self.redraw()

    @property
    def has_notes(self) -> bool:
        """Whether notes are listed."""
        return bool(self._notes)

    def list_notes(self, notes: Sequence[tuple[int, str]], *, are_new: bool = True) -> None:
        """List those notes, each with where it was made, that are not listed yet."""
        known = len(self._notes)
        if tuple(notes[:known]) != self._notes:
            known = 0  # of another training, or study
        for reached, text in notes[known:]:
            self.add(text, reached, is_new=are_new)
        self._notes = tuple(notes)

    def _lines(self, width: int) -> list[list[Piece]]:
        styles, plain = self._theme.styles, self._theme.plain
        if not self._messages:
            return [[(_("nothing was said yet"), styles["dim"])]]
        lines: list[list[Piece]] = []
        for when, reached, text in self._messages:
            head = f"{when}  {_(self._unit)} {reached:<5}  "
            first, *rest = rows_of(plain(visible(text, 2000)), max(20, width - cells(head))) or [""]
            lines.append([(head, styles["dim"]), (first, styles["plain"])])
            lines += [[(" " * cells(head) + row, styles["plain"])] for row in rest]
        return lines
