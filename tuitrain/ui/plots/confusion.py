"""The confusion matrix as a table: rows truth, columns prediction."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from rich.cells import cell_len
from rich.style import Style
from textual.strip import Strip

from tuitrain.numbers import percent
from tuitrain.translation import gettext as _
from tuitrain.ui.plots.heat import draw_matrix
from tuitrain.ui.plots.lines import Part, cut, length, line, notice, padded
from tuitrain.ui.plots.names import distinct
from tuitrain.ui.plots.scores import corner_heading
from tuitrain.ui.plots.shades import NEGATIVE, POSITIVE, mixed, two_colours
from tuitrain.ui.theme import Theme

CORNER = 18  # cells of what rows and columns are


def draw_confusion(
    width: int,
    height: int,
    counts: NDArray[np.int64],
    class_names: Sequence[str],
    *,
    theme: Theme,
) -> list[Strip]:
    """Draw `counts` (K, K), shaded by the share of the row; names are cut to fit.

    If the table of counts does not fit, draw a picture of the matrix and name the worst confusion.
    """
    classes = counts.shape[0]
    if not classes or not counts.any():
        return notice(width, height, (_("no predictions yet"),), theme["dim"])
    digits = len(str(int(counts.max())))
    longest = max(cell_len(name) for name in class_names)
    wanted = max(longest, digits, 3) + 1
    spare = min(width - 6 - classes * wanted, CORNER)  # for the words in the corner
    name_width = max(2, spare, min(longest + 1, width // 4 + 1, 17))
    column = min((width - name_width - 6) // classes, wanted)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    if column < digits + 1 or classes + 1 > height:
        return _picture(width, height, counts, shares, class_names, theme)
    strips = [_caption(width, counts, class_names, theme)] if height >= classes + 3 else []
    across, down = (distinct(class_names, room, theme=theme) for room in (column - 1, name_width - 1))
    header = "".join(padded(name, column, theme=theme, right=True) for name in across)
    corner, header = corner_heading(header, name_width, theme=theme)
    strips.append(line(width, [(corner, theme["dim"]), (header, theme["plain"]), (f"   {_('hit')}", theme["dim"])]))
    for row in range(classes):
        parts: list[Part] = [(padded(f" {down[row]}", name_width, theme=theme), theme["plain"])]
        for other in range(classes):
            count = int(counts[row, other])
            text = (str(count) if count else theme.signs.none).rjust(column - 1)
            parts += [(" ", theme["plain"]), (text, _cell_style(count, shares[row, other], row == other, theme))]
        hit = percent(float(shares[row, row])) if counts[row].any() else theme.signs.none.rjust(4)
        strips.append(line(width, [*parts, (f"  {hit}", theme["dim"])]))
    return strips + [Strip.blank(width)] * (height - len(strips))


def _cell_style(count: int, share: float, right: bool, theme: Theme) -> Style:
    """Right answers are shaded in one colour, wrong ones in another; without colours they are bold and plain."""
    if not count:
        return theme["dim"]
    if theme.shades:
        step = 0.15 + 0.6 * round(float(share) ** 0.5 * 8) / 8
        ground = mixed(NEGATIVE if right else POSITIVE, step)
        ink = (255, 255, 255) if step < 0.6 else (0, 0, 0)
        return two_colours(ink, ground)
    return theme["train"] if right else theme["warning"] if theme.colours == "16" else theme["plain"]


def _caption(width: int, counts: NDArray[np.int64], class_names: Sequence[str], theme: Theme) -> Strip:
    """How to read the table, and what is confused most often."""
    wrong = counts * (1 - np.eye(len(counts), dtype=np.int64))
    parts: list[Part] = [(f" {_('rows truth')} {theme.signs.none} {_('columns predicted')}", theme["dim"])]
    if wrong.any():
        places = divmod(int(wrong.argmax()), len(counts))
        text = " " + _("worst {pair}").format(pair=f"{{}} {theme.signs.arrow} {{}} {theme.signs.times}{wrong.max()}")
        room = max((width - cell_len(text) + 4) // 2, 1)  # of each name
        short = distinct(class_names, min(room, 24), theme=theme)
        worst = (text.format(*(short[place] for place in places)), theme["warning"])
        longer = [*parts, (f" {theme.signs.none}", theme["dim"]), worst]
        parts = longer if length(longer) <= width else [worst]
    return line(width, [(cut(text, width, theme=theme), style) for text, style in parts])


def _picture(
    width: int,
    height: int,
    counts: NDArray[np.int64],
    shares: NDArray[np.float64],
    class_names: Sequence[str],
    theme: Theme,
) -> list[Strip]:
    """Draw the shares as a picture; right ones are negative, for the colour (or signs) of the table's diagonal."""
    signed = shares * (1 - 2 * np.eye(len(counts)))
    caption = [_caption(width, counts, class_names, theme)][: height - 1]
    return caption + draw_matrix(width, height - len(caption), signed, theme=theme, largest=1.0)
