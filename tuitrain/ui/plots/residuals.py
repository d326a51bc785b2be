"""Predicted against true values of a regression."""

from __future__ import annotations

import numpy as np
from textual.strip import Strip

from tuitrain.ui.plots.axes import frame_of, most_ticks, window_of
from tuitrain.ui.plots.lines import cut, line, notice
from tuitrain.ui.plots.palette import Glyphs, Palette
from tuitrain.ui.plots.ranges import linear_axis
from tuitrain.ui.plots.raster import Canvas, Floats

_MOST_POINTS = 5000


def draw_residuals(
    width: int, height: int, truth: Floats, predicted: Floats, *, palette: Palette, glyphs: Glyphs
) -> list[Strip]:
    """Draw a point per row, `truth` (V,) across and `predicted` (V,) up, with the line where both are equal.

    Of more than 5,000 rows every so-manieth is drawn.
    """
    every = -(-truth.size // _MOST_POINTS) or 1
    truth, predicted = truth[::every], predicted[::every]
    finite = np.isfinite(truth) & np.isfinite(predicted)
    truth, predicted = truth[finite], predicted[finite]
    if not truth.size:
        return notice(width, height, ("no predictions yet",), palette["dim"])
    title_rows = 1 if height >= 4 else 0
    low, high = min(truth.min(), predicted.min()), max(truth.max(), predicted.max())
    across, up = most_ticks(width, height - title_rows)
    x_axis, y_axis = (linear_axis(float(low), float(high), most) for most in (across, up))
    frame = frame_of(width, height - title_rows, x_axis, y_axis, "truth", ascii_only=glyphs.ascii_only)
    canvas = Canvas(frame.rows, frame.columns, glyphs=glyphs)
    window = window_of(x_axis, y_axis)
    ends = np.array([max(x_axis.low, y_axis.low), min(x_axis.high, y_axis.high)])
    canvas.curve(ends, ends, window, style=palette["dim"], dash=(1, 1), faint=True, sign=".")
    canvas.points(truth, predicted, window, style=palette["train"], sign="o" if glyphs.ascii_only else None)
    legend = cut(" predicted (up) against truth; dotted: equal", width, glyphs=glyphs)
    return [line(width, [(legend, palette["dim"])])][:title_rows] + frame.strips(canvas.segments(), palette["axis"])
