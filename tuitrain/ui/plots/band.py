"""A band between two curves, in shaded cells behind what is drawn on a canvas."""

from __future__ import annotations

import numpy as np

from tuitrain.ui.plots.raster import Canvas, Floats, Window
from tuitrain.ui.theme import Role, Theme


def shade_band(
    canvas: Canvas, window: Window, places: Floats, low: Floats, high: Floats, *, role: Role, theme: Theme
) -> None:  # fmt: skip
    """Fill the cells between the curves `low` and `high` (N,) over the ascending `places` (N,).

    Where one of them has no place on the axis (not finite, or without logarithm), nothing is filled.
    """
    ends = np.stack([window.scaled(high), window.scaled(low)])
    known = np.isfinite(ends).all(axis=0)
    if not known.any():
        return
    places, ends = places[known], ends[:, known]
    reach = (window.x_high - window.x_low) / max(canvas.columns - 1, 1)
    centres = window.x_low + np.arange(canvas.columns) * reach
    centres = centres[(centres >= places[0]) & (centres <= places[-1])]
    span = max(window.y_high - window.y_low, 1e-300)
    rows = [
        np.clip(np.floor(0.5 + (window.y_high - np.interp(centres, places, end)) / span * (canvas.rows - 1)),
                -1, canvas.rows)
        for end in ends
    ]  # fmt: skip
    columns = np.rint((centres - window.x_low) / reach).astype(np.intp)
    for column, first, last in zip(columns, *rows, strict=True):
        down = np.arange(max(int(first), 0), min(int(last), canvas.rows - 1) + 1, dtype=np.intp)
        canvas.shade(down, np.full(len(down), column), ":" if theme.ascii_only else "░", style=theme[role])
