"""A learning rate that is too large or too small."""

from __future__ import annotations

import numpy as np

from tuitrain.diagnosis.course import ENOUGH, RECENT, Course, column, fall
from tuitrain.diagnosis.finding import Finding
from tuitrain.translation import gettext as _


def jumping(course: Course) -> Finding | None:
    """Find a training loss that rises as often as it falls, by a large part of its value."""
    train = column(course, "train_loss")[-RECENT:]
    steps = np.diff(train)
    if len(steps) >= ENOUGH and (steps > 0).mean() > 0.4 and np.abs(steps).mean() > 0.2 * np.mean(train):
        text = _("the loss jumps · try a learning rate of {rate}").format(rate=f"{course.learning_rate / 3:.2g}")
        return Finding("jumping", "warning", text)
    return None


def creeping(course: Course) -> Finding | None:
    """Find a loss that hardly falls because the updates are tiny beside the parameters."""
    ratios = [layer.update_ratio for layer in course.layers]
    if course.is_running and fall(course) < 0.05 and ratios and max(ratios) < 1e-4:
        text = _("the loss creeps · try a learning rate of {rate}").format(rate=f"{course.learning_rate * 10:.2g}")
        return Finding("creeping", "warning", text)
    return None
