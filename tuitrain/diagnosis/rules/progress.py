"""How a training goes in which nothing is amiss."""

from __future__ import annotations

import math

import numpy as np

from tuitrain.diagnosis.finding import Figure, Finding
from tuitrain.diagnosis.judgement import Judgement
from tuitrain.diagnosis.remedies import change, listed_remedies
from tuitrain.text import counted
from tuitrain.translation import gettext as _

RECENT = 20  # epochs that are compared
STILL_FALLING = 0.01  # of the loss, by which the last tenth of the epochs is below the tenth before it


def too_early(judged: Judgement) -> Finding:
    """Say that nothing can be said yet."""
    text = _("press space to start") if judged.course.step == 0 else _("too early to tell")
    return Finding("not_started" if judged.course.step == 0 else "too_early", "note", text)


def unfinished(judged: Judgement) -> Finding | None:
    """Find a training that ended while its loss was still falling by 1 % in a tenth of its epochs."""
    course = judged.course
    fall = judged.last_fall
    if course.state != "done" or not judged.is_falling or fall < STILL_FALLING:
        return None
    recent = len(course.watched) // 10
    last = _("the last {epochs}").format(epochs=counted(recent, "epoch")) if recent > 1 else _("the last epoch")
    text = _("unfinished: the loss still fell by {fall:.1%} in {last}; more would help{reached}").format(
        fall=fall, last=last, reached=_reached(judged)
    )
    return Finding(
        "unfinished", "note", text,
        (Figure("fall of the loss in the last tenth", fall, STILL_FALLING), *judged.against_constant()),
        listed_remedies(change(_("twice as many epochs"), judged.h, epochs=2 * judged.h.epochs)),
    )  # fmt: skip


def going_well(judged: Judgement) -> Finding:
    """Say what was reached, beside the best constant guess, and whether more epochs would help."""
    course = judged.course
    reached = _reached(judged)
    if course.state == "done":
        text = _("done · best epoch {best}{reached}")
        if judged.h.ensemble > 1:  # what is judged is one of them
            text = _("done · the first network's best epoch {best}{reached}")
        text = text.format(best=course.best_epoch, reached=reached)
        return Finding("done", "note", text, judged.against_constant())
    if course.epoch - course.best_epoch >= 8 and not math.isnan(judged.best_loss) and course.has_validation:
        text = _("no better since epoch {epoch}").format(epoch=course.best_epoch)
        return Finding("no_better", "note", text, judged.against_constant())
    recent = course.watched[-RECENT:]
    half = len(recent) // 2
    is_falling = bool(half and np.mean(recent[half:]) < 0.995 * np.mean(recent[:half]))
    text = _("healthy · validation still falling") if is_falling else _("healthy · little left to gain")
    return Finding("healthy", "note", text, judged.against_constant())


def _reached(judged: Judgement) -> str:
    """Return `` · accuracy 0.98 (constant guess 0.50)``, empty where nothing was measured."""
    if not math.isfinite(judged.score) or not math.isfinite(judged.constant):
        return ""
    name = "R²" if not judged.data.is_classes else _("mean recall") if judged.is_balanced else _("accuracy")
    return _(" · {name} {score:.3f} (constant guess {constant:.3f})").format(
        name=name, score=judged.score, constant=judged.constant
    )
