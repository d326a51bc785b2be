"""The plot of a race: each strategy's best score so far, so that none hides behind another.

`t` trials.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from rich.style import Style
from textual.strip import Strip

from tuitrain.numbers import number
from tuitrain.translation import gettext as _
from tuitrain.ui.plots.axes import frame_of, most_ticks, window_of
from tuitrain.ui.plots.lines import Part, cut, fitting, notice
from tuitrain.ui.plots.ranges import epoch_axis
from tuitrain.ui.plots.raster import Canvas, Floats, Window
from tuitrain.ui.plots.search_plots import robust_range, score_axis
from tuitrain.ui.theme import Theme

DASHES = (None, (3, 2), (1, 2), (5, 1))
PATTERNS = ("━━━", "━ ━", "╍╍╍", "━━╍")  # what stands for them in a legend
TURN = 4  # columns that a curve has of a stretch where several lie in the same cells


@dataclass(frozen=True)
class Lane:
    """A strategy in a race: best so far by trial, the median over seeds and the quartiles, each (t,)."""

    name: str
    trials: Floats
    median: Floats
    low: Floats
    high: Floats


def draw_race(width: int, height: int, lanes: Sequence[Lane], metric: str, sign: float, *, theme: Theme) -> list[Strip]:
    """Best-so-far curves of several strategies, with bands over seeds; `sign` is -1 where higher is better.

    Where several have the same score, they take turns along the curve, each with its initial.
    """
    values = [lane for lane in lanes if lane.trials.size and np.isfinite(lane.median).any()]
    if not values:
        return notice(width, height, (_("the race begins"),), theme["dim"])
    every = np.concatenate([np.concatenate([lane.median, lane.low, lane.high]) for lane in values])
    every = every[np.isfinite(every)]
    low, high = robust_range(every, sign)
    across, up = most_ticks(width, height - 1, label=4)
    x_axis = epoch_axis(0, max(float(lane.trials.max()) for lane in values), across)
    y_axis = score_axis(low, high, up, metric)
    frame = frame_of(width, height - 1, x_axis, y_axis, _("trial"), ascii_only=theme.ascii_only)
    canvas = Canvas(frame.rows, frame.columns, theme=theme)
    window = window_of(x_axis, y_axis)
    styles = [theme.of_class(lanes.index(lane)) for lane in values]
    for lane, style in zip(values, styles, strict=True):
        for band in (lane.low, lane.high):
            canvas.curve(lane.trials, band, window, style=style, dash=(1, 3), faint=True, sign=".")
    for index, (lane, style) in enumerate(zip(values, styles, strict=True)):
        dash = DASHES[index % len(DASHES)]
        canvas.curve(lane.trials, lane.median, window, style=style, dash=dash, sign=lane.name[:1])
    curves = [(lane.trials, lane.median) for lane in values]
    take_turns(canvas, curves, [lane.name[:1] for lane in values], styles, window)
    best = _("best {metric}").format(metric=cut(metric, 10, theme=theme))
    legend: list[Part] = [(f" {best}: ", theme["plain"])]
    for index, (lane, style) in enumerate(zip(values, styles, strict=True)):
        pattern = PATTERNS[index % len(PATTERNS)] if not theme.ascii_only else lane.name[:1] * 2
        final = lane.median[np.isfinite(lane.median)][-1]
        legend.append((f"{pattern} {lane.name} {theme.plain(number(float(final)))}  ", style))
    return [fitting(width, legend), *frame.strips(canvas.segments(), theme["axis"])]


def take_turns(
    canvas: Canvas, curves: Sequence[tuple[Floats, Floats]], signs: Sequence[str], styles: Sequence[Style],
    window: Window,
) -> None:  # fmt: skip
    """Where several curves, x (t,) and y (t,), lie in one cell, give each a stretch of it in turn, with its sign."""
    centres = window.x_low + (window.x_high - window.x_low) * np.arange(canvas.columns) / max(canvas.columns - 1, 1)
    heights = np.full((len(curves), canvas.columns), -1, np.intp)  # rows; -1: the curve is not there
    for index, (x, y) in enumerate(curves):
        known = np.interp(centres, x, y, left=np.nan, right=np.nan)
        _, rows, columns = canvas.places(centres, known, window, 1, 1)
        heights[index, columns] = rows
    for column in range(canvas.columns):
        for row in set(heights[:, column].tolist()) - {-1}:
            there = np.flatnonzero(heights[:, column] == row)
            if len(there) > 1:
                turn = there[column // TURN % len(there)]
                canvas.paint(row, column, style=styles[turn])
                if column % TURN == TURN // 2:
                    canvas.text(row, column, signs[turn], style=styles[turn])
