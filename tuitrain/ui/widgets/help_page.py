"""The help: every key of a screen. The page of the selected word is a screen of its own."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from itertools import zip_longest
from typing import Any

from rich.cells import cell_len
from rich.style import Style
from textual import events
from textual.content import Content

from tuitrain.text import counted, visible
from tuitrain.translation import N_
from tuitrain.translation import gettext as _
from tuitrain.ui.keys import Action, described
from tuitrain.ui.plots.lines import cut
from tuitrain.ui.theme import Theme
from tuitrain.ui.widgets.page import OverPage
from tuitrain.ui.widgets.text_lines import Piece

_AGAIN = ("question_mark", "f1")


class HelpPage(OverPage):
    """The key table, and below it what was noticed; after `?` on the page of a word, or at once by F1."""

    PASSED = ()

    def __init__(self, theme: Theme, actions: Sequence[Action], columns: Sequence[Sequence[str]], **rest: Any) -> None:
        super().__init__(self._lines, **rest)
        self._theme = theme
        self._columns = columns
        self._actions = actions
        self._notices: tuple[str, ...] = ()
        self._about = N_("the data")

    def about_the_data(self, notices: Sequence[str]) -> None:
        """List what was noticed when the dataset was made, below the keys."""
        self._notices = tuple(notices)

    def show_keys(self) -> None:
        """Show every key from the first on."""
        number = self.count_notices()
        below = _("; {notices} about {what} below").format(notices=counted(number, "notice"), what=_(self._about))
        title = _("Keys{below} (esc closes)").format(below=below * bool(number))
        self.border_title = Content(self._theme.plain(title))
        self.scroll_home(animate=False)
        self.redraw()

    def count_notices(self) -> int:
        """How many notices stand below."""
        return len(self._notices)

    def on_key(self, event: events.Key) -> None:
        """The keys that open it close it too."""
        if event.key in _AGAIN:
            self.post_message(self.Closed())
            event.stop()
            event.prevent_default()
        else:
            super().on_key(event)

    def _lines(self, width: int) -> list[list[Piece]]:
        half = width // 2
        sections = described(self._actions, [section for column in self._columns for section in column])
        left, right = (
            [line for section in column for line in self._section(section, sections[section], room)]
            for column, room in zip(self._columns, (half - 1, half), strict=True)
        )
        none = Style.null()
        lines: list[list[Piece]] = []
        empty: list[Piece] = []
        for one, other in zip_longest(left, right, fillvalue=empty):
            used = sum(cell_len(piece[0]) for piece in one)
            lines.append([*one, (" " * (half - used), none), *other])
        return [*lines, *self._noticed(width)]

    def _section(self, section: str, actions: Sequence[tuple[str, str]], width: int) -> list[list[Piece]]:
        styles, plain = self._theme.styles, self._theme.plain
        lines: list[list[Piece]] = [[(cut(_(section), width - 1, theme=self._theme), styles["bold"])]]
        for keys, meaning in actions:
            lines.append(
                [(f"{plain(keys):<10} ", styles["key"]), (cut(meaning, width - 11, theme=self._theme), styles["plain"])]
            )
        return [*lines, []]

    def _noticed(self, width: int) -> list[list[Piece]]:
        styles, plain = self._theme.styles, self._theme.plain
        if not self._notices:
            return []
        lines: list[list[Piece]] = [[], [(_("About the data"), styles["bold"])]]
        for notice in self._notices:
            rows = textwrap.wrap(plain(visible(notice, 1000)), width, initial_indent="! ", subsequent_indent="  ")
            lines += [[(row, styles["plain"])] for row in rows]
        return lines
