"""How well the network fits, and whether more training would help."""

from __future__ import annotations

import numpy as np

from tuitrain.diagnosis.course import ENOUGH, RECENT, Course, column
from tuitrain.diagnosis.finding import Finding


def too_early(course: Course) -> Finding:
    """Say what can be said after a few epochs: how the training ended, if it has."""
    if course.step == 0:
        return Finding("not_started", "note", "press space to start")
    if course.state != "done":
        return Finding("too_early", "note", "too early to tell")
    epochs = f"{course.epoch} epoch{'s' * (course.epoch != 1)}"
    if course.best_epoch == course.epoch:
        return Finding("done", "good", f"done after {epochs}, the last the best: try more")
    return Finding("done", "good", f"done after {epochs} · best epoch {course.best_epoch}")


def overfitting(course: Course) -> Finding | None:
    """Find a validation loss that rises while the training loss stays far below it."""
    validation = column(course, "validation_loss")
    if np.isnan(validation[-1]) or course.epoch - course.best_epoch < ENOUGH:
        return None
    recent = float(np.mean(validation[-5:]))
    if recent > 1.15 * course.best_loss and course.train_loss < 0.8 * recent:
        return Finding("overfitting", "warning", f"overfitting since epoch {course.best_epoch} · try dropout or L2")
    return None


def no_better(course: Course) -> Finding | None:
    """Find a training that goes on without a better epoch."""
    is_long_ago = course.epoch - course.best_epoch >= ENOUGH and not np.isnan(course.validation_loss)
    if course.state == "done" or not is_long_ago:
        return None
    return Finding("no_better", "note", f"no better since epoch {course.best_epoch}")


def going_well(course: Course) -> Finding:
    """Say how a training goes in which nothing is amiss."""
    if course.state == "done":
        return Finding("done", "good", f"done · best epoch {course.best_epoch}")
    gain = "validation still falling" if _is_falling(course) else "little left to gain"
    return Finding("healthy", "good", f"healthy · {gain}")


def _is_falling(course: Course) -> bool:
    name = "train_loss" if np.isnan(course.validation_loss) else "validation_loss"
    recent = column(course, name)[-RECENT:]
    half = len(recent) // 2
    return bool(np.mean(recent[half:]) < 0.995 * np.mean(recent[:half]))
