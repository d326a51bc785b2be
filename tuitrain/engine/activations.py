"""Activation functions, in place, with their derivatives written in terms of their output.

Arrays are (M, H, B): members, units, rows of the batch; float32 or float64. `forward` turns the sums `z` into the
outputs. `backward` multiplies `delta`, the gradient at the outputs, by the derivative, which gives the gradient at
the sums. `scratch` is a work buffer of the same shape with arbitrary content; `mask` the same in booleans. An
activation whose derivative does not follow from its output (`keeps`) stores the derivative in `kept` on the way
forward.

To add one: a forward and a backward function, a line in `ACTIVATIONS`, and the name in `hyperparameters.ACTIVATIONS`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from tuitrain.engine.erf import erf

Array = NDArray[Any]


@dataclass
class Room:
    """Buffers of one layer that an activation may use; see the module's docstring. `slope` is leaky ReLU's.

    `zero`, `half` and `one` are 0-d arrays of the right dtype, which NumPy handles in half the time of a Python number.
    """

    scratch: Array
    mask: Array
    kept: Array | None
    slope: float

    def __post_init__(self) -> None:
        self.zero, self.half, self.one = (np.array(value, self.scratch.dtype) for value in (0, 0.5, 1))


@dataclass(frozen=True)
class Activation:
    """One activation function. `idle` says how its units stop learning: dead (ReLU) or saturated."""

    name: str
    forward: Callable[[Array, Room], None]
    backward: Callable[[Array, Array, Room], None]
    keeps: bool = False
    idle: Literal["dead", "saturated", ""] = ""


def _identity_forward(z: Array, room: Room) -> None:
    """f(z) = z."""


def _identity_backward(delta: Array, a: Array, room: Room) -> None:
    """Derivative: 1."""


def _sigmoid_forward(z: Array, room: Room) -> None:
    """f(z) = 1 / (1 + exp(-z)), as (1 + tanh(z/2)) / 2, which cannot overflow."""
    np.multiply(z, room.half, z)
    np.tanh(z, z)
    np.multiply(z, room.half, z)
    np.add(z, room.half, z)


def _sigmoid_backward(delta: Array, a: Array, room: Room) -> None:
    """Derivative: a (1 - a)."""
    np.multiply(delta, a, delta)
    np.multiply(delta, a, room.scratch)
    np.subtract(delta, room.scratch, delta)


def _tanh_forward(z: Array, room: Room) -> None:
    np.tanh(z, z)


def _tanh_backward(delta: Array, a: Array, room: Room) -> None:
    """Derivative: 1 - a²."""
    np.multiply(a, a, room.scratch)
    np.subtract(room.one, room.scratch, room.scratch)
    np.multiply(delta, room.scratch, delta)


def _relu_forward(z: Array, room: Room) -> None:
    np.maximum(z, room.zero, out=z)


def _relu_backward(delta: Array, a: Array, room: Room) -> None:
    """Derivative: 1 where a > 0, else 0."""
    np.greater(a, room.zero, room.mask)
    np.multiply(delta, room.mask, delta)


def _leaky_relu_forward(z: Array, room: Room) -> None:
    """f(z) = max(z, slope z), for a slope of at most 1."""
    np.multiply(z, room.slope, room.scratch)
    np.maximum(z, room.scratch, out=z)


def _leaky_relu_backward(delta: Array, a: Array, room: Room) -> None:
    """Derivative: 1 where a > 0, else the slope."""
    np.greater(a, room.zero, room.mask)
    np.multiply(room.mask, 1 - room.slope, room.scratch)
    np.add(room.scratch, room.slope, room.scratch)
    np.multiply(delta, room.scratch, delta)


def _elu_forward(z: Array, room: Room) -> None:
    """f(z) = z above 0, exp(z) - 1 below (Clevert et al., 2016, eq. 15, α = 1)."""
    np.minimum(z, room.zero, out=room.scratch)
    np.expm1(room.scratch, room.scratch)
    np.maximum(z, room.zero, out=z)
    np.add(z, room.scratch, z)


def _elu_backward(delta: Array, a: Array, room: Room) -> None:
    """Derivative: 1 above 0, a + 1 below."""
    np.minimum(a, room.zero, out=room.scratch)
    np.add(room.scratch, 1, room.scratch)
    np.multiply(delta, room.scratch, delta)


def _softplus_forward(z: Array, room: Room) -> None:
    """f(z) = log(1 + exp(z)), as max(z, 0) + log(1 + exp(-|z|))."""
    np.abs(z, room.scratch)
    np.negative(room.scratch, room.scratch)
    np.exp(room.scratch, room.scratch)
    np.log1p(room.scratch, room.scratch)
    np.maximum(z, room.zero, out=z)
    np.add(z, room.scratch, z)


def _softplus_backward(delta: Array, a: Array, room: Room) -> None:
    """Derivative: 1 - exp(-a), the sigmoid of z."""
    np.negative(a, room.scratch)
    np.expm1(room.scratch, room.scratch)
    np.multiply(delta, room.scratch, delta)
    np.negative(delta, delta)


def _silu_forward(z: Array, room: Room) -> None:
    """f(z) = z σ(z); f' = σ + f (1 - σ) (Elfwing et al., 2018)."""
    assert room.kept is not None
    np.copyto(room.kept, z)
    _sigmoid_forward(room.kept, room)
    np.multiply(z, room.kept, z)
    np.subtract(1, room.kept, room.scratch)
    np.multiply(room.scratch, z, room.scratch)
    np.add(room.kept, room.scratch, room.kept)


def _gelu_forward(z: Array, room: Room) -> None:
    """f(z) = z Φ(z); f' = Φ + z φ (Hendrycks & Gimpel, 2016), Φ and φ of the standard normal distribution."""
    assert room.kept is not None
    room.kept[...] = erf(z * math.sqrt(0.5))
    np.add(room.kept, 1, room.kept)
    np.multiply(room.kept, 0.5, room.kept)
    np.multiply(z, z, room.scratch)
    np.multiply(room.scratch, -0.5, room.scratch)
    np.exp(room.scratch, room.scratch)
    np.multiply(room.scratch, 1 / math.sqrt(2 * math.pi), room.scratch)
    np.multiply(room.scratch, z, room.scratch)
    np.multiply(z, room.kept, z)
    np.add(room.kept, room.scratch, room.kept)


def _kept_backward(delta: Array, a: Array, room: Room) -> None:
    """Multiply by the derivative that the forward pass kept."""
    assert room.kept is not None
    np.multiply(delta, room.kept, delta)


ACTIVATIONS: dict[str, Activation] = {
    activation.name: activation
    for activation in (
        Activation("identity", _identity_forward, _identity_backward),
        Activation("sigmoid", _sigmoid_forward, _sigmoid_backward, idle="saturated"),
        Activation("tanh", _tanh_forward, _tanh_backward, idle="saturated"),
        Activation("relu", _relu_forward, _relu_backward, idle="dead"),
        Activation("leaky_relu", _leaky_relu_forward, _leaky_relu_backward),
        Activation("elu", _elu_forward, _elu_backward),
        Activation("gelu", _gelu_forward, _kept_backward, keeps=True),
        Activation("silu", _silu_forward, _kept_backward, keeps=True),
        Activation("softplus", _softplus_forward, _softplus_backward),
    )
}
