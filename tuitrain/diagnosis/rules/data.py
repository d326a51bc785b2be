"""What the data do to a training: scales, leaks, rare classes, targets that nothing tells of."""

from __future__ import annotations

import math
from collections.abc import Sequence

from tuitrain.diagnosis.finding import Figure, Finding, Remedy
from tuitrain.diagnosis.judgement import LEARNED, Judgement
from tuitrain.diagnosis.remedies import change, data_change, listed_remedies, usual_settings
from tuitrain.engine.scoring import NO_THRESHOLD
from tuitrain.text import listed, quoted
from tuitrain.translation import gettext as _
from tuitrain.translation import ngettext

LARGE_INPUT = 30.0  # root mean square; pixels of 0 to 16 (size 13) learn well, ages and prices do not
HUGE_INPUT = 100.0  # from which inputs are blamed though the network has learned something
UNEVEN_INPUTS = 1e3  # largest spread over the smallest: the small ones hardly count; one-hot columns come to 60
EXTREME_TARGET = 12.0  # standard deviations of a target from the mean: of normal values none in 1e32
FLAT_TARGET = 0.15  # distance of the target's quartiles, in its standard deviations; 1.35 for normal values
RARE_CLASS = 0.4  # of the share that each of K classes would have if all were equal
FREQUENT = 1.5  # of the share that each of K classes would have if all were equal
MISSED_CLASS = 0.4  # recall of a rare class; of classes of 5 %, weights raised F1 in 9 of 11 trainings below it, and
# lowered or left it in those between 0.4 and 0.5, where the ranking was fine (area under the ROC curve 0.95)
ONE_CLASS = 0.995  # share of the answers
UNUSED = 0.02  # of a score, that inputs should at least be good for


def unscaled_inputs(judged: Judgement) -> Finding | None:
    """Find inputs of sizes that initial weights and steps are not made for (LeCun et al., 1998, section 4.3).

    Measured on planted tables: inputs of size 13 cost nothing, from 30 on training is slower or fails, above 100 it
    falls short whatever the optimizer.
    """
    data = judged.data
    size, uneven = data.largest_size, data.largest_spread / data.smallest_spread if data.smallest_spread > 0 else 1.0
    is_large = size > HUGE_INPUT or (size > LARGE_INPUT and (judged.is_poor or judged.course.state == "diverged"))
    if not is_large and not (uneven > UNEVEN_INPUTS and judged.is_poor):
        return None
    text = _(
        "unscaled inputs: their sizes reach {size:.3g}, their spreads go from {small:.2g} to {large:.2g}; networks "
        "learn from inputs near 1"
    ).format(size=size, small=data.smallest_spread, large=data.largest_spread)
    return Finding(
        "unscaled_inputs", "warning", text,
        (Figure("largest root mean square of an input", size, LARGE_INPUT),
         Figure("largest spread over the smallest", uneven, UNEVEN_INPUTS)),
        listed_remedies(data_change(_("scale every input to mean 0 and spread 1"), "--scale", "standard")),
    )  # fmt: skip


def leak(judged: Judgement) -> Finding | None:
    """Find columns that give the answer away: what the trap of reading tables has found (see `data.traps.leaks`)."""
    names: Sequence[str] = judged.data.leaks
    if not names:
        return None
    text = ngettext(
        "a leak, as {columns} alone tells the target: is it known when a prediction is needed?",
        "a leak, as {columns} tell the target, each alone: are they known when a prediction is needed?", len(names),
    ).format(columns=listed("column", list(names)))  # fmt: skip
    remedy = data_change(_("leave out {names}").format(names=", ".join(map(quoted, names))), "--drop", *names)
    return Finding("leak", "warning", text, (Figure("columns that tell the target alone", len(names), 0),), (remedy,))


def unscaled_target(judged: Judgement) -> Finding | None:
    """Find a target whose few extremes make up its spread, so that squared errors see nothing else."""
    data = judged.data
    if data.is_classes or judged.h.loss in {"mae", "huber"}:
        return None
    if not (data.target_extreme > EXTREME_TARGET and data.target_quartiles < FLAT_TARGET):
        return None
    text = _(
        "the target has extremes {extreme:.0f} standard deviations away, while half of its values lie within "
        "{quartiles:.2g}: squared errors see little else"
    ).format(extreme=data.target_extreme, quartiles=data.target_quartiles)
    return Finding(
        "unscaled_target", "warning", text,
        (Figure("largest distance from the mean, in standard deviations", data.target_extreme, EXTREME_TARGET),
         Figure("distance of the quartiles, in standard deviations", data.target_quartiles, FLAT_TARGET)),
        listed_remedies(change(_("count large errors in proportion, not squared"), judged.h, loss="mae"),
                        change(_("a loss between the two"), judged.h, loss="huber")),
    )  # fmt: skip


