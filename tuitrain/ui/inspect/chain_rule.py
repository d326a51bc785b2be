"""The chain rule of one weight, and its step, written out with this moment's numbers.

Every line is a `Formula`: what it is, how it is computed, with which numbers, and the result. A reader can check each
line on paper; a test computes each line from its numbers.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuitrain.engine.optimizers import NAdam
from tuitrain.engine.step_trace import StepTrace
from tuitrain.engine.trace import DIFFERENCE, LayerTrace
from tuitrain.numbers import MINUS
from tuitrain.session.asked.bench import RowAnswer
from tuitrain.translation import gettext as _
from tuitrain.ui.plots.figures import decimal, factor

Array = NDArray[Any]
MOST_TERMS = 3  # of a sum that are written out


@dataclass(frozen=True)
class Formula:
    """``symbol = rule = numbers = result``; a part that is "" is left out.

    `shorter` are the same numbers in fewer terms, from the longest to the shortest. With `is_remark`, what stands in
    the place of the numbers is about the result, not another way to write it.
    """

    symbol: str
    rule: str
    numbers: str
    result: str
    shorter: tuple[str, ...] = ()
    is_remark: bool = False


@dataclass(frozen=True)
class WeightPlace:
    """A weight: from the `source`-th input of layer `layer` to its `unit`; the last source is the bias."""

    layer: int
    source: int
    unit: int

    def index(self, answer: RowAnswer) -> int:
        """Its index among all parameters."""
        before = sum(layer.block.size for layer in answer.trace.layers[: self.layer])
        return int(before + self.source * answer.trace.layers[self.layer].block.shape[1] + self.unit)

    def is_bias(self, answer: RowAnswer) -> bool:
        """Whether it is a bias, which multiplies 1."""
        return self.source == len(answer.trace.layers[self.layer].inputs) - 1


def unit_name(answer: RowAnswer, layer: int, unit: int) -> str:
    """What a unit of weight layer `layer` is called: ``h3``, with several hidden layers ``h2.3``, ``o1``."""
    count = len(answer.trace.layers)
    if layer == count - 1:
        return f"o{unit + 1}"
    return f"h{unit + 1}" if count == 2 else f"h{layer + 1}.{unit + 1}"


def source_name(answer: RowAnswer, place: WeightPlace) -> str:
    """What the start of a weight's edge is called: an input, a unit, or 1 for a bias."""
    if place.is_bias(answer):
        return "1"
    return answer.units[place.source] if place.layer == 0 else unit_name(answer, place.layer - 1, place.source)


def chain_rule(answer: RowAnswer, place: WeightPlace) -> list[Formula]:
    """Write out ∂J/∂w of one weight, down to the δ of the layer after, and its finite difference."""
    layers, name = answer.trace.layers, unit_name(answer, place.layer, place.unit)
    layer = layers[place.layer]
    a, delta = float(layer.inputs[place.source]), float(layer.delta[place.unit])
    source = "1" if place.is_bias(answer) else f"a({source_name(answer, place)})" if place.layer else "x"
    gradient = a * delta
    lines = [Formula("∂J/∂w", f"{source} · δ({name})", f"{factor(a)} · {factor(delta)}", factor(gradient))]
    if place.layer == len(layers) - 1:
        lines.append(_output_delta(answer, layer, place.unit, name))
    else:
        lines += _hidden_delta(answer, place, name)
    error = decimal(relative_error(gradient, answer.difference), 1)
    told = _("h {h}, relative error {error}").format(h=decimal(DIFFERENCE), error=error)
    short = _("relative error {error}").format(error=error)
    return [*lines, Formula(_("check"), "(J(w+h) − J(w−h)) / 2h", told, factor(answer.difference, 6), (short,), True)]


def relative_error(gradient: float, difference: float) -> float:
    """|gradient − difference| over the larger of both; 0 where both are 0."""
    largest = max(abs(gradient), abs(difference))
    return abs(gradient - difference) / largest if largest else 0.0


