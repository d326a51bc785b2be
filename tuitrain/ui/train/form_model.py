"""What the form shows and does, without a screen: values, the cursor, edits and their undoing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

from tuitrain.errors import HyperparameterError
from tuitrain.options.automatic import AUTO, SETTLED
from tuitrain.options.field import Field, Value
from tuitrain.options.hyperparameters import FIELDS, Hyperparameters
from tuitrain.options.metric_names import CLASS_METRICS, VALUE_METRICS
from tuitrain.options.presets import PRESET, changes_to, preset_of
from tuitrain.session.commands import Command, SetHyperparameter, SetPreset
from tuitrain.session.snapshot import Refused, Snapshot
from tuitrain.translation import gettext as _
from tuitrain.ui.widgets.form.model import EntryModel

SPECS: dict[str, Field] = {PRESET.name: PRESET, **FIELDS}
NAMES = tuple(SPECS)
RARE = frozenset({
    "initializer", "beta1", "beta2", "epsilon", "schedule_minimum", "warmup", "l1", "weight_decay", "gradient_clip",
    "metric", "threshold", "loss",
})  # fmt: skip
OF_HIDDEN_UNITS = ("activation", "leaky_slope", "dropout")

Mark = Literal["", "waiting", "at reset", "ended", "refused"]


class FormModel(EntryModel):
    """The form's state.

    An edit is shown at once, and marked until a snapshot answers it: then the form shows what the session made of it,
    a value in use, one that waits for the reset, or a refusal. `send` hands a command over to the session and
    returns its number. `has_validation` and `has_classes` say what the dataset has.
    """

    def __init__(self, send: Callable[[Command], int]) -> None:
        super().__init__()
        self._selected = "hidden_layers"  # a key pressed by chance changes no preset
        self.hyperparameters = self.given = Hyperparameters()
        self.rows, self.has_bins = 0, True  # rows that are trained on
        self.pending: Mapping[str, Any] = {}
        self.refused: Mapping[str, Refused] = {}
        self.unused: frozenset[str] = frozenset()
        self.has_validation = self.has_classes = True
        self._send = send
        self._answered = 0
        self._asked: dict[str, tuple[Value, int]] = {}  # the newest edit of each field that no snapshot has answered

    @property
    def names(self) -> tuple[str, ...]:
        """All fields, from top to bottom."""
        return NAMES

    def group_of(self, name: str) -> str:
        return SPECS[name].group

    def label(self, name: str) -> str:
        return _(SPECS[name].label)

    def is_rare(self, name: str) -> bool:
        return name in RARE

    def is_edited(self, name: str) -> bool:
        return self.current(name) != SPECS[name].default or bool(self.mark(name))

    @property
    def field(self) -> Field:
        """The selected field; on a heading, the first of its group."""
        return SPECS[self.place]

    @property
    def has_unanswered(self) -> bool:
        """Whether there is an edit that no snapshot has answered yet."""
        return bool(self._asked)

    def current(self, name: str) -> Value:
        """Return the newest value: of an unanswered edit, else refused, else waiting for the reset, else in use."""
        if name in self._asked:
            return self._asked[name][0]
        if name in self.refused:
            refused: Value = self.refused[name].value
            return refused
        if name == PRESET.name:
            return preset_of(self.given.replace(**self.values))
        value: Value = self.pending.get(name, getattr(self.given, name))
        return value

    def came_to(self, name: str) -> Value:
        """Return the newest value, of ``auto`` what it comes to for this dataset and with the other values."""
        value = self.current(name)
        if value != AUTO or name not in SETTLED:
            return value
        if self.given_value(name) == AUTO and name not in self._asked and self.in_use(name) != AUTO:
            return self.in_use(name)
        try:
            found: Value = getattr(self.given.replace(**self.values).settled(self.rows, has_bins=self.has_bins), name)
        except HyperparameterError:  # one of them is refused
            found = self.in_use(name)
        return found

    def given_value(self, name: str) -> Value:
        """Return the value that training was given, perhaps ``auto``."""
        value: Value = getattr(self.given, name)
        return value

    @property
    def values(self) -> dict[str, Value]:
        """What every field shows."""
        return {name: self.current(name) for name in FIELDS}

    def in_use(self, name: str) -> Value:
        """Return the value that training uses now."""
        value: Value = getattr(self.hyperparameters, name)
        return value

    def mark(self, name: str) -> Mark:
        """How far an edit has come: nothing to say, not yet answered, for the reset, too late, or not allowed."""
        if name in self._asked:
            return "waiting"
        if name in self.refused and self.current(name) == self.refused[name].value:
            return "refused"
        if name == PRESET.name:
            return ""
        if self.current(name) == self.given_value(name):
            return "ended" if name in self.unused else ""
        return "at reset"

    def matters(self, name: str) -> bool:
        """Whether the field has an effect with the values that the form shows, on this dataset."""
        return not self.needs(name)

    def needs(self, name: str) -> str:
        """What the field would need to have an effect, as ``optimiser momentum or nesterov``; "" where it has one."""
        unmet = [(other, values) for other, values in SPECS[name].when.items() if self.came_to(other) not in values]
        needs = [f"{self.label(other)} {_(' or ').join(values)}" for other, values in unmet]
        if name in OF_HIDDEN_UNITS and not self.came_to("hidden_layers"):
            needs.append(self.label("hidden_layers"))
        if name == "patience" and not self.has_validation:
            needs.append(_("a validation part"))
        if name in {"class_weights", "threshold"} and not self.has_classes:
            needs.append(_("a target with classes"))
        return "; ".join(needs)

    def take(self, snapshot: Snapshot) -> None:
        """Take the values of a snapshot, and drop the edits that it answers."""
        self.hyperparameters, self.pending = snapshot.hyperparameters, snapshot.pending
        self.given = snapshot.given or snapshot.hyperparameters
        self.refused, self.unused = snapshot.refused, snapshot.unused
        self._answered = snapshot.answered
        self._asked = {name: asked for name, asked in self._asked.items() if asked[1] > self._answered}

    def put(self, name: str, value: Value) -> None:
        """Send an edit."""
        command = SetPreset(str(value)) if name == PRESET.name else SetHyperparameter(name, value)
        number = self._send(command)
        if number > self._answered:  # the answer may have been shown already
            self._asked[name] = value, number

    def nudged(self, name: str, direction: int) -> Value:
        value = self.current(name) if SPECS[name].kind == "choice" else self.came_to(name)
        return self._next(name, value, direction)

    def _next(self, name: str, value: Value, direction: int) -> Value:
        """The value after or before one; of metrics, the next that fits what is predicted."""
        found: Value = SPECS[name].nudge(value, direction)
        others = VALUE_METRICS if self.has_classes else CLASS_METRICS
        while name == "metric" and found in others:
            found = SPECS[name].nudge(found, direction)
        return found

    def set(self, name: str, value: Any) -> None:
        """Give a field another value; a preset changes others, which are taken back with it."""
        before, edits = self.given.replace(**self.values) if name == PRESET.name else None, len(self._edits)
        super().set(name, value)
        if before is not None and len(self._edits) > edits:
            after = before.replace(**changes_to(str(value), before))
            back = after.replace(**changes_to(str(self._edits[-1][name]), after))
            self._edits[-1] |= {other: old for other, (_back, old) in back.differences(before).items()}

    def undo(self) -> bool:
        """Take back the last edit; of a preset the cursor is on it then."""
        is_preset = bool(self._edits) and PRESET.name in self._edits[-1]
        is_undone = super().undo()
        if is_preset:
            self.go_to(PRESET.name)
        return is_undone

    def text(self) -> str:
        return self.field.format(self.current(self.name))

    def parse(self, text: str) -> Value:
        try:
            return self.field.parse(text)
        except ValueError as error:
            if ".." in text or "," in text:
                told = _("a range is searched; esc, then key 2")
                raise ValueError(f"{_(self.field.label)}: {told}") from error
            raise

    def press(self, key: str, character: str | None) -> bool:
        """A key while typing; up and down go through the choices or nudge a number."""
        if self.editor is not None and key in {"up", "down"}:
            return self._turn(-1 if key == "up" else 1)
        return super().press(key, character)

    def _turn(self, direction: int) -> bool:
        """The choice before or after the typed one; a number grows upwards."""
        if self.editor is None:
            return False
        try:
            value = self.field.parse(self.editor.text)
        except ValueError:
            value = self.current(self.name)
        if value == AUTO and self.field.kind != "choice":
            value = self.came_to(self.name)
        step = direction if self.field.kind == "choice" else -direction
        self.editor.replace(self.field.format(self._next(self.name, value, step)))
        self.error = ""
        return True
