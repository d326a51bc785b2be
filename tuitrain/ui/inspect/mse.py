"""The mean squared error taken apart: is it bias, variance or noise, and what shrinks it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

import numpy as np
from textual.binding import BindingType
from textual.geometry import Region
from textual.strip import Strip

from tuitrain.session.asked.mse import MseAnswer, MseApart
from tuitrain.session.questions import Question
from tuitrain.session.snapshot import Snapshot
from tuitrain.translation import N_
from tuitrain.translation import gettext as _
from tuitrain.ui.inspect.mse_tables import bias_name, draw_table, rows_say, scale_of, units_say
from tuitrain.ui.inspect.page import InsidePage, everywhere_on_pages, page_bindings
from tuitrain.ui.inspect.targets import BORDER, draw_band, draw_targets, draw_trend, kind_of, shot_sign, target_names
from tuitrain.ui.keys import PANE, Action
from tuitrain.ui.plots.figures import decimal
from tuitrain.ui.plots.lines import cut, line, notice
from tuitrain.ui.theme import Theme

_ROWS = ("← →", "half, twice the rows")
_POINT = ("[ ]", "other points")
_MEMBERS = ("+ -", "more networks, fewer")
LEAST_MEMBERS, MOST_MEMBERS = 8, 128
TREND_ROWS = 12  # from this height on the trends are drawn below the tables

MSE_ACTIONS = (
    Action("start_pause", ("space",), "space", "run again", "other samples", "page", 97),
    Action("back", ("left",), "←", "rows", "half the rows", "page", 99, pair=_ROWS),
    Action("forward", ("right",), "→", "", "twice the rows", "page", pair=_ROWS),
    Action("before", ("left_square_bracket",), "[", "points", "the points before", "page", 90, pair=_POINT),
    Action("after", ("right_square_bracket",), "]", "", "the points after", "page", pair=_POINT),
    Action("nudge_up", ("plus", "equals_sign"), "+ =", "networks", "more networks", "page", 88, pair=_MEMBERS),
    Action("nudge_down", ("minus", "underscore"), "- _", "", "fewer networks", "page", pair=_MEMBERS),
    Action("order", ("o",), "o", "curve", "targets, or the curve along one input", "page", 85),
    Action("example", ("x",), "x", "example", "a ready-made example, or yours", "page", 86),
    Action("next_pane", ("tab",), "tab", "pane", "next pane", "page", 50, pair=PANE),
    Action("previous_pane", ("shift+tab",), "shift+tab", "", "previous pane", "page", pair=PANE),
    *everywhere_on_pages(),
)


class MsePage(InsidePage, inherit_bindings=False):
    """Bias², variance and noise of this network on other samples."""

    NAME = "mse"
    TITLE_TEXT = N_("MSE apart")
    ACTIONS = MSE_ACTIONS
    BINDINGS: ClassVar[list[BindingType]] = page_bindings(MSE_ACTIONS)
    PARTS = ("shots", "rows", "units")
    answer: MseAnswer | None

    def __init__(self, look: Theme) -> None:
        super().__init__(look)
        self._is_classification = bool(self.trainer.snapshot.dataset.n_classes)
        self.example = "sine" if self._is_classification else ""
        self.members, self.rows, self.samples = 32, 0, 0
        self.place = -1  # of the first point; -1: a quarter along
        self.is_curve = False

    def question(self) -> Question:
        return MseApart(self.members, self.rows, self.samples, copy=self.copy, example=self.example)

    def show(self, snapshot: Snapshot) -> None:
        """Take an answer that holds more than the last: most only say that training goes on."""
        new, old = snapshot.answer, self.answer
        if new is None or old is None or new.question != old.question or new.done != old.done:
            super().show(snapshot)

    # Drawing

    def boxes(self, area: Region) -> dict[str, Region]:
        top = 10 if area.height < 30 else 14
        below = area.y + top - 1
        left = area.width // 2 + 1
        return {
            "shots": Region(area.x, area.y, area.width, top),
            "rows": Region(area.x, below, left, area.bottom - below),
            "units": Region(area.x + left - 1, below, area.width - left + 1, area.bottom - below),
        }

    def draw_part(self, name: str, width: int, height: int) -> Sequence[Strip]:
        answer = self.answer
        assert answer is not None
        if name == "shots":
            return self._draw_shots(width, height, answer)
        if name == "rows":
            labels, parts, own = [f"{rows}" for rows in answer.rows], answer.by_rows, answer.own_rows
            head, told = _("rows"), rows_say(answer)
        else:
            labels, parts, own = list(answer.units), answer.by_units, answer.own_units
            head, told = _("units"), units_say(answer)
        theme = self.look
        lines = draw_table(width, head, labels, parts, own, answer, theme=theme)
        lines += [
            line(width, [(f" {cut(theme.plain(text), width - 2, theme=theme)}", theme["plain"])]) for text in told
        ]
        left = height - len(lines) - 1
        if left >= TREND_ROWS - 4:
            legend = _("solid: {bias}, dashed: variance").format(bias=bias_name(answer))
            lines += [
                line(width, []),
                line(width, [(f" {cut(theme.plain(legend), width - 2, theme=theme)}", theme["dim"])]),
                *draw_trend(width, left - 1, labels, parts, theme=theme),
            ]
        return lines[:height]

    def _draw_shots(self, width: int, height: int, answer: MseAnswer) -> list[Strip]:
        theme = self.look
        if not len(answer.shots):
            told = _("training {count} networks on samples of {rows} rows")
            return notice(
                width, height, (theme.plain(told.format(count=answer.question.members, rows=self._own_rows)),),  # type: ignore[attr-defined]
                theme["dim"],
            )  # fmt: skip
        at = self._points
        if self.is_curve and len(answer.x):
            plot = draw_band(
                width, height - 1, answer.x, answer.truth, answer.shots, at, is_noisy=bool(answer.part), theme=theme
            )
            told = _("solid or +: truth   dashed: mean of the networks   dotted: one deviation to each side")
            return [*plot, line(width, [(f" {cut(theme.plain(told), width - 2, theme=theme)}", theme["dim"])])]
        off = answer.shots[:, at] - answer.truth[at]
        bias, deviation, kind = self._judged
        told = _("bias {bias}, deviation {deviation}: “{kind}”; border {border} = spread / 10")
        text = told.format(
            bias=_short(bias), deviation=_short(deviation), kind=target_names()[kind],
            border=_short(BORDER * answer.spread),
        )  # fmt: skip
        return [
            *draw_targets(width, height - 1, off, answer.spread, kind, theme=theme),
            line(width, [(f" {cut(theme.plain(_ascii_quotes(text, theme)), width - 2, theme=theme)}", theme["bold"])]),
        ]

    @property
    def _points(self) -> list[int]:
        """The two points whose shots are drawn."""
        assert self.answer is not None
        count = len(self.answer.truth)
        first = (count // 4 if self.place < 0 else self.place) % count
        return [first, (first + count // 2) % count]

    @property
    def _own_rows(self) -> int:
        assert self.answer is not None
        return self.answer.rows[self.answer.own_rows]

    @property
    def _judged(self) -> tuple[float, float, int]:
        """Bias and deviation at the two points, and the target that is nearest."""
        answer = self.answer
        assert answer is not None
        off = answer.shots[:, self._points] - answer.truth[self._points]
        bias = float(np.sqrt(np.square(off.mean(axis=0)).mean()))
        deviation = float(np.sqrt(off.var(axis=0).mean()))
        return bias, deviation, kind_of(bias, deviation, answer.spread)

    def describe(self) -> tuple[str, str]:
        answer = self.answer
        assert answer is not None
        asked = answer.question
        assert isinstance(asked, MseApart)
        what = _("{data} · {count} networks · {network}").format(
            data=answer.data, network=answer.network, count=asked.members
        )
        return what, _("{steps} steps").format(steps=f"{answer.steps:,}")

    def titles(self) -> dict[str, tuple[str, str]]:
        answer = self.answer
        assert answer is not None
        first, second = self._points
        if len(answer.x):
            where = _("x = {one} and {other}").format(one=_short(answer.x[first]), other=_short(answer.x[second]))
        else:
            where = _("points {one} and {other} of {count}").format(
                one=first + 1, other=second + 1, count=len(answer.truth)
            )
        done = "" if answer.is_whole else f"{answer.done}/{answer.total}"
        shots = (
            _("Curve · truth, mean and deviation")
            if self.is_curve
            else _("Shots · {shot} prediction, + truth, at two points").format(shot=shot_sign(self.look))
        )
        power, _places = scale_of(answer)
        times = f" × 10^{power}" if power else ""
        return {
            "shots": (shots, where),
            "rows": (_("Against rows · {network}").format(network=answer.network) + times, done),
            "units": (_("Against capacity · {rows} rows").format(rows=self._own_rows) + times, ""),
        }

    def explain(self) -> tuple[str, str, tuple[str, ...]]:
        answer = self.answer
        assert answer is not None
        if self._is_classification:
            data = self.trainer.snapshot.dataset.name
            return _("example"), _("{data} has classes; squared errors need a number to predict").format(data=data), ()
        if answer.part:
            told = _("each network drew its own training rows; measured on {part}")
            return _("resampled"), told.format(part=_(answer.part)), ()
        return (
            _("fresh samples"),
            _("the generator knows truth and noise: σ = {noise}").format(noise=f"{answer.noise:g}"),
            (),
        )

    def tell(self) -> str:
        answer, ascii_only = self.answer, self.look.ascii_only
        assert answer is not None
        one, two, three = "#%." if ascii_only else "█▒░"
        bias, variance = _("bias²: the mean shot is off"), _("variance: shots are wide")
        if answer.part:
            bias = _("bias²+noise: the mean shot is off the truth")
        told = f"{one} {bias}   {two} {variance}"
        return told if answer.part else told + _("   {three} noise σ²").format(three=three)

    def words_now(self) -> Mapping[str, str]:
        has_curve = self.answer is not None and len(self.answer.x) > 0
        example = "" if self._is_classification else N_("yours") if self.example else N_("example")
        return {"example": example, "order": (N_("targets") if self.is_curve else N_("curve")) if has_curve else ""}

    # What the keys do

    def action_start_pause(self) -> None:
        """Draw other samples."""
        self.samples += 1
        self.ask_anew()

    def action_back(self) -> None:
        self._change_rows(0.5)

    def action_forward(self) -> None:
        self._change_rows(2)

    def _change_rows(self, by: float) -> None:
        if self.answer is None or self.answer.problem:
            return
        wanted, rows = round(self._own_rows * by), self.answer.rows
        if self.answer.part and by > 1 and self.answer.own_rows == len(rows) - 1:
            self.say(_("there are no more rows to draw from"))
            return
        if wanted == self._own_rows or (by < 1 and self.answer.own_rows == 0):
            self.say(_("fewer rows say nothing"))
            return
        self.rows = wanted
        self.ask_anew()

    def action_before(self) -> None:
        self._move_point(-1)

    def action_after(self) -> None:
        self._move_point(1)

    def _move_point(self, by: int) -> None:
        if self.answer is None or self.answer.problem:
            return
        step = max(len(self.answer.truth) // 24, 1)
        self.place = (self._points[0] + by * step) % len(self.answer.truth)
        self.refresh_page()

    def action_nudge_up(self) -> None:
        self._change_members(2)

    def action_nudge_down(self) -> None:
        self._change_members(0.5)

    def _change_members(self, by: float) -> None:
        members = int(min(max(self.members * by, LEAST_MEMBERS), MOST_MEMBERS))
        if members == self.members:
            self.say(_("from {least} to {most} networks").format(least=LEAST_MEMBERS, most=MOST_MEMBERS))
            return
        self.members = members
        self.ask_anew()

    def action_order(self) -> None:
        """Show the targets, or the curve along the one input."""
        if self.answer is None or not len(self.answer.x):
            self.say(_("a curve needs a single input that is a number; x shows an example"))
            return
        self.is_curve = not self.is_curve
        self.refresh_page()

    def action_example(self) -> None:
        if self._is_classification:
            self.say(_("your target is a class; bias and variance of the squared error need a number"))
            return
        self.example = "" if self.example else "sine"
        self.rows, self.place, self.answer = 0, -1, None
        self.ask_anew()


def _short(value: float) -> str:
    return decimal(float(value), 3) if abs(value) < 100 else f"{value:,.0f}".replace("-", "−")


def _ascii_quotes(text: str, theme: Theme) -> str:
    return text.replace("“", '"').replace("”", '"') if theme.ascii_only else text
