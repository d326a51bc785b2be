"""The form: every hyperparameter, grouped; edits go to the session."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tuitrain.session.commands import Command
from tuitrain.session.snapshot import Snapshot
from tuitrain.translation import N_
from tuitrain.ui.theme import Theme
from tuitrain.ui.train.form_drawing import FormDrawing
from tuitrain.ui.train.form_model import FormModel
from tuitrain.ui.widgets.form.entry_list import EntryList

if TYPE_CHECKING:
    from tuitrain.data.facts import DatasetFacts


class Form(EntryList):
    """Every hyperparameter as the session uses it; `send` hands over a command and returns its number."""

    def __init__(
        self, theme: Theme, send: Callable[[Command], int], moved: Callable[[], None] = lambda: None, *,
        id: str | None = None,  # noqa: A002 - Textual's name
    ) -> None:  # fmt: skip
        self.model = FormModel(send)
        super().__init__(theme, N_("Hyperparameters"), self.model, FormDrawing(self.model, theme), moved, id=id)
        self._seen: tuple[object, ...] | None = None

    def take(self, dataset: DatasetFacts) -> None:
        """Dim what has no effect on this dataset."""
        self.model.rows, self.model.has_bins = dataset.train, dataset.has_bins
        self.model.has_validation = bool(dataset.validation)
        self.model.has_classes = bool(dataset.class_names)
        self._redraw()

    def show(self, snapshot: Snapshot) -> None:
        """Take the values that training uses now; repaint only what changed."""
        seen = (snapshot.hyperparameters, snapshot.given, snapshot.pending, snapshot.refused, snapshot.unused)
        is_new = seen != self._seen or self.model.has_unanswered
        self.model.take(snapshot)
        if is_new:
            was_shown, self._seen = self._seen is not None, seen
            self._redraw()
            if was_shown and not self._is_typing:
                self._moved()  # what explains the selected field tells its value
