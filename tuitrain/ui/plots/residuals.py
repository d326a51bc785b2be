"""Predicted against true values of a regression."""

from __future__ import annotations

from textual.strip import Strip

from tuitrain.ui.plots.palette import Glyphs, Palette
from tuitrain.ui.plots.raster import Floats


def draw_residuals(
    width: int, height: int, truth: Floats, predicted: Floats, *, palette: Palette, glyphs: Glyphs
) -> list[Strip]:
    """Draw a point per row, `truth` (V,) across and `predicted` (V,) up, with the line where both are equal."""
    raise NotImplementedError
