"""The loss against epochs: train and validation, live edits, the best epoch, earlier runs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from rich.cells import cell_len
from textual.strip import Strip

from tuitrain.numbers import significant
from tuitrain.translation import gettext as _
from tuitrain.ui.plots.axes import frame_of, margin_of, most_ticks, window_of
from tuitrain.ui.plots.band import shade_band
from tuitrain.ui.plots.lines import Part, cut, length, line, notice
from tuitrain.ui.plots.marks import place_label, short_forms
from tuitrain.ui.plots.ranges import best_on_cells, epoch_axis, linear_axis, log_axis, on_cells, round_step
from tuitrain.ui.plots.raster import Canvas, Floats, Window
from tuitrain.ui.plots.smoothing import smoothed
from tuitrain.ui.plots.thinning import thinned
from tuitrain.ui.theme import Role, Theme

View = Literal["full", "recent"]
FAR = 5.0  # times the largest other value from which a first one is cut off
LEAST_NAME = 3  # cells of a curve's name that still tell it
LEAST_WITH_LIST = 8  # rows of a plot that has a list of edits below its axis
_DASHED, _DOTTED, _SPARSE = (4, 3), (1, 1), (1, 2)


@dataclass(frozen=True)
class _Curve:
    """One curve of the running training, raw and as drawn."""

    role: Role
    raw_role: Role
    raw: Floats
    shown: Floats
    dash: tuple[int, int] | None
    sign: str


@dataclass(frozen=True)
class _Content:
    """What is drawn; `x` (E,) are the epochs of the curves, `far` those of them whose first value is cut off.

    `cursor` is the epoch that is looked at, None for the newest.
    """

    x: Floats
    curves: Sequence[_Curve]
    far: Sequence[_Curve]
    best_epoch: float | None
    edits: Sequence[tuple[float, str]]
    earlier: Sequence[tuple[Floats, Floats]]
    earlier_labels: Sequence[str]
    band: tuple[Floats, Floats] | None
    cursor: float | None = None


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
    earlier_labels: Sequence[str] = (),
    cursor: float | None = None,
    band: tuple[Floats, Floats] | None = None,
    about_band: Sequence[str] = (),
    theme: Theme,
) -> list[Strip]:
    """Draw the losses: a title line with the newest figures, the canvas, the axis of epochs.

    `train` and `validation` are (E,) float64, NaN where nothing was measured (all NaN, or (0,): no such curve);
    `epochs` (E,) ascending, 1..E if None. `smoothing` in [0, 1) is the weight of the past in the exponential mean
    (0: none); the raw curve stays faintly visible behind. `view` "recent" shows the last quarter (at least 20 epochs).
    `edits` are (epoch, what changed: ``learning rate 0.01→0.03``); `earlier` are (epochs, values) of earlier runs,
    `earlier_labels` say what was different in each. A first value far above all others is cut off at the top, and told
    there. `cursor` is an epoch that is looked at: a line marks it, and the figures are those of it. Edits whose
    labels would collide are numbered at the axis and listed below it. `band` holds the lowest and the highest of an
    ensemble's validation losses, (E,) each, which is shaded; `about_band` says what it is, in more words and in fewer.
    Returns `height` strips of `width` cells.
    """
    x = np.arange(1.0, max(train.size, validation.size) + 1) if epochs is None else epochs
    curves = _curves(train, validation, smoothing)
    if not curves and not earlier:
        hints = (_("the losses appear here during training"), _("no losses yet"))
        return notice(width, height, hints, theme["dim"])
    at = -1 if cursor is None else min(int(x.searchsorted(cursor)), x.size - 1)
    title = _title(width, curves, at, log, theme, about_band if band is not None else ())[: 1 if height >= 3 else 0]
    start = _first_shown(x, view)
    x, curves, band = _thinned(x, curves, band)
    far = [] if log or start > 0 else _far_ones(curves)
    content = _Content(x, curves, far, best_epoch, edits, earlier, earlier_labels, band, cursor)
    extent = _extent_of(content, start, log=log)
    if extent is None:
        hints = (_("no finite loss yet"), _("not finite"))
        if log:
            hints = (_("no loss above 0 for a log axis"), _("none above 0"))
        return title + notice(width, height - len(title), hints, theme["warning"])
    span = (start, _last_shown(content, start, view))
    return title + _picture(width, height - len(title), content, span, extent, log=log, theme=theme)


def _curves(train: Floats, validation: Floats, smoothing: float) -> list[_Curve]:
    """The curves that hold anything."""
    curves = [
        _Curve("train", "train_raw", train, smoothed(train, smoothing), None, "*"),
        _Curve("validation", "validation_raw", validation, smoothed(validation, smoothing), _DASHED, "o"),
    ]
    return [curve for curve in curves if curve.raw.size and not np.isnan(curve.raw).all()]


def _thinned(
    x: Floats, curves: list[_Curve], band: tuple[Floats, Floats] | None
) -> tuple[Floats, list[_Curve], tuple[Floats, Floats] | None]:  # fmt: skip
    """Thin what is drawn of a very long training, where all of it is as long."""
    ends = band or ()
    if any(values.size != x.size for values in (*(curve.raw for curve in curves), *ends)):
        return x, curves, band
    places, *values = thinned(x, *(values for curve in curves for values in (curve.raw, curve.shown)), *ends)
    if places.size == x.size:
        return x, curves, band
    count = 2 * len(curves)
    drawn = [
        replace(curve, raw=raw, shown=raw if curve.shown is curve.raw else shown)
        for curve, raw, shown in zip(curves, values[:count:2], values[1:count:2], strict=True)
    ]
    return places, drawn, (values[count], values[count + 1]) if band is not None else None


def _picture(
    width: int, height: int, content: _Content, span: tuple[float, float], extent: tuple[float, float], *,
    log: bool, theme: Theme,
) -> list[Strip]:  # fmt: skip
    """The plot over the epochs `span`; where not every edit can be told in it, with a list of them below it."""
    strips, is_told = _plot(width, height, content, span, extent, log=log, is_numbered=False, theme=theme)
    if is_told or height < LEAST_WITH_LIST:
        return strips
    strips, _is_told = _plot(width, height - 1, content, span, extent, log=log, is_numbered=True, theme=theme)
    return [*strips, _list_of_edits(width, content.edits, theme)]


def _plot(
    width: int, height: int, content: _Content, span: tuple[float, float], extent: tuple[float, float], *,
    log: bool, is_numbered: bool, theme: Theme,
) -> tuple[list[Strip], bool]:  # fmt: skip
    """The plot, and whether every edit could be told in it."""
    across, up = most_ticks(width, height, label=4)
    make = log_axis if log else linear_axis
    y_axis = best_on_cells([make(*extent, most) for most in range(up, min(up, 2) - 1, -1)], height - 2)
    x_axis = on_cells(epoch_axis(*span, across), width - margin_of(y_axis))
    window = window_of(x_axis, y_axis, log=log)
    frame = frame_of(width, height, x_axis, y_axis, _("epoch"), ascii_only=theme.ascii_only)
    canvas = Canvas(frame.rows, frame.columns, theme=theme)
    _draw_curves(canvas, window, content, theme)
    is_told = _draw_marks(canvas, window, content.best_epoch, content.edits, theme, is_numbered=is_numbered)
    if content.cursor is not None:
        draw_cursor(canvas, window, content.cursor, theme)
    _label_far(canvas, window, content.far, theme)
    _label_earlier(canvas, window, content.earlier, content.earlier_labels, theme)
    return frame.strips(canvas.segments(), theme["axis"]), is_told


def _first_shown(x: Floats, view: View) -> float:
    """Return the epoch at the left: 0, or a round one in the recent view, so that the axis moves only now and then."""
    if view == "full" or not x.size or x[-1] <= 20:
        return 0.0
    span = max(20.0, float(x[-1]) / 4)
    step = round_step(span, 4, whole=True)
    return math.floor((float(x[-1]) - span) / step) * step


def _last_shown(content: _Content, start: float, view: View) -> float:
    """Return the newest epoch; in the full view, the last one of any run."""
    last = float(content.x[-1]) if content.x.size else start
    if view != "full":
        return last
    return max([last, *(float(epochs[-1]) for epochs, _values in content.earlier if epochs.size)])


def _extent_of(content: _Content, start: float, *, log: bool) -> tuple[float, float] | None:
    """Return the lowest and highest loss from the epoch `start` on that has a place; None if there is none."""
    at = int(content.x.searchsorted(start))
    first = max([at, *(int(curve in content.far) for curve in content.curves)])
    own = _extent([curve.raw[max(at, int(curve in content.far)) :] for curve in content.curves], log=log)
    if content.band is not None:
        own = _widened(own, _extent([ends[first:] for ends in content.band], log=log), log=log)
    older = _extent([values[epochs.searchsorted(start) :] for epochs, values in content.earlier], log=log)
    return _widened(own, older, log=log)


def _extent(parts: Sequence[Floats], *, log: bool) -> tuple[float, float] | None:
    """Return the lowest and highest value that can be drawn on the axis; None if there is none."""
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
    """Widen the range of the running training for earlier runs, but not so far that its curves look flat."""
    if extent is None or older is None:
        return extent or older
    low, high = extent
    room = max(high - low, abs(high) / 2)
    most, least = (high * 10, low / 10) if log else (high + room, low - room)
    return min(low, max(older[0], least)), max(high, min(older[1], most))


def _draw_curves(canvas: Canvas, window: Window, content: _Content, theme: Theme) -> None:
    x, curves = content.x, content.curves
    for epochs, values in content.earlier:
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
    if content.band is not None:
        low, high = content.band
        shade_band(canvas, window, x[: low.size], low, high, role="validation_raw", theme=theme)


def _draw_marks(
    canvas: Canvas,
    window: Window,
    best_epoch: float | None,
    edits: Sequence[tuple[float, str]],
    theme: Theme,
    *,
    is_numbered: bool,
) -> bool:
    """Mark edits and the best epoch; whether each edit's label is whole. Numbers stand at the axis, in the last row."""
    edited = [(canvas.column_of(epoch, window), change) for epoch, change in edits]
    best = None if best_epoch is None else canvas.column_of(best_epoch, window)
    for column, _change in edited:
        if column is not None:
            canvas.vertical(column, theme.signs.mark_edit, style=theme["edit"])
    if best is not None and best_epoch is not None:
        canvas.vertical(best, theme.signs.mark_best, style=theme["best"])
        place_label(canvas, best, [_("best {epoch}").format(epoch=f"{best_epoch:g}")], style=theme["best"], forced=True)
    if is_numbered:
        _number_edits(canvas, [column for column, _change in edited], theme)
        return True
    is_told = True
    for ordinal in range(len(edited), 0, -1):  # the newest is the one that is being watched
        column, change = edited[ordinal - 1]
        if column is None:
            continue
        forms = short_forms(change, ordinal, arrow=theme.signs.arrow)
        if not place_label(canvas, column, forms[:1], style=theme["edit"]):
            is_told = False
            place_label(canvas, column, forms[1:], style=theme["edit"])
    return is_told