def no_better_than_constant(judged: Judgement) -> Finding | None:
    """Find a target that neither the network nor simple methods predict better than one constant answer does."""
    if judged.can_be_learned or judged.skill > 0.05 or not judged.course.has_validation:
        return None
    text = _(
        "no better than a constant guess on validation rows ({score:.3f}, constant {constant:.3f}); simple methods are "
        "not either: these inputs may not tell this target, look for others"
    ).format(score=judged.score, constant=judged.constant)
    return Finding("no_better_than_constant", "warning", text, judged.against_constant())


def unused_inputs(judged: Judgement) -> Finding | None:
    """Find a network that scores no better than it does with every input at its middle, though the inputs tell more.

    Where the loss is below a constant guess's by a twentieth it does use them, whatever the score counts.
    """
    now = judged.observation.now
    own = now.score if math.isnan(now.validation_score) else now.validation_score
    if not judged.course.is_over or not judged.can_be_learned or not own <= now.blind_score + UNUSED:
        return None
    if judged.skill > LEARNED or judged.train_skill > LEARNED:
        return None
    text = _("the inputs are not used: the score is {own:.3f}, and {without:.3f} with all of them at their middle")
    return Finding(
        "unused_inputs", "warning", text.format(own=own, without=now.blind_score),
        (Figure("score, against that without inputs", own, now.blind_score),),
    )  # fmt: skip


def one_class(judged: Judgement) -> Finding | None:
    """Find a network that answers one class for every row, or all but a few, though the inputs tell more.

    Only the likeliest class is known here, which is not the answer where a threshold decides; so with `imbalance`.
    """
    predicted = judged.observation.now.predicted
    if judged.h.threshold != NO_THRESHOLD:
        return None
    if not predicted or max(predicted) < ONE_CLASS or len(judged.data.class_shares) < 2:
        return None
    is_uneven = max(judged.data.class_shares) > FREQUENT / len(judged.data.class_shares)
    if max(judged.data.class_shares) > ONE_CLASS or not judged.can_be_learned or not (is_uneven or judged.is_poor):
        return None
    name = judged.data.class_names[max(range(len(predicted)), key=predicted.__getitem__)]
    share = judged.data.class_shares[judged.data.class_names.index(name)]
    text = _("one answer for all: every row is predicted as {name}, and none of the other {rest:.0%} is found").format(
        name=quoted(name), rest=1 - share
    )
    return Finding(
        "one_class", "warning", text,
        (Figure("share of the answers that are one class", max(predicted), ONE_CLASS), *judged.against_constant()),
        listed_remedies(_weights(judged) if is_uneven else None, usual_settings(judged.h)),
    )  # fmt: skip


def one_class_of_uneven(judged: Judgement) -> Finding | None:
    """Find the same where the class is a frequent one, which is the cause then."""
    shares = judged.data.class_shares
    return one_class(judged) if shares and max(shares) > FREQUENT / len(shares) else None


def imbalance(judged: Judgement) -> Finding | None:
    """Find a rare class most of whose rows are missed, while its rows count no more than others.

    Where a threshold is asked for, it decides how many are found, and the recalls of likeliest classes say nothing.
    """
    data, now = judged.data, judged.observation.now
    if not data.class_shares or judged.h.class_weights != "none" or judged.h.threshold != NO_THRESHOLD:
        return None
    limit = RARE_CLASS / len(data.class_shares)
    shares = {k: share for k, share in enumerate(data.class_shares) if 0 < share < limit}
    missed = {k: recall for k in shares if (recall := _recall(judged, k)) < MISSED_CLASS}
    if not missed or now.score <= 0:
        return None
    rarest = min(missed, key=lambda k: missed[k])
    text = _("imbalance: class {name} is {share:.1%} of the rows, and {recall:.0%} of them are found").format(
        name=quoted(data.class_names[rarest]), share=shares[rarest], recall=missed[rarest]
    )
    return Finding(
        "imbalance", "warning", text,
        (Figure("share of the class in the training rows", shares[rarest], limit),
         Figure("share of its rows that are found", missed[rarest], MISSED_CLASS)),
        listed_remedies(_weights(judged)),
    )  # fmt: skip


def _weights(judged: Judgement) -> Remedy | None:
    return change(_("let rare classes count more"), judged.h, class_weights="balanced")


def _recall(judged: Judgement, k: int) -> float:
    """Return the recall of a class on training and validation rows together: of a rare one there are few."""
    now = judged.observation.now
    found = [recalls[k] for recalls in (now.recalls, now.validation_recalls) if len(recalls) > k]
    known = [recall for recall in found if not math.isnan(recall)]
    return sum(known) / len(known) if known else 1.0
