"""The plots of a search, as lines of an exact size: progress, importance.

`n` trials. Places lie in [0, 1] on a field's own scale; scores are in the metric's own units.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from rich.cells import cell_len
from textual.strip import Strip

from tuitrain.numbers import number, whole_percents
from tuitrain.options.search_settings import BOUNDED
from tuitrain.translation import gettext as _
from tuitrain.ui.plots.axes import frame_of, most_ticks, window_of
from tuitrain.ui.plots.bars import bar, curve_line
from tuitrain.ui.plots.labels import short_label
from tuitrain.ui.plots.lines import Part, cut, fitting, length, line, notice, padded
from tuitrain.ui.plots.ranges import Axis, epoch_axis, linear_axis
from tuitrain.ui.plots.raster import Canvas, Floats
from tuitrain.ui.theme import Theme

EQUAL_SPREAD = 0.05  # margin around equal scores: a share of the metric's range, else of the score


@dataclass(frozen=True)
class ProgressData:
    """Scores (n,) by trial number, NaN where there is none; `sign` -1 where higher is better."""

    numbers: Floats
    scores: Floats
    states: tuple[str, ...]
    sign: float
    metric: str


def best_so_far(scores: Floats, sign: float) -> Floats:
    """Return the best score up to each trial, NaN before the first."""
    values = np.where(np.isfinite(scores), sign * scores, np.inf)
    best = np.minimum.accumulate(values)
    return np.where(np.isfinite(best), sign * best, np.nan)


def robust_range(values: Floats, sign: float) -> tuple[float, float]:
    """Return the range from the best value to the median and as far again, so that outliers do not squash the rest.

    If half of the values equal the best, use the median of the others.
    """
    values = values[np.isfinite(values)]
    if not values.size:
        return 0.0, 1.0
    best, middle = float((sign * values).min()), float(np.median(sign * values))
    worse = sign * values[sign * values > best]
    middle = float(np.median(worse)) if middle == best and worse.size else middle
    worst = min(float((sign * values).max()), middle + 1.5 * (middle - best))
    ends = sorted((sign * best, sign * worst))
    return ends[0], ends[1]


def draw_progress(width: int, height: int, data: ProgressData, *, theme: Theme) -> list[Strip]:
    """Draw the best so far as a step line against the trials, and each trial's score as a point."""
    finished = np.array([state == "finished" for state in data.states], bool)
    pruned = np.array([state == "pruned" for state in data.states], bool)
    best = best_so_far(np.where(finished, data.scores, np.nan), data.sign)
    if not np.isfinite(data.scores).any():
        return notice(width, height, (_("no trial has a score yet"),), theme["dim"])
    low, high = robust_range(data.scores, data.sign)
    across, up = most_ticks(width, height - 1, label=4)
    x_axis, y_axis = epoch_axis(0, float(data.numbers.max()), across), score_axis(low, high, up, data.metric)
    frame = frame_of(width, height - 1, x_axis, y_axis, _("trial"), ascii_only=theme.ascii_only)
    canvas = Canvas(frame.rows, frame.columns, theme=theme)
    window = window_of(x_axis, y_axis)
    inside = np.clip(data.scores, y_axis.low, y_axis.high)
    cut_off = np.isfinite(data.scores) & (inside != data.scores)
    steps_x = np.repeat(data.numbers, 2)[1:]
    steps_y = np.repeat(best, 2)[:-1]
    canvas.curve(steps_x, steps_y, window, style=theme["best"], sign="=")
    canvas.points(data.numbers[pruned], inside[pruned], window, style=theme["dim"], sign="-")
    canvas.points(data.numbers[finished], inside[finished], window, style=theme["train"],
                  sign="o" if theme.ascii_only else "•")  # fmt: skip
    arrow = ("v" if data.sign < 0 else "^") if theme.ascii_only else ("↓" if data.sign < 0 else "↑")
    canvas.points(data.numbers[cut_off], inside[cut_off], window, style=theme["warning"], sign=arrow)
    known = best[np.isfinite(best)]
    reached = theme.plain(number(float(known[-1]))) if known.size else "-"
    point = "o" if theme.ascii_only else "•"
    signs: list[Part] = [(f"{point} " + _("trials"), theme["train"])] * bool(finished.any())
    signs += [("- " + _("pruned"), theme["dim"])] * bool((pruned & np.isfinite(data.scores)).any())
    if cut_off.any():
        signs.append((f"{arrow} " + _("{number} beyond").format(number=int(cut_off.sum())), theme["warning"]))
    named = _("best {metric}").format(metric=cut(data.metric, 12, theme=theme))
    for best_name, gap in ((named, "  "), (_("best"), "  "), (_("best"), " ")):
        title: list[Part] = [(f" {best_name} ", theme["best"]), (reached, theme["plain"])]
        title += [(gap + text, style) for text, style in signs]
        if length(title) <= width:
            break
    return [fitting(width, title), *frame.strips(canvas.segments(), theme["axis"])]


def score_axis(low: float, high: float, most: int, metric: str) -> Axis:
    """Make an axis with a margin around scores from `low` to `high`, so that the best is not drawn on the edge.

    It exceeds the metric's possible range by at most that margin. Equal scores get a small range around them.
    """
    if high - low <= 1e-9 * max(abs(low), abs(high), 1e-9):
        spread = EQUAL_SPREAD * (1.0 if metric in BOUNDED else max(abs(high), 1e-9))
        low, high = low - spread, high + spread
    least = 0.0 if metric != "r2" else -math.inf
    most_ = 1.0 if metric in BOUNDED else math.inf
    room = 0.03 * (high - low)
    axis = linear_axis(low - room, high + room, most)
    low, high = max(axis.low, least - room), min(axis.high, most_ + room)
    return Axis(low, high, tuple(tick for tick in axis.ticks if low <= tick[0] <= high))


