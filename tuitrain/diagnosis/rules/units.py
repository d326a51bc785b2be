"""Units that do nothing."""

from __future__ import annotations

from tuitrain.diagnosis.finding import Figure, Finding
from tuitrain.diagnosis.judgement import Judgement
from tuitrain.diagnosis.remedies import change, listed_remedies
from tuitrain.engine.usual_rate import usual_rate
from tuitrain.translation import gettext as _

NEARLY_ALL_IDLE = 0.98  # share of a layer's units from which it passes on next to nothing
DEAD = 0.85  # share of a layer's units, in a network that fell short; many are dead in networks that do well
SATURATED = 0.7  # share of the answers near the limits: a slope below a tenth of the middle's


def dead_units(judged: Judgement) -> Finding | None:
    """Find a layer of which most units are zero for every row, in a network that fell short.

    Many are dead in networks that generalise well (planted healthy cases reach 0.9): a penalty or early steps switch
    off what is not needed.
    """
    shares = _last_idle(judged) if judged.h.activation != "tanh" else ()
    dead = tuple(max(pair) for pair in zip(judged.observation.now.dead, shares, strict=False))
    if not dead or max(dead) < DEAD or not judged.is_poor:
        return None
    layer = 1 + dead.index(max(dead))
    text = _("dead units: {share:.0%} of layer {layer} are silent on every row, and learn no more").format(
        share=max(dead), layer=layer
    )
    return Finding(
        "dead_units", "warning", text, (Figure("share of units that are dead", max(dead), DEAD, layer=layer),),
        listed_remedies(
            change(_("smaller steps"), judged.h, restart=True, learning_rate=usual_rate(judged.h))
            if judged.rate_ratio > 1.5 else None,
            change(_("units that keep a slope"), judged.h, activation="leaky_relu"),
        ),
    )  # fmt: skip


def saturated_units(judged: Judgement) -> Finding | None:
    """Find a layer whose answers are nearly all at the limits of sigmoid or tanh, in a network that fell short."""
    now = judged.observation.now
    if not now.saturated or max(now.saturated) < SATURATED or not judged.is_poor:
        return None
    layer = 1 + now.saturated.index(max(now.saturated))
    text = _("saturated units: {share:.0%} of the answers of layer {layer} are at their limits").format(
        share=max(now.saturated), layer=layer
    )
    return Finding(
        "saturated_units", "warning", text,
        (Figure("share of answers near the limits", max(now.saturated), SATURATED, layer=layer),),
        listed_remedies(
            change(_("smaller steps"), judged.h, restart=True, learning_rate=usual_rate(judged.h))
            if judged.rate_ratio > 1.5 else None,
            change(_("units that do not saturate"), judged.h, activation="relu", initializer="auto"),
        ),
    )  # fmt: skip


def _last_idle(judged: Judgement) -> tuple[float, ...]:
    shares = judged.course.idle_shares
    return tuple(shares[-1].tolist()) if len(shares) else ()
