"""The residuals of a regression: the truth minus each prediction."""

from __future__ import annotations

import numpy as np
from textual.strip import Strip

from tuitrain.translation import gettext as _
from tuitrain.ui.plots.axes import frame_of, most_ticks, window_of
from tuitrain.ui.plots.lines import cut, line, notice
from tuitrain.ui.plots.ranges import linear_axis
from tuitrain.ui.plots.raster import Canvas, Floats
from tuitrain.ui.theme import Theme

_MOST_POINTS = 5000


def draw_residuals(width: int, height: int, truth: Floats, predicted: Floats, *, theme: Theme) -> list[Strip]:
    """Draw a point per row, `predicted` (V,) across and `truth` (V,) less that up, with the line where both are equal.

    A fan, a bend or a slope among the points is something the network has not learned. Of more than 5,000 rows an
    evenly spaced selection is drawn.
    """
    every = -(-truth.size // _MOST_POINTS) or 1
    truth, predicted = truth[::every], predicted[::every]
    finite = np.isfinite(truth) & np.isfinite(predicted)
    truth, predicted = truth[finite], predicted[finite]
    if not truth.size:
        return notice(width, height, (_("no predictions yet"),), theme["dim"])
    title_rows = 1 if height >= 4 else 0
    residuals = truth - predicted
    across, up = most_ticks(width, height - title_rows)
    x_axis = linear_axis(float(predicted.min()), float(predicted.max()), across)
    y_axis = linear_axis(float(min(residuals.min(), 0)), float(max(residuals.max(), 0)), up)
    frame = frame_of(width, height - title_rows, x_axis, y_axis, _("predicted"), ascii_only=theme.ascii_only)
    canvas = Canvas(frame.rows, frame.columns, theme=theme)
    window = window_of(x_axis, y_axis)
    canvas.curve(
        np.array([x_axis.low, x_axis.high]),
        np.zeros(2),
        window,
        style=theme["dim"],
        dash=(1, 1),
        faint=True,
        sign=".",
    )
    canvas.points(predicted, residuals, window, style=theme["train"], sign="o" if theme.ascii_only else None)
    legend = cut(" " + _("truth - predicted (up)"), width, theme=theme)
    return [line(width, [(legend, theme["dim"])])][:title_rows] + frame.strips(canvas.segments(), theme["axis"])
