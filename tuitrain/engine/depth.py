"""How the signal goes through the layers: forward as a, back as δ, and what each layer hands on.

Everything is float64. `B` rows, `D` features, `H` units of a layer, `K` outputs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuitrain.engine.network import Network, with_ones
from tuitrain.engine.trace import activate

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class LayerThrough:
    """A hidden layer while rows pass it.

    `a` (B, H) are its outputs, `slope` (B, H) is f′(z), `back` (B, H) the gradient that arrives from the layer after,
    Σ w δ, and `delta` (B, H) = f′(z) · back the gradient of each row's own loss at the sums.
    """

    a: Array
    slope: Array
    back: Array
    delta: Array

    @property
    def norm(self) -> float:
        """‖δ‖: the length of a row's δ, as the root of the mean square over the rows."""
        return _length(self.delta)

    @property
    def slope_factor(self) -> float:
        """What f′ makes of the length that arrives: ‖f′ ⊙ back‖ / ‖back‖; NaN where nothing arrives."""
        arrived = _length(self.back)
        return self.norm / arrived if arrived else float("nan")


@dataclass(frozen=True, eq=False)
class Through:
    """All hidden layers, and `output_delta` (B, K), the gradient of each row's own loss at the outputs."""

    layers: tuple[LayerThrough, ...]
    output_delta: Array

    def weight_factor(self, layer: int) -> float:
        """What the weights after hidden layer `layer` make of the length of δ there: ‖W δ‖ / ‖δ‖."""
        after = self.layers[layer + 1].delta if layer + 1 < len(self.layers) else self.output_delta
        length = _length(after)
        return _length(self.layers[layer].back) / length if length else float("nan")

    def ratio(self, layer: int) -> float:
        """‖δ‖ of hidden layer `layer` over that of the layer after: slope factor times weight factor."""
        return self.layers[layer].slope_factor * self.weight_factor(layer)


def through_depth(network: Network, X: Array, y: Array, *, scale: float = 1.0) -> Through:
    """Take the rows `X` (B, D), `y` forward through the first member, and their errors back; dropout is off.

    `scale` multiplies all weights first (not the biases); the network stays as it is.
    """
    blocks = [block[0].astype(np.float64) for block in network.blocks]
    for block in blocks:
        block[:-1] *= scale
    passed: list[tuple[Array, Array]] = []
    source = network.inputs(np.asarray(X, np.float64))
    for block in blocks[:-1]:
        source, slope = activate(network.activation, with_ones(source, np.float64) @ block, network.leaky_slope)
        passed.append((source, slope))
    output_delta = _output_delta(network, with_ones(source, np.float64) @ blocks[-1], np.asarray(y))
    layers: list[LayerThrough] = []
    delta = output_delta
    for block, (a, slope) in zip(reversed(blocks[1:]), reversed(passed), strict=True):
        back = delta @ block[:-1].T
        delta = slope * back
        layers.insert(0, LayerThrough(a, slope, back, delta))
    return Through(tuple(layers), output_delta)


def _output_delta(network: Network, z: Array, y: Array) -> Array:
    """The gradient of each row's own loss at the outputs `z` (B, K)."""
    outputs, share = np.ascontiguousarray(z.T)[None], np.ones((1, len(z)))
    target = np.asarray(network.encode(y, len(z)), np.float64)
    measure = network.loss(outputs.shape, np.float64, huber_delta=network.huber_delta)
    measure(outputs, network.loss.weigh(target, share), share)
    found: Array = outputs[0].T
    return found


def _length(rows: Array) -> float:
    """The root of the mean square length of the rows (B, H)."""
    return float(np.sqrt(np.square(rows).sum(axis=1).mean()))
