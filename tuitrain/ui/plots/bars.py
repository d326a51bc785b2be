"""Bars, sparklines and histograms."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from textual.strip import Strip

from tuitrain.numbers import number, percent
from tuitrain.ui.plots.lines import line, notice
from tuitrain.ui.plots.palette import Glyphs, Palette, Role

__all__ = ["bar", "histogram", "log_range", "number", "percent", "sparkline"]


def bar(value: float, low: float, high: float, width: int, *, log: bool, glyphs: Glyphs) -> str:
    """Draw a horizontal bar of `width` cells: full at `high`, empty at `low`, in eighths of a cell.

    A value above 0 shows at least the smallest part; NaN is blank.
    """
    parts = len(glyphs.blocks) - 1
    if math.isnan(value) or value <= 0 or width <= 0:
        return " " * max(width, 0)
    share = _share(value, low, high, log=log)
    count = max(1, round(share * width * parts))
    full, rest = divmod(count, parts)
    return (glyphs.blocks[-1] * full + (glyphs.blocks[rest] if rest else "")).ljust(width)


def _share(value: float, low: float, high: float, *, log: bool) -> float:
    if value >= high:
        return 1.0
    if log:
        return max(0.0, math.log(value / low) / math.log(high / low)) if 0 < low < high else 0.0
    return max(0.0, (value - low) / (high - low)) if low < high else 0.0


def log_range(values: Sequence[float]) -> tuple[float, float]:
    """Return a stable range (powers of ten, two or more apart) for bars on a log scale, covering positive values."""
    powers = [math.log10(value) for value in values if value > 0 and math.isfinite(value)]
    if not powers:
        return 1e-3, 1.0
    high = math.ceil(max(powers) - 1e-9)
    return 10.0 ** max(min(math.floor(min(powers) + 1e-9), high - 2), -300), 10.0 ** min(high, 300)


def sparkline(values: Sequence[float] | NDArray[np.floating], width: int, *, glyphs: Glyphs, log: bool = False) -> str:
    """Draw `values` over time in `width` characters, oldest first; gaps (and values ≤ 0 with `log`) are spaces.

    Each character is the mean of 1, 2, 4, 8 … values: while the history grows, all but the last character stay the
    same, until the line is full and halves.
    """
    course = np.asarray(values, np.float64)
    if width <= 0 or not course.size:
        return " " * max(width, 0)
    size = 1
    while -(-course.size // size) > width:
        size *= 2
    with np.errstate(invalid="ignore", divide="ignore"):
        placed = np.isfinite(course) & (course > 0) if log else np.abs(course) < 1e300
        heights = np.where(placed, np.log10(course) if log else course, 0.0)
    starts = np.arange(0, course.size, size)
    counts = np.add.reduceat(placed.astype(np.float64), starts)
    sums = np.add.reduceat(heights / size, starts)
    means = [
        size * total / count if count else None for total, count in zip(sums.tolist(), counts.tolist(), strict=True)
    ]
    known = [mean for mean in means if mean is not None]
    if not known:
        return " " * width
    low, high = min(known), max(known)
    most = len(glyphs.spark) - 1
    flat = high - low <= 1e-9 * max(abs(low), abs(high))
    signs = [
        " " if mean is None else glyphs.spark[most // 2 if flat else round((mean - low) / (high - low) * most)]
        for mean in means
    ]
    return "".join(signs).ljust(width)


def histogram(
    width: int, height: int, values: NDArray[np.floating], *, palette: Palette, glyphs: Glyphs, role: Role = "bar"
) -> list[Strip]:
    """Draw the distribution of `values` (any shape): columns over a line with the low end, zero and the high end.

    A histogram one line high has only the columns. Non-finite values do not count.
    """
    flat = values.reshape(-1)
    finite = np.isfinite(flat)
    flat = flat if finite.all() else flat[finite]
    if not flat.size or width < 1:
        return notice(width, height, ("no values",), palette["dim"])
    low, high = float(flat.min()), float(flat.max())
    if high - low <= 1e-9 * max(abs(low), abs(high), 1e-300):
        low, high = low - (abs(low) or 1.0), high + (abs(high) or 1.0)
    bins = max(1, min(width, math.ceil(2 * flat.size ** (1 / 3))))
    cells = width // bins
    bins = width // cells
    if not 1e-30 < high - low < 1e37:  # float32 might overflow
        flat = flat / np.float64(high / 4 - low / 4)
        start, span = low / (high / 4 - low / 4), 4.0
    else:
        start, span = low, high - low
    places = ((flat - start) * (bins / span)).astype(np.intp).clip(0, bins - 1)
    counts = np.bincount(places, minlength=bins).tolist()
    rows = height if height == 1 else height - 1
    peak = max(counts)
    levels = [max(1, round(8 * rows * count / peak)) if count else 0 for count in counts]
    strips = []
    for row in range(rows - 1, -1, -1):
        text = "".join(glyphs.columns[max(0, min(8, level - 8 * row))] * cells for level in levels)
        strips.append(line(width, [(text, palette[role])]))
    if height > 1:
        strips.append(line(width, [(_ends(low, high, bins * cells), palette["dim"])]))
    return strips


def _ends(low: float, high: float, width: int) -> str:
    """Write the numbers under a histogram: both ends, and zero at its place if there is room."""
    left, right = number(low), number(high)
    text = left + right.rjust(width - len(left)) if len(left) + len(right) < width else left.ljust(width)[:width]
    if low < 0 < high:
        at = min(width - 1, int(width * (-low / (high - low))))
        if not text[max(at - 1, 0) : at + 2].strip():
            text = text[:at] + "0" + text[at + 1 :]
    return text
