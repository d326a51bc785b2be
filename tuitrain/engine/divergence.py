"""Explain why a loss stopped being finite: which hyperparameter is the likely cause."""

from __future__ import annotations

from tuitrain.engine.records import Divergence
from tuitrain.options.hyperparameters import FIELDS, Hyperparameters
from tuitrain.translation import gettext as _

# usual learning rates, by optimizer; far above them, steps overshoot (measured on the bundled sets)
USUAL_RATE = {"sgd": 0.1, "momentum": 0.01, "nesterov": 0.01, "adagrad": 0.05, "adadelta": 1.0}
USUAL_ADAM_RATE = 0.003


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
    usual = USUAL_RATE.get(h.optimizer, USUAL_ADAM_RATE)
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
        usual = USUAL_RATE.get(h.optimizer, USUAL_ADAM_RATE)
        text = _("try {rate:.2g}") if h.gradient_clip else _("try {rate:.2g}, or a gradient clip of 1")
        return text.format(rate=min(learning_rate / 10, usual))
    if cause in {"momentum", "beta2"}:
        return _("try {value}").format(value={"momentum": "0.9", "beta2": "0.999"}[cause])
    return _("try a larger one") if cause == "C" else _("try a smaller one")