def draw_curves(
    width: int, height: int, curves: Mapping[int, Sequence[float]], metric: str, sign: float, *, theme: Theme,
) -> list[Strip]:  # fmt: skip
    """Draw the validation curves of all running trials, the leading one in colour."""
    known = {n: np.asarray(values, np.float64) for n, values in curves.items() if len(values)}
    known = {n: values for n, values in known.items() if np.isfinite(values).any()}
    if not known:
        return notice(width, height, (_("the curves of running trials appear here"),), theme["dim"])
    low, high = robust_range(np.concatenate([values[-64:] for values in known.values()]), sign)
    longest = max(len(values) for values in known.values())
    across, up = most_ticks(width, height - 1, label=4)
    x_axis, y_axis = epoch_axis(0, longest, across), score_axis(low, high, up, metric)
    frame = frame_of(width, height - 1, x_axis, y_axis, _("epoch"), ascii_only=theme.ascii_only)
    canvas = Canvas(frame.rows, frame.columns, theme=theme)
    window = window_of(x_axis, y_axis)
    starts = np.cumsum([0, *map(len, known.values())])[:-1]
    reached = np.fmin.reduceat(sign * np.concatenate(list(known.values())), starts)
    leader = list(known)[int(np.argmin(reached))]
    dots = np.linspace(window.x_low, window.x_high, 2 * canvas.columns)
    lines = [
        np.interp(dots, np.arange(1.0, len(values) + 1), values, left=np.nan, right=np.nan)
        for n, values in known.items()
        if n != leader
    ]
    if lines:  # all at once: a hundred separate curves would take longer than a frame
        canvas.points(np.tile(dots, len(lines)), np.concatenate(lines), window, style=theme["earlier"])
    values = known[leader]
    canvas.curve(np.arange(1.0, len(values) + 1), values, window, style=theme["train"], sign="*")
    said = _("{number} running   leading: trial {trial} {score}")
    latest = " " + said.format(number=len(known), trial=leader, score=theme.plain(number(float(values[-1]))))
    return [line(width, [(latest, theme["train"])]), *frame.strips(canvas.segments(), theme["axis"])]


def draw_importance(
    width: int, height: int, shares: Sequence[tuple[str, float]],
    slices: Mapping[str, tuple[Floats, Floats, Any]], *, theme: Theme,
) -> list[Strip]:  # fmt: skip
    """Draw a bar for each hyperparameter's share of the surrogate's variance, and the slice of scores along it.

    What is missing from 1 stands below them as what several do together, unless it is less than half of a per cent;
    those for which there is no room share a row. The per cents add up to 100.
    """
    if not shares:
        return notice(width, height, (_("a few more trials are needed"),), theme["dim"])
    if not sum(share for _name, share in shares) > 0:
        flat = (_("the surrogate is flat: no field is seen to matter"), _("the surrogate is flat"))
        return notice(width, height, flat, theme["dim"])
    rows = _importance_rows(shares, max(0, height - 1))
    room = min(max(16, width // 3), max(cell_len(name) for name, _share, _percent in rows))
    spark_room = 12 if width >= room + 40 else 0
    bar_room = max(4, width - room - 8 - (spark_room + 14 if spark_room else 0))
    strips = []
    told = (_("share of the surrogate's variance, each alone"), _("share of the surrogate's variance"),
            _("of the surrogate's variance"))  # fmt: skip
    left = room + bar_room + 7 if spark_room else width - 1
    head: list[Part] = [(" " + next((text for text in told if cell_len(text) < left), _("share")), theme["dim"])]
    if spark_room:
        head.append((" " * max(1, left + 1 - length(head)) + _("scores along it"), theme["dim"]))
    for name, share, whole in rows:
        is_field = name in dict(shares)
        shown = padded(short_label(name, room) if is_field else name, room, theme=theme)
        parts: list[Part] = [(f" {shown} ", theme["plain" if is_field else "dim"])]
        parts += [(bar(share, 0.0, 1.0, bar_room, log=False, theme=theme), theme["bar" if is_field else "dim"])]
        parts += [(f" {whole:3d}% ", theme["plain"])]
        if spark_room and name in slices:
            means = slices[name][1]
            parts += [(curve_line(means, spark_room, theme=theme), theme["best"])]
            reach = f" {number(float(np.min(means)))}..{number(float(np.max(means)))}"
            parts += [(theme.plain(reach), theme["dim"])]
        strips.append(line(width, parts))
    blank = [Strip.blank(width)] * max(0, height - 1 - len(strips))
    return [line(width, head), *strips, *blank][:height]


def _importance_rows(shares: Sequence[tuple[str, float]], most: int) -> list[tuple[str, float, int]]:
    """Name, share and per cents of at most `most` rows: the largest first, then what has no row, then the rest."""
    ordered = sorted(shares, key=lambda item: -item[1])
    together = max(0.0, 1 - sum(share for _name, share in shares))
    percents = whole_percents([*(share for _name, share in ordered), together])
    rows = [(name, share, whole) for (name, share), whole in zip(ordered, percents, strict=False)]
    last = [(_("together"), together, percents[-1])] * bool(percents[-1])
    if len(rows) + len(last) > most > len(last) + 1:
        kept = most - len(last) - 1
        others = rows[kept:]
        name = _("{number} others").format(number=len(others))
        rows = [*rows[:kept], (name, sum(row[1] for row in others), sum(row[2] for row in others))]
    return [*rows, *last]
