"""What was chosen about a table, step by step, so that each step can be taken back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tuitrain.data.review.review import Review, fitting_types
from tuitrain.options.data_options import IGNORE, DataOptions


class ChosenTable:
    """The options of one source as they are chosen; `options` are those of now."""

    def __init__(self, options: DataOptions) -> None:
        self.options = options
        self._before: list[DataOptions] = []
        self._found: dict[str, str] = {}  # types of columns before any was chosen

    def change(self, **values: Any) -> bool:
        """Set options; False if they are set so already."""
        changed = replace(self.options, **values)
        if changed == self.options:
            return False
        self._before.append(self.options)
        self.options = changed
        return True

    def undo(self) -> bool:
        """Take back the last change; False if there is none."""
        if not self._before:
            return False
        self.options = self._before.pop()
        return True

    def see(self, review: Review) -> None:
        """Note the types that columns have where none is chosen."""
        chosen = dict(self.options.types)
        for name, fact in review.facts.items():
            if name not in chosen:
                self._found.setdefault(name, fact.kind)

    def toggle(self, name: str) -> None:
        """Leave a column out, or take it back."""
        drop, types = list(self.options.drop), list(self.options.types)
        if name in drop or (name, IGNORE) in types:
            drop = [other for other in drop if other != name]
            types = [pair for pair in types if pair != (name, IGNORE)]
        else:
            drop.append(name)
        self.change(drop=tuple(drop), types=tuple(types))

    def next_types(self, review: Review, name: str) -> list[str | None]:
        """The types to go on to, in order; None is the one that was found."""
        found, chosen = self._found.get(name), dict(self.options.types).get(name)
        own = [kind for kind in fitting_types(review.table.column(name)) if kind != found]
        order: list[str | None] = [None, *sorted(own)]
        if chosen not in order:  # ignored, or chosen before the file changed
            return order
        at = order.index(chosen)
        return [*order[at + 1 :], *order[:at]]

    def set_type(self, name: str, kind: str | None) -> None:
        """Choose a column's type, or none."""
        types = [pair for pair in self.options.types if pair[0] != name]
        self.change(types=(*types, (name, kind)) if kind is not None else tuple(types))
