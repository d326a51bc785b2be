"""Explain why a loss stopped being finite: which hyperparameter is the likely cause."""

from __future__ import annotations

from tuitrain.engine.records import Divergence
from tuitrain.engine.usual_rate import lower_rate, usual_rate
from tuitrain.options.hyperparameters import FIELDS, Hyperparameters
from tuitrain.translation import gettext as _


def explain(loss: float, epoch: int, step: int, h: Hyperparameters, *, learning_rate: float, rows: int) -> Divergence:
    """Describe where the loss became `loss`, the likely cause, and what to try.

    `epoch` and `step` count from 1 over the whole training, `learning_rate` is the last step's, after the schedule, and
    `rows` is the number of training rows.
    """
    cause = likely_cause(h, learning_rate, rows)
    value = FIELDS[cause].format(getattr(h, cause))
    text = _("the loss became {loss:g} in epoch {epoch}, step {step}; the likely cause is {label} {value}: {remedy}")
    message = text.format(
        loss=loss, epoch=epoch, step=step, label=_(FIELDS[cause].label), value=value,
        remedy=_remedy(h, cause, learning_rate),
    )  # fmt: skip
    return Divergence(epoch, step, loss, cause, message)


def likely_cause(h: Hyperparameters, learning_rate: float, rows: int) -> str:
    """Return the name of the hyperparameter furthest from a stable value; `rows` is the number of training rows.

    A penalty whose product with the learning rate exceeds 2 multiplies weights by less than -1 each step; a momentum
    near 1 makes steps 1/(1 - momentum) times longer; else it is the learning rate.
    """
    usual = usual_rate(h)
    if learning_rate > 30 * usual:
        return "learning_rate"
    if h.loss != "hinge" and learning_rate * h.l2 > 2:
        return "l2"
    if learning_rate * h.number("weight_decay") > 2:
        return "weight_decay"
    if h.loss == "hinge" and learning_rate / (h.C * rows) > 2:
        return "C"
    if h.matters("momentum") and h.momentum > 0.95 and learning_rate <= usual:
        return "momentum"
    if h.matters("beta2") and h.beta2 < h.beta1**2:
        return "beta2"
    return "learning_rate"


def _remedy(h: Hyperparameters, cause: str, learning_rate: float) -> str:
    if cause == "learning_rate":
        text = _("try {rate:.2g}") if h.gradient_clip else _("try {rate:.2g}, or a gradient clip of 1")
        return text.format(rate=lower_rate(h, learning_rate))
    if cause in {"momentum", "beta2"}:
        return _("try {value}").format(value={"momentum": "0.9", "beta2": "0.999"}[cause])
    return _("try a larger one") if cause == "C" else _("try a smaller one")
