"""One optimizer step taken apart, in the letters and averages of the literature.

The optimizers of `optimizers.py` keep factors out of their arrays and work in the parameters' dtype; here each rule
stands as its paper writes it, in float64, for one weight as for all. A test holds both against each other. `P`
parameters.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuitrain.engine.optimizers import OPTIMIZERS
from tuitrain.engine.parts import Parts, all_of
from tuitrain.engine.state import State
from tuitrain.options.hyperparameters import Hyperparameters

Array = NDArray[Any]
PIECE = 65_536  # parameters at once: what is computed of them stays in the cache
Moments = dict[str, Array]  # by letter: b, s, a, v, m, u (P,); betas and products so far are (1,)


@dataclass(frozen=True, eq=False)
class StepTrace:
    """How the optimizer makes new weights of a gradient; arrays (P,) float64.

    `loss_gradient` is ∂J/∂w, `penalty` what L2 adds to it, `clip` the factor by which clipping scales the sum, and
    `gradient` the result, g. `before` and `after` are the rule's averages (m, v, …). `decayed` is what weight decay
    takes off the weights first, `step` what the rule then takes off, `shrunk` what L1 takes off last:
    `after_parameters` = `parameters` - `decayed` - `step` - `shrunk`.
    """

    optimizer: str
    learning_rate: float
    settings: Mapping[str, float]
    parameters: Array
    loss_gradient: Array
    penalty: Array
    clip: float
    gradient: Array
    before: Moments
    after: Moments
    decayed: Array
    step: Array
    shrunk: Array

    @property
    def after_parameters(self) -> Array:
        """The weights after the step, (P,)."""
        return self.parameters - self.decayed - self.step - self.shrunk


def start_of(state: State, member: int = 0) -> Moments:
    """Return the averages of a training's optimizer, with the factors that the literature gives them."""
    h = state.hyperparameters[member]
    arrays = {name[10:]: array[member] for name, array in state.arrays.items() if name.startswith("optimizer.")}
    letters, factors = _ARRAYS[h.optimizer]
    moments = {
        letter: arrays[str(place)].astype(np.float64) * (1 - h.number(factor) if factor else 1.0)
        for place, (letter, factor) in enumerate(zip(letters, factors, strict=True))
    }
    carried = OPTIMIZERS[h.optimizer].carried
    return moments | {_CARRIED[name]: np.atleast_1d(np.float64(arrays[name])) for name in carried}


def fresh(optimizer: str, parameters: int) -> Moments:
    """Return the averages before the first step."""
    letters, _ = _ARRAYS[optimizer]
    carried = OPTIMIZERS[optimizer].carried
    return {letter: np.zeros(parameters) for letter in letters} | {
        _CARRIED[name]: np.array([value]) for name, value in carried.items()
    }


def trace_step(
    h: Hyperparameters, parameters: Array, loss_gradient: Array, before: Moments, *, learning_rate: float,
    weights: Array, l2: float,
) -> StepTrace:  # fmt: skip
    """Take one step apart; see `trace_step_in_parts`."""
    return all_of(trace_step_in_parts(
        h, parameters, loss_gradient, before, learning_rate=learning_rate, weights=weights, l2=l2
    ))  # fmt: skip


