"""A plot of curves and marks with axes, of exactly the size asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from textual.strip import Strip

from tuitrain.ui.plots.axes import frame_of, window_of
from tuitrain.ui.plots.ranges import Axis
from tuitrain.ui.plots.raster import Canvas
from tuitrain.ui.theme import Role, Theme

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Curve:
    """A line over ascending `x`; what lies outside the axes is not shown. `sign` stands for a dot in ASCII."""

    x: Floats
    y: Floats
    role: Role = "train"
    dash: tuple[int, int] | None = None
    sign: str = "*"
    is_faint: bool = False


@dataclass(frozen=True)
class Mark:
    """A sign at a point, over everything else; where the point is outside, it stands at the edge."""

    x: float
    y: float
    sign: str
    role: Role = "bold"


def draw_plot(
    width: int, height: int, x: Axis, y: Axis, curves: Sequence[Curve], marks: Sequence[Mark] = (), *, label: str = "",
    theme: Theme, verticals: Sequence[tuple[float, str]] = (), log: bool = False,
) -> list[Strip]:  # fmt: skip
    """Draw axes, curves, marks, and lines down at `verticals` (x, sign)."""
    frame = frame_of(width, height, x, y, theme.plain(label), ascii_only=theme.ascii_only)
    canvas, window = Canvas(frame.rows, frame.columns, theme=theme), window_of(x, y, log=log)
    for curve in curves:
        canvas.curve(
            curve.x, curve.y, window, style=theme[curve.role], dash=curve.dash, sign=curve.sign, faint=curve.is_faint
        )
    for place, sign in verticals:
        column = canvas.column_of(place, window)
        if column is not None:
            canvas.vertical(column, theme.plain(sign), style=theme["axis"])
    for mark in marks:
        height_of = np.log10(mark.y) if log else mark.y
        at = np.array([min(max(mark.x, x.low), x.high)])
        up = np.array([min(max(height_of, y.low), y.high)])
        canvas.points(at, 10**up if log else up, window, style=theme[mark.role], sign=theme.plain(mark.sign)[:1])
    return frame.strips(canvas.segments(), theme["axis"])


def cells_of(width: int, height: int, x: Axis, y: Axis, *, theme: Theme) -> tuple[int, int]:
    """Return how wide the labels at the left are, and how many columns the curves have."""
    frame = frame_of(width, height, x, y, "", ascii_only=theme.ascii_only)
    return width - frame.columns, frame.columns
