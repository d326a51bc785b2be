"""What can be measured on a network: gradient norms, update ratios, dead and saturated units.

`M` members, `P` parameters, `L` layers with parameters, `H` units of a layer, `B` rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuitrain.engine.floating_point import row_norms
from tuitrain.engine.network import Network

Array = NDArray[Any]
SATURATED = 0.95  # of the way from the middle of tanh or sigmoid to their limits: there the slope is below a tenth


def layer_norms(flat: Array, slices: Sequence[slice]) -> Array:
    """The Euclidean norm of each layer's part of `flat` (M, P): (M, L) float64."""
    return np.stack([row_norms(flat[:, part]) for part in slices], axis=1)


class UpdateProbe:
    """Measures one step: call `before` it with the parameters and `after` it."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._before = np.empty_like(network.parameters)
        self.gradient_norms = np.full((network.members, len(network.slices)), np.nan)
        self.update_ratios = self.gradient_norms.copy()

    def arrays(self) -> dict[str, Array]:
        """What was measured last, for a `State`."""
        return {"probe.gradient_norms": self.gradient_norms.copy(), "probe.update_ratios": self.update_ratios.copy()}

    def restore(self, arrays: Mapping[str, Array]) -> None:
        """Go on from what `arrays` gave."""
        self.gradient_norms = arrays["probe.gradient_norms"].copy()
        self.update_ratios = arrays["probe.update_ratios"].copy()

    def before(self) -> None:
        """Keep the parameters, and measure the gradients."""
        np.copyto(self._before, self._network.parameters)
        self.gradient_norms = layer_norms(self._network.gradients, self._network.slices)

    def after(self) -> None:
        """Measure the update against the parameters; 0/0 is 0."""
        slices = self._network.slices
        size = layer_norms(self._before, slices)
        np.subtract(self._network.parameters, self._before, self._before)
        self.update_ratios = layer_norms(self._before, slices) / np.maximum(size, 1e-30)


def idle_shares(activations: Sequence[Array], kind: str) -> Array:
    """The share of each hidden layer's units that are idle for every row of `activations` (M, H, B): (M, L).

    `kind` is ``dead`` (zero: the ReLU family), ``saturated`` (near its limits) for tanh, ``saturated sigmoid``, or
    empty, which gives NaN, as the output layer always does.
    """
    members = activations[0].shape[0] if activations else 1
    shares = np.full((members, len(activations) + 1), np.nan)
    for layer, a in enumerate(activations if kind else ()):
        if kind == "dead":
            idle = a.max(axis=2) <= 0
        elif kind == "saturated":
            idle = np.abs(a).min(axis=2) > SATURATED
        else:
            idle = np.abs(2 * a - 1).min(axis=2) > SATURATED
        shares[:, layer] = idle.mean(axis=1)
    return shares