def trace_step_in_parts(
    h: Hyperparameters, parameters: Array, loss_gradient: Array, before: Moments, *, learning_rate: float,
    weights: Array, l2: float,
) -> Parts[StepTrace]:  # fmt: skip
    """Take one step apart.

    `parameters` and `loss_gradient` are (P,); `weights` (P,) is True where a parameter is a weight, which penalties
    change, and not a bias; `l2` is the strength as it applies (under hinge 1/(C·N), see `Penalties`).
    """
    p, g = np.asarray(parameters, np.float64), np.asarray(loss_gradient, np.float64)
    mask = np.asarray(weights, np.float64)
    penalty, gradient = np.empty_like(p), np.empty_like(p)
    pieces = [slice(start, start + PIECE) for start in range(0, len(p), PIECE)]
    for piece in pieces:
        np.multiply(l2 * p[piece], mask[piece], out=penalty[piece])
        np.add(g[piece], penalty[piece], out=gradient[piece])
        yield
    limit, clip = h.gradient_clip, 1.0
    if limit > 0:
        clip = min(1.0, limit / (float(np.sqrt(np.square(gradient).sum())) + 1e-6))
        yield
    settings = {name: h.number(name) for name in ("momentum", "beta1", "beta2", "rho", "epsilon")}
    after: Moments = {}
    decayed, step, shrunk = np.empty_like(p), np.empty_like(p), np.empty_like(p)
    decay = learning_rate * h.number("weight_decay")
    for piece in pieces:
        yield
        gradient[piece] *= clip
        own = {letter: array[piece] if len(array) == len(p) else array for letter, array in before.items()}
        moved, step[piece], reach = _RULES[h.optimizer](gradient[piece], own, learning_rate, settings)
        for letter, array in moved.items():
            if len(before[letter]) == len(p):
                after.setdefault(letter, np.empty_like(p))[piece] = array
            else:
                after[letter] = array
        decayed[piece] = decay * p[piece] * mask[piece]
        left = p[piece] - decayed[piece] - step[piece]
        limit_of_l1 = np.broadcast_to(reach, left.shape) * h.l1 * mask[piece]
        shrunk[piece] = np.clip(left, -limit_of_l1, limit_of_l1)
    return StepTrace(
        h.optimizer, learning_rate, settings, p, g, penalty, clip, gradient, before, after, decayed, step, shrunk
    )


Rule = Callable[[Array, Moments, float, Mapping[str, float]], tuple[Moments, Array, Any]]


def _sgd(g: Array, before: Moments, rate: float, s: Mapping[str, float]) -> tuple[Moments, Array, Any]:
    """Rule sgd: p ← p − η g."""
    return {}, rate * g, rate


def _momentum(g: Array, before: Moments, rate: float, s: Mapping[str, float]) -> tuple[Moments, Array, Any]:
    """Rule momentum: b ← μ b + g; p ← p − η b (Polyak, 1964)."""
    b = s["momentum"] * before["b"] + g
    return {"b": b}, rate * b, rate / (1 - s["momentum"])


def _nesterov(g: Array, before: Moments, rate: float, s: Mapping[str, float]) -> tuple[Moments, Array, Any]:
    """Rule nesterov: b ← μ b + g; p ← p − η (g + μ b) (Sutskever et al., 2013)."""
    b = s["momentum"] * before["b"] + g
    return {"b": b}, rate * (g + s["momentum"] * b), rate / (1 - s["momentum"])


def _adagrad(g: Array, before: Moments, rate: float, s: Mapping[str, float]) -> tuple[Moments, Array, Any]:
    """Rule adagrad: s ← s + g²; p ← p − η g / (√s + ε) (Duchi et al., 2011)."""
    total = before["s"] + g**2
    scale = rate / (np.sqrt(total) + s["epsilon"])
    return {"s": total}, scale * g, scale


def _adadelta(g: Array, before: Moments, rate: float, s: Mapping[str, float]) -> tuple[Moments, Array, Any]:
    """Rule adadelta: s averages g², a averages d²; d = g √(a + ε) / √(s + ε); p ← p − η d (Zeiler, 2012)."""
    rho, epsilon = s["rho"], s["epsilon"]
    squares = rho * before["s"] + (1 - rho) * g**2
    d = g * np.sqrt(before["a"] + epsilon) / np.sqrt(squares + epsilon)
    moved = rho * before["a"] + (1 - rho) * d**2
    return {"s": squares, "a": moved}, rate * d, rate * np.sqrt((moved + epsilon) / (squares + epsilon))


