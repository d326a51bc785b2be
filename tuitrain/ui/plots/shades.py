"""Mix colours for magnitudes, in few enough steps that each style is made only once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from rich.color import Color
from rich.segment import Segment
from rich.style import Style

from tuitrain.ui.plots.raster import Ints, segments_of

RGB = tuple[int, int, int]
POSITIVE: RGB = (255, 175, 95)
NEGATIVE: RGB = (95, 175, 255)
GROUND: RGB = (24, 24, 24)
STEPS = 12
_HALF = ord("▀")


def mixed(colour: RGB, share: float) -> RGB:
    """Mix `colour` with the dark background: 0 is the background, 1 the colour."""
    red, green, blue = (round(g + (c - g) * share) for g, c in zip(GROUND, colour, strict=True))
    return red, green, blue


def signed_colours() -> list[RGB]:
    """Return the colours of the levels -STEPS … STEPS, in this order, and one more at the end for NaN."""
    ramp = [(level / STEPS) ** 0.7 for level in range(1, STEPS + 1)]
    below = [mixed(NEGATIVE, share) for share in reversed(ramp)]
    return [*below, GROUND, *(mixed(POSITIVE, share) for share in ramp), (255, 0, 95)]


@lru_cache(maxsize=8192)
def two_colours(upper: RGB, lower: RGB) -> Style:
    """Return the style of a half block with these colours."""
    return Style(color=Color.from_rgb(*upper), bgcolor=Color.from_rgb(*lower))


def half_blocks(
    levels: Ints,
    colours: Sequence[RGB],
    cells: Ints | None = None,
    signs: NDArray[np.uint32] | None = None,
    sign_keys: Ints | None = None,
    sign_colours: Sequence[RGB] = (),
) -> list[list[Segment]]:
    """Draw pixels (2R, C), indices into `colours`, as R lines of half blocks.

    On the cells (S,) stand the characters `signs` (S,) in `sign_colours[sign_keys]` (S,), on the upper pixel's colour.
    """
    upper, lower = levels[::2].reshape(-1), levels[1::2].reshape(-1)
    size = len(colours)
    keys = upper * size + lower
    letters = np.where(upper == lower, np.uint32(32), np.uint32(_HALF))
    if cells is not None and signs is not None and sign_keys is not None:
        keys[cells] = size * size + sign_keys * size + upper[cells]
        letters[cells] = signs

    def style_of(key: int) -> Style:
        first, second = divmod(key, size)
        return two_colours(colours[first] if first < size else sign_colours[first - size], colours[second])

    return segments_of(letters, keys, levels.shape[1], style_of)
