"""Which units of a network the bench draws, and what stands on them and their edges at a step of the way."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from rich.cells import cell_len, set_cell_size
from textual.geometry import Region

from tuitrain.session.asked.bench import RowAnswer
from tuitrain.translation import gettext as _
from tuitrain.ui.inspect.bench_shares import TWO_WAYS_ROWS
from tuitrain.ui.inspect.bench_way import Phase
from tuitrain.ui.inspect.chain_rule import WeightPlace, layer_sizes, unit_name
from tuitrain.ui.plots.figures import decimal, factor
from tuitrain.ui.plots.network_picture import Edge, LayerColumn, Unit, fits
from tuitrain.ui.theme import Role

INPUT_WIDTH, UNIT_WIDTH = 17, 19  # cells of a column
WIDE = 110  # cells of a picture from which units have f′, and edges their numbers
MOST_LABELLED = 9  # edges between two columns that all have their numbers
NAME_WIDTH = 9  # of an input's name
MOST_UNITS = 4
SHARE_ROWS = 4  # of the pane of shares below the others, with its frame


def bench_boxes(area: Region, *, is_shares: bool) -> dict[str, Region]:
    """Where the network, the rule and the shares are; `is_shares`: of the example of an error that is shared."""
    if area.width >= WIDE and not is_shares:
        below = max(area.height // 2, 14)
        network = Region(area.x, area.y, area.width, area.height - below + 1)
        beside = 42
        left = Region(area.x, area.bottom - below, area.width - beside + 1, below)
        return {"network": network, "rule": left, "shares": Region(area.right - beside, left.y, beside, below)}
    rule, below = (5, TWO_WAYS_ROWS + 2) if is_shares else (9, SHARE_ROWS)
    network = Region(area.x, area.y, area.width, area.height - rule - below + 2)
    middle = Region(area.x, network.bottom - 1, area.width, rule)
    return {"network": network, "rule": middle, "shares": Region(area.x, middle.bottom - 1, area.width, below)}


@dataclass(frozen=True)
class Chosen:
    """What is drawn: `layers` are columns (0 the inputs), `units` of each, and how many of each are folded."""

    layers: tuple[int, ...]
    units: dict[int, tuple[int, ...]]
    folded: dict[int, int]


def shown_units(answer: RowAnswer, edge: WeightPlace, width: int, height: int) -> Chosen:
    """Choose the columns around the chosen weight that have room, and in each the units that matter most."""
    sizes = layer_sizes(answer)
    count = len(sizes)
    while count > 2 and not fits(width, [INPUT_WIDTH, *[UNIT_WIDTH] * (count - 1)]):
        count -= 1
    first = min(max(edge.layer + 2 - count, 0), len(sizes) - count)
    if edge.layer + 1 < first + count - 1 and first + count < len(sizes):
        first = max(min(edge.layer, len(sizes) - count), 0)
    layers = tuple(range(first, first + count))
    units, folded = {}, {}
    for layer in layers:
        room = min(MOST_UNITS, (height - 1) // 2) if layer else min(6, height - 2)
        units[layer] = _most_important(answer, layer, room, edge)
        folded[layer] = sizes[layer] - len(units[layer])
    return Chosen(layers, units, folded)


def _most_important(answer: RowAnswer, layer: int, most: int, edge: WeightPlace) -> tuple[int, ...]:
    """The units of a column with the largest |δ·a|, in their order; the chosen weight's own are always among them."""
    layers = answer.trace.layers
    size = layer_sizes(answer)[layer]
    if size <= most:
        return tuple(range(size))
    if layer == 0:
        weight = np.abs(layers[0].inputs[:-1] * np.abs(layers[0].block[:-1]).sum(axis=1))
    else:
        found = layers[layer - 1]
        weight = np.abs(found.delta * found.a)
    must = []
    if layer == edge.layer and edge.source < size:
        must.append(edge.source)
    if layer == edge.layer + 1:
        must.append(edge.unit)
    order = [*must, *(int(unit) for unit in np.argsort(-weight, kind="stable") if int(unit) not in must)]
    return tuple(sorted(order[: max(most - 1, 1)]))


