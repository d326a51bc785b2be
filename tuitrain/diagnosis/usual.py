"""What is usual: rates and settings that learn on most tables, and against which a training's own are held."""

from __future__ import annotations

import numpy as np

from tuitrain.diagnosis.course import Course
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


def rate_ratio(course: Course) -> float:
    """Return how many times the usual rate the steps were, on the mean over the epochs; 1 where it is not known.

    The schedule counts, and a momentum near 1.
    """
    h = course.hyperparameters
    rate = float(np.mean(course.rates)) if len(course.rates) else float(h.number("learning_rate"))
    if h.matters("momentum"):
        rate /= 1 - h.momentum
    return rate / USUAL_RATE.get(h.optimizer, 0.003)
