"""Units: what each unit of a hidden layer responds to, what it contributes, and where the rows are in the layer."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from tuitrain.data.dataset import Dataset, Part
from tuitrain.data.loading import load_dataset
from tuitrain.engine import Trainer
from tuitrain.engine.ablation import Ablation, layer_outputs
from tuitrain.engine.directions import principal_directions
from tuitrain.engine.network import Network
from tuitrain.engine.probes import idle_shares
from tuitrain.errors import RunError
from tuitrain.numbers import number
from tuitrain.options.presets import PLAIN
from tuitrain.session.asked.units import UnitMaps, UnitsAnswer
from tuitrain.session.inside.inputs import Grid, grid_over, picture_of
from tuitrain.session.inside.rows import copied_network, examined_part, input_names, some_rows, truth_text
from tuitrain.session.inspection import Answers, Copy
from tuitrain.session.questions import Answer, NoAnswer, Question
from tuitrain.translation import gettext as _

Array = NDArray[Any]
MOST_UNITS = 60  # that are shown
MOST_ROWS, LEAST_ROWS = 1000, 64  # on which units are judged
MOST_POINTS = 400  # of the hidden space
BEST_ROWS = 8
GRID = 32, 48  # lines and columns of a response map
BENT_LINES, BENT_POINTS = 9, 60  # of the bent grid each way, and points of each line
WORK = 4_000_000  # products of one part of the answer: a few milliseconds
PASS_WORK = 60_000_000  # products of one forward pass
LEAST_POINTS = 256  # of a response map
EXAMPLES = {
    "moons": ("moons", PLAIN.replace(hidden_layers=(16, 8), epochs=60, patience=0)),
    "digits": ("digits", PLAIN.replace(hidden_layers=(32, 16), epochs=8, patience=0)),
}
_trained: dict[str, Copy] = {}


def unit_maps(question: Question, copy: Copy) -> Answers:
    """Answer `UnitMaps`: first by what units probably cost, then one batch of removed units after another."""
    asked = cast("UnitMaps", question)
    if asked.example:
        yield from _train_example(asked)
        copy = _trained[asked.example]
    network, dataset = copied_network(copy), copy.dataset
    hidden = network.layer_sizes[1:-1]
    if not hidden:
        raise RunError(_("the network has no hidden layer, and so no units to look at; x: an example"))
    layer = asked.layer % len(hidden)
    yield None
    seen = yield from _look(asked, network, dataset, layer, copy.epoch)
    ablation, count = seen.ablation, hidden[layer]
    guess = ablation.a.std(axis=0) * np.linalg.norm(network.weights[layer + 1][0], axis=1)
    yield None
    answer = _answer(asked, seen, np.argsort(-guess, kind="stable"))
    batch = max(1, WORK // ablation.cost_of_a_trial)
    shown = len(answer.units)
    total = 1 + -(-count // batch) + -(-(shown + 1) // batch)
    done = 1
    yield replace(answer, done=done, total=total)
    costs = np.empty(count)
    for start in range(0, count, batch):
        some = np.arange(start, min(start + batch, count))
        costs[some] = ablation.without(some.tolist()) - ablation.loss
        done += 1
        if start + batch < count:
            yield replace(answer, done=done, total=total)
    units = np.argsort(-costs, kind="stable")
    together = np.empty(shown + 1)
    for start in range(0, shown + 1, batch):
        counts = list(range(start, min(start + batch, shown + 1)))
        together[counts] = ablation.with_the_first(units.tolist(), counts) - ablation.loss
        if start + batch <= shown:
            done += 1
            yield replace(answer, done=done, total=total)
    final = _answer(asked, seen, units)
    yield replace(final, costs=costs[units[:shown]], together=together, done=total, total=total)


def _train_example(asked: UnitMaps) -> Iterator[Answer]:
    """Train the ready-made network once, an epoch at a time."""
    if asked.example in _trained:
        return
    source, h = EXAMPLES[asked.example]
    dataset = load_dataset(source)
    trainer = Trainer(dataset, h)
    while not trainer.is_done:
        trainer.epoch()
        told = f"the example is trained: epoch {trainer.epochs_done} of {h.epochs}"
        yield NoAnswer(asked, problem=told, done=trainer.epochs_done, total=h.epochs + 1)
    _trained[asked.example] = Copy.of(trainer, dataset, trainer.epochs_done)


@dataclass(frozen=True, eq=False)
class _SeenLayer:
    """What is known of all units of a layer before any is removed."""

    network: Network
    dataset: Dataset
    layer: int
    epoch: int
    part: Part
    part_name: str
    ablation: Ablation
    names: tuple[str, ...]
    across: int
    up: int
    grid: Grid
    response: Array
    idle_kind: str
    idle: Array
    idle_rows: int
    truths: list[str]
    points: Array
    shares: tuple[float, float]
    bent: Array


def _look(
    asked: UnitMaps, network: Network, dataset: Dataset, layer: int, epoch: int
) -> Generator[None, None, _SeenLayer]:
    """Work out everything but the costs, in parts."""
    budget = int(np.clip(PASS_WORK // network.n_parameters, LEAST_ROWS, MOST_ROWS))
    name, part = examined_part(dataset)
    part, train = some_rows(part, budget), some_rows(dataset.train, budget)
    ablation = Ablation(network, part.X, part.y, layer)
    yield
    order = np.argsort(-np.abs(network.weights[0][0]).sum(axis=1), kind="stable")
    order = order[order < dataset.n_features]  # not their bins, which follow from them
    inputs, encoded = len(order), dataset.encoded_names
    order = np.sort(order) if inputs == 2 else order
    across, up = asked.across % inputs, asked.up % inputs
    up = -1 if inputs == 1 else (across + 1) % inputs if up == across else up
    points = int(np.clip(PASS_WORK // network.n_parameters, LEAST_POINTS, GRID[0] * GRID[1]))
    shape = int(np.sqrt(points * GRID[0] / GRID[1])), int(np.sqrt(points * GRID[1] / GRID[0]))
    grid = grid_over(dataset, int(order[across]), int(order[up]) if up >= 0 else None, shape)
    idle_kind, idle = _idle(network, layer_outputs(network, train.X, layer))
    yield
    placed, shares, bent = _hidden_space(network, dataset, layer, ablation.a[:MOST_POINTS])
    yield
    return _SeenLayer(
        network, dataset, layer, epoch, part, name, ablation, tuple(encoded[place] for place in order), across, up,
        grid, layer_outputs(network, grid.X, layer), idle_kind, idle, len(train),
        [_truth(dataset, y) for y in part.y], placed, shares, bent,
    )  # fmt: skip


def _answer(asked: UnitMaps, seen: _SeenLayer, units: Array) -> UnitsAnswer:
    """The answer for the first of `units`, without costs."""
    network, dataset, layer, part = seen.network, seen.dataset, seen.layer, seen.part
    shown, sizes = units[:MOST_UNITS], network.layer_sizes
    picture, pixels = picture_of(dataset) if layer == 0 else ((0, 0), np.empty(0, np.int64))
    outputs = dataset.class_names if network.n_outputs > 1 else (dataset.target_name,)
    is_last = layer == len(sizes) - 3
    block, a = network.blocks[layer][0], seen.ablation.a
    best = np.argsort(-a[:, shown], axis=0, kind="stable")[:BEST_ROWS].T
    classes = part.y[:MOST_POINTS] if dataset.n_classes else part.y[:MOST_POINTS, 0] > np.median(part.y[:, 0])
    return UnitsAnswer(
        asked, dataset.name, layer, len(sizes) - 2, sizes[layer + 1], network.activation.name, shown,
        np.full(len(shown), np.nan), np.full(len(shown) + 1, np.nan), seen.ablation.loss, seen.part_name, len(part),
        seen.idle, seen.idle_kind, seen.idle_rows, _as_maps(seen.response[:, shown], seen.grid), seen.names,
        seen.across, seen.up, seen.grid.extent, block[:-1, shown].T.copy(), block[-1, shown].copy(),
        input_names(network, dataset) if layer == 0 else _unit_names(sizes[layer]),
        network.weights[layer + 1][0][shown].copy(),
        outputs if is_last else _unit_names(sizes[layer + 2]), picture, pixels, part.rows[best],
        np.take_along_axis(a[:, shown].T, best, 1), tuple(tuple(seen.truths[row] for row in rows) for rows in best),
        seen.points, np.asarray(classes, np.int64), dataset.class_names, seen.shares, seen.bent, seen.epoch,
    )  # fmt: skip


def _truth(dataset: Dataset, y: Any) -> str:
    """The name of the class, or the value in the target's own units."""
    return truth_text(dataset, y) if dataset.n_classes else number(float(dataset.own_units(y)[0]))


