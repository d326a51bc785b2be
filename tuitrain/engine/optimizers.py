"""Optimizers: a few in-place vector operations over one flat array of parameters.

Arrays are (M, P): members, parameters. Each update equals that of ``torch.optim`` with the same settings. Where an
average starts with a factor (1 - β), that factor is kept out of the array and put into the step, which saves a pass:
`m` stands for Σ βⁱ g, and m (1 - β) is the literature's average.

An optimizer works in pieces that fit the cache. `_coefficients` computes what depends on the step alone; each
coefficient is a number where all members agree, else (M, 1); `_update` then works on one piece.

To add one: a class, a line in `OPTIMIZERS`, and the name in `hyperparameters.OPTIMIZERS`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuitrain.engine.penalties import Penalties
from tuitrain.errors import HyperparameterError
from tuitrain.options.hyperparameters import automatic
from tuitrain.text import quoted, suggest
from tuitrain.translation import gettext as _

Array = NDArray[Any]
Coefficient = Any  # a float, or an array (M, 1)
SETTINGS = ("momentum", "beta1", "beta2", "rho", "epsilon")
PIECE = 32_768  # elements of a piece: larger pieces leave the cache, smaller ones cost calls


class Optimizer:
    """State and update rule for parameters of `shape` (M, P).

    `settings` are numbers, or arrays (M, 1) with one for each member; None means the rule's default. Settings that the
    rule does not use are ignored. Weight decay and L1 are no part of a rule: see `Penalties`.
    """

    name = ""
    n_state = 0
    n_scratch = 1
    carried: Mapping[str, float] = MappingProxyType({})  # what goes from step to step besides the arrays, at the start

    def __init__(self, shape: tuple[int, int], dtype: Any = np.float32, **settings: Any) -> None:
        self.shape, self.dtype = shape, np.dtype(dtype)
        self.state = [np.zeros(shape, self.dtype) for _ in range(self.n_state)]
        self._pieces = list(pieces(*shape))
        largest = max((rows.stop - rows.start) * (columns.stop - columns.start) for rows, columns in self._pieces)
        self._scratch = [np.empty(largest, self.dtype) for _ in range(self.n_scratch)]
        self._views = [self._piece_views(*piece) for piece in self._pieces]
        self._carried: dict[str, Coefficient] = dict(self.carried)
        self._cast_values: dict[float, Array] = {}
        self._settings: dict[str, Coefficient] = {
            "momentum": 0.9, "beta1": 0.9, "beta2": 0.999, "rho": automatic("rho", self.name),
            "epsilon": automatic("epsilon", self.name),
        }  # fmt: skip
        for name, value in settings.items():
            if name not in SETTINGS:
                raise HyperparameterError(
                    _("optimiser setting {name}: {hint}").format(name=quoted(name), hint=suggest(name, SETTINGS))
                )
            if value is not None:
                self._settings[name] = _coefficient(value, shape[0])

    def step(
        self, parameters: Array, gradients: Array, learning_rate: Array, penalties: Penalties | None = None
    ) -> None:
        """Move `parameters` (M, P) along `gradients` (M, P), in place; `learning_rate` is (M, 1).

        `penalties` change each piece of both just before it is used, and shrink its parameters just after.
        """
        rate = float(learning_rate[0, 0]) if self.shape[0] == 1 else learning_rate.astype(np.float64)
        coefficients = [self._cast(value) for value in self._coefficients(rate)]
        reach = self._cast(self._reach(rate)) if penalties is not None and penalties.shrinks else None
        if len(self._pieces) == 1:
            state, scratch = self._views[0]
            if penalties is not None:
                penalties.change(parameters, gradients, scratch[0], ...)
            self._update(parameters, gradients, state, scratch, *coefficients)
            if penalties is not None and reach is not None:
                sizes = self._step_sizes(reach, state, scratch[0], *coefficients)
                penalties.shrink(parameters, sizes, scratch[0], ...)
            return
        for piece, (state, scratch) in zip(self._pieces, self._views, strict=True):
            own = [value[piece[0]] if value.ndim else value for value in coefficients]
            p, g = parameters[piece], gradients[piece]
            if penalties is not None:
                penalties.change(p, g, scratch[0], piece)
            self._update(p, g, state, scratch, *own)
            if penalties is not None and reach is not None:
                own_reach = reach[piece[0]] if reach.ndim else reach
                penalties.shrink(p, self._step_sizes(own_reach, state, scratch[0], *own), scratch[0], piece)

    def set(self, name: str, value: Any) -> None:
        """Change a setting (a number, or (M, 1)) from the next step on; the state stays."""
        old, new = self._settings[name], _coefficient(value, self.shape[0])
        self._settings[name] = new
        for array in self._scaled_by(name):
            np.multiply(array, self._cast((1 - old) / (1 - new)), array)

    def arrays(self) -> dict[str, Array]:
        """What goes from step to step, for a `State`: arrays (M, P), and (M,) float64 of what is `carried`."""
        members = (self.shape[0], 1)
        carried = {name: np.broadcast_to(value, members)[:, 0].copy() for name, value in self._carried.items()}
        return {
            **{f"optimizer.{place}": array.copy() for place, array in enumerate(self.state)},
            **{f"optimizer.{name}": np.asarray(value, np.float64) for name, value in carried.items()},
        }

    def restore(self, arrays: Mapping[str, Array]) -> None:
        """Go on from what `arrays` gave; the settings are in place already."""
        for place, array in enumerate(self.state):
            array[...] = arrays[f"optimizer.{place}"]
        self._carried = {name: _coefficient(arrays[f"optimizer.{name}"], self.shape[0]) for name in self.carried}

    def _power(self, name: str) -> Coefficient:
        """The product of a setting over all steps so far, with this one: β^t while β does not change."""
        self._carried[name] = self._carried[name] * self._settings[name]
        return self._carried[name]

    def _cast(self, value: Coefficient) -> Array:
        """A coefficient in the parameters' dtype: 0-d, which NumPy takes faster than a number, or (M, 1)."""
        if not isinstance(value, float):
            cast: Array = value.astype(self.dtype)
            return cast
        known = self._cast_values.get(value)
        if known is None:
            if len(self._cast_values) > 64:
                self._cast_values.clear()
            known = self._cast_values[value] = np.array(value, self.dtype)
        return known

    def _piece_views(self, rows: slice, columns: slice) -> tuple[list[Array], list[Array]]:
        shape = (rows.stop - rows.start, columns.stop - columns.start)
        scratch = [flat[: shape[0] * shape[1]].reshape(shape) for flat in self._scratch]
        return [array[rows, columns] for array in self.state], scratch

    def _scaled_by(self, name: str) -> Sequence[Array]:
        """The state arrays from which the factor (1 - setting) was taken out."""
        return ()

    def _coefficients(self, rate: Coefficient) -> tuple[Coefficient, ...]:
        return (rate,)

    def _update(self, p: Array, g: Array, state: list[Array], scratch: list[Array], *coefficients: Any) -> None:
        raise NotImplementedError  # pragma: no cover

    def _reach(self, rate: Coefficient) -> Coefficient:
        """The part of `_step_sizes` that depends on the step alone; called after `_coefficients`."""
        return rate

    def _step_sizes(self, reach: Array, state: list[Array], t: Array, *coefficients: Any) -> Array:
        """How far a gradient of 1 that stays would move each parameter a step, after an update; `t` may hold it.

        This, and not the learning rate, is what L1 multiplies: the rate at which a rule follows the gradient. Only
        then is the loss plus l1·|w|₁ at rest where training comes to rest, for every rule. Under Adam with the plain
        rate, the penalty would weigh against a gradient scaled to 1, and l1 would mean something else for each rule.
        """
        return reach


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
    """adamw: adam, whose weight decay is not 0 unless told (Loshchilov & Hutter, 2019); see `Penalties`."""

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
    """The optimizer of that name, with fresh state, for parameters of `shape` (M, P).

    Raises
    ------
    HyperparameterError
        if there is none of that name, or a setting is not one of `SETTINGS`.
    """
    if name not in OPTIMIZERS:
        raise HyperparameterError(
            _("optimiser {name}: {hint}").format(name=quoted(name), hint=suggest(str(name), tuple(OPTIMIZERS)))
        )
    return OPTIMIZERS[name](shape, dtype, **settings)


def _over_root(reach: Array, squares: Array, epsilon: Array, t: Array) -> Array:
    """`reach` / (√squares + ε) in `t`, which is returned."""
    np.sqrt(squares, t)
    np.add(t, epsilon, t)
    return np.divide(reach, t, t)


def _coefficient(value: Any, members: int) -> Coefficient:
    """A float where all members agree, else (M, 1) float64."""
    values = np.asarray(value, np.float64).reshape(-1, 1)
    if (values == values[0]).all():
        return float(values[0, 0])
    if len(values) != members:
        raise ValueError(f"a setting has {len(values)} values for {members} members")
    return values


def pieces(members: int, size: int) -> Iterator[tuple[slice, slice]]:
    """Split arrays (`members`, `size`) into pieces that fit the cache while several operations pass over them.

    Yield the rows and columns of each: at most `PIECE` elements, or twice that where it is one piece.
    """
    if members * size <= 2 * PIECE:
        yield slice(0, members), slice(0, size)
        return
    rows = max(1, PIECE // size)
    for row in range(0, members, rows):
        for column in range(0, size, PIECE):
            yield slice(row, min(row + rows, members)), slice(column, min(column + PIECE, size))
