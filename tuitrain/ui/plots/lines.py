"""Lines of text of an exact width in cells, wide characters counted as the two cells that they take."""

from __future__ import annotations

from collections.abc import Iterable

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tuitrain.ui.theme import Theme

Part = tuple[str, Style]


def cut(text: str, width: int, *, theme: Theme) -> str:
    """`text` in at most `width` cells, with the ellipsis as its last where something was left out."""
    if cell_len(text) <= width:
        return text
    return set_cell_size(text, width - 1).rstrip() + theme.signs.ellipsis if width > 1 else set_cell_size(text, width)


def padded(text: str, width: int, *, theme: Theme, right: bool = False) -> str:
    """`text` in exactly `width` cells, at the left or the `right`."""
    shown = cut(text, width, theme=theme)
    space = " " * (width - cell_len(shown))
    return space + shown if right else shown + space


def line(width: int, parts: Iterable[Part]) -> Strip:
    """The parts after each other, in exactly `width` cells."""
    return Strip([Segment(text, style) for text, style in parts if text]).adjust_cell_length(width)


def fitting(width: int, parts: Iterable[Part]) -> Strip:
    """As `line`, but of parts that do not fit any more nothing is shown, rather than their beginning."""
    shown: list[Part] = []
    for part in parts:
        if length([*shown, part]) > width:
            break
        shown.append(part)
    return line(width, shown)


def length(parts: Iterable[Part]) -> int:
    """The cells that the parts take."""
    return sum(cell_len(text) for text, _ in parts)


def notice(width: int, height: int, texts: Iterable[str], style: Style) -> list[Strip]:
    """An otherwise empty picture with one line in its middle: the first of `texts` that fits, else the last, cut."""
    shown = ""
    for shown in texts:
        if cell_len(shown) <= width:
            break
    shown = set_cell_size(shown, min(cell_len(shown), width))
    blank = Strip.blank(width)
    strips = [blank] * height
    if height:
        strips[(height - 1) // 2] = line(width, [(" " * ((width - cell_len(shown)) // 2) + shown, style)])
    return strips
