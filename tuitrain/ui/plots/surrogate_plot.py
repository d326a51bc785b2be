"""The surrogate along one hyperparameter: mean, band, trials, expected improvement; and the user's guess on it.

Places lie in [0, 1] on a field's own scale, or are indices of categories; scores are in the metric's own units.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from textual.strip import Strip

from tuitrain.options.search_settings import BOUNDED
from tuitrain.search.explanation import Slice
from tuitrain.translation import gettext as _
from tuitrain.ui.plots.axes import frame_label, frame_of, most_ticks, window_of
from tuitrain.ui.plots.labels import short_label
from tuitrain.ui.plots.lines import Part, cut, fitting, length, line
from tuitrain.ui.plots.map_plot import MARGIN, tick_label
from tuitrain.ui.plots.ranges import Axis
from tuitrain.ui.plots.raster import Canvas, Window
from tuitrain.ui.plots.search_plots import score_axis
from tuitrain.ui.theme import Role, Theme

NO_SCORE = Axis(0.0, 1.0, ())  # where there is nothing to draw yet


@dataclass(frozen=True)
class Marks:
    """One at a time: the place of the guess, and where it is shown that of the choice; `mean` is NaN without a model.

    `choice` is None until it is shown, and so is the expected improvement.
    """

    guess: tuple[float, float]
    choice: tuple[float, float] | None = None


def draw_surrogate(
    width: int, height: int, found: Slice, metric: str, *, theme: Theme, marks: Marks | None = None
) -> list[Strip]:
    """Observations, posterior mean and band along one hyperparameter; expected improvement below, its peak marked.

    With `marks` the guess is on the mean, and until the choice is shown the improvement's rows are blank.
    """
    low_strip = max(2, (height - 2) // 5) if height >= 10 else 0
    last = max(1.0, float(found.places.max())) if found.is_category else 1.0
    ticks = tuple((place, tick_label(text, 9, theme)) for place, text in found.ticks)
    edge = 0.3 if found.is_category else MARGIN
    x_axis = Axis(-edge, last + edge, ticks)
    found = _clipped(found, metric)
    near = found.nearness > 0.2
    y_axis = _score_axis(found, near, most_ticks(width, height - 1 - low_strip)[1], metric)
    x_name = frame_label(short_label(found.label, width // 3), width, theme)
    frame = frame_of(width, height - 1 - low_strip, x_axis, y_axis, x_name, ascii_only=theme.ascii_only)
    canvas = Canvas(frame.rows, frame.columns, theme=theme)
    window = window_of(x_axis, y_axis)
    if found.is_category:
        for place, mean, low, high in zip(found.places, found.mean, found.low, found.high, strict=True):
            column = canvas.column_of(float(place), window)
            if column is not None:
                heights = np.linspace(low, high, 4 * canvas.rows)
                canvas.points(np.full(heights.size, place), heights, window, style=theme["validation"], sign="|")
                canvas.points(np.array([place]), np.array([mean]), window, style=theme["best"], sign="=")
    else:
        for edge_values in (found.low, found.high):
            canvas.curve(found.places, edge_values, window, style=theme["validation"], dash=(2, 2), sign=".")
        canvas.curve(found.places, found.mean, window, style=theme["best"], sign="=")
    for is_near, sign, role in ((False, "·", "dim"), (True, "●", "train")):
        chosen = near == is_near
        canvas.points(found.observed[chosen, 0], found.observed[chosen, 1], window, style=theme[role],  # type: ignore[index]
                      sign=("o" if is_near else ".") if theme.ascii_only else sign)  # fmt: skip
    if marks is None:
        for place in found.proposed:
            column = canvas.column_of(float(place), window)
            if column is not None:
                canvas.text(canvas.rows - 1, column, "+", style=theme["edit"])
    else:
        _mark(canvas, window, marks, metric, theme)
    has_strip = bool(low_strip) and (marks is None or marks.choice is not None) and bool(np.isfinite(found.mean).any())
    title = _surrogate_legend(width, found, near, metric, marks, has_strip=has_strip, theme=theme)
    strips = [fitting(width, title), *frame.strips(canvas.segments(), theme["axis"])]
    margin = width - frame.columns
    strips[-2:-2] = (
        _improvement(found, frame.columns, low_strip, margin, window, theme)
        if has_strip
        else [Strip.blank(width)] * low_strip
    )
    return strips[:height]


def _score_axis(found: Slice, near: Any, most: int, metric: str) -> Axis:
    """Show the band, and the trials near the slice as far as they do not squash it."""
    scores = found.observed[near, 1]
    if not np.isfinite(found.mean).any():
        if not scores.size and metric not in BOUNDED:
            return NO_SCORE
        scores = scores if scores.size else np.array([0.0, 1.0])
        return score_axis(float(scores.min()), float(scores.max()), most, metric)
    shown = np.concatenate([found.low, found.high, scores if near.any() else found.mean])
    spread = float(found.high.max() - found.low.min()) or 1.0
    low = max(shown.min(), found.low.min() - spread / 2)
    return score_axis(float(low), float(min(shown.max(), found.high.max() + spread / 2)), most, metric)


def _mark(canvas: Canvas, window: Window, marks: Marks, metric: str, theme: Theme) -> None:
    """Put the choice and the guess on the mean, the guess last, and a line from each down to the axis."""
    drawn: list[tuple[tuple[float, float] | None, str, str, Role]] = [
        (marks.choice, "+", "┆", "edit"), (marks.guess, "?", "┊", "warning"),
    ]  # fmt: skip
    places = []
    for mark, sign, below, role in drawn:
        if mark is None or (column := canvas.column_of(mark[0], window)) is None:
            continue
        height = float(np.clip(_limited(np.array([mark[1]]), metric)[0], window.y_low, window.y_high))
        row = 0
        if math.isfinite(height):
            row = int(canvas.places(np.array([mark[0]]), np.array([height]), window, 1, 1)[1][0])
        down = np.arange(row + 1, canvas.rows)
        canvas.shade(down, np.full(down.size, column), ":" if theme.ascii_only else below, style=theme[role])
        places.append((row, column, sign, role))
    for row, column, sign, role in places:
        canvas.text(row, column, sign, style=theme[role])


def _surrogate_legend(
    width: int, found: Slice, near: Any, metric: str, marks: Marks | None, *, has_strip: bool, theme: Theme
) -> list[Part]:
    """Say what each sign that is drawn stands for, the most wanted first; the metric where that leaves it room."""
    mean, band, trial, far, strip = ("=", ".", "o", ".", "#") if theme.ascii_only else ("⠒", "⠁⠂", "●", "·", "▇")
    parts: list[Part] = [
        (f"{mean} {_('mean')}", theme["best"]),
        (theme.plain(f"{band} {_('± deviation')}"), theme["validation"]),
    ] * bool(np.isfinite(found.mean).any())
    parts += [(f"{trial} {_('trials')}", theme["train"])] * bool(near.any())
    if marks is None:
        parts += [(f"+ {_('next')}", theme["edit"])] * bool(len(found.proposed))
    else:
        parts += [(f"? {_('you')}", theme["warning"])]
        parts += [(f"+ {_('choice')}", theme["edit"])] * (marks.choice is not None)
    parts += [(f"{strip} {_('EI')}", theme["warning"])] * has_strip
    parts += [(f"{far} {_('trials far from here')}", theme["dim"])] * bool((~near).any())
    named: Part = (cut(metric, 12, theme=theme), theme["plain"])
    spaced, alone = _spaced([named, *parts]), _spaced(parts)
    return spaced if length(spaced) <= width else alone


def _spaced(parts: list[Part]) -> list[Part]:
    """Put two blanks between the parts, and one before the first."""
    return [("  " * bool(place) + " " * (not place) + text, style) for place, (text, style) in enumerate(parts)]


def _clipped(found: Slice, metric: str) -> Slice:
    """The slice within what the metric can be: a Gaussian process knows no limits."""
    mean, low, high = (_limited(values, metric) for values in (found.mean, found.low, found.high))
    return replace(found, mean=mean, low=low, high=high)


def _limited(values: Any, metric: str) -> Any:
    return np.clip(values, 0.0 if metric != "r2" else -math.inf, 1.0 if metric in BOUNDED else math.inf)


def _improvement(found: Slice, columns: int, rows: int, margin: int, window: Window, theme: Theme) -> list[Strip]:
    """Columns as high as the expected improvement there; the highest one is in another style."""
    span = window.x_high - window.x_low
    centres = window.x_low + span * np.arange(columns) / max(columns - 1, 1)
    if found.is_category:
        heights = np.zeros(columns)
        for place, value in zip(found.places, found.improvement, strict=True):
            heights[np.abs(centres - place) < max(span / columns, 0.12)] = value
    else:
        heights = np.interp(centres, found.places, found.improvement, left=0, right=0)
    peak = float(heights.max())
    levels = np.rint(8 * rows * heights / peak).astype(int) if peak > 0 else np.zeros(columns, int)
    best = int(np.argmax(heights)) if peak > 0 else -1
    strips = []
    for row in range(rows - 1, -1, -1):
        text = "".join(theme.signs.columns[max(0, min(8, level - 8 * row))] for level in levels)
        head = ("EI" if row == 0 else "").rjust(margin)
        parts: list[Part] = [(head, theme["dim"]), (text, theme["warning"])]
        if best >= 0:
            parts = [(head, theme["dim"]), (text[:best], theme["warning"]), (text[best], theme["edit"]),
                     (text[best + 1 :], theme["warning"])]  # fmt: skip
        strips.append(line(margin + columns, parts))
    return strips
