"""Pictures of units: many small maps beside each other, one large, weights as an image or a list, the hidden space."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.cells import cell_len
from textual.strip import Strip

from tuitrain.session.asked.units import UnitsAnswer
from tuitrain.translation import gettext as _
from tuitrain.ui.plots.axes import frame_label, frame_of, most_ticks
from tuitrain.ui.plots.figures import decimal, factor, right
from tuitrain.ui.plots.fit import draw_fit
from tuitrain.ui.plots.heat import draw_matrix
from tuitrain.ui.plots.lines import cut, line, padded
from tuitrain.ui.plots.ranges import exact_axis
from tuitrain.ui.plots.raster import Canvas, Window
from tuitrain.ui.theme import Role, Theme

Array = NDArray[Any]
LEAST_WIDTH, LEAST_HEIGHT = 15, 6  # of a map with its heading, cells
MOST_ACROSS, MOST_DOWN = 6, 3


def layout_of(width: int, height: int, count: int, *, most_down: int = MOST_DOWN) -> tuple[int, int]:
    """Return how many maps stand (across, down): the fewest that hold `count`, else as many as fit."""
    across, down = min(max(width // LEAST_WIDTH, 1), MOST_ACROSS), min(max(height // LEAST_HEIGHT, 1), most_down)
    fitting = [(a, d) for a in range(1, across + 1) for d in range(1, down + 1) if a * d >= count]
    if not fitting:
        return across, down
    return max(fitting, key=lambda size: min(width / size[0] / 2.2, height / size[1]))


def draw_many(
    width: int, height: int, answer: UnitsAnswer, order: Sequence[int], chosen: int,
    picture: Callable[..., list[Strip]], *, layout: tuple[int, int], theme: Theme,
) -> list[Strip]:  # fmt: skip
    """Draw the units `order` (places in the answer) beside each other, each under its number and what it costs."""
    across, down = layout
    wide, high = width // across, height // down
    lines: list[Strip] = []
    for start in range(0, min(len(order), across * down), across):
        row = []
        for place in order[start : start + across]:
            head = unit_heading(answer, place, is_chosen=place == chosen, width=wide, theme=theme)
            drawn = picture(wide - 2, high - 1 - (down > 1), place)
            column = [head, *(one.adjust_cell_length(wide) for one in drawn)]
            row.append((column + [Strip.blank(wide)] * high)[:high])
        lines += [Strip.join(parts).adjust_cell_length(width) for parts in zip(*row, strict=True)]
    return lines


def unit_heading(answer: UnitsAnswer, place: int, *, is_chosen: bool, width: int, theme: Theme) -> Strip:
    """``▸17 +0.412``: its number, and what removing it costs; what is idle is named."""
    mark = theme.signs.cursor if is_chosen else " "
    unit, cost = int(answer.units[place]), float(answer.costs[place])
    word = _(answer.idle_kind) if unit in answer.idle else theme.plain(cost_text(cost))
    role: Role = "warning" if unit in answer.idle else "dim"
    return line(width, [(mark, theme["accent"]), (f"{unit:<4}", theme["bold"]), (word, theme[role])])


def cost_text(cost: float) -> str:
    """``+0.412``, ``−0.003``; smaller ones as powers of ten, and the unknown as a dot."""
    if not np.isfinite(cost) or abs(cost) < 0.0005:
        return factor(cost, 3)
    return f"{'−' if cost < 0 else '+'}{abs(cost):.3f}"


def draw_response(width: int, height: int, answer: UnitsAnswer, place: int, *, theme: Theme) -> list[Strip]:
    """A unit's output over the plane, on the scale of the layer; over one input, as columns."""
    maps = answer.maps
    largest = float(np.abs(maps).max()) or 1.0
    if answer.up < 0:
        return _columns(width, height, resampled(maps[place], 1, width)[0], maps, theme)
    half = theme.shades and not theme.ascii_only
    matrix = resampled(maps[place], 2 * height if half else height, width)
    return draw_matrix(width, height, matrix, theme=theme, largest=largest)


