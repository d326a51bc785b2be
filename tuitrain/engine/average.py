"""The average of several networks' answers, as the outputs of one network that would answer so.

`M` networks, `V` rows, `K` outputs.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
LEAST = 1e-30  # of a mean probability whose logarithm is taken


def average(outputs: Array, loss: str, weights: Array | None = None) -> Array:
    """Return (V, K) of the outputs (M, V, K) of networks trained with `loss`; float64.

    Probabilities are averaged (the softmax of cross entropy, the sigmoids of binary cross entropy) and turned back, so
    that the loss of the result is that of the mean probability. Other outputs are averaged as they are. `weights`
    (M, V) say how much each network counts in each row; alike if None.
    """
    values: Array = outputs.astype(np.float64)
    shares = np.full(values.shape[:2], 1.0) if weights is None else weights
    shares = shares / shares.sum(axis=0)
    if loss == "cross_entropy":
        values -= values.max(axis=2, keepdims=True)
        weighed = np.exp(values)
        weighed /= weighed.sum(axis=2, keepdims=True)
        return _log(_mean(shares, weighed))
    if loss == "binary_cross_entropy":
        yes, no = -np.logaddexp(0.0, -values), -np.logaddexp(0.0, values)
        return _log(_mean(shares, np.exp(yes))) - _log(_mean(shares, np.exp(no)))
    return _mean(shares, values)


def answers_of(outputs: Array, loss: str) -> Array:
    """Return what is averaged of outputs (V, K): probabilities, or the outputs as they are; float64."""
    values: Array = outputs.astype(np.float64)
    if loss == "cross_entropy":
        values = np.exp(values - values.max(axis=1, keepdims=True))
        values /= values.sum(axis=1, keepdims=True)
    if loss == "binary_cross_entropy":
        values = np.exp(-np.logaddexp(0.0, -values))
    return values


def outputs_of(answers: Array, loss: str) -> Array:
    """Return outputs (V, K) that answer so; the inverse of `answers_of`, up to a constant of each row."""
    if loss == "cross_entropy":
        return _log(answers)
    return _log(answers) - _log(1 - answers) if loss == "binary_cross_entropy" else answers


def _mean(shares: Array, values: Array) -> Array:
    mean: Array = np.einsum("mv,mvk->vk", shares, values)
    return mean


def _log(values: Array) -> Array:
    logs: Array = np.log(np.maximum(values, LEAST))
    return logs
