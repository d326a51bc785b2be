"""What the Search form shows and does, without a screen: texts, the cursor, edits."""

from __future__ import annotations

from collections.abc import Callable

from tuitrain.errors import SettingsError
from tuitrain.options.field import Value
from tuitrain.options.hyperparameters import FIELDS, Hyperparameters
from tuitrain.options.search_settings import check_goal
from tuitrain.search.space.ranges import format_domain, parse_domain
from tuitrain.ui.search.entries import Entry, field_entries, first_texts, is_searched, setting_entries
from tuitrain.ui.widgets.form.entry_model import EntryModel


class SearchFormModel(EntryModel):
    """The texts of all entries by name, each canonical; `changed` is called with a name after each edit."""

    def __init__(self, task: str, base: Hyperparameters, changed: Callable[[str], None] = lambda name: None) -> None:
        super().__init__()
        self._changed = changed
        self.texts = first_texts(task, base)
        self._undo: list[tuple[str, str]] = []
        self.take_task(task)
        self._values = {name: FIELDS[name].format(getattr(base, name)) for name in FIELDS}

    def take_task(self, task: str) -> None:
        """Use the metrics of another task."""
        self.entries: dict[str, Entry] = {entry.name: entry for entry in [*setting_entries(task), *field_entries()]}
        if self.texts["metric"] not in self.entries["metric"].choices:
            self.texts["metric"] = self.entries["metric"].default

    def take_base(self, base: Hyperparameters) -> None:
        """Let fields that hold one value hold the Train form's."""
        for name, spec in FIELDS.items():
            now = spec.format(getattr(base, name))
            if not is_searched(name, self.texts[name]) and self.texts[name] == self._values[name]:
                self.texts[name] = now
            self._values[name] = now

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.entries)

    @property
    def entry(self) -> Entry:
        """The selected entry."""
        return self.entries[self.name]

    def is_searched(self, name: str) -> bool:
        """Whether a hyperparameter holds a range."""
        return self.entries[name].is_field and is_searched(name, self.texts[name])

    def matters(self, name: str) -> bool:
        """Whether the entry can have an effect with the others as they are."""
        if not self.entries[name].is_field:
            return not (name == "trials" and self.texts["strategy"] in {"grid", "manual"})
        return all(set(self.texts[other].split(",")) & set(allowed) for other, allowed in FIELDS[name].when.items())

    def set(self, name: str, text: str) -> None:
        """Take a canonical text."""
        if text != self.texts[name]:
            self._undo.append((name, self.texts[name]))
            self.texts[name] = text
            self._changed(name)

    def set_value(self, name: str, value: Value) -> None:
        """Fix a hyperparameter."""
        self.set(name, FIELDS[name].format(value))

    def nudge(self, direction: int) -> None:
        """The next choice of a setting; for a hyperparameter, its usual range (1) or the value in use (-1)."""
        entry, text = self.entry, self.texts[self.name]
        if entry.is_field:
            spec = FIELDS[self.name]
            usual = format_domain(spec, parse_domain(spec, ".."))
            self.set(self.name, usual if direction > 0 else self._values[self.name])
        elif entry.choices:
            at = entry.choices.index(text) + direction if text in entry.choices else 0
            self.set(self.name, entry.choices[at % len(entry.choices)])

    def undo(self) -> bool:
        """Take back the last edit and go to its line; False if there is none."""
        if not self._undo:
            return False
        name, text = self._undo.pop()
        self.texts[name] = text
        self.cursor = self.names.index(name)
        self._changed(name)
        return True

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
