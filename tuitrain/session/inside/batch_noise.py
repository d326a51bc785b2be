"""Batch noise: gradients of single batches against that of all rows, on the copy as it stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from tuitrain.data.loading import load_dataset
from tuitrain.engine import Trainer
from tuitrain.engine.gradient_noise import by_layer, row_gradients, spread_of_rows, tips_beside
from tuitrain.engine.network import Network
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.session.asked.batch_noise import BatchNoise, BatchNoiseAnswer
from tuitrain.session.inside.rows import double_network
from tuitrain.session.inspection import Copy
from tuitrain.session.questions import Answer, Question

Array = NDArray[Any]
BATCHES, LEAST_BATCHES = 64, 12  # whose gradients are compared
GRADIENT_NUMBERS = 8_000_000  # that these may hold
MOST_WORK = 500_000_000  # parameters × rows: of more, fewer rows are measured
AT_ONCE = 8_000_000  # parameters × rows between two answers
EXAMPLE_DATA = "plane"
EXAMPLE = Hyperparameters(hidden_layers=(), initializer="zeros", batch_size=32)


def batch_noise(question: Question, copy: Copy) -> Iterator[Answer]:
    """Answer `BatchNoise`: first the gradient of all rows and the spread, then the batches' gradients."""
    asked = cast("BatchNoise", question)
    if asked.example:
        dataset = load_dataset(EXAMPLE_DATA)
        trainer = Trainer(dataset, EXAMPLE)
    else:
        dataset, trainer = copy.dataset, copy.trainer()
    network, h = double_network(trainer.network), trainer.hyperparameters[0]
    train, count = dataset.train, network.n_parameters
    rng = np.random.default_rng([asked.draw, *b"noise"])
    some = np.sort(rng.permutation(len(train))[: max(MOST_WORK // count, 64)])
    X, y = train.X[some], train.y[some]
    own = len(train) if h.batch_size == "full" else min(int(h.batch_size), len(train))
    size = min(asked.batch_size or own, len(X))
    layers = len(network.slices) + 1
    sizes = trainer.network.layer_sizes
    answer = BatchNoiseAnswer(
        asked, dataset.name, _described(h), size, own, len(X), len(train),
        (sizes[0] + 1 + sum(2 * one + 1 for one in sizes[1:])) * trainer.network.dtype.itemsize,
        np.full(layers, np.nan), np.full(layers, np.nan), np.empty((layers, 0)), np.empty((layers, 0, 2)), done=0,
        total=2,
    )  # fmt: skip
    yield answer
    total, squares = np.zeros(count), np.zeros(layers - 1)
    at_once = max(AT_ONCE // count, 16)
    for start in range(0, len(X), at_once):
        gradient, lengths = row_gradients(network, X[start : start + at_once], y[start : start + at_once])
        total += gradient
        squares += lengths
        yield answer
    full = total / len(X)
    parts = by_layer(network, full)
    lengths = np.array([squares.sum(), *squares])
    answer = replace(
        answer, done=1, squares=np.array([float(part @ part) for part in parts]),
        spreads=np.array([spread_of_rows(one, part, len(X)) for one, part in zip(lengths, parts, strict=True)]),
    )  # fmt: skip
    yield answer
    batches = int(np.clip(GRADIENT_NUMBERS // count, LEAST_BATCHES, BATCHES))
    gradients = np.empty((batches, count), np.float32 if count > 100_000 else np.float64)
    for k, rows in enumerate(_batches(len(X), size, batches, rng)):
        gradients[k] = _gradient(network, X[rows], y[rows])
        yield answer
    found = by_layer(network, gradients)
    tips = []
    for part, mean in zip(found, parts, strict=True):
        tips.append(tips_beside(np.asarray(part, np.float64), mean))
        yield answer
    cosines = np.array([_cosines(part, mean) for part, mean in zip(found, parts, strict=True)])
    yield replace(answer, tips=np.array(tips), cosines=cosines, done=2)


def _gradient(network: Network, X: Array, y: Array) -> Array:
    """Return the gradient of one batch, (P,)."""
    network.loss_and_gradients(X, y)
    gradient: Array = network.gradients[0]
    return gradient


def _batches(rows: int, size: int, count: int, rng: np.random.Generator) -> Iterator[Array]:
    """Yield the rows of `count` batches: epoch after epoch in an order of its own, without its smaller last batch."""
    order, start = rng.permutation(rows), 0
    for _ in range(count):
        if start + size > rows:
            order, start = rng.permutation(rows), 0
        yield order[start : start + size]
        start += size


def _cosines(gradients: Array, full: Array) -> Array:
    """Return the cosine of each gradient (K, P) with `full` (P,); 0 where there is no direction."""
    lengths = np.linalg.norm(gradients, axis=1) * np.linalg.norm(full)
    products = gradients @ full
    found: Array = np.divide(products, lengths, out=np.zeros(len(gradients)), where=lengths > 0)
    return found


def _described(h: Hyperparameters) -> str:
    return f"{h.activation} {'x'.join(map(str, h.hidden_layers))}" if h.hidden_layers else "linear"
