"""A network without hidden layers, read as what it is: a linear model in the data's own units."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from tuitrain.data.dataset import Dataset, Part
from tuitrain.engine.evaluation import decide
from tuitrain.engine.metrics import accuracy, r2
from tuitrain.engine.network import Network, with_ones
from tuitrain.errors import RunError
from tuitrain.session.asked.inputs import LinearAnswer, LinearModel
from tuitrain.session.inside.inputs import own_units_of
from tuitrain.session.inside.rows import copied_network
from tuitrain.session.inspection import Answers, Copy
from tuitrain.session.questions import Question
from tuitrain.translation import gettext as _

Array = NDArray[Any]
MOST_INPUTS = 100  # for which least squares are worked out beside


def linear_model(question: Question, copy: Copy) -> Answers:
    """Answer `LinearModel`."""
    asked, network, dataset = cast("LinearModel", question), copied_network(copy), copy.dataset
    check_linear(network)
    shifts, scales = own_scales(dataset)
    names, kind, blocks = _outputs(network, dataset)
    exact, exact_intercepts = np.empty((0, dataset.n_features)), np.empty(0)
    if not dataset.n_classes and dataset.n_features <= MOST_INPUTS:
        exact, exact_intercepts = in_own_units(_least_squares(dataset), shifts, scales, dataset)
    coefficients, intercepts = in_own_units(blocks, shifts, scales, dataset)
    spreads = dataset.train.X.astype(np.float64).std(axis=0) * scales
    scores = {name: _score(network, dataset, part) for name, part in _parts(dataset)}
    yield LinearAnswer(
        asked, dataset.name, names, dataset.encoded_names, coefficients, intercepts, coefficients * spreads, spreads,
        exact, exact_intercepts, "accuracy" if dataset.n_classes else "R²", scores, kind, network.loss.name,
    )  # fmt: skip


def check_linear(network: Network) -> None:
    """Refuse networks with hidden layers.

    Raises
    ------
    RunError
        if there are any.
    """
    if len(network.layer_sizes) > 2:
        raise RunError(_("the network has hidden layers, so no single coefficient tells what an input does"))


def own_scales(dataset: Dataset) -> tuple[Array, Array]:
    """Return shift and scale of all inputs, (D,) each: an own value is encoded · scale + shift."""
    pairs = [own_units_of(dataset, place) for place in range(dataset.n_features)]
    return np.array([shift for shift, _ in pairs]), np.array([scale for _, scale in pairs])


def in_own_units(block: Array, shifts: Array, scales: Array, dataset: Dataset) -> tuple[Array, Array]:
    """Return coefficients (K, D) and intercepts (K,) in own units of a block (D + 1, K) on encoded inputs."""
    coefficients = (block[:-1] / scales[:, None]).T * dataset.target_scale
    intercepts = block[-1] * dataset.target_scale + dataset.target_mean - coefficients @ shifts
    return coefficients, intercepts


def _outputs(network: Network, dataset: Dataset) -> tuple[tuple[str, ...], str, Array]:
    """Name the outputs, say what they are, and give their block (D + 1, K)."""
    block, classes = network.blocks[0][0], dataset.class_names
    if not classes:
        return (dataset.target_name,), "value", block
    kind = "log-odds" if network.loss.gives_probabilities else "score"
    if len(classes) > 2 and network.loss.name == "binary_cross_entropy":
        return classes, kind, block
    if len(classes) > 2:  # softmax and the multi-class hinge see differences alone
        return classes, "score", block - block.mean(axis=1, keepdims=True)
    if block.shape[1] == 1:
        return classes[1:], kind, block
    return classes[1:], kind, block[:, 1:] - block[:, :1]


def _least_squares(dataset: Dataset) -> Array:
    """The block (D + 1, K) of least squares on the training rows."""
    X = with_ones(dataset.train.X.astype(np.float64), np.float64)
    found: Array = np.linalg.lstsq(X, dataset.train.y.astype(np.float64), rcond=None)[0]
    return found


def _parts(dataset: Dataset) -> list[tuple[str, Part]]:
    both = [("train", dataset.train), ("validation", dataset.validation)]
    return [(name, part) for name, part in both if len(part)]


def _score(network: Network, dataset: Dataset, part: Part) -> float:
    """R² or accuracy on a part."""
    logits = network.logits_of_rows(network.rows_of(part.X))
    decided = decide(logits, network, dataset.n_classes)[0]
    return float(accuracy(part.y, decided) if dataset.n_classes else r2(part.y[:, 0], decided))
