"""A│B lab: one thing is changed, both are trained from the same seed, and what differs is said."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from textual import events
from textual.binding import BindingType
from textual.geometry import Region
from textual.strip import Strip

from tuitrain.errors import HyperparameterError, TuitrainError
from tuitrain.options.hyperparameters import FIELDS, Hyperparameters
from tuitrain.session.asked.lab import PairAnswer, TrainPair
from tuitrain.session.commands import SetHyperparameter
from tuitrain.session.questions import Question
from tuitrain.text import visible
from tuitrain.translation import N_, ngettext
from tuitrain.translation import gettext as _
from tuitrain.ui.inspect.adopting import adopting, when_it_acts
from tuitrain.ui.inspect.experiment import CopiesPage
from tuitrain.ui.inspect.lab_drawing import LabView, draw_curves, draw_note, draw_table
from tuitrain.ui.inspect.lab_figures import AXES, ended, furthest
from tuitrain.ui.inspect.lab_marks import MOST_NOTE, LabMarks, differing, fields_with_effect
from tuitrain.ui.inspect.page import everywhere_on_pages, page_bindings
from tuitrain.ui.keys import Action
from tuitrain.ui.theme import Theme
from tuitrain.ui.widgets.form.line_edit import LineEdit

LARGE = 110  # columns from which the table is wider
HIGH = 30  # rows of the area from which the note is
MOST_VALUES = 20  # characters of values in the explanation, so that what can be told of the cause is never cut
_CURSOR = ("← →", "cursor back, on")
_VALUE = ("+ -", "B's value of the field: next, previous")
_FIELD = ("↑ ↓ j k", "over the fields that differ")

LAB_ACTIONS = (
    Action("back", ("left",), "←", "cursor", "cursor back", "page", 99, pair=_CURSOR),
    Action("on", ("right",), "→", "", "cursor on", "page", pair=_CURSOR),
    Action("cycle_axis", ("h",), "h", "axis", "by epoch, step, second", "page", 92),
    Action("other", ("o",), "o", "field", "change another field", "page", 96),
    Action("nudge_up", ("plus", "equals_sign"), "+ =", "value", "B's next value", "page", 95, pair=_VALUE),
    Action("nudge_down", ("minus", "underscore"), "- _", "", "B's previous value", "page", pair=_VALUE),
    Action("edit", ("enter",), "enter", "", "type B's value of the field", "page"),
    Action("undo", ("u",), "u", "", "take back what was changed here", "page"),
    Action("b_becomes_a", ("A",), "A", "B is A", "B becomes the new A", "page", 84),
    *adopting(most=2, meaning=N_("adopt A's or B's settings"), rank=93),
    Action("export", ("x",), "x", "export", "write the sheet: Markdown, SVG", "page", 94),
    Action("note", ("colon",), ":", "note", "type a note on this pair", "page", 91),
    Action("toggle_log", ("l",), "l", "log", "logarithmic axis", "page", 80),
    Action("start_pause", ("space",), "space", "again", "train both again", "page", 70),
    Action("up", ("up", "k"), "↑ k", "", "the field above", "page", pair=_FIELD),
    Action("down", ("down", "j"), "↓ j", "", "the field below", "page", pair=_FIELD),
    *(action for action in everywhere_on_pages() if action.name != "note"),
)


class LabPage(CopiesPage, inherit_bindings=False):
    """Both loss curves with a cursor, what differs with the numbers, and a note."""

    NAME = "lab"
    TITLE_TEXT = N_("A│B lab")
    ACTIONS = LAB_ACTIONS
    BINDINGS: ClassVar[list[BindingType]] = page_bindings(LAB_ACTIONS)
    PARTS = ("curves", "table", "note")
    answer: PairAnswer | None

    def __init__(self, look: Theme) -> None:
        super().__init__(look)
        self.marks: LabMarks = self.host.lab
        self.marks.look_at(self._form())
        self.axis, self.is_log = AXES[0], False
        self.place: float | None = None  # of the cursor on the axis; None: as far as both have come
        self.typing: LineEdit | None = None

    def question(self) -> Question:
        assert self.marks.a is not None
        return TrainPair(self.marks.a, self.marks.b, copy=self.copy)

    def selected_word(self) -> tuple[str, str, str]:
        return "lab", "", ""

    def _form(self) -> Hyperparameters:
        """The settings that the form of the Train screen has now."""
        snapshot = self.session.snapshot
        try:
            return snapshot.hyperparameters.replace(**snapshot.pending)
        except HyperparameterError:
            return snapshot.hyperparameters

    @property
    def _fingerprint(self) -> str:
        fingerprint: str = self.session.snapshot.dataset.fingerprint
        return fingerprint

    # Drawing

    def boxes(self, area: Region) -> dict[str, Region]:
        below, beside = (8 if area.height >= HIGH else 6), (46 if area.width >= LARGE else 33)
        curves = Region(area.x, area.y, area.width - beside + 1, area.height - below + 1)
        return {
            "curves": curves,
            "table": Region(curves.right - 1, area.y, beside, curves.height),
            "note": Region(area.x, curves.bottom - 1, area.width, below),
        }

    def view(self) -> LabView:
        """What is shown of the answer."""
        answer, facts = self.answer, self.session.snapshot.dataset
        assert answer is not None and isinstance(answer.question, TrainPair)
        a, b = answer.question.a, answer.question.b
        effective, names = fields_with_effect(a, b, facts), differing(a, b, facts)
        equal = sum(name not in names for name in effective)
        return LabView(answer, names, frozenset(effective), self.marks.field, equal, self.axis, self._at, self.is_log)

    def draw_part(self, name: str, width: int, height: int) -> Sequence[Strip]:
        if name == "note":
            text = self.typing.text if self.typing else visible(self.marks.note(self._fingerprint), MOST_NOTE)
            return draw_note(width, height, text, self.typing.cursor if self.typing else None, self.look)
        draw = draw_curves if name == "curves" else draw_table
        return draw(width, height, self.view(), self.look)

    @property
    def _at(self) -> float | None:
        """Where the cursor is: as far as both have come, unless it was moved."""
        answer = self.answer
        assert answer is not None
        ends = [float(side.along(self.axis)[-1]) for side in answer.sides if side.done]
        if not ends:
            return None
        return min(ends) if self.place is None else min(self.place, max(ends))

    # What is said

    def describe(self) -> tuple[str, str]:
        a, b = self.view().pair
        answer, signs = self.answer, self.look.signs
        assert answer is not None
        seeds = _("same seed {seed}").format(seed=a.seed)
        if b is not None and b.seed != a.seed:
            seeds = _("seeds {a} and {b}").format(a=a.seed, b=b.seed)
        elif b is not None:
            seeds += ", " + (_("same batches") if b.batch_size == a.batch_size else _("other batches"))
        done = " ".join(f"{name} {side.done}" for name, side in zip("AB", answer.sides, strict=False) if side.done > 0)
        sign = signs.done if answer.is_whole else signs.running
        return f"{visible(self.session.snapshot.dataset.name, 40)} · {seeds}", f"{sign} {done}"

    def titles(self) -> dict[str, tuple[str, str]]:
        answer = self.answer
        assert answer is not None
        loss = _("validation loss") if answer.part == "validation" else _("training loss")
        title = _("A and B · {loss} by {axis}").format(loss=loss, axis=_(self.axis))
        note = _("esc leaves the note") if self.typing else ""
        return {
            "curves": (title + (f" · {_('log')}" if self.is_log else ""), ""),
            "table": (_("differs"), ""), "note": (_("Note"), note),
        }  # fmt: skip

    def explain(self) -> tuple[str, str, tuple[str, ...]]:
        view = self.view()
        spec = FIELDS[view.field]
        a, b = view.values(view.field)
        values = a if a == b else f"{a} → {b}"
        name = f"{_(spec.label)} {values}" if len(values) <= MOST_VALUES else _(spec.label)  # the table has them
        return name, _(spec.meaning), (self._verdict(view),)

    def _verdict(self, view: LabView) -> str:
        """Whether it can be told what makes the difference."""
        causes = [name for name in view.fields if name in view.effective]
        if not view.fields:
            return _("there is no B yet")
        if not causes:
            return _("no effect here: B is A")
        if len(causes) > 1:
            return _("{count} fields differ: the cause cannot be told").format(count=len(causes))
        return _("only the seed differs: luck") if causes == ["seed"] else _("one field changed: B is fair")

    def tell(self) -> str:
        answer, signs = self.answer, self.look.signs
        assert answer is not None
        if self.typing:
            return _("esc or enter leaves the note; it is kept with both and written into the sheet")
        for name, side in zip("AB", answer.sides, strict=False):
            if side.problem:
                return f"{signs.error} {name}: {side.problem}"
            if side.ending == "diverged":
                told = _("{side} {how}: {why}").format(side=name, how=ended(side), why=side.message)
                return f"{signs.diverged} {told}"
        if not answer.is_whole:
            return _("both train on copies, your run is untouched · ← → cursor, h: by step, second")
        how = [ended(side) for side in answer.sides if side.ending]
        if len(how) == 2 and how[0] == how[1]:
            told = _("both done, {how} each").format(how=how[0])
        else:
            told = ", ".join(f"{name} {text}" for name, text in zip("AB", how, strict=False))
        return f"{signs.done} {told} · " + _("← → cursor, h axis")

    # What the keys do

    def _make_b(self, value: object) -> None:
        """Give the chosen field a value in B, and train both."""
        self.marks.put(value)
        self.place = None
        self.ask_anew()

    def action_nudge_up(self) -> None:
        self._nudge(1)

    def action_nudge_down(self) -> None:
        self._nudge(-1)

    def _nudge(self, direction: int) -> None:
        spec, now = FIELDS[self.marks.field], self.marks.value()
        value = spec.nudge(now, direction)
        if value == now:
            self.say(_("{label} {value} is the end of its range").format(label=_(spec.label), value=spec.format(now)))
            return
        self._make_b(value)

    def action_edit(self) -> None:
        """Ask for B's value of the field."""
        from tuitrain.ui.widgets.prompt_dialog import PromptDialog  # noqa: PLC0415 - not for the first paint

        spec = FIELDS[self.marks.field]

        def read(text: str) -> tuple[object]:
            try:
                return (spec.parse(text),)
            except ValueError as error:
                raise HyperparameterError(str(error)) from error

        def answered(found: tuple[object] | None) -> None:
            if found is not None:
                self._make_b(found[0])

        title = _("B: {label} (enter takes it, esc leaves)").format(label=_(spec.label))
        self.open(PromptDialog(self.look, title, spec.format(self.marks.value()), read, hints=[spec.allowed]), answered)

    def action_other(self) -> None:
        """Choose the next field to change; what was changed of the last one here is taken back."""
        marks = self.marks
        assert marks.a is not None
        names = fields_with_effect(marks.a, marks.b, self.session.snapshot.dataset)
        at = names.index(marks.field) if marks.field in names else -1
        marks.choose(names[(at + 1) % len(names)])
        self.ask_anew()

    def action_up(self) -> None:
        self._select(-1)

    def action_down(self) -> None:
        self._select(1)

    def _select(self, by: int) -> None:
        """Select another of the fields that differ; nothing is taken back."""
        if not self.is_known:
            return
        names = self.view().fields
        if names:
            at = names.index(self.marks.field) if self.marks.field in names else -min(by, 0)
            self.marks.field = names[(at + by) % len(names)]
            self.refresh_page()

    def action_undo(self) -> None:
        if not self.marks.take_back():
            self.say(_("nothing was changed here; u on the Train screen takes back the form's edits"))
            return
        self.ask_anew()

    def action_b_becomes_a(self) -> None:
        if not self.marks.b_becomes_a():
            self.say(_("there is no B yet: + and − make one of this field"))
            return
        self.place = None
        self.ask_anew()
        self.say(_("B is A now; the next edit makes a new B"))

    def action_back(self) -> None:
        self._move(-1)

    def action_on(self) -> None:
        self._move(1)

    def _move(self, by: int) -> None:
        if not self.is_known or self.answer is None or self._at is None:
            return
        end = furthest(self.answer, self.axis)
        step = max(end / 50, 0.01) if self.axis == "second" else float(max(1, round(end / 50)))
        place = min(max(self._at + by * step, 0.0), end)
        self.place = round(place, 2) if self.axis == "second" else place
        self.refresh_page()

    def action_cycle_axis(self) -> None:
        """Compare at equal epochs, steps or seconds; the cursor stays at A's epoch."""
        axis, at = AXES[(AXES.index(self.axis) + 1) % len(AXES)], self._at if self.is_known else None
        if self.place is not None and at is not None and self.answer is not None:
            side = self.answer.sides[0]
            epoch = side.epoch_at(self.axis, at)
            self.place = float(side.along(axis)[epoch]) if side.done else None
        self.axis = axis
        self.refresh_page()

    def action_toggle_log(self) -> None:
        self.is_log = not self.is_log
        self.refresh_page()

    def action_adopt(self, digit: int) -> None:
        """Give the training A's or B's settings."""
        chosen = (self.marks.a, self.marks.b)[digit - 1]
        if chosen is None:
            self.say(_("there is no B yet: + and − make one of this field"))
            return
        name, changed = "AB"[digit - 1], self._form().differences(chosen)
        if not changed:
            self.say(_("the training has {side}'s settings already").format(side=name))
            return
        for field, (_before, value) in changed.items():
            self.session.send(SetHyperparameter(field, value))
        self.marks.adopted(chosen)
        when = when_it_acts(self.session.snapshot, changed)
        values = [f"{_(FIELDS[field].label)} {FIELDS[field].format(new)}" for field, (_old, new) in changed.items()]
        told = _("{side}: {shown} {when}; u on the Train screen takes it back")
        self.say(told.format(side=name, shown=", ".join(values), when=when))

    # The note

    def action_note(self) -> None:
        self.typing = LineEdit(self.marks.note(self._fingerprint), most=MOST_NOTE)
        self.typing.is_selected = False
        self.refresh_page()

    def on_key(self, event: events.Key) -> None:
        """While a note is typed, all keys are its own."""
        if self.typing is None:
            return
        event.stop()
        event.prevent_default()
        before = self.typing.text
        if event.key in {"escape", "enter"}:
            self.typing = None
        elif self.is_too_small:
            return  # nobody sees what is typed
        elif self.typing.press(event.key, event.character):
            self._keep_note()
            if event.is_printable and self.typing.text == before:
                self._say_full(1)
        self.refresh_page()

    def on_paste(self, event: events.Paste) -> None:
        """Take what is pasted into the note, as one paragraph."""
        if self.typing is None or self.is_too_small:
            return
        event.stop()
        rows = (visible(row, len(repr(row))) for row in event.text.splitlines() if row.strip())
        if left_out := self.typing.insert(" ".join(rows)):
            self._say_full(left_out)
        self._keep_note()
        self.refresh_page()

    def _say_full(self, left_out: int) -> None:
        """Say how much of what was typed or pasted found no room."""
        told = ngettext(
            "the note is full ({most:,} characters): {count:,} character was left out",
            "the note is full ({most:,} characters): {count:,} characters were left out", left_out,
        )  # fmt: skip
        self.say(told.format(most=MOST_NOTE, count=left_out))

    def _keep_note(self) -> None:
        assert self.typing is not None
        self.marks.keep_note(self._fingerprint, self.typing.text)

    # The sheet

    def action_export(self) -> None:
        """Ask for a file, and write the sheet and its picture."""
        if not self.is_known or self.answer is None or len(self.answer.sides) < 2:
            self.say(_("there is no B yet: a sheet compares two"))
            return
        if not self.answer.is_whole:
            self.say(_("still training: the sheet is written when both are done"))
            return
        from tuitrain.ui.inspect.lab_sheet import files_of, free_name, sheet_path  # noqa: PLC0415 - only now
        from tuitrain.ui.widgets.save_dialog import SaveDialog  # noqa: PLC0415 - only now

        title = _("Write the sheet as (enter writes, esc leaves)")
        name = free_name(self.session.snapshot.dataset.name, Path())
        self.open(SaveDialog(self.look, name, title=title, read=sheet_path, files=files_of), self._write)

    def _write(self, path: Path | None) -> None:
        if path is None or self.answer is None:
            return
        from tuitrain.ui.inspect.lab_sheet import write_sheet  # noqa: PLC0415 - only now

        try:
            written = write_sheet(path, self.view(), self.session.snapshot.dataset, self.marks.note(self._fingerprint))
        except TuitrainError as error:
            self.status.say(str(error), is_error=True)
            return
        self.say(_("wrote {files}").format(files=_(" and ").join(visible(file, 200) for file in written)))

    # Leaving

    def action_quit(self) -> None:
        """Back to the room; without a B, say there how to make one."""
        has_b = self.marks.b is not None
        super().action_quit()
        if not has_b:
            room: object = self.app.screen
            say = getattr(room, "say", lambda text: None)
            say(_("A is marked; edit a field, and A trains both side by side"))
