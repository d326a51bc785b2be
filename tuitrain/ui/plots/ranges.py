"""Ranges and ticks in round numbers, chosen so that they stay the same while the data grow a little."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from tuitrain.numbers import signed

_LARGEST, _SMALLEST = 1e300, 1e-290
LITTLE = 0.2  # of its range that an axis may be stretched by, rather than have fewer ticks


@dataclass(frozen=True)
class Axis:
    """A range and its ticks (position, label); on a log axis positions are powers of ten (log10)."""

    low: float
    high: float
    ticks: tuple[tuple[float, str], ...]


def round_step(span: float, most: int, *, whole: bool = False) -> float:
    """Return the least of 1, 2, 2.5, 5 ×10ᵏ that fits at most `most` times into `span` (> 0); `whole`: 1, 2, 5 ×10ᵏ."""
    power = 10.0 ** math.floor(math.log10(span / max(most, 1)))
    steps = (1, 2, 5, 10) if whole else (1, 2, 2.5, 5, 10)
    fitting = [step * power for step in steps if span / (step * power) <= most * (1 + 1e-9)]
    return max(1.0, round(fitting[0])) if whole else fitting[0]


def linear_axis(low: float, high: float, most: int) -> Axis:
    """Make an axis around `low`..`high` with at most `most` (≥ 1) steps between ticks; from 0 if that costs little."""
    low, high = (max(-_LARGEST, min(_LARGEST, end)) for end in (low, high))
    largest = max(abs(low), abs(high))
    if high - low <= max(1e-9 * largest, _SMALLEST):
        low, high = (low - largest / 2, high + largest / 2) if largest > _SMALLEST else (0.0, 1.0)
    if 0 < low <= high / 2:
        low = 0.0
    fine = round_step(high - low, 10)
    low, high = math.floor(low / fine + 1e-9) * fine, math.ceil(high / fine - 1e-9) * fine
    step = round_step(high - low, max(most, 1))
    places = [index * step for index in range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)]
    places = places if len(places) > 1 else [low, high]
    return Axis(low, high, tuple(zip(places, labels(places), strict=True)))


def exact_axis(low: float, high: float, most: int) -> Axis:
    """Make an axis with exactly these ends, and at least two round ticks between them: one alone shows no scale."""
    if not high > low:
        low, high = low - 0.5, low + 0.5
    for steps in (most, 2 * most, 4 * most):
        inside = tuple(tick for tick in linear_axis(low, high, steps).ticks if low <= tick[0] <= high)
        if len(inside) > 1:
            return Axis(low, high, inside)
    return Axis(low, high, tuple(zip((low, high), labels([low, high]), strict=True)))


def log_axis(low: float, high: float, most: int) -> Axis:
    """Make a log axis around the positive values `low`..`high`, between powers of ten or 2 or 5 times these."""
    low = min(max(low, 1e-290), 1e290)
    high = min(max(high, low), 1e290)
    if high / low < 1 + 1e-6:
        low, high = low / 1.5, high * 1.5
    if high / low < 2:
        narrow = linear_axis(low, high, most)
        if narrow.low > 0:
            ticks = tuple((math.log10(value), label) for value, label in narrow.ticks)
            return Axis(math.log10(narrow.low), math.log10(narrow.high), ticks)
    near, far = math.floor(math.log10(low) + 1e-9), math.ceil(math.log10(high) - 1e-9)
    marks = [math.log10(unit) + power for power in range(near - 1, far + 1) for unit in (1, 2, 5)]
    bottom = max(mark for mark in marks if mark <= math.log10(low) + 1e-9)
    top = min(mark for mark in marks if mark >= math.log10(high) - 1e-9)
    within = [mark for mark in marks if bottom <= mark <= top]
    if len(within) > most + 1:
        every = round(round_step(max(top - bottom, 1.0), max(most, 1), whole=True))
        within = [
            float(mark) for mark in range(math.ceil(bottom - 1e-9), math.floor(top + 1e-9) + 1) if not mark % every
        ]
    within = within if len(within) > 1 else [bottom, top]
    return Axis(bottom, top, tuple((mark, power_label(mark)) for mark in within))


def epoch_axis(first: float, last: float, most: int) -> Axis:
    """Make an axis of epochs from `first` (0: the start) to beyond `last`; it grows by about a third at a time."""
    span = max(last - first, 1.0)
    power = 10.0 ** math.floor(math.log10(span))
    high = next(size * power for size in (1, 1.5, 2, 3, 4, 5, 6, 8, 10) if size * power >= span)
    high = first + max(high, 10.0)
    step = round_step(high - first, most, whole=True)
    places = [index * step for index in range(math.ceil(first / step), math.floor(high / step) + 1)]
    places = places if len(places) > 1 else [first, high]
    return Axis(first, high, tuple((place, epoch_label(place)) for place in places))


def on_cells(axis: Axis, cells: int) -> Axis:
    """Stretch an axis at its high end so that its ticks, if equally spaced, are a whole number of `cells` apart.

    Otherwise rounding to cells would set some of them closer together than others.
    """
    places = [place for place, _ in axis.ticks]
    steps = [after - before for before, after in pairwise(places)]
    if len(steps) < 2 or max(steps) - min(steps) > 1e-6 * max(steps):
        return axis
    apart = math.floor((cells - 1) * steps[0] / (axis.high - axis.low) + 1e-9)
    return replace(axis, high=axis.low + (cells - 1) * steps[0] / apart) if apart else axis


def best_on_cells(axes: Sequence[Axis], cells: int) -> Axis:
    """Return the first of `axes` (of one range) that `on_cells` stretches little, else the one it stretches least."""
    fitted = [on_cells(axis, cells) for axis in axes]
    stretched = [after.high - before.high for before, after in zip(axes, fitted, strict=True)]
    most = LITTLE * (axes[0].high - axes[0].low)
    little = [axis for axis, by in zip(fitted, stretched, strict=True) if by <= most]
    return little[0] if little else fitted[stretched.index(min(stretched))]


def labels(values: Sequence[float]) -> list[str]:
    """Format the values alike, with only the digits that distinguish neighbours."""
    largest = max((abs(value) for value in values), default=0.0)
    step = min((abs(b - a) for a, b in pairwise(values) if b != a), default=largest) or 1.0
    write = exponential if largest >= 1e5 or step < 1e-4 else _decimal
    digits = next((n for n in range(6) if all(abs(float(write(v, n)) - v) <= step * 1e-3 for v in values)), 6)
    return [signed(write(value, digits)) for value in values]


def power_label(power: float) -> str:
    """Format ten to `power`, a round number: ``0.05``, ``1``, ``2e-6``."""
    if not -3 - 1e-9 <= power < 5:
        return exponential(10.0 ** (power + 1e-12), 0)
    return f"{float(f'{10.0**power:.3g}'):g}"


def epoch_label(epoch: float) -> str:
    """Format an epoch: ``150``, ``12k``."""
    return f"{epoch / 1000:g}k" if epoch >= 10_000 and epoch % 100 == 0 else f"{epoch:.0f}"


def exponential(value: float, digits: int) -> str:
    """Format in exponential form: ``1.5e30``, ``2e-6``; ``0``."""
    if value == 0:
        return "0"
    mantissa, _, power = f"{value:.{digits}e}".partition("e")
    return f"{mantissa}e{int(power)}"


def _decimal(value: float, digits: int) -> str:
    return f"{value + 0.0:.{digits}f}"
