"""The loss curves of the A|B lab as an SVG picture that needs nothing else: no fonts, no styles, no scripts."""

from __future__ import annotations

import numpy as np

from tuitrain.session.asked.lab import PairSide
from tuitrain.text import visible
from tuitrain.translation import gettext as _
from tuitrain.ui.inspect.lab_drawing import NAMES, LabView, axes_of, named_values
from tuitrain.ui.plots.ranges import Axis

WIDTH, HEIGHT = 760, 420
LEFT, RIGHT, TOP, BOTTOM = 70, 20, 50, 55  # around the plot
TICKS = (8, 6)
COLOURS = ("#1f6fb4", "#8a4fd0")
DASHES = ("", ' stroke-dasharray="6 4"')
MOST_NAME = 64  # characters of a curve's name
_FONT = 'font-family="sans-serif" font-size="14"'
_XML = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;"})


def xml_text(text: str) -> str:
    """`text` for XML, where control characters are not allowed."""
    return visible(text, 2_000).translate(_XML)


def draw_svg(view: LabView) -> str:
    """Draw both losses over the axis that the page shows, with a legend, as an XML document."""
    x, y, along, losses = axes_of(view, *TICKS)
    loss = _("validation loss") if view.answer.part == "validation" else _("training loss")
    legend = [f"{name}{told}" for name, told in zip(NAMES, named_values(view), strict=True)][: len(along)]
    title = _("{loss} by {axis}: {legend}").format(loss=loss, axis=_(view.axis), legend=", ".join(legend))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" '
        f'viewBox="0 0 {WIDTH} {HEIGHT}" role="img">',
        f"<title>{xml_text(title)}</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        f'<clipPath id="plot"><rect x="{LEFT}" y="{TOP}" width="{WIDTH - LEFT - RIGHT}" '
        f'height="{HEIGHT - TOP - BOTTOM}"/></clipPath>',
        *_grid(x, y),
        *(
            f'<polyline clip-path="url(#plot)" fill="none" stroke="{COLOURS[place]}" stroke-width="2"{DASHES[place]} '
            f'data-side="{NAMES[place]}" points="{points}"/>'
            for place in range(len(along))
            for points in _runs(along[place], losses[place], x, y, log=view.is_log)
        ),
        *_legend(legend, view.answer.sides),
        _label(LEFT, HEIGHT - 12, _(view.axis)), _label(12, TOP - 12, loss + (f" ({_('log')})" if view.is_log else "")),
        "</svg>",
    ]  # fmt: skip
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + "\n".join(parts) + "\n"


def across(value: float, x: Axis) -> float:
    """Where a value of the x axis is."""
    return LEFT + (value - x.low) / (x.high - x.low) * (WIDTH - LEFT - RIGHT)


def down(value: float, y: Axis) -> float:
    """Where a value of the y axis is; on a logarithmic one, a power of ten."""
    return HEIGHT - BOTTOM - (value - y.low) / (y.high - y.low) * (HEIGHT - TOP - BOTTOM)


def _runs(
    along: np.ndarray[tuple[int], np.dtype[np.float64]], losses: np.ndarray[tuple[int], np.dtype[np.float64]],
    x: Axis, y: Axis, *, log: bool,
) -> list[str]:  # fmt: skip
    """The points of each unbroken stretch of a curve; what is far above the axis is set just above it."""
    with np.errstate(divide="ignore", invalid="ignore"):
        heights = np.log10(losses) if log else losses
    most = y.high + (y.high - y.low)
    runs: list[list[str]] = [[]]
    for place, height in zip(along, heights, strict=True):
        if np.isfinite(height):
            runs[-1].append(f"{across(float(place), x):.2f},{down(min(float(height), most), y):.2f}")
        elif runs[-1]:
            runs.append([])
    return [" ".join(run) for run in runs if run]


def _grid(x: Axis, y: Axis) -> list[str]:
    bottom, right = HEIGHT - BOTTOM, WIDTH - RIGHT
    lines = [f'<path d="M{LEFT} {TOP}V{bottom}H{right}" fill="none" stroke="#555555"/>']
    for place, text in x.ticks:
        at = across(place, x)
        lines.append(f'<path d="M{at:.1f} {bottom}v5" stroke="#555555"/>')
        lines.append(_label(at, bottom + 22, text, anchor="middle"))
    for place, text in y.ticks:
        at = down(place, y)
        lines.append(f'<path d="M{LEFT} {at:.1f}H{right}" stroke="#dddddd"/>')
        lines.append(_label(LEFT - 8, at + 5, text, anchor="end"))
    return lines


def _legend(names: list[str], sides: tuple[PairSide, ...]) -> list[str]:
    lines = []
    for place, (name, side) in enumerate(zip(names, sides, strict=True)):
        at = 16 + 18 * place
        told = f" ({_('diverged')})" if side.ending == "diverged" else ""
        start = 190
        lines.append(
            f'<path d="M{start} {at}h36" stroke="{COLOURS[place]}" stroke-width="2"{DASHES[place]} fill="none"/>'
        )
        lines.append(_label(start + 44, at + 5, visible(name, MOST_NAME) + told))
    return lines


def _label(x: float, y: float, text: str, *, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="#222222" {_FONT}>{xml_text(text)}</text>'