def _unit_names(count: int) -> tuple[str, ...]:
    return tuple(f"h{number}" for number in range(count))


def _as_maps(response: Array, grid: Grid) -> Array:
    """(N, S) as (S, lines, columns)."""
    return np.ascontiguousarray(response.T).reshape(-1, *grid.shape).astype(np.float32)


def _idle(network: Network, a: Array) -> tuple[str, Array]:
    """The kind of idleness that the activation knows, and the units that are idle for all rows `a` (V, H)."""
    kind = network.activation.idle
    name = "saturated sigmoid" if network.activation.name == "sigmoid" else kind
    if not kind:
        return "", np.empty(0, np.int64)
    shares = idle_shares([a.T[:, None]], name, a.shape[1])  # each unit as a layer of its own
    return kind, np.flatnonzero(shares[:, 0] == 1)


def _hidden_space(network: Network, dataset: Dataset, layer: int, a: Array) -> tuple[Array, tuple[float, float], Array]:
    """Rows on the first two principal axes of the layer's outputs, the axes' shares, and the bent grid there."""
    middle = a.mean(axis=0)
    axes, _ = principal_directions(a)
    placed = (a - middle) @ axes.T
    total = float(np.square(a - middle).sum()) or 1.0
    shares = tuple(float(np.square(placed[:, axis]).sum() / total) for axis in range(2))
    bent = np.empty((0, 2))
    if dataset.n_features == 2:
        fine, coarse = BENT_POINTS, BENT_LINES
        both = [grid_over(dataset, 0, 1, shape).X for shape in ((coarse, fine), (fine, coarse))]
        bent = (layer_outputs(network, np.concatenate(both), layer) - middle) @ axes.T
    return placed, shares, bent  # type: ignore[return-value]
