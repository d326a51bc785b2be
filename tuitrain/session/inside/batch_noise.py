"""Batch noise: gradients of single batches against that of all rows, on the copy as it stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from tuitrain.data.loading import load_dataset
from tuitrain.engine import Trainer
from tuitrain.engine.gradient_noise import by_layer, row_gradients, spread_of_rows, tips_of_products
from tuitrain.engine.network import Network
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.options.presets import PLAIN
from tuitrain.session.asked.batch_noise import BatchNoise, BatchNoiseAnswer
from tuitrain.session.inside.rows import double_network
from tuitrain.session.inspection import Answers, Copy
from tuitrain.session.questions import Question

Array = NDArray[Any]
BATCHES, LEAST_BATCHES = 64, 12  # whose gradients are compared
GRADIENT_NUMBERS = 8_000_000  # that these may hold
PRODUCT_NUMBERS = 1_000_000  # of these in one product
MOST_WORK = 500_000_000  # parameters × rows: of more, fewer rows are measured
AT_ONCE = 8_000_000  # parameters × rows between two answers
EXAMPLE_DATA = "plane"
EXAMPLE = PLAIN.replace(hidden_layers=(), initializer="zeros", batch_size=32)


def batch_noise(question: Question, copy: Copy) -> Answers:
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
    grams, products = np.zeros((layers, batches, batches)), np.zeros((layers, batches))
    columns = max(PRODUCT_NUMBERS // batches, 1)
    for layer, place in enumerate(network.slices, 1):
        for first in range(place.start, place.stop, columns):
            some_of = slice(first, min(first + columns, place.stop))
            part = gradients[:, some_of].astype(np.float64)
            grams[layer] += part @ part.T
            products[layer] += part @ full[some_of]
            yield answer
    grams[0], products[0] = grams[1:].sum(axis=0), products[1:].sum(axis=0)
    yield replace(
        answer, done=2,
        tips=np.array([tips_of_products(*one) for one in zip(grams, products, answer.squares, strict=True)]),
        cosines=np.array([_cosines(*one) for one in zip(grams, products, answer.squares, strict=True)]),
    )  # fmt: skip


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


def _cosines(gram: Array, products: Array, square: float) -> Array:
    """Return the cosine of each gradient with the full one, (K,), from their products; 0 where there is no direction.

    `gram` (K, K) holds the gradients' products with one another, `products` (K,) those with the full one, whose squared
    length is `square`.
    """
    lengths = np.sqrt(np.diag(gram) * square)
    found: Array = np.divide(products, lengths, out=np.zeros(len(products)), where=lengths > 0)
    return found


def _described(h: Hyperparameters) -> str:
    return f"{h.activation} {'x'.join(map(str, h.hidden_layers))}" if h.hidden_layers else "linear"
