"""One row through one network, taken apart: every number of the forward and the backward pass.

Everything is float64, whatever the network trains in, so that a finite difference can check it. `D` features, `H`
units of a layer, `F` inputs of a layer (with the 1 that the biases multiply, F + 1), `K` outputs, `P` parameters.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuitrain.engine.activations import Activation, Room
from tuitrain.engine.network import Network

Array = NDArray[Any]
DIFFERENCE = 1e-4  # the h of (J(w + h) − J(w − h)) / 2h


@dataclass(frozen=True, eq=False)
class LayerTrace:
    """A layer while one row passes it.

    `inputs` (F + 1,) end in the 1 of the biases; `block` (F + 1, H) holds the weights and, last, the biases. `z` (H,)
    are the sums, `a` (H,) what the activation makes of them, `slope` (H,) its derivative f′(z), `mask` (H,) the factor
    of dropout (1 without, 0 for a silenced unit), `back` (H,) the gradient that arrives from the layer after,
    Σ w δ, and `delta` (H,) the gradient at the sums, f′(z) · mask · back. `gradient` (F + 1, H) is ∂J/∂w = a · δ.
    In the last layer `a` is what the loss reads as the answer, probabilities or values, and `slope` and `mask` are 1.
    """

    inputs: Array
    block: Array
    z: Array
    a: Array
    slope: Array
    mask: Array
    back: Array
    delta: Array

    @property
    def gradient(self) -> Array:
        """∂J/∂w for each weight, and in the last row for the biases, (F + 1, H)."""
        return np.outer(self.inputs, self.delta)

    def shares(self, unit: int) -> Array:
        """Return each input's share of the sum of unit `unit`: |w · a| of Σ |w · a|, (F,); 0 where all are 0."""
        sizes: Array = np.abs(self.block[:-1, unit] * self.inputs[:-1])
        total = sizes.sum()
        return sizes / total if total else sizes


@dataclass(frozen=True, eq=False)
class RowTrace:
    """A row's way through the network and back; `target` (K,) as the loss wants it, `loss` its J."""

    layers: tuple[LayerTrace, ...]
    target: Array
    loss: float

    @property
    def gradient(self) -> Array:
        """All of ∂J/∂w, (P,), in the order of ``Network.parameters``."""
        return np.concatenate([layer.gradient.ravel() for layer in self.layers])

    @property
    def parameters(self) -> Array:
        """All weights and biases, (P,)."""
        return np.concatenate([layer.block.ravel() for layer in self.layers])


