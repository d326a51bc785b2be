"""Gradients that are lost, or grow beyond bounds, on their way through the layers; starts that nothing can leave."""

from __future__ import annotations

import math
from typing import Any, Literal

from tuitrain.diagnosis.finding import Figure, Finding, Remedy
from tuitrain.diagnosis.judgement import Judgement
from tuitrain.diagnosis.remedies import change, listed_remedies, loosened
from tuitrain.engine.usual_rate import usual_rate
from tuitrain.translation import gettext as _

VANISHING = 1e-3  # of the largest layer's gradient: what three layers leave that each take a factor of ten
EXPLODING = 1e3
FADED = 1e-2  # of the largest layer's gradient, before the first step: the first layer learns 100 times slower
FADED_OUTPUT = 1e-2  # spread of the outputs over the rows, before the first step; initial weights aim at about 1
ALIKE = 0.9  # share of a layer's units that answer as another one


def trouble_of(norm: float, largest: float) -> Literal["vanishing", "exploding", ""]:
    """Judge the norm of one layer's gradient beside the largest of all layers."""
    if norm > EXPLODING:
        return "exploding"
    return "vanishing" if norm < VANISHING * largest else ""


def symmetric_start(judged: Judgement) -> Finding | None:
    """Find units that start alike and so get the same gradient for ever (Rumelhart, Hinton & Williams, 1986)."""
    start = judged.observation.start
    if judged.course.hidden_layers == 0 or not start.weight_sizes:
        return None
    alike = max(start.alike, default=0.0)
    is_zero = min(start.weight_sizes) == 0
    if not is_zero and alike < ALIKE:
        return None
    layer = 1 + (start.weight_sizes.index(0) if is_zero else start.alike.index(alike))
    text = _("symmetric start: all units of layer {layer} began alike, get the same gradient and stay one unit").format(
        layer=layer
    )
    smallest = min(start.weight_sizes)
    return Finding(
        "symmetric_start", "error", text,
        (Figure("root mean square of the initial weights", smallest, 0, layer=layer, epoch=0),
         Figure("share of units that answer as another one", alike, ALIKE, epoch=0)),
        listed_remedies(change(_("draw the initial weights at random"), judged.h, initializer="auto",
                               **loosened(judged.h))),
    )  # fmt: skip


def vanishing_gradient(judged: Judgement) -> Finding | None:
    """Find a deep network whose first layers get next to no gradient (Glorot & Bengio, 2010), and that has not learned.

    Sigmoid layers take a factor of 4 or more each; too small initial weights shrink the outputs in the same way.
    """
    start, h = judged.observation.start, judged.h
    if judged.course.hidden_layers < 2 or not judged.is_poor or not start.gradient_norms:
        return None
    largest = max(start.gradient_norms)
    share = min(start.gradient_norms) / largest if largest > 0 else 0.0
    if share > FADED and start.logit_spread > FADED_OUTPUT:
        return None
    layer = 1 + start.gradient_norms.index(min(start.gradient_norms))
    text = _("vanishing gradient: layer {layer} got {share:.0e} of the largest layer's gradient before the first step")
    if share > FADED:
        text = _("vanishing signal: before the first step the outputs differed by {share:.0e} from row to row")
    text = text.format(layer=layer, share=share if share <= FADED else start.logit_spread)
    saturates = h.activation in {"sigmoid", "tanh"}
    fewer = judged.observation.sizes[1:-1][:2]
    return Finding(
        "vanishing_gradient", "warning", text,
        (Figure("smallest layer's gradient over the largest", share, FADED, layer=layer, epoch=0),
         Figure("spread of the outputs over the rows", start.logit_spread, FADED_OUTPUT, epoch=0)),
        listed_remedies(
            _mended_start(judged),
            change(_("fewer layers"), h, hidden_layers=tuple(fewer)) if judged.course.hidden_layers > 2 else None,
            change(_("a function that does not saturate"), h, activation="relu") if saturates else None,
        ),
    )  # fmt: skip


def _mended_start(judged: Judgement) -> Remedy | None:
    h = judged.h
    values: dict[str, Any] = {"initializer": "auto"}
    if h.activation in {"sigmoid", "tanh"}:
        values["activation"] = "relu"
    if judged.course.hidden_layers > 3:
        values["hidden_layers"] = tuple(judged.observation.sizes[1:-1][:2])
    if judged.rate_ratio < 0.3:
        values["learning_rate"] = usual_rate(h)
    return change(_("weights, units and layers that let the gradient through"), h, **values)


def exploding_gradient(judged: Judgement) -> Finding | None:
    """Find gradients beyond bounds before the first step, on inputs that are scaled (Pascanu et al., 2013)."""
    start, h = judged.observation.start, judged.h
    norms = [norm for norm in start.gradient_norms if not math.isnan(norm)]
    if not norms or max(norms) < EXPLODING or not (judged.is_poor or judged.course.state == "diverged"):
        return None
    layer = 1 + start.gradient_norms.index(max(norms))
    text = _("exploding gradient: {norm:.1e} in layer {layer} before the first step").format(
        norm=max(norms), layer=layer
    )
    return Finding(
        "exploding_gradient", "warning", text,
        (Figure("norm of the gradient", max(norms), EXPLODING, layer=layer, epoch=0),),
        listed_remedies(change(_("initial weights that keep the sizes of layers alike"), h, initializer="auto"),
                        change(_("shorten long gradients"), h, gradient_clip=1.0)),
    )  # fmt: skip