def _hidden_delta(answer: RowAnswer, place: WeightPlace, name: str) -> list[Formula]:
    """δ = f′(z) · Σ w δ of a hidden unit, f′ by its activation's formula, and the sum over the units after it."""
    layer, after = answer.trace.layers[place.layer : place.layer + 2]
    slope, mask, back = (float(values[place.unit]) for values in (layer.slope, layer.mask, layer.back))
    delta = float(layer.delta[place.unit])
    dropped, kept = (" · m", f" · {decimal(mask, 2)}") if mask != 1 else ("", "")
    lines = [
        Formula(f"δ({name})", f"f′(z){dropped} · Σ w δ", f"{decimal(slope)}{kept} · {factor(back)}", factor(delta)),
        _slope(answer.activation, float(layer.z[place.unit]), float(layer.a[place.unit]), slope),
        _back(answer, place.layer + 1, after.block[place.unit], after.delta, back),
    ]
    if mask != 1:
        said = _("this unit is dropped in this batch") if mask == 0 else _("kept by dropout, and scaled up")
        lines.append(Formula("m", said, "", decimal(mask, 2)))
    return lines


def _back(answer: RowAnswer, after: int, weights: Array, deltas: Array, back: float) -> Formula:
    """Σ w δ over the units after, the largest terms first where there are many."""
    terms = weights * deltas
    order = np.argsort(-np.abs(terms), kind="stable") if len(terms) > MOST_TERMS else np.arange(len(terms))
    texts = [f"{factor(float(weights[j]), 3)}·{factor(float(deltas[j]), 3)}" for j in order[:MOST_TERMS]]
    forms = []
    for shown in range(len(texts), 0, -1):
        rest = len(terms) - shown
        left = [_("{count} more: {sum}").format(count=rest, sum=factor(back - float(terms[order[:shown]].sum())))]
        forms.append("  ".join([*texts[:shown], *(left if rest else [])]))
    names = " + ".join(f"w·δ({unit_name(answer, after, int(j))})" for j in order[:MOST_TERMS])
    rule = names if len(terms) <= 2 else _("over the units after it")
    return Formula("Σ w δ", rule, forms[0], factor(back), tuple(forms[1:]))


def _slope(activation: str, z: float, a: float, slope: float) -> Formula:
    rule, numbers = _SLOPES[activation](z, a)
    return Formula("f′(z)", rule, numbers, decimal(slope))


def _either(z: float, above: str, below: str) -> tuple[str, str]:
    return f"{above} where z > 0, else {below}", f"z = {factor(z)}"


_SLOPES: dict[str, Callable[[float, float], tuple[str, str]]] = {
    "identity": lambda z, a: ("1", "1"),
    "sigmoid": lambda z, a: ("a (1 − a)", f"{decimal(a)} · {decimal(1 - a)}"),
    "tanh": lambda z, a: ("1 − a²", f"1 − {decimal(abs(a))}²"),
    "relu": lambda z, a: _either(z, "1", "0"),
    "leaky_relu": lambda z, a: _either(z, "1", _("the slope")),
    "elu": lambda z, a: _either(z, "1", "a + 1"),
    "gelu": lambda z, a: ("Φ(z) + z φ(z)", f"z = {factor(z)}"),
    "silu": lambda z, a: ("σ(z) + a (1 − σ(z))", f"z = {factor(z)}, a = {factor(a)}"),
    "softplus": lambda z, a: ("1 − e^(−a)", f"1 − e^(−{decimal(a)})"),
}


def _output_delta(answer: RowAnswer, layer: LayerTrace, unit: int, name: str) -> Formula:
    """δ of an output: the loss's derivative by its sum."""
    p, t, z, outputs = float(layer.a[unit]), float(answer.trace.target[unit]), float(layer.z[unit]), len(layer.a)
    share, divided = (" / K", f" / {outputs}") if outputs > 1 else ("", "")
    delta = factor(float(layer.delta[unit]))
    difference = f"{decimal(z)} − {factor(t, 4) if t < 0 else decimal(t)}"
    huber, huber_numbers = _huber(z, t, float(layer.delta[unit]) * outputs)
    rules: dict[str, tuple[str, str]] = {
        "cross_entropy": ("p − t", f"{decimal(p)} − {t:g}"),
        "binary_cross_entropy": (f"(p − t){share}", f"({decimal(p)} − {t:g}){divided}"),
        "mse": (f"2 (ŷ − t){share}", f"2 · ({difference}){divided}"),
        "mae": (f"sign(ŷ − t){share}", f"sign({difference}){divided}"),
        "huber": (huber + share, f"({huber_numbers}){divided}"),
        "hinge": (_("−t inside the margin, else 0"), f"t = {t:+g}, z = {factor(z)}"),
    }
    rule, numbers = rules[answer.loss]
    return Formula(f"δ({name})", rule, numbers, delta)


