"""The way forward written out with this moment's numbers: a unit's sum, what becomes of it, and the loss."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuitrain.session.asked.bench import RowAnswer
from tuitrain.translation import gettext as _
from tuitrain.ui.inspect.chain_rule import MOST_TERMS, Formula, WeightPlace, unit_name
from tuitrain.ui.plots.figures import decimal, factor

Array = NDArray[Any]
_LARGEST_POWER = 20.0  # of e that is written out
_RULES = {
    "identity": "z", "sigmoid": "1 / (1 + e^(−z))", "tanh": "tanh z", "relu": "max(0, z)",
    "leaky_relu": "max(z, slope · z)", "elu": "z where z > 0, else e^z − 1", "gelu": "z · Φ(z)", "silu": "z · σ(z)",
    "softplus": "ln(1 + e^z)",
}  # fmt: skip


def forward_formulas(answer: RowAnswer, place: WeightPlace, *, has_loss: bool) -> list[Formula]:
    """Write out z and a of the unit at the weight's end, and with `has_loss` J."""
    layer, unit = answer.trace.layers[place.layer], place.unit
    name, z, a = unit_name(answer, place.layer, unit), float(layer.z[unit]), float(layer.a[unit])
    lines = [_sum(layer.inputs, layer.block[:, unit], name, z)]
    if place.layer == len(answer.trace.layers) - 1:
        lines.append(_output(answer, layer.z, unit, name, a))
    else:
        lines.append(Formula(f"a({name})", _RULES[answer.activation], f"z = {factor(z)}", factor(a)))
        mask = float(layer.mask[unit])
        if mask != 1:
            said = _("given on: a · m, m of dropout")
            lines.append(Formula("", said, f"{factor(a)} · {decimal(mask, 2)}", factor(a * mask)))
    return [*lines, loss_formula(answer)] if has_loss else lines


def _sum(inputs: Array, weights: Array, name: str, z: float) -> Formula:
    """The sum z = Σ w·a + b, the largest terms first where there are many."""
    terms, bias = weights[:-1] * inputs[:-1], float(weights[-1])
    many = len(terms) > MOST_TERMS
    order = np.argsort(-np.abs(terms), kind="stable") if many else np.arange(len(terms))
    texts = [f"{factor(float(weights[i]))}·{factor(float(inputs[i]))}" for i in order[:MOST_TERMS]]
    forms = []
    for shown in range(len(texts), 0, -1):
        rest = z - bias - float(terms[order[:shown]].sum())
        left = [_("{count} more: {sum}").format(count=len(terms) - shown, sum=factor(rest))]
        forms.append("  ".join([*texts[:shown], *(left if shown < len(terms) else []), factor(bias)]))
    return Formula(f"z({name})", "Σ w·a + b", forms[0], factor(z), tuple(forms[1:]))


def _output(answer: RowAnswer, z: Array, unit: int, name: str, a: float) -> Formula:
    """What the loss reads of an output's sum."""
    value, power = float(z[unit]), factor(float(z[unit]), 3)
    if answer.loss == "cross_entropy":
        total = float(np.exp(np.minimum(z, 700)).sum())
        if np.abs(z).max() < _LARGEST_POWER:
            numbers = f"{decimal(math.exp(value))} / {decimal(total)}"
        else:
            numbers = f"z = {power}"
        return Formula(f"p({name})", "e^z / Σ e^z", numbers, decimal(a))
    if answer.loss == "binary_cross_entropy":
        return Formula(f"p({name})", _RULES["sigmoid"], f"z = {power}", decimal(a))
    return Formula(f"ŷ({name})", "z", factor(value), factor(a))


def loss_formula(answer: RowAnswer) -> Formula:
    """Write out J of this row, with the numbers where there is one output that makes it."""
    last, target, loss = answer.trace.layers[-1], answer.trace.target, decimal(answer.trace.loss)
    outputs = len(target)
    p, t, z = float(last.a[0]), float(target[0]), float(last.z[0])
    if answer.loss == "cross_entropy":
        true = float(last.a[int(target.argmax())])
        return Formula("J", _("−ln p of the true class"), f"−ln {decimal(true)}", loss)
    difference = f"{decimal(z)} − {factor(t) if t < 0 else decimal(t)}"
    rules = {
        "binary_cross_entropy": ("−ln p, or −ln(1 − p)", f"−ln {decimal(p if t == 1 else 1 - p)}"),
        "mse": ("(ŷ − t)²", f"({difference})²"),
        "mae": ("|ŷ − t|", f"|{difference}|"),
        "huber": _huber(abs(z - t), answer.trace.loss, difference),
        "hinge": ("max(0, 1 − t·z)", f"t = {t:+g}, z = {factor(z)}") if outputs == 1
        else (_("1 + z of the best other − z of the true, or 0"), ""),
    }  # fmt: skip
    rule, numbers = rules[answer.loss]
    if outputs == 1:
        return Formula("J", rule, numbers, loss)
    return Formula("J", rule if answer.loss == "hinge" else _("mean over the outputs of ") + rule, "", loss)


def _huber(distance: float, loss: float, difference: str) -> tuple[str, str]:
    """Half the square, or the line beyond δ."""
    is_square = abs(loss - distance**2 / 2) < 1e-9 * max(loss, 1e-300)
    return ("½ (ŷ − t)²", f"½ ({difference})²") if is_square else ("δ (|ŷ − t| − ½ δ)", f"|{difference}| ≥ δ")
