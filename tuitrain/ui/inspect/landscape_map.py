"""The map of the landscape: level lines of a grid, and what walks over it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rich.style import Style
from textual.strip import Strip

from tuitrain.ui.plots.axes import frame_of, window_of
from tuitrain.ui.plots.contours import along, level_segments
from tuitrain.ui.plots.ranges import exact_axis
from tuitrain.ui.plots.raster import Canvas
from tuitrain.ui.theme import Theme

Floats = NDArray[np.float64]


def star_sign(theme: Theme) -> str:
    """The sign of the lowest point: in ASCII another one than that of where the steps have led."""
    return "@" if theme.ascii_only else "★"


@dataclass(frozen=True)
class Stand:
    """A sign at a place of the map; one beyond its edge is not shown."""

    x: float
    y: float
    sign: str
    style: Style

    @classmethod
    def at(cls, place: Floats, sign: str, style: Style) -> Stand:
        """A sign at a place (2,)."""
        return cls(float(place[0]), float(place[1]), sign, style)


def levels_between(least: float, values: Floats, count: int) -> list[float]:
    """Return at most `count` levels between `least` and the largest of `values`, denser near the floor."""
    finite = values[np.isfinite(values)]
    if not len(finite):
        return []
    depth = float(np.quantile(finite, 0.9)) - least
    shares = ((np.arange(1, count + 1) - 0.5) / count) ** 2
    return [least + depth * float(share) for share in shares] if depth > 0 else []


def draw_map(
    width: int, height: int, across: Floats, up: Floats, values: Floats, levels: Sequence[float],
    stands: Sequence[Stand], *, labels: tuple[str, str], theme: Theme,
) -> list[Strip]:  # fmt: skip
    """Draw the level lines of `values` (R, C) at `up` (R,) and `across` (C,), and the stands, the last on top.

    In ASCII each line is made of the number of its level, from 0 on.
    """
    x = exact_axis(float(across[0]), float(across[-1]), max(2, width // 16))
    y = exact_axis(float(up[0]), float(up[-1]), max(2, height // 5))
    frame = frame_of(width, height, x, y, theme.plain(labels[0]), ascii_only=theme.ascii_only)
    canvas, window = Canvas(frame.rows, frame.columns, theme=theme), window_of(x, y)
    points = 2 * int(max(4 * frame.rows / max(len(up) - 1, 1), 2 * frame.columns / max(len(across) - 1, 1))) + 2
    for number, level in enumerate(levels):
        segments = level_segments(across, up, values, level)
        if len(segments):
            sign = str(number) if theme.ascii_only else None
            canvas.points(
                *along(segments, points), window, style=theme["train_raw" if number % 2 else "axis"], sign=sign
            )
    canvas.text(0, 0, theme.plain(labels[1])[: frame.columns], style=theme["dim"])
    for stand in stands:
        canvas.points(
            np.array([stand.x]), np.array([stand.y]), window, style=stand.style, sign=theme.plain(stand.sign)[:1]
        )
    return frame.strips(canvas.segments(), theme["axis"])
