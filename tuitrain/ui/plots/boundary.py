"""The predictions of a network over the plane of its two inputs, with the data on top."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tuitrain.numbers import number
from tuitrain.translation import gettext as _
from tuitrain.ui.plots.axes import Frame, frame_label, frame_of, most_ticks, window_of
from tuitrain.ui.plots.fit import draw_fit
from tuitrain.ui.plots.lines import Part, line
from tuitrain.ui.plots.ranges import exact_axis
from tuitrain.ui.plots.raster import Canvas, Floats, Ints, segments_of
from tuitrain.ui.plots.shades import RGB, STEPS, half_blocks, mixed, signed_colours
from tuitrain.ui.theme import Theme

__all__ = ["boundary_grid_shape", "draw_boundary", "draw_fit"]

_SURE = 6
"""Steps of brightness for how sure an answer is."""


def boundary_grid_shape(width: int, height: int, *, theme: Theme) -> tuple[int, int]:
    """Return the (rows, columns) of the grid that fits the canvas of `draw_boundary`: two rows a line, one in ASCII.

    Other shapes are drawn by nearest values; this one wastes none.
    """
    lines = max(1, height - 3)
    return lines if theme.ascii_only else 2 * lines, max(1, width - 6)


def draw_boundary(
    width: int,
    height: int,
    grid: NDArray[Any],
    confidence: Floats | None,
    extent: tuple[float, float, float, float],
    points: Floats,
    labels: NDArray[Any],
    names: Sequence[str],
    *,
    class_names: Sequence[str] = (),
    theme: Theme,
) -> list[Strip]:
    """Draw the plane of two inputs: predictions as background, the data as a sign per class.

    `grid` (G, H): int class numbers (with `confidence` (G, H) in 0..1, brighter where surer) or float values
    (regression); row 0 is the top; any shape is drawn at the canvas's resolution. `extent` is
    (x low, x high, y low, y high); `points` (N, 2); `labels` (N,) class numbers or values; `names` of the two inputs.
    """
    title_rows = 1 if height >= 4 else 0
    across, up = most_ticks(width, height - title_rows)
    x_axis, y_axis = exact_axis(extent[0], extent[1], across), exact_axis(extent[2], extent[3], up)
    x_name = frame_label(names[0], width, theme)
    frame = frame_of(width, height - title_rows, x_axis, y_axis, x_name, ascii_only=theme.ascii_only)
    canvas = Canvas(frame.rows, frame.columns, theme=theme)
    shown, down, along = canvas.places(points[:, 0], points[:, 1], window_of(x_axis, y_axis), 1, 1)
    cells, values = down * frame.columns + along, labels[shown]
    half = theme.shades and not theme.ascii_only
    plane = _resampled(grid, frame, half=half)
    if np.issubdtype(grid.dtype, np.integer):
        sure = None if confidence is None else _resampled(confidence, frame, half=half)
        lines = _class_lines(plane, sure, cells, values, theme)
        legend = _classes_legend(width, names, int(max(grid.max(initial=0), labels.max(initial=0))), class_names)
    else:
        ends = _ends(grid, values)
        low, high = (theme.plain(number(end)) for end in ends)
        lines = _value_lines(plane, ends, cells, values, theme)
        text = _("{name} up   low {low}, high {high}")
        legend = [(" " + text.format(name=names[1], low=low, high=high), None)]
    title = [line(width, _styled(legend, theme))][:title_rows]
    return title + frame.strips(lines, theme["axis"])


def _resampled(grid: NDArray[Any], frame: Frame, *, half: bool) -> NDArray[Any]:
    """Return the nearest value of the grid for each half cell (`half`) or cell of the canvas."""
    parts = 2 if half else 1
    heights = ((np.arange(frame.rows * parts) + 0.5) / parts - 0.5) / max(frame.rows - 1, 1)
    widths = np.arange(frame.columns) / max(frame.columns - 1, 1)
    rows = np.rint(heights.clip(0, 1) * (grid.shape[0] - 1)).astype(np.intp)
    columns = np.rint(widths * (grid.shape[1] - 1)).astype(np.intp)
    nearest: NDArray[Any] = grid[rows[:, None], columns]
    return nearest


def _class_lines(
    plane: NDArray[Any], sure: Floats | None, cells: Ints, values: NDArray[Any], theme: Theme
) -> list[list[Segment]]:
    classes = int(max(plane.max(initial=0), values.max(initial=0))) + 1
    plane, values = plane.astype(np.intp), values.astype(np.intp)
    least = 1 / max(classes, 2)
    share = np.full(plane.shape, 0.6) if sure is None else np.nan_to_num((sure - least) / (1 - least)).clip(0, 1)
    signs = np.array(
        [ord(theme.signs.class_signs[k % len(theme.signs.class_signs)]) for k in range(classes)], np.uint32
    )
    if theme.shades and not theme.ascii_only:
        hues = [_hue(theme.of_class(k)) for k in range(classes)]
        colours = [mixed(hue, 0.1 + 0.45 * step / (_SURE - 1)) for hue in hues for step in range(_SURE)]
        levels = plane * _SURE + np.rint(share * (_SURE - 1)).astype(np.intp)
        return half_blocks(levels, colours, cells, signs[values], values, [_light(hue) for hue in hues])
    fills = np.array([ord(theme.signs.fills[1 + k % (len(theme.signs.fills) - 1)]) for k in range(classes)], np.uint32)
    letters = np.where(share > 0.25, fills[plane], np.uint32(32)).reshape(-1)
    keys = plane.reshape(-1).copy()
    letters[cells], keys[cells] = signs[values], classes + values
    styles = [theme.of_class(k) + Style(dim=True) for k in range(classes)]
    styles += [theme.of_class(k) + Style(bold=True) for k in range(classes)]
    return segments_of(letters, keys, plane.shape[1], styles.__getitem__)


def _value_lines(
    plane: Floats, ends: tuple[float, float], cells: Ints, values: Floats, theme: Theme
) -> list[list[Segment]]:
    def levels_of(array: Floats, steps: int) -> Ints:
        middle, half = (ends[0] + ends[1]) / 2, (ends[1] - ends[0]) / 2 or 1.0
        shares = np.nan_to_num((array - middle) / half, posinf=1, neginf=-1).clip(-1, 1)
        levels: Ints = np.rint(shares * steps).astype(np.intp) + steps
        return levels

    sign = np.uint32(ord(theme.signs.class_signs[0]))
    if theme.shades and not theme.ascii_only:
        colours = signed_colours()
        ground = [mixed(colour, 0.6) for colour in colours]
        own = levels_of(values, STEPS)
        signs = np.full(values.shape, sign, np.uint32)
        return half_blocks(levels_of(plane, STEPS), ground, cells, signs, own, [_light(c) for c in colours])
    steps = len(theme.signs.plus) - 1
    table = np.array([ord(letter) for letter in (*reversed(theme.signs.minus[1:]), *theme.signs.plus)], np.uint32)
    flat = levels_of(plane, steps).reshape(-1)
    letters, keys = table[flat], (flat > steps).astype(np.intp)
    letters[cells], keys[cells] = sign, 2
    styles = [theme["train"], theme["validation"], theme["plain"]]
    return segments_of(letters, keys, plane.shape[1], styles.__getitem__)


def _ends(grid: Floats, values: Floats) -> tuple[float, float]:
    """Return the lowest and highest finite value of the plane and the data."""
    known = np.concatenate([grid[np.isfinite(grid)], values[np.isfinite(values)]])
    return (float(known.min()), float(known.max())) if known.size else (0.0, 0.0)


def _classes_legend(
    width: int, names: Sequence[str], last: int, class_names: Sequence[str]
) -> list[tuple[str, int | None]]:
    """Write the name of the vertical input, then each class's name with its number, as many as fit."""
    parts: list[tuple[str, int | None]] = [(" " + _("{name} up").format(name=names[1]), None)]
    used = cell_len(parts[0][0])
    for number_ in range(last + 1):
        name = class_names[number_] if number_ < len(class_names) else str(number_)
        used += cell_len(name) + 5
        if used > width:
            break
        parts.append((name, number_))
    return parts


def _styled(parts: Sequence[tuple[str, int | None]], theme: Theme) -> list[Part]:
    return [
        (text, theme["dim"])
        if which is None
        else (f"   {theme.signs.class_signs[which % len(theme.signs.class_signs)]} {text}", theme.of_class(which))
        for text, which in parts
    ]


def _hue(style: Style) -> RGB:
    return tuple(style.color.get_truecolor()) if style.color else (200, 200, 200)  # type: ignore[return-value]


def _light(colour: RGB) -> RGB:
    red, green, blue = ((part + 255) // 2 for part in colour)
    return red, green, blue
