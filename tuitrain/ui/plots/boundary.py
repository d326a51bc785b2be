"""What a network answers over its one or two inputs, with the data drawn on it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from numpy.typing import NDArray
from textual.strip import Strip

from tuitrain.ui.plots.palette import Glyphs, Palette
from tuitrain.ui.plots.raster import Floats


def boundary_grid_shape(width: int, height: int, *, glyphs: Glyphs) -> tuple[int, int]:
    """The (rows, columns) of the grid that fills the canvas of `draw_boundary` exactly: two rows a line."""
    raise NotImplementedError


def draw_boundary(
    width: int,
    height: int,
    grid: NDArray[Any],
    confidence: Floats | None,
    extent: tuple[float, float, float, float],
    points: Floats,
    labels: NDArray[Any],
    names: Sequence[str],
    *,
    class_names: Sequence[str] = (),
    palette: Palette,
    glyphs: Glyphs,
) -> list[Strip]:
    """Draw the plane of two inputs: the answer as background, the data as a sign per class.

    `grid` (G, H): int class numbers (with `confidence` (G, H) in 0..1, brighter where surer) or float values
    (regression); row 0 is the top; any shape is drawn at the canvas's resolution. `extent` is
    (x low, x high, y low, y high); `points` (N, 2); `labels` (N,) class numbers or values; `names` of the two inputs.
    """
    raise NotImplementedError


def draw_fit(
    width: int,
    height: int,
    grid: Floats,
    extent: tuple[float, float],
    points: Floats,
    labels: Floats,
    names: Sequence[str],
    *,
    palette: Palette,
    glyphs: Glyphs,
) -> list[Strip]:
    """Draw the fitted curve of one input: `grid` (H,) values at equal steps over `extent`, `points`, `labels` (N,).

    For a classification `grid` and `labels` are class numbers and read as heights.
    """
    raise NotImplementedError
