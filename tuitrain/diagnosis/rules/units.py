"""Units that do nothing."""

from __future__ import annotations

from tuitrain.diagnosis.course import Course, fall
from tuitrain.diagnosis.finding import Finding
from tuitrain.translation import gettext as _

IDLE = 0.6  # share of a layer's units from which they may be why the loss is stuck
NEARLY_ALL_IDLE = 0.98  # from which the layer passes on next to nothing
STUCK = 0.1  # share of its first value: a loss that fell by less is stuck


def idle_units(course: Course) -> Finding | None:
    """Find a layer whose units are zero for all rows, or saturated, where that plausibly hurts.

    Many are dead in networks that generalise well: a penalty or early steps switch off what is not needed.
    """
    is_stuck = fall(course) < STUCK
    for number, layer in enumerate(course.layers, 1):
        share = 0.0 if layer.idle_share is None else layer.idle_share
        if share >= NEARLY_ALL_IDLE or (is_stuck and share > IDLE):
            text = _("{share} of layer {number}'s units are saturated · try relu or a smaller rate")
            if layer.idle_kind == "dead":
                text = _("{share} of layer {number}'s units are dead · try a smaller learning rate or leaky_relu")
            text = text.format(share=f"{share:.0%}", number=number)
            return Finding(layer.idle_kind, "warning", text)
    return None
