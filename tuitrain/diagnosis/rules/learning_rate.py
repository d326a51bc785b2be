"""Steps that are too long, too short, too few, too noisy, or cut."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tuitrain.diagnosis.finding import Figure, Finding, Remedy
from tuitrain.diagnosis.judgement import Judgement
from tuitrain.diagnosis.remedies import change, listed_remedies, loosened, rate_text
from tuitrain.engine.divergence import likely_cause
from tuitrain.engine.usual_rate import lower_rate, usual_rate
from tuitrain.numbers import number
from tuitrain.translation import gettext as _

BLOWN = 10.0  # times the larger of the loss at the start and the constant guess's
FAR_ABOVE = 8.0  # times the usual rate, in a network that fell short
FAR_ABOVE_ALL = 30.0  # times the usual rate, where a layer of a few units may as well be the cause
FEW_UNITS = 2
ABOVE = 2.0  # times the usual rate, where the loss jumps or units died too
JUMPING = 0.1  # mean step of the loss from epoch to epoch over its mean
FAR_BELOW = 0.15  # of the usual rate, in a network that fell short
VERY_FAR_BELOW = 0.02  # where any fall of the loss will do: at 0.004 (products, adagrad) it was 0.005 in the last tenth
ON_ITS_WAY = 0.01  # fall of the loss in the last tenth of the epochs
A_LITTLE = 0.02  # of a score, behind simple methods
BELOW = 0.5  # of the usual rate, which more steps alone would take too long at
CREEPING = 3e-4  # of a layer's weights that a step changes, at most; 1e-3 is usual (Karpathy, 2019)
FEW_STEPS = 300
HARDLY_BEGUN = 30  # steps, after which being a little behind is enough
A_DOZEN = 12  # steps, after which no network has arrived that still gets better, whatever its score
ENOUGH_STEPS = 2_000
HALF = 0.5  # of the share of the variance that the inputs tell
SMALL_BATCH = 8  # rows
NOISE = 50.0  # rate over the usual one times 32 over the rows of a batch: the noise of the steps (Smith & Le, 2018)
MOVING = 0.03  # mean step of the loss from epoch to epoch over its mean, where that noise is large
CLIPPED = 20.0  # times the clip that the middle gradient is


def diverged(judged: Judgement) -> Finding | None:
    """Report that the loss is not finite, with the hyperparameter that is furthest from a stable value."""
    if judged.course.state != "diverged":
        return None
    h, course = judged.h, judged.course
    rate = float(course.rates[-1]) if len(course.rates) else float(h.number("learning_rate"))
    cause = likely_cause(h, rate, judged.data.rows)
    text = course.ending or _("diverged: the loss is not finite")
    last = float(course.train_loss[-1]) if len(course.train_loss) else math.inf
    remedies = {
        "l2": change(_("a smaller penalty"), h, restart=True, l2=0.001),
        "weight_decay": change(_("a smaller penalty"), h, restart=True, weight_decay="auto"),
        "C": change(_("a larger C"), h, restart=True, C=1.0),
        "beta2": change(_("a longer memory"), h, restart=True, beta2=0.999),
    }
    return Finding(
        "diverged", "error", text,
        (Figure("loss", last, judged.data.constant_train_loss, epoch=course.epoch or None),
         Figure("learning rate, against the usual one", rate, usual_rate(h))),
        listed_remedies(remedies.get(cause), _slower(judged), change(_("shorten long gradients"), h, restart=True,
                                                                     gradient_clip=1.0)),
    )  # fmt: skip


def _slower(judged: Judgement) -> Remedy | None:
    """Return steps of the usual length, or a third of those that were too long though usual."""
    h = judged.h
    rate = usual_rate(h)
    own = float(h.number("learning_rate"))
    momentum = {"momentum": 0.9} if h.matters("momentum") and h.momentum > 0.9 else {}
    rate = rate if momentum else lower_rate(h, own)
    return change(_("learning rate {rate}").format(rate=rate_text(rate)), h, restart=True, learning_rate=rate,
                  **momentum, **loosened(h))  # fmt: skip


def blown_up(judged: Judgement) -> Finding | None:
    """Find a loss that rose far above that of the start, which steps down a slope do only where they are too long.

    Dropout makes training losses large by itself, and is left to the rule of what holds a network too tightly.
    """
    course = judged.course
    base = max(judged.observation.start.loss, judged.data.constant_train_loss)
    if not len(course.train_loss) or not base > 0 or judged.h.dropout >= 0.5 or course.state == "diverged":
        return None
    height = float(np.max(course.train_loss)) / base
    is_far_up = height > BLOWN and judged.rate_ratio > ABOVE
    if not is_far_up and not (height > 2 and judged.is_poor and judged.rate_ratio > ABOVE):
        return None
    epoch = course.first + 1 + int(np.argmax(course.train_loss))
    text = _("the learning rate is too high: the loss rose to {height} times its start in epoch {epoch}").format(
        height=number(height), epoch=epoch
    )
    return Finding(
        "rate_too_high", "warning", text,
        (Figure("training loss over the start's", height, BLOWN, epoch=epoch), _against_usual(judged)),
        listed_remedies(_slower(judged)),
    )  # fmt: skip


def _against_usual(judged: Judgement) -> Figure:
    return Figure("learning rate over the usual one", judged.rate_ratio, FAR_ABOVE)


def rate_too_high(judged: Judgement) -> Finding | None:
    """Find a network that fell short at a rate far above the usual, or whose loss jumps at one above it."""
    if judged.is_too_straight or not (judged.is_poor or (judged.rate_ratio > FAR_ABOVE and _falls_short(judged))):
        return None
    is_jumping = judged.roughness > JUMPING
    narrowest = min(judged.observation.sizes[1:-1], default=FEW_UNITS + 1)
    if narrowest <= FEW_UNITS and judged.rate_ratio < FAR_ABOVE_ALL and not is_jumping:
        return None
    if not (judged.rate_ratio > FAR_ABOVE or (is_jumping and judged.rate_ratio > ABOVE)):
        return None
    text = _("the learning rate is too high: {ratio:.2g} times the usual one, and the loss does not settle").format(
        ratio=judged.rate_ratio
    )
    return Finding(
        "rate_too_high", "warning", text,
        (_against_usual(judged), Figure("step of the loss over its mean", judged.roughness, JUMPING)),
        listed_remedies(_slower(judged)),
    )  # fmt: skip


def noisy_batches(judged: Judgement) -> Finding | None:
    """Find batches of a few rows whose steps point everywhere, in a network that fell short or whose loss jumps."""
    rows = judged.course.batch_rows
    if not 0 < rows <= SMALL_BATCH:
        return None
    noise = judged.rate_ratio * 32 / rows
    if noise < NOISE or not (judged.is_poor or judged.roughness > MOVING):
        return None
    text = _("noisy batches: {rows} rows a step, and the loss moves by {rough:.0%} from epoch to epoch").format(
        rows=rows, rough=judged.roughness
    )
    return Finding(
        "noisy_batches", "warning", text,
        (Figure("rows of a batch", rows, SMALL_BATCH),
         Figure("rate times 32 over the rows, of the usual", noise, NOISE),
         Figure("step of the loss over its mean", judged.roughness, MOVING)),
        listed_remedies(
            change(_("more rows a step"), judged.h, restart=True, batch_size=32,
                   **({"epochs": 200} if judged.h.epochs < 200 else {}),
                   **({"learning_rate": usual_rate(judged.h)} if judged.rate_ratio > 1.5 else {})),
            _slower(judged),
        ),
    )  # fmt: skip


def rate_too_low(judged: Judgement) -> Finding | None:
    """Find a network that fell short because its steps are short: far below the usual rate, or beside its weights.

    At a rate far below the usual one, being a little behind and still getting better is enough. Steps are short beside
    the weights, too, once the training rows are known by heart: that is not their fault.
    """
    is_low = judged.rate_ratio < FAR_BELOW
    least_fall = 0.0 if judged.rate_ratio < VERY_FAR_BELOW else ON_ITS_WAY
    is_on_its_way = is_low and judged.is_falling and judged.last_fall > least_fall
    is_on_its_way = is_on_its_way and judged.deficit > max(A_LITTLE, judged.chance)
    if not (_falls_short(judged) or is_on_its_way) or judged.course.step < FEW_STEPS / 2:
        return None
    is_creeping = judged.update_ratio < CREEPING and (judged.is_behind_in_training or judged.is_stuck)
    if not is_low and not is_creeping:
        return None
    if judged.h.gradient_clip and _clipping(judged) > CLIPPED:
        return None
    text = _("the steps are too short: one changes {ratio:.1e} of a layer's weights, the rate is {times:.2g} of usual")
    return Finding(
        "rate_too_low", "warning", text.format(ratio=judged.update_ratio, times=judged.rate_ratio),
        (Figure("learning rate over the usual one", judged.rate_ratio, FAR_BELOW),
         Figure("update over the weights, largest layer", judged.update_ratio, CREEPING)),
        listed_remedies(_longer(judged)),
    )  # fmt: skip


def _longer(judged: Judgement) -> Remedy | None:
    """Return what keeps the steps short, set to what is usual."""
    h = judged.h
    values: dict[str, Any] = {}
    if h.number("learning_rate") < 0.5 * usual_rate(h):
        values["learning_rate"] = usual_rate(h)
    if h.schedule != "constant" and judged.rate_ratio < 0.3 * float(h.number("learning_rate")) / usual_rate(h):
        values["schedule"] = "constant"
    if h.warmup > h.epochs / 4:
        values["warmup"] = 0.0
    if h.matters("epsilon") and h.number("epsilon") > 1e-4:
        values["epsilon"] = "auto"
    if not values:
        values["learning_rate"] = min(10 * float(h.number("learning_rate")), 3 * usual_rate(h))
    values.update(_long_enough(judged))
    return change(_("steps of the usual length"), h, restart=True, **values)


def too_few_steps(judged: Judgement) -> Finding | None:
    """Find a network that fell short after so few steps that it could not have arrived, and still got better."""
    course = judged.course
    is_hardly_begun = course.step <= HARDLY_BEGUN and judged.deficit > max(A_LITTLE, judged.chance)
    is_hardly_begun = is_hardly_begun or (course.step <= A_DOZEN and judged.can_be_learned)
    if course.state != "done" or course.step > FEW_STEPS or not (_falls_short(judged) or is_hardly_begun):
        return None
    if judged.rate_ratio > FAR_ABOVE and judged.course.steps_per_epoch * 3 < course.step:
        return None
    if not judged.is_falling and course.step > FEW_STEPS / 3:
        return None
    text = _("too few steps: {steps} in {epochs} epochs, and the loss was still falling").format(
        steps=course.step, epochs=course.epoch
    )
    values: dict[str, Any] = dict(_long_enough(judged))
    if judged.rate_ratio < BELOW:
        values["learning_rate"] = usual_rate(judged.h)
    return Finding(
        "too_few_steps", "warning", text, (Figure("steps", course.step, FEW_STEPS, epoch=course.epoch or None),),
        listed_remedies(change(_("more steps"), judged.h, **values)),
    )  # fmt: skip


def _falls_short(judged: Judgement) -> bool:
    """Return whether a network fell short, or explains less than half of what a smooth function does.

    The latter is for steps whose length or number is far from the usual, where a network may score well by luck.
    """
    return judged.is_poor or (judged.can_be_learned and judged.skill < HALF * judged.data.tells)


def _long_enough(judged: Judgement) -> dict[str, Any]:
    """Return smaller batches, more epochs and more patience, as far as they are needed for enough steps."""
    h, course = judged.h, judged.course
    values: dict[str, Any] = {}
    steps, rows = course.steps_per_epoch, max(1, judged.data.rows)
    if course.batch_rows > 64 and steps < 10:
        values["batch_size"] = 32
        steps = math.ceil(rows / 32)
    if h.epochs * steps < ENOUGH_STEPS:
        values["epochs"] = max(200, h.epochs, min(1000, math.ceil(ENOUGH_STEPS / steps / 100) * 100))
    if 0 < h.patience < 20:
        values["patience"] = 30
    return values


def _clipping(judged: Judgement) -> float:
    """Return how many times the clip the middle gradient is, 0 without a clip."""
    norms = judged.course.gradient_norm[np.isfinite(judged.course.gradient_norm)]
    if not judged.h.gradient_clip or not len(norms):
        return 0.0
    return float(np.median(norms)) / judged.h.gradient_clip


def clipped(judged: Judgement) -> Finding | None:
    """Find gradients that are cut to a small part in nearly every step, in a network that fell short."""
    times = _clipping(judged)
    if times < CLIPPED or not _falls_short(judged):
        return None
    text = _("clipped: the middle gradient is {times:.2g} times the clip of {clip:g}: steps are that short").format(
        times=times, clip=judged.h.gradient_clip
    )
    values: dict[str, Any] = {"gradient_clip": 0.0}
    if judged.rate_ratio < FAR_BELOW:
        values["learning_rate"] = usual_rate(judged.h)
    return Finding(
        "clipped", "warning", text, (Figure("middle gradient over the clip", times, CLIPPED),),
        listed_remedies(change(_("no clip"), judged.h, restart=True, **values),
                        change(_("a clip that only long gradients meet"), judged.h, restart=True, gradient_clip=1.0)),
    )  # fmt: skip
