"""The curves of several trials in one plot, each told from the others by dash, letter and colour.

`e` epochs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from string import ascii_lowercase

import numpy as np
from rich.cells import cell_len
from textual.strip import Strip

from tuitrain.translation import gettext as _
from tuitrain.ui.plots.axes import frame_of, most_ticks, window_of
from tuitrain.ui.plots.lines import Part, cut_words, line, notice
from tuitrain.ui.plots.race_plot import DASHES, PATTERNS, take_turns
from tuitrain.ui.plots.ranges import epoch_axis
from tuitrain.ui.plots.raster import Canvas, Floats
from tuitrain.ui.plots.search_plots import robust_range, score_axis
from tuitrain.ui.theme import Theme

MOST_CURVES = 8  # in one plot: as many as there are colours


@dataclass(frozen=True)
class TrialCurve:
    """A trial's metric by epoch (e,), empty where it has none yet; its score, and in what it differs, as texts."""

    number: int
    values: Floats
    score: str
    differs: str


def draw_trial_curves(
    width: int, height: int, curves: Sequence[TrialCurve], metric: str, sign: float, *, theme: Theme
) -> list[Strip]:
    """Draw the first `MOST_CURVES` curves in `height` lines, and below them a line for each, by its letter.

    `sign` is -1 where higher is better. The plot shows from the best value to the median and as far again, and each
    curve's best.
    """
    shown = curves[:MOST_CURVES]
    strips = _plot(width, height, shown, metric, sign, theme)
    strips += [_legend(width, place, curve, theme) for place, curve in enumerate(shown)]
    if len(curves) > len(shown):
        more = _(" {number} more have no curve here; their values are below").format(number=len(curves) - len(shown))
        strips.append(line(width, [(cut_words(more, width, theme=theme), theme["dim"])]))
    return strips


def _plot(
    width: int, height: int, curves: Sequence[TrialCurve], metric: str, sign: float, theme: Theme
) -> list[Strip]:  # fmt: skip
    known = {place: curve.values for place, curve in enumerate(curves) if np.isfinite(curve.values).any()}
    if not known:
        return notice(width, height, (_("none of these trials has a curve yet"), _("no curve yet")), theme["dim"])
    reached = [sign * float(np.nanmin(sign * _finite(values))) for values in known.values()]
    low, high = robust_range(np.concatenate(list(known.values())), sign)
    across, up = most_ticks(width, height, label=4)
    x_axis = epoch_axis(0, max(map(len, known.values())), across)
    y_axis = score_axis(min(low, *reached), max(high, *reached), up, metric)
    frame = frame_of(width, height, x_axis, y_axis, _("epoch"), ascii_only=theme.ascii_only)
    canvas, window = Canvas(frame.rows, frame.columns, theme=theme), window_of(x_axis, y_axis)
    lines = {place: (np.arange(1.0, len(values) + 1), values) for place, values in known.items()}
    for place, (epochs, values) in lines.items():
        canvas.curve(epochs, values, window, style=theme.of_class(place), dash=DASHES[place % len(DASHES)],
                     sign=ascii_lowercase[place])  # fmt: skip
    letters, styles = [ascii_lowercase[place] for place in lines], [theme.of_class(place) for place in lines]
    take_turns(canvas, list(lines.values()), letters, styles, window)
    for order, (place, (epochs, values)) in enumerate(lines.items()):
        for at in (round((order + 0.5) / len(lines) * (len(values) - 1)), len(values) - 1):
            canvas.points(epochs[at : at + 1], values[at : at + 1], window, style=theme.of_class(place),
                          sign=ascii_lowercase[place])  # fmt: skip
    return frame.strips(canvas.segments(), theme["axis"])


def _finite(values: Floats) -> Floats:
    return np.where(np.isfinite(values), values, np.nan)


def _legend(width: int, place: int, curve: TrialCurve, theme: Theme) -> Strip:
    """``a ━━━ trial 3  0.9854±0.0174  rate 0.01, L2 0.0001``: what differs is cut between words."""
    letter = ascii_lowercase[place]
    pattern = letter * 3 if theme.ascii_only else PATTERNS[place % len(PATTERNS)]
    score = curve.score if curve.values.size else _("{score}, no curve").format(score=curve.score)
    head = theme.plain(f" {letter} {pattern} " + _("trial {number}").format(number=curve.number) + f"  {score}  ")
    differs = cut_words(theme.plain(curve.differs), max(width - cell_len(head), 1), theme=theme)
    parts: list[Part] = [(head, theme.of_class(place)), (differs, theme["plain"])]
    return line(width, parts)
