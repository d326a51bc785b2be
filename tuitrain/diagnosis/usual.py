"""What is usual: rates and settings that learn on most tables, and against which a training's own are held."""

from __future__ import annotations

import numpy as np

from tuitrain.diagnosis.course import Course
from tuitrain.engine.usual_rate import USUAL_RATE


def rate_ratio(course: Course) -> float:
    """Return how many times the usual rate the steps were, on the mean over the epochs; 1 where it is not known.

    The schedule counts, and a momentum near 1.
    """
    h = course.hyperparameters
    rate = float(np.mean(course.rates)) if len(course.rates) else float(h.number("learning_rate"))
    if h.matters("momentum"):
        rate /= 1 - h.momentum
    return rate / USUAL_RATE.get(h.optimizer, 0.003)