def resampled(matrix: Array, rows: int, columns: int) -> Array:
    """The nearest values of `matrix` at (rows, columns) points from edge to edge."""
    down = np.rint(np.linspace(0, matrix.shape[0] - 1, rows)).astype(int)
    along = np.rint(np.linspace(0, matrix.shape[1] - 1, columns)).astype(int)
    found: Array = matrix[down[:, None], along]
    return found


def _columns(width: int, height: int, values: Array, maps: Array, theme: Theme) -> list[Strip]:
    """Columns from the least to the largest output of the layer."""
    low, high = float(maps.min()), float(maps.max())
    signs = theme.signs.columns
    parts = len(signs) - 1
    levels = np.rint((values - low) / ((high - low) or 1.0) * height * parts).astype(int)
    rows = []
    for row in range(height):
        left = np.clip(levels - (height - 1 - row) * parts, 0, parts)
        rows.append(line(width, [("".join(signs[level] for level in left), theme["train"])]))
    return rows


def draw_large(width: int, height: int, answer: UnitsAnswer, place: int, *, theme: Theme) -> list[Strip]:
    """One unit's response with axes and numbers."""
    values = answer.maps[place].astype(np.float64)
    names = (answer.names[answer.across], answer.names[answer.up])
    if answer.up < 0:
        unit = f"a {int(answer.units[place])}"
        return draw_fit(
            width, height, values[0], answer.extent[:2], np.empty(0), np.empty(0), (names[0], unit), theme=theme
        )
    across, up = most_ticks(width, height - 1)
    x, y = exact_axis(*answer.extent[:2], across), exact_axis(*answer.extent[2:], up)
    frame = frame_of(width, height - 1, x, y, frame_label(names[0], width, theme), ascii_only=theme.ascii_only)
    drawn = draw_response(frame.columns, frame.rows, answer, place, theme=theme)
    legend = theme.plain(_(" {name} up").format(name=names[1]))
    return [
        line(width, [(cut(legend, width, theme=theme), theme["dim"])]),
        *frame.strips([list(one) for one in drawn], theme["axis"]),
    ]


def draw_weights(width: int, height: int, answer: UnitsAnswer, place: int, *, theme: Theme) -> list[Strip]:
    """The weights that lead into a unit: as an image where inputs are pixels, else the largest by name."""
    weights = answer.weights[place]
    rows, columns = answer.picture
    if rows:
        image = np.zeros(rows * columns)
        image[answer.pixels] = weights
        largest = float(np.abs(answer.weights).max()) or 1.0
        return draw_matrix(width, height, image.reshape(rows, columns), theme=theme, largest=largest)
    order = np.argsort(-np.abs(weights), kind="stable")
    shown = order[: height if len(order) <= height else height - 1]
    numbers = 7
    names = min(max((cell_len(answer.sources[at]) for at in shown), default=1) + 1, max(width - numbers, 3))
    room = width - names - numbers - 1
    largest = float(np.abs(answer.weights).max()) or 1.0
    lines = []
    for at in shown:
        weight = float(weights[at])
        bar = theme.signs.blocks[-1] * round(abs(weight) / largest * room) if room > 3 else ""
        lines.append(line(width, [
            (padded(theme.plain(answer.sources[at]), names, theme=theme), theme["plain"]),
            (right(theme.plain(factor(weight, 2)), numbers), theme["plain"]),
            (" " + bar, theme["validation" if weight > 0 else "train"]),
        ]))  # fmt: skip
    if len(shown) < len(order):
        more = _("{count} more").format(count=len(order) - len(shown))
        lines.append(line(width, [(cut(theme.plain(more), width, theme=theme), theme["dim"])]))
    return lines


