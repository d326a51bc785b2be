"""Courses of trainings, made up: a healthy one, in which tests change what a rule is about."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from tuitrain.diagnosis.course import Course
from tuitrain.diagnosis.facts import DataFacts
from tuitrain.diagnosis.observation import Observed
from tuitrain.diagnosis.probe import Probe
from tuitrain.options.hyperparameters import Hyperparameters

EPOCHS = 50
DATA = DataFacts(
    "classification", rows=640, validation_rows=150, features=4, class_shares=(0.5, 0.5), class_names=("a", "b"),
    smallest_class=320, largest_spread=1.0, smallest_spread=1.0, largest_shift=0.0, largest_size=1.0,
    constant_train_loss=0.693, constant_loss=0.693, constant_score=0.5, reference_name="linear", reference_score=0.95,
    reference_rows=150, reference_recall=0.95, tells=0.8,
)  # fmt: skip
START = Probe(
    0, loss=0.8, score=0.5, validation_loss=0.8, validation_score=0.5, gradient_norms=(0.5, 0.6, 0.5),
    weight_sizes=(0.5, 0.2, 0.2), dead=(0.0, 0.0), alike=(0.0, 0.0), signals=(0.8, 0.7), predicted=(0.5, 0.5),
    recalls=(0.5, 0.5), validation_recalls=(0.5, 0.5), logit_spread=0.9,
)  # fmt: skip
NOW = replace(
    START, epoch=40, loss=0.1, score=0.97, validation_loss=0.15, validation_score=0.95, recalls=(0.97, 0.97),
    validation_recalls=(0.95, 0.95),
)  # fmt: skip
H = Hyperparameters(learning_rate=0.003, batch_size=32, epochs=200, patience=10, l2=0.001, hidden_layers=(64, 32))


def course(
    state: str = "done", *, data: dict[str, Any] | None = None, start: dict[str, Any] | None = None,
    now: dict[str, Any] | None = None, h: dict[str, Any] | None = None, deficit: float = 0.0, epochs: int = EPOCHS,
    **changes: Any,
) -> Course:  # fmt: skip
    """Return a healthy course of 20 steps an epoch with something changed."""
    train, validation = np.geomspace(0.6, 0.1, epochs), np.geomspace(0.65, 0.15, epochs)
    flat = np.ones(epochs)
    observation = Observed(
        replace(DATA, **data or {}), replace(START, **start or {}), replace(NOW, **now or {}), (4, 64, 32, 2),
        deficit, 0.01,
    )  # fmt: skip
    hyperparameters = H.replace(**h or {})
    made = Course(
        state, "", hyperparameters, observation, epoch=epochs, step=20 * epochs, steps_per_epoch=20,
        best_epoch=max(1, epochs - 10), best_loss=0.15, train_loss=train, validation_loss=validation,
        metric=np.linspace(0.6, 0.95, epochs), rates=float(hyperparameters.learning_rate) * flat,
        gradient_norm=0.3 * flat, layer_norms=np.full((epochs, 3), 0.2), update_ratios=np.full((epochs, 3), 2e-3),
        idle_shares=np.tile([0.1, 0.1, np.nan], (epochs, 1)),
    )  # fmt: skip
    return replace(made, **changes)


def poor(**changes: Any) -> Course:
    """Return a course that came to no more than half of the way that simple methods come."""
    half_way = {"loss": 0.6, "score": 0.7, "validation_loss": 0.6, "validation_score": 0.7}
    flat = np.full(EPOCHS, 0.6)
    now = {**half_way, **changes.pop("now", {})}
    losses = {"train_loss": flat, "validation_loss": flat, "best_loss": 0.6, **changes}
    return course(now=now, deficit=0.25, **losses)


def stuck(now: dict[str, Any] | None = None) -> Course:
    """Return a course whose loss stayed at the best constant guess's."""
    flat = np.full(EPOCHS, 0.69)
    nothing = {"loss": 0.69, "score": 0.5, "validation_loss": 0.69, "validation_score": 0.5, **(now or {})}
    return course(now=nothing, deficit=0.45, train_loss=flat, validation_loss=flat, best_loss=0.69)
