"""The help: every key, and the selected hyperparameter explained."""

from __future__ import annotations

import textwrap
from itertools import zip_longest
from typing import ClassVar

from rich.style import Style
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from tuitrain.fields import Field
from tuitrain.ui.keys import described
from tuitrain.ui.line import Piece
from tuitrain.ui.page import Page
from tuitrain.ui.theme import Theme

COLUMNS = (("training", "form"), ("panes", "program"))


class HelpScreen(ModalScreen[None]):
    """Shows the key table and a field's explanation; any of its keys closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,question_mark,f1,q,enter,space", "close", "close")]
    DEFAULT_CSS = """
    HelpScreen { align: center middle; }
    HelpScreen Page { border: $focus-frame $focus-colour;
                      background: ansi_default; padding: 0 1; }
    """

    def __init__(self, theme: Theme, field: Field, value: str) -> None:
        super().__init__()
        self._theme = theme
        self._field = field
        self._value = value

    def compose(self) -> ComposeResult:
        page = Page(self._lines)
        page.border_title = "Keys (esc closes)"
        width = min(100, self.app.size.width)
        page.styles.width = width
        page.styles.height = min(len(self._lines(width - 4)) + 2, self.app.size.height)
        yield page

    def action_close(self) -> None:
        self.dismiss()

    def _lines(self, width: int) -> list[list[Piece]]:
        half = width // 2
        left, right = ([line for section in column for line in self._section(section, half)] for column in COLUMNS)
        none = Style.null()
        lines: list[list[Piece]] = []
        empty: list[Piece] = []
        for one, other in zip_longest(left, right, fillvalue=empty):
            used = sum(len(text) for text, _ in one)
            lines.append([*one, (" " * (half - used), none), *other])
        return [*lines, *self._explained(width)]

    def _section(self, section: str, width: int) -> list[list[Piece]]:
        styles, plain = self._theme.styles, self._theme.plain
        lines: list[list[Piece]] = [[(section, styles["bold"])]]
        for keys, meaning in described()[section]:
            lines.append([(f"{plain(keys):<10} ", styles["key"]), (meaning[: width - 11], styles["plain"])])
        return [*lines, []]

    def _explained(self, width: int) -> list[list[Piece]]:
        styles, field = self._theme.styles, self._field
        effect = "at once, while it trains" if field.live else "at reset"
        facts = f"Allowed: {field.allowed}. Default: {field.format(field.default)}. Takes effect {effect}."
        lines: list[list[Piece]] = [[(f"{field.label} = {self._value}", styles["bold"])]]
        for text, style in ((f"{_sentence(field.meaning)} {field.explanation}", "plain"), (facts, "dim")):
            lines += [[(row, styles[style])] for row in textwrap.wrap(self._theme.plain(text), width)]
        return lines


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."
