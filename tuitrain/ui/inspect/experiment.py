"""What the pages of experiments share: adopting a value, lines of text, a plot's y axis."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from textual.strip import Strip

from tuitrain.numbers import MINUS
from tuitrain.session.commands import SetHyperparameter
from tuitrain.translation import N_
from tuitrain.translation import gettext as _
from tuitrain.ui.inspect.adopting import digits, when_it_acts
from tuitrain.ui.inspect.page import InsidePage
from tuitrain.ui.plots.figures import decimal
from tuitrain.ui.plots.lines import cut, line
from tuitrain.ui.plots.ranges import Axis, exact_axis, linear_axis, log_axis
from tuitrain.ui.theme import Role, Theme

Floats = NDArray[np.float64]
EQUAL = 0.01  # of the loss: a smaller difference is called equal
SMALL = 0.01  # losses below it differ in digits that four after the point do not show
CUT = 4.0  # times the median loss, above which a linear axis ends


class CopiesPage(InsidePage, inherit_bindings=False):
    """A page that trains copies; nothing of it touches the run until something is adopted."""

    def action_start_pause(self) -> None:
        """Do it again, on the run as it is now."""
        self.copy_anew()

    def progress(self) -> str:
        """How much of the work is done, for the right of the first row."""
        answer, signs = self.answer, self.look.signs
        assert answer is not None
        if answer.is_whole:
            return f"{signs.done} {_('done')}"
        return f"{signs.running} " + _("{done} of {total}").format(done=answer.done, total=answer.total)

    def set_field(self, name: str, value: Any) -> str:
        """Set a hyperparameter of the run, and return when that takes effect."""
        self.session.send(SetHyperparameter(name, value))
        return when_it_acts(self.session.snapshot, [name])

    def told(self, width: int, text: str, role: Role = "plain") -> Strip:
        """A line of text, cut to fit."""
        return line(width, [(f" {cut(self.look.formula(text), width - 2, theme=self.look)}", self.look[role])])

    def _cut(self, text: str, width: int) -> str:
        """The text in signs that the terminal has, cut to so many cells."""
        return cut(self.look.plain(text), width, theme=self.look)


class ExperimentPage(CopiesPage, inherit_bindings=False):
    """A page that trains copies for a while.

    `amount` is how many epochs, steps or members are asked for, one of `AMOUNTS`; `axis` is the number of what stands
    below the curves, one of `AXES`.
    """

    AMOUNTS: ClassVar[tuple[int, ...]]
    FIRST_AMOUNT: ClassVar[int]
    AMOUNTS_TEXT: ClassVar[str] = N_("{least} to {most} epochs")
    AXES: ClassVar[tuple[str, ...]] = (N_("epoch"), N_("step"), N_("second"))

    def __init__(self, look: Theme) -> None:
        super().__init__(look)
        self.amount, self.axis, self.is_log = self.FIRST_AMOUNT, 0, False

    def action_nudge_up(self) -> None:
        self._take_amount(1)

    def action_nudge_down(self) -> None:
        self._take_amount(-1)

    def _take_amount(self, by: int) -> None:
        place = self.AMOUNTS.index(self.amount) + by
        if 0 <= place < len(self.AMOUNTS):
            self.amount = self.AMOUNTS[place]
            self.ask_for_amount()
        else:
            self.say(_(self.AMOUNTS_TEXT).format(least=self.AMOUNTS[0], most=self.AMOUNTS[-1]))

    def ask_for_amount(self) -> None:
        """Ask for another amount than before."""
        self.ask_anew()

    def along(self, steps: NDArray[np.int64], seconds: Floats) -> Floats:
        """What stands on the x axis, (M, E + 1): epochs done, or what each member took for them, as `axis` says."""
        if self.axis == 0:
            return np.broadcast_to(np.arange(steps.shape[1], dtype=float), steps.shape)
        return steps.astype(float) if self.axis == 1 else seconds

    def action_cycle_axis(self) -> None:
        self.axis = (self.axis + 1) % len(self.AXES)
        self.refresh_page()

    def action_toggle_log(self) -> None:
        self.is_log = not self.is_log
        self.refresh_page()


class WaysPage(ExperimentPage, inherit_bindings=False):
    """An experiment that trains a copy in each of several ways, which differ in one hyperparameter."""

    field_name: str
    chosen: int | None = None  # the way that the arrows have chosen; None: the best

    def ways(self) -> int:
        """How many ways there are; called only when there is an answer."""
        raise NotImplementedError  # pragma: no cover

    def written_now(self) -> Mapping[str, str]:
        return {"adopt(1)": digits(self.ways())}

    @property
    def _place(self) -> int:
        """The number of the selected way; called only when there is an answer."""
        raise NotImplementedError  # pragma: no cover

    def action_other(self) -> None:
        """Ask about the next hyperparameter, of the same copy."""
        if not self.is_known:
            return
        answer: Any = self.answer
        names = answer.names
        self.field_name, self.chosen = names[(names.index(answer.name) + 1) % len(names)], None
        self.ask_anew()

    def action_up(self) -> None:
        self._move(-1)

    def action_down(self) -> None:
        self._move(1)

    def _move(self, by: int) -> None:
        self.chosen = (self._place + by) % self.ways()
        self.refresh_page()


def loss_axis(losses: Floats, most: int, *, log: bool = False) -> Axis:
    """Make the y axis of losses over epochs (…, E): from all of them where it is logarithmic.

    Else the first twentieth of the epochs, and what is beyond four times the median of the rest, is cut off.
    """
    known = losses[np.isfinite(losses) & ((losses > 0) | (not log))]
    if not known.size:
        return linear_axis(0.0, 1.0, most)
    low, high = float(known.min()), float(known.max())
    if log:
        return log_axis(low, high, most)
    later = losses[..., losses.shape[-1] // 20 + 1 :]
    later = later[np.isfinite(later)]
    if later.size:
        high = min(float(later.max()), CUT * float(np.median(later)))
    return exact_axis(low, max(high, low + 1e-12), most)


def loss_text(value: float) -> str:
    """A loss with four digits after the point."""
    return decimal(value, 4)


def change_text(value: float, base: float) -> str:
    """The difference of two losses as they are printed, with its sign."""
    if not (math.isfinite(value) and math.isfinite(base)):
        return "·"
    if max(abs(value), abs(base)) < SMALL:
        return decimal(value - base, 4, signed=True)
    change = round(value, 4) - round(base, 4)
    return (MINUS if change < 0 else "+") + f"{abs(change):.4f}"
