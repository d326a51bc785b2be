"""Remedies as changes of options: what the command line takes, and what the screen makes commands of."""

from __future__ import annotations

import shlex
from typing import Any

from tuitrain.diagnosis.finding import Remedy
from tuitrain.engine.usual_rate import USUAL_RATE
from tuitrain.options.hyperparameters import FIELDS, Hyperparameters
from tuitrain.translation import gettext as _

SATURATING = ("tanh", "sigmoid")
TIGHT_L2 = 0.001


def rate_text(rate: float) -> str:
    """Write a learning rate as a person types it."""
    return f"{rate:.1g}" if rate >= 1e-4 else f"{rate:.0e}"


def change(text: str, h: Hyperparameters, *, restart: bool = False, **values: Any) -> Remedy | None:
    """Return a remedy that sets hyperparameters; None where all are as they would be.

    `restart` is set by itself where one of them applies only at a reset.
    """
    changed = {name: value for name, value in values.items() if getattr(h, name) != value}
    if not changed:
        return None
    options = " ".join(f"{FIELDS[name].flag} {shlex.quote(_written(name, value))}" for name, value in changed.items())
    return Remedy(text, options, restart or any(not FIELDS[name].live for name in changed))


def _written(name: str, value: Any) -> str:
    if name == "learning_rate":
        return f"{value:.2g}"
    return FIELDS[name].format(value)


def usual_settings(h: Hyperparameters) -> Remedy | None:
    """Return a start over with settings that learn on most tables, for a training with no single cause in sight."""
    is_fit = bool(h.hidden_layers) and len(h.hidden_layers) <= 3 and min(h.hidden_layers) >= 16
    layers = h.hidden_layers if is_fit else (64, 32)
    return change(
        _("start over with settings that learn on most tables"), h, restart=True, hidden_layers=layers,
        activation="relu", initializer="auto", optimizer="adam", learning_rate=USUAL_RATE["adam"],
        **({"l2": 0.001} if h.number("l2") > 0.001 else {}), **({"dropout": 0.0} if h.dropout > 0.2 else {}),
        **({"patience": 30} if 0 < h.patience < 20 else {}),
    )  # fmt: skip


def loosened(h: Hyperparameters) -> dict[str, Any]:
    """Return a smaller L2 for units that saturate: under 0.001 and Adam's steps sigmoids learn no circle."""
    is_tight = h.activation in SATURATING and h.matters("l2") and h.number("l2") >= TIGHT_L2
    return {"l2": 0.0001} if is_tight else {}


def data_change(text: str, flag: str, *values: str) -> Remedy:
    """Return a remedy that reads the data anew with an option, given once for each value."""
    return Remedy(text, " ".join(f"{flag} {shlex.quote(value)}" for value in values), restart=True)


def listed_remedies(*remedies: Remedy | None) -> tuple[Remedy, ...]:
    """Return those that there are."""
    return tuple(remedy for remedy in remedies if remedy is not None)
