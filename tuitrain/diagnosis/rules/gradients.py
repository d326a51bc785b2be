"""Gradients that are lost, or grow beyond bounds, on their way through the layers."""

from __future__ import annotations

from typing import Literal

from tuitrain.diagnosis.course import Course
from tuitrain.diagnosis.finding import Finding
from tuitrain.translation import gettext as _

VANISHING = 1e-3  # of the largest layer's gradient: what three layers leave that each take a factor of ten
EXPLODING = 1e3


def trouble_of(norm: float, largest: float) -> Literal["vanishing", "exploding", ""]:
    """Judge the norm of one layer's gradient beside the largest of all layers."""
    if norm > EXPLODING:
        return "exploding"
    return "vanishing" if norm < VANISHING * largest else ""


def troubled_gradient(course: Course) -> Finding | None:
    """Find the first layer whose gradient vanishes or explodes."""
    for number, layer in enumerate(course.layers, 1):
        if layer.trouble == "vanishing":
            text = _("layer {number}'s gradient vanishes ({norm}) · try relu, he, or fewer layers")
            return Finding("vanishing", "warning", text.format(number=number, norm=f"{layer.gradient_norm:.0e}"))
        if layer.trouble == "exploding":
            text = _("layer {number}'s gradient explodes ({norm}) · try a gradient clip of 1")
            return Finding("exploding", "warning", text.format(number=number, norm=f"{layer.gradient_norm:.0e}"))
    return None