class RowThrough:
    """What takes one row through one network, with any parameters.

    `x` (D,) is the row as the network reads it, `y` its class number, or its values (K,). `masks` are the factors of
    dropout for each hidden layer, (H,) each; None: no unit is silenced. `network` tells the shape, activation and
    loss; its parameters are not used.

    Raises
    ------
    ValueError
        if the shapes do not fit the network.
    """

    def __init__(self, network: Network, x: Array, y: Any, masks: Sequence[Array] | None = None) -> None:
        x = network.inputs(np.asarray(x, np.float64))
        if x.shape != network.layer_sizes[:1]:
            raise ValueError(f"x has shape {x.shape}; expected ({network.layer_sizes[0]},)")
        self.x = x
        self._sizes = network.layer_sizes
        self._activation, self._loss = network.activation, network.loss
        self._slope, self._huber_delta = network.leaky_slope, network.huber_delta
        self.target = _target(network, y)
        hidden = self._sizes[1:-1]
        self._masks = [np.ones(width) for width in hidden] if masks is None else [np.asarray(m, float) for m in masks]
        if [mask.shape for mask in self._masks] != [(width,) for width in hidden]:
            raise ValueError(f"masks: expected one of each hidden layer, {hidden}")

    def trace(self, parameters: Array) -> RowTrace:
        """Take the row forward and its error back, at `parameters` (P,)."""
        blocks = self.blocks(parameters)
        forward: list[tuple[Array, Array, Array, Array]] = []
        source = self.x
        for block, mask in zip(blocks[:-1], self._masks, strict=True):
            inputs = np.append(source, 1.0)
            z = inputs @ block
            a, slope = activate(self._activation, z, self._slope)
            forward.append((inputs, z, a, slope))
            source = a * mask
        inputs = np.append(source, 1.0)
        z = inputs @ blocks[-1]
        loss, delta = self._measure(z)
        answer = z.copy().reshape(1, -1, 1)
        self._loss.to_probabilities(answer)
        ones = np.ones_like(z)
        layers = [LayerTrace(inputs, blocks[-1], z, answer.ravel(), ones, ones, delta, delta)]
        for (inputs, z, a, slope), block, mask in zip(
            reversed(forward), reversed(blocks[:-1]), reversed(self._masks), strict=True
        ):
            back = layers[0].block[:-1] @ layers[0].delta
            layers.insert(0, LayerTrace(inputs, block, z, a, slope, mask, back, slope * mask * back))
        return RowTrace(tuple(layers), self.target, loss)

    def loss(self, parameters: Array) -> float:
        """Return J at `parameters` (P,), by a forward pass alone."""
        *hidden, last = self.blocks(parameters)
        source = self.x
        for block, mask in zip(hidden, self._masks, strict=True):
            source = activate(self._activation, np.append(source, 1.0) @ block, self._slope)[0] * mask
        return self._measure(np.append(source, 1.0) @ last)[0]

    def finite_difference(self, parameters: Array, index: int, h: float = DIFFERENCE) -> float:
        """Return (J(w + h) − J(w − h)) / 2h for the parameter at `index`."""
        moved = np.array(parameters, np.float64)
        w = moved[index]
        moved[index] = w + h
        above = self.loss(moved)
        moved[index] = w - h
        return (above - self.loss(moved)) / (2 * h)

    def blocks(self, parameters: Array) -> list[Array]:
        """`parameters` (P,) as float64 blocks (F + 1, H), one for each layer."""
        flat, blocks, start = np.asarray(parameters, np.float64), [], 0
        count = sum((fan_in + 1) * fan_out for fan_in, fan_out in pairwise(self._sizes))
        if flat.shape != (count,):
            raise ValueError(f"parameters have shape {flat.shape}; expected ({count},)")
        for fan_in, fan_out in pairwise(self._sizes):
            end = start + (fan_in + 1) * fan_out
            blocks.append(flat[start:end].reshape(fan_in + 1, fan_out))
            start = end
        return blocks

    def _measure(self, z: Array) -> tuple[float, Array]:
        """J of the outputs `z` (K,), and its gradient there (K,)."""
        outputs, share = z.copy().reshape(1, -1, 1), np.ones((1, 1))
        measure = self._loss(outputs.shape, np.float64, huber_delta=self._huber_delta)
        loss = measure(outputs, self._loss.weigh(self.target[:, None], share), share)
        return float(loss[0]), outputs.ravel()


def activate(activation: Activation, z: Array, leaky_slope: float = 0.01) -> tuple[Array, Array]:
    """Return f(z) and f′(z) of the engine's activation, both float64 in the shape of `z`."""
    a, slope = np.array(z, np.float64).reshape(1, -1, 1), np.ones((1, np.size(z), 1))
    kept = np.empty_like(a) if activation.keeps else None
    room = Room(np.empty_like(a), np.empty(a.shape, bool), kept, leaky_slope)
    activation.forward(a, room)
    activation.backward(slope, a, room)
    return a.reshape(np.shape(z)), slope.reshape(np.shape(z))


def _target(network: Network, y: Any) -> Array:
    """The row's target as the loss wants it, (K,) float64."""
    given = np.asarray(y)
    rows = given[None] if given.ndim else given.reshape(1)
    double = Network(network.layer_sizes, loss=network.loss.name, dtype=np.float64)
    return double.encode(rows, 1)[..., 0].reshape(-1)
