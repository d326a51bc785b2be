"""The loss against epochs: train and validation, live edits, the best epoch, earlier runs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from textual.strip import Strip

from tuitrain.numbers import significant
from tuitrain.ui.plots.axes import frame_of, most_ticks, window_of
from tuitrain.ui.plots.lines import Part, length, line, notice
from tuitrain.ui.plots.marks import place_label, short_forms
from tuitrain.ui.plots.ranges import epoch_axis, linear_axis, log_axis, round_step
from tuitrain.ui.plots.raster import Canvas, Floats, Window
from tuitrain.ui.plots.smoothing import smoothed
from tuitrain.ui.theme import Role, Theme

View = Literal["full", "recent"]
_DASHED, _DOTTED, _SPARSE = (4, 3), (1, 1), (1, 2)


@dataclass(frozen=True)
class _Curve:
    """One curve of the running training, raw and as it is drawn."""

    role: Role
    raw_role: Role
    raw: Floats
    shown: Floats
    dash: tuple[int, int] | None
    sign: str


def draw_loss(
    width: int,
    height: int,
    train: Floats,
    validation: Floats,
    *,
    epochs: Floats | None = None,
    log: bool = False,
    smoothing: float = 0.0,
    view: View = "full",
    best_epoch: float | None = None,
    edits: Sequence[tuple[float, str]] = (),
    earlier: Sequence[tuple[Floats, Floats]] = (),
    theme: Theme,
) -> list[Strip]:
    """Draw the losses: a title line with the newest figures, the canvas, the axis of epochs.

    `train` and `validation` are (E,) float64, NaN where nothing was measured (all NaN, or (0,): no such curve);
    `epochs` (E,) ascending, 1..E if None. `smoothing` in [0, 1) is the weight of the past in the exponential mean
    (0: none); the raw curve stays faintly visible behind. `view` "recent" shows the last quarter (at least 20 epochs).
    `edits` are (epoch, what changed: ``learning rate 0.01→0.03``); `earlier` are (epochs, values) of earlier runs.
    Returns `height` strips of `width` cells.
    """
    x = np.arange(1.0, max(train.size, validation.size) + 1) if epochs is None else epochs
    curves = [
        _Curve("train", "train_raw", train, smoothed(train, smoothing), None, "*"),
        _Curve("validation", "validation_raw", validation, smoothed(validation, smoothing), _DASHED, "o"),
    ]
    curves = [curve for curve in curves if curve.raw.size and not np.isnan(curve.raw).all()]
    if not curves and not earlier:
        hints = ("the losses appear here as training goes on", "no losses yet")
        return notice(width, height, hints, theme["dim"])
    start = _first_shown(x, view)
    extent = _extent([curve.raw[x.searchsorted(start) :] for curve in curves], log=log)
    older = _extent([values[epochs.searchsorted(start) :] for epochs, values in earlier], log=log)
    extent = _widened(extent, older, log=log)
    title_rows = 1 if height >= 3 else 0
    if extent is None:
        hints = ("no loss above 0 for a log axis", "none above 0") if log else ("no finite loss yet", "not finite")
        return _title(width, curves, log, theme)[:title_rows] + notice(
            width, height - title_rows, hints, theme["warning"]
        )
    across, up = most_ticks(width, height - title_rows, label=4)
    last = max([float(x[-1])] if x.size else [], default=start)
    if view == "full":
        last = max([last, *(float(epochs[-1]) for epochs, _ in earlier if epochs.size)])
    x_axis = epoch_axis(start, last, across)
    y_axis = (log_axis if log else linear_axis)(*extent, up)
    frame = frame_of(width, height - title_rows, x_axis, y_axis, "epoch", ascii_only=theme.ascii_only)
    canvas = Canvas(frame.rows, frame.columns, theme=theme)
    window = window_of(x_axis, y_axis, log=log)
    _draw_curves(canvas, window, x, curves, earlier, theme)
    _draw_marks(canvas, window, best_epoch, edits, theme)
    title = _title(width, curves, log, theme)[:title_rows]
    return title + frame.strips(canvas.segments(), theme["axis"])


def _first_shown(x: Floats, view: View) -> float:
    """The epoch at the left: 0, or for the recent view a round one, so that the axis moves now and then, not always."""
    if view == "full" or not x.size or x[-1] <= 20:
        return 0.0
    span = max(20.0, float(x[-1]) / 4)
    step = round_step(span, 4, whole=True)
    return math.floor((float(x[-1]) - span) / step) * step


def _extent(parts: Sequence[Floats], *, log: bool) -> tuple[float, float] | None:
    """The lowest and highest value that has a place on the axis; None where there is none."""
    ends: list[float] = []
    for values in parts:
        with np.errstate(invalid="ignore"):
            placed = np.isfinite(values) & (values > 0) if log else np.isfinite(values)
        if placed.any():
            chosen = values if placed.all() else values[placed]
            ends += [float(chosen.min()), float(chosen.max())]
    return (min(ends), max(ends)) if ends else None


def _widened(
    extent: tuple[float, float] | None, older: tuple[float, float] | None, *, log: bool
) -> tuple[float, float] | None:
    """The range of the running training, widened for earlier runs, but not so much that it would be squeezed flat."""
    if extent is None or older is None:
        return extent or older
    low, high = extent
    room = max(high - low, abs(high) / 2)
    most, least = (high * 10, low / 10) if log else (high + room, low - room)
    return min(low, max(older[0], least)), max(high, min(older[1], most))


def _draw_curves(
    canvas: Canvas,
    window: Window,
    x: Floats,
    curves: Sequence[_Curve],
    earlier: Sequence[tuple[Floats, Floats]],
    theme: Theme,
) -> None:
    for epochs, values in earlier:
        canvas.curve(epochs, values, window, style=theme["earlier"], dash=_SPARSE, faint=True, sign=",")
    for curve in curves:
        if curve.shown is not curve.raw:
            style = theme[curve.raw_role]
            canvas.curve(x[: curve.raw.size], curve.raw, window, style=style, dash=_DOTTED, faint=True, sign=".")
    for curve in curves:
        places, style = x[: curve.raw.size], theme[curve.role]
        canvas.curve(places, curve.shown, window, style=style, dash=curve.dash, sign=curve.sign)
        if np.count_nonzero(np.isfinite(curve.shown)) == 1:  # a single dot is easily overlooked
            canvas.points(places, curve.shown, window, style=style, sign=curve.sign if canvas.dots_down == 1 else "●")


def _draw_marks(
    canvas: Canvas,
    window: Window,
    best_epoch: float | None,
    edits: Sequence[tuple[float, str]],
    theme: Theme,
) -> None:
    edited = [(canvas.column_of(epoch, window), change) for epoch, change in edits]
    best = None if best_epoch is None else canvas.column_of(best_epoch, window)
    for column, _ in edited:
        if column is not None:
            canvas.vertical(column, theme.signs.mark_edit, style=theme["edit"])
    if best is not None and best_epoch is not None:
        canvas.vertical(best, theme.signs.mark_best, style=theme["best"])
        place_label(canvas, best, [f"best {best_epoch:g}"], style=theme["best"], forced=True)
    for ordinal in range(len(edited), 0, -1):  # the newest is the one that is being watched
        column, change = edited[ordinal - 1]
        if column is not None:
            forms = short_forms(change, ordinal, arrow=theme.signs.arrow)
            place_label(canvas, column, forms, style=theme["edit"])


def _title(
    width: int,
    curves: Sequence[_Curve],
    log: bool,
    theme: Theme,
) -> list[Strip]:
    """The legend with the newest figures, as much of it as fits."""
    notes: list[Part] = []
    less: list[Part] = []
    if log:
        left_out = any(bool((curve.raw <= 0).any()) for curve in curves)
        notes = [("  log, 0 left out", theme["warning"])] if left_out else [("  log", theme["dim"])]
    if any(curve.shown is not curve.raw for curve in curves):
        less = [("  smoothed", theme["dim"])]
    forms = ((("train", name), True) for name in ("validation", "valid.", "val"))
    for names, signed in (*forms, (("t", "v"), False)):
        figures = _figures(curves, names, signed, theme)
        for parts in ([*notes, *less], notes, []):
            if length([*figures, *parts]) <= width:
                return [line(width, [*figures, *parts])]
    newest = figures[-2:]  # a number that is cut would be a wrong one
    return [line(width, newest if length(newest) <= width else [])]


def _figures(curves: Sequence[_Curve], names: tuple[str, str], signed: bool, theme: Theme) -> list[Part]:
    """For each curve its sign and name, and the newest figure."""
    parts: list[Part] = []
    for curve in curves:
        name, sign = names[0], theme.signs.line_train
        if curve.role == "validation":
            name, sign = names[1], theme.signs.line_validation
        value = float(curve.raw[-1])
        style = theme["plain" if math.isfinite(value) else "bad"]
        parts += [
            (f" {sign} {name} " if signed else f" {name} ", theme[curve.role]),
            (f"{significant(value)} " if signed else significant(value), style),
        ]
    return parts
