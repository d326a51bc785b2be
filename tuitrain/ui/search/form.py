"""The Search form as a widget: how is searched, and what each hyperparameter may be."""

from __future__ import annotations

from collections.abc import Callable

from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.translation import N_
from tuitrain.ui.search.drawing import SearchDrawing
from tuitrain.ui.search.form_model import SearchFormModel
from tuitrain.ui.theme import Theme
from tuitrain.ui.widgets.form.entry_list import EntryList


class SearchForm(EntryList):
    """Settings and ranges; a field with a range is searched and marked by an asterisk."""

    def __init__(
        self, theme: Theme, task: str, base: Hyperparameters, moved: Callable[[], None], *, id: str | None = None,  # noqa: A002
        guesses: Callable[[], bool] = lambda: False,
    ) -> None:  # fmt: skip
        self._guesses = guesses
        self.model = SearchFormModel(task, base)
        super().__init__(theme, N_("Search"), self.model, SearchDrawing(self.model, theme), moved, id=id)

    def choose(self, name: str, text: str) -> None:
        """Set an entry from outside."""
        self.model.set(name, text)
        self.redraw()

    def bound_key(self, key: str) -> str:
        """Let left and right choose the strategy while its row is selected, unless they move a guess."""
        moves = self.model.name == "strategy" and not self._guesses()
        return {"left": "minus", "right": "plus"}.get(key, key) if moves else key

    def redraw(self) -> None:
        """Draw what changed."""
        self._changed()
