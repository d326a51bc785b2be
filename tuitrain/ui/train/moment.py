"""A sentence with a number of this moment about a hyperparameter, from what the snapshot measured anyway."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from tuitrain.numbers import memory, percent, significant
from tuitrain.session.snapshot import Snapshot
from tuitrain.text import counted
from tuitrain.translation import gettext as _


def moment(name: str, snapshot: Snapshot) -> str:
    """Say what the hyperparameter `name` comes to now; "" where nothing about it is measured."""
    tell = _TOLD.get(name)
    return tell(snapshot) if tell is not None else ""


def _learning_rate(snapshot: Snapshot) -> str:
    ratios = sorted(layer.update_ratio for layer in snapshot.layers if math.isfinite(layer.update_ratio))
    if not ratios:
        return ""
    middle = ratios[len(ratios) // 2]
    told = _("Now each step moves the weights by about {share} of their length.")
    if not snapshot.is_running:
        told = _("The last step moved the weights by about {share} of their length.")
    return told.format(share=_percent(middle))


def _schedule(snapshot: Snapshot) -> str:
    if not math.isfinite(snapshot.learning_rate):
        return ""
    return _("The learning rate is now {rate}.").format(rate=f"{snapshot.learning_rate:.3g}")


def _batch_size(snapshot: Snapshot) -> str:
    steps, each = counted(snapshot.steps_per_epoch, "step"), memory(int(float(f"{snapshot.batch_memory:.2g}")))
    if not snapshot.batch_memory:
        return _("Now {steps} an epoch.").format(steps=steps)
    return _("Now {steps} an epoch; a batch takes {memory}.").format(steps=steps, memory=each)


def _hidden_layers(snapshot: Snapshot) -> str:
    if not snapshot.n_parameters:
        return ""
    told = _("Now {parameters} for {rows} of training.")
    return told.format(
        parameters=counted(snapshot.n_parameters, "parameter"), rows=counted(snapshot.dataset.train, "row")
    )


def _activation(snapshot: Snapshot) -> str:
    """The layer whose units are idle most."""
    idle = [(layer.idle_share, number, layer.idle_kind) for number, layer in enumerate(snapshot.layers, 1)
            if layer.idle_share is not None and math.isfinite(layer.idle_share)]  # fmt: skip
    if not idle:
        return ""
    share, number, kind = max(idle)
    told = _("Now {share} of layer {number} is {state}; no layer has more.")
    as_in_the_pane = percent(share).strip().removesuffix("%")
    return told.format(share=f"{as_in_the_pane} %", number=number, state=_(kind))


def _dropout(snapshot: Snapshot) -> str:
    units = sum(snapshot.hyperparameters.hidden_layers)
    if not units:
        return ""
    silent = round(units * snapshot.hyperparameters.dropout)
    told = _("Now about {silent} of {units} are silent in each step.") if silent else _("Now all {units} work.")
    return told.format(silent=f"{silent:,}", units=counted(units, "hidden unit"))


def _gradient_clip(snapshot: Snapshot) -> str:
    if not math.isfinite(snapshot.gradient_norm):
        return ""
    return _("The last gradient was {norm} long.").format(norm=significant(snapshot.gradient_norm))


def _loss(snapshot: Snapshot) -> str:
    if not math.isfinite(snapshot.train_loss):
        return ""
    if not math.isfinite(snapshot.validation_loss):
        return _("Now {train} in training.").format(train=significant(snapshot.train_loss))
    told = _("Now {train} in training, {validation} in validation.")
    return told.format(train=significant(snapshot.train_loss), validation=significant(snapshot.validation_loss))


def _epochs(snapshot: Snapshot) -> str:
    left = snapshot.hyperparameters.epochs - snapshot.epoch
    told = _("{done} done, {left} left.") if left >= 0 else _("{done} done.")
    return told.format(done=counted(snapshot.epoch, "epoch"), left=f"{left:,}")


def _patience(snapshot: Snapshot) -> str:
    if not snapshot.best_epoch or not snapshot.dataset.validation:
        return ""
    waited = snapshot.epoch - snapshot.best_epoch
    told = _("Best at epoch {best}, {waited} ago.")
    if snapshot.hyperparameters.patience and snapshot.is_running:
        told = _("Best at epoch {best}, {waited} ago: {left} left without a better one.")
    left = max(snapshot.hyperparameters.patience - waited, 0)
    return told.format(best=snapshot.best_epoch, waited=counted(waited, "epoch"), left=f"{left:,}")


def _percent(share: float) -> str:
    """``0.2 %``, ``12 %``: one digit below one per cent."""
    hundredths = 100 * share
    if 0 < hundredths < 0.01:
        return _("less than 0.01 %")
    return f"{hundredths:.0f} %" if hundredths >= 0.95 or hundredths == 0 else f"{hundredths:.1g} %"


_TOLD: Mapping[str, Callable[[Snapshot], str]] = {
    "learning_rate": _learning_rate, "schedule": _schedule, "warmup": _schedule, "batch_size": _batch_size,
    "hidden_layers": _hidden_layers, "activation": _activation, "dropout": _dropout,
    "gradient_clip": _gradient_clip, "loss": _loss, "epochs": _epochs, "patience": _patience,
}  # fmt: skip
