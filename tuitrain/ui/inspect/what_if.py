"""What if: the next epochs at other values, from exactly here; a digit adopts one."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import ClassVar

import numpy as np
from textual.binding import BindingType
from textual.geometry import Region
from textual.strip import Strip

from tuitrain.numbers import significant
from tuitrain.options.hyperparameters import FIELDS
from tuitrain.session.asked.what_if import WhatIf, WhatIfAnswer
from tuitrain.session.questions import Question
from tuitrain.session.snapshot import Snapshot
from tuitrain.translation import N_
from tuitrain.translation import gettext as _
from tuitrain.ui.inspect.experiment import EQUAL, WaysPage, adopting, change_text, loss_text
from tuitrain.ui.inspect.page import everywhere_on_pages, page_bindings
from tuitrain.ui.keys import Action
from tuitrain.ui.plots.figures import decimal, right
from tuitrain.ui.plots.lines import Part, line
from tuitrain.ui.plots.raster import Canvas, Window
from tuitrain.ui.theme import Role, Theme

READING_ROWS = 5  # of the pane below, with its frame
MOST_ROWS = 5  # of a strip
HIGHEST = 1.25  # times the highest loss of the copy as run, above which strips are cut off
_EPOCHS = ("+ -", "more epochs, fewer")
_RUNG = ("↑ ↓ j k", "another value")

WHAT_IF_ACTIONS = (
    *adopting(most=6, meaning=N_("adopt this value")),
    Action("other", ("o",), "o", "field", "ask about another field", "page", 97),
    Action("cycle_axis", ("h",), "h", "axis", "by epoch, step, second", "page", 74),
    Action("toggle_log", ("l",), "l", "log", "logarithmic axis", "page", 73),
    Action("nudge_up", ("plus", "equals_sign"), "+ =", "epochs", "more epochs", "page", 88, pair=_EPOCHS),
    Action("nudge_down", ("minus", "underscore"), "- _", "", "fewer epochs", "page", pair=_EPOCHS),
    Action("start_pause", ("space",), "space", "redo", "again, from the run as it is", "page", 90),
    Action("mark", ("full_stop",), ".", "keep asking", "ask again as the run goes", "page", 75),
    Action("up", ("up", "k"), "↑ k", "value", "the value above", "page", 60, pair=_RUNG),
    Action("down", ("down", "j"), "↓ j", "", "the value below", "page", pair=_RUNG),
    *everywhere_on_pages(),
)


class WhatIfPage(WaysPage, inherit_bindings=False):
    """A ladder of values, each with the loss of the next epochs as a strip."""

    NAME = "what_if"
    TITLE_TEXT = N_("What if")
    ACTIONS = WHAT_IF_ACTIONS
    BINDINGS: ClassVar[list[BindingType]] = page_bindings(WHAT_IF_ACTIONS)
    PARTS = ("ladder", "reading")
    AMOUNTS, FIRST_AMOUNT = (3, 5, 10, 20, 50, 100), 10
    answer: WhatIfAnswer | None

    def __init__(self, look: Theme) -> None:
        super().__init__(look)
        self.field_name = "learning_rate"
        self.keeps_asking = False
        self.earlier: list[str] = []  # what was best when it was asked before

    def question(self) -> Question:
        return WhatIf(self.amount, self.field_name, copy=self.copy)

    @property
    def _ends(self) -> list[float]:
        """The loss of each copy at the last epoch that all have done."""
        assert self.answer is not None
        ends: list[float] = self.answer.losses[:, -1].tolist()
        return ends

    @property
    def _best(self) -> int:
        assert self.answer is not None
        ends = self._ends
        known = [place for place, loss in enumerate(ends) if math.isfinite(loss)]
        return min(known, key=lambda place: (ends[place], place != self.answer.now)) if known else self.answer.now  # type: ignore[union-attr]

    def ways(self) -> int:
        assert self.answer is not None
        return len(self.answer.values)

    @property
    def _place(self) -> int:
        assert self.answer is not None
        return self._best if self.chosen is None else min(self.chosen, len(self.answer.values) - 1)

    # Drawing

    def boxes(self, area: Region) -> dict[str, Region]:
        ladder = Region(area.x, area.y, area.width, area.height - READING_ROWS + 1)
        return {"ladder": ladder, "reading": Region(area.x, ladder.bottom - 1, area.width, READING_ROWS)}

    def draw_part(self, name: str, width: int, height: int) -> Sequence[Strip]:
        return self._draw_ladder(width, height) if name == "ladder" else self._read(width, height)

    def _draw_ladder(self, width: int, height: int) -> list[Strip]:
        answer, theme = self.answer, self.look
        assert answer is not None
        window = self._window()
        rows = max(1, min(MOST_ROWS, (height - 2) // len(answer.values)))
        left, end = 24, 27
        columns = max(width - left - end, 8)
        what = _("validation loss") if answer.part == "validation" else _("training loss")
        over = self._over(what, window.x_high)
        lines = [line(width, [
            (f"    {right(self._cut(_('value'), 9), 9)}  {right(self._cut(_('× now'), 7), 7)}  ", theme["dim"]),
            (f"{self._cut(over, columns + 1):<{columns + 1}}", theme["dim"]),
            (right(_("at {epoch}").format(epoch=answer.start + answer.done), 9), theme["dim"]),
            (f"   {_('gain')}", theme["dim"]),
        ])]  # fmt: skip
        for place in range(len(answer.values)):
            lines += self._rung(place, window, rows, (left, columns, width))
        low, high = (significant(10**end if self.is_log else end) for end in (window.y_low, window.y_high))
        told = _("scale of each strip: {low} below, {high} above; what is higher is cut off").format(low=low, high=high)
        return [*lines, self.told(width, f" {told}", "dim")]

    def _over(self, what: str, end: float) -> str:
        """What the strips show, and from where to where."""
        assert self.answer is not None
        if self.axis == 0:
            start = self.answer.start
            return _("{what}, epochs {first}–{last}").format(what=what, first=start, last=start + self.answer.total)
        if self.axis == 1:
            return _("{what}, {count} steps").format(what=what, count=f"{end:,.0f}")
        return _("{what}, {seconds} s").format(what=what, seconds=decimal(end, 2))

    def _window(self) -> Window:
        """What all strips show: from the lowest loss to the highest, or to a multiple of those of the copy as run."""
        answer = self.answer
        assert answer is not None
        least = 0.0 if self.is_log else -np.inf  # no logarithm is drawn of a loss of 0
        known, own = (each[np.isfinite(each) & (each > least)] for each in (answer.losses, answer.losses[answer.now]))
        low, high = (float(known.min()), float(known.max())) if known.size else (0.0, 1.0)
        if own.size:
            high = min(high, HIGHEST * float(own.max()))
        end = float(self.along(answer.steps, answer.seconds).max()) if self.axis else float(answer.total)
        high = max(high, low * (1 + 1e-6) if self.is_log else low + 1e-9)
        if self.is_log:
            low, high = math.log10(low or high / 10), math.log10(high)
        return Window(0.0, end or 1.0, low, high, self.is_log)

    def _rung(self, place: int, window: Window, rows: int, room: tuple[int, int, int]) -> list[Strip]:
        """The lines of a value: its number, the value, the strip, and the loss at the end with what it gains."""
        answer, theme, (left, columns, width) = self.answer, self.look, room
        assert answer is not None
        canvas = Canvas(rows, columns, theme=theme)
        along = self.along(answer.steps, answer.seconds)[place]
        losses = np.minimum(answer.losses[place], 10**window.y_high if self.is_log else window.y_high)
        role: Role = "bold" if place == self._place else "plain"
        canvas.curve(along, losses, window, style=theme["validation"])
        sign = theme.signs.cursor if place == self._place else " "
        value = right(self._shown_value(place), 9)
        head = f"{sign}{place + 1}  {value}  {right(self._factor(place), 7)}"
        first: list[Part] = [(f"{head:<{left}}", theme[role])]
        ends = self._end_of(place)
        blank: list[Part] = [(" " * left, theme["plain"])]
        lines = []
        for row, segments in enumerate(canvas.segments()):
            strip: list[Part] = [(segment.text, segment.style or theme["plain"]) for segment in segments]
            lines.append(line(width, [*(blank if row else first), *strip, *([] if row else ends)]))
        return lines

    def _shown_value(self, place: int) -> str:
        assert self.answer is not None
        return FIELDS[self.answer.name].format(self.answer.values[place])

    def _factor(self, place: int) -> str:
        """What the value is of the present one, or that it is that."""
        answer, times = self.answer, self.look.signs.times
        assert answer is not None
        now, value = answer.values[answer.now], answer.values[place]
        if answer.name == "learning_rate":
            return f"{times} {round(float(value) / float(now), 2):g}"
        return _("now") if place == answer.now else ""

    def _end_of(self, place: int) -> list[Part]:
        """The loss at the end, and the difference to the copy as run."""
        answer, theme, ends = self.answer, self.look, self._ends
        assert answer is not None
        if answer.diverged[place] and not math.isfinite(ends[place]):
            told = _("diverged at epoch {epoch}").format(epoch=answer.diverged[place])
            return [(f"  {theme.signs.diverged} {told}", theme["bad"])]
        loss: Part = (right(loss_text(ends[place]), 10), theme["plain"])
        if place == answer.now:
            return [loss, (f"     {_('now')}", theme["dim"])]
        sign, role = self._verdict(place)
        return [loss, (f"   {sign} {theme.plain(change_text(ends[place], ends[answer.now]))}", theme[role])]

    def _verdict(self, place: int) -> tuple[str, Role]:
        """Whether a value did better than the present one."""
        answer, theme = self.answer, self.look
        assert answer is not None
        own, loss = self._ends[answer.now], self._ends[place]
        if not (math.isfinite(own) and math.isfinite(loss)):
            return " ", "dim"
        if abs(loss - own) < EQUAL * abs(own):
            return theme.plain("≈") if not theme.ascii_only else "=", "dim"
        return (theme.signs.done, "good") if loss < own else (theme.signs.diverged, "bad")

    def _read(self, width: int, height: int) -> list[Strip]:
        """What the ladder says, in words."""
        answer = self.answer
        assert answer is not None
        ends, best, now = self._ends, self._best, answer.now
        if not math.isfinite(ends[now]):
            first = _("with the value as it is the run diverges at epoch {epoch}").format(epoch=answer.diverged[now])
        elif best == now or self._verdict(best)[0] != self.look.signs.done:
            first = _("no other value does better than the present one by more than 1 % of its loss")
        else:
            first = _("{value} gains {gain} over staying at {now}").format(
                value=self._shown_value(best),
                gain=change_text(ends[now], ends[best]).lstrip("+"),
                now=self._shown_value(now),
            )
        lost = [self._shown_value(place) for place, epoch in enumerate(answer.diverged) if epoch]
        if lost and math.isfinite(ends[now]):
            first += "; " + _("{values} diverged").format(values=", ".join(lost))
        return [
            self.told(width, first, "bold"),
            self.told(width, _("so few epochs say what is fast now, not what is best at the end")),
            self.told(width, self._later(), "dim"),
        ]

    def _later(self) -> str:
        """What was best before, or how to ask again."""
        assert self.answer is not None
        if self.earlier:
            return _("before: {answers}").format(answers=", ".join(self.earlier[-4:]))
        if self.keeps_asking:
            return _("asked again when your run has done these epochs")
        return _("+ asks about more epochs, space again from here, . again as the run goes")

    # What is said

    def show(self, snapshot: Snapshot) -> None:
        super().show(snapshot)
        answer = self.answer
        if not self.keeps_asking or answer is None or answer.problem or not answer.is_whole:
            return
        if answer.question == self.question() and snapshot.epoch >= answer.start + answer.total:
            self.earlier.append(
                _("{value} at epoch {epoch}").format(value=self._shown_value(self._best), epoch=answer.start)
            )
            self.copy_anew()

    def describe(self) -> tuple[str, str]:
        answer = self.answer
        assert answer is not None
        what = _("{data} · from epoch {epoch}, {count} more epochs each").format(
            data=self.session.snapshot.dataset.name, epoch=self._from(), count=answer.total
        )
        return what, self.progress()

    def _from(self) -> str:
        assert self.answer is not None
        answer = self.answer
        return str(answer.start) + (" + " + _("step {step}").format(step=answer.step) if answer.step else "")

    def titles(self) -> dict[str, tuple[str, str]]:
        answer = self.answer
        assert answer is not None
        label = _(FIELDS[answer.name].label)
        how = (
            _("one after another, in other batches")
            if answer.name == "batch_size"
            else _("from here, same batches in one stack")
        )
        return {
            "ladder": (_("Ladder") + f" · {label}, {how}", _("log") if self.is_log else ""),
            "reading": (_("Reading"), ""),
        }

    def explain(self) -> tuple[str, str, tuple[str, ...]]:
        answer = self.answer
        assert answer is not None
        name = f"{_(FIELDS[answer.name].label)} {self._shown_value(self._place)}"
        return name, _(FIELDS[answer.name].meaning), ()

    def tell(self) -> str:
        answer = self.answer
        assert answer is not None
        return _("copied at epoch {epoch}, your run is untouched · {digit} adopts, u takes it back").format(
            epoch=self._from(), digit=self._place + 1
        )

    def words_now(self) -> Mapping[str, str]:
        names = self.answer.names if self.answer is not None else ()
        return {"mark": N_("ask no more") if self.keeps_asking else N_("keep asking"),
                **({"other": ""} if len(names) == 1 else {})}  # fmt: skip

    # What the keys do

    def action_mark(self) -> None:
        """Ask again each time that the run has done the epochs asked about, or no more."""
        self.keeps_asking = not self.keeps_asking
        self.say(_("asked again as the run goes, . ends it") if self.keeps_asking else _("not asked again by itself"))
        self.refresh_page()

    def action_other(self) -> None:
        self.earlier.clear()
        super().action_other()

    def action_adopt(self, digit: int) -> None:
        """Set the value of the run."""
        if not self.is_known or self.answer is None or digit > len(self.answer.values):
            return
        answer = self.answer
        when = self.set_field(answer.name, answer.values[digit - 1])
        self.chosen = digit - 1
        self.refresh_page()
        self.say(_("{name} {value} {when}; u on the Train screen takes it back").format(
            name=_(FIELDS[answer.name].label), value=self._shown_value(digit - 1), when=when
        ))  # fmt: skip
