"""The exponential moving mean of a curve."""

from __future__ import annotations

import math

import numpy as np

from tuitrain.ui.plots.raster import Floats

_LARGEST = 1e290
"""Beyond this a sum might overflow; such values are treated as infinite."""


def smoothed(values: Floats, weight: float) -> Floats:
    """Return the exponential mean of `values` (E,), (E,): each step keeps `weight` (0 ≤ weight < 1) of the past.

    The bias towards zero at the beginning is corrected as in Adam (Kingma and Ba, 2015, section 3). Non-finite values
    do not count, and stay gaps (NaN).
    """
    if weight <= 0 or not values.size:
        return values
    with np.errstate(invalid="ignore"):
        finite = np.abs(values) <= _LARGEST
    if finite.all():
        count = -np.expm1(math.log(weight) * np.arange(1, values.size + 1)) / (1 - weight)
        means: Floats = _decayed_sum(values, weight) / count
        return means
    with np.errstate(invalid="ignore"):
        means = _decayed_sum(np.where(finite, values, 0.0), weight) / _decayed_sum(finite.astype(np.float64), weight)
    return np.where(finite, means, np.nan)


def _decayed_sum(values: Floats, weight: float) -> Floats:
    """Return s[t] = values[t] + weight·s[t-1], in blocks short enough that weight**-block stays small."""
    block = max(1, min(values.size, int(math.log(1e-9) / math.log(weight))))
    blocks = -(-values.size // block)
    padded = np.zeros(blocks * block)
    padded[: values.size] = values
    decay = weight ** np.arange(block)
    sums = (padded.reshape(blocks, block) / decay).cumsum(axis=1) * decay
    carry = np.zeros(blocks)
    last, factor = sums[:, -1].tolist(), weight**block
    for number in range(1, blocks):
        carry[number] = last[number - 1] + factor * carry[number - 1]
    sums += carry[:, None] * (decay * weight)
    result: Floats = sums.reshape(-1)[: values.size]
    return result
