"""Lines of text of an exact width in cells; wide characters count as two."""

from __future__ import annotations

from collections.abc import Iterable

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tuitrain.text import rows_of
from tuitrain.ui.theme import Theme

Part = tuple[str, Style]
LOOSE = " ,;:·|(<–-"  # what says nothing before an ellipsis


def cut(text: str, width: int, *, theme: Theme) -> str:
    """Cut `text` to at most `width` cells, ending in an ellipsis if something was left out."""
    if cell_len(text) <= width:
        return text
    return set_cell_size(text, width - 1).rstrip() + theme.signs.ellipsis if width > 1 else set_cell_size(text, width)


def cut_words(text: str, width: int, *, theme: Theme) -> str:
    """Cut `text` to at most `width` cells between words; within one only where not even the first fits."""
    kept = text
    while cell_len(kept) + (kept != text) > width and " " in kept:
        head = kept.rpartition(" ")[0]
        kept = head.rstrip(LOOSE) or head  # where the first word is but a sign, that one
    if kept == text or not kept or cell_len(kept) >= width:
        return cut(text, width, theme=theme)
    return kept + theme.signs.ellipsis


def padded(text: str, width: int, *, theme: Theme, right: bool = False) -> str:
    """Pad or cut `text` to exactly `width` cells, aligned left or `right`."""
    shown = cut(text, width, theme=theme)
    space = " " * (width - cell_len(shown))
    return space + shown if right else shown + space


def fit(text: str, width: int, theme: Theme) -> str:
    """`text` as the terminal can show it, padded or cut to exactly `width` cells."""
    return padded(theme.plain(text), width, theme=theme)


def wrapped(text: str, width: int, *, break_on_hyphens: bool = True) -> list[str]:
    """Break `text` into rows of at most `width` cells, between words where that is possible."""
    return rows_of(text, width, break_on_hyphens=break_on_hyphens)


def line(width: int, parts: Iterable[Part]) -> Strip:
    """Join the parts in exactly `width` cells."""
    return Strip([Segment(text, style) for text, style in parts if text]).adjust_cell_length(width)


def fitting(width: int, parts: Iterable[Part]) -> Strip:
    """Join the parts as `line` does, but leave out parts that do not fit instead of cutting them."""
    shown: list[Part] = []
    for part in parts:
        if length([*shown, part]) > width:
            break
        shown.append(part)
    return line(width, shown)


def length(parts: Iterable[Part]) -> int:
    """Count the cells that the parts take."""
    return sum(cell_len(text) for text, _ in parts)


def notice(width: int, height: int, texts: Iterable[str], style: Style) -> list[Strip]:
    """Draw an empty picture with one line in its middle: the first of `texts` that fits, else the last, cut."""
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
