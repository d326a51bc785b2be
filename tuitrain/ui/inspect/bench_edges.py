"""Which weight the bench goes to: the first one, the next one, the next unit's."""

from __future__ import annotations

import numpy as np

from tuitrain.session.asked.bench import RowAnswer
from tuitrain.ui.inspect.bench_layers import Chosen
from tuitrain.ui.inspect.chain_rule import WeightPlace


def is_edge(answer: RowAnswer, edge: WeightPlace) -> bool:
    """Whether the network has such a weight, or bias."""
    layers = answer.trace.layers
    if not 0 <= edge.layer < len(layers):
        return False
    rows, units = layers[edge.layer].block.shape
    return edge.source < int(rows) and edge.unit < int(units)


def first_edge(answer: RowAnswer, layer: int) -> WeightPlace:
    """The weight of a layer, biases left out, with the largest gradient."""
    gradient = np.abs(answer.trace.layers[layer].gradient[:-1])
    source, unit = np.unravel_index(int(gradient.argmax()), gradient.shape)
    return WeightPlace(layer, int(source), int(unit))


def strongest_edge(answer: RowAnswer, layer: int, unit: int) -> WeightPlace:
    """The weight of a unit that adds most to its sum, biases left out."""
    found = answer.trace.layers[layer]
    sizes = np.abs(found.inputs[:-1] * found.block[:-1, unit])
    return WeightPlace(layer, int(sizes.argmax()), unit)


def edge_in_view(answer: RowAnswer, edge: WeightPlace, column: int | None, chosen: Chosen) -> WeightPlace:
    """The weight `edge`; where the step's `column` is not among those that are drawn around it, one that leads there.

    That is the one with the largest gradient.
    """
    if column is None or column in chosen.layers:
        return edge
    return first_edge(answer, max(column - 1, 0))


def edges_of(chosen: Chosen) -> list[WeightPlace]:
    """The weights that are drawn, unit by unit."""
    return [
        WeightPlace(layer - 1, source, unit)
        for layer in chosen.layers[1:]
        for unit in chosen.units[layer]
        for source in chosen.units[layer - 1]
    ]


def next_edge(edges: list[WeightPlace], edge: WeightPlace, by: int) -> WeightPlace:
    """Another weight of the same unit, and then of the next one; the first where `edge` is not drawn."""
    return edges[(edges.index(edge) + by) % len(edges)] if edge in edges else edges[0]


def edge_of_next_unit(edges: list[WeightPlace], edge: WeightPlace, by: int) -> WeightPlace:
    """The first weight of another unit."""
    units = list(dict.fromkeys((one.layer, one.unit) for one in edges))
    here = (edge.layer, edge.unit)
    layer, unit = units[(units.index(here) + by) % len(units)] if here in units else units[0]
    return next(one for one in edges if (one.layer, one.unit) == (layer, unit))
