"""J along the step: is the learning rate too small, decent or too large, here and now."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import ClassVar

import numpy as np
from textual.binding import BindingType
from textual.geometry import Region
from textual.strip import Strip

from tuitrain.options.field import NUDGE
from tuitrain.options.hyperparameters import FIELDS
from tuitrain.session.asked.step import EXAMPLE_EPOCHS, OtherStarts, StartsAnswer, StepAnswer, StepCurve
from tuitrain.session.commands import SetHyperparameter
from tuitrain.session.questions import Answer, Question
from tuitrain.session.snapshot import Snapshot
from tuitrain.translation import N_, ngettext
from tuitrain.translation import gettext as _
from tuitrain.ui.inspect.adopting import when_it_acts
from tuitrain.ui.inspect.page import InsidePage, everywhere_on_pages, page_bindings
from tuitrain.ui.inspect.plot import Curve, Floats, Mark, cells_of, draw_plot
from tuitrain.ui.inspect.step_gauge import draw_gauge, draw_starts, gauge_title
from tuitrain.ui.keys import PANE, Action
from tuitrain.ui.plots.figures import compact, decimal, factor
from tuitrain.ui.plots.lines import cut, line, notice
from tuitrain.ui.plots.ranges import Axis, exact_axis, power_label
from tuitrain.ui.theme import Theme

EXAMPLE = "moons"
_RATE = ("+ -", "learning rate: higher, lower")
LINES_BELOW = 4  # of the curve: here, taken, best, beyond
CLIP = 2.0  # above the loss here the curve is cut at so many times the largest gain
LEAST_POINTS = 16  # of a curve that is drawn
STARTS_ROWS = 6  # of the pane of other starts below 30 rows, with its frame

STEP_ACTIONS = (
    Action("nudge_up", ("plus", "equals_sign"), "+ =", "rate", "learning rate: higher", "page", 99, pair=_RATE),
    Action("nudge_down", ("minus", "underscore"), "- _", "", "learning rate: lower", "page", pair=_RATE),
    Action("keep", ("enter",), "enter", "keep it", "keep this learning rate for the run", "page", 98),
    Action("take_step", ("s",), "s", "step", "take the step on the copy", "page", 90),
    Action("show('landscape')", ("J",), "J", "landscape", "landscape of the loss", "page", 88),
    Action("starts", ("n",), "n", "other starts", "16 other starts: how far do they get? again: the gauge", "page", 87),
    Action("example", ("x",), "x", "example", "a ready-made example, or yours", "page", 86),
    Action("undo", ("u",), "u", "undo", "take back the last step", "page", 60),
    Action("restart", ("r",), "r", "restart", "the copy as it was", "page", 55),
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
        snapshot = self.trainer.snapshot
        self.example = "" if snapshot.step else EXAMPLE
        self.shows_starts = False
        self.starts: Answer | None = None

    def question(self) -> Question:
        if self.shows_starts:
            return OtherStarts(copy=self.copy, example=self.example)
        return StepCurve(steps=self.steps, copy=self.copy, example=self.example)

    def show(self, snapshot: Snapshot) -> None:
        """Keep the curve while other starts are asked about: their answer goes below it."""
        answer = snapshot.answer
        if answer is not None and isinstance(answer.question, OtherStarts):
            if answer is not self.starts and answer.question == self.question():
                self.starts = answer
                self.refresh_page()
            return
        if answer is not None and not self.shows_starts and answer.question.example == self.example:
            super().show(snapshot)

    def words_now(self) -> Mapping[str, str]:
        return {
            "starts": N_("gauge") if self.shows_starts else N_("other starts"),
            "example": N_("yours") if self.example else N_("example"),
            "keep": "" if self.example else N_("keep it"),
            "undo": N_("undo") if self.steps else "",
            "restart": N_("restart") if self.steps else "",
        }

    @property
    def _rate(self) -> float:
        assert self.answer is not None
        return self.answer.rate if math.isnan(self.rate) else self.rate

    @property
    def _sign(self) -> str:
        """What marks the rate: another sign than the best one's, also in ASCII."""
        return "o" if self.look.ascii_only else self.look.signs.running

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
        gauge = 10 if area.height >= 30 else STARTS_ROWS if self.shows_starts else 4
        curve = Region(area.x, area.y, area.width, area.height - gauge + 1)
        return {"curve": curve, "gauge": Region(area.x, curve.bottom - 1, area.width, gauge)}

    def draw_part(self, name: str, width: int, height: int) -> Sequence[Strip]:
        assert self.answer is not None
        if name == "gauge":
            if self.shows_starts:
                if self.starts is None:
                    return notice(width, height, (_("working it out"),), self.look["dim"])
                if self.starts.problem:
                    return notice(width, height, (self.starts.problem,), self.look["warning"])
                assert isinstance(self.starts, StartsAnswer)
                return draw_starts(width, height, self.starts, theme=self.look)
            return draw_gauge(width, height, self.answer, theme=self.look)
        if len(self.answer.rates) < LEAST_POINTS:
            return notice(width, height, (_("measuring J along the step"),), self.look["dim"])
        return self._draw_curve(width, height)

    def _draw_curve(self, width: int, height: int) -> list[Strip]:
        answer, theme = self.answer, self.look
        assert answer is not None
        gain = max(answer.here - answer.best, 1e-12 + 1e-6 * abs(answer.here))
        x = Axis(math.log10(answer.rates[0]), math.log10(answer.rates[-1]), _powers(answer))
        y = exact_axis(answer.best - gain / 4, answer.here + CLIP * gain, max(2, (height - 8) // 4))
        shown = up_to(answer.losses, y.high)
        rows = height - LINES_BELOW - 2
        powers = np.log10(answer.rates)
        marks = [Mark(math.log10(answer.best_rate), answer.best, theme.plain("★"), "good")]
        marks.append(Mark(math.log10(self._rate), min(self._taken, y.high), self._sign, "accent"))
        here = np.full(2, answer.here)
        curves = [
            Curve(np.array([x.low, x.high]), here, "dim", (1, 3), "."),
            Curve(powers, shown, "train"),
        ]
        plot = draw_plot(width - 1, rows, x, y, curves, marks, label="η", theme=theme)
        told = _("J(θ − η·u), u: the next update of {optimizer}, η: the rate, dotted: J here")
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
            (0, low, _("too small"), theme.signs.rule, "dim"),
            (low, high, _("decent"), theme.plain("═"), "good"),
            (high, columns, _("overshooting"), theme.signs.rule, "warning"),
        ]
        texts = [(" " * margin, theme["plain"])]
        for start, end, word, rule, role in parts:
            texts.append((_zone(word, end - start, rule), theme[role]))  # type: ignore[index]
        return line(width, texts)

    def _readings(self, width: int) -> list[Strip]:
        """Here, at the mark, at the best: J, and what the step gains."""
        answer, theme = self.answer, self.look
        assert answer is not None
        here, taken, best = (float(f"{value:.4f}") for value in (answer.here, self._taken, answer.best))
        gain, most = here - taken, here - best
        share = _("{share:.0f} % of the best step's gain").format(share=100 * gain / most) if most > 0 else ""
        if gain < 0:
            share = _("higher than here")
        if not math.isfinite(self._taken):
            share = _("the loss overflows")
        word = _("taken") if math.isnan(self.rate) or self.rate == answer.rate else _("tried")
        rows = [
            ("  ", _("here"), 0.0, here, "", ""),
            (f"{self._sign} ", word, self._rate, self._taken, factor(-gain), share),
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

    def describe(self) -> tuple[str, str]:
        answer, snapshot = self.answer, self.session.snapshot
        assert answer is not None
        data = _("example: moons, 2-12-2 tanh") if self.example else snapshot.dataset.name
        epoch = EXAMPLE_EPOCHS if self.example else answer.epoch
        what = _("{data} · {optimizer} · epoch {epoch} · batch of {rows} rows").format(
            data=data, optimizer=answer.optimizer, epoch=epoch, rows=answer.rows
        )
        told = ngettext("{count} step on the copy", "{count} steps on the copy", self.steps)
        state = told.format(count=self.steps) if self.steps else ""
        if self.shows_starts and self.starts is not None and not self.starts.is_whole:
            state = f"{self.look.signs.running} {self.starts.done}/{self.starts.total}"
        return what, state

    def titles(self) -> dict[str, tuple[str, str]]:
        answer = self.answer
        assert answer is not None
        done = "" if answer.is_whole else f"{answer.done}/{answer.total}"
        return {
            "curve": (_("J along the step · loss of the next batch"), self.look.plain(_("▸along │ landscape J"))),
            "gauge": (_("Other starts · how far they get in as many epochs"), "")
            if self.shows_starts
            else (gauge_title(answer), done),
        }

    def explain(self) -> tuple[str, str, tuple[str, ...]]:
        answer = self.answer
        assert answer is not None
        rate, (low, high) = self._rate, answer.decent
        if math.isnan(low):
            zone = _("no rate gains here")
        else:
            where = _("too small") if rate < low else _("overshooting") if rate > high else _("decent")
            zone = _("{where}; decent {low}–{high}: half the best gain").format(
                where=where, low=compact(low), high=compact(high)
            )
        return f"{_(FIELDS['learning_rate'].label)} {compact(rate)}", zone, ()

    def tell(self) -> str:
        answer = self.answer
        assert answer is not None
        told = _("+ - move {sign}, enter keeps it · {passes} forward passes of this batch, nothing trained")
        return told.format(sign=self._sign, passes=len(answer.rates))

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
        if self.example:
            self.say(_("the example is no run; x shows your network"))
            return
        value = float(f"{self._rate:.3g}")
        self.session.send(SetHyperparameter("learning_rate", value))
        when = when_it_acts(self.session.snapshot, ["learning_rate"])
        self.say(_("learning rate {rate} {when}; u on the Train screen takes it back").format(rate=value, when=when))

    def action_take_step(self) -> None:
        self.shows_starts = False
        self.steps, self.rate = self.steps + 1, float("nan")
        self.ask_anew()

    def action_undo(self) -> None:
        if not self.steps:
            self.say(_("nothing to take back"))
            return
        self.steps -= 1
        self.shows_starts = False
        self.ask_anew()

    def action_restart(self) -> None:
        """The copy as it was."""
        self.steps, self.rate, self.shows_starts = 0, float("nan"), False
        self.ask_anew()

    def action_starts(self) -> None:
        """Train other starts as far as the run, or show the gauge again, which ends that."""
        if self.answer is None or self.answer.problem:
            return
        self.shows_starts, self.starts = not self.shows_starts, None
        self.place_children(self.size)
        self.ask_anew()

    def action_example(self) -> None:
        """A ready-made training, or one's own."""
        self.example = "" if self.example else EXAMPLE
        self.steps, self.rate, self.shows_starts, self.answer = 0, float("nan"), False, None
        self.place_children(self.size)
        self.ask_anew()


def _powers(answer: StepAnswer) -> tuple[tuple[float, str], ...]:
    """Ticks at the powers of ten."""
    first, last = math.ceil(math.log10(answer.rates[0]) - 1e-9), math.floor(math.log10(answer.rates[-1]) + 1e-9)
    return tuple((float(power), power_label(power)) for power in range(first, last + 1))


def _zone(word: str, width: int, rule: str) -> str:
    """A zone of the ruler: its word in the middle of a line, where there is room for it."""
    if len(word) + 2 > width:
        return rule * max(width, 0)
    left = (width - len(word) - 2) // 2
    return rule * left + f" {word} " + rule * (width - len(word) - 2 - left)


def up_to(losses: Floats, most: float) -> Floats:
    """`losses` (N,) as far as a curve is drawn: to its edge at `most`, NaN beyond, where a plateau would tell a lie."""
    inside = losses <= most
    reached = inside | np.append(inside[1:], False) | np.append(False, inside[:-1])
    return np.where(reached, np.minimum(losses, most), np.nan)
