"""What probabilities are worth: the ROC curve, precision against recall, and what was said against what came true."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rich.cells import cell_len
from textual.strip import Strip

from tuitrain.numbers import number, share
from tuitrain.session.snapshot import Reliability, ThresholdCurve
from tuitrain.translation import gettext as _
from tuitrain.ui.plots.axes import Frame, frame_of, most_ticks, window_of
from tuitrain.ui.plots.lines import Part, cut_words, length, line, notice
from tuitrain.ui.plots.ranges import exact_axis
from tuitrain.ui.plots.raster import Canvas, Window
from tuitrain.ui.theme import Theme

DOTTED = (1, 2)
DASHES: Sequence[tuple[int, int] | None] = (None, (4, 2), (2, 2), (6, 2), (1, 1), (3, 1))
LEAST_PLOT = 4  # lines
UNIT = np.array([0.0, 1.0])


@dataclass(frozen=True)
class Named:
    """The curves of some classes: their names, a mark where each class is decided (x, y), and the axes' names.

    `says` tells what is drawn, longer and shorter; `facts` tell the mark of a single one, longer and shorter.
    `baseline` is what a scorer that knows nothing draws, the heights at the left and the right end.
    """

    curves: tuple[ThresholdCurve, ...]
    names: Sequence[str]
    marks: Sequence[tuple[float, float]]
    says: Sequence[str]
    facts: Sequence[str]
    across: str
    baseline: tuple[float, float] | None


def draw_curves(width: int, height: int, named: Named, *, theme: Theme) -> list[Strip]:
    """Draw the curves: a line that says what they are, one with the areas, and the plot with each decision's mark."""
    if not named.curves:
        texts = (_("needs rows of the class and others"), _("nothing to draw"))
        return notice(width, height, texts, theme["dim"])
    head = _head(width, named.says, theme)
    legend = _legend(width, named, theme)
    head += legend[: max(height - len(head) - LEAST_PLOT, 0)]
    frame, canvas, window = _canvas(width, height - len(head), named.across, theme)
    if named.baseline is not None:
        canvas.curve(UNIT, np.array(named.baseline), window, style=theme["axis"], dash=DOTTED, sign=".")
    for place, curve in enumerate(named.curves):
        style, sign = theme.of_class(curve.number), _sign(curve.number, theme)
        canvas.curve(curve.x, curve.y, window, style=style, dash=DASHES[place % len(DASHES)], sign=sign)
    for curve, (x, y) in zip(named.curves, named.marks, strict=True):
        if np.isfinite([x, y]).all():
            canvas.points(np.array([x]), np.array([y]), window, style=theme["bold"], sign=_sign(curve.number, theme))
    return head + frame.strips(canvas.segments(), theme["axis"])


def _sign(number_of: int, theme: Theme) -> str:
    return theme.signs.class_signs[number_of % len(theme.signs.class_signs)]


def _head(width: int, says: Sequence[str], theme: Theme) -> list[Strip]:
    texts = [theme.plain(f" {text}") for text in says]
    text = next((text for text in texts if cell_len(text) <= width), texts[-1])
    return [line(width, [(cut_words(text, width, theme=theme), theme["plain"])])]


def _legend(width: int, named: Named, theme: Theme) -> list[Strip]:
    """What each curve's area is, class by class in as many lines as it takes; of one class what its mark is too."""
    single = len(named.curves) == 1
    pieces: list[list[Part]] = []
    for curve in named.curves:
        name = "" if single else f"{named.names[curve.number]} "
        sign = (f" {_sign(curve.number, theme)} ", theme.of_class(curve.number))
        figure = share(curve.area).strip() if not single else ""
        pieces.append([sign, (theme.plain(f"{name}{figure} "), theme["plain"])])
    if single:
        room = width - cell_len(pieces[0][0][0])
        told = next((text for text in map(theme.plain, named.facts) if cell_len(text) <= room), "")
        return [line(width, [pieces[0][0], (told, theme["plain"])])]
    rows: list[list[Part]] = [[]]
    for piece in pieces:
        if rows[-1] and length([*rows[-1], *piece]) > width:
            rows.append([])
        rows[-1] += piece
    return [line(width, row) for row in rows]


def _canvas(width: int, height: int, across: str, theme: Theme) -> tuple[Frame, Canvas, Window]:
    ticks, up = most_ticks(width, height, label=4)
    x_axis, y_axis = exact_axis(0.0, 1.0, ticks), exact_axis(0.0, 1.0, up)
    frame = frame_of(width, height, x_axis, y_axis, across, ascii_only=theme.ascii_only)
    return frame, Canvas(frame.rows, frame.columns, theme=theme), window_of(x_axis, y_axis)


def draw_reliability(width: int, height: int, found: Reliability, says: Sequence[str], *, theme: Theme) -> list[Strip]:
    """Draw what was said against what came true: a line that says so, the plot, and below it the figures."""
    head = _head(width, says, theme)
    table = reliability_rows(width, found, theme=theme)
    if height < len(head) + len(table) + LEAST_PLOT + 2:
        table = []
    frame, canvas, window = _canvas(width, height - len(head) - len(table), _("said"), theme)
    canvas.curve(UNIT, UNIT, window, style=theme["axis"], dash=DOTTED, sign=".")
    kept = found.rows > 0
    said, true = found.said[kept], found.true[kept]
    number_of = found.number or 0
    style, sign = theme.of_class(number_of), _sign(number_of, theme)
    canvas.curve(said, true, window, style=style, sign="-")
    canvas.points(said, true, window, style=theme["bold"], sign=sign)
    return head + frame.strips(canvas.segments(), theme["axis"]) + table


def reliability_rows(width: int, found: Reliability, *, theme: Theme) -> list[Strip]:
    """What was said, what came true, and the rows, for each bin that has rows; none where they have no room."""
    kept = np.flatnonzero(found.rows > 0)
    counts = [str(count) if count < 10_000 else number(float(count)) for count in found.rows[kept].tolist()]
    texts = [_shares(found.said[kept]), _shares(found.true[kept]), counts]
    widths = [max(map(len, column)) + 1 for column in zip(*texts, strict=True)]
    labels = [f" {label}" for label in (_("said"), _("true"), _("rows"))]
    left = max(map(cell_len, labels))
    if left + sum(widths) > width:
        return []
    heights = [_heights(found.said[kept], theme), _heights(found.true[kept], theme), ""]
    has_heights = left + sum(widths) + 2 + len(kept) <= width
    rows = []
    for label, column, bars in zip(labels, texts, heights, strict=True):
        figures = "".join(text.rjust(room) for text, room in zip(column, widths, strict=True))
        parts: list[Part] = [(label + " " * (left - cell_len(label)), theme["dim"]), (figures, theme["plain"])]
        rows.append(line(width, [*parts, (f"  {bars}" if has_heights else "", theme["bar"])]))
    return rows


def _shares(values: NDArray[np.float64]) -> list[str]:
    return [f"{value:.2f}".replace("0.", ".", 1) if value < 0.995 else "1.0" for value in values.tolist()]


def _heights(values: NDArray[np.float64], theme: Theme) -> str:
    signs = theme.signs.spark
    return "".join(signs[min(int(value * len(signs)), len(signs) - 1)] for value in values.tolist())
