"""Bias and variance drawn: four targets with shots, stacked bars, and the band of predictions along one input."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from rich.cells import cell_len
from rich.style import Style
from textual.strip import Strip

from tuitrain.translation import gettext as _
from tuitrain.ui.inspect.plot import Curve, Mark, draw_plot
from tuitrain.ui.plots.lines import cut, line
from tuitrain.ui.plots.ranges import Axis, linear_axis
from tuitrain.ui.plots.raster import Canvas, Window
from tuitrain.ui.theme import Role, Theme

Floats = NDArray[np.float64]
BORDER = 0.1  # of the truth's spread: what is above it counts as biased, or as wide
STACK: tuple[Role, ...] = ("bad", "train", "dim")
_RING, _SHOT = ".", "o"  # in ASCII


def kind_of(bias: float, deviation: float, spread: float) -> int:
    """Return which of the four targets is nearest: biased and wide, biased, wide, neither."""
    border = BORDER * spread
    return 2 * (bias <= border) + (deviation <= border)


def target_names(*, short: bool = False) -> tuple[str, ...]:
    """The names of the four targets."""
    last = _("unbiased, effic.") if short else _("unbiased, efficient")
    return _("biased, wide"), _("biased, efficient"), _("unbiased, wide"), last


def shot_sign(theme: Theme) -> str:
    """The sign of one network's prediction."""
    return _SHOT if theme.ascii_only else "•"


def draw_targets(width: int, height: int, shots: Floats, spread: float, own: int, *, theme: Theme) -> list[Strip]:
    """Draw four targets with their names below: `own` with the shots (M, 2) as they are off the truth at two points.

    The ring is three deviations of the shots, or of the border to narrow ones where these are narrower; the other
    targets show made-up shots.
    """
    rows, share = height - 1, width // 4
    canvas = Canvas(rows, width, theme=theme)
    window = Window(0, width - 1, 0, rows - 1)
    radius = min(rows / 2 - 0.15, (share - 2) / 4)
    middle = (rows - 1) / 2
    deviation = float(np.sqrt(shots.var(axis=0).mean()))
    ring = 3 * max(deviation, BORDER * spread, 1e-12)
    turn = np.linspace(0, 2 * math.pi, 400)
    for place in range(4):
        centre = place * share + (share - 1) / 2
        for part in (1.0, 0.5):
            canvas.points(
                centre + 2 * radius * part * np.cos(turn), middle + radius * part * np.sin(turn), window,
                style=theme["axis"], sign=_RING if theme.ascii_only else None,
            )  # fmt: skip
        at = shots / ring if place == own else _made_up(place)
        away = np.maximum(np.hypot(*at.T), 1e-12)
        at = at * np.minimum(1.0, 1 / away)[:, None]  # what is farther stands on the ring
        role: Role = "bold" if place == own else "dim"
        sign = shot_sign(theme)
        canvas.points(centre + 2 * radius * at[:, 0], middle + radius * at[:, 1], window, style=theme[role], sign=sign)
        canvas.points(np.array([centre]), np.array([middle]), window, style=theme["good"], sign="+")
    names = []
    for place, name in enumerate(target_names() if share > 21 else target_names(short=True)):
        chosen = place == own
        text = cut((theme.signs.cursor if chosen else "") + theme.plain(name), share - 1, theme=theme)
        left = (share - cell_len(text)) // 2
        names.append((" " * left + text + " " * (share - cell_len(text) - left), theme["accent" if chosen else "dim"]))
    return [*(Strip(row, width) for row in canvas.segments()), line(width, names)]


def _made_up(place: int) -> Floats:
    """Shots as the name of a target says, in shares of the ring: (16, 2)."""
    drawn = np.random.default_rng(3).standard_normal((16, 2))
    off = np.array([0.45, -0.3]) if place < 2 else np.zeros(2)
    found: Floats = off + drawn * (0.09 if place % 2 else 0.3)
    return found


def draw_band(width: int, height: int, x: Floats, truth: Floats, shots: Floats, at: Sequence[int], *, is_noisy: bool,
              theme: Theme) -> list[Strip]:  # fmt: skip
    """Draw the truth, the mean prediction and one deviation to each side along the one input."""
    mean, deviation = shots.mean(axis=0), shots.std(axis=0)
    everything = np.concatenate([truth, mean - deviation, mean + deviation])
    across = linear_axis(float(x.min()), float(x.max()), max(2, width // 16))
    up = linear_axis(float(everything.min()), float(everything.max()), max(2, height // 4))
    curves = [Curve(x, edge, "dim", (1, 2), ".", is_faint=True) for edge in (mean - deviation, mean + deviation)]
    if not is_noisy:
        curves.append(Curve(x, truth, "good", None, "+"))
    curves.append(Curve(x, mean, "validation", (3, 2), "o"))
    marks = [Mark(float(x[k]), float(truth[k]), "+", "good") for k in (range(len(x)) if is_noisy else at)]
    marks += [Mark(float(x[k]), float(mean[k]), "•" if not theme.ascii_only else "o", "bold") for k in at]
    return draw_plot(width - 1, height, across, up, curves, marks, label="x", theme=theme)


def stacked(parts: Sequence[float], largest: float, width: int, *, theme: Theme) -> list[tuple[str, Style]]:
    """Return a bar of parts, one after another, as long as their sum against `largest` in `width` cells."""
    if not all(map(math.isfinite, parts)) or largest <= 0 or width < 1:
        return []
    signs = "#%." if theme.ascii_only else "█▒░"
    signs, roles = (signs, STACK) if len(parts) == 3 else (signs[:2], STACK[:2])
    ends = [round(sum(parts[: count + 1]) / largest * width) for count in range(len(parts))]
    starts = [0, *ends[:-1]]
    return [
        (sign * (end - start), theme[role]) for sign, role, start, end in zip(signs, roles, starts, ends, strict=True)
    ]


def draw_trend(width: int, height: int, labels: Sequence[str], parts: Floats, *, theme: Theme) -> list[Strip]:
    """Draw bias² (solid) and variance (dashed), `parts` (T, 2), over what the table's lines differ in."""
    known = np.flatnonzero(np.isfinite(parts).all(axis=1))
    if len(known) < 2 or height < 5:
        return [line(width, [])] * height
    places = np.arange(len(labels), dtype=float)
    x = Axis(0.0, len(labels) - 1.0, tuple(zip(places.tolist(), labels, strict=True)))
    y = linear_axis(0.0, float(parts[known].max()), max(2, height // 4))
    curves = [
        Curve(places[known], parts[known, 1], "train", (2, 2), "%"),
        Curve(places[known], parts[known, 0], "bad", None, "#"),
    ]
    return draw_plot(width - 1, height, x, y, curves, theme=theme)
