"""Rows of a part: their losses, their cells as the table has them, and what they are called."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuitrain.data.dataset import Dataset, Part
from tuitrain.engine.build import build_network
from tuitrain.engine.network import Network
from tuitrain.engine.parts import Parts
from tuitrain.errors import RunError
from tuitrain.numbers import number
from tuitrain.session.inspection import Copy
from tuitrain.text import visible
from tuitrain.translation import gettext as _

Array = NDArray[Any]
PRODUCTS, LEAST_ROWS = 250_000_000, 16  # parameters × rows of a pass between two answers; rows of it at least
NOISE = 1e-6  # of what is added up: less than that is rounding


def examined_part(dataset: Dataset) -> tuple[str, Part]:
    """Return the part on which weights are judged, and its name: validation, or training where there is none."""
    return ("validation", dataset.validation) if len(dataset.validation) else ("train", dataset.train)


def some_rows(part: Part, most: int) -> Part:
    """Return at most `most` rows of a part, evenly spread."""
    at = np.unique(np.linspace(0, len(part) - 1, min(len(part), most)).astype(np.intp))
    return Part(part.X[at], part.y[at], part.rows[at])


def copied_network(copy: Copy) -> Network:
    """Return the network of a copy in float64, without the training around it.

    Raises
    ------
    RunError
        if its weights are not finite.
    """
    if not np.isfinite(copy.state.arrays["parameters"]).all():
        raise RunError(_("the weights have diverged; r on the Train screen begins again"))
    return network_of(copy)


def network_of(copy: Copy) -> Network:
    """Return the network of a copy in float64, whatever its weights are, without the training around it."""
    network = build_network(copy.dataset, copy.state.hyperparameters[0], 1, np.float64)
    network.parameters[...] = copy.state.arrays["parameters"][:1]
    return network


def double_network(network: Network) -> Network:
    """Return the network's first member in float64."""
    copy = Network(
        network.layer_sizes, activation=network.activation.name, loss=network.loss.name, dtype=np.float64,
        leaky_slope=network.leaky_slope, huber_delta=network.huber_delta, bins=network.bins,
    )  # fmt: skip
    copy.parameters[...] = network.parameters[:1]
    return copy


def row_losses(network: Network, part: Part) -> Parts[Array]:
    """Work out the loss of each row of a part, (V,), of a network of one member, some rows at a time."""
    at_once = int(np.clip(PRODUCTS // network.n_parameters, LEAST_ROWS, len(part)))
    logits = np.empty((len(part), network.n_outputs), network.dtype)
    for first in range(0, len(part), at_once):
        if first:
            yield
        rows = network.rows_of(part.X[first : first + at_once])
        logits[first : first + at_once] = network.logits_of_rows(rows)[0]
    outputs = logits[:, :, None]
    target = network.encode(part.y, len(part)).T[:, :, None]
    share = np.ones((1, 1), network.dtype)
    measure = network.loss(outputs.shape, network.dtype, huber_delta=network.huber_delta)
    found: Array = measure(
        np.ascontiguousarray(outputs), network.loss.weigh(np.ascontiguousarray(target), share), share
    )
    return found


def worst_row_first(network: Network, copy: Copy) -> Parts[tuple[str, Part, Array, Array]]:
    """Work out the losses of the rows that are examined, once for each copy, whose network it is.

    Returns the part's name, the part, the losses (V,), and the rows' places, (V,), the one with the largest loss first.
    """
    if "row losses" not in copy.known:
        losses = yield from row_losses(network, examined_part(copy.dataset)[1])
        copy.known["row losses"] = losses, worst_first(losses)
    return *examined_part(copy.dataset), *copy.known["row losses"]


def worst_first(losses: Array) -> Array:
    """Return the places of the rows, the one with the largest loss first; equal ones in the order of the part."""
    return np.argsort(-losses, kind="stable")


def input_names(network: Network, dataset: Dataset) -> tuple[str, ...]:
    """The names of the network's inputs: of the encoded features, and of the bins that it reads beside them."""
    return dataset.encoded_names if network.bins is None else dataset.input_names


def cells(dataset: Dataset, x: Array) -> dict[str, str]:
    """Return a row's cells by column, as they were before the encoding (as far as that tells), from `x` (D,)."""
    found: dict[str, str] = {}
    numbers = dataset.preprocessing.numbers
    for value, column in zip(x, numbers, strict=False):
        own = float(value) * column.scale + column.shift
        noise = NOISE * (abs(float(value) * column.scale) + abs(column.shift))  # of the encoding, in float32
        found[column.name] = number(own if abs(own) > noise else 0.0, 6)
    first = len(numbers) + sum(column.flag for column in numbers)
    for text in dataset.preprocessing.texts:
        levels = x[first : first + len(text.levels)]
        chosen = text.levels[int(np.argmax(levels))] if levels.any() else "?"
        found[text.name] = "missing" if chosen is None else visible(chosen, 40)
        first += len(text.levels)
    return found


def truth_text(dataset: Dataset, y: Any) -> str:
    """Return a row's target as text: its class's name, or its value in the target's own units."""
    if dataset.n_classes:
        return visible(dataset.class_names[int(y)], 40)
    return number(float(dataset.own_units(np.asarray(y))[0]), 4)
