"""How well the network fits, and what keeps it from fitting better."""

from __future__ import annotations

from typing import Any

import numpy as np

from tuitrain.diagnosis.finding import Figure, Finding, Remedy
from tuitrain.diagnosis.judgement import Judgement
from tuitrain.diagnosis.remedies import change, listed_remedies, usual_settings
from tuitrain.diagnosis.rules.learning_rate import HARDLY_BEGUN
from tuitrain.engine.usual_rate import usual_rate
from tuitrain.translation import gettext as _

HEAVY_L2, HEAVY_L1, HEAVY_DECAY, HEAVY_DROPOUT = 0.03, 3e-3, 1.0, 0.5
VERY_HEAVY = 5.0  # times these
RISE = 0.15  # of the constant guess's loss, from the best epoch to the end
GAP = 0.5  # training loss over validation loss, at the end
BY_HEART = 0.05  # training loss over validation loss, where the latter is
FAINT = 0.4  # share of the variance that the inputs tell, below which a network is held tighter
SOON = 40  # epochs after the best one
SOON_STEPS = 600  # steps after it: automatic patience waits for 500, in whole epochs
A_LITTLE = 0.02  # of a score, behind simple methods
HIGH = 0.25  # of the constant guess's or more: 0.28 on a table of 40 inputs that was learned by heart
FEW_UNITS = 4  # units of the narrowest layer that may be too few
VERY_FAR_BEHIND = 0.2  # of a score, from which a network of more units is blamed: slow rates and dropout cost 0.15
FLAT = 0.02  # of its value, by which the loss moved in the later half


def over_regularised(judged: Judgement) -> Finding | None:
    """Find a network that falls short on its training rows too, under a penalty or dropout far above the usual.

    L2 is blamed from 0.03, L1 from 0.003, weight decay from 1, dropout from 0.5: below these no planted case fell
    short. Five times as much is blamed where the network is only a little behind. What ended after a few steps, and
    still got better, was not held up by it.
    """
    h = judged.h
    if judged.course.is_over and judged.course.step <= HARDLY_BEGUN and judged.is_falling:
        return None
    if not judged.is_poor and not judged.deficit > max(A_LITTLE, judged.chance):
        return None
    heaviness = {
        "l2": h.number("l2") / HEAVY_L2 if h.matters("l2") else 0.0, "l1": h.number("l1") / HEAVY_L1,
        "weight_decay": h.number("weight_decay") / HEAVY_DECAY,
        "dropout": 1 + 10 * (h.dropout - HEAVY_DROPOUT) if h.dropout >= HEAVY_DROPOUT else 0.0,
    }  # fmt: skip
    heavy = {name: value for name, value in heaviness.items() if value >= 1}
    is_very_heavy = max(heavy.values(), default=0.0) >= VERY_HEAVY
    if not heavy or not (is_very_heavy or (judged.is_poor and (judged.is_behind_in_training or judged.is_stuck))):
        return None
    if judged.rate_ratio > 30 and max(heavy.values()) < 10:
        return None
    worst = max(heavy, key=lambda name: heavy[name])
    usual = {"l2": 0.001, "l1": 0.0, "weight_decay": "auto", "dropout": 0.0}
    text = _("held too tightly: {name} {value} keeps the network from fitting even its training rows").format(
        name=_({"l2": "L2", "l1": "L1", "weight_decay": "weight decay", "dropout": "dropout"}[worst]),
        value=f"{h.number(worst):g}",
    )
    limits = {"l2": HEAVY_L2, "l1": HEAVY_L1, "weight_decay": HEAVY_DECAY, "dropout": HEAVY_DROPOUT}
    return Finding(
        "over_regularised", "warning", text,
        tuple(Figure(name, float(h.number(name)), limits[name]) for name in heavy) + judged.against_constant(),
        listed_remedies(
            change(_("hold it less tightly"), h, restart=True, **{name: usual[name] for name in heavy},
                   **_rate_with(judged)),
        ),
    )  # fmt: skip


def _rate_with(judged: Judgement) -> dict[str, Any]:
    """Return a usual learning rate where the training's own is far above it: without the penalty it would show."""
    return {"learning_rate": usual_rate(judged.h)} if judged.rate_ratio > 8 else {}


