"""Losses from logits, with the gradient at the output.

Arrays are (M, K, B): members, outputs, rows of the batch. A loss is an object with room for one batch size; called
with the outputs `z`, it returns the loss of each member, (M,), the mean over the rows (and, except for cross entropy
and hinge, over the outputs), and leaves the gradient with respect to the outputs in `z`. `target` is (K, B) or
(M, K, B): one-hot classes, probabilities or values; for one output and hinge, -1 and 1. `share`, (1, B) or (M, 1, B),
is each row's part of the mean: 1/B, or w/B for a row of weight w.

To add one: a class, a line in `LOSSES`, and the name in `hyperparameters.LOSSES`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


class Loss:
    """A loss with buffers for outputs of `shape` (M, K, B); see the module's docstring."""

    name = ""
    for_classes = False
    gives_probabilities = False

    def __init__(self, shape: tuple[int, int, int], dtype: Any, *, huber_delta: float = 1.0) -> None:
        members, outputs, batch = shape
        self._scratch = np.empty(shape, dtype)
        self._flat = self._scratch.reshape(members, outputs * batch)
        self._row = np.empty((members, 1, batch), dtype)
        self._row_flat = self._row.reshape(members, batch)
        self._factor = np.empty_like(self._row)
        self._ones = np.ones((1, outputs), dtype)
        self._outputs = outputs
        self._huber_delta = huber_delta

    def __call__(self, z: Array, target: Array, share: Array) -> Array:
        """Return the loss of each member, (M,); `z` becomes the gradient with respect to the outputs."""
        raise NotImplementedError  # pragma: no cover

    def _weighted(self, share: Array) -> Array:
        """Sum the scratch buffer over rows and outputs, (M,), each row weighted by its `share`."""
        np.multiply(self._scratch, share, self._scratch)
        total: Array = np.add.reduce(self._flat, 1)
        return total

    @staticmethod
    def weigh(target: Array, share: Array) -> Array:
        """Prepare `target` for a call: cross entropy takes it multiplied by the shares."""
        return target

    @staticmethod
    def to_probabilities(z: Array) -> None:
        """Turn outputs (M, K, B) into probabilities in place; do nothing if the loss has none."""


class SquaredError(Loss):
    """mse: the mean of (z - t)²."""

    name = "mse"

    def __call__(self, z: Array, target: Array, share: Array) -> Array:
        share = share * (1 / self._outputs)
        np.subtract(z, target, z)
        np.multiply(z, z, self._scratch)
        np.multiply(z, 2 * share, z)
        return self._weighted(share)


class AbsoluteError(Loss):
    """mae: the mean of |z - t|."""

    name = "mae"

    def __call__(self, z: Array, target: Array, share: Array) -> Array:
        share = share * (1 / self._outputs)
        np.subtract(z, target, z)
        np.abs(z, self._scratch)
        np.sign(z, z)
        np.multiply(z, share, z)
        return self._weighted(share)


class Huber(Loss):
    """huber: ½d² where |d| ≤ δ, δ(|d| - ½δ) beyond (Huber, 1964); with c = clip(d, ±δ) both are c(d - ½c)."""

    name = "huber"

    def __call__(self, z: Array, target: Array, share: Array) -> Array:
        share = share * (1 / self._outputs)
        np.subtract(z, target, self._scratch)
        np.clip(self._scratch, -self._huber_delta, self._huber_delta, z)
        half = z * 0.5
        np.subtract(self._scratch, half, self._scratch)
        np.multiply(self._scratch, z, self._scratch)
        np.multiply(z, share, z)
        return self._weighted(share)


