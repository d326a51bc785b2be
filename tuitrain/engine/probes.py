"""Measure what a network does while it trains: gradient norms, update ratios, dead and saturated units.

`M` members, `P` parameters, `L` layers with parameters, `H` units of a layer, `B` rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuitrain.engine.build import Data
from tuitrain.engine.evaluation import Examined
from tuitrain.engine.floating_point import row_norms
from tuitrain.engine.network import Network
from tuitrain.engine.passes import Pass

Array = NDArray[Any]
LEAST_PROBED, MOST_PROBED = 64, 256  # rows on which units are judged idle
SATURATED = 0.95  # of the way from the middle of tanh or sigmoid to their limits: there the slope is below a tenth


def layer_norms(flat: Array, slices: Sequence[slice]) -> Array:
    """Return the Euclidean norm of each layer's part of `flat` (M, P), (M, L) float64; `slices` are the layers'."""
    return np.stack([row_norms(flat[:, part]) for part in slices], axis=1)


class UpdateProbe:
    """Measures one step: call `before` and `after` around it.

    `gradient_norms` and `update_ratios` are (M, L) float64, NaN until a step has been measured. A ratio is the norm of
    the change of a layer's parameters over the norm of these parameters before it.
    """

    def __init__(self, network: Network) -> None:
        self._network = network
        self._before = np.empty_like(network.parameters)
        self.gradient_norms = np.full((network.members, len(network.slices)), np.nan)
        self.update_ratios = self.gradient_norms.copy()

    def arrays(self) -> dict[str, Array]:
        """Return copies of what was measured last, for a `State`."""
        return {"probe.gradient_norms": self.gradient_norms.copy(), "probe.update_ratios": self.update_ratios.copy()}

    def restore(self, arrays: Mapping[str, Array]) -> None:
        """Continue from what `arrays` gave."""
        self.gradient_norms = arrays["probe.gradient_norms"].copy()
        self.update_ratios = arrays["probe.update_ratios"].copy()

    def before(self) -> None:
        """Keep a copy of the parameters, and measure the gradients."""
        np.copyto(self._before, self._network.parameters)
        self.gradient_norms = layer_norms(self._network.gradients, self._network.slices)

    def after(self) -> None:
        """Measure the change of the parameters; 0/0 is 0."""
        slices = self._network.slices
        size = layer_norms(self._before, slices)
        np.subtract(self._network.parameters, self._before, self._before)
        self.update_ratios = layer_norms(self._before, slices) / np.maximum(size, 1e-30)


class UnitProbe:
    """Measures how many hidden units are idle: on the validation rows; if those are few, on rows spread over training.

    Of a handful of rows, many units see none that they answer to. `validation` is None without validation rows;
    `datasets` are the distinct ones of a stack, `which` is the index of each member's.
    """

    def __init__(
        self, network: Network, validation: Examined | None, datasets: Sequence[Data], which: Sequence[int]
    ) -> None:
        self._network, self._validation = network, validation
        self._datasets, self._which = datasets, which
        self._rows: Array | None = None

    def shares(self) -> Array:
        """Return the share of each layer's units that are idle, (M, L) float64; see `idle_shares`.

        Where the validation rows are used, they have to have been evaluated with the parameters as they are.
        """
        return idle_shares(self._pass().activations, self._kind, self._network.members)

    def _pass(self) -> Pass:
        if self._validation is not None and self._validation.last_pass.outputs.shape[2] >= LEAST_PROBED:
            return self._validation.last_pass
        if self._rows is None:
            count = len(self._datasets[0].train.X)
            spread = np.linspace(0, count - 1, min(count, MOST_PROBED)).round().astype(int)
            rows = np.stack([self._network.rows_of(data.train.X[spread]) for data in self._datasets])
            self._rows = rows[0] if len(rows) == 1 else rows[self._which]
        through = self._network.pass_for(self._rows.shape[-2])
        through.forward(np.swapaxes(self._rows, -1, -2))
        return through

    @property
    def _kind(self) -> str:
        activation = self._network.activation
        return "saturated sigmoid" if activation.name == "sigmoid" else activation.idle


def idle_shares(activations: Sequence[Array], kind: str, members: int) -> Array:
    """Return the share of each layer's units that are idle in every row, (M, L) float64.

    `activations` are those of the hidden layers, (M, H, B). `kind` is ``dead`` (not above zero: the ReLU family),
    ``saturated`` (near its limits) for tanh, ``saturated sigmoid``, or empty, which gives NaN, as the output layer
    always does.
    """
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
