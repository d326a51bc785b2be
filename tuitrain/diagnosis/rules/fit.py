"""How well the network fits, and whether more training would help."""

from __future__ import annotations

import numpy as np

from tuitrain.diagnosis.course import ENOUGH, RECENT, Course, column
from tuitrain.diagnosis.finding import Finding
from tuitrain.text import counted
from tuitrain.translation import gettext as _


def too_early(course: Course) -> Finding:
    """Say what can be said after a few epochs: how the training ended, if it has."""
    if course.step == 0:
        return Finding("not_started", "note", _("press space to start"))
    if course.state != "done":
        return Finding("too_early", "note", _("too early to tell"))
    epochs = counted(course.epoch, "epoch")
    if course.best_epoch == course.epoch:
        return Finding("done", "good", _("done after {epochs}, the last the best: try more").format(epochs=epochs))
    text = _("done after {epochs} · best epoch {best}").format(epochs=epochs, best=course.best_epoch)
    return Finding("done", "good", text)


def overfitting(course: Course) -> Finding | None:
    """Find a validation loss that rises while the training loss stays far below it."""
    validation = column(course, "validation_loss")
    if np.isnan(validation[-1]) or course.epoch - course.best_epoch < ENOUGH:
        return None
    recent = float(np.mean(validation[-5:]))
    if recent > 1.15 * course.best_loss and course.train_loss < 0.8 * recent:
        text = _("overfitting since epoch {epoch} · try dropout or L2").format(epoch=course.best_epoch)
        return Finding("overfitting", "warning", text)
    return None


def no_better(course: Course) -> Finding | None:
    """Find a training that goes on without a better epoch."""
    is_long_ago = course.epoch - course.best_epoch >= ENOUGH and not np.isnan(course.validation_loss)
    if course.state == "done" or not is_long_ago:
        return None
    return Finding("no_better", "note", _("no better since epoch {epoch}").format(epoch=course.best_epoch))


def going_well(course: Course) -> Finding:
    """Say how a training goes in which nothing is amiss."""
    if course.state == "done":
        return Finding("done", "good", _("done · best epoch {best}").format(best=course.best_epoch))
    text = _("healthy · validation still falling") if _is_falling(course) else _("healthy · little left to gain")
    return Finding("healthy", "good", text)


def _is_falling(course: Course) -> bool:
    name = "train_loss" if np.isnan(course.validation_loss) else "validation_loss"
    recent = column(course, name)[-RECENT:]
    half = len(recent) // 2
    return bool(np.mean(recent[half:]) < 0.995 * np.mean(recent[:half]))