def columns_of(
    answer: RowAnswer, edge: WeightPlace, phase: Phase, chosen: Chosen, *, is_wide: bool = False
) -> list[LayerColumn]:
    """Make the picture's columns; if it `is_wide`, units have f′, and edges their weight and gradient."""
    columns = []
    for position, layer in enumerate(chosen.layers):
        units = [_unit(answer, layer, unit, edge, phase, is_wide=is_wide) for unit in chosen.units[layer]]
        if chosen.folded[layer]:
            units.append(Unit((_("+{count} more").format(count=chosen.folded[layer]),), is_folded=True))
        edges: list[Edge] = []
        if position + 1 < len(chosen.layers):
            after, sources = chosen.units[layer + 1], chosen.units[layer]
            has_labels = is_wide and len(after) * len(sources) <= MOST_LABELLED
            for start, source in enumerate(sources):
                for end, unit in enumerate(after):
                    place = WeightPlace(layer, source, unit)
                    is_chosen = edge == place
                    edges.append(_edge(answer, place, (start, end), phase, is_chosen=is_chosen, has_label=has_labels))
        columns.append(LayerColumn(_title(answer, layer), tuple(units), tuple(edges)))
    return columns


def _edge(
    answer: RowAnswer, place: WeightPlace, ends: tuple[int, int], phase: Phase, *, is_chosen: bool, has_label: bool
) -> Edge:
    """An edge with its weight and, when the error has come back, its gradient: the chosen one, or every one."""
    role: Role = "validation" if phase.has_delta(place.layer, place.unit) else "train"
    if is_chosen:
        return Edge(*ends, True, _labels(answer, place, phase), role=role)
    if not has_label:
        return Edge(*ends)
    layer = answer.trace.layers[place.layer]
    below = factor(float(layer.inputs[place.source] * layer.delta[place.unit]), 3)
    weight = factor(float(layer.block[place.source, place.unit]), 2)
    return Edge(*ends, False, (weight,), below if phase.has_delta(place.layer, place.unit) else "")


def _labels(answer: RowAnswer, place: WeightPlace, phase: Phase) -> tuple[str, ...]:
    layer = answer.trace.layers[place.layer]
    weight = factor(float(layer.block[place.source, place.unit]), 2)
    short = f"w {weight}"
    if not phase.has_delta(place.layer, place.unit):
        return (short,)
    if phase.is_last:
        new = factor(float(answer.step.after_parameters[place.index(answer)]), 3)
        return f"w {weight} → {new}", f"→{new}", short
    gradient = float(layer.inputs[place.source] * layer.delta[place.unit])
    return f"w {weight}  ∂ {factor(gradient, 3)}", short


def _title(answer: RowAnswer, layer: int) -> str:
    last = len(answer.trace.layers)
    if layer == 0:
        return _("input")
    if layer == last:
        return _("output") + {"cross_entropy": " softmax", "binary_cross_entropy": " sigmoid"}.get(answer.loss, "")
    return (_("hidden") if last == 2 else _("layer {number}").format(number=layer)) + f" {answer.activation}"


def _unit(answer: RowAnswer, layer: int, unit: int, edge: WeightPlace, phase: Phase, *, is_wide: bool = False) -> Unit:
    if layer == 0:
        return _input(answer, unit, phase)
    found = answer.trace.layers[layer - 1]
    is_output = layer == len(answer.trace.layers)
    name = unit_name(answer, layer - 1, unit)
    chosen = (edge.layer + 1, edge.unit) == (layer, unit)
    if not phase.has_sum(layer - 1, unit):
        return Unit((f"{name} ·", ""), is_chosen=chosen)
    letter = {"cross_entropy": "p", "binary_cross_entropy": "p"}.get(answer.loss, "ŷ") if is_output else "a"
    a = decimal(float(found.a[unit]), 3, signed=letter != "p")
    has_delta = phase.has_delta(layer - 1, unit)
    delta = f" δ {factor(float(found.delta[unit]), 3)}" if has_delta else ""
    slope = f" f′ {decimal(float(found.slope[unit]), 3)}" if has_delta and is_wide and not is_output else ""
    silent = _(" dropped") if found.mask[unit] == 0 else ""
    truth = f" t {float(answer.trace.target[unit]):.3g}" if is_output and phase.has_loss else ""
    return Unit(
        (f"z {factor(float(found.z[unit]), 3)} {letter} {a}", f"{name}{delta}{slope}{truth}{silent}"),
        is_chosen=chosen, role="validation" if has_delta else "plain",
    )  # fmt: skip


def _input(answer: RowAnswer, unit: int, phase: Phase) -> Unit:
    """An input; of the example that shares an error, what the gradient hands back to it too."""
    first = answer.trace.layers[0]
    name, value = answer.units[unit], factor(float(first.inputs[unit]), 2)
    short = name if cell_len(name) <= NAME_WIDTH else set_cell_size(name, NAME_WIDTH - 1) + "…"
    if answer.question.example != "shares":
        return Unit((f"{short} {value}",))
    back = float(first.block[unit] @ first.delta)
    return Unit((f"{short} a {value}", f"δ {factor(back, 3)}" if phase.has_delta(0) else ""))
