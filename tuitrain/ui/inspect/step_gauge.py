"""What stands below J along the step: the gauge of the last or next steps, and how far other starts get."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from textual.strip import Strip

from tuitrain.numbers import MINUS
from tuitrain.session.asked.step import StartsAnswer, StepAnswer
from tuitrain.translation import gettext as _
from tuitrain.translation import ngettext
from tuitrain.ui.inspect.plot import Curve, draw_plot
from tuitrain.ui.plots.figures import decimal
from tuitrain.ui.plots.lines import Part, cut, line
from tuitrain.ui.plots.ranges import Axis
from tuitrain.ui.theme import Role, Theme

Floats = NDArray[np.float64]
GAUGE_LOW, GAUGE_HIGH = 1 / 8, 4.0


def gauge_title(answer: StepAnswer) -> str:
    """Which steps are measured, and why these."""
    if answer.is_past:
        return _("Gauge · the last {count} steps: η taken / η best, 1 = valley floor").format(count=answer.total)
    if answer.steps_done:
        return _("Gauge · the next 40 steps on the copy, the last are not kept: η / η best")
    return _("Gauge · the next 40 steps on the copy: η taken / η best, 1 = valley floor")


def draw_gauge(width: int, height: int, answer: StepAnswer, *, theme: Theme) -> list[Strip]:
    """Draw η taken / η best of one step after another, in a few lines or as a plot."""
    if height < 5:
        return _gauge_lines(width, height, answer, theme)
    low, high = math.log2(GAUGE_LOW), math.log2(GAUGE_HIGH)
    values = np.log2(np.clip(np.array(answer.gauge or [math.nan]), GAUGE_LOW, GAUGE_HIGH))
    first = 1 - answer.total if answer.is_past else 1
    steps = first + np.arange(len(values), dtype=float)
    last = first - 1 + answer.total
    ends = tuple((float(step), str(step).replace("-", MINUS)) for step in (first, last))
    x = Axis(float(first - 1), float(last), ends)
    y = Axis(low - 0.3, high + 0.3, ((low, "1/8"), (0.0, "1"), (high, "4")))
    floor = Curve(np.array([x.low, x.high]), np.zeros(2), "dim", (1, 2), ".")
    label = _("steps up to here") if answer.is_past else _("steps from here on")
    plot = draw_plot(width - 1, height - 1, x, y, [floor, Curve(steps, values, "train")], label=label, theme=theme)
    return [*plot, _gauge_words(width, answer, theme)]


def _gauge_lines(width: int, height: int, answer: StepAnswer, theme: Theme) -> list[Strip]:
    """A column a step, and what they say."""
    columns = theme.signs.columns[1:]
    most = math.log2(GAUGE_HIGH / GAUGE_LOW)
    levels = np.log2(np.clip(np.array(answer.gauge), GAUGE_LOW, GAUGE_HIGH)) - math.log2(GAUGE_LOW)
    drawn = "".join(columns[min(int(level / most * len(columns)), len(columns) - 1)] for level in levels)
    floor = columns[min(int(-math.log2(GAUGE_LOW) / most * len(columns)), len(columns) - 1)]
    told = _("{floor} is the valley floor").format(floor=floor)
    return [line(width, [(f" {drawn}", theme["train"]), (f"  {told}", theme["dim"])]),
            _gauge_words(width, answer, theme)][:height]  # fmt: skip


def _gauge_words(width: int, answer: StepAnswer, theme: Theme) -> Strip:
    ratios = np.array(answer.gauge)
    if not len(ratios):
        return line(width, [])
    beyond = int((ratios > 1).sum())
    told = _("{beyond} of {steps} went beyond the floor; the middle one took {middle} of the best rate").format(
        beyond=beyond, steps=len(ratios), middle=_ratio_text(float(np.median(ratios)))
    )
    return line(width, [(f" {cut(theme.plain(told), width - 2, theme=theme)}", theme["dim"])])


def _ratio_text(ratio: float) -> str:
    return f"{ratio:.2g}" if ratio < 1 else f"{ratio:.1f}"


def draw_starts(width: int, height: int, answer: StartsAnswer, *, theme: Theme) -> list[Strip]:
    """Draw the losses of other starts as a strip of signs with the run's own, and say what they tell."""
    if not len(answer.losses):
        return _progress(width, answer, theme)[:height]
    known = np.sort(answer.losses[np.isfinite(answer.losses)])
    if not len(known) or not math.isfinite(answer.own):
        return [
            line(width, [(" " + _("all other starts have diverged: the rate is too large for them"), theme["warning"])])
        ]
    texts: list[tuple[str, Role]] = [
        (_numbers(known, answer), "plain"),
        (_verdict(known, answer), "bold"),
        (_caution(answer), "dim"),
    ]
    rows = max(height - len(texts), 1)
    lines = _strip(width, rows, known, answer.own, theme)
    return [*lines, *(told(width, text, role, theme) for text, role in texts)][:height]


