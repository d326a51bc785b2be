"""The optimizers' rules: a few in-place vector operations over one flat array of parameters.

Arrays are (M, P): members, parameters. Each update equals that of ``torch.optim`` with the same settings. Where an
average starts with a factor (1 - β), that factor is kept out of the array and put into the step, which saves a pass:
`m` stands for Σ βⁱ g, and m (1 - β) is the literature's average. In the formulas, `p` are the parameters, `g` their
gradients and η the learning rate. How a rule is stepped is in `optimizer.py`.

To add one: a class, a line in `OPTIMIZERS`, and the name in `hyperparameters.OPTIMIZERS`.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from typing import Any

import numpy as np

from tuitrain.engine.optimizer import Array, Coefficient, Optimizer
from tuitrain.errors import HyperparameterError
from tuitrain.text import quoted, suggest
from tuitrain.translation import gettext as _


class GradientDescent(Optimizer):
    """sgd: p ← p - η g."""

    name = "sgd"

    def _update(self, p: Array, g: Array, state: list[Array], scratch: list[Array], *coefficients: Any) -> None:
        (rate,), (t,) = coefficients, scratch
        np.multiply(g, rate, t)
        np.subtract(p, t, p)


class Momentum(Optimizer):
    """momentum: b ← μ b + g; p ← p - η b (Polyak, 1964, as in Sutskever et al., 2013)."""

    name = "momentum"
    n_state = 1

    def _coefficients(self, rate: Coefficient) -> tuple[Coefficient, ...]:
        return rate, self._settings["momentum"]

    def _update(self, p: Array, g: Array, state: list[Array], scratch: list[Array], *coefficients: Any) -> None:
        (rate, momentum), (t,), (b,) = coefficients, scratch, state
        np.multiply(b, momentum, b)
        np.add(b, g, b)
        np.multiply(b, rate, t)
        np.subtract(p, t, p)

    def _reach(self, rate: Coefficient) -> Coefficient:
        return rate / (1 - self._settings["momentum"])


class Nesterov(Momentum):
    """nesterov: b ← μ b + g; p ← p - η (g + μ b) (Sutskever et al., 2013)."""

    name = "nesterov"

    def _update(self, p: Array, g: Array, state: list[Array], scratch: list[Array], *coefficients: Any) -> None:
        (rate, momentum), (t,), (b,) = coefficients, scratch, state
        np.multiply(b, momentum, b)
        np.add(b, g, b)
        np.multiply(b, momentum, t)
        np.add(t, g, t)
        np.multiply(t, rate, t)
        np.subtract(p, t, p)


class AdaGrad(Optimizer):
    """adagrad: s ← s + g²; p ← p - η g / (√s + ε) (Duchi et al., 2011)."""

    name = "adagrad"
    n_state = 1

    def _coefficients(self, rate: Coefficient) -> tuple[Coefficient, ...]:
        return rate, self._settings["epsilon"]

    def _update(self, p: Array, g: Array, state: list[Array], scratch: list[Array], *coefficients: Any) -> None:
        (rate, epsilon), (t,), (s,) = coefficients, scratch, state
        np.multiply(g, g, t)
        np.add(s, t, s)
        np.sqrt(s, t)
        np.add(t, epsilon, t)
        np.divide(g, t, t)
        np.multiply(t, rate, t)
        np.subtract(p, t, p)

    def _step_sizes(self, reach: Array, state: list[Array], t: Array, *coefficients: Any) -> Array:
        return _over_root(reach, state[0], coefficients[-1], t)


class AdaDelta(Optimizer):
    """adadelta: p ← p - η d, d = g √(a + ε) / √(s + ε), s and a the averages of g² and d² (Zeiler, 2012)."""

    name = "adadelta"
    n_state = 2
    n_scratch = 2

    def _scaled_by(self, name: str) -> Sequence[Array]:
        return self.state if name == "rho" else ()

    def _coefficients(self, rate: Coefficient) -> tuple[Coefficient, ...]:
        rho = self._settings["rho"]
        return rate, rho, self._settings["epsilon"] / (1 - rho)

    def _update(self, p: Array, g: Array, state: list[Array], scratch: list[Array], *coefficients: Any) -> None:
        (rate, rho, epsilon), (t, u), (s, a) = coefficients, scratch, state
        np.multiply(g, g, t)
        np.multiply(s, rho, s)
        np.add(s, t, s)
        np.add(a, epsilon, t)
        np.add(s, epsilon, u)
        np.divide(t, u, t)
        np.sqrt(t, t)
        np.multiply(t, g, t)
        np.multiply(t, t, u)
        np.multiply(a, rho, a)
        np.add(a, u, a)
        np.multiply(t, rate, t)
        np.subtract(p, t, p)

    def _step_sizes(self, reach: Array, state: list[Array], t: Array, *coefficients: Any) -> Array:
        s, a = state
        epsilon = coefficients[-1]
        np.divide(a + epsilon, s + epsilon, t)
        np.sqrt(t, t)
        return np.multiply(t, reach, t)


class RMSProp(Optimizer):
    """rmsprop: v the average of g²; p ← p - η g / (√v + ε) (Tieleman & Hinton, 2012)."""

    name = "rmsprop"
    n_state = 1

    def _scaled_by(self, name: str) -> Sequence[Array]:
        return self.state if name == "rho" else ()

    def _coefficients(self, rate: Coefficient) -> tuple[Coefficient, ...]:
        rho = self._settings["rho"]
        root = (1 - rho) ** 0.5
        return rate / root, rho, self._settings["epsilon"] / root

    def _update(self, p: Array, g: Array, state: list[Array], scratch: list[Array], *coefficients: Any) -> None:
        (rate, rho, epsilon), (t,), (v,) = coefficients, scratch, state
        np.multiply(g, g, t)
        np.multiply(v, rho, v)
        np.add(v, t, v)
        np.sqrt(v, t)
        np.add(t, epsilon, t)
        np.divide(g, t, t)
        np.multiply(t, rate, t)
        np.subtract(p, t, p)

    def _reach(self, rate: Coefficient) -> Coefficient:
        return rate / (1 - self._settings["rho"]) ** 0.5

    def _step_sizes(self, reach: Array, state: list[Array], t: Array, *coefficients: Any) -> Array:
        return _over_root(reach, state[0], coefficients[-1], t)


class Adam(Optimizer):
    """adam: m, v the averages of g and g², corrected for their start; p ← p - η m / (√v + ε) (Kingma & Ba, 2015)."""

    name = "adam"
    n_state = 2
    carried = MappingProxyType({"beta1": 1.0, "beta2": 1.0})

    def _scaled_by(self, name: str) -> Sequence[Array]:
        return {"beta1": self.state[:1], "beta2": self.state[1:]}.get(name, ())

    def _coefficients(self, rate: Coefficient) -> tuple[Coefficient, ...]:
        beta1, beta2 = self._settings["beta1"], self._settings["beta2"]
        root = ((1 - beta2) / (1 - self._power("beta2"))) ** 0.5
        size = rate * ((1 - beta1) / (1 - self._power("beta1")) / root)
        return size, beta1, beta2, self._settings["epsilon"] / root

    def _update(self, p: Array, g: Array, state: list[Array], scratch: list[Array], *coefficients: Any) -> None:
        (size, beta1, beta2, epsilon), (t,), (m, v) = coefficients, scratch, state
        np.multiply(m, beta1, m)
        np.add(m, g, m)
        np.multiply(g, g, t)
        np.multiply(v, beta2, v)
        np.add(v, t, v)
        np.sqrt(v, t)
        np.add(t, epsilon, t)
        np.divide(m, t, t)
        np.multiply(t, size, t)
        np.subtract(p, t, p)

    def _reach(self, rate: Coefficient) -> Coefficient:
        return rate / ((1 - self._settings["beta2"]) / (1 - self._carried["beta2"])) ** 0.5

    def _step_sizes(self, reach: Array, state: list[Array], t: Array, *coefficients: Any) -> Array:
        return _over_root(reach, state[1], coefficients[-1], t)


class AdamW(Adam):
    """adamw: adam with a decoupled weight decay, 0.01 by default (Loshchilov & Hutter, 2019); see `Penalties`."""

    name = "adamw"


class AdaMax(Adam):
    """adamax: u ← max(β₂ u, |g| + ε); p ← p - η m / u (Kingma & Ba, 2015, algorithm 2)."""

    name = "adamax"
    carried = MappingProxyType({"beta1": 1.0})

    def _scaled_by(self, name: str) -> Sequence[Array]:
        return self.state[:1] if name == "beta1" else ()

    def _coefficients(self, rate: Coefficient) -> tuple[Coefficient, ...]:
        beta1 = self._settings["beta1"]
        size = rate * ((1 - beta1) / (1 - self._power("beta1")))
        return size, beta1, self._settings["beta2"], self._settings["epsilon"]

    def _update(self, p: Array, g: Array, state: list[Array], scratch: list[Array], *coefficients: Any) -> None:
        (size, beta1, beta2, epsilon), (t,), (m, u) = coefficients, scratch, state
        np.multiply(m, beta1, m)
        np.add(m, g, m)
        np.abs(g, t)
        np.add(t, epsilon, t)
        np.multiply(u, beta2, u)
        np.maximum(u, t, out=u)
        np.divide(m, u, t)
        np.multiply(t, size, t)
        np.subtract(p, t, p)

    def _reach(self, rate: Coefficient) -> Coefficient:
        return rate

    def _step_sizes(self, reach: Array, state: list[Array], t: Array, *coefficients: Any) -> Array:
        return np.divide(reach, state[1], t)


class NAdam(Adam):
    """nadam: adam with Nesterov's look ahead, and momentum that warms up (Dozat, 2016)."""

    name = "nadam"
    n_scratch = 2
    carried = MappingProxyType({"beta2": 1.0, "product": 1.0, "steps": 0.0})
    momentum_decay = 0.004

    def _coefficients(self, rate: Coefficient) -> tuple[Coefficient, ...]:
        steps = self._carried["steps"] = self._carried["steps"] + 1
        beta1, beta2 = self._settings["beta1"], self._settings["beta2"]
        now, following = (beta1 * (1 - 0.5 * 0.96 ** (t * self.momentum_decay)) for t in (steps, steps + 1))
        product = self._carried["product"] = self._carried["product"] * now
        root = ((1 - beta2) / (1 - self._power("beta2"))) ** 0.5
        of_gradient = (1 - now) / (1 - product)
        of_average = following / (1 - product * following) * (1 - beta1)
        return rate * (of_gradient / root), of_average / of_gradient, beta1, beta2, self._settings["epsilon"] / root

    def _update(self, p: Array, g: Array, state: list[Array], scratch: list[Array], *coefficients: Any) -> None:
        (size, share, beta1, beta2, epsilon), (t, ahead), (m, v) = coefficients, scratch, state
        np.multiply(m, beta1, m)
        np.add(m, g, m)
        np.multiply(g, g, t)
        np.multiply(v, beta2, v)
        np.add(v, t, v)
        np.sqrt(v, t)
        np.add(t, epsilon, t)
        np.multiply(m, share, ahead)
        np.add(ahead, g, ahead)
        np.divide(ahead, t, t)
        np.multiply(t, size, t)
        np.subtract(p, t, p)


OPTIMIZERS: dict[str, type[Optimizer]] = {
    rule.name: rule
    for rule in (GradientDescent, Momentum, Nesterov, AdaGrad, AdaDelta, RMSProp, Adam, AdamW, AdaMax, NAdam)
}


def make_optimizer(name: str, shape: tuple[int, int], dtype: Any = np.float32, **settings: Any) -> Optimizer:
    """Make the optimizer of that name, with fresh state, for parameters of `shape` (M, P); see `Optimizer`.

    Raises
    ------
    HyperparameterError
        if there is none of that name, or a setting is not one of `optimizer.SETTINGS`.
    """
    if name not in OPTIMIZERS:
        raise HyperparameterError(
            _("optimiser {name}: {hint}").format(name=quoted(name), hint=suggest(str(name), tuple(OPTIMIZERS)))
        )
    return OPTIMIZERS[name](shape, dtype, **settings)


def _over_root(reach: Array, squares: Array, epsilon: Array, t: Array) -> Array:
    """Compute `reach` / (√squares + ε) in `t`, and return it."""
    np.sqrt(squares, t)
    np.add(t, epsilon, t)
    return np.divide(reach, t, t)
