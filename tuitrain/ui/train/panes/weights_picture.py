"""The weights of a small network as numbers: on the edges of the drawn network, and in a table for each layer."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from rich.cells import cell_len, set_cell_size
from textual.strip import Strip

from tuitrain.numbers import MINUS
from tuitrain.session.snapshot import ParametersView
from tuitrain.translation import gettext as _
from tuitrain.ui.plots.figures import right
from tuitrain.ui.plots.lines import cut, line, padded
from tuitrain.ui.plots.network_picture import Edge, LayerColumn, Unit, draw_network, fits
from tuitrain.ui.theme import Theme

MOST = 60  # parameters that are shown as numbers
NAME = 8  # cells of an input's name
CELL = 8  # cells of a number in a table
UNIT = 11  # cells of a unit: its name and bias


def is_small(view: ParametersView) -> bool:
    """Whether a network's parameters are shown one by one."""
    return sum(w.size + b.size for w, b in zip(view.weights, view.biases, strict=True)) <= MOST


def names_of(view: ParametersView, inputs: Sequence[str], outputs: Sequence[str]) -> list[list[str]]:
    """What the units of each layer are called, the inputs first; hidden ones ``h2``, or ``h1.2`` in several layers.

    Where `inputs` or `outputs` are not as many as the layer has, they are called ``x3`` and ``o2``.
    """
    hidden, features = len(view.weights) - 1, view.weights[0].shape[0]
    columns = [list(inputs) if len(inputs) == features else [f"x{k + 1}" for k in range(features)]]
    for layer, weights in enumerate(view.weights):
        count = weights.shape[1]
        if layer == hidden:
            columns.append(
                [str(name) for name in outputs] if len(outputs) == count else [f"o{k + 1}" for k in range(count)]
            )
        else:
            columns.append([f"h{k + 1}" if hidden == 1 else f"h{layer + 1}.{k + 1}" for k in range(count)])
    return columns


def place_of(view: ParametersView, index: int) -> tuple[int, int, int]:
    """Layer, source and unit of a parameter; the source after the last input is the bias."""
    for layer, weights in enumerate(view.weights):
        size = weights.size + weights.shape[1]
        if index < size:
            return layer, index // weights.shape[1], index % weights.shape[1]
        index -= size
    raise IndexError(index)


def value_of(view: ParametersView, index: int) -> float:
    """The parameter's value."""
    layer, source, unit = place_of(view, index)
    weights = view.weights[layer]
    return float(weights[source, unit] if source < weights.shape[0] else view.biases[layer][unit])


def name_of(view: ParametersView, names: Sequence[Sequence[str]], index: int) -> str:
    """``w x1→h2`` or ``b h2``."""
    layer, source, unit = place_of(view, index)
    end = names[layer + 1][unit]
    return f"w {names[layer][source]}→{end}" if source < view.weights[layer].shape[0] else f"b {end}"


def draw_numbers(
    width: int, view: ParametersView, names: Sequence[Sequence[str]], chosen: int, *, theme: Theme
) -> list[Strip]:
    """The drawn network, where it fits, and a table of each layer's weights and biases; the chosen one is marked."""
    return [*_network(width, view, names, chosen, theme), *_tables(width, view, names, chosen, theme)]


def _short(name: str, width: int = NAME) -> str:
    return name if cell_len(name) <= width else set_cell_size(name, width - 1) + "…"


def _network(
    width: int, view: ParametersView, names: Sequence[Sequence[str]], chosen: int, theme: Theme
) -> list[Strip]:  # fmt: skip
    if not fits(width, [NAME, *[UNIT] * len(view.weights)]):
        return []
    at = place_of(view, chosen)
    columns = []
    for layer, units in enumerate(names):
        rows = []
        for unit, name in enumerate(units):
            bias = f" b {_signed(float(view.biases[layer - 1][unit]))}" if layer else ""
            is_chosen = bool(layer) and (layer - 1, unit) == (at[0], at[2])
            rows.append(Unit((_short(name, NAME if not layer else 5) + bias,), is_chosen=is_chosen))
        edges = []
        if layer < len(view.weights):
            weights = view.weights[layer]
            largest = float(np.abs(weights).max()) or 1.0
            for source, unit in np.ndindex(weights.shape):
                weight, is_here = float(weights[source, unit]), (layer, source, unit) == at
                is_strong = abs(weight) >= largest / 2
                edges.append(Edge(source, unit, is_here, (_signed(weight),) if is_here or is_strong else ()))
        title = _("input") if not layer else _("output") if layer == len(view.weights) else _("layer {number}")
        columns.append(LayerColumn(title.format(number=layer), tuple(rows), tuple(edges)))
    height = max(len(units) for units in names) * 2 + 1
    return [*draw_network(width, min(height, 18), columns, theme=theme), line(width, [])]


def _tables(
    width: int, view: ParametersView, names: Sequence[Sequence[str]], chosen: int, theme: Theme
) -> list[Strip]:  # fmt: skip
    at, lines = place_of(view, chosen), []
    a_row = max(1, (width - NAME - 2) // CELL)
    for layer, (sources, units) in enumerate(pairwise(names)):
        weights = np.concatenate([view.weights[layer], view.biases[layer][None]])
        head = _("layer {number}").format(number=layer + 1)
        for first in range(0, len(units), a_row):
            part = range(first, min(first + a_row, len(units)))
            titles = "".join(right(_short(units[k], CELL - 1), CELL) for k in part)
            lines.append(line(width, [(f" {padded(head, NAME, theme=theme)} {theme.plain(titles)}", theme["dim"])]))
            for source, name in enumerate([*sources, _("bias")]):
                parts = [(f" {padded(theme.plain(_short(name)), NAME, theme=theme)} ", theme["plain"])]
                for k in part:
                    is_here = (layer, source, k) == at
                    mark = theme.signs.cursor if is_here else " "
                    text = mark + _signed(float(weights[source, k]))
                    parts.append((right(theme.plain(text), CELL), theme["selected" if is_here else "plain"]))
                lines.append(line(width, parts))
    return lines


def hint(width: int, name: str, value: float, *, has_ended: bool = False, theme: Theme) -> Strip:
    """What the chosen parameter is, and how it is changed, or why not: the training `has_ended`."""
    told = _("{name} = {value}   the training has ended") if has_ended else _("{name} = {value}   enter: type a value")
    text = told.format(name=name, value=_signed(value, 4))
    return line(width, [(f" {cut(theme.plain(text), width - 2, theme=theme)}", theme["accent"])])


def _signed(value: float, places: int = 2) -> str:
    text = f"{abs(value):.{places}f}"
    if float(text) == 0 and value:
        text = f"{abs(value):.0e}".replace("e-0", "e-")
    elif abs(value) >= 1000:
        text = f"{abs(value):.1e}".replace("e+0", "e")
    return (MINUS if value < 0 else "+") + text
