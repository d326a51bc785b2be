"""J along the step: is the learning rate too small, decent or too large, here and now."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import ClassVar

import numpy as np
from textual.binding import BindingType
from textual.geometry import Region
from textual.strip import Strip

from tuitrain.options.field import NUDGE
from tuitrain.options.hyperparameters import FIELDS
from tuitrain.session.asked.step import StepAnswer, StepCurve
from tuitrain.session.commands import SetHyperparameter
from tuitrain.session.questions import Question
from tuitrain.text import counted
from tuitrain.translation import N_
from tuitrain.translation import gettext as _
from tuitrain.ui.inspect.page import InsidePage, everywhere_on_pages, page_bindings
from tuitrain.ui.inspect.plot import Curve, Mark, cells_of, draw_plot
from tuitrain.ui.keys import PANE, Action
from tuitrain.ui.plots.figures import compact, decimal, factor
from tuitrain.ui.plots.lines import cut, line
from tuitrain.ui.plots.ranges import Axis, linear_axis, power_label
from tuitrain.ui.theme import Theme

_RATE = ("+ -", "learning rate: higher, lower")
LINES_BELOW = 4  # of the curve: here, taken, best, beyond
CLIP = 2.0  # above the loss here the curve is cut at so many times the largest gain
GAUGE_LOW, GAUGE_HIGH = 1 / 8, 4.0

STEP_ACTIONS = (
    Action("nudge_up", ("plus", "equals_sign"), "+ =", "rate", "learning rate: higher", "page", 99, pair=_RATE),
    Action("nudge_down", ("minus", "underscore"), "- _", "", "learning rate: lower", "page", pair=_RATE),
    Action("keep", ("enter",), "enter", "keep it", "keep this learning rate for the run", "page", 98),
    Action("take_step", ("s",), "s", "take the step", "take the step on the copy", "page", 90),
    Action("undo", ("u",), "u", "undo", "take back the last step", "page", 60),
    Action("show('landscape')", ("J",), "J", "landscape", "landscape of the loss", "page", 70),
    Action("next_pane", ("tab",), "tab", "pane", "next pane", "page", 50, pair=PANE),
    Action("previous_pane", ("shift+tab",), "shift+tab", "", "previous pane", "page", pair=PANE),
    *everywhere_on_pages(),
)


class StepPage(InsidePage, inherit_bindings=False):
    """The loss along the next update, over the learning rate."""

    NAME = "step"
    TITLE_TEXT = N_("Step J")
    ACTIONS = STEP_ACTIONS
    BINDINGS: ClassVar[list[BindingType]] = page_bindings(STEP_ACTIONS)
    PARTS = ("curve", "gauge")
    answer: StepAnswer | None

    def __init__(self, look: Theme) -> None:
        super().__init__(look)
        self.steps = 0
        self.rate = float("nan")  # where the mark is; NaN: the rate in use

    def question(self) -> Question:
        return StepCurve(steps=self.steps, copy=self.copy)

    @property
    def _rate(self) -> float:
        assert self.answer is not None
        return self.answer.rate if math.isnan(self.rate) else self.rate

    @property
    def _taken(self) -> float:
        """J at the mark, between the points of the curve."""
        assert self.answer is not None
        answer = self.answer
        if math.isnan(self.rate) or self.rate == answer.rate:
            return answer.taken
        return float(np.interp(np.log(self.rate), np.log(answer.rates), answer.losses))

    # Drawing

    def boxes(self, area: Region) -> dict[str, Region]:
        gauge = 4 if area.height < 30 else 10
        curve = Region(area.x, area.y, area.width, area.height - gauge + 1)
        return {"curve": curve, "gauge": Region(area.x, curve.bottom - 1, area.width, gauge)}

    def draw_part(self, name: str, width: int, height: int) -> Sequence[Strip]:
        return self._draw_curve(width, height) if name == "curve" else self._draw_gauge(width, height)

    def _draw_curve(self, width: int, height: int) -> list[Strip]:
        answer, theme = self.answer, self.look
        assert answer is not None
        gain = max(answer.here - answer.best, 1e-12 + 1e-6 * abs(answer.here))
        x = Axis(math.log10(answer.rates[0]), math.log10(answer.rates[-1]), _powers(answer))
        y = linear_axis(answer.best, answer.here + CLIP * gain, max(2, (height - 8) // 4))
        y = Axis(min(y.low, answer.best), y.high, y.ticks) if y.low > 0 else y
        shown = np.minimum(answer.losses, y.high)
        rows = height - LINES_BELOW - 2
        powers = np.log10(answer.rates)
        marks = [Mark(math.log10(answer.best_rate), answer.best, theme.plain("★"), "good")]
        marks.append(Mark(math.log10(self._rate), min(self._taken, y.high), theme.signs.running, "accent"))
        here = np.full(2, answer.here)
        curves = [
            Curve(np.array([x.low, x.high]), here, "dim", (1, 3), "."),
            Curve(powers, shown, "train"),
        ]
        plot = draw_plot(width - 1, rows, x, y, curves, marks, label="η", theme=theme)
        told = _("J(θ − η·u), u: the update that {optimizer} makes next; η is the learning rate; dotted: J here")
        margin, columns = cells_of(width - 1, rows, x, y, theme=theme)
        return [
            line(
                width,
                [
                    (
                        " " + cut(theme.formula(told.format(optimizer=answer.optimizer)), width - 2, theme=theme),
                        theme["dim"],
                    )
                ],
            ),
            self._ruler(width, margin, columns, x),
            *plot,
            *self._readings(width),
        ]

    def _ruler(self, width: int, margin: int, columns: int, x: Axis) -> Strip:
        """The zones over the curve: too small, decent, overshooting."""
        answer, theme = self.answer, self.look
        assert answer is not None

        def column(rate: float) -> int:
            share = (math.log10(rate) - x.low) / (x.high - x.low)
            return min(max(round(share * (columns - 1)), 0), columns)

        if math.isnan(answer.decent[0]):
            text = _("no learning rate lowers J here: the update leads uphill or the slope is flat")
            return line(width, [(" " * margin + theme.plain(text), theme["warning"])])
        low, high = column(answer.decent[0]), column(answer.decent[1]) + 1
        parts = [
            (0, low, _("too small"), "dim"),
            (low, high, _("decent"), "good"),
            (high, columns, _("overshooting"), "warning"),
        ]
        texts = [(" " * margin, theme["plain"])]
        for start, end, word, role in parts:
            texts.append((_zone(word, end - start, theme), theme[role]))  # type: ignore[index]
        return line(width, texts)

    def _readings(self, width: int) -> list[Strip]:
        """Here, at the mark, at the best: J, and what the step gains."""
        answer, theme = self.answer, self.look
        assert answer is not None
        here, taken, best = (float(f"{value:.4f}") for value in (answer.here, self._taken, answer.best))
        gain, most = here - taken, here - best
        share = _("{share:.0f} % of what the best step gains").format(share=100 * gain / most) if most > 0 else ""
        if not math.isfinite(self._taken):
            share = _("the loss overflows")
        word = _("taken") if math.isnan(self.rate) or self.rate == answer.rate else _("tried")
        rows = [
            ("  ", _("here"), 0.0, here, "", ""),
            (f"{theme.signs.running} ", word, self._rate, self._taken, factor(-gain), share),
            (f"{theme.plain('★')} ", _("best"), answer.best_rate, best, factor(-most), ""),
        ]
        lines = []
        for sign, name, rate, loss, change, told in rows:
            eta = theme.formula(f"η {compact(rate):<8}")
            lines.append(line(width, [
                (f" {sign}{name:<8}", theme["bold"]), (f"{eta}  J {decimal(loss):<9}", theme["plain"]),
                (f"{theme.plain(change):<10} {told}", theme["dim"]),
            ]))  # fmt: skip
        if math.isnan(answer.beyond):
            last = _("no step along this update gains anything")
        elif math.isinf(answer.beyond):
            last = _("J stays below what it is here at every rate shown")
        else:
            last = _("beyond η {rate} J is higher than here: the step overshoots the valley").format(
                rate=compact(answer.beyond)
            )
        return [*lines, line(width, [(f" {cut(theme.formula(last), width - 2, theme=theme)}", theme["plain"])])]

    def _draw_gauge(self, width: int, height: int) -> list[Strip]:
        answer, theme = self.answer, self.look
        assert answer is not None
        low, high = math.log2(GAUGE_LOW), math.log2(GAUGE_HIGH)
        values = np.log2(np.clip(np.array(answer.gauge or [float("nan")]), GAUGE_LOW, GAUGE_HIGH))
        steps = np.arange(1, len(values) + 1, dtype=float)
        x = Axis(0.0, float(answer.total), ())
        ticks = ((low, "1/8"), (0.0, "1"), (high, "4"))
        y = Axis(low - 0.3, high + 0.3, ticks if height > 4 else ((low, "1/8"), (0.0, "1")))
        floor = Curve(np.array([0.0, float(answer.total)]), np.zeros(2), "dim", (1, 2), ".")
        if height < 5:
            return self._gauge_line(width, height, answer)
        return draw_plot(width - 1, height, x, y, [floor, Curve(steps, values, "train")], label=_("step"), theme=theme)

    def _gauge_line(self, width: int, height: int, answer: StepAnswer) -> list[Strip]:
        """The gauge in two lines: a column a step, and what it says."""
        theme, columns = self.look, self.look.signs.columns[1:]
        levels = np.log2(np.clip(np.array(answer.gauge), GAUGE_LOW, GAUGE_HIGH)) - math.log2(GAUGE_LOW)
        most = math.log2(GAUGE_HIGH / GAUGE_LOW)
        drawn = "".join(columns[min(int(level / most * len(columns)), len(columns) - 1)] for level in levels)
        floor = columns[min(int(-math.log2(GAUGE_LOW) / most * len(columns)), len(columns) - 1)]
        beyond = sum(one > 1 for one in answer.gauge)
        told = _("{floor} is the valley floor; {beyond} of {steps} steps went beyond it").format(
            floor=floor, beyond=beyond, steps=counted(len(answer.gauge), "step").split()[0]
        )
        return [
            line(width, [(f" {drawn}", theme["train"])]),
            line(width, [(f" {cut(theme.plain(told), width - 2, theme=theme)}", theme["dim"])]),
        ][:height]

    def describe(self) -> tuple[str, str]:
        answer, snapshot = self.answer, self.session.snapshot
        assert answer is not None
        what = _("{data} · {optimizer} · epoch {epoch} · batch of {rows} rows").format(
            data=snapshot.dataset.name, optimizer=answer.optimizer, epoch=answer.epoch, rows=answer.rows
        )
        state = _("{count} steps on the copy").format(count=self.steps) if self.steps else ""
        return what, state

    def titles(self) -> dict[str, tuple[str, str]]:
        answer = self.answer
        assert answer is not None
        done = "" if answer.is_whole else f"{answer.done}/{answer.total}"
        return {
            "curve": (_("J along the step · loss of the next batch"), ""),
            "gauge": (_("Gauge · 40 steps from here: η taken / η best, 1 = valley floor"), done),
        }

    def explain(self) -> tuple[str, str, tuple[str, ...]]:
        answer = self.answer
        assert answer is not None
        rate, (low, high) = self._rate, answer.decent
        if math.isnan(low):
            zone = _("no rate gains here")
        else:
            where = _("too small") if rate < low else _("overshooting") if rate > high else _("decent")
            zone = _("{where} here; decent is {low} to {high}: at least half of the best gain").format(
                where=where, low=compact(low), high=compact(high)
            )
        return f"{_(FIELDS['learning_rate'].label)} {compact(rate)}", zone, ()

    def tell(self) -> str:
        answer = self.answer
        assert answer is not None
        told = _(
            "+ - move {sign}, enter keeps it for the run · {passes} forward passes over this batch; nothing is trained"
        )
        return told.format(sign=self.look.signs.running, passes=len(answer.rates))

    # What the keys do

    def action_nudge_up(self) -> None:
        self._nudge(NUDGE)

    def action_nudge_down(self) -> None:
        self._nudge(1 / NUDGE)

    def _nudge(self, by: float) -> None:
        if self.answer is None or self.answer.problem:
            return
        rates = self.answer.rates
        self.rate = float(min(max(self._rate * by, rates[0]), rates[-1]))
        if abs(self.rate / self.answer.rate - 1) < 1e-9:
            self.rate = float("nan")
        self.refresh_page()

    def action_keep(self) -> None:
        """Set the learning rate of the run."""
        if self.answer is None or self.answer.problem:
            return
        value = float(f"{self._rate:.3g}")
        self.session.send(SetHyperparameter("learning_rate", value))
        self.say(
            _("learning rate {rate} from the next batch on; u on the Train screen takes it back").format(rate=value)
        )

    def action_take_step(self) -> None:
        self.steps, self.rate = self.steps + 1, float("nan")
        self.ask_anew()

    def action_undo(self) -> None:
        if not self.steps:
            self.say(_("nothing to take back"))
            return
        self.steps -= 1
        self.ask_anew()


def _powers(answer: StepAnswer) -> tuple[tuple[float, str], ...]:
    """Ticks at the powers of ten."""
    first, last = math.ceil(math.log10(answer.rates[0]) - 1e-9), math.floor(math.log10(answer.rates[-1]) + 1e-9)
    return tuple((float(power), power_label(power)) for power in range(first, last + 1))


def _zone(word: str, width: int, theme: Theme) -> str:
    """A zone of the ruler: its word in the middle of a line."""
    rule = theme.signs.rule
    if width < 1:
        return ""
    if len(word) + 2 > width:
        return (word[: max(width - 1, 0)] + " ")[:width] if width > 3 else rule * width
    left = (width - len(word) - 2) // 2
    return rule * left + f" {word} " + rule * (width - len(word) - 2 - left)
