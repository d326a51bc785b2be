"""Bars, sparklines and histograms."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from textual.strip import Strip

from tuitrain.numbers import number, percent
from tuitrain.translation import gettext as _
from tuitrain.ui.plots.lines import line, notice
from tuitrain.ui.theme import Role, Theme

__all__ = ["bar", "histogram", "log_range", "number", "percent", "sparkline"]

_LEFT, _RIGHT = (0x40, 0x04, 0x02, 0x01), (0x80, 0x20, 0x10, 0x08)  # braille dots from below
_LEVELS = "0123"


def bar(value: float, low: float, high: float, width: int, *, log: bool, theme: Theme) -> str:
    """A horizontal bar of `width` cells: full at `high`, empty at `low`, in eighths of a cell.

    A value above 0 shows at least the smallest part; NaN is blank.
    """
    parts = len(theme.signs.blocks) - 1
    if math.isnan(value) or value <= 0 or width <= 0:
        return " " * max(width, 0)
    share = _share(value, low, high, log=log)
    count = max(1, round(share * width * parts))
    full, rest = divmod(count, parts)
    return (theme.signs.blocks[-1] * full + (theme.signs.blocks[rest] if rest else "")).ljust(width)


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


def sparkline(
    values: Sequence[float] | NDArray[np.floating], width: int, *, theme: Theme, log: bool = False,
    ends: tuple[float, float] | None = None,
) -> str:  # fmt: skip
    """Draw `values` over time in `width` characters, oldest first; gaps (and values ≤ 0 with `log`) are spaces.

    Each character is the mean of 1, 2, 4, 8 … values: while the history grows, all but the last character stay the
    same, until the line is full and halves. `ends` are as in `curve_line`.
    """
    return _sparks(values, width, theme.signs.spark, log=log, ends=ends)


def _sparks(
    values: Sequence[float] | NDArray[np.floating], width: int, levels: str, *, log: bool = False,
    ends: tuple[float, float] | None = None,
) -> str:  # fmt: skip
    """Write the course of `values` with the characters of `levels`, the lowest first.

    The first and the last character stand for the lowest and the highest value, or for `ends` and what is beyond them.
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
    low, high = ends if ends is not None else (min(known), max(known))
    most = len(levels) - 1
    flat = high - low <= 1e-9 * max(abs(low), abs(high))
    signs = [
        " "
        if mean is None
        else levels[most // 2 if flat else round((min(max(mean, low), high) - low) / (high - low) * most)]
        for mean in means
    ]
    return "".join(signs).ljust(width)


def curve_line(
    values: Sequence[float] | NDArray[np.floating], width: int, *, theme: Theme,
    ends: tuple[float, float] | None = None,
) -> str:  # fmt: skip
    """The course of `values` in `width` characters, two values in each, as `sparkline` divides them.

    `ends` are the lowest and the highest value that the characters reach, where several curves are compared.
    """
    if theme.ascii_only:
        return _sparks(values, width, theme.signs.spark, ends=ends)
    levels = _sparks(values, 2 * width, _LEVELS, ends=ends)
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


def histogram(
    width: int, height: int, values: NDArray[np.floating], *, theme: Theme, role: Role = "bar"
) -> list[Strip]:
    """Draw the distribution of `values` (any shape): columns over a line with the low end, zero and the high end.

    A histogram one line high has only the columns. Non-finite values do not count.
    """
    flat = values.reshape(-1)
    finite = np.isfinite(flat)
    flat = flat if finite.all() else flat[finite]
    if not flat.size or width < 1:
        return notice(width, height, (_("no values"),), theme["dim"])
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
        text = "".join(theme.signs.columns[max(0, min(8, level - 8 * row))] * cells for level in levels)
        strips.append(line(width, [(text, theme[role])]))
    if height > 1:
        strips.append(line(width, [(theme.plain(_ends(low, high, bins * cells)), theme["dim"])]))
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
