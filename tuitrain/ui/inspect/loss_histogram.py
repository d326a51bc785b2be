"""The losses of all rows as a histogram: how many rows lose how much, and whose losses make the sum."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from textual.strip import Strip

from tuitrain.translation import gettext as _
from tuitrain.ui.plots.figures import decimal
from tuitrain.ui.plots.lines import cut, line
from tuitrain.ui.theme import Theme

TOLD_ROWS = 2  # below the bars


def bins_of(losses: NDArray[np.float64], most: int) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Return at most `most` bins of equal, round width from 0 on: their edges (n + 1,) and counts (n,).

    Losses that are not finite are left out. An edge belongs to the bin above it.
    """
    held = losses[np.isfinite(losses)]
    largest = float(held.max(initial=0)) or 1.0
    exponent = math.floor(math.log10(largest / most))
    widths = [digit * 10.0 ** (exponent + up) for up in (0, 1) for digit in (1, 2, 5)] + [10.0 ** (exponent + 2)]
    width = next(width for width in widths if math.floor(largest / width) + 1 <= most)
    places = np.floor(held / width).astype(int)
    counts = np.bincount(places, minlength=1)
    return width * np.arange(len(counts) + 1, dtype=np.float64), counts.astype(np.intp)


def loss_histogram(width: int, height: int, losses: NDArray[np.float64], chosen: int, *, theme: Theme) -> list[Strip]:
    """Draw a bar for each bin, the smallest losses first, with the chosen row's bin marked.

    `losses` (V,) are in descending order, `chosen` is a place in them.
    """
    edges, counts = bins_of(losses, max(height - 1 - TOLD_ROWS, 1))
    digits = max(0, -math.floor(math.log10(edges[1]) + 1e-9))
    loss = float(losses[chosen])
    here = int(np.searchsorted(edges, loss, side="right")) - 1 if math.isfinite(loss) else -1
    number = max(len(f"{edges[-1]:.{digits}f}"), len(_("loss")))
    rows = max(len(f"{counts.max():,}"), len(_("rows")))
    room = width - 2 * number - rows - 7
    head = f"  {_('loss'):<{2 * number + 1}} {_('rows'):>{rows}}"
    lines = [line(width, [(head, theme["dim"])])]
    for place, count in enumerate(counts.tolist()):
        low, high = (f"{edges[place + up]:.{digits}f}" for up in (0, 1))
        bar = theme.signs.blocks[-1] * (max(round(room * count / int(counts.max())), 1) if count else 0)
        text = f"{low:>{number}}{theme.plain('–')}{high:<{number}} {count:>{rows},} "
        lines.append(line(width, [
            (f" {theme.signs.cursor if place == here else ' '}", theme["accent"]),
            (text, theme["bold" if place == here else "plain"]), (bar, theme["bar"]),
        ]))  # fmt: skip
    lines += [line(width, [])] * (height - TOLD_ROWS - len(lines))
    for text in _told(losses):
        lines.append(line(width, [(f" {cut(theme.plain(text), width - 2, theme=theme)}", theme["dim"])]))
    return lines


def _told(losses: NDArray[np.float64]) -> tuple[str, str]:
    """The middle row's loss, and how few rows make half of the sum."""
    middle = _("mean {mean}, the middle row {median}").format(
        mean=decimal(float(losses.mean()), 3), median=decimal(float(np.median(losses)), 3)
    )
    total = float(losses.sum())
    if not math.isfinite(total) or total <= 0:
        return middle, ""
    half = int(np.searchsorted(np.cumsum(losses), total / 2)) + 1
    return middle, _("the {count} worst of {rows} rows make half of the sum").format(count=half, rows=len(losses))
