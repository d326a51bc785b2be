"""What single hidden units contribute: the loss when a unit's output is set to 0, and its response to inputs.

Everything is float64, of a network's first member, with dropout off. `V` rows, `D` features, `H` units of the layer,
`H₁` of the layer after it, `K` outputs, `U` trials in one go.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuitrain.engine.network import Network, with_ones
from tuitrain.engine.trace import activate

Array = NDArray[Any]


def layer_outputs(network: Network, X: Array, layer: int) -> Array:
    """The outputs (V, H) of hidden layer `layer` (from 0) for the rows `X` (V, D)."""
    source = network.inputs(np.asarray(X, np.float64))
    for block in network.blocks[: layer + 1]:
        sums = with_ones(source, np.float64) @ block[0].astype(np.float64)
        source = activate(network.activation, sums, network.leaky_slope)[0]
    return source


class Ablation:
    """Removes units of hidden layer `layer` (from 0) and measures the loss on the rows `X` (V, D), `y`.

    `a` (V, H) are the layer's outputs, `loss` is J with all units.
    """

    def __init__(self, network: Network, X: Array, y: Array, layer: int) -> None:
        self._network = network
        self.a = layer_outputs(network, X, layer)
        blocks = [block[0].astype(np.float64) for block in network.blocks[layer + 1 :]]
        self._weights, self._bias, self._rest = blocks[0][:-1], blocks[0][-1], blocks[1:]
        self._sums = self.a @ self._weights + self._bias
        self._target = np.asarray(network.encode(np.asarray(y), len(X)), np.float64)
        self.loss = float(self._losses(self._sums[None])[0])

    @property
    def cost_of_a_trial(self) -> int:
        """Products of a forward pass from the layer after on: how much work one removed unit is."""
        return len(self.a) * int(self._bias.size + sum(block.size for block in self._rest))

    def without(self, units: Sequence[int]) -> Array:
        """J without each of `units` alone, (U,)."""
        chosen = np.asarray(units, np.intp)
        parts = self.a.T[chosen][:, :, None] * self._weights[chosen][:, None, :]
        return self._losses(self._sums[None] - parts)

    def with_the_first(self, units: Sequence[int], counts: Sequence[int]) -> Array:
        """J when only the first `counts[u]` of `units` are left and all others are removed, (U,)."""
        chosen = np.asarray(units, np.intp)
        sums = [
            self.a[:, chosen[:count]] @ self._weights[chosen[:count]] + self._bias for count in counts
        ]  # fmt: skip
        return self._losses(np.stack(sums))

    def _losses(self, sums: Array) -> Array:
        """J for sums (U, V, H₁) of the layer after: (U,)."""
        network = self._network
        for block in self._rest:
            a = activate(network.activation, sums, network.leaky_slope)[0]
            sums = a @ block[:-1] + block[-1]
        outputs = sums.swapaxes(1, 2).copy()  # which becomes the gradient
        share = np.full((1, sums.shape[1]), 1 / sums.shape[1])
        measure = network.loss(outputs.shape, np.float64, huber_delta=network.huber_delta)
        found: Array = measure(outputs, network.loss.weigh(self._target, share), share)
        return found.astype(np.float64)
