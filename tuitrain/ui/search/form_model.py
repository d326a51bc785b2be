"""What the Search form shows and does, without a screen: texts, the cursor, edits."""

from __future__ import annotations

from tuitrain.errors import SettingsError
from tuitrain.options.field import Value
from tuitrain.options.hyperparameters import FIELDS, Hyperparameters
from tuitrain.options.search_settings import check_goal
from tuitrain.translation import N_
from tuitrain.translation import gettext as _
from tuitrain.ui.search.entries import (
    SEARCHABLE,
    Entry,
    field_entries,
    first_texts,
    is_searched,
    setting_entries,
    usual_range,
)
from tuitrain.ui.widgets.form.model import EntryModel

FOLDED = {"goal", "ensemble_best"}  # of the settings, where there is little room
# What has a line where there is little room even if it is not searched; the other settings do too.
USUAL = frozenset({"hidden_layers", "activation", "learning_rate", "batch_size", "l2", "dropout"})


class SearchFormModel(EntryModel):
    """The texts of all entries by name, each canonical."""

    def __init__(self, task: str, base: Hyperparameters) -> None:
        super().__init__()
        self.texts = first_texts(task, base)
        self.take_task(task)
        self._values = {name: FIELDS[name].format(getattr(base, name)) for name in SEARCHABLE}

    def take_task(self, task: str) -> None:
        """Use the metrics of another task."""
        self.entries: dict[str, Entry] = {entry.name: entry for entry in [*setting_entries(task), *field_entries()]}
        if self.texts["metric"] not in self.entries["metric"].choices:
            self.texts["metric"] = self.entries["metric"].default

    def take_base(self, base: Hyperparameters) -> None:
        """Let fields that hold one value hold the Train form's."""
        for name, spec in SEARCHABLE.items():
            now = spec.format(getattr(base, name))
            if not is_searched(name, self.texts[name]) and self.texts[name] == self._values[name]:
                self.texts[name] = now
            self._values[name] = now

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.entries)

    def group_of(self, name: str) -> str:
        return self.entries[name].group

    def label(self, name: str) -> str:
        return _(self.entries[name].label)

    def is_rare(self, name: str) -> bool:
        return name not in USUAL if self.entries[name].is_field else name in FOLDED

    def is_edited(self, name: str) -> bool:
        """Whether a hyperparameter holds a range, or differs from its default; of the settings, those that fold."""
        return not (self.entries[name].is_field or name in FOLDED) or self.texts[name] != self.entries[name].default

    @property
    def entry(self) -> Entry:
        """The selected entry; on a heading, the first of its group."""
        return self.entries[self.place]

    @property
    def enter_word(self) -> str:
        """What Enter does on the selected line."""
        if not self.name:
            return N_("fold") if self.group in self.opened or not self.foldable(self.group) else N_("open")
        return N_("type a range") if self.entry.is_field else N_("type")

    def is_searched(self, name: str) -> bool:
        """Whether a hyperparameter holds a range."""
        return self.entries[name].is_field and is_searched(name, self.texts[name])

    def matters(self, name: str) -> bool:
        """Whether the entry can have an effect with the others as they are."""
        if not self.entries[name].is_field:
            return not (name == "trials" and self.texts["strategy"] in {"grid", "manual"})
        return all(set(self.texts[other].split(",")) & set(allowed) for other, allowed in FIELDS[name].when.items())

    def current(self, name: str) -> str:
        return self.texts[name]

    def put(self, name: str, text: str) -> None:
        """Take a canonical text."""
        self.texts[name] = text

    def set_value(self, name: str, value: Value) -> None:
        """Fix a hyperparameter."""
        self.set(name, FIELDS[name].format(value))

    def nudged(self, name: str, direction: int) -> str:
        """The next choice of a setting; for a hyperparameter, its usual range (1) or the value in use (-1)."""
        entry, text = self.entries[name], self.texts[name]
        if entry.is_field:
            return usual_range(name) if direction > 0 else self._values[name]
        if entry.choices:
            at = entry.choices.index(text) + direction if text in entry.choices else 0
            return entry.choices[at % len(entry.choices)]
        return text

    def text(self) -> str:
        return self.texts[self.name]

    def parse(self, text: str) -> str:
        parsed = self.entry.parse(text)
        if self.name in {"goal", "metric"}:
            goal, metric = (parsed if self.name == name else self.texts[name] for name in ("goal", "metric"))
            try:
                check_goal(None if goal == "none" else float(goal), metric)
            except SettingsError as error:
                raise ValueError(str(error)) from None
        return parsed
