"""Signal through depth: histograms of a, f′ and δ in each hidden layer, and the same shape under other starts."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from tuitrain.data.dataset import Dataset, Part
from tuitrain.data.loading import load_dataset
from tuitrain.engine.depth import Through, through_depth
from tuitrain.engine.initializers import choose_initializer
from tuitrain.engine.network import Network
from tuitrain.errors import RunError
from tuitrain.session.asked.depth import Choice, DepthAnswer, DepthSignal, LayerSignal
from tuitrain.session.inside.rows import copied_network, examined_part, some_rows
from tuitrain.session.inspection import Answers, Copy
from tuitrain.session.questions import Question
from tuitrain.translation import gettext as _

Array = NDArray[Any]
MOST_ROWS, LEAST_ROWS = 256, 32
MOST_PRODUCTS = 60_000_000  # rows times parameters: fewer rows of a large network, so that training need not wait
BINS = 24
DEEP = (16,) * 7  # hidden layers of the example
CHOICES = (
    Choice("sigmoid", "sigmoid", "glorot_uniform", 1.0), Choice("tanh", "tanh", "glorot_uniform", 1.0),
    Choice("relu", "relu", "he_normal", 1.0), Choice("sigmoid4", "sigmoid", "glorot_uniform", 4.0),
)  # fmt: skip
A_RANGES = {"sigmoid": (0.0, 1.0), "tanh": (-1.0, 1.0)}
SLOPE_RANGES = {
    "sigmoid": (0.0, 0.25), "tanh": (0.0, 1.0), "relu": (0.0, 1.0), "leaky_relu": (0.0, 1.0), "elu": (0.0, 1.0),
    "softplus": (0.0, 1.0), "identity": (0.0, 1.0),
}  # fmt: skip
LEAST_POWER, MOST_POWERS = -12, 8  # of log10 |δ| that are shown, and how many of them at most


@dataclass(frozen=True)
class _DepthCase:
    """A network and the rows that go through it."""

    network: Network
    initializer: str
    scale: float
    seed: int
    is_start: bool
    part: str
    rows: Part
    data: str


def depth_signal(question: Question, copy: Copy) -> Answers:
    """Answer `DepthSignal`: first the layers, then one after another the other choices."""
    asked = cast("DepthSignal", question)
    case = _example() if asked.example else _of_training(copy)
    if len(case.network.layer_sizes) < 3:
        raise RunError(
            _("the network has no hidden layer, and the error reaches its only layer as it is; x: an example")
        )
    own = case
    if asked.choice:
        chosen = next(choice for choice in CHOICES if choice.name == asked.choice)
        case = _started(own, chosen)
    answer = _read(question, case)
    total = 1 + len(CHOICES)
    yield replace(answer, total=total)
    for place, choice in enumerate(CHOICES):
        started = _started(own, choice)
        ratio = _first_to_last(_pass(started))
        found = (*answer.choices[:place], replace(choice, ratio=ratio), *answer.choices[place + 1 :])
        answer = replace(answer, choices=found)
        yield replace(answer, done=place + 2, total=total)


def _of_training(copy: Copy) -> _DepthCase:
    network, h = copied_network(copy), copy.state.hyperparameters[0]
    name, part = examined_part(copy.dataset)
    rows = int(np.clip(MOST_PRODUCTS // network.n_parameters, LEAST_ROWS, MOST_ROWS))
    start = choose_initializer(h.initializer, h.activation, is_output=False)
    return _DepthCase(
        network,
        start,
        1.0,
        h.seed,
        not copy.state.counters["steps_done"],
        name,
        some_rows(part, rows),
        copy.dataset.name,
    )


def _example() -> _DepthCase:
    """Return seven sigmoid layers of 16 units on the digits, at their start."""
    data = _digits()
    network = Network((data.n_features, *DEEP, data.n_classes), activation="sigmoid", dtype=np.float64)
    network.initialize(0, "glorot_uniform")
    return _DepthCase(
        network, "glorot_uniform", 1.0, 0, True, "validation", some_rows(data.validation, MOST_ROWS), data.name
    )


@lru_cache(maxsize=1)
def _digits() -> Dataset:
    return load_dataset("digits")


def _started(own: _DepthCase, choice: Choice) -> _DepthCase:
    """The same shape, with the weights that a choice draws from the same seed."""
    network = Network(
        own.network.layer_sizes, activation=choice.activation, loss=own.network.loss.name, dtype=np.float64,
        huber_delta=own.network.huber_delta, bins=own.network.bins,
    )  # fmt: skip
    network.initialize(own.seed, choice.initializer)
    return replace(own, network=network, initializer=choice.initializer, scale=choice.scale, is_start=True)


def _pass(case: _DepthCase) -> Through:
    return through_depth(case.network, case.rows.X, case.rows.y, scale=case.scale)


def _first_to_last(through: Through) -> float:
    if len(through.layers) == 1:
        return through.ratio(0)
    first, last = through.layers[0].norm, through.layers[-1].norm
    return first / last if last else float("nan")


def _read(question: Question, case: _DepthCase) -> DepthAnswer:
    """Put what passes the layers into histograms."""
    with np.errstate(all="ignore"):
        through = _pass(case)
    layers, name = through.layers, case.network.activation.name
    if not all(np.isfinite(layer.delta).all() and np.isfinite(layer.a).all() for layer in layers):
        raise RunError(_("the signal overflows: the weights have diverged; r on the Train screen begins again"))
    a_range = A_RANGES.get(name) or _around([layer.a for layer in layers])
    slope_range = SLOPE_RANGES.get(name) or _around([layer.slope for layer in layers])
    sizes = [np.abs(layer.delta) for layer in layers]
    power_range = _powers(sizes)
    delta_range = (0.0, max(float(size.max()) for size in sizes) or 1.0)
    found = tuple(
        LayerSignal(
            layer.a.shape[1], _counts(layer.a, a_range), _counts(layer.slope, slope_range),
            _counts(np.log10(size[size > 0]), power_range), _counts(size, delta_range), float((size == 0).mean()),
            float(layer.slope.mean()), layer.norm, layer.slope_factor, through.weight_factor(place),
        )
        for place, (layer, size) in enumerate(zip(layers, sizes, strict=True))
    )  # fmt: skip
    return DepthAnswer(
        question, found, a_range, slope_range, power_range, delta_range, name, case.initializer, case.is_start,
        case.network.loss.name, case.part, len(case.rows), case.network.layer_sizes, case.data, CHOICES,
    )  # fmt: skip


def _around(arrays: list[Array]) -> tuple[float, float]:
    """The range of all numbers; one of length 1 where they are all alike."""
    low, high = min(float(one.min()) for one in arrays), max(float(one.max()) for one in arrays)
    return (low, high) if high > low else (low - 0.5, low + 0.5)


def _powers(sizes: list[Array]) -> tuple[float, float]:
    """Whole powers of ten around the sizes above 0; the smallest of a wide range are left outside."""
    known = np.concatenate([size[size > 0] for size in sizes])
    if not len(known):
        return -6.0, 0.0
    high = math.ceil(math.log10(float(known.max())) - 1e-9)
    low = math.floor(math.log10(float(np.quantile(known, 0.005))) + 1e-9)
    return float(max(low, high - MOST_POWERS, LEAST_POWER) if high > LEAST_POWER else high - 1), float(high)


def _counts(values: Array, ends: tuple[float, float]) -> Array:
    """How many values are in each of the bins; those beyond the ends count in the outer ones."""
    return np.histogram(np.clip(values, *ends), BINS, ends)[0].astype(np.int64)