def _huber(z: float, t: float, clipped: float) -> tuple[str, str]:
    """The difference, or the delta of the loss where the difference is larger."""
    is_clipped = abs(z - t) > abs(clipped) * (1 + 1e-9)
    return ("±delta, as |ŷ − t| > delta", factor(clipped)) if is_clipped else ("ŷ − t", f"{decimal(z)} − {decimal(t)}")


def step_formulas(step: StepTrace, index: int) -> list[Formula]:
    """Write out how the optimizer makes the new weight: penalties, averages, step, new value."""
    w, g = float(step.parameters[index]), float(step.gradient[index])
    lines = []
    if step.penalty.any() or step.clip < 1:
        penalty = float(step.penalty[index])
        scaled = f" · {decimal(step.clip)}" if step.clip < 1 else ""
        numbers = f"({factor(float(step.loss_gradient[index]))} + {factor(penalty)}){scaled}"
        rule = "∂J/∂w + λ·w" if step.clip >= 1 else _("(∂J/∂w + λ·w), clipped")
        lines.append(Formula("g", rule, numbers, factor(g)))
    lines += _RULES.get(step.optimizer, _averages)(step, index)
    moved = float(step.step[index])
    taken = f"{decimal(w)} − {factor(moved)}"
    rule = "w − " + _STEPS.get(step.optimizer, _("step"))
    for value, symbol in ((float(step.decayed[index]), "η·decay·w"), (float(step.shrunk[index]), "L1")):
        if value:
            rule, taken = f"{rule} − {symbol}", f"{taken} − {factor(value)}"
    lines.append(Formula(_("new w"), rule, taken, decimal(float(step.after_parameters[index]))))
    return lines


_STEPS = {
    "sgd": "η·g", "momentum": "η·b", "nesterov": "η·(g + μ·b)", "adagrad": "η·g / (√s + ε)",
    "adadelta": "η·d", "rmsprop": "η·g / (√v + ε)", "adam": "η·m̂ / (√v̂ + ε)",
    "adamw": "η·m̂ / (√v̂ + ε)", "adamax": "η·m̂ / u", "nadam": "η·n / (√v̂ + ε)",
}  # fmt: skip


def _average(step: StepTrace, index: int, letter: str, setting: str, value: float, name: str) -> Formula:
    """``m = β₁·m + (1 − β₁)·g``: one running average."""
    share, before = step.settings[setting], float(step.before[letter][index])
    symbol = {"beta1": "β₁", "beta2": "β₂", "rho": "ρ"}[setting]
    numbers = f"{share:g}·{_counting(before)} + {1 - share:.4g}·{_counting(value)}"
    result = _counting(float(step.after[letter][index]))
    return Formula(letter, f"{symbol}·{letter} + (1 − {symbol})·{name}", numbers, result)


def _counting(value: float) -> str:
    """`factor` with three digits that count: averages of squares are small, and are divided by or rooted."""
    size = abs(value)
    if not 0 < size < 0.01:
        return factor(value)
    return f"{MINUS if value < 0 else '+'}{size:.2e}".replace("e-0", "e-")


def _none(step: StepTrace, index: int) -> list[Formula]:
    return [
        Formula(
            "η·g",
            "",
            f"{step.learning_rate:g} · {factor(float(step.gradient[index]))}",
            factor(float(step.step[index])),
        )
    ]


def _velocity(step: StepTrace, index: int) -> list[Formula]:
    momentum, before = step.settings["momentum"], float(step.before["b"][index])
    g = float(step.gradient[index])
    numbers = f"{momentum:g}·{factor(before)} + {factor(g)}"
    return [Formula("b", "μ·b + g", numbers, factor(float(step.after["b"][index])))]


def _squares(step: StepTrace, index: int) -> list[Formula]:
    g = float(step.gradient[index])
    numbers = f"{decimal(float(step.before['s'][index]))} + {factor(g)}²"
    return [Formula("s", "s + g²", numbers, decimal(float(step.after["s"][index])))]