def draw_space(width: int, height: int, answer: UnitsAnswer, *, theme: Theme) -> list[Strip]:
    """The rows after the layer on its two principal axes, over the bent grid of the inputs."""
    names = answer.class_names or (_("below the median"), _("above it"))
    signs = theme.signs.class_signs
    legend = [(f" {signs[k % len(signs)]} {names[k]} ", theme.of_class(k)) for k in range(len(names))]
    while cell_len("".join(text for text, _style in legend)) > width and len(legend) > 1:
        legend.pop()
    canvas = Canvas(height - 1, width - 1, theme=theme)
    both = np.concatenate([answer.points, answer.bent]) if len(answer.bent) else answer.points
    (left, low), (far, top) = both.min(axis=0), both.max(axis=0)
    window = Window(left, far if far > left else left + 1, low, top if top > low else low + 1)
    if len(answer.bent):
        dot = "." if theme.ascii_only else None
        canvas.points(answer.bent[:, 0], answer.bent[:, 1], window, style=theme["earlier"], sign=dot)
    for k in range(len(names)):
        points = answer.points[answer.point_classes == k]
        canvas.points(points[:, 0], points[:, 1], window, style=theme.of_class(k), sign=signs[k % len(signs)])
    return [line(width, legend), *(Strip([*row]).adjust_cell_length(width) for row in canvas.segments())]


def formula_of(answer: UnitsAnswer, place: int, width: int) -> str:
    """``z = +1.82·x1 − 0.94·x2 + 0.31``: the largest weights by name that fit, how many more, and the bias."""
    weights = answer.weights[place]
    order = np.argsort(-np.abs(weights), kind="stable")
    bias = _signed(float(answer.biases[place]))
    found = ""
    for count in range(1, len(order) + 1):
        parts = [f"{_signed(float(weights[at]))}·{answer.sources[at]}" for at in order[:count]]
        if count < len(order):
            parts.append(_("… ({count} more)").format(count=len(order) - count))
        text = f"z = {' '.join([*parts, bias])}"
        if found and cell_len(text) > width:
            break
        found = text
    return found


def _signed(value: float) -> str:
    return f"{'−' if value < 0 else '+'} {abs(value):.2f}"


def best_rows_text(answer: UnitsAnswer, place: int, width: int, *, is_of_classes: bool) -> str:
    """The targets of the rows that excite a unit most, and the outputs there: as many as fit."""
    text = ""
    told = _("excited most by rows of class {truths}   a {outputs}")
    if not is_of_classes:
        told = _("excited most by rows with target {truths}   a {outputs}")
    for count in range(1, len(answer.truths[place]) + 1):
        truths = " ".join(answer.truths[place][:count])
        outputs = " ".join(decimal(float(value), 1) for value in answer.best_outputs[place][:count])
        longer = told.format(truths=truths, outputs=outputs)
        if text and cell_len(longer) > width:
            break
        text = longer
    return text


def way_out_text(answer: UnitsAnswer, place: int, width: int) -> str:
    """The largest weights that lead out of a unit."""
    weights = answer.out[place]
    order = np.argsort(-np.abs(weights), kind="stable")
    texts: list[str] = []
    used = 0
    for at in order:
        text = f"{answer.targets[at]} {factor(float(weights[at]), 2)}"
        used += cell_len(text) + 3
        if used > width:
            break
        texts.append(text)
    rest = len(order) - len(texts)
    more = "   " + _("{count} more").format(count=rest) if rest else ""
    return _("out to {weights}").format(weights="   ".join(texts)) + more


def scale_text(answer: UnitsAnswer, *, theme: Theme) -> str:
    """The outputs that the colours, or the signs, stand for."""
    low, high = (float(f"{end:.2f}") + 0.0 for end in (answer.maps.min(), answer.maps.max()))
    told = _("colours: a from {low} to {high}")
    if not theme.shades or theme.ascii_only:
        told = _("a from {low} to {high}:") + f" {' '.join(theme.signs.plus[1:])}"
    return told.format(low=decimal(low, 2), high=decimal(high, 2))
