"""The table of columns: type, example as written, gaps, and what becomes of each."""

from __future__ import annotations

from dataclasses import dataclass

from rich.cells import cell_len
from textual.strip import Strip

from tuitrain.data.review.becomes import Fate
from tuitrain.data.review.facts import ColumnFacts
from tuitrain.data.review.review import Review
from tuitrain.translation import N_
from tuitrain.translation import gettext as _
from tuitrain.ui.plots.lines import Part, fit, line, padded
from tuitrain.ui.theme import Role, Theme

TYPE_WORDS = {
    "number": N_("number"), "text": N_("text"), "date": N_("date"), "time": N_("time"), "boolean": N_("yes/no"),
}  # fmt: skip
LEAST_NAME = 6
TYPE, MISSING, VALUES = 8, 7, 8
MOST_CONTENTS = 60


@dataclass(frozen=True)
class Widths:
    """The cells of each part of a line; 0 where it is not shown."""

    name: int
    example: int
    becomes: int
    values: int = 0
    contents: int = 0

    @classmethod
    def of(cls, review: Review, width: int) -> Widths:
        """Divide `width` cells among the parts; the name gets what names need, as far as there is room."""
        longest = max((cell_len(name) for name in review.table.names), default=LEAST_NAME)
        if width < 108:
            name = max(LEAST_NAME, min(longest, 12 + max(0, width - 78) // 3))
            return cls(name, 12, width - name - TYPE - 12 - MISSING - 7)
        name = max(LEAST_NAME, min(longest, width // 9))
        example = 13 if width < 150 else 20
        left = width - name - example - TYPE - MISSING - VALUES - 11
        becomes = max(34, left * 3 // 5)
        return cls(name, example, becomes, VALUES, left - becomes)


def heading(widths: Widths, width: int, *, theme: Theme) -> Strip:
    """The line above the columns."""
    heads = ((_("column"), widths.name), (_("type"), TYPE), (_("example"), widths.example))
    texts = [
        "  " + " ".join(fit(text, cells, theme) for text, cells in heads),
        padded(theme.plain(_("missing")), MISSING, theme=theme, right=True),
    ]
    if widths.values:
        texts.append(" " + padded(theme.plain(_("values")), widths.values - 1, theme=theme, right=True))
    texts.append(("  " if widths.values else "   ") + fit(_("what becomes of it"), widths.becomes, theme))
    if widths.contents:
        texts.append("  " + fit(_("range or most frequent"), widths.contents, theme))
    return line(width, [("".join(texts), theme["dim"])])


def row(
    fact: ColumnFacts, fate: Fate, widths: Widths, width: int, *, is_selected: bool, theme: Theme
) -> Strip:  # fmt: skip
    """One column in a line."""
    cursor = theme.signs.cursor if is_selected else " "
    missing = f"{fact.missing:,}" if fact.missing else theme.signs.none
    base: Role = "dim" if fate.is_left_out else "plain"
    name: Role = "bold" if is_selected or fate.is_target else base
    parts: list[Part] = [
        (f"{cursor} ", theme["accent"]), (fit(fact.name, widths.name, theme) + " ", theme[name]),
        (fit(_(TYPE_WORDS[fact.kind]), TYPE, theme) + " ", theme["dim"]),
        (fit(fact.example, widths.example, theme), theme[base]),
        (padded(missing, MISSING, theme=theme, right=True), theme[base]),
    ]  # fmt: skip
    if widths.values:
        count = theme.signs.none if fact.distinct is None else f"{fact.distinct:,}"
        parts.append((padded(count, widths.values, theme=theme, right=True), theme[base]))
    parts.append(("  " if widths.values else "   ", theme["plain"]))
    parts += _becomes(fact, fate, widths.becomes, base, theme=theme)
    if widths.contents:
        parts.append(("  " + fit(fact.contents, widths.contents, theme), theme["dim"]))
    return line(width, parts)


def _becomes(fact: ColumnFacts, fate: Fate, width: int, base: Role, *, theme: Theme) -> list[Part]:
    if fact.question and not fate.is_left_out:
        return [(fit(_("? asks, enter answers"), width, theme), theme["warning"])]
    if fate.is_left_out:
        return [(fit(f"x {fate.text}", width, theme), theme["dim"])]
    if fate.warning:
        return [(fit(f"! {fate.warning}; {fate.text}", width, theme), theme["warning"])]
    return [(fit(fate.text, width, theme), theme["bold" if fate.is_target else base])]
