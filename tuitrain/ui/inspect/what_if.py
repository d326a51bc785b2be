"""What if: the next epochs at other values, from exactly here; a digit adopts one."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.binding import BindingType
from textual.geometry import Region
from textual.strip import Strip

from tuitrain.options.hyperparameters import FIELDS
from tuitrain.session.asked.what_if import WhatIf, WhatIfAnswer
from tuitrain.session.questions import Question
from tuitrain.session.snapshot import Snapshot
from tuitrain.translation import N_
from tuitrain.translation import gettext as _
from tuitrain.ui.inspect.adopting import adopting
from tuitrain.ui.inspect.experiment import ExperimentPage, change_text
from tuitrain.ui.inspect.page import everywhere_on_pages, page_bindings
from tuitrain.ui.inspect.what_if_ladder import Ladder
from tuitrain.ui.keys import Action
from tuitrain.ui.plots.lines import notice
from tuitrain.ui.theme import Theme

READING_ROWS = 5  # of the pane below, with its frame
WIDE = 110  # cells of a page that asks about two fields
_EPOCHS = ("+ -", "more epochs, fewer")
_COLUMN = ("tab", "the other column, from 110 columns")
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
    Action("next_pane", ("tab",), "tab", "column", "the other column", "page", 80, pair=_COLUMN),
    Action("previous_pane", ("shift+tab",), "shift+tab", "", "the other column", "page", pair=_COLUMN),
    *everywhere_on_pages(),
)


@dataclass
class AskedField:
    """A field that is asked about, with the newest answer; `chosen` is the number of its selected value."""

    name: str
    answer: WhatIfAnswer | None = None
    chosen: int | None = None  # None: the best


class WhatIfPage(ExperimentPage, inherit_bindings=False):
    """A ladder of values, each with the loss of the next epochs as a strip; of two fields where there is room."""

    NAME = "what_if"
    TITLE_TEXT = N_("What if")
    ACTIONS = WHAT_IF_ACTIONS
    BINDINGS: ClassVar[list[BindingType]] = page_bindings(WHAT_IF_ACTIONS)
    PARTS = ("ladder", "second", "reading")
    AMOUNTS, FIRST_AMOUNT = (3, 5, 10, 20, 50, 100), 10
    answer: WhatIfAnswer | None

    def __init__(self, look: Theme) -> None:
        super().__init__(look)
        self.columns = [AskedField("learning_rate"), AskedField("")]
        self.column = 0  # the one that is selected
        self.keeps_asking = False
        self.earlier: list[str] = []  # what was best when it was asked before

    @property
    def is_wide(self) -> bool:
        """Whether there are two columns."""
        return self.size.width >= WIDE

    @property
    def _shown(self) -> list[AskedField]:
        return self.columns if self.is_wide else [self.columns[self.column]]

    def question(self) -> Question:
        """What is not answered yet: of the selected column, and then of the other one."""
        selected, other = self.columns[self.column], self.columns[1 - self.column]
        is_next = self.is_wide and other.name and self._has_all(selected) and not self._has_all(other)
        return self._asked(other if is_next else selected)

    def _asked(self, column: AskedField) -> WhatIf:
        return WhatIf(self.amount, column.name, copy=self.copy)

    def _has_all(self, column: AskedField) -> bool:
        answer = column.answer
        return answer is not None and answer.is_whole and answer.question == self._asked(column)

    @property
    def _ladder(self) -> Ladder:
        assert self.answer is not None
        return self._ladder_of(self.answer, self.columns[self.column])

    def _ladder_of(self, answer: WhatIfAnswer, column: AskedField) -> Ladder:
        along = self.along(answer.steps, answer.seconds)
        return Ladder(answer, self.look, column.chosen, along, self.axis, self.is_log)

    def words_now(self) -> Mapping[str, str]:
        words = {"mark": N_("ask no more") if self.keeps_asking else N_("keep asking")}
        return {**words, **({} if self.is_wide else {"next_pane": ""})}

    # Drawing

    def boxes(self, area: Region) -> dict[str, Region]:
        height = area.height - READING_ROWS + 1
        half = area.width // 2 + 1 if area.width >= WIDE else area.width
        ladder = Region(area.x, area.y, half, height)
        reading = Region(area.x, ladder.bottom - 1, area.width, READING_ROWS)
        if area.width < WIDE:
            return {"ladder": ladder, "reading": reading}
        second = Region(ladder.right - 1, area.y, area.width - half + 1, height)
        return {"ladder": ladder, "second": second, "reading": reading}

    def draw_part(self, name: str, width: int, height: int) -> Sequence[Strip]:
        if name == "reading":
            return self._read(width, height)
        column = self._shown[0] if name == "ladder" else self.columns[1]
        if column.answer is None:
            return notice(width, height, (_("working it out"),), self.look["dim"])
        return self._ladder_of(column.answer, column).draw(width, height)

    def _read(self, width: int, height: int) -> list[Strip]:
        """What the ladder says, in words."""
        ladder = self._ladder
        answer = ladder.answer
        ends, best, now = ladder.ends, ladder.best, answer.now
        if not math.isfinite(ends[now]):
            first = _("with the value as it is the run diverges at epoch {epoch}").format(epoch=answer.diverged[now])
        elif best == now or ladder.verdict(best)[0] != self.look.signs.done:
            first = _("no other value does better than the present one by more than 1 % of its loss")
        else:
            told = _("{value} gains {gain} of {part} loss over staying at {now}")
            first = told.format(
                value=ladder.value_text(best),
                part=_(answer.part),
                gain=change_text(ends[now], ends[best]).lstrip("+"),
                now=ladder.value_text(now),
            )
        lost = [ladder.value_text(place) for place, epoch in enumerate(answer.diverged) if epoch]
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
        """Take an answer to the column that has asked; when it is whole, the other one asks."""
        answer = snapshot.answer
        if answer is None or answer.question.copy != self.copy:
            return
        if not isinstance(answer, WhatIfAnswer):
            super().show(snapshot)
            return
        for column in self.columns:
            if answer is not column.answer and answer.question == self._asked(column):
                self._take(column, answer)
        self._ask_again(snapshot)

    def _take(self, column: AskedField, answer: WhatIfAnswer) -> None:
        column.answer = answer
        if column is self.columns[self.column]:
            self.answer = answer
        other = self.columns[1]
        if not other.name:
            other.name = next((name for name in answer.names if name != answer.name), "")
        if answer.is_whole:
            self._ask()
        self.refresh_page()

    def _ask_again(self, snapshot: Snapshot) -> None:
        """Ask again where that is wanted and the run has done the epochs asked about."""
        answer = self.answer
        if (
            not self.keeps_asking
            or answer is None
            or not all(self._has_all(column) for column in self._shown if column.name)
        ):
            return
        if snapshot.epoch >= answer.start + answer.total:
            ladder = self._ladder
            told = _("{value} at epoch {epoch}").format(value=ladder.value_text(ladder.best), epoch=answer.start)
            self.earlier.append(told)
            self.copy_anew()

    def copy_anew(self) -> None:
        for column in self.columns:
            column.answer = None
        super().copy_anew()

    def after_arranging(self) -> None:
        """There may be room for the second column now, or none any more."""
        super().after_arranging()
        self._ask()

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
        titles = {"reading": (_("Reading"), "")}
        for part, column in zip(("ladder", "second"), self._shown, strict=False):
            if column.answer is not None:
                titles[part] = self._title(column.answer), _("log") if self.is_log else ""
        return titles

    def _title(self, answer: WhatIfAnswer) -> str:
        label = _(FIELDS[answer.name].label)
        if self.is_wide:
            return _("Ladder") + f" · {label}"
        how = (
            _("one after another, in other batches")
            if answer.name == "batch_size"
            else _("from here, same batches in one stack")
        )
        return _("Ladder") + f" · {label}, {how}"

    def explain(self) -> tuple[str, str, tuple[str, ...]]:
        answer = self.answer
        assert answer is not None
        name = f"{_(FIELDS[answer.name].label)} {self._ladder.value_text(self._ladder.place)}"
        return name, _(FIELDS[answer.name].meaning), ()

    def tell(self) -> str:
        answer = self.answer
        assert answer is not None
        return _("copied at epoch {epoch}, your run is untouched · {digit} adopts, u takes it back").format(
            epoch=self._from(), digit=self._ladder.place + 1
        )

    # What the keys do

    def action_mark(self) -> None:
        """Ask again each time that the run has done the epochs asked about, or no more."""
        self.keeps_asking = not self.keeps_asking
        self.say(_("asked again as the run goes, . ends it") if self.keeps_asking else _("not asked again by itself"))
        self.refresh_page()

    def action_other(self) -> None:
        """Ask about the next hyperparameter, of the same copy; with two columns, in the second one."""
        if not self.is_known or self.answer is None:
            return
        column = self.columns[1 if self.is_wide else self.column]
        beside = self.columns[0].name if self.is_wide else ""
        names = [name for name in self.answer.names if name != beside]
        place = names.index(column.name) if column.name in names else -1
        column.name, column.chosen = names[(place + 1) % len(names)], None
        self.earlier.clear()
        self.ask_anew()

    def action_next_pane(self) -> None:
        """Select the other column, whose values the digits adopt then."""
        if not self.is_wide or self.columns[1 - self.column].answer is None:
            self.say(_("from 110 columns there are two fields beside each other; o shows another one here"))
            return
        self.column = 1 - self.column
        self.answer = self.columns[self.column].answer
        self.panes[("ladder", "second")[self.column]].focus()
        self.refresh_page()

    def action_previous_pane(self) -> None:
        self.action_next_pane()

    def action_up(self) -> None:
        self._move(-1)

    def action_down(self) -> None:
        self._move(1)

    def _move(self, by: int) -> None:
        if not self.is_known or self.answer is None:
            return
        self.columns[self.column].chosen = (self._ladder.place + by) % len(self.answer.values)
        self.refresh_page()

    def action_adopt(self, digit: int) -> None:
        """Set the value of the run."""
        if not self.is_known or self.answer is None or digit > len(self.answer.values):
            return
        answer = self.answer
        when = self.set_field(answer.name, answer.values[digit - 1])
        self.columns[self.column].chosen = digit - 1
        self.refresh_page()
        self.say(_("{name} {value} {when}; u on the Train screen takes it back").format(
            name=_(FIELDS[answer.name].label), value=self._ladder.value_text(digit - 1), when=when
        ))  # fmt: skip
