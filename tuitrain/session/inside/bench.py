"""The bench: one row through the network and back, and the step that the optimizer makes of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from tuitrain.engine.dropout import Dropout
from tuitrain.engine.network import Network
from tuitrain.engine.parts import Parts
from tuitrain.engine.step_trace import Moments, fresh, start_of, trace_step_in_parts
from tuitrain.engine.trace import RowThrough
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.options.presets import PLAIN
from tuitrain.session.asked.bench import RowAnswer, TraceRow
from tuitrain.session.inside.rows import cells, input_names, network_of, truth_text, worst_row_first
from tuitrain.session.inspection import Answers, Copy
from tuitrain.session.questions import Question

Array = NDArray[Any]


@dataclass(frozen=True)
class _Case:
    """A network, the row that goes through it, and how it learns."""

    network: Network
    x: Array
    y: Any
    h: Hyperparameters
    before: Moments
    learning_rate: float
    l2: float
    masks: list[Array] | None
    row: int
    part: str
    rows: int
    values: dict[str, str]
    units: tuple[str, ...]
    answers: tuple[str, ...]
    truth: str


def trace_row(question: Question, copy: Copy) -> Answers:
    """Answer `TraceRow`."""
    asked = cast("TraceRow", question)
    case = _example(asked.example) if asked.example else (yield from _of_training(asked, copy))
    through = RowThrough(case.network, case.x, case.y, case.masks)
    start = case.network.parameters[0].astype(np.float64)
    parameters = start.copy()
    before, weights = case.before, case.network.weight_mask()[0] > 0
    for done in range(asked.steps + 1):
        for index, value, steps in asked.moved:
            if steps == done and 0 <= index < len(parameters):
                parameters[index] = value
        yield None
        trace = through.trace(parameters)
        gradient = trace.gradient
        yield None
        step = yield from trace_step_in_parts(
            case.h, parameters, gradient, before, learning_rate=case.learning_rate, weights=weights, l2=case.l2
        )
        yield None
        before, parameters = step.after, step.after_parameters
    yield None
    at = trace.parameters
    yield RowAnswer(
        question, trace, step, through.finite_difference(at, min(max(asked.weight, 0), len(at) - 1)),
        case.network.activation.name, case.network.loss.name, case.row, case.part, case.rows, case.values, case.units,
        case.answers, case.truth, start,
    )  # fmt: skip


def _of_training(asked: TraceRow, copy: Copy) -> Parts[_Case]:
    dataset, h = copy.dataset, copy.state.hyperparameters[0]
    network = network_of(copy)
    yield
    name, part, _losses, order = yield from worst_row_first(network, copy)
    yield
    place = int(order[asked.place % len(part)])
    l2 = 1 / (h.C * len(dataset.train)) if network.loss.name == "hinge" else h.number("l2")
    rate = float(copy.state.arrays["schedule.rate"][0]) or h.learning_rate
    outputs = dataset.class_names if network.n_outputs > 1 else (dataset.target_name,)
    return _Case(
        network, part.X[place], part.y[place], h, start_of(copy.state), rate, l2, _masks(copy, network),
        int(part.rows[place]), name, len(part), cells(dataset, part.X[place]), input_names(network, dataset), outputs,
        truth_text(dataset, part.y[place]),
    )  # fmt: skip


def _masks(copy: Copy, network: Network) -> list[Array] | None:
    """Return the factors that the next batch's dropout would draw for a row alone; None without dropout."""
    rate = copy.state.hyperparameters[0].dropout
    if not rate:
        return None
    dropout = Dropout([0], np.float64)
    dropout.restore(copy.state.arrays)
    dropout.set_rates(np.array([rate]))
    masks = [np.empty((1, width, 1)) for width in network.layer_sizes[1:-1]]
    for mask in masks:
        dropout.draw(mask)
    return [mask.ravel() for mask in masks]


def _example(name: str) -> _Case:
    """Return a ready-made network: ``shares`` has weights 3 and 2 and an error of 0.6, ``2-3-2`` a hidden layer."""
    answers: tuple[str, ...]
    names = ("x1", "x2")
    if name == "shares":
        network = Network((2, 1), activation="identity", loss="huber", dtype=np.float64)
        network.parameters[...] = [3, 2, 0]
        names = ("h1", "h2")
        x, y = np.array([1.0, 1.0]), np.array([4.4])
        answers, truth = ("out",), "4.4"
    else:
        network = Network((2, 3, 2), activation="tanh", loss="cross_entropy", dtype=np.float64)
        network.parameters[...] = [
            0.5, 0.4, 0.9, -0.3, 0.8, -0.6, -0.25, -0.56, -0.2,
            0.7, -0.5, -0.7, 0.6, 0.3, 0.4, -0.1127, 0.0415,
        ]  # fmt: skip
        x, y = np.array([0.8, -0.5]), np.array(1)
        answers, truth = ("1", "2"), "2"
    h = PLAIN.replace(optimizer="sgd", learning_rate=0.1, l2=0, weight_decay=0)
    values = {given: f"{value:g}" for given, value in zip(names, x, strict=True)}
    return _Case(
        network, x, y, h, fresh("sgd", network.n_parameters), 0.1, 0.0, None, 0, "example", 1, values, tuple(values),
        answers, truth,
    )  # fmt: skip
