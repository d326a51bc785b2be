"""The learning rate that is usual for each optimizer: it learns on most tables, and others are held against it."""

from __future__ import annotations

from tuitrain.options.hyperparameters import Hyperparameters

# measured on the planted cases of benchmarks/diagnosis.py; of momentum and nesterov the rate that a step comes to,
# rate / (1 - momentum)
USUAL_RATE = {
    "sgd": 0.05, "momentum": 0.1, "nesterov": 0.1, "adagrad": 0.05, "adadelta": 1.0, "rmsprop": 0.001, "adam": 0.003,
    "adamw": 0.003, "adamax": 0.005, "nadam": 0.003,
}  # fmt: skip


def usual_rate(h: Hyperparameters) -> float:
    """Return the learning rate that is usual for an optimizer and its momentum."""
    rate = USUAL_RATE.get(h.optimizer, 0.003)
    return round(rate * (1 - min(h.momentum, 0.9)), 6) if h.matters("momentum") else rate


def lower_rate(h: Hyperparameters, learning_rate: float) -> float:
    """Return the usual rate in the place of one that is too high, or a third of one that is too high though usual."""
    usual = usual_rate(h)
    return usual if learning_rate > 1.5 * usual else learning_rate / 3
