"""The frame of a plot (axes, ticks, labels), drawn by plotext and cached until range or size change.

plotext gets positions in 0..1 and finished labels, so it has nothing to choose, no value can break it, and it never
prints its warnings. A frame without curves takes 1 to 4 ms. plotext is imported when the first frame is drawn, since
that takes a while.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tuitrain.ui.plots.lines import cut
from tuitrain.ui.plots.ranges import Axis
from tuitrain.ui.plots.raster import Window
from tuitrain.ui.theme import Theme

_TO_ASCII = str.maketrans("│─┤├┬┴┼└┘┌┐−", "|-++++++++ -")
SMALLEST = (16, 4)


@dataclass(frozen=True)
class Frame:
    """The surroundings of a canvas of `rows`×`columns` cells: a text for each row at its left, whole lines below it."""

    rows: int
    columns: int
    left: tuple[str, ...]
    below: tuple[str, ...]

    def strips(self, canvas: Sequence[list[Segment]], style: Style) -> list[Strip]:
        """Put the canvas's lines (from `Canvas.segments`) into the frame."""
        margin = len(self.left[0]) if self.left else 0
        width = margin + self.columns
        lines = [
            Strip([Segment(text, style), *line] if text else line, width)
            for text, line in zip(self.left, canvas, strict=True)
        ]
        return lines + [Strip([Segment(text, style)], width) for text in self.below]


def window_of(x: Axis, y: Axis, *, log: bool = False) -> Window:
    """Return the window of a canvas framed by these axes."""
    return Window(x.low, x.high, y.low, y.high, log)


def most_ticks(width: int, height: int, *, label: int = 6) -> tuple[int, int]:
    """Return the most steps between ticks (across, up) for a frame of this size with x labels of this width."""
    return max(1, (width - 8) // (label + 6)), max(2 if height < 7 else 3, min(8, height // 3))


def margin_of(y: Axis) -> int:
    """Count the cells at the left of a canvas: of the labels of `y`, and of the axis."""
    return max((len(label) for _, label in y.ticks), default=0) + 1


@lru_cache(maxsize=32)
def frame_of(width: int, height: int, x: Axis, y: Axis, x_label: str, *, ascii_only: bool) -> Frame:
    """Draw the frame of a plot of `width`×`height` cells; a very small plot has none (the canvas fills it)."""
    margin = margin_of(y)
    if width < max(SMALLEST[0], margin + 8) or height < SMALLEST[1]:
        return Frame(height, width, ("",) * height, ())
    lines = _drawn(width, height, x, y)
    if ascii_only:
        lines = [line.translate(_TO_ASCII) for line in lines]
    *sides, axis, ticks = lines
    axis, ticks = _labelled(axis, ticks, x_label)
    return Frame(height - 2, width - margin, tuple(line[:margin] for line in sides), (axis, ticks))


def frame_label(name: str, width: int, theme: Theme) -> str:
    """Cut an input's name to at most a third of the axis."""
    shown = cut(name, max(width // 3, 1), theme=theme)
    return shown if cell_len(shown) == len(shown) else ""


def load_plotext() -> None:
    """Import plotext now (0.2 s), so that the first frame need not wait for it."""
    import plotext  # noqa: F401, PLC0415


def _drawn(width: int, height: int, x: Axis, y: Axis) -> list[str]:
    """Draw plotext's empty plot as lines."""
    import plotext  # noqa: PLC0415

    figure = plotext.figure
    plotext.terminal.limit(False, False)
    figure.clear()
    figure.plot_size(width, height)
    figure.axes(False, axis="x", side="upper")
    figure.axes(False, axis="y", side="right")
    columns, rows = width - margin_of(y), height - 2
    for axis, side, name, cells in ((x, "lower", "x", columns), (y, "left", "y", rows)):
        places = [_middle(place, axis, cells, is_from_top=name == "y") for place, _ in axis.ticks]
        ruler = figure.ruler(name, side)
        ruler.lim(0, 1)
        ruler.ticks(places, [label for _, label in axis.ticks])
    lines: list[str] = figure.build().string(colorless=True).split("\n")
    return [line.ljust(width)[:width] for line in (lines + [""] * height)[:height]]


def _middle(place: float, axis: Axis, cells: int, *, is_from_top: bool) -> float:
    """Return where, in 0..1, the middle of the cell is that the canvas draws `place` in: nothing is left to round."""
    extent = axis.high - axis.low
    share = (place - axis.low) / extent if extent else 0.5
    cell = math.floor(0.5 + (1 - share if is_from_top else share) * (cells - 1) + 1e-9) / max(cells - 1, 1)
    return 1 - cell if is_from_top else cell


def _labelled(axis: str, ticks: str, label: str) -> tuple[str, str]:
    """Write `label` in the last gap between the tick labels that holds it; else over the end of the axis."""
    if not label:
        return axis, ticks
    wanted = " " * (len(label) + 4)
    at = ticks.rstrip().rfind(wanted)
    if at > 0 and ticks[:at].strip():
        gap = len(ticks[:at].rstrip())
        end = at + len(wanted)
        start = (gap + end - len(label)) // 2
        return axis, ticks[:start] + label + ticks[start + len(label) :]
    return axis[: -len(label) - 1] + " " + label, ticks
