"""Gradients of batches as arrows beside the full one, and the histogram of their cosines."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from textual.strip import Strip

from tuitrain.numbers import MINUS
from tuitrain.translation import gettext as _
from tuitrain.ui.plots.contours import along
from tuitrain.ui.plots.lines import line
from tuitrain.ui.plots.raster import Canvas, Window
from tuitrain.ui.theme import Theme

Floats = NDArray[np.float64]
DRAWN, DRAWN_SMALL = 16, 8  # arrows; of the other batches only the tips
BINS = 20


def draw_arrows(width: int, height: int, tips: Floats, length: float, *, theme: Theme) -> list[Strip]:
    """Draw the gradients of batches, `tips` (K, 2), from one point, and the full one of `length` to the right.

    A step to the right is as long as one up.
    """
    canvas = Canvas(height, width, theme=theme)
    x, y = np.append(tips[:, 0], [0.0, length]), tips[:, 1]
    middle = (x.min() + x.max()) / 2
    scale = max((x.max() - x.min()) / (2 * max(width - 4, 1)), 2 * np.abs(y).max() / (4 * max(height - 2, 1)), 1e-300)
    reach = scale * (width - 1), scale * 2 * (height - 1)
    window = Window(middle - reach[0], middle + reach[0], -reach[1], reach[1])
    arrows = tips[: DRAWN if width > 40 else DRAWN_SMALL]
    segments = np.stack([np.zeros_like(arrows), arrows], axis=1)
    if len(segments):
        canvas.points(
            *along(segments, 3 * width), window, style=theme["train_raw"], sign="." if theme.ascii_only else None
        )
    canvas.points(x[:-2], y, window, style=theme["train"], sign="·" if not theme.ascii_only else "o")
    full = along(np.array([[[0.0, 0.0], [length, 0.0]]]), 3 * width)
    canvas.points(*full, window, style=theme["accent"], sign="=" if theme.ascii_only else "━")
    canvas.points(np.zeros(1), np.zeros(1), window, style=theme["bold"], sign="O" if theme.ascii_only else "○")
    canvas.points(np.array([length]), np.zeros(1), window, style=theme["accent"], sign=">" if theme.ascii_only else "▶")
    return [Strip(row, width) for row in canvas.segments()]


def draw_cosines(width: int, cosines: Floats, *, theme: Theme) -> list[Strip]:
    """Draw how many batches have which cosine with the full gradient, from -1 to 1."""
    counts, _edges = np.histogram(np.clip(cosines, -1, 1), bins=BINS, range=(-1, 1))
    columns = theme.signs.columns
    levels = np.ceil(counts / max(counts.max(), 1) * (len(columns) - 1)).astype(int)
    bars = "".join(columns[level] for level in levels)
    scale = f"{MINUS}1{'0':>{BINS // 2 - 1}}{'1':>{BINS // 2 - 1}}"
    return [
        line(width, [(f" {theme.plain(_('cosine with the full gradient'))}", theme["dim"])]),
        line(width, [(f" {bars}", theme["train"])]),
        line(width, [(f" {theme.plain(scale)}", theme["axis"])]),
    ]