def draw_cursor(canvas: Canvas, window: Window, epoch: float, theme: Theme) -> None:
    """Mark the epoch that is looked at."""
    column = canvas.column_of(epoch, window)
    if column is not None:
        canvas.vertical(column, theme.signs.bar, style=theme["accent"])
        label = f"{theme.signs.past} {epoch:,.0f}"
        place_label(canvas, column, [label], style=theme["accent"], forced=True)


def _number_edits(canvas: Canvas, columns: Sequence[int | None], theme: Theme) -> None:
    """Write the edits' numbers in the lowest row, each at its mark, or behind the one before it."""
    free = 0
    for ordinal, column in enumerate(columns, 1):
        number = str(ordinal)
        if column is not None and free + len(number) <= canvas.columns:
            at = min(max(column, free), canvas.columns - len(number))
            canvas.text(canvas.rows - 1, at, number, style=theme["edit"])
            free = at + len(number)


def _list_of_edits(width: int, edits: Sequence[tuple[float, str]], theme: Theme) -> Strip:
    """``1 learning rate 0.01→0.03  2 dropout 0→0.2``: where not all fit, only new values; then the newest ones."""
    arrow, more = theme.signs.arrow, theme.signs.ellipsis
    whole = [f"{ordinal} {change.replace('→', arrow)}" for ordinal, (_epoch, change) in enumerate(edits, 1)]
    parted = [text.partition(arrow) for text in whole]
    short = [f"{before.rpartition(' ')[0]} {sign}{new}" if sign else before for before, sign, new in parted]
    for texts in (whole, short):
        if cell_len("  ".join(texts)) + 1 <= width:
            return line(width, [(" " + "  ".join(texts), theme["edit"])])
    shown = [whole[-1] if cell_len(whole[-1]) + 4 <= width else short[-1]]
    for text in reversed(whole[:-1]):
        if cell_len("  ".join([more, text, *shown])) + 1 > width:
            break
        shown.insert(0, text)
    listed = "  ".join([more, *shown])
    if cell_len(listed) + 1 > width:  # a value is never cut
        name, _space, new = short[-1].rpartition(" ")
        listed = f"{cut(name, width - cell_len(new) - 2, theme=theme)} {new}"
    return line(width, [(f" {listed}", theme["edit"])])


