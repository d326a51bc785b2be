"""Keys and what they do on one line of a dialog; where the words have no room, the longest are cut, no key is lost."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len

from tuitrain.ui.plots.lines import cut
from tuitrain.ui.theme import Theme
from tuitrain.ui.widgets.text_lines import Piece

GAP = 2  # between a word and the next key, where there is room
LEAST = 2  # cells of a word


def key_line(pairs: Sequence[tuple[str, str]], width: int, *, theme: Theme) -> list[Piece]:
    """Write keys, each with its word, in at most `width` cells."""
    words = [theme.plain(word) for _key, word in pairs]
    gap = GAP if _length(pairs, words, GAP) <= width else 1
    most = max(map(cell_len, words), default=0)
    while most > LEAST and _length(pairs, words, gap) > width:
        most -= 1
        words = [cut(word, most, theme=theme) for word in words]
    line: list[Piece] = []
    for (key, _word), word in zip(pairs, words, strict=True):
        line += [(f"{key} ", theme["key"]), (word + " " * gap, theme["plain"])]
    return line


def _length(pairs: Sequence[tuple[str, str]], words: Sequence[str], gap: int) -> int:
    """Return the cells that the keys and these words take."""
    return sum(cell_len(key) + 1 + cell_len(word) + gap for (key, _word), word in zip(pairs, words, strict=True)) - gap