def _averages(step: StepTrace, index: int) -> list[Formula]:
    """The averages that the rule keeps, and their corrected values."""
    g = float(step.gradient[index])
    lines = []
    for letter, setting, value, name in (
        ("m", "beta1", g, "g"), ("v", "rho" if step.optimizer == "rmsprop" else "beta2", g * g, "g²"),
        ("s", "rho", g * g, "g²"),
    ):  # fmt: skip
        if letter in step.after:
            lines.append(_average(step, index, letter, setting, value, name))
    if "u" in step.after:
        beta, before = step.settings["beta2"], float(step.before["u"][index])
        numbers = f"max({beta:g}·{decimal(before)}, {decimal(abs(g))})"
        lines.append(Formula("u", "max(β₂·u, |g| + ε)", numbers, decimal(float(step.after["u"][index]))))
    for letter, power in (("m", "β1^t"), ("v", "β2^t")):
        if letter in step.after and power in step.after:
            value, product = float(step.after[letter][index]), float(step.after[power][0])
            numbers = f"{_counting(value)} / (1 − {decimal(product)})"
            symbol = "β₁ᵗ" if letter == "m" else "β₂ᵗ"
            lines.append(Formula(letter + "̂", f"{letter} / (1 − {symbol})", numbers, _counting(value / (1 - product))))
    if step.optimizer == "nadam":
        lines.append(_look_ahead(step, index))
    if step.optimizer == "adadelta":
        lines += _own_scale(step, index)
    return lines


def _look_ahead(step: StepTrace, index: int) -> Formula:
    """Nadam's mean as it will count in the next step, and the gradient as it counts in this one."""
    m, g = float(step.after["m"][index]), float(step.gradient[index])
    before, product, steps = (float(one[0]) for one in (step.before["Πμ"], step.after["Πμ"], step.after["t"]))
    following = step.settings["beta1"] * (1 - 0.5 * 0.96 ** ((steps + 1) * NAdam.momentum_decay))
    of_mean, of_gradient = following / (1 - product * following), (1 - product / before) / (1 - product)
    numbers = f"{of_mean:.4g}·{factor(m)} + {of_gradient:.4g}·{factor(g)}"
    return Formula("n", "c·m + d·g", numbers, factor(of_mean * m + of_gradient * g))


def _own_scale(step: StepTrace, index: int) -> list[Formula]:
    """Adadelta's step before the rate, and the mean of such steps' squares that the next one is scaled by."""
    g, epsilon = float(step.gradient[index]), step.settings["epsilon"]
    steps, squares = float(step.before["a"][index]), float(step.after["s"][index])
    d = g * math.sqrt((steps + epsilon) / (squares + epsilon))
    numbers = f"{factor(g)} · √{decimal(steps + epsilon)} / √{decimal(squares + epsilon)}"
    return [
        Formula("d", "g·√(a + ε) / √(s + ε)", numbers, factor(d)),
        _average(step, index, "a", "rho", d * d, "d²"),
    ]


_RULES: dict[str, Callable[[StepTrace, int], list[Formula]]] = {
    "sgd": _none, "momentum": _velocity, "nesterov": _velocity, "adagrad": _squares,
}  # fmt: skip


@dataclass(frozen=True)
class Share:
    """How one input of a unit took part in its sum, and what comes back to it.

    `size` is |w · a|, `share` its part of Σ |w · a|, `of_delta` the same part of the unit's δ; `back` = w · δ is what
    the gradient hands back to it, before f′.
    """

    source: int
    name: str
    size: float
    share: float
    weight: float
    delta: float

    @property
    def of_delta(self) -> float:
        """Its proportional part of δ: an idea, not what is computed with."""
        return self.share * self.delta

    @property
    def back(self) -> float:
        """What the gradient hands back, w · δ."""
        return self.weight * self.delta


def shares(answer: RowAnswer, layer: int, unit: int) -> list[Share]:
    """Return the part of each input in a unit's sum, the largest first."""
    found = answer.trace.layers[layer]
    weights, parts = found.block[:-1, unit], found.shares(unit)
    sizes, delta = np.abs(weights * found.inputs[:-1]), float(found.delta[unit])
    return [
        Share(
            int(i),
            source_name(answer, WeightPlace(layer, int(i), unit)),
            float(sizes[i]),
            float(parts[i]),
            float(weights[i]),
            delta,
        )
        for i in np.argsort(-sizes, kind="stable")
    ]


def layer_sizes(answer: RowAnswer) -> Sequence[int]:
    """Inputs, hidden units, outputs."""
    layers = answer.trace.layers
    sizes = [len(layers[0].inputs) - 1, *(len(layer.z) for layer in layers)]
    assert all(layer.block.shape == (a + 1, b) for layer, (a, b) in zip(layers, pairwise(sizes), strict=True))
    return sizes
