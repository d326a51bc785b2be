"""A curve in a line of text: drawn as a line, so that those of neighbouring rows stay apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tuitrain.ui.plots.bars import sparkline
from tuitrain.ui.plots.palette import Glyphs

_LEFT, _RIGHT = (0x40, 0x04, 0x02, 0x01), (0x80, 0x20, 0x10, 0x08)  # braille dots from below
_LEVELS = "0123"


def curve_line(values: Sequence[float] | NDArray[np.floating], width: int, *, glyphs: Glyphs) -> str:
    """The course of `values` in `width` characters, two values in each, as `sparkline` divides them."""
    if glyphs.ascii_only:
        return sparkline(values, width, glyphs=glyphs)
    levels = sparkline(values, 2 * width, glyphs=replace(glyphs, spark=_LEVELS))
    signs = []
    before = ""
    for left, right in zip(levels[::2], levels[1::2], strict=True):
        signs.append(chr(0x2800 + _dots(_LEFT, before, left) + _dots(_RIGHT, left, right)))
        before = right
    return "".join(" " if sign == "\u2800" else sign for sign in signs)


def _dots(column: Sequence[int], before: str, now: str) -> int:
    """The dots of a value, and those that join it to the one before; none where there is no value."""
    if not now.isdigit():
        return 0
    end = int(now)
    start = int(before) if before.isdigit() else end
    joined = range(start + 1, end) if end > start else range(end + 1, start)
    return column[end] + sum(column[level] for level in joined)