def underfitting(judged: Judgement) -> Finding | None:
    """Find a small or straight network behind simple methods on its training rows too."""
    h, sizes = judged.h, judged.observation.sizes
    if not (judged.is_poor and judged.is_behind and judged.is_behind_in_training) or not sizes:
        return None
    hidden = sizes[1:-1]
    is_straight = not hidden or h.activation == "identity"
    if not is_straight and min(hidden) > FEW_UNITS and (judged.is_stuck or not judged.deficit > VERY_FAR_BEHIND):
        return None
    text = _("underfitting, as {reference} reach {best:.3f} on validation rows and the network {score:.3f}").format(
        reference=judged.data.reference_name, best=judged.reference, score=judged.score
    )
    if is_straight:
        text = _(
            "underfitting, as the network is a straight line: {reference} reach {best:.3f}, it {score:.3f}"
        ).format(reference=judged.data.reference_name, best=judged.reference, score=judged.score)
    values: dict[str, Any] = {}
    if not hidden or min(hidden) <= 16:
        values["hidden_layers"] = (64, 32)
    if h.activation in {"identity", "tanh", "sigmoid"}:
        values["activation"] = "relu"
    if h.matters("l2") and h.number("l2") > 0.001:
        values["l2"] = 0.001
    if "hidden_layers" not in values:
        values["hidden_layers"] = tuple(2 * size for size in hidden)
    return Finding(
        "underfitting", "warning", text,
        (Figure("units of the narrowest hidden layer", min(hidden, default=0), FEW_UNITS),
         *judged.against_constant()),
        listed_remedies(change(_("a larger network that can bend, held less tightly"), h, **values)),
    )  # fmt: skip


def overfitting(judged: Judgement) -> Finding | None:
    """Find a validation loss far above training's that rose by a good part of a constant guess's, or never came down.

    Where patience ended the training soon (or, without patience, it ended soon), and the epoch that is kept does as
    well as simple methods, that was no harm; neither is it in an ensemble, whose members each keep their own best
    epoch, while others train on.
    """
    course = judged.course
    validation, train = course.validation_loss, course.train_loss
    if not np.isfinite(validation).any() or len(validation) < 8 or course.state == "diverged":
        return None
    last, last_train = float(np.mean(validation[-5:])), float(np.mean(train[-5:]))
    rise = (last - judged.best_loss) / judged.data.constant_loss if judged.data.constant_loss > 0 else 0.0
    has_risen = rise > RISE and last_train < GAP * last and course.best_epoch <= 0.6 * course.epoch
    is_learned_by_heart = last_train < BY_HEART * last and last > HIGH * judged.data.constant_loss
    if not has_risen and not is_learned_by_heart:
        return None
    late = course.epoch - course.best_epoch
    is_ended_by_patience = judged.h.patience > 0
    is_soon = late <= SOON or (is_ended_by_patience and late * course.steps_per_epoch <= SOON_STEPS)
    is_soon = is_soon or judged.h.ensemble > 1
    if is_soon and not judged.deficit > max(A_LITTLE, 2 * judged.chance):
        return None
    text = _("overfitting since epoch {epoch}: validation loss {best:.3g} → {last:.3g}, training {train:.3g}").format(
        epoch=course.best_epoch, best=judged.best_loss, last=last, train=last_train
    )
    return Finding(
        "overfitting", "warning", text,
        (Figure("rise of the validation loss, in constant guesses", rise, RISE, epoch=course.epoch),
         Figure("training loss over validation loss", last_train / last, GAP, epoch=course.epoch)),
        listed_remedies(*_held(judged)),
    )  # fmt: skip


def _held(judged: Judgement) -> tuple[Remedy | None, ...]:
    h = judged.h
    hidden = judged.observation.sizes[1:-1]
    is_faint = judged.data.tells < FAINT
    l2, rate = (0.1, usual_rate(h) / 3) if is_faint else (0.03, usual_rate(h))
    values: dict[str, Any] = {"l2": max(l2, 3 * h.number("l2"))} if h.matters("l2") else {"dropout": 0.3}
    if h.number("learning_rate") > 1.2 * rate:
        values["learning_rate"] = rate
    return (
        change(_("a penalty, and smaller steps"), h, restart=True, **values),
        change(_("a smaller network"), h, hidden_layers=(16,)) if sum(hidden) > 16 else None,
        change(_("silence some units"), h, restart=True, dropout=0.3) if h.dropout < 0.3 and hidden else None,
    )


def plateau(judged: Judgement) -> Finding | None:
    """Find a network that fell short and whose loss no longer moves, with no other cause in sight."""
    course, h = judged.course, judged.h
    if not judged.is_poor or len(course.train_loss) < 8 or not (judged.is_stuck or judged.deficit > VERY_FAR_BEHIND):
        return None
    later = course.train_loss[len(course.train_loss) // 2 :]
    moved = float(np.ptp(later)) / max(float(np.mean(later)), 1e-30)
    text = _("plateau: the training loss rests at {loss:.3g}; {reference} reach {best:.3f}, the network {score:.3f}")
    return Finding(
        "plateau", "warning",
        text.format(loss=float(later[-1]), reference=judged.data.reference_name or _("others"),
                    best=judged.reference, score=judged.score),
        (Figure("movement of the training loss in the later half", moved, FLAT), *judged.against_constant()),
        listed_remedies(
            usual_settings(h),
            change(_("smaller steps"), h, restart=True, learning_rate=usual_rate(h) / 3)
            if judged.rate_ratio > 1 else change(_("longer steps"), h, learning_rate=usual_rate(h)),
        ),
    )  # fmt: skip
