"""The fitted curve of a network with one input, through its data."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from textual.strip import Strip

from tuitrain.translation import gettext as _
from tuitrain.ui.plots.axes import frame_label, frame_of, most_ticks, window_of
from tuitrain.ui.plots.lines import Part, line, notice
from tuitrain.ui.plots.ranges import exact_axis, linear_axis
from tuitrain.ui.plots.raster import Canvas, Floats
from tuitrain.ui.theme import Theme


def draw_fit(
    width: int,
    height: int,
    grid: Floats,
    extent: tuple[float, float],
    points: Floats,
    labels: Floats,
    names: Sequence[str],
    *,
    theme: Theme,
) -> list[Strip]:
    """Draw the fitted curve of one input: `grid` (H,) values at equal steps over `extent`; `points`, `labels` (N,).

    `names` are those of the input and of the target. For a classification `grid` and `labels` are class numbers and
    read as heights.
    """
    curve, truth = np.asarray(grid, np.float64), np.asarray(labels, np.float64)
    known = np.concatenate([curve[np.isfinite(curve)], truth[np.isfinite(truth)]])
    if not known.size:
        return notice(width, height, (_("no predictions yet"),), theme["dim"])
    title_rows = 1 if height >= 4 else 0
    across, up = most_ticks(width, height - title_rows)
    x_axis, y_axis = exact_axis(*extent, across), linear_axis(float(known.min()), float(known.max()), up)
    x_name = frame_label(names[0], width, theme)
    frame = frame_of(width, height - title_rows, x_axis, y_axis, x_name, ascii_only=theme.ascii_only)
    canvas = Canvas(frame.rows, frame.columns, theme=theme)
    window = window_of(x_axis, y_axis)
    canvas.points(points, truth, window, style=theme["dim"], sign="." if theme.ascii_only else None)
    canvas.curve(np.linspace(x_axis.low, x_axis.high, curve.size), curve, window, style=theme["validation"])
    target = _("{name} up: ").format(name=names[1]) if len(names) > 1 else ""
    legend: list[Part] = [
        (f" {target}{theme.signs.line_train} {_('fitted')} ", theme["validation"]),
        (f"  {'.' if theme.ascii_only else '⠂'} {_('data')}", theme["dim"]),
    ]
    return [line(width, legend)][:title_rows] + frame.strips(canvas.segments(), theme["axis"])
