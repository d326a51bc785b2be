"""Draw a matrix as a picture: two rows a line, sign by colour, magnitude by brightness."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from rich.segment import Segment
from textual.strip import Strip

from tuitrain.ui.plots.lines import notice
from tuitrain.ui.plots.raster import segments_of
from tuitrain.ui.plots.shades import STEPS, half_blocks, signed_colours
from tuitrain.ui.theme import Theme

_LARGEST_DOT = 4


def draw_matrix(
    width: int,
    height: int,
    matrix: NDArray[np.floating],
    *,
    theme: Theme,
    largest: float | None = None,
) -> list[Strip]:
    """Draw `matrix` (rows, columns), enlarged if there is room; otherwise a dot shows its part's largest magnitude.

    Brightest is `largest`, or the largest magnitude in the matrix. Positive and negative differ in colour; without
    colours, in 16 or in ASCII, in their signs: ``·+*#`` against ``·-=≡``. Non-finite values are red, or a ``?``.
    """
    if not matrix.size or width < 1 or height < 1:
        return notice(width, height, ("empty",), theme["dim"])
    half = _halves(theme)
    down, across = _dots(width, height, *matrix.shape, half=half)
    pixels = _fitted(matrix, down, across)
    finite = np.isfinite(pixels)
    known = np.where(finite, pixels, 0.0)
    shares = np.clip(known / (largest or float(np.abs(known).max()) or 1.0), -1, 1)
    if half:
        levels = np.where(finite, np.rint(shares * STEPS).astype(np.intp) + STEPS, 2 * STEPS + 1)
        if down % 2:
            levels = np.concatenate([levels, np.full((1, across), STEPS)])
        lines = half_blocks(levels, signed_colours())
    else:
        lines = _in_signs(shares, finite, theme)
    strips = [Strip(line, across).adjust_cell_length(width) for line in lines]
    return strips + [Strip.blank(width)] * (height - len(strips))


def picture_size(width: int, height: int, rows: int, columns: int, *, theme: Theme) -> tuple[int, int]:
    """The (width, height) in cells that `draw_matrix` really fills of the given space."""
    half = _halves(theme)
    down, across = _dots(width, height, rows, columns, half=half)
    return across, -(-down // 2) if half else down


def _dots(width: int, height: int, rows: int, columns: int, *, half: bool) -> tuple[int, int]:
    """Count the picture's dots (half a cell or a cell high, a cell wide), (down, across)."""
    room = 2 * height if half else height
    wide = 1 if half or 2 * columns > width else 2
    tall, broad = min(room // rows, _LARGEST_DOT), min(width // (columns * wide), _LARGEST_DOT)
    if tall and broad:
        tall = broad = min(tall, broad)
    return rows * tall or room, columns * wide * broad or width


def _halves(theme: Theme) -> bool:
    return theme.shades and not theme.ascii_only


def _fitted(matrix: NDArray[np.floating], down: int, across: int) -> NDArray[np.floating]:
    """Fit `matrix` to (down, across): repeat values, or keep the one of largest magnitude."""
    for axis, size in ((0, down), (1, across)):
        have = matrix.shape[axis]
        if have > size:
            starts = np.arange(size) * have // size
            high, low = (reduce.reduceat(matrix, starts, axis=axis) for reduce in (np.maximum, np.minimum))
            matrix = np.where(high >= -low, high, low)
        elif have < size:
            matrix = matrix.repeat(size // have, axis=axis)
    return matrix


def _in_signs(shares: NDArray[np.floating], finite: NDArray[np.bool_], theme: Theme) -> list[list[Segment]]:
    steps = len(theme.signs.plus) - 1
    levels = np.rint(shares * steps).astype(np.intp)
    table = np.array([ord(sign) for sign in (*reversed(theme.signs.minus[1:]), *theme.signs.plus)], np.uint32)
    letters = np.where(finite, table[levels + steps], np.uint32(ord("?")))
    styles = [theme["train"], theme["validation"], theme["bad"]]
    keys = np.where(finite, (levels > 0).astype(np.intp), 2)
    return segments_of(letters.reshape(-1), keys.reshape(-1), shares.shape[1], styles.__getitem__)
