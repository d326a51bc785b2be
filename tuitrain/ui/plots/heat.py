"""A matrix as a picture: two rows a line, sign by colour, magnitude by brightness."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from textual.strip import Strip

from tuitrain.ui.plots.palette import Glyphs, Palette


def draw_matrix(
    width: int, height: int, matrix: NDArray[np.floating], *, palette: Palette, glyphs: Glyphs
) -> list[Strip]:
    """Draw `matrix` (rows, columns): cells enlarged where there is room, averaged (by magnitude) where there is not.

    Positive and negative differ in colour (in ASCII and without colours: ``+`` and ``-`` lead the sign ramp).
    """
    raise NotImplementedError


def picture_size(
    width: int, height: int, rows: int, columns: int, *, glyphs: Glyphs, palette: Palette
) -> tuple[int, int]:
    """The (width, height) in cells that `draw_matrix` really fills of the given space."""
    raise NotImplementedError
