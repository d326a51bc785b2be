"""The ladder of a what-if answer: a strip for each value, its loss at the end, and what it gains."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rich.cells import cell_len
from textual.strip import Strip

from tuitrain.numbers import significant
from tuitrain.options.hyperparameters import FIELDS
from tuitrain.session.asked.what_if import WhatIfAnswer
from tuitrain.translation import gettext as _
from tuitrain.ui.inspect.experiment import EQUAL, change_text, loss_text
from tuitrain.ui.plots.figures import decimal, right
from tuitrain.ui.plots.lines import Part, cut, line
from tuitrain.ui.plots.raster import Canvas, Window
from tuitrain.ui.theme import Role, Theme

MOST_ROWS = 5  # of a strip
HIGHEST = 1.25  # times the highest loss of the copy as run, above which strips are cut off
ROOMY = 70  # cells of a ladder from which heads and ends have room to spare


@dataclass(frozen=True)
class Ladder:
    """An answer as it is drawn; `chosen` is the number of the value that is selected, None for the best.

    `along` (M, E + 1) is what stands on the x axis of the M strips: epochs (`axis` 0), steps (1) or seconds (2).
    """

    answer: WhatIfAnswer
    look: Theme
    chosen: int | None
    along: NDArray[np.float64]
    axis: int
    is_log: bool

    @property
    def ends(self) -> list[float]:
        """The loss of each copy at the last epoch that all have done."""
        ends: list[float] = self.answer.losses[:, -1].tolist()
        return ends

    @property
    def best(self) -> int:
        """The number of the value with the lowest loss."""
        ends, now = self.ends, self.answer.now
        known = [place for place, loss in enumerate(ends) if math.isfinite(loss)]
        return min(known, key=lambda place: (ends[place], place != now)) if known else now

    @property
    def place(self) -> int:
        """The number of the value that is selected."""
        return self.best if self.chosen is None else min(self.chosen, len(self.answer.values) - 1)

    def draw(self, width: int, height: int) -> list[Strip]:
        """Draw all values in `height` lines of `width` cells."""
        answer, theme = self.answer, self.look
        window = self._window()
        rows = max(1, min(MOST_ROWS, (height - 2) // len(answer.values)))
        is_roomy = width >= ROOMY
        left, end = (24, 27) if is_roomy else (23, 19)
        columns = max(width - left - end, 8)
        what = _("validation loss") if answer.part == "validation" else _("training loss")
        extent = self._extent(window.x_high)
        short = f"{answer.start}–{answer.start + answer.total}" if self.axis == 0 else extent
        forms = (f"{what}, {extent}", f"{what}, {short}", extent) if is_roomy else (extent,)
        over = next((form for form in forms if cell_len(form) <= columns + is_roomy), forms[-1])
        lines = [line(width, [
            (f"    {right(self._cut(_('value'), 9), 9)}  {right(self._cut(_('× now'), 7), 7)}"[:left], theme["dim"]),
            (" " * (left - 22), theme["dim"]),
            (f"{self._cut(over, columns + is_roomy):<{columns + is_roomy}}", theme["dim"]),
            (right(_("at {epoch}").format(epoch=answer.start + answer.done), 9), theme["dim"]),
            (f"   {_('gain')}", theme["dim"]),
        ])]  # fmt: skip
        for place in range(len(answer.values)):
            lines += self._rung(place, window, rows, (left, columns, width))
        low, high = (significant(10**end if self.is_log else end) for end in (window.y_low, window.y_high))
        told = _("each strip: {low} to {high}, cut off above").format(low=low, high=high)
        return [*lines, line(width, [(f"  {cut(theme.formula(told), width - 3, theme=theme)}", theme["dim"])])]

    def value_text(self, place: int) -> str:
        """A value as its field writes it."""
        return FIELDS[self.answer.name].format(self.answer.values[place])

    def verdict(self, place: int) -> tuple[str, Role]:
        """Whether a value did better than the present one, as a sign with its colour."""
        theme = self.look
        own, loss = self.ends[self.answer.now], self.ends[place]
        if not (math.isfinite(own) and math.isfinite(loss)):
            return " ", "dim"
        if abs(loss - own) < EQUAL * abs(own):
            return theme.plain("≈") if not theme.ascii_only else "=", "dim"
        return (theme.signs.done, "good") if loss < own else (theme.signs.diverged, "bad")

    def _cut(self, text: str, width: int) -> str:
        return cut(self.look.plain(text), width, theme=self.look)

    def _window(self) -> Window:
        """What all strips show: from the lowest loss to the highest, or to a multiple of those of the copy as run."""
        answer = self.answer
        least = 0.0 if self.is_log else -np.inf  # no logarithm is drawn of a loss of 0
        known, own = (each[np.isfinite(each) & (each > least)] for each in (answer.losses, answer.losses[answer.now]))
        low, high = (float(known.min()), float(known.max())) if known.size else (0.0, 1.0)
        if own.size:
            high = min(high, HIGHEST * float(own.max()))
        end = float(self.along.max()) if self.axis else float(answer.total)
        high = max(high, low * (1 + 1e-6) if self.is_log else low + 1e-9)
        if self.is_log:
            low, high = math.log10(low or high / 10), math.log10(high)
        return Window(0.0, end or 1.0, low, high, self.is_log)

    def _extent(self, end: float) -> str:
        """From where to where the strips go."""
        if self.axis == 0:
            first = self.answer.start
            return _("epochs {first}–{last}").format(first=first, last=first + self.answer.total)
        if self.axis == 1:
            return _("{count} steps").format(count=f"{end:,.0f}")
        return _("{seconds} s").format(seconds=decimal(end, 2))

    def _rung(self, place: int, window: Window, rows: int, room: tuple[int, int, int]) -> list[Strip]:
        """The lines of a value: its number, the value, the strip, and the loss at the end with what it gains."""
        answer, theme, (left, columns, width) = self.answer, self.look, room
        canvas = Canvas(rows, columns, theme=theme)
        role: Role = "bold" if place == self.place else "plain"
        losses = np.minimum(answer.losses[place], 10**window.y_high if self.is_log else window.y_high)
        canvas.curve(self.along[place], losses, window, style=theme["validation"])
        sign = theme.signs.cursor if place == self.place else " "
        head = f"{sign}{place + 1}  {right(self.value_text(place), 9)}  {right(self._factor(place), 7)}"
        heads: list[list[Part]] = [[(f"{head:<{left}}", theme[role])]]
        ends = self._end_of(place, is_roomy=width >= ROOMY)
        lines = []
        for row, segments in enumerate(canvas.segments()):
            strip: list[Part] = [(segment.text, segment.style or theme["plain"]) for segment in segments]
            first = heads[row] if row < len(heads) else [(" " * left, theme["plain"])]
            lines.append(line(width, [*first, *strip, *(ends[row] if row < len(ends) else [])]))
        return lines

    def _factor(self, place: int) -> str:
        """What the value is of the present one, or that it is that."""
        answer, times = self.answer, self.look.signs.times
        now, value = answer.values[answer.now], answer.values[place]
        if answer.name == "learning_rate":
            return f"{times} {round(float(value) / float(now), 2):g}"
        return _("now") if place == answer.now else ""

    def _end_of(self, place: int, *, is_roomy: bool) -> list[list[Part]]:
        """The loss at the end, and the difference to the copy as run, by row."""
        answer, theme, ends = self.answer, self.look, self.ends
        if answer.diverged[place] and not math.isfinite(ends[place]):
            told = _("diverged at epoch {epoch}").format(epoch=answer.diverged[place])
            if is_roomy:
                return [[(f"  {theme.signs.diverged} {told}", theme["bad"])]]
            at = _("at epoch {epoch}").format(epoch=answer.diverged[place])
            return [[(f" {theme.signs.diverged} {_('diverged')}", theme["bad"])], [(f"   {at}", theme["bad"])]]
        gap, wide = ("   ", 10) if is_roomy else (" ", 9)
        loss: Part = (right(loss_text(ends[place]), wide), theme["plain"])
        if place == answer.now:
            return [[loss, (f"{gap}  {_('now')}", theme["dim"])]]
        sign, role = self.verdict(place)
        return [[loss, (f"{gap}{sign} {theme.plain(change_text(ends[place], ends[answer.now]))}", theme[role])]]
