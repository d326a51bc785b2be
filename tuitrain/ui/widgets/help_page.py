"""The help: the page of the selected word, and every key."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from itertools import zip_longest
from typing import Any

from rich.cells import cell_len
from rich.style import Style
from textual import events
from textual.content import Content

from tuitrain.text import counted, quoted, visible
from tuitrain.translation import N_
from tuitrain.translation import gettext as _
from tuitrain.ui.keys import Action, described
from tuitrain.ui.plots.lines import cut
from tuitrain.ui.theme import Theme
from tuitrain.ui.widgets.page import OverPage
from tuitrain.ui.widgets.text_lines import Piece

MOST_EXPLAINED = 3  # entries of one name
_AGAIN = ("question_mark", "f1")


class HelpPage(OverPage):
    """First the page of a word, as `tuitrain help WORD` prints it; the key table after `?` again, or at once by F1."""

    PASSED = ()

    def __init__(self, theme: Theme, actions: Sequence[Action], columns: Sequence[Sequence[str]], **rest: Any) -> None:
        super().__init__(self._lines, **rest)
        self._theme = theme
        self._columns = columns
        self._actions = actions
        self._word = self._field_value = self._facts = ""
        self._shows_keys = True
        self._notices: tuple[str, ...] = ()
        self._about = N_("the data")

    def about_the_data(self, notices: Sequence[str]) -> None:
        """List what was noticed when the dataset was made, below everything else."""
        self._notices = tuple(notices)

    def explain_word(self, word: str, value: str = "", facts: str = "") -> None:
        """Show the page of a word; `value` is what it is now, `facts` a line that the screen adds."""
        self._word, self._field_value, self._facts = word, value, facts
        self._turn(shows_keys=False)

    def show_keys(self) -> None:
        """Show every key."""
        self._turn(shows_keys=True)

    def _turn(self, *, shows_keys: bool) -> None:
        self._shows_keys = shows_keys
        number = self._count_notices()
        below = _("; {notices} about {what} below").format(notices=counted(number, "notice"), what=_(self._about))
        below *= bool(number)
        word = visible(_(self._word.replace("_", " ")), 30)
        title = _("Keys{below} (esc closes)") if shows_keys else _("{word}{below} (? all keys, esc closes)")
        self.border_title = Content(self._theme.plain(title.format(word=word, below=below)))
        self.scroll_home(animate=False)
        self.redraw()

    def _count_notices(self) -> int:
        """How many notices stand below."""
        return len(self._notices)

    def turn_on(self) -> None:
        """Turn from the page of a word to the keys; from the keys back to the panes."""
        if self._shows_keys:
            self.post_message(self.Closed())
        else:
            self.show_keys()

    def on_key(self, event: events.Key) -> None:
        """The key that opened the page turns on."""
        if event.key in _AGAIN:
            self.turn_on()
            event.stop()
            event.prevent_default()
        else:
            super().on_key(event)

    def _lines(self, width: int) -> list[list[Piece]]:
        if not self._shows_keys:
            return [*self._explained(width), *self._noticed(width)]
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

    def _explained(self, width: int) -> list[list[Piece]]:
        """What the word means, what it is now, and what else is called so."""
        from tuitrain.pages.lookup import look_up  # noqa: PLC0415 - not needed before

        styles, plain = self._theme.styles, self._theme.plain
        found = look_up(self._word)[:MOST_EXPLAINED]
        if self._field_value:  # it is an option, and explained as such first
            found.sort(key=lambda item: not item.is_option)
        lines: list[list[Piece]] = []
        if not found:
            lines += [[(_("There is no page on {word}.").format(word=quoted(self._word)), styles["plain"])], []]
        for place, item in enumerate(found):
            value = plain(visible(self._field_value, 60))
            now = [("  " + _("now {value}").format(value=value), styles["accent"])] * bool(
                self._field_value and not place
            )
            lines.append([(plain(item.title)[:width], styles["bold"]), *now])
            facts = [self._facts] * bool(self._facts and not place)
            for paragraph in (*item.paragraphs, *facts):
                rows = textwrap.wrap(plain(paragraph), max(width - 2, 20), break_on_hyphens=False)
                lines += [[(f"  {row}", styles["plain"])] for row in rows]
            lines.append([])
        command = f"tuitrain help {self._word.replace('_', ' ')}"
        told = _("{command} prints this; ? or F1 shows all keys").format(command=command)
        return [*lines, [(told[:width], styles["dim"])]]

    def _noticed(self, width: int) -> list[list[Piece]]:
        styles, plain = self._theme.styles, self._theme.plain
        if not self._notices:
            return []
        lines: list[list[Piece]] = [[], [(_("About the data"), styles["bold"])]]
        for notice in self._notices:
            rows = textwrap.wrap(plain(visible(notice, 1000)), width, initial_indent="! ", subsequent_indent="  ")
            lines += [[(row, styles["plain"])] for row in rows]
        return lines
