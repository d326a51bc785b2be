"""The tables of the mean squared error: what it consists of against rows and capacity, and what they show."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from textual.strip import Strip

from tuitrain.session.asked.mse import MseAnswer
from tuitrain.translation import gettext as _
from tuitrain.ui.inspect.targets import stacked
from tuitrain.ui.plots.figures import decimal
from tuitrain.ui.plots.lines import line
from tuitrain.ui.theme import Theme

CLEARLY = 0.85  # times as much or less counts as a fall: 32 networks tell no smaller ones from chance


def _noise(answer: MseAnswer) -> float:
    """σ², 0 where it is part of bias²."""
    return 0.0 if math.isnan(answer.noise) else answer.noise**2


def scale_of(answer: MseAnswer) -> tuple[int, int]:
    """Return the power of ten that the tables' numbers are divided by, and their digits after the point."""
    sums = np.concatenate([answer.by_rows, answer.by_units]).sum(axis=1) + _noise(answer)
    known = sums[np.isfinite(sums) & (sums > 0)]
    size = math.floor(math.log10(float(known.max()))) if len(known) else 0
    if not -2 <= size <= 3:
        return size, 3
    return 0, 4 if size == -2 else 3 - max(size, 0)


def printed_parts(parts: Sequence[float], answer: MseAnswer) -> tuple[list[float], int]:
    """Return bias², variance and (where it is known) noise as they are printed, and their digits."""
    power, places = scale_of(answer)
    found = [float(value) / 10**power for value in parts]
    if not answer.part:
        found.append(_noise(answer) / 10**power)
    return [round(value, places) if math.isfinite(value) else math.nan for value in found], places


def draw_table(
    width: int, head: str, labels: Sequence[str], parts: NDArray[np.float64], own: int, answer: MseAnswer, *,
    theme: Theme,
) -> list[Strip]:  # fmt: skip
    """List bias², variance, noise and their sum, with a stacked bar; each line adds up as it is printed."""
    heads = [bias_name(answer), _("var."), *([] if answer.part else [_("noise")]), "MSE"]
    shown, places = [], 0
    for line_parts in parts:
        values, places = printed_parts(line_parts, answer)
        shown.append([*values, sum(values)])
    texts = [[decimal(value, places) if math.isfinite(value) else "·" for value in values] for values in shown]
    texts = [[_plain_zero(text, places) for text in row] for row in texts]
    widths = [max(len(heads[k]), *(len(row[k]) for row in texts)) for k in range(len(heads))]
    first = max(len(head), *map(len, labels))
    top = " ".join([f"  {head:>{first}}", *(f"{text:>{size}}" for text, size in zip(heads, widths, strict=True))])
    largest = max((values[-1] for values in shown if math.isfinite(values[-1])), default=0.0)
    room = width - len(top) - 3
    lines = [line(width, [(theme.plain(top), theme["dim"])])]
    for place, (values, row) in enumerate(zip(shown, texts, strict=True)):
        chosen = place == own
        text = " ".join(
            [f"{labels[place]:>{first}}", *(f"{one:>{size}}" for one, size in zip(row, widths, strict=True))]
        )
        lines.append(line(width, [
            (f" {theme.signs.cursor if chosen else ' '}", theme["accent"]),
            (theme.plain(text) + "  ", theme["bold" if chosen else "plain"]),
            *stacked(values[:-1], largest, room, theme=theme),
        ]))  # fmt: skip
    return lines


def _plain_zero(text: str, places: int) -> str:
    """Keep small numbers in the digits of their column."""
    return f"{float(text):.{places}f}" if "e" in text else text


def rows_say(answer: MseAnswer) -> list[str]:
    """What the table against the number of rows shows, in two lines."""
    known = answer.by_rows[np.isfinite(answer.by_rows).all(axis=1)]
    if len(known) < len(answer.rows):
        return []
    bias, variance = known[-1] < CLEARLY * known[0]
    if answer.part:
        return [_("variance falls with more rows") if variance else _("variance does not fall with more rows"),
                _("bias² cannot be told from noise here")]  # fmt: skip
    if bias and variance:
        return [_("both shrink with more rows:"), _("consistent; the noise stays")]
    if variance:
        return [_("variance shrinks with more rows,"), _("bias² stays: too few units or steps")]
    return [_("variance does not shrink with more rows"), _("(by chance, or too few steps)")]


def units_say(answer: MseAnswer) -> list[str]:
    """What the table against capacity shows, in two lines."""
    known = answer.by_units
    if not np.isfinite(known).all():
        return []
    best = int(known.sum(axis=1).argmin())
    falls, rises = known[best, 0] < CLEARLY * known[0, 0], known[best, 1] < CLEARLY * known[-1, 1]
    least = _("the sum is least at {units} units").format(units=answer.units[best])
    if best == len(known) - 1:
        return [least, _("more may help further")]
    if falls and rises:
        return [least, _("fewer are biased, more are wide")]
    return [least, _("more units change little")]


def bias_name(answer: MseAnswer) -> str:
    """What the first part of the error is called."""
    return _("bias²+noise") if answer.part else "bias²"
