"""A race: one start under several optimizers, schedules, activations or batch sizes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import ClassVar

import numpy as np
from rich.style import Style
from textual.binding import BindingType
from textual.geometry import Region
from textual.strip import Strip

from tuitrain.numbers import memory
from tuitrain.options.hyperparameters import FIELDS
from tuitrain.session.asked.race import RaceAnswer, RunRace
from tuitrain.session.questions import Question
from tuitrain.translation import N_
from tuitrain.translation import gettext as _
from tuitrain.ui.inspect.adopting import adopting
from tuitrain.ui.inspect.experiment import (
    EQUAL,
    WaysPage,
    change_text,
    loss_axis,
    loss_text,
)
from tuitrain.ui.inspect.page import everywhere_on_pages, page_bindings
from tuitrain.ui.keys import Action
from tuitrain.ui.plots.axes import frame_of, most_ticks, window_of
from tuitrain.ui.plots.figures import right
from tuitrain.ui.plots.lines import Part, line
from tuitrain.ui.plots.ranges import exact_axis
from tuitrain.ui.plots.raster import Canvas
from tuitrain.ui.theme import Role, Theme

DASHES = (None, (4, 2), (2, 2), (6, 1), (1, 2), (1, 1))
PATTERNS = ("━━━", "━╍╍", "╍╍╍", "━━╍", "┄┄┄", "┈┈┈")
MOST = 6  # lanes
_SIZES = (7, 9, 8, 7, 8)  # cells of the table's columns
TABLE_ROWS = MOST + 4  # of the pane below, with its frame
_EPOCHS = ("+ -", "more epochs, fewer")
_LANE = ("↑ ↓ j k", "another lane")

RACE_ACTIONS = (
    *adopting(most=MOST, meaning=N_("adopt this lane")),
    Action("other", ("o",), "o", "field", "optimisers, schedules …", "page", 97),
    Action("cycle_axis", ("h",), "h", "axis", "by epoch, step, second", "page", 92),
    Action("toggle_log", ("l",), "l", "log", "logarithmic axis", "page", 80),
    Action("nudge_up", ("plus", "equals_sign"), "+ =", "epochs", "more epochs", "page", 88, pair=_EPOCHS),
    Action("nudge_down", ("minus", "underscore"), "- _", "", "fewer epochs", "page", pair=_EPOCHS),
    Action("start_pause", ("space",), "space", "redo", "again, as the run is now", "page", 90),
    Action("up", ("up", "k"), "↑ k", "lane", "the lane above", "page", 60, pair=_LANE),
    Action("down", ("down", "j"), "↓ j", "", "the lane below", "page", pair=_LANE),
    *everywhere_on_pages(),
)


class RacePage(WaysPage, inherit_bindings=False):
    """Loss curves from one start, and a table of what each way costs and reaches."""

    NAME = "optimizer_race"
    TITLE_TEXT = N_("Race")
    ACTIONS = RACE_ACTIONS
    BINDINGS: ClassVar[list[BindingType]] = page_bindings(RACE_ACTIONS)
    PARTS = ("curves", "table")
    AMOUNTS, FIRST_AMOUNT = (10, 20, 50, 100, 200), 50
    answer: RaceAnswer | None

    def __init__(self, look: Theme) -> None:
        super().__init__(look)
        self.field_name = "optimizer"

    def question(self) -> Question:
        return RunRace(self.field_name, self.amount, copy=self.copy)

    def selected_word(self) -> tuple[str, str, str]:
        return "race of optimisers", "", ""

    def ways(self) -> int:
        assert self.answer is not None
        return len(self.answer.changes)

    @property
    def _place(self) -> int:
        """The selected lane."""
        assert self.answer is not None
        answer, lanes = self.answer, range(len(self.answer.changes))
        if self.chosen is not None:
            return min(self.chosen, len(lanes) - 1)
        best = [answer.best(lane)[0] for lane in lanes]
        known = [lane for lane in lanes if math.isfinite(best[lane])]
        return min(known, key=lambda lane: best[lane]) if known else answer.own

    def _lane_name(self, lane: int) -> str:
        assert self.answer is not None
        return FIELDS[self.answer.name].format(self.answer.changes[lane][self.answer.name])

    # Drawing

    def boxes(self, area: Region) -> dict[str, Region]:
        curves = Region(area.x, area.y, area.width, area.height - TABLE_ROWS + 1)
        return {"curves": curves, "table": Region(area.x, curves.bottom - 1, area.width, TABLE_ROWS)}

    def draw_part(self, name: str, width: int, height: int) -> Sequence[Strip]:
        return self._draw_curves(width, height) if name == "curves" else self._table(width)

    def _draw_curves(self, width: int, height: int) -> list[Strip]:
        answer, theme = self.answer, self.look
        assert answer is not None
        first = 0 if np.isfinite(answer.losses[:, 0]).any() else 1
        along, losses = self.along(answer.steps, answer.seconds)[:, first:], answer.losses[:, first:]
        across, up = most_ticks(width, height, label=4)
        end = float(answer.total) if self.axis == 0 else float(along.max()) if along.size else 1.0
        x, y = exact_axis(0.0, end or 1.0, across), loss_axis(losses, up, log=self.is_log)
        frame = frame_of(width - 1, height, x, y, _(self.AXES[self.axis]), ascii_only=theme.ascii_only)
        canvas, window = Canvas(frame.rows, frame.columns, theme=theme), window_of(x, y, log=self.is_log)
        order = sorted(range(len(losses)), key=lambda lane: lane == self._place)  # the selected one over the others
        for lane in order:
            sign, dash = str(lane + 1), DASHES[lane % len(DASHES)]
            canvas.curve(along[lane], losses[lane], window, style=self._style(lane), dash=dash, sign=sign)
        for lane in order:
            known = np.flatnonzero(np.isfinite(losses[lane]))
            if known.size:
                at = slice(known[-1], known[-1] + 1)
                canvas.points(along[lane, at], losses[lane, at], window, style=self._style(lane), sign=str(lane + 1))
        return frame.strips(canvas.segments(), theme["axis"])

    def _style(self, lane: int) -> Style:
        return self.look.of_class(lane)

    def _table(self, width: int) -> list[Strip]:
        answer, theme = self.answer, self.look
        assert answer is not None
        is_optimizer = answer.name == "optimizer"
        heads = (
            _("rate") if is_optimizer else "", _("best loss"), _("at epoch"), _("seconds"),
            _("a batch") if answer.name == "batch_size" else _("memory"),
        )  # fmt: skip
        cells = "".join(right(self._cut(head, size), size + 1) for head, size in zip(heads, _SIZES, strict=True))
        label = self._cut(_(FIELDS[answer.name].label), 12)
        lines = [line(width, [(f"        {label:<13}{cells}  {_('to yours')}", theme["dim"])])]
        lines += [self._row(width, lane) for lane in range(len(answer.changes))]
        note = _("same first weights and order of rows; one seed: S says how much is luck")
        if answer.name == "activation":
            note = _("same order of rows; first weights from one seed, scaled for each activation")
        return [*lines, self.told(width, note, "dim")]

    def _row(self, width: int, lane: int) -> Strip:
        answer, theme = self.answer, self.look
        assert answer is not None
        (loss, epoch), change = answer.best(lane), answer.changes[lane]
        role: Role = "bold" if lane == self._place else "plain"
        rate = f"{change['learning_rate']:.3g}" if "learning_rate" in change else ""
        held = memory(answer.memory[lane]) if answer.memory[lane] else "0 B"
        texts = (rate, loss_text(loss), str(epoch) if epoch else "·", f"{answer.seconds[lane, -1]:.2f}", held)
        cells = "".join(right(text, size + 1) for text, size in zip(texts, _SIZES, strict=True))
        pattern = PATTERNS[lane % len(PATTERNS)] if not theme.ascii_only else str(lane + 1) * 3
        cursor = theme.signs.cursor if lane == self._place else " "
        return line(width, [
            (f"{cursor}{lane + 1} ", theme[role]), (f"{pattern}  ", self._style(lane)),
            (f"{self._cut(self._lane_name(lane), 12):<13}{cells}", theme[role]), ("  ", theme["plain"]),
            self._against(lane),
        ])  # fmt: skip

    def _against(self, lane: int) -> Part:
        """How a lane's best loss compares with that of the run's own way."""
        answer, theme = self.answer, self.look
        assert answer is not None
        if answer.diverged[lane]:
            return f"{theme.signs.diverged} {_('diverged')}", theme["bad"]
        if lane == answer.own:
            return _("yours"), theme["dim"]
        own, loss = answer.best(answer.own)[0], answer.best(lane)[0]
        role: Role = "good" if loss < own else "bad"
        sign = theme.signs.done if loss < own else theme.signs.diverged
        if not (math.isfinite(own) and math.isfinite(loss)):
            return "", theme["plain"]
        if abs(loss - own) < EQUAL * abs(own):
            sign, role = "=" if theme.ascii_only else "≈", "dim"
        return f"{sign} {theme.plain(change_text(loss, own))}", theme[role]

    # What is said

    def describe(self) -> tuple[str, str]:
        answer = self.answer
        assert answer is not None
        what = _("{data} · {label} · from first weights").format(
            data=self.session.snapshot.dataset.name, label=_(FIELDS[answer.name].label)
        )
        return what, self.progress()

    def titles(self) -> dict[str, tuple[str, str]]:
        answer = self.answer
        assert answer is not None
        loss = _("Validation loss") if answer.part == "validation" else _("Training loss")
        by = _("by {axis}").format(axis=_(self.AXES[self.axis]))
        return {
            "curves": (f"{loss} · {by}" + (f" · {_('log')}" if self.is_log else ""), ""),
            "table": (_("Reached after {count} epochs").format(count=answer.done), ""),
        }

    def explain(self) -> tuple[str, str, tuple[str, ...]]:
        answer = self.answer
        assert answer is not None
        spec = FIELDS[answer.name]
        return f"{_(spec.label)} {self._lane_name(self._place)}", _(spec.meaning), ()

    def tell(self) -> str:
        answer = self.answer
        assert answer is not None
        if epoch := answer.diverged[self._place]:
            return _("{name} diverged at epoch {epoch}: its loss was not finite").format(
                name=self._lane_name(self._place), epoch=epoch
            )
        if answer.name == "schedule":
            return _("your run is untouched; schedules are stretched over the {count} epochs").format(
                count=answer.total
            )
        if answer.name == "optimizer":
            return _("your run is untouched; others at their usual rates, a digit adopts both")
        return _("your run is untouched; {digit} adopts this one").format(digit=self._place + 1)

    # What the keys do

    def action_adopt(self, digit: int) -> None:
        """Set what the lane sets."""
        if not self.is_known or self.answer is None or digit > len(self.answer.changes):
            return
        self.chosen = digit - 1
        change = self.answer.changes[self.chosen]
        moments = [self.set_field(name, value) for name, value in change.items()]
        shown = ", ".join(f"{_(FIELDS[name].label)} {FIELDS[name].format(value)}" for name, value in change.items())
        self.refresh_page()
        self.say(_("{shown} {when}; u on the Train screen takes it back").format(shown=shown, when=moments[0]))
