"""What the A|B lab remembers while the program runs: the settings marked as A, what makes B, and the notes."""

from __future__ import annotations

from typing import Any

from tuitrain.data.facts import DatasetFacts
from tuitrain.options.hyperparameters import FIELDS, Hyperparameters

FIRST = (
    "learning_rate", "optimizer", "batch_size", "hidden_layers", "activation", "l2", "dropout", "schedule", "momentum",
    "seed",
)  # fmt: skip
OF_HIDDEN_UNITS = ("activation", "leaky_slope", "dropout")
MOST_NOTE = 2_000  # characters


class LabMarks:
    """A and B: `a` is marked; `b` is what the form has become since, or A with the one field changed on the page.

    On the page one field is changed at a time: another one that is chosen there takes the change of the last one back.
    """

    def __init__(self) -> None:
        self.a: Hyperparameters | None = None
        self.field = FIRST[0]  # the one that is changed on the page
        self._base: Hyperparameters | None = None  # B as the form has it
        self._change: tuple[str, Any] | None = None  # made on the page
        self._form: Hyperparameters | None = None  # when it was looked at last
        self._notes: dict[tuple[str, frozenset[Hyperparameters]], str] = {}

    @property
    def b(self) -> Hyperparameters | None:
        """The settings of B; None while they are A's."""
        assert self.a is not None
        found = self._base or self.a
        if self._change is not None:
            found = found.replace(**{self._change[0]: self._change[1]})
        return found if found != self.a else None

    @property
    def has_change(self) -> bool:
        """Whether something was changed on the page."""
        return self._change is not None

    def look_at(self, form: Hyperparameters) -> None:
        """Mark the form's settings as A where nothing is marked; else take as B what was edited since the last look."""
        if self.a is None:
            self.a = form
        elif form not in (self._form, self.a):
            self._base, self._change = form, None
            self.field = next(iter(self.a.differences(form)))
        self._form = form

    def adopted(self, form: Hyperparameters) -> None:
        """Take note that the form has these settings now, which makes no other B of them."""
        self._form = form

    def choose(self, name: str) -> None:
        """Choose the field to change; what was changed of another is taken back."""
        if self._change is not None and self._change[0] != name:
            self._change = None
        self.field = name

    def value(self) -> Any:
        """The chosen field's value in B."""
        return getattr(self.b or self.a, self.field)

    def put(self, value: Any) -> None:
        """Give the chosen field this value in B."""
        before = getattr(self._base or self.a, self.field)
        self._change = (self.field, value) if value != before else None

    def take_back(self) -> bool:
        """Take back what was changed on the page; False if that is nothing."""
        had_change, self._change = self.has_change, None
        return had_change

    def b_becomes_a(self) -> bool:
        """Mark B's settings as A; False if there is no B yet."""
        if self.b is None:
            return False
        self.a, self._base, self._change = self.b, None, None
        return True

    def note(self, fingerprint: str) -> str:
        """Return the note on this pair, on a dataset."""
        return self._notes.get(self._key(fingerprint), "")

    def keep_note(self, fingerprint: str, text: str) -> None:
        """Keep a note with both."""
        if text.strip():
            self._notes[self._key(fingerprint)] = text[:MOST_NOTE]
        else:
            self._notes.pop(self._key(fingerprint), None)

    def _key(self, fingerprint: str) -> tuple[str, frozenset[Hyperparameters]]:
        return fingerprint, frozenset(h for h in (self.a, self.b) if h is not None)


def has_effect(h: Hyperparameters, name: str, facts: DatasetFacts) -> bool:
    """Whether a field has an effect with the others as they are, on this dataset."""
    if name in OF_HIDDEN_UNITS and not h.hidden_layers:
        return False
    if name == "patience" and not facts.validation:
        return False
    if name == "class_weights" and not facts.n_classes:
        return False
    return h.matters(name)


def fields_with_effect(a: Hyperparameters, b: Hyperparameters | None, facts: DatasetFacts) -> tuple[str, ...]:
    """Return the fields that have an effect in A or B, those that are tried first coming first."""
    names = (*FIRST, *(name for name in FIELDS if name not in FIRST))
    return tuple(name for name in names if any(has_effect(h, name, facts) for h in (a, b) if h is not None))


def differing(a: Hyperparameters, b: Hyperparameters | None, facts: DatasetFacts) -> tuple[str, ...]:
    """Return the fields that differ, those without effect in either last."""
    if b is None:
        return ()
    effective = fields_with_effect(a, b, facts)
    return tuple(sorted(a.differences(b), key=lambda name: name not in effective))
