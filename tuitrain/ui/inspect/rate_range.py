"""The learning-rate range test: the loss while the rate rises from step to step."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import ClassVar

import numpy as np
from textual.binding import BindingType
from textual.geometry import Region
from textual.strip import Strip

from tuitrain.options.hyperparameters import FIELDS
from tuitrain.session.asked.rate_range import RangeAnswer, RangeTest
from tuitrain.session.questions import Question
from tuitrain.translation import N_
from tuitrain.translation import gettext as _
from tuitrain.ui.inspect.adopting import adopting
from tuitrain.ui.inspect.experiment import ExperimentPage, loss_text
from tuitrain.ui.inspect.page import everywhere_on_pages, page_bindings
from tuitrain.ui.inspect.plot import Curve, Mark, draw_plot
from tuitrain.ui.keys import Action
from tuitrain.ui.plots.axes import most_ticks
from tuitrain.ui.plots.figures import compact
from tuitrain.ui.plots.lines import Part, cut, fitting, line
from tuitrain.ui.plots.ranges import Axis, exact_axis, log_axis, power_label
from tuitrain.ui.theme import Role, Theme

LOWEST, HIGHEST = 1e-9, 1e3  # rates that the range can reach
READING_ROWS = 7  # of the pane below, with its frame
ABOVE = 0.6  # of the fall of the loss, shown above the loss at the start
_STEPS = ("+ -", "more steps, fewer")
_RANGE = ("[ ]", "lower rates, higher")

RATE_RANGE_ACTIONS = (
    *adopting(most=1, meaning=N_("adopt the suggested rate")),
    Action("other", ("o",), "o", "from here", "from here, from the start", "page", 97),
    Action("before", ("left_square_bracket",), "[", "range", "lower rates", "page", 85, pair=_RANGE),
    Action("after", ("right_square_bracket",), "]", "", "higher rates", "page", pair=_RANGE),
    Action("toggle_log", ("l",), "l", "log", "logarithmic axis of the loss", "page", 80),
    Action("nudge_up", ("plus", "equals_sign"), "+ =", "steps", "more steps", "page", 88, pair=_STEPS),
    Action("nudge_down", ("minus", "underscore"), "- _", "", "fewer steps", "page", pair=_STEPS),
    Action("start_pause", ("space",), "space", "redo", "again, on the run as it is", "page", 90),
    *everywhere_on_pages(),
)


class RateRangePage(ExperimentPage, inherit_bindings=False):
    """The loss of each batch over the rate of its step, on a logarithmic axis."""

    NAME = "rate_range"
    TITLE_TEXT = N_("Rate range")
    ACTIONS = RATE_RANGE_ACTIONS
    BINDINGS: ClassVar[list[BindingType]] = page_bindings(RATE_RANGE_ACTIONS)
    PARTS = ("curve", "reading")
    AMOUNTS, FIRST_AMOUNT, AMOUNTS_TEXT = (120, 240, 480, 960), 240, N_("{least} to {most} steps at least")
    answer: RangeAnswer | None

    def __init__(self, look: Theme) -> None:
        super().__init__(look)
        self.low, self.high, self.from_here = 1e-5, 10.0, False

    def question(self) -> Question:
        return RangeTest(self.low, self.high, self.amount, self.from_here, copy=self.copy)

    # Drawing

    def boxes(self, area: Region) -> dict[str, Region]:
        curve = Region(area.x, area.y, area.width, area.height - READING_ROWS + 1)
        return {"curve": curve, "reading": Region(area.x, curve.bottom - 1, area.width, READING_ROWS)}

    def draw_part(self, name: str, width: int, height: int) -> Sequence[Strip]:
        return self._draw_curve(width, height) if name == "curve" else self._read(width)

    def _draw_curve(self, width: int, height: int) -> list[Strip]:
        answer, theme = self.answer, self.look
        assert answer is not None and isinstance(answer.question, RangeTest)
        x = _rate_axis(answer.question.low, answer.question.high)
        y = self._loss_axis(most_ticks(width, height - 1)[1])
        powers, top = np.log10(answer.rates), 10**y.high if self.is_log else y.high
        shown = Curve(powers, np.minimum(answer.losses, top), "dim", (1, 1), ".", is_faint=True)
        smooth = Curve(powers, np.minimum(answer.smoothed, top), "train")
        level = Curve(np.array([x.low, x.high]), np.full(2, answer.start), "dim", (1, 3), "-")
        curves = [level, shown, smooth] if math.isfinite(answer.start) else [shown, smooth]
        placed: list[tuple[float, str, Role]] = [
            (answer.steepest, self._signs[0], "accent"), (answer.lowest, self._signs[1], "good"),
        ]  # fmt: skip
        marks = [
            Mark(math.log10(rate), min(self._loss_at(rate), top), sign, role)
            for rate, sign, role in placed if math.isfinite(rate)
        ]  # fmt: skip
        verticals = (
            [(math.log10(answer.rate), theme.signs.mark_edit)] if x.low <= math.log10(answer.rate) <= x.high else []
        )
        if math.isfinite(answer.suggestion):
            verticals.append((math.log10(answer.suggestion), theme.signs.bar))
        plot = draw_plot(
            width - 1, height - 1, x, y, curves, marks, label="η", theme=theme, verticals=verticals, log=self.is_log
        )
        return [self._legend(width), *plot]

    @property
    def _signs(self) -> tuple[str, str]:
        """Of the steepest fall and of the lowest loss."""
        return ("v", "@") if self.look.ascii_only else ("▼", "★")

    def _legend(self, width: int) -> Strip:
        answer, theme = self.answer, self.look
        assert answer is not None
        dots, solid = ("..", "**") if theme.ascii_only else ("⠂⠂", "⠒⠒")
        parts: list[Part] = [
            (f" {dots} {_('each batch')}  ", theme["dim"]),
            (f"{solid} {_('mean within 1/8 decade')}  ", theme["train"]),
            (f"{theme.signs.bar} {_('suggested')}  ", theme["axis"]),
            (f"{theme.signs.mark_edit} {_('yours')}  ", theme["axis"]),
            (_("dotted level: at the start"), theme["dim"]),
        ]
        return fitting(width, parts)

    def _loss_axis(self, most: int) -> Axis:
        """From the lowest loss to somewhat above that at the start."""
        answer = self.answer
        assert answer is not None
        known = answer.smoothed[np.isfinite(answer.smoothed)]
        if not known.size:
            return exact_axis(0.0, 1.0, most)
        shown = answer.losses[answer.losses > 0] if self.is_log else answer.losses
        low = float(min(known.min(), shown.min())) if len(shown) else 1.0
        start = answer.start if math.isfinite(answer.start) else float(known.max())
        high = start + max(ABOVE * (start - low), 1e-9)
        return log_axis(low, high, most) if self.is_log else exact_axis(low, high, most)

    def _loss_at(self, rate: float) -> float:
        assert self.answer is not None
        return float(np.interp(math.log(rate), np.log(self.answer.rates), self.answer.smoothed))

    def _read(self, width: int) -> list[Strip]:
        """The marked rates in numbers, and what they mean."""
        answer, theme = self.answer, self.look
        assert answer is not None
        if not math.isfinite(answer.lowest):
            told = _("the loss falls no more than batches differ by luck: there is nothing to suggest")
            return [self.told(width, told, "warning"), self._rise(width)]
        steep, star = self._signs
        rows: list[tuple[str, str, float, str, Role]] = [
            (steep, _("steepest"), answer.steepest, _("where the mean falls fastest"), "plain"),
            (star, _("lowest"), answer.lowest, _("beyond, the steps overshoot"), "plain"),
            (
                "1",
                _("suggested"),
                answer.suggestion,
                _("a tenth of the lowest (fastai's rule)"),
                "bold",
            ),
            (theme.signs.mark_edit, _("yours"), answer.rate, self._own(), "plain"),
        ]
        lines = []
        for sign, name, rate, told, role in rows:
            if not math.isfinite(rate):
                continue
            is_inside = answer.rates[0] <= rate <= answer.rates[-1]
            loss = loss_text(self._loss_at(rate)) if is_inside else "·"
            lines.append(line(width, [
                (f" {sign} {name:<10}", theme[role]),
                (theme.formula(f"η {compact(rate):<9} J {loss:<9}"), theme[role]),
                (f" {cut(theme.plain(told), width - 36, theme=theme)}", theme["dim"]),
            ]))  # fmt: skip
        return [*lines, self._rise(width)]

    def _own(self) -> str:
        """How the rate in use compares with what was found."""
        assert self.answer is not None
        answer = self.answer
        if answer.rate > min(answer.rises, answer.stopped or math.inf):
            return _("too large: here the loss is above that at the start")
        if answer.rate > answer.lowest:
            return _("above the lowest point: likely too large")
        if answer.rate < answer.suggestion / 10:
            return _("small: more than ten times below the suggestion")
        return _("near the suggestion, below the lowest")

    def _rise(self, width: int) -> Strip:
        """Where the loss is above that at the start, and whether the test went to the end."""
        answer = self.answer
        assert answer is not None
        if math.isfinite(answer.rises):
            told = _("from η {rate} clearly above the first mean, {loss}").format(
                rate=compact(answer.rises), loss=loss_text(answer.start)
            )
        elif answer.is_whole and not answer.stopped:
            told = _("never clearly above the first mean, {loss}: ] shows higher rates").format(
                loss=loss_text(answer.start)
            )
        else:
            told = ""
        if answer.stopped:
            told += ("; " if told else "") + _("ended at η {rate}").format(rate=compact(answer.stopped))
        return self.told(width, told, "plain")

    # What is said

    def describe(self) -> tuple[str, str]:
        answer = self.answer
        assert answer is not None and isinstance(answer.question, RangeTest)
        where = _("from epoch {epoch}").format(epoch=answer.epoch) if answer.question.from_here else _("from the start")
        what = _("{data} · {optimizer} · {where} · {steps} steps").format(
            data=self.session.snapshot.dataset.name, optimizer=answer.optimizer, where=where, steps=answer.total
        )
        return what, self.progress()

    def titles(self) -> dict[str, tuple[str, str]]:
        return {
            "curve": (
                _("Loss of each batch, while the learning rate rises step by step"),
                _("log") if self.is_log else "",
            ),
            "reading": (_("Reading"), ""),
        }

    def explain(self) -> tuple[str, str, tuple[str, ...]]:
        answer = self.answer
        assert answer is not None
        return f"{_(FIELDS['learning_rate'].label)} {compact(answer.rate)}", _(FIELDS["learning_rate"].meaning), ()

    def tell(self) -> str:
        answer = self.answer
        assert answer is not None
        other = _("from the start") if self.from_here else _("from here")
        return _("your run is untouched · 1 adopts the suggestion, o tests {other}").format(other=other)

    def words_now(self) -> Mapping[str, str]:
        has_suggestion = self.answer is not None and math.isfinite(self.answer.suggestion)
        other = N_("from start") if self.from_here else N_("from here")
        return {"other": other, **({} if has_suggestion else {"adopt(1)": ""})}

    # What the keys do

    def action_other(self) -> None:
        """From the run's weights, or from the first ones."""
        self.from_here = not self.from_here
        self.copy_anew()

    def action_before(self) -> None:
        self._move(0.1)

    def action_after(self) -> None:
        self._move(10.0)

    def _move(self, by: float) -> None:
        low, high = (float(f"{end * by:.0e}") for end in (self.low, self.high))
        if low < LOWEST or high > HIGHEST:
            self.say(_("rates from {low} to {high}").format(low=compact(LOWEST), high=compact(HIGHEST)))
            return
        self.low, self.high = low, high
        self.ask_anew()

    def action_adopt(self, digit: int) -> None:
        """Set the suggested learning rate of the run."""
        if not self.is_known or self.answer is None or not math.isfinite(self.answer.suggestion):
            self.say(_("there is no suggestion"))
            return
        value = float(f"{self.answer.suggestion:.2g}")
        when = self.set_field("learning_rate", value)
        self.say(_("learning rate {rate} {when}; u on the Train screen takes it back").format(rate=value, when=when))


def _rate_axis(low: float, high: float) -> Axis:
    """A logarithmic axis with ticks at the powers of ten."""
    first, last = math.log10(low), math.log10(high)
    powers = range(math.ceil(first - 1e-9), math.floor(last + 1e-9) + 1)
    return Axis(first, last, tuple((float(power), power_label(power)) for power in powers))
