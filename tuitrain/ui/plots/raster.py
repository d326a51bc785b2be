"""Dots in braille cells: curves and points on a canvas of characters, by a few NumPy calls.

Symbols: `R`, `C` rows and columns of the canvas in cells; `N` points of a curve. A cell has 4×2 dots in braille and
one in ASCII. Like plotext, the low end of a range is the middle of the first cell, the high end that of the last.

Cost: a curve is read once, whatever its length (`searchsorted` finds the columns' parts, `reduceat` their lowest and
highest points); everything after works on arrays with one entry per dot column or cell, mostly below the size (500)
from which NumPy releases the interpreter lock, for which drawing beside a training would have to queue.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rich.segment import Segment
from rich.style import Style

from tuitrain.ui.theme import Theme

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

_BITS = np.array([[1, 8], [2, 16], [4, 32], [64, 128]], dtype=np.uint8)
_BRAILLE = np.array([32, *range(0x2801, 0x2900)], dtype=np.uint32)
_LARGEST = 1e300


@dataclass(frozen=True)
class Window:
    """The ranges that a canvas shows. With `log` the y range is in powers of ten (log10), the data are not."""

    x_low: float
    x_high: float
    y_low: float
    y_high: float
    log: bool = False

    def scaled(self, y: Floats) -> Floats:
        """Convert `y` to the window's scale; NaN where it is not finite, or not positive on a log scale."""
        with np.errstate(invalid="ignore", divide="ignore"):
            if self.log:
                return np.log10(np.where((y > 0) & (y < np.inf), y, np.nan))
            return np.where(np.abs(y) <= _LARGEST, y, np.nan)


