"""The map of a search: each trial where two hyperparameters put it, and how often each value was tried.

`n` trials, `k` proposals. Places lie in [0, 1] on a field's own scale.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from rich.cells import cell_len
from rich.segment import Segment
from textual.strip import Strip

from tuitrain.text import rows_of
from tuitrain.translation import gettext as _
from tuitrain.ui.plots.axes import Frame, frame_label, frame_of, window_of
from tuitrain.ui.plots.labels import short_label
from tuitrain.ui.plots.lines import Part, cut, length, line, padded
from tuitrain.ui.plots.ranges import Axis
from tuitrain.ui.plots.raster import Canvas, Floats, Ints
from tuitrain.ui.theme import Role, Theme

LEVELS = "·∘○◉●"  # by rank in fifths
LEVELS_ASCII = ".:cO@"
_LEVEL_ROLES: tuple[Role, ...] = ("dim", "dim", "plain", "best", "best")
_SIGNS = {"best": "★*", "running": "◌o", "failed": "✗x"}
MARGIN = 0.06  # of the plane, on each side: what lies at an end is seen whole
MOST_COUNTED = 9  # trials in a cell that a digit tells; more are `#`
SIDE = 8  # columns that the counts at the right take
MOST_LEGEND = 3  # lines that the signs' meanings take at most
LEAST_WIDTH, LEAST_ROWS = 38, 9  # of a plot that has room for the counts, and for notes below it


@dataclass(frozen=True)
class MapPoints:
    """Trials in the plane of two columns: places (n,), NaN where a column has no effect; `share` (n,): 1 is best.

    `is_by_trial` says that `x` is the order of the trials rather than a hyperparameter. `notes` are lines below the
    map, the most wanted first; where they are shown, they name the axes.
    """

    x: Floats
    y: Floats
    share: Floats
    states: tuple[str, ...]
    best: int | None
    x_name: str
    y_name: str
    x_ticks: Sequence[tuple[float, str]]
    y_ticks: Sequence[tuple[float, str]]
    proposals: Floats = field(default_factory=lambda: np.empty((0, 2)))
    metric: str = "score"
    notes: tuple[str, ...] = ()
    is_by_trial: bool = False


def draw_map(width: int, height: int, points: MapPoints, *, theme: Theme) -> list[Strip]:
    """Each trial as a sign, the fuller the better; running ones hollow, failed ones crossed, the best a star.

    Trials that share a cell show their number. Above and at the right stand the tries of each value. Where a
    hyperparameter has no effect, a trial lies in the margin. The legend names the signs that are drawn, in a second
    line where one is too short.
    """
    notes = _notes(points.notes, width, min(height - LEAST_ROWS, height // 3), theme)
    for lines in range(1, MOST_LEGEND + 1):
        picture, drawn, beside = _plane(width, height - lines - len(notes), points, theme, has_x_name=not notes)
        legend = _legend(points, drawn, beside, width, not notes, theme)
        if len(legend) <= lines or lines == MOST_LEGEND:
            break
    blank = [Strip.blank(width)] * (lines - len(legend))
    return [*legend[:lines], *blank, *picture, *notes]


def _plane(
    width: int, height: int, points: MapPoints, theme: Theme, *, has_x_name: bool
) -> tuple[list[Strip], set[str], int]:
    """The plane with its axes and the tries beside them; the signs that are drawn in it; trials in the best's cell."""
    side = SIDE if width >= LEAST_WIDTH else 0
    above = int(bool(side) and not points.is_by_trial and height + 1 >= LEAST_ROWS)
    x_axis, y_axis = (
        Axis(-MARGIN, 1 + MARGIN, tuple((place, tick_label(text, 10, theme)) for place, text in ticks))
        for ticks in (points.x_ticks, points.y_ticks)
    )
    x_name = frame_label(short_label(points.x_name, width // 3), width, theme) if has_x_name else ""
    frame = frame_of(width - side, height - above, x_axis, y_axis, x_name, ascii_only=theme.ascii_only)
    canvas = Canvas(frame.rows, frame.columns, theme=theme)
    window = window_of(x_axis, y_axis)
    x, y = (np.where(np.isnan(places), -MARGIN, places) for places in (points.x, points.y))
    shown, rows, columns = canvas.places(x, y, window, 1, 1)
    cells = np.full(len(x), -1, np.intp)
    cells[shown] = rows * canvas.columns + columns
    states = np.array(points.states, str)
    counts, levels = _count(cells), _levels(points.share, states)

    def put(chosen: NDArray[np.bool_], sign: str, role: Role) -> None:
        canvas.points(x[chosen], y[chosen], window, style=theme[role], sign=sign)

    put(states == "failed", _sign("failed", theme), "bad")
    for level, sign in enumerate(_scale(theme)):
        put(levels == level, sign, _LEVEL_ROLES[level])
    put((states == "running") | (states == "queued"), _sign("running", theme), "validation")
    best_levels = _best_in_cell(cells, levels)
    digits = np.minimum(counts, MOST_COUNTED + 1)
    kinds = digits * len(LEVELS) + np.maximum(best_levels, 0)
    for kind in np.unique(kinds[counts > 1]).tolist():
        digit, level = divmod(kind, len(LEVELS))
        put(kinds == kind, str(digit) if digit <= MOST_COUNTED else "#", _LEVEL_ROLES[level])
    if len(points.proposals):
        canvas.points(points.proposals[:, 0], points.proposals[:, 1], window, style=theme["edit"], sign="+")
    if points.best is not None:
        put(np.arange(len(x)) == points.best, _sign("best", theme), "warning")
    begun = np.isin(shown, np.flatnonzero(states != "queued"))
    segments = canvas.segments()
    drawn = {sign for row in segments for segment in row for sign in segment.text}
    strips = frame.strips(segments, theme["axis"])
    if side:
        strips = _beside(strips, rows[begun], frame, theme)
    tried = [_above(columns[begun], frame, width, theme)] * above
    return [*tried, *strips], drawn, int(counts[points.best]) if points.best is not None else 0


def _count(cells: Ints) -> Ints:
    """How many trials lie in the cell of each (n,); a trial outside the map has none beside it."""
    inside = cells >= 0
    counts = np.ones(len(cells), np.intp)
    if inside.any():
        counts[inside] = np.bincount(cells[inside])[cells[inside]]
    return counts


def _levels(share: Floats, states: NDArray[np.str_]) -> Ints:
    """The fifth that each trial's rank lies in (n,), from 0 to 4; -1 without a score."""
    scored = np.isfinite(share) & (states != "failed")
    fifths = np.minimum((np.nan_to_num(share) * len(LEVELS)).astype(np.intp), len(LEVELS) - 1)
    return np.where(scored, fifths, -1)


def _best_in_cell(cells: Ints, levels: Ints) -> Ints:
    """The highest level of those that share each trial's cell (n,)."""
    highest = np.full(int(cells.max(initial=0)) + 2, -1, np.intp)  # the last is of those outside
    np.maximum.at(highest, cells, levels)
    return highest[cells]


def _sign(name: str, theme: Theme) -> str:
    return _SIGNS[name][int(theme.ascii_only)]


def _above(columns: Ints, frame: Frame, width: int, theme: Theme) -> Strip:
    """The tries of each value along the x axis: low, middle and high for one, two, more."""
    heights = " _=#" if theme.ascii_only else " ▁▄█"
    counts = np.bincount(columns, minlength=frame.columns)
    margin = len(frame.left[0]) if frame.left else 0
    word = _("tried")
    head = padded(word, margin, theme=theme, right=True) if margin >= cell_len(word) else " " * margin
    text = "".join(heights[min(count, 3)] for count in counts.tolist())
    side = padded(f" {word}", SIDE, theme=theme)
    return line(width, [(head, theme["dim"]), (text, theme["bar"]), (side, theme["dim"])])


def _beside(strips: list[Strip], rows: Ints, frame: Frame, theme: Theme) -> list[Strip]:
    """The lines of the map with the tries of each value along the y axis, a square for each."""
    edge, square, times = ("|", "#", "x") if theme.ascii_only else ("▏", "▪", "×")
    found = []
    for strip, count in zip(strips, np.bincount(rows, minlength=frame.rows).tolist() + [-1] * 2, strict=False):
        text = square * count if count < SIDE else f"{square}{times}{count}"
        parts = [Segment(edge, theme["axis"]), Segment(text.ljust(SIDE - 1)[: SIDE - 1], theme["bar"])]
        blank = [Segment(" " * SIDE)]
        found.append(Strip([*strip, *(parts if count >= 0 else blank)], strip.cell_length + SIDE))
    return found


def _legend(points: MapPoints, drawn: set[str], beside: int, width: int, names_y: bool, theme: Theme) -> list[Strip]:
    """Say what the signs stand for that are drawn, and no others; where no note does, what goes up.

    Where all do not fit into a line, they are said in fewer words, and then in as many lines as that takes.
    """
    name = cut(points.metric, 12, theme=theme)
    levels = "".join(sign for sign in _scale(theme) if sign in drawn)
    counted = sorted(int(sign) for sign in drawn if sign.isdigit())
    parts: list[tuple[str, str, Role]] = []  # in full, in short
    if names_y:
        up = _("{field} up").format(field=cut(short_label(points.y_name, 16), 16, theme=theme))
        parts.append((up, up, "plain"))
    if levels:
        parts.append((_("{metric} {signs} better").format(metric=name, signs=levels),
                      _("{signs} better").format(signs=levels), "best"))  # fmt: skip
    if (sign := _sign("best", theme)) in drawn:
        best = f"{sign} " + _("best")
        parts.append((f"{sign} " + _("best of {number} there").format(number=beside) if beside > 1 else best, best,
                      "warning"))  # fmt: skip
    if counted:
        least, most = counted[0], counted[-1]
        digits = str(most) if least == most else f"{least}-{most}"
        full = _("2: two in a cell") if most == 2 else _("{digits}: as many in a cell").format(digits=digits)
        parts.append((full, _("{digits}: in a cell").format(digits=digits), "plain"))
    if "#" in drawn:
        more = "#: " + _("more than {number}").format(number=MOST_COUNTED)
        parts.append((more, more, "plain"))
    if "+" in drawn:
        parts.append(("+ " + _("next"), "+ " + _("next"), "edit"))
    if (sign := _sign("running", theme)) in drawn:
        words = [_(state) for state in ("running", "queued") if state in points.states]
        parts.append((f"{sign} " + ", ".join(words), f"{sign} " + words[0], "validation"))
    if (sign := _sign("failed", theme)) in drawn:
        parts.append((f"{sign} " + _("failed"), f"{sign} " + _("failed"), "bad"))
    for form in (0, 1):
        texts: list[Part] = [(f" {part[form]} ", theme[part[2]]) for part in parts]
        if length(texts) <= width or (form == 0 and length(texts) <= width + 1):
            return [line(width, texts)]
    lines: list[list[Part]] = [[]]
    for text in texts:
        if length([*lines[-1], text]) > width + 1:  # its last cell is blank
            lines.append([])
        lines[-1].append(text)
    return [line(width, found) for found in lines]


def _scale(theme: Theme) -> str:
    return LEVELS_ASCII if theme.ascii_only else LEVELS


def _notes(notes: Sequence[str], width: int, most: int, theme: Theme) -> list[Strip]:
    """The notes as lines, whole ones only, as far as there is room for them."""
    found: list[Strip] = []
    for note in notes:
        rows = rows_of(theme.plain(note), max(width - 1, 8), indent="  ")
        if len(found) + len(rows) > most:
            break
        found += [line(width, [(f" {row}", theme["dim"])]) for row in rows]
    return found


def tick_label(text: str, width: int, theme: Theme) -> str:
    """A tick's label, short and in signs that the terminal has."""
    shown = cut(text, width, theme=theme)
    return shown.encode("ascii", "replace").decode() if theme.ascii_only else shown