def _far_ones(curves: Sequence[_Curve]) -> list[_Curve]:
    """The curves whose first value is so far above all later ones of every curve that they would be squeezed flat."""
    later = [curve.raw[1:][np.isfinite(curve.raw[1:])] for curve in curves]
    if not later or min(values.size for values in later) < 3:
        return []
    most = FAR * max(float(values.max()) for values in later)
    return [curve for curve in curves if np.isfinite(curve.raw[0]) and float(curve.raw[0]) > most]


def first_cut_off(train: Floats, validation: Floats) -> float:
    """Return the first loss that a linear axis cuts off, the higher one of two; NaN where none is."""
    return max((float(curve.raw[0]) for curve in _far_ones(_curves(train, validation, 0.0))), default=math.nan)


def _label_far(canvas: Canvas, window: Window, far: Sequence[_Curve], theme: Theme) -> None:
    """``↑ 23.1`` where a first value is cut off."""
    for row, curve in enumerate(far[: canvas.rows]):
        text = f"{'^' if theme.ascii_only else '↑'} {significant(float(curve.raw[0]))}"
        canvas.text(row, 0, text, style=theme[curve.role])


def _label_earlier(
    canvas: Canvas, window: Window, earlier: Sequence[tuple[Floats, Floats]], labels: Sequence[str], theme: Theme
) -> None:
    """What was different in each earlier run, above or below the end of its curve, where there is room."""
    for (epochs, values), label in zip(earlier, labels, strict=False):
        shown, down, across = canvas.places(epochs, values, window, 1, 1)
        if not shown.size:
            continue
        for text in _label_forms(label, canvas.columns, theme):
            start = max(0, min(int(across[-1]) - len(text) + 1, canvas.columns - len(text)))
            rows = [row for row in (int(down[-1]) - 1, int(down[-1]) + 1) if 0 <= row < canvas.rows]
            free = [row for row in rows if not canvas.occupied(row, start, len(text))]
            if len(text) <= canvas.columns and free:
                canvas.text(free[0], start, text, style=theme["earlier"])
                break


