"""Evaluate the loss and the metrics of a stack on one part of the data.

`M` members, `V` rows of the part, `D` features, `K` outputs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuitrain.engine import metrics
from tuitrain.engine.network import PREDICT_ROWS, Network, equal_shares, one_hot
from tuitrain.engine.parts import Parts, all_of
from tuitrain.engine.scoring import ranking, scores_of_classes, scores_of_values

Array = NDArray[Any]


@dataclass(frozen=True)
class Evaluation:
    """Losses (M,) and metrics, name to (M,); all float64."""

    loss: Array
    metrics: dict[str, Array]


class Examined:
    """A part of the data, or one for each dataset of a stack, prepared to be evaluated again and again.

    `decided` holds the predictions of the last evaluation: class numbers (M, V) int64, or values (M, V) of the first
    output. While `keeps_outputs` is set, each evaluation also leaves a copy of the last layer's outputs in `outputs`
    (M, V, K), for scores that need more than the decisions; else that is None. Each of `rows` is (V, D + 1), without
    bins, with a last column of ones, each of `y` (V,) class numbers or (V, K) values; `which` is the index of each
    member's part, None if there is only one. `scale` and `shift` convert a standardised target to its own units: a
    number, or (M,).
    """

    def __init__(
        self, rows: Sequence[Array], y: Sequence[Array], network: Network, *, classes: int, scale: float | Array,
        which: Sequence[int] | None = None, shift: float | Array = 0.0,
    ) -> None:  # fmt: skip
        self._rows = rows[0] if which is None else np.stack(rows)
        truth = y[0] if which is None else np.stack(y)[which]
        self.y = truth
        self._which = which
        self._count = len(rows[0])
        self._network, self._classes, self._scale, self._shift = network, classes, scale, shift
        self.decided: Array = np.empty((network.members, 0))
        self.keeps_outputs = False
        self.outputs: Array | None = None
        self.last_pass = network.pass_for(min(self._count, PREDICT_ROWS))
        if y[0].ndim == 1:
            self._target = one_hot(truth, network.n_outputs, network.loss.name, network.dtype)
        else:
            self._target = np.ascontiguousarray(np.swapaxes(truth, -1, -2), network.dtype)
        self._flat_truth = truth if y[0].ndim == 1 else truth[..., 0].astype(np.float64)

    def evaluate(self, *, full: bool = False) -> Evaluation:
        """Compute the loss and the first metric (accuracy or R²), or with `full` all metrics, as the network is now."""
        return all_of(self.in_parts(full=full))

    def in_parts(self, *, full: bool = False) -> Parts[Evaluation]:
        """As `evaluate`, some rows at a time; the network has to stay as it is in between."""
        loss = np.zeros(self._network.members)
        count = self._count
        decided = np.empty((self._network.members, count), np.int64 if self._classes else self._rows.dtype)
        kept = np.empty((*decided.shape, self._network.n_outputs), self._network.dtype) if self.keeps_outputs else None
        for start in range(0, count, PREDICT_ROWS):
            if start:
                yield
            piece = slice(start, min(start + PREDICT_ROWS, count))
            size = piece.stop - piece.start
            through = self._network.pass_for(size)
            if start == 0:
                self.last_pass = through  # the largest piece, not the remainder at the end
            rows = self._rows[piece] if self._which is None else self._rows[:, piece][self._which]
            outputs = through.forward(np.swapaxes(self._network.expanded(rows), -1, -2))
            decided[:, piece] = _decide(outputs, 1, self._network, self._classes)
            if kept is not None:
                kept[:, piece] = outputs.swapaxes(1, 2)
            share = equal_shares(size, self._network.dtype)
            target = self._network.loss.weigh(self._target[..., piece], share)
            loss += through.loss(target, share).astype(np.float64) * (size / count)
        self.decided, self.outputs = decided, kept
        return Evaluation(loss, self._measure(decided, full))

    def all_metrics(self) -> dict[str, Array]:
        """Compute every metric from the predictions of the last evaluation: name to (M,) float64.

        These are ``accuracy`` and macro ``f1``, or ``r2`` and, in the target's own units, ``rmse`` and ``mae``.
        """
        return self._measure(self.decided, True)

    def member_scores(self, name: str, *, positive: int | None = None) -> Array:
        """Return one metric of each member, (M,) float64, from the last evaluation; that of classes keeps outputs."""
        return np.array([self._scores(member, positive)[name] for member in range(len(self.decided))])

    def _scores(self, member: int, positive: int | None) -> dict[str, float]:
        truth = self._flat_truth if self._flat_truth.ndim == 1 else self._flat_truth[member]
        if not self._classes:
            scale, shift = (
                float(np.broadcast_to(part, (len(self.decided),))[member]) for part in (self._scale, self._shift)
            )
            return scores_of_values(truth * scale + shift, self.decided[member].astype(np.float64) * scale + shift)
        assert self.outputs is not None
        scores, are_probabilities = ranking(self.outputs[member], self._network.loss)
        return scores_of_classes(
            truth, scores, self.decided[member], are_probabilities=are_probabilities, positive=positive
        )

    def _measure(self, decided: Array, full: bool) -> dict[str, Array]:
        return measured(self._flat_truth, decided, self._classes, self._scale, full=full)


def measured(truth: Array, decided: Array, classes: int, scale: float | Array, *, full: bool) -> dict[str, Array]:
    """Return the first metric, or with `full` all, of predictions (M, V) against `truth` (V,) or (M, V): (M,) each."""
    if classes:
        values = {"accuracy": metrics.accuracy(truth, decided)}
        if full:
            truths = np.broadcast_to(truth, decided.shape)
            counts = (metrics.confusion_counts(*rows, classes) for rows in zip(truths, decided, strict=True))
            values["f1"] = np.array([metrics.macro_f1(count) for count in counts])
        return values
    values = {"r2": metrics.r2(truth, decided)}
    if full:
        values["rmse"] = metrics.rmse(truth, decided) * scale
        values["mae"] = metrics.mae(truth, decided) * scale
    return values


def evaluate_outputs(
    outputs: Array, y: Array, network: Network, *, classes: int, scale: float, decided: Array | None = None
) -> Evaluation:  # fmt: skip
    """Compute the loss and all metrics of outputs (V, K), whatever they come from, against `y` as in `Examined`.

    `decided` (V,) are the answers, None: those that the outputs mean by themselves. `network` tells the loss and what
    classes are encoded as; arrays of the result are (1, …).
    """
    count = len(outputs)
    z = np.ascontiguousarray(outputs.T[None], np.float64)
    share = equal_shares(count, np.float64)
    if y.ndim == 1:
        target = one_hot(y, network.n_outputs, network.loss.name, np.float64)
    else:
        target = np.ascontiguousarray(np.swapaxes(y, -1, -2), np.float64)
    answers = _decide(z, 1, network, classes) if decided is None else decided[None]
    measure = network.loss(z.shape, np.float64, huber_delta=network.huber_delta)
    loss = measure(z.copy(), network.loss.weigh(target, share), share).astype(np.float64)
    truth = y if y.ndim == 1 else y[..., 0].astype(np.float64)
    return Evaluation(loss, measured(truth, answers, classes, scale, full=True))


def decide(logits: Array, network: Network, classes: int) -> Array:
    """Turn the outputs (M, V, K) into predictions: class numbers (M, V) int64 or, for 0 `classes`, values (M, V)."""
    return _decide(logits, 2, network, classes)


def _decide(logits: Array, axis: int, network: Network, classes: int) -> Array:
    first: Array = logits.take(0, axis)
    if not classes:
        return first
    if logits.shape[axis] > 1:
        chosen: Array = np.argmax(logits, axis=axis)
        return chosen
    return np.greater(first, 0.0 if network.loss.for_classes else 0.5).astype(np.int64)
