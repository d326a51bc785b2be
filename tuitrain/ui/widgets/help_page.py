"""The help: every key, and the selected hyperparameter explained."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from itertools import zip_longest
from typing import Any

from rich.style import Style

from tuitrain.options.field import Field
from tuitrain.text import visible
from tuitrain.ui.keys import ACTIONS, Action, described
from tuitrain.ui.theme import Theme
from tuitrain.ui.widgets.page import OverPage
from tuitrain.ui.widgets.text_lines import Piece

COLUMNS = (("training", "form"), ("panes", "program"))


class HelpPage(OverPage):
    """The key table and a field's explanation."""

    def __init__(
        self, theme: Theme, actions: Sequence[Action] = ACTIONS, columns: Sequence[Sequence[str]] = COLUMNS, **rest: Any
    ) -> None:
        super().__init__(self._lines, **rest)
        self._theme = theme
        self._columns = columns
        self._described = described(actions, [section for column in columns for section in column])
        self._entry = ("", "", "")
        self._notices: tuple[str, ...] = ()
        self.border_title = "Keys (esc closes)"

    def about_the_data(self, notices: Sequence[str]) -> None:
        """List what was noticed when the dataset was made, below everything else."""
        self._notices = tuple(notices)
        number = len(self._notices)
        below = f"; {number} notice{'s' * (number > 1)} about the data below" if number else ""
        self.border_title = f"Keys{below} (esc closes)"

    def explain(self, field: Field, value: str) -> None:
        """Explain a hyperparameter below the keys."""
        effect = "at once, while it trains" if field.live else "at reset"
        facts = f"Allowed: {field.allowed}. Default: {field.format(field.default)}. Takes effect {effect}."
        self.explain_entry(f"{field.label} = {value}", f"{_sentence(field.meaning)} {field.explanation}", facts)

    def explain_entry(self, title: str, text: str, facts: str = "") -> None:
        """Explain whatever is selected below the keys."""
        self._entry = (title, text, facts)
        self.scroll_home(animate=False)
        self.redraw()

    def _lines(self, width: int) -> list[list[Piece]]:
        half = width // 2
        left, right = (
            [line for section in column for line in self._section(section, room)]
            for column, room in zip(self._columns, (half - 1, half), strict=True)
        )
        none = Style.null()
        lines: list[list[Piece]] = []
        empty: list[Piece] = []
        for one, other in zip_longest(left, right, fillvalue=empty):
            used = sum(len(text) for text, _ in one)
            lines.append([*one, (" " * (half - used), none), *other])
        return [*lines, *self._explained(width), *self._noticed(width)]

    def _section(self, section: str, width: int) -> list[list[Piece]]:
        styles, plain = self._theme.styles, self._theme.plain
        lines: list[list[Piece]] = [[(section, styles["bold"])]]
        for keys, meaning in self._described[section]:
            lines.append([(f"{plain(keys):<10} ", styles["key"]), (meaning[: width - 11], styles["plain"])])
        return [*lines, []]

    def _explained(self, width: int) -> list[list[Piece]]:
        styles, (title, explanation, facts) = self._theme.styles, self._entry
        lines: list[list[Piece]] = [[(self._theme.plain(title)[:width], styles["bold"])]]
        for text, style in ((explanation, "plain"), (facts, "dim")):
            lines += [[(row, styles[style])] for row in textwrap.wrap(self._theme.plain(text), width)]
        return lines

    def _noticed(self, width: int) -> list[list[Piece]]:
        styles, plain = self._theme.styles, self._theme.plain
        if not self._notices:
            return []
        lines: list[list[Piece]] = [[], [("About the data", styles["bold"])]]
        for notice in self._notices:
            rows = textwrap.wrap(plain(visible(notice, 1000)), width, initial_indent="! ", subsequent_indent="  ")
            lines += [[(row, styles["plain"])] for row in rows]
        return lines


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."