def _label_forms(label: str, width: int, theme: Theme) -> list[str]:
    """``learning rate 0.01→0.1 +2``, with its name cut, and only ``0.01→0.1 +2``: values are whole.

    A form with characters of two cells is left out: the canvas has no place for them.
    """
    arrow = theme.signs.arrow
    before, sign, new = label.partition(arrow)
    name, _space, old = before.rpartition(" ")
    values = f"{old}{sign}{new}"
    shorter = [cut(name, room - cell_len(values) - 1, theme=theme) for room in (width, width * 2 // 3)]
    forms = [label, *(f"{text} {values}" for text in shorter if text), values] if sign and name else [label]
    return [form for form in forms if cell_len(form) == len(form)]


def _title(
    width: int, curves: Sequence[_Curve], at: int, log: bool, theme: Theme, about_band: Sequence[str] = ()
) -> list[Strip]:  # fmt: skip
    """Write the legend with the figures at a place, the newest at -1, as much of it as fits."""
    notes: list[Part] = []
    less: list[Part] = []
    if log:
        left_out = any(bool((curve.raw <= 0).any()) for curve in curves)
        notes = [(f"  {_('log, 0 left out')}", theme["warning"])] if left_out else [(f"  {_('log')}", theme["dim"])]
    if any(curve.shown is not curve.raw for curve in curves):
        less = [(f"  {_('smoothed')}", theme["dim"])]
    said = [(f"  {_('train: mean of the epoch, before each update')}", theme["dim"])]
    forms = [((_("train"), name), True) for name in (_("validation"), _("valid."), _("val"))]
    room = (width - length(_figures(curves, at, ("", ""), True, theme))) // max(len(curves), 1)
    if room >= LEAST_NAME:  # languages have longer words than these
        forms.append(((cut(_("train"), room, theme=theme), cut(_("val"), room, theme=theme)), True))
    shade = ":" if theme.ascii_only else "░"
    bands = [[(f" {shade} ", theme["validation_raw"]), (theme.plain(text), theme["plain"])] for text in about_band]
    for names, signed in (*forms, (("t", "v"), False)):
        figures = _figures(curves, at, names, signed, theme)
        told = [[*notes, *less, *said], [*notes, *less], notes, []]
        if bands:
            told = [*([*band, *parts] for band in bands for parts in told[1:]), *told[1:]]
        for parts in told:
            if length([*figures, *parts]) <= width:
                return [line(width, [*figures, *parts])]
    newest = figures[-2:]  # a number cut short would be wrong
    return [line(width, newest if length(newest) <= width else [])]


def _figures(
    curves: Sequence[_Curve], at: int, names: tuple[str, str], signed: bool, theme: Theme
) -> list[Part]:  # fmt: skip
    """For each curve its sign and name, and the figure at a place."""
    parts: list[Part] = []
    for curve in curves:
        name, sign = names[0], theme.signs.line_train
        if curve.role == "validation":
            name, sign = names[1], theme.signs.line_validation
        value = float(curve.raw[at])
        style = theme["plain" if math.isfinite(value) else "bad"]
        parts += [
            (f" {sign} {name} " if signed else f" {name} ", theme[curve.role]),
            (theme.plain(f"{significant(value)} " if signed else significant(value)), style),
        ]
    return parts