class BinaryCrossEntropy(Loss):
    """binary_cross_entropy: the mean of max(z, 0) - z t + log(1 + exp(-|z|)), each output independently."""

    name = "binary_cross_entropy"
    for_classes = True
    gives_probabilities = True

    def __call__(self, z: Array, target: Array, share: Array) -> Array:
        np.abs(z, self._scratch)
        np.negative(self._scratch, self._scratch)
        np.exp(self._scratch, self._scratch)
        np.log1p(self._scratch, self._scratch)
        np.add(self._scratch, np.maximum(z, 0), self._scratch)
        np.subtract(self._scratch, z * target, self._scratch)
        self.to_probabilities(z)
        np.subtract(z, target, z)
        share = share * (1 / self._outputs)
        np.multiply(z, share, z)
        return self._weighted(share)

    @staticmethod
    def to_probabilities(z: Array) -> None:
        """Apply the sigmoid, as (1 + tanh(z/2)) / 2."""
        np.multiply(z, 0.5, z)
        np.tanh(z, z)
        np.multiply(z, 0.5, z)
        np.add(z, 0.5, z)


class CrossEntropy(Loss):
    """cross_entropy: the mean of log Σ exp(z) - Σ t z over softmax outputs; `target` sums to 1 for each row.

    The largest output of each row is subtracted first, so that nothing overflows. With the row's share s multiplied
    into the target, the gradient is s softmax(z) - s t.
    """

    name = "cross_entropy"
    for_classes = True
    gives_probabilities = True

    def __call__(self, z: Array, target: Array, share: Array) -> Array:
        row = self._row
        np.maximum.reduce(z, 1, out=row, keepdims=True)
        np.subtract(z, row, z)
        picked = np.vecdot(self._flatten(z), self._flatten(target))
        np.exp(z, z)
        np.matmul(self._ones, z, row)
        np.divide(share, row, self._factor)
        np.multiply(z, self._factor, z)
        np.subtract(z, target, z)
        np.log(row, row)
        total: Array = np.vecdot(self._row_flat, share[..., 0, :])
        return np.subtract(total, picked, total)

    def _flatten(self, array: Array) -> Array:
        """Reshape (…, K, B) to (…, K·B)."""
        return array.reshape(*array.shape[:-2], -1)

    @staticmethod
    def weigh(target: Array, share: Array) -> Array:
        """Multiply the target by the shares."""
        return np.multiply(target, share)

    @staticmethod
    def to_probabilities(z: Array) -> None:
        """Apply the softmax over the outputs, shifted by the largest so that it cannot overflow."""
        np.subtract(z, z.max(axis=1, keepdims=True), z)
        np.exp(z, z)
        np.divide(z, z.sum(axis=1, keepdims=True), z)


class Hinge(Loss):
    """hinge: a support vector machine's loss.

    Several outputs: max(0, 1 + max over the other classes of z_k - z_true) (Crammer & Singer, 2001); one output, with
    targets -1 and 1: max(0, 1 - t z).
    """

    name = "hinge"
    for_classes = True

    def __call__(self, z: Array, target: Array, share: Array) -> Array:
        if self._outputs == 1:
            np.multiply(z, target, self._row)
            np.subtract(1, self._row, self._row)
            np.multiply(self._row > 0, -target, z)
            np.maximum(self._row, 0, out=self._row)
        else:
            np.multiply(z, target, self._scratch)
            np.add.reduce(self._scratch, 1, out=self._row, keepdims=True)
            np.add(z, 1, z)
            np.subtract(z, target, z)
            highest = np.maximum.reduce(z, 1, keepdims=True)
            np.equal(z, highest, z)
            np.divide(z, np.add.reduce(z, 1, keepdims=True), z)
            np.subtract(z, target, z)
            np.subtract(highest, self._row, self._row)
        np.multiply(self._row, share, self._row)
        np.multiply(z, share, z)
        total: Array = np.add.reduce(self._row_flat, 1)
        return total


LOSSES: dict[str, type[Loss]] = {
    loss.name: loss for loss in (SquaredError, AbsoluteError, Huber, BinaryCrossEntropy, CrossEntropy, Hinge)
}
