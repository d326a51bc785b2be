"""The table of the page on depth: a line for each layer, with histograms in columns and what it hands on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from textual.strip import Strip

from tuitrain.numbers import significant
from tuitrain.session.asked.depth import DepthAnswer, LayerSignal
from tuitrain.translation import gettext as _
from tuitrain.ui.plots.bars import bar
from tuitrain.ui.plots.figures import decimal, right
from tuitrain.ui.plots.lines import cut, fit, line
from tuitrain.ui.theme import Theme

LOW, HIGH = 0.3, 3.0  # ratios beyond these are marked
VANISHED = 0.01  # of the last hidden layer's error: what the first one gets below that teaches it next to nothing
WIDE = 100  # columns from which the histograms have all their bins
MOST_LINES = 3  # of a layer
FIRST, LAST = 3, 2  # layers that are always listed


def shown_layers(count: int, room: int, chosen: int) -> list[int]:
    """Return the layers that `room` lines list: all, or the first, the last, and every so many between; and `chosen`.

    One line is left for how many are folded.
    """
    if count <= room:
        return list(range(count))
    most = max(room - 1, 1)
    ends = [*range(min(FIRST, most)), *range(count - min(LAST, max(most - FIRST, 0)), count)]
    free = most - len(ends)
    between = np.unique(np.linspace(FIRST, count - LAST - 1, free).round()).astype(int).tolist() if free > 0 else []
    found = sorted({*ends, *between})
    if chosen not in found:
        nearest = min((one for one in found if one not in (0, count - 1)), key=lambda one: abs(one - chosen), default=0)
        found = sorted({*(one for one in found if one != nearest), chosen})
    return found


def sparks(counts: NDArray[Any], width: int, theme: Theme, *, lines: int = 1) -> list[str]:
    """A histogram (24,) in `width` columns and `lines` lines, its highest bin as high as they are.

    A bin that holds anything shows something.
    """
    bins = counts.reshape(width, -1).sum(axis=1)
    signs, most = theme.signs.columns, max(int(bins.max()), 1)
    parts = len(signs) - 1
    levels = np.ceil(bins / most * parts * lines).astype(int)
    rows = (np.clip(levels - parts * below, 0, parts) for below in reversed(range(lines)))
    return ["".join(signs[level] for level in row) for row in rows]


def lines_of_a_layer(count: int, room: int) -> int:
    """How many lines each of `count` layers takes where `room` are free."""
    return min(max(room // count, 1), MOST_LINES)


def draw_layers(width: int, height: int, answer: DepthAnswer, chosen: int, *, log: bool, theme: Theme) -> list[Strip]:
    """A line for each layer, and what they come to from the last to the first."""
    bins = 24 if width >= WIDE else 12
    gap = "    " if width >= WIDE else "  "
    last = len(answer.layers) - 1
    delta_range = answer.power_range if log else answer.delta_range
    ends = [f"1e{end:.0f}" if log else f"{end:.1g}" for end in delta_range]
    rulers = (
        _ruler("a", [f"{end:.2g}" for end in answer.a_range], bins, theme),
        _ruler("f′", [f"{end:.2g}" for end in answer.slope_range], bins, theme),
        _ruler("|d|" if theme.ascii_only else "|δ|", ends, bins, theme),
    )
    head = f" {fit(_('layer'), 7, theme)}" + gap.join(rulers)
    head += gap + right(theme.formula("‖δ‖"), 8) + right(_("ratio"), 8)
    lines = [line(width, [(head, theme["dim"])])]
    listed = shown_layers(last + 1, height - 2, chosen)
    each = lines_of_a_layer(len(listed), height - 2)
    for place in listed:
        layer = answer.layers[place]
        columns = [
            sparks(counts, bins, theme, lines=each)
            for counts in (layer.a, layer.slope, layer.delta_log if log else layer.delta)
        ]
        for row in range(each):
            is_last = row == each - 1
            mark = theme.signs.cursor if place == chosen and is_last else " "
            name = f"{place + 1}" if is_last else ""
            numbers = [(right(power(layer.norm), 8), theme["plain"])]
            numbers += _ratio(layer, theme) if place < last or not last else []
            lines.append(line(width, [
                (mark, theme["accent"]), (f"{name:<7}", theme["bold" if place == chosen else "plain"]),
                (columns[0][row] + gap, theme["train"]), (columns[1][row] + gap, theme["good"]),
                (columns[2][row] + gap, theme["validation"]), *(numbers if is_last else []),
            ]))  # fmt: skip
    folded = last + 1 - len(listed)
    if folded:
        lines.append(_told(width, _("{count} layers between are folded").format(count=folded), theme))
    lines.append(_told(width, sum_up(answer), theme, dim=False))
    return lines


def sum_up(answer: DepthAnswer) -> str:
    """What the ratios come to from the last hidden layer to the first."""
    layers = answer.layers
    if len(layers) == 1:
        return _("one hidden layer: its ratio is to the output; x shows what seven do")
    first, last = layers[0].norm, layers[-1].norm
    if not last:
        return _("no error arrives at the last hidden layer: δ is 0 there")
    told = _("from {last} to 1: {start} → {end}, × {product}")
    if len(layers) > 2:
        told = _("from {last} to 1: {start} → {end}, × {product}: {count} factors near {factor}")
        if first / last < VANISHED:
            told = _("from {last} to 1: {start} → {end}, × {product}: vanishes by {count} factors near {factor}")
        elif first / last > 1 / VANISHED:
            told = _("from {last} to 1: {start} → {end}, × {product}: explodes by {count} factors near {factor}")
    return told.format(
        last=len(layers), start=power(last), end=power(first), product=power(first / last), count=len(layers) - 1,
        factor=decimal((first / last) ** (1 / (len(layers) - 1)), 2),
    )  # fmt: skip


def verdict(answer: DepthAnswer) -> str:
    """What the product means for learning."""
    layers = answer.layers
    first, last = layers[0].norm, layers[-1].norm
    if len(layers) == 1 or not last:
        return ""
    product = first / last
    if product < VANISHED:
        told = _("so layer 1 gets {share} of the error that layer {last} gets, and hardly learns")
    elif product > 1 / VANISHED:
        told = _("so layer 1 gets {share} times the error of layer {last}")
    else:
        told = _("so layer 1 gets {share} of the error that layer {last} gets: it learns too")
    return told.format(share=power(product), last=len(layers))


def power(value: float) -> str:
    """A length, or how many times longer it is, in three digits that count: ``4.21e-5``, ``0.293``, ``15.2``."""
    if not np.isfinite(value):
        return decimal(value)
    mantissa, _, exponent = f"{value:.2e}".partition("e")
    if value == 0:
        return "0"
    return significant(value) if -1 <= int(exponent) <= 2 else f"{mantissa}e{int(exponent)}"


def _ratio(layer: LayerSignal, theme: Theme) -> list[tuple[str, Any]]:
    """The ratio with its sign and a bar of three cells."""
    ratio = layer.ratio
    sign = "↓" if ratio < LOW else "↑" if ratio > HIGH else " "
    text = right(theme.plain(f"{sign}{decimal(ratio, 2)}"), 8)
    role = theme["plain" if sign == " " else "warning"]
    return [(text, role), (" " + bar(min(ratio, 1.0), 0, 1, 3, log=False, theme=theme), theme["bar"])]


def _ruler(name: str, ends: Sequence[str], bins: int, theme: Theme) -> str:
    """``a 0──────1`` of exactly `bins` cells; without its ends where they do not fit."""
    name, (low, high) = theme.formula(name), ends
    rule = bins - len(name) - 1 - len(low) - len(high)
    if rule < 1:
        return fit(f"{name} {low}" if len(name) + 1 + len(low) <= bins else name, bins, theme)
    return f"{name} {low}{theme.signs.rule * rule}{high}"


def _told(width: int, text: str, theme: Theme, *, dim: bool = True) -> Strip:
    shown = cut(theme.formula(text), width - 2, theme=theme)
    return line(width, [(f" {shown}", theme["dim" if dim else "plain"])])


def choice_names() -> dict[str, str]:
    """The choices in words."""
    return {
        "sigmoid": _("sigmoid, Glorot"), "tanh": _("tanh, Glorot"), "relu": _("relu, He"),
        "sigmoid4": _("sigmoid, weights × 4"),
    }  # fmt: skip


def draw_choices(
    width: int, height: int, rows: Sequence[tuple[str, str, float]], *, chosen: int, theme: Theme
) -> list[Strip]:
    """Bars of ‖δ₁‖/‖δ_L‖ on a log scale up to the largest; rows are (key, name, ratio); the scale where room is."""
    known = [ratio for _key, _name, ratio in rows if np.isfinite(ratio) and ratio > 0]
    low = 10.0 ** np.floor(np.log10(min([*known, 0.1]) / 2) - 1e-9)
    high = max([*known, 1.0])
    names = min(max(len(name) for _key, name, _ratio in rows) + 2, width // 2)
    room = width - names - 3 - 9 - 3
    lines = []
    for place, (key, name, ratio) in enumerate(rows):
        role = theme["bold" if place == chosen else "plain"]
        mark = theme.signs.cursor if place == chosen else " "
        shown = power(ratio) if np.isfinite(ratio) else theme.plain("·")
        lines.append(line(width, [
            (mark, theme["accent"]), (f"{key} ", theme["key"]), (fit(name, names, theme), role),
            (right(shown, 7) + "   ", role), (bar(ratio, low, high, room, log=True, theme=theme), theme["bar"]),
        ]))  # fmt: skip
    if len(rows) < height:
        ends = f"{low:.0e}".replace("e-0", "e-") + right(power(high), max(room - 4, 1))
        lines.append(line(width, [(" " * (names + 13) + ends, theme["dim"])]))
    return lines
