"""The probability of each class, from the outputs of a network's last layer.

`V` rows, `K` outputs, `C` classes (2 where there is one output).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def class_probabilities(outputs: Array, loss: str) -> Array:
    """Return the probability of each class, (V, C) float64, from outputs (V, K) trained with a loss that gives them.

    Under cross entropy this is the softmax; under binary cross entropy the sigmoids of all classes, divided by their
    sum. Everything is computed from logarithms, so that nothing overflows.
    """
    largest = float(np.finfo(np.float32).max)
    logs = _log_weights(np.clip(outputs.astype(np.float64), -largest, largest), loss)
    weights: Array = np.exp(logs - logs.max(axis=1, keepdims=True))
    total: Array = weights.sum(axis=1, keepdims=True)
    return weights / total


def _log_weights(outputs: Array, loss: str) -> Array:
    """Compute the logarithm of each class's weight, (V, C), not yet normalised."""
    if loss == "cross_entropy":
        return outputs
    signed = np.concatenate([-outputs, outputs], axis=1) if outputs.shape[1] == 1 else outputs
    weights: Array = -np.logaddexp(0.0, -signed)  # the logarithm of the sigmoid, also where that is 0 or 1
    return weights
