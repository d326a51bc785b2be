"""How the Runs screen draws: the table, the curves of marked runs, what they are at an epoch, what they differ in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from rich.cells import cell_len
from textual.strip import Strip

from tuitrain.numbers import duration
from tuitrain.options.hyperparameters import FIELDS
from tuitrain.runs.table import RunRow
from tuitrain.text import visible
from tuitrain.translation import gettext as _
from tuitrain.ui.plots.axes import frame_of, most_ticks, window_of
from tuitrain.ui.plots.lines import Part, cut, fit, line, padded
from tuitrain.ui.plots.ranges import exact_axis, linear_axis, log_axis
from tuitrain.ui.plots.raster import Canvas, Floats
from tuitrain.ui.plots.smoothing import smoothed
from tuitrain.ui.plots.thinning import thinned
from tuitrain.ui.runs.found import RunCurves
from tuitrain.ui.theme import Role, Theme

MOST_NAME, LEAST_DIFFERENCES = 22, 12  # cells
READ_OUT = {70: 26, 110: 40}  # width from which so many cells show what is read at an epoch, beside the curves
STATUS: Mapping[str, tuple[str, Role]] = {
    "running": ("●", "accent"), "paused": ("◌", "plain"), "done": ("✓", "good"), "stopped": ("✓", "plain"),
    "interrupted": ("↯", "warning"), "diverged": ("✗", "bad"), "failed": ("✗", "bad"),
}  # fmt: skip
AXES = ("epoch", "step", "seconds")
RAW = (1, 1)  # dots on and off of a curve behind its mean


def status_text(row: RunRow, theme: Theme) -> str:
    """Return how a run stands, by sign and word."""
    status = str(row.values["status"])
    return _(status) if theme.ascii_only else f"{STATUS[status][0]} {_(status)}"


def age_text(seconds: float) -> str:
    """Return an age in its largest unit: ``now``, ``12 min``, ``9 h``, ``3 d``."""
    for size, unit in ((86400, _("d")), (3600, _("h")), (60, _("min"))):
        if seconds >= size:
            return f"{int(seconds // size)} {unit}"
    return _("now")


def differences_text(row: RunRow) -> str:
    """Return what a run differs in from the others on its dataset."""
    found = [f"{_(FIELDS[name].label)} {visible(value, 24)}" for name, value in row.differences.items()]
    return ", ".join(([_("search")] if row.values["kind"] == "search" else []) + found)


def _cells(row: RunRow, theme: Theme) -> tuple[str, ...]:
    values = row.values
    total = row.hyperparameters.get("epochs") if values["kind"] == "training" else None
    epochs = str(values["epochs"]) if total in (None, values["epochs"]) else f"{values['epochs']}/{total}"
    best = values.get("best_score")
    return (
        cut(theme.plain(visible(row.name, 60)), MOST_NAME, theme=theme), status_text(row, theme), epochs,
        theme.plain("·") if best is None else f"{best:.4f}", duration(values["seconds"]),
        age_text(values.get("age", 0.0)),
    )  # fmt: skip


def draw_table(
    width: int, height: int, rows: Sequence[RunRow], at: int, marks: Mapping[Path, int], *, theme: Theme
) -> list[Strip]:
    """Draw the runs from a first one on, so that the selected one is seen; columns go from the right for want of room.

    `marks` are the places of marked runs among the signs.
    """
    heads = (_("name"), _("state"), _("epoch"), _("best"), _("time"), _("age"))
    cells = [heads, *(_cells(row, theme) for row in rows)]
    widths = [max(cell_len(line[column]) for line in cells) for column in range(len(heads))]
    while sum(widths) + 2 * len(widths) + 4 + LEAST_DIFFERENCES > width and len(widths) > 2:
        widths.pop()
    first = max(0, min(at - (height - 1) // 2, len(rows) - (height - 1)))
    strips = [line(width, [(fit("    " + _joined(heads, widths, _("differs by"), theme), width, theme), theme["dim"])])]
    for place in range(first, min(len(rows), first + height - 1)):
        row, is_here = rows[place], place == at
        mark = marks.get(row.path)
        sign = " " if mark is None else theme.signs.class_signs[mark]
        text = _joined(cells[place + 1], widths, differences_text(row), theme)
        role: Role = "selected" if is_here else STATUS[str(row.values["status"])][1]
        strips.append(line(width, [
            (theme.signs.cursor if is_here else " ", theme["accent"]),
            (f"{sign} ", theme["dim"] if mark is None else theme.of_class(mark)),
            (fit(f" {text}", width - 3, theme), theme[role] if is_here else theme["plain"]),
        ]))  # fmt: skip
    return strips


def _joined(cells: Sequence[str], widths: Sequence[int], last: str, theme: Theme) -> str:
    parts = [
        padded(text, width, theme=theme, right=column > 1)
        for column, (text, width) in enumerate(zip(cells, widths, strict=False))
    ]
    return "  ".join([*parts, theme.plain(last)])


def draw_curves(
    width: int, height: int, runs: Sequence[tuple[RunRow, int, RunCurves]], name: str, cursor: int, *, axis: int,
    is_log: bool, smoothing: float, theme: Theme,
) -> list[Strip]:  # fmt: skip
    """Draw a column of the marked runs, and beside it what they are at the cursor's epoch, as their files have it.

    `runs` are rows with the place of their sign and their curves; `axis` is a place in `AXES`. `smoothing` in [0, 1) is
    the weight of the past in the mean that is drawn; the curve itself stays faintly visible, and so do its extremes.
    """
    beside = max((cells for least, cells in READ_OUT.items() if width >= least), default=0)
    plot_width = width - beside
    drawn = _drawn(runs, name, AXES[axis], smoothing)
    values = np.concatenate([y for _mark, _x, y, _mean in drawn]) if drawn else np.empty(0)
    values = values[np.isfinite(values) & ((values > 0) | (not is_log))]
    if not values.size:
        return [line(width, [(f" {_('the marked runs have no such values')}", theme["dim"])])]
    across, up = most_ticks(plot_width, height, label=4)
    last = max(float(x[-1]) for _mark, x, _y, _mean in drawn)
    x_axis = exact_axis(0.0, last or 1.0, across)
    low, high = float(values.min()), float(values.max())
    y_axis = log_axis(low, high, up) if is_log else linear_axis(low, high, up)
    frame = frame_of(plot_width - 1, height, x_axis, y_axis, _(AXES[axis]), ascii_only=theme.ascii_only)
    canvas, window = Canvas(frame.rows, frame.columns, theme=theme), window_of(x_axis, y_axis, log=is_log)
    for mark, x, y, _mean in drawn if smoothing else ():
        canvas.curve(x, y, window, style=theme.of_class(mark), dash=RAW, faint=True, sign=".")
    for mark, x, _y, y in drawn:
        sign = theme.signs.class_signs[mark]
        canvas.curve(x, y, window, style=theme.of_class(mark), dash=None if mark % 2 == 0 else (2, 2), sign=sign)
        places = sorted({0, len(x) // 2, len(x) - 1})
        canvas.points(x[places], y[places], window, style=theme.of_class(mark), sign=sign)
    longest = [found for _row, _mark, found in runs if found.length >= cursor]
    read = longest[0].column(AXES[axis]) if longest else None
    column = canvas.column_of(float(read[cursor - 1]), window) if read is not None and cursor else None
    if column is not None:
        canvas.vertical(column, theme.signs.mark_edit, style=theme["axis"])
    plot = frame.strips(canvas.segments(), theme["axis"])
    if not beside:
        return plot
    side = read_out(beside, height, runs, name, cursor, theme=theme)
    return [Strip([*left, *right]) for left, right in zip(plot, side, strict=True)]


def _drawn(
    runs: Sequence[tuple[RunRow, int, RunCurves]], name: str, axis: str, smoothing: float
) -> list[tuple[int, Floats, Floats, Floats]]:  # fmt: skip
    """Return the place of the sign, the course along an axis, and its mean, of each run that has such a column."""
    drawn = []
    for _row, mark, found in runs:
        x, y = found.column(axis), found.column(name)
        if x is not None and y is not None and len(x):
            x, y, mean = thinned(x, y, smoothed(y, smoothing))
            drawn.append((mark, x, y, mean))
    return drawn


def read_out(
    width: int, height: int, runs: Sequence[tuple[RunRow, int, RunCurves]], name: str, cursor: int, *, theme: Theme
) -> list[Strip]:
    """Return the values of the marked runs at an epoch, every digit of them, and the difference of the first two."""
    rows: list[list[Part]] = [[(fit(_(" at epoch {epoch}").format(epoch=cursor), width, theme), theme["bold"])]]
    found: list[float] = []
    for row, mark, curves in runs:
        value = curves.at(cursor, name)
        if value is None:
            told = _("ended {epoch}").format(epoch=curves.length)
        else:
            told = repr(value)
            found.append(value)
        head = f"{theme.signs.class_signs[mark]} {cut(theme.plain(row.name), width - len(told) - 5, theme=theme)}"
        space = " " * max(width - 2 - cell_len(head) - len(told), 1)
        rows.append([(f" {head}", theme.of_class(mark)), (f"{space}{told}", theme["plain"])])
    if len(found) > 1:
        told = _(" first {sign} second: {value}").format(sign=theme.plain("−"), value=repr(found[0] - found[1]))
        rows.append([(fit(told, width, theme), theme["dim"])])
    strips = [line(width, parts) for parts in rows[:height]]
    return strips + [line(width, [])] * (height - len(strips))


def draw_differences(
    width: int, height: int, runs: Sequence[tuple[RunRow, int]], *, theme: Theme
) -> list[Strip]:  # fmt: skip
    """Draw a table of the hyperparameters in which the marked runs differ."""
    names = [n for n in FIELDS if len({repr(row.hyperparameters.get(n)) for row, _mark in runs}) > 1]
    size = max([cell_len(_(FIELDS[name].label)) for name in names] or [0]) + 2
    room = max((width - size - 1) // max(len(runs), 1), 4)
    heads: list[Part] = [(" " * (size + 1), theme["plain"])]
    heads += [(padded(f"{theme.signs.class_signs[m]} {theme.plain(row.name)}", room - 1, theme=theme) + " ",
               theme.of_class(m)) for row, m in runs]  # fmt: skip
    strips = [line(width, heads)]
    for name in names:
        values = [
            padded(theme.plain(visible(row.hyperparameters.get(name), 40)), room, theme=theme) for row, _m in runs
        ]
        strips.append(line(width, [(f" {fit(_(FIELDS[name].label), size, theme)}", theme["dim"]),
                                   ("".join(values), theme["plain"])]))  # fmt: skip
    equal = _(" all else equal: {count} hyperparameters").format(count=len(FIELDS) - len(names))
    strips.append(line(width, [(equal, theme["dim"])]))
    return strips[:height]
