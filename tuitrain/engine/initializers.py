"""Draw the weights before training; biases start at zero.

Each function returns the weights of one layer of one member, (fan_in, fan_out) float64, from the member's own
generator.

To add one: a function, a line in `INITIALIZERS`, and the name in `hyperparameters.INITIALIZERS`.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Weights = NDArray[np.float64]


def _normal(rng: Generator, shape: tuple[int, int], deviation: float) -> Weights:
    return rng.standard_normal(shape) * deviation


def _uniform(rng: Generator, shape: tuple[int, int], limit: float) -> Weights:
    return rng.uniform(-limit, limit, shape)


INITIALIZERS: dict[str, Callable[[Generator, int, int], Weights]] = {
    "zeros": lambda rng, fan_in, fan_out: np.zeros((fan_in, fan_out)),
    "normal": lambda rng, fan_in, fan_out: _normal(rng, (fan_in, fan_out), 0.05),
    "uniform": lambda rng, fan_in, fan_out: _uniform(rng, (fan_in, fan_out), 0.05),
    # Glorot & Bengio (2010), eq. 16 and its normal counterpart
    "glorot_uniform": lambda rng, fan_in, fan_out: _uniform(rng, (fan_in, fan_out), math.sqrt(6 / (fan_in + fan_out))),
    "glorot_normal": lambda rng, fan_in, fan_out: _normal(rng, (fan_in, fan_out), math.sqrt(2 / (fan_in + fan_out))),
    # He et al. (2015), eq. 10
    "he_uniform": lambda rng, fan_in, fan_out: _uniform(rng, (fan_in, fan_out), math.sqrt(6 / fan_in)),
    "he_normal": lambda rng, fan_in, fan_out: _normal(rng, (fan_in, fan_out), math.sqrt(2 / fan_in)),
    # LeCun et al. (1998), section 4.6
    "lecun": lambda rng, fan_in, fan_out: _normal(rng, (fan_in, fan_out), math.sqrt(1 / fan_in)),
}

_RELU_FAMILY = {"relu", "leaky_relu", "gelu", "silu"}


def choose_initializer(name: str, activation: str, is_output: bool) -> str:
    """Resolve ``auto``: He before the ReLU family, LeCun before elu, Glorot otherwise and for the output."""
    if name != "auto":
        return name
    if is_output or activation not in _RELU_FAMILY | {"elu"}:
        return "glorot_uniform"
    return "lecun" if activation == "elu" else "he_normal"
