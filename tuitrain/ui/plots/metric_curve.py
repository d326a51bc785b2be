"""A metric against epochs: its curve, and the best epoch."""

from __future__ import annotations

import numpy as np
from textual.strip import Strip

from tuitrain.numbers import share, significant
from tuitrain.translation import gettext as _
from tuitrain.ui.plots.axes import frame_of, most_ticks, window_of
from tuitrain.ui.plots.lines import Part, cut, length, line, notice
from tuitrain.ui.plots.loss_plot import draw_cursor
from tuitrain.ui.plots.ranges import epoch_axis, linear_axis
from tuitrain.ui.plots.raster import Canvas, Floats
from tuitrain.ui.plots.thinning import thinned
from tuitrain.ui.theme import Theme

DASHED = (4, 3)  # as the validation loss is drawn
LEAST_TITLED = 4  # lines


def draw_metric(
    width: int, height: int, epochs: Floats, values: Floats, name: str, *, best_epoch: int, is_share: bool,
    cursor: int | None = None, theme: Theme,
) -> list[Strip]:  # fmt: skip
    """Draw a metric's `values` (E,) after each of the `epochs` (E,), below its name and newest value.

    `best_epoch` is the one whose weights are kept, 0 for none. `is_share` says whether values are written as shares.
    `cursor` is an epoch that is looked at: a line marks it, and the value is that of it.
    """
    if not np.isfinite(values).any():
        texts = (_("the metric appears here during training"), _("no metric yet"))
        return notice(width, height, texts, theme["dim"])
    at = -1 if cursor is None else min(max(cursor - 1, 0), len(values) - 1)
    newest = (share if is_share else significant)(float(values[at])).strip()
    epochs, values = thinned(epochs, values)
    figure: list[Part] = [(f" {theme.plain(newest)}", theme["plain"])]
    label = f" {theme.signs.line_validation} {name}"
    named: Part = (cut(label, width - length(figure), theme=theme), theme["validation"])
    head = [line(width, [named, *figure])][: height >= LEAST_TITLED]
    across, up = most_ticks(width, height - len(head), label=4)
    known = values[np.isfinite(values)]
    x_axis = epoch_axis(0, float(epochs[-1]), across)
    y_axis = linear_axis(float(known.min()), float(known.max()), up)
    frame = frame_of(width, height - len(head), x_axis, y_axis, _("epoch"), ascii_only=theme.ascii_only)
    canvas, window = Canvas(frame.rows, frame.columns, theme=theme), window_of(x_axis, y_axis)
    canvas.curve(epochs, values, window, style=theme["validation"], dash=DASHED, sign="o")
    column = canvas.column_of(float(best_epoch), window) if best_epoch else None
    if column is not None:
        canvas.vertical(column, theme.signs.mark_best, style=theme["best"])
        told = _("best {epoch}").format(epoch=best_epoch)
        start = column + 1 if column + 1 + len(told) <= canvas.columns else column - len(told)
        if start >= 0 and not canvas.occupied(0, start, len(told)):
            canvas.text(0, start, told, style=theme["best"])
    if cursor is not None:
        draw_cursor(canvas, window, cursor, theme)
    return head + frame.strips(canvas.segments(), theme["axis"])