class Canvas:
    """`R`×`C` cells to draw curves, points, marks and words on; the latest decides the colour of a cell.

    Faint curves are added first: a cell that a later curve touches shows nothing of them unless that one is faint too.
    """

    def __init__(self, rows: int, columns: int, *, theme: Theme) -> None:
        self.rows, self.columns = rows, columns
        self._ascii = theme.ascii_only
        self.dots_down, self.dots_across = (1, 1) if self._ascii else (4, 2)
        self._codes = np.zeros(rows * columns, np.uint8)
        self._signs = np.zeros(rows * columns, np.uint32)
        self._under = np.zeros(rows * columns, np.uint32)
        self._main = np.zeros(rows * columns, np.bool_)
        self._owner = np.zeros(rows * columns, np.intp)
        self._styles: list[Style] = [Style.null()]

    def curve(
        self,
        x: Floats,
        y: Floats,
        window: Window,
        *,
        style: Style,
        dash: tuple[int, int] | None = None,
        faint: bool = False,
        sign: str = "*",
    ) -> None:
        """Draw `y` (N,) over ascending `x` (N,), any length; breaks where `y` is NaN, infinite or without logarithm.

        `dash` is (dots on, dots off) along the curve; `sign` stands for a dot in ASCII.
        """
        columns, top, bottom = self._spans(np.asarray(x, np.float64), np.asarray(y, np.float64), window)
        if not columns.size:
            return
        heights = bottom - top + 1
        ends = heights.cumsum()
        index = np.arange(ends[-1])
        down = index - np.repeat(ends - heights - top, heights)
        across = np.repeat(columns, heights)
        if dash is not None:
            on = index % sum(dash) < dash[0]
            down, across = down[on], across[on]
        self._put(down, across, style=style, faint=faint, sign=sign)

    def points(self, x: Floats, y: Floats, window: Window, *, style: Style, sign: str | None = None) -> None:
        """Put a dot (or `sign`, a character of one cell) for each of the points (N,) that the window shows."""
        down_scale, across_scale = (1, 1) if sign else (self.dots_down, self.dots_across)
        _, down, across = self.places(x, y, window, down_scale, across_scale)
        if sign is None:
            flat = np.unique(down * (self.columns * across_scale) + across)
            down, across = np.divmod(flat, self.columns * across_scale)
            self._put(down, across, style=style, faint=False, sign="*")
        else:
            self._signs[down * self.columns + across] = ord(sign)
            self._owner[down * self.columns + across] = self._style_number(style)

    def places(self, x: Floats, y: Floats, window: Window, down: int, across: int) -> tuple[Ints, Ints, Ints]:
        """Return the indices of the points in the window, and their rows and columns, `down`×`across` to a cell."""
        heights = window.scaled(np.asarray(y, np.float64))
        rows = _position(heights, window.y_high, window.y_low, self.rows, down)
        columns = _position(np.asarray(x, np.float64), window.x_low, window.x_high, self.columns, across)
        with np.errstate(invalid="ignore"):
            shown = np.flatnonzero(
                (rows >= 0) & (rows < self.rows * down) & (columns >= 0) & (columns < self.columns * across)
            )
        return shown, rows[shown].astype(np.intp), columns[shown].astype(np.intp)

    def column_of(self, x: float, window: Window) -> int | None:
        """Return the column of cells that holds `x`; None if it is outside."""
        column = _position(np.array([x]), window.x_low, window.x_high, self.columns, 1)[0]
        return int(column) if 0 <= column < self.columns else None

    def vertical(self, column: int, sign: str, *, style: Style) -> None:
        """Draw a line of `sign` down `column`, behind everything drawn so far."""
        cells = np.arange(column, self.rows * self.columns, self.columns)
        cells = cells[(self._codes[cells] == 0) & (self._signs[cells] == 0)]
        self._under[cells] = ord(sign)
        self._owner[cells] = self._style_number(style)

    def shade(self, down: Ints, across: Ints, sign: str, *, style: Style) -> None:
        """Fill cells, given by their rows and columns, with `sign`, behind everything drawn so far."""
        cells = down * self.columns + across
        cells = cells[(self._codes[cells] == 0) & (self._signs[cells] == 0)]
        self._under[cells] = ord(sign)
        self._owner[cells] = self._style_number(style)

    def text(self, row: int, column: int, text: str, *, style: Style) -> None:
        """Write `text` (characters of one cell) from `column` on, over existing content; cut what does not fit."""
        letters = np.array([ord(letter) for letter in text[: self.columns - column]], np.uint32)
        start = row * self.columns + column
        self._signs[start : start + letters.size] = letters
        self._owner[start : start + letters.size] = self._style_number(style)

    def paint(self, row: int, column: int, *, style: Style) -> None:
        """Give what is in a cell another style."""
        self._owner[row * self.columns + column] = self._style_number(style)

    def occupied(self, row: int, column: int, width: int) -> int:
        """Count the cells among `width` that hold a sign or a curve that is not faint."""
        start = row * self.columns + column
        part = slice(start, start + width)
        return int(np.count_nonzero(self._main[part] | (self._signs[part] > 0)))

    def segments(self) -> list[list[Segment]]:
        """Return the canvas line by line, each `C` cells wide; neighbours of one style share a segment."""
        if not self.columns:
            return [[] for _ in range(self.rows)]
        drawn = _BRAILLE[self._codes]
        letters = np.where(self._signs > 0, self._signs, np.where(self._codes > 0, drawn, self._under))
        blank = letters <= 32
        letters[letters == 0] = 32
        # A blank takes the style of what stands before it: fewer segments, fewer bytes
        holder = np.arange(letters.size)
        holder[blank] = 0
        holder[:: self.columns] = np.arange(0, letters.size, self.columns)
        owner = self._owner[np.maximum.accumulate(holder)]
        return segments_of(letters, owner, self.columns, self._styles.__getitem__)

    def _put(self, down: Ints, across: Ints, *, style: Style, faint: bool, sign: str) -> None:
        """Set dots, each given once, by their row and column in dots."""
        cell = (down // self.dots_down) * self.columns + across // self.dots_across
        bits = _BITS[down % self.dots_down, across % self.dots_across]
        layer = np.bincount(cell, bits, minlength=self._codes.size).astype(np.uint8)
        cells = np.flatnonzero(layer)
        below = self._codes[cells]
        if not faint:
            below[~self._main[cells]] = 0
            self._main[cells] = True
        self._codes[cells] = below | layer[cells]
        self._owner[cells] = self._style_number(style)
        if self._ascii:
            self._signs[cells] = ord(sign)

    def _spans(self, x: Floats, y: Floats, window: Window) -> tuple[Ints, Ints, Ints]:
        """Return each dot column that the curve crosses, with its highest and lowest row of dots (top, bottom)."""
        dots = self.columns * self.dots_across
        reach = (window.x_high - window.x_low) / max(self.columns - 1, 1)
        halves = window.x_low + (np.arange(2 * dots + 1) / (2 * self.dots_across) - 0.5) * reach
        edges, centres = halves[::2], halves[1::2]
        found = x.searchsorted(edges)
        first, last = max(int(found[0]) - 1, 0), min(int(found[-1]) + 1, x.size)
        x, y, cuts = x[first:last], y[first:last], found - first
        if not x.size:
            return (np.empty(0, np.intp),) * 3
        few = y.size <= 8 * dots  # then straight lines between points are straight on a log scale too
        values = window.scaled(y) if few else _only_placed(y, window)
        high = np.interp(centres, x, values, left=np.nan, right=np.nan)
        low = high.copy()
        filled = np.flatnonzero(np.diff(cuts))
        if filled.size:
            inside = values[: cuts[-1]]
            with np.errstate(invalid="ignore"):
                low[filled] = np.fmin(low[filled], np.fmin.reduceat(inside, cuts[filled]))
                high[filled] = np.fmax(high[filled], np.fmax.reduceat(inside, cuts[filled]))
        if not few:
            low, high = window.scaled(low), window.scaled(high)
        highest = _position(high, window.y_high, window.y_low, self.rows, self.dots_down)
        lowest = _position(low, window.y_high, window.y_low, self.rows, self.dots_down)
        columns = np.flatnonzero(lowest >= highest)  # NaN compares false
        rows = self.rows * self.dots_down
        top, bottom = _joined(columns, highest[columns].astype(np.intp), lowest[columns].astype(np.intp))
        shown = (bottom >= 0) & (top < rows)
        return columns[shown], top[shown].clip(0), bottom[shown].clip(max=rows - 1)

    def _style_number(self, style: Style) -> int:
        if self._styles[-1] is not style:
            self._styles.append(style)
        return len(self._styles) - 1


def segments_of(
    letters: NDArray[np.uint32], keys: NDArray[np.integer], columns: int, style_of: Callable[[int], Style]
) -> list[list[Segment]]:
    """Make lines of segments from cells (R·C,): character codes and keys of styles."""
    starts = np.ones(letters.size, np.bool_)
    starts[1:] = keys[1:] != keys[:-1]
    starts[::columns] = True
    at = np.flatnonzero(starts)
    text = letters.astype("<u4").tobytes().decode("utf-32-le")
    lines: list[list[Segment]] = [[] for _ in range(letters.size // columns)]
    bounds = [*at.tolist(), letters.size]
    for number, key in enumerate(keys[at].tolist()):
        start, end = bounds[number], bounds[number + 1]
        lines[start // columns].append(Segment(text[start:end], style_of(key)))
    return lines


def _only_placed(y: Floats, window: Window) -> Floats:
    """Return `y` itself if all of it can be placed; else a copy with NaN for the rest."""
    with np.errstate(invalid="ignore"):
        placed = (y > 0) & (y <= _LARGEST) if window.log else np.abs(y) <= _LARGEST
    return y if placed.all() else np.where(placed, y, np.nan)


def _position(values: Floats, low: float, high: float, cells: int, parts: int) -> Floats:
    """Return the part of a cell that holds each value, as whole floats (NaN stays); `low` is the middle of cell 0."""
    span = high - low
    with np.errstate(invalid="ignore", over="ignore"):
        share = (values - low) / span if span else np.zeros_like(values) + values * 0
        # A hair's breadth forward, so that a value meant for a boundary does not fall before it by rounding
        return np.clip(np.floor((0.5 + share * (cells - 1)) * parts + 1e-9), -2, cells * parts + 1)


def _joined(columns: Ints, top: Ints, bottom: Ints) -> tuple[Ints, Ints]:
    """Stretch the spans of neighbouring columns until they touch, each by half of the gap."""
    beside = np.diff(columns) == 1
    new_top, new_bottom = top.copy(), bottom.copy()
    falls = np.flatnonzero(beside & (top[1:] > bottom[:-1] + 1))
    middle = (bottom[falls] + top[falls + 1]) // 2
    new_bottom[falls] = middle
    new_top[falls + 1] = middle + 1
    rises = np.flatnonzero(beside & (bottom[1:] < top[:-1] - 1))
    middle = (bottom[rises + 1] + top[rises]) // 2
    new_bottom[rises + 1] = np.maximum(new_bottom[rises + 1], middle)
    new_top[rises] = np.minimum(new_top[rises], middle + 1)
    return new_top, new_bottom
