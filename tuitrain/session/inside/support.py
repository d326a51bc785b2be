"""Support vectors: the rows that a linear model under hinge rests on, and what another C makes of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from tuitrain.data.dataset import Dataset
from tuitrain.engine import Trainer
from tuitrain.engine.network import Network
from tuitrain.errors import RunError
from tuitrain.session.asked.inputs import OtherC, SupportAnswer, SupportVectors
from tuitrain.session.inside.linear import check_linear, in_own_units, own_scales
from tuitrain.session.inside.rows import copied_network, truth_text
from tuitrain.session.inspection import Answers, Copy
from tuitrain.session.questions import Question
from tuitrain.translation import gettext as _

Array = NDArray[Any]
FACTORS = (0.1, 1.0, 10.0)
TOLERANCE = 1e-2  # beyond t z = 1 within which a trained row still counts as on the margin
MOST_LISTED, MOST_DRAWN = 200, 1000
EPOCHS, MOST_STEPS, LEAST_EPOCHS = 400, 8000, 20  # of the copies
WORK, OF_A_STEP = 2_000_000, 30_000  # products between two parts of the answer; what a step costs beside its own


def support_vectors(question: Question, copy: Copy) -> Answers:
    """Answer `SupportVectors`: first those of the network, then those of copies with other C, as they are trained."""
    asked, network, dataset = cast("SupportVectors", question), copied_network(copy), copy.dataset
    check_linear(network)
    if network.loss.name != "hinge" or network.n_outputs != 1:
        raise RunError(_("support vectors are those of the hinge loss with two classes; loss: hinge sets it"))
    h = copy.state.hyperparameters[0]
    answer = replace(_read(asked, network, dataset), C=h.C, others=tuple(OtherC(h.C * factor) for factor in FACTORS))
    per_epoch = -(-len(dataset.train) // (len(dataset.train) if h.batch_size == "full" else int(h.batch_size)))
    epochs = max(LEAST_EPOCHS, min(EPOCHS, MOST_STEPS // per_epoch))
    products = len(FACTORS) * network.n_parameters * len(dataset.train) + per_epoch * OF_A_STEP
    some = max(1, WORK // products)  # epochs between two parts
    total = 1 + -(-epochs // some)
    answer = replace(answer, epochs=epochs, total=total)
    yield answer
    fresh = h.replace(epochs=epochs, patience=0, schedule="cosine")
    trainer = Trainer(dataset, [fresh.replace(C=one.C) for one in answer.others], is_probed=False)
    for done in range(2, total + 1):
        for _epoch in range(some):
            if not trainer.is_done:
                trainer.epoch()
        if done < total:
            yield replace(answer, done=done)
    last = trainer.state().arrays["ended.parameters"]
    others = tuple(_other(one, network, dataset, at) for one, at in zip(answer.others, last, strict=True))
    yield replace(answer, others=others, done=total)


def _tz(network: Network, dataset: Dataset) -> Array:
    """T z of the training rows, (N,)."""
    z = network.logits_of_rows(network.rows_of(dataset.train.X))[0, :, 0]
    found: Array = np.where(dataset.train.y == 1, z, -z)
    return found


def _other(one: OtherC, network: Network, dataset: Dataset, parameters: Array) -> OtherC:
    """What a copy with these parameters comes to."""
    network.parameters[...] = parameters
    tz = _tz(network, dataset)
    return replace(
        one, count=int((tz <= 1 + TOLERANCE).sum()), margin=_margin(network), accuracy=float((tz > 0).mean())
    )


def _margin(network: Network) -> float:
    length = float(np.linalg.norm(network.weights[0]))
    return 2 / length if length else float("inf")


def _read(asked: SupportVectors, network: Network, dataset: Dataset) -> SupportAnswer:
    """The support vectors of the network as it is."""
    train, tz = dataset.train, _tz(network, dataset)
    supports = tz <= 1 + TOLERANCE
    order = np.argsort(tz, kind="stable")
    listed = order[: min(int(supports.sum()), MOST_LISTED)]
    points, plane, shown = np.empty((0, 2)), np.empty(0), np.arange(0)
    if dataset.n_features == 2:
        shifts, scales = own_scales(dataset)
        shown = np.arange(min(len(train), MOST_DRAWN))
        points = train.X[shown].astype(np.float64) * scales + shifts
        coefficients, intercepts = in_own_units(network.blocks[0][0], shifts, scales, dataset)
        plane = np.append(coefficients[0], intercepts)
    return SupportAnswer(
        asked, dataset.name, train.rows[listed], tz[listed], tuple(truth_text(dataset, train.y[at]) for at in listed),
        int(supports.sum()), len(train), TOLERANCE, _margin(network), 1.0, dataset.class_names, dataset.encoded_names,
        points, train.y[shown], supports[shown], plane, (), 0,
    )  # fmt: skip
