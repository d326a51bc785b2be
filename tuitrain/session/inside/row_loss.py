"""The loss of a row: the distribution that the network gives it against the true one, or its distance."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from tuitrain.data.dataset import Dataset, Part
from tuitrain.engine.network import Network
from tuitrain.engine.parts import Parts
from tuitrain.session.asked.row_loss import ClassLossAnswer, RowLoss, SeenRow, ValueLossAnswer
from tuitrain.session.inside.rows import cells, examined_part, network_of, worst_first, worst_row_first
from tuitrain.session.inspection import Answers, Copy
from tuitrain.session.questions import Answer, Question

Array = NDArray[Any]
CURVE_POINTS = 200


def row_loss(question: Question, copy: Copy) -> Answers:
    """Answer `RowLoss`."""
    asked = cast("RowLoss", question)
    if asked.example:
        yield _example(question)
        return
    network = network_of(copy)
    if copy.dataset.n_classes:
        yield None
        yield (yield from _of_classes(asked, copy, network))
    else:
        yield _of_values(
            asked, copy.dataset, network, *examined_part(copy.dataset), copy.state.hyperparameters[0].huber_delta
        )


def _of_classes(asked: RowLoss, copy: Copy, network: Network) -> Parts[Answer]:
    dataset = copy.dataset
    name, part, losses, order = yield from worst_row_first(network, copy)
    seen, following = (
        _seen(network, dataset, part, int(order[place % len(order)])) for place in (asked.place, asked.place + 1)
    )
    return ClassLossAnswer(
        asked, name, losses[order], float(losses.mean()), seen.row,
        cells(dataset, part.X[int(order[asked.place % len(order)])]), dataset.class_names, seen.probabilities,
        seen.truth, network.loss.name, network.loss.gives_probabilities, following,
    )  # fmt: skip


def _seen(network: Network, dataset: Dataset, part: Part, place: int) -> SeenRow:
    truth = np.zeros(dataset.n_classes)
    truth[int(part.y[place])] = 1
    said = network.predict(part.X[place][None])[0, 0]
    if len(said) == 1:  # one output tells of two classes
        one = float(said[0])
        said = np.array([1 - one, one]) if network.loss.gives_probabilities else np.array([-one, one])
    return SeenRow(int(part.rows[place]), said.astype(np.float64), truth)


def _of_values(asked: RowLoss, dataset: Dataset, network: Network, name: str, part: Part, delta: float) -> Answer:
    predicted = dataset.own_units(network.predict(part.X)[0, :, 0])
    truth = dataset.own_units(part.y[:, 0])
    order = worst_first(np.abs(truth - predicted))
    x, curve = np.empty(0), np.empty((2, 0))
    numbers = dataset.preprocessing.numbers
    if part.X.shape[1] == 1 and len(numbers) == 1:
        scale, shift = numbers[0].scale, numbers[0].shift
        x = part.X[:, 0].astype(np.float64) * scale + shift
        across = np.linspace(float(part.X.min()), float(part.X.max()), CURVE_POINTS)
        curve = np.stack([across * scale + shift, dataset.own_units(network.predict(across[:, None])[0, :, 0])])
        x = x[order]
    place = int(order[asked.place % len(order)])
    return ValueLossAnswer(
        asked, name, truth[order], predicted[order], part.rows[order], x, curve, cells(dataset, part.X[place]),
        dataset.target_name, network.loss.name, delta,
    )  # fmt: skip


def _example(question: Question) -> Answer:
    """Return a truth that is itself uncertain: three colours in a bag, and a guess of their shares."""
    truth, guess = np.array([0.7, 0.2, 0.1]), np.array([0.5, 0.3, 0.2])
    loss = float(-(truth * np.log(guess)).sum())
    return ClassLossAnswer(
        question, "example", np.array([loss]), loss, 0, {}, ("red", "green", "blue"), guess, truth, "cross_entropy",
        gives_probabilities=True,
    )  # fmt: skip
