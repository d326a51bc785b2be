"""Tables and pictures of the page on inputs: coefficients, support vectors, importance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.cells import cell_len
from textual.strip import Strip

from tuitrain.numbers import MINUS, significant
from tuitrain.session.asked.inputs import ImportanceAnswer, LinearAnswer, SupportAnswer
from tuitrain.translation import gettext as _
from tuitrain.ui.inspect.plot import Curve
from tuitrain.ui.plots.axes import frame_of, most_ticks, window_of
from tuitrain.ui.plots.figures import decimal, right
from tuitrain.ui.plots.lines import line, padded
from tuitrain.ui.plots.ranges import exact_axis
from tuitrain.ui.plots.raster import Canvas
from tuitrain.ui.theme import Role, Theme

Array = NDArray[Any]
NUMBERS = 12  # cells of a number in a table


def figure(value: float, *, signed: bool = False) -> str:
    """Three significant digits with the right minus."""
    if not np.isfinite(value):
        return decimal(value)
    sign = MINUS if value < 0 else "+" if signed else ""
    return sign + significant(abs(value))


def window(count: int, rows: int, chosen: int) -> range:
    """Return the places that `rows` lines show, around `chosen`."""
    first = min(max(chosen - rows // 2, 0), max(count - rows, 0))
    return range(first, min(first + rows, count))


def coefficient_order(answer: LinearAnswer, output: int, *, by_name: bool) -> list[int]:
    """The inputs by what one deviation changes, the largest first; or as they are in the table."""
    if by_name:
        return list(range(len(answer.inputs)))
    return [int(place) for place in np.argsort(-np.abs(answer.effects[output]), kind="stable")]


def draw_coefficients(
    width: int, height: int, answer: LinearAnswer, output: int, order: Sequence[int], chosen: int, *, theme: Theme
) -> list[Strip]:
    """A line for each input: its coefficient, one deviation, what that changes, and least squares."""
    has_exact = len(answer.exact) > 0
    names = min(max(cell_len(answer.inputs[place]) for place in order) + 1, max(width // 4, 12))
    names = max(names, 8)
    room = width - 2 - names - NUMBERS * (4 if has_exact else 3) - 2
    heads = [_("coefficient"), _("deviation"), _("changes by"), *([_("exact")] if has_exact else [])]
    head = "  " + padded(_("input"), names, theme=theme) + "".join(right(one, NUMBERS) for one in heads)  # fmt: skip
    lines = [line(width, [(theme.plain(head), theme["dim"])])]
    largest = float(np.abs(answer.effects[output]).max()) or 1.0
    for at in window(len(order), height - 1, chosen):
        place = order[at]
        effect = float(answer.effects[output, place])
        cells = [
            right(figure(float(answer.coefficients[output, place])), NUMBERS),
            right(figure(float(answer.spreads[place])), NUMBERS), right(figure(effect, signed=True), NUMBERS),
        ]  # fmt: skip
        if has_exact:
            cells.append(right(figure(float(answer.exact[output, place])), NUMBERS))
        bar = theme.signs.blocks[-1] * round(abs(effect) / largest * max(room - 1, 0))
        role: Role = "bold" if at == chosen else "plain"
        lines.append(line(width, [
            (f"{theme.signs.cursor if at == chosen else ' '} ", theme["accent"]),
            (padded(theme.plain(answer.inputs[place]), names, theme=theme), theme[role]),
            (theme.plain("".join(cells)) + "  ", theme[role]), (bar, theme["validation" if effect > 0 else "train"]),
        ]))  # fmt: skip
    return lines


def equation(answer: LinearAnswer, output: int, width: int) -> str:
    """``y = 0.998 + 2.99·x1 − 1.99·x2``: as many terms as fit, those that matter most first."""
    found = ""
    order = coefficient_order(answer, output, by_name=False)
    for count in range(1, len(order) + 1):
        text = f"{answer.outputs[output]} = {figure(float(answer.intercepts[output]))}"
        for place in order[:count]:
            value = float(answer.coefficients[output, place])
            text += f" {MINUS if value < 0 else '+'} {significant(abs(value))}·{answer.inputs[place]}"
        if count < len(order):
            text += " " + _("… ({count} more)").format(count=len(order) - count)
        if found and cell_len(text) > width:
            break
        found = text
    return found


def draw_importance(
    width: int, height: int, answer: ImportanceAnswer, order: Sequence[int], chosen: int, *, theme: Theme
) -> list[Strip]:
    """A bar for each column of the table: the mean rise of the loss, and its deviation over the repeats.

    A column without which the loss is lower has no bar: a bar would read as importance.
    """
    names = min(max(cell_len(answer.columns[place]) for place in order) + 1, max(width // 3, 12))
    names = max(names, 8)
    room = width - 2 - names - 2 * NUMBERS - 2
    head = "  " + padded(_("column"), names, theme=theme) + right(_("rise"), NUMBERS) + right(theme.plain("±"), NUMBERS)
    lines = [line(width, [(head, theme["dim"])])]
    largest = max(float(np.nan_to_num(answer.rises).max(initial=0)), 1e-12)
    for at in window(len(order), height - 1, chosen):
        place = order[at]
        rise, deviation = float(answer.rises[place]), float(answer.deviations[place])
        role: Role = "bold" if at == chosen else "plain"
        length = round(rise / largest * max(room - 1, 0)) if rise > 0 else 0
        lines.append(line(width, [
            (f"{theme.signs.cursor if at == chosen else ' '} ", theme["accent"]),
            (padded(theme.plain(answer.columns[place]), names, theme=theme), theme[role]),
            (theme.plain(right(_four(rise), NUMBERS) + right(_four(deviation), NUMBERS)) + "  ", theme[role]),
            (theme.signs.blocks[-1] * length, theme["bar"]),
        ]))  # fmt: skip
    return lines


def _four(value: float) -> str:
    """Four digits after the point, as losses of one table stand under each other."""
    return f"{'−' if value < 0 else ''}{abs(value):.4f}" if np.isfinite(value) else decimal(value)


def importance_order(answer: ImportanceAnswer, *, by_name: bool) -> list[int]:
    """The columns by the rise of the loss; those to come, last."""
    if by_name:
        return list(range(len(answer.columns)))
    return [int(place) for place in np.argsort(-np.nan_to_num(answer.rises, nan=-np.inf), kind="stable")]


def draw_support_list(width: int, height: int, answer: SupportAnswer, chosen: int, *, theme: Theme) -> list[Strip]:
    """The support vectors: row, class, t z and where it lies."""
    head = f"  {_('row'):>7}  {padded(_('class'), 20, theme=theme)}{right('t z', 9)}   {_('lies')}"
    lines = [line(width, [(theme.plain(head), theme["dim"])])]
    for at in window(len(answer.rows), height - 1, chosen):
        tz = float(answer.tz[at])
        where, role = where_it_lies(tz)
        mark = theme.signs.cursor if at == chosen else " "
        text = f"{int(answer.rows[at]):>7}  {padded(theme.plain(answer.truths[at]), 20, theme=theme)}"
        lines.append(line(width, [
            (f"{mark} ", theme["accent"]), (text, theme["bold" if at == chosen else "plain"]),
            (right(theme.plain(two_digits(tz)), 9) + "   ", theme["plain"]), (where, theme[role]),
        ]))  # fmt: skip
    return lines


def two_digits(value: float) -> str:
    """``−0.89``."""
    return f"{MINUS if value < 0 else ''}{abs(value):.2f}"


def where_it_lies(tz: float) -> tuple[str, Role]:
    """Say what t z means."""
    if tz < 0:
        return _("on the wrong side"), "bad"
    if tz < 0.99:
        return _("inside the margin"), "warning"
    return _("on the margin"), "good"


def draw_support_plane(width: int, height: int, answer: SupportAnswer, *, theme: Theme) -> list[Strip]:
    """The training rows over the two inputs, with the line z = 0, the margins, and the support vectors large."""
    signs = theme.signs.class_signs
    legend = [(f" {signs[k]} {answer.class_names[k]} ", theme.of_class(k)) for k in range(2)]
    legend.append((theme.plain(_(" large: support vectors, small: all others; dashed: t z = 1 ")), theme["dim"]))
    (left, low), (far, top) = answer.points.min(axis=0), answer.points.max(axis=0)
    across, up = most_ticks(width, height - 1)
    x, y = exact_axis(float(left), float(far), across), exact_axis(float(low), float(top), up)
    frame = frame_of(width, height - 1, x, y, theme.plain(answer.names[0]), ascii_only=theme.ascii_only)
    canvas, shown = Canvas(frame.rows, frame.columns, theme=theme), window_of(x, y)
    for curve in _lines_of(answer.plane, (x.low, x.high), (y.low, y.high)):
        canvas.curve(curve.x, curve.y, shown, style=theme[curve.role], dash=curve.dash, sign=curve.sign)
    for k in range(2):
        others = answer.points[(answer.sides == k) & ~answer.are_support]
        canvas.points(others[:, 0], others[:, 1], shown, style=theme.of_class(k), sign=theme.plain("·")[:1])
    for k in range(2):
        supports = answer.points[(answer.sides == k) & answer.are_support]
        canvas.points(supports[:, 0], supports[:, 1], shown, style=theme.of_class(k), sign=signs[k])
    return [line(width, legend), *frame.strips(canvas.segments(), theme["axis"])]


def _lines_of(plane: Array, xs: tuple[float, float], ys: tuple[float, float]) -> list[Curve]:
    """The lines z = 0, −1 and 1 within the plot, as curves over ascending x."""
    first, second, constant = plane.tolist()
    found = []
    for z in (0.0, -1.0, 1.0):
        if abs(second) * (ys[1] - ys[0]) >= 1e-9 * abs(first) * (xs[1] - xs[0]):
            x = np.linspace(*xs, 400)
            y = (z - constant - first * x) / (second or 1e-300)
        else:
            x, y = np.full(400, (z - constant) / (first or 1e-300)), np.linspace(*ys, 400)
        inside = (y >= ys[0]) & (y <= ys[1])
        dash = None if z == 0 else (2, 3)
        found.append(Curve(x, np.where(inside, y, np.nan), "bold" if z == 0 else "dim", dash, "#" if z == 0 else ":"))
    return found