def _rmsprop(g: Array, before: Moments, rate: float, s: Mapping[str, float]) -> tuple[Moments, Array, Any]:
    """Rule rmsprop: v ← ρ v + (1 − ρ) g²; p ← p − η g / (√v + ε) (Tieleman & Hinton, 2012)."""
    v = s["rho"] * before["v"] + (1 - s["rho"]) * g**2
    scale = rate / (np.sqrt(v) + s["epsilon"])
    return {"v": v}, scale * g, scale


def _adam(g: Array, before: Moments, rate: float, s: Mapping[str, float]) -> tuple[Moments, Array, Any]:
    """Rule adam: m and v averages of g and g², both corrected; p ← p − η m̂ / (√v̂ + ε) (Kingma & Ba, 2015)."""
    m = s["beta1"] * before["m"] + (1 - s["beta1"]) * g
    v = s["beta2"] * before["v"] + (1 - s["beta2"]) * g**2
    power1, power2 = before["β1^t"] * s["beta1"], before["β2^t"] * s["beta2"]
    scale = rate / (np.sqrt(v / (1 - power2)) + s["epsilon"])
    return {"m": m, "v": v, "β1^t": power1, "β2^t": power2}, scale * m / (1 - power1), scale


def _adamax(g: Array, before: Moments, rate: float, s: Mapping[str, float]) -> tuple[Moments, Array, Any]:
    """Rule adamax: u ← max(β₂ u, |g| + ε); p ← p − η m̂ / u (Kingma & Ba, 2015, algorithm 2)."""
    m = s["beta1"] * before["m"] + (1 - s["beta1"]) * g
    u = np.maximum(s["beta2"] * before["u"], np.abs(g) + s["epsilon"])
    power1 = before["β1^t"] * s["beta1"]
    return {"m": m, "u": u, "β1^t": power1}, rate / u * m / (1 - power1), rate / u


def _nadam(g: Array, before: Moments, rate: float, s: Mapping[str, float]) -> tuple[Moments, Array, Any]:
    """Adam that looks ahead: μₜ = β₁ (1 − ½ · 0.96^(t/250)) (Dozat, 2016)."""
    steps = before["t"] + 1
    now, following = (s["beta1"] * (1 - 0.5 * 0.96 ** (t * 0.004)) for t in (steps, steps + 1))
    product = before["Πμ"] * now
    m = s["beta1"] * before["m"] + (1 - s["beta1"]) * g
    v = s["beta2"] * before["v"] + (1 - s["beta2"]) * g**2
    power2 = before["β2^t"] * s["beta2"]
    ahead = following * m / (1 - product * following) + (1 - now) * g / (1 - product)
    scale = rate / (np.sqrt(v / (1 - power2)) + s["epsilon"])
    return {"m": m, "v": v, "β2^t": power2, "Πμ": product, "t": steps}, scale * ahead, scale


_RULES: dict[str, Rule] = {
    "sgd": _sgd, "momentum": _momentum, "nesterov": _nesterov, "adagrad": _adagrad, "adadelta": _adadelta,
    "rmsprop": _rmsprop, "adam": _adam, "adamw": _adam, "adamax": _adamax, "nadam": _nadam,
}  # fmt: skip
_ARRAYS: dict[str, tuple[str, tuple[str, ...]]] = {
    "sgd": ("", ()), "momentum": ("b", ("",)), "nesterov": ("b", ("",)), "adagrad": ("s", ("",)),
    "adadelta": ("sa", ("rho", "rho")), "rmsprop": ("v", ("rho",)), "adam": ("mv", ("beta1", "beta2")),
    "adamw": ("mv", ("beta1", "beta2")), "adamax": ("mu", ("beta1", "")), "nadam": ("mv", ("beta1", "beta2")),
}  # fmt: skip
_CARRIED = {"beta1": "β1^t", "beta2": "β2^t", "product": "Πμ", "steps": "t"}