def told(width: int, text: str, role: Role, theme: Theme) -> Strip:
    """A line of text, cut to fit."""
    return line(width, [(f" {cut(theme.plain(text), width - 2, theme=theme)}", theme[role])])


def _progress(width: int, answer: StartsAnswer, theme: Theme) -> list[Strip]:
    """How far the other starts have come, and how long it may take."""
    done, total = min(answer.done, answer.epochs), answer.epochs
    room = max(width - 4, 1)
    filled = round(room * done / max(total, 1))
    words = _("{count} other starts: epoch {done} of {total}").format(count=len(answer.seeds), done=done, total=total)
    if done:
        left = answer.seconds / done * (total - done)
        words += " · " + _("about {seconds} s of computing left").format(seconds=f"{left:.0f}" if left >= 1 else "1")
    bar = theme.signs.blocks[-1] * filled + theme.signs.dot * (room - filled)
    meant = _("copies, with your settings as they are now; your run goes its own way")
    return [told(width, words, "plain", theme), line(width, [(f" {bar}", theme["bar"])]),
            told(width, meant, "dim", theme)]  # fmt: skip


def _strip(width: int, rows: int, known: Floats, own: float, theme: Theme) -> list[Strip]:
    """Signs at their losses, stacked in `rows` rows; where more are in one place, a digit counts those not drawn."""
    low, high = min(float(known[0]), own), max(float(known[-1]), own)
    left, right = f" J {decimal(low)} ", f" {decimal(high)}"
    columns = max(width - len(left) - len(right) - 2, 8)
    places = np.rint((known - low) / max(high - low, 1e-300) * (columns - 1)).astype(int)
    here = round((own - low) / max(high - low, 1e-300) * (columns - 1))
    middle = round((float(np.median(known)) - low) / max(high - low, 1e-300) * (columns - 1))
    stacks = [_stack(int((places == column).sum()), column == here, rows, theme) for column in range(columns)]
    rail, lines = "." if theme.ascii_only else "·", []
    for row in reversed(range(rows)):
        parts: list[Part] = [(left if row == 0 else " " * len(left), theme["dim"])]
        for column, stack in enumerate(stacks):
            empty = theme.plain("┊") if column == middle else rail if row == 0 else " "
            sign, role = stack[row] if row < len(stack) else (empty, "dim")
            parts.append((sign, theme[role]))
        lines.append(line(width, [*parts, (right if row == 0 else "", theme["dim"])]))
    return lines


def _stack(others: int, is_own: bool, rows: int, theme: Theme) -> list[tuple[str, Role]]:
    """The signs in one place from below: the run's own, then others."""
    signs: list[tuple[str, Role]] = [(theme.plain("◆"), "accent")] if is_own else []
    for _other in range(others):
        signs.append((theme.signs.ready, "plain"))
    if len(signs) > rows and not (is_own and rows == 1):
        signs[rows - 1 :] = [(str(min(len(signs) - rows + 1, 9)), "bold")]
    return signs[:rows]


def rank_of(known: Floats, own: float) -> int:
    """The run's place among the others, 1 for the lowest."""
    return int((known < own).sum()) + 1


def _numbers(known: Floats, answer: StartsAnswer) -> str:
    diverged = len(answer.losses) - len(known)
    text = _("◆ yours {own}, {rank} of {all} · median {middle} · lowest {low} at seed {seed}").format(
        own=decimal(answer.own), rank=rank_of(known, answer.own), all=len(known) + 1,
        middle=decimal(float(np.median(known))), low=decimal(float(known[0])),
        seed=answer.seeds[int(np.nanargmin(answer.losses))],
    )  # fmt: skip
    if diverged:
        text += " · " + ngettext("{count} diverged", "{count} diverged", diverged).format(count=diverged)
    return text


def _verdict(known: Floats, answer: StartsAnswer) -> str:
    """What the places say of a local minimum, and no more than that."""
    lower = rank_of(known, answer.own) - 1
    if not lower:
        return _("no other start got lower: nothing here speaks for a poor local minimum")
    if lower <= len(known) / 2:
        return ngettext(
            "{count} of {all} got lower: your start is as good as most",
            "{count} of {all} got lower: your start is as good as most",
            lower,
        ).format(count=lower, all=len(known))
    return _("{count} of {all} got lower: yours is a slow start, a plateau or a poor minimum").format(
        count=lower, all=len(known)
    )


def _caution(answer: StartsAnswer) -> str:
    return _("J of {rows} rows, epoch {epoch}; ‖∇J‖ {slope}, in a minimum 0; 2–9: so many starts").format(
        rows=f"{answer.rows:,}", epoch=answer.epochs, slope=decimal(answer.slope, 3)
    )
