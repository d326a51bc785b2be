"""What the grid that the form asks for would take: its size at once, time and memory when they are estimated."""

from __future__ import annotations

from tuitrain.errors import TuitrainError
from tuitrain.session.search import estimate_of_grid
from tuitrain.session.search_snapshot import SearchSnapshot
from tuitrain.session.session import Session
from tuitrain.session.snapshot import Snapshot
from tuitrain.translation import gettext as _
from tuitrain.ui.search.entries import settings_of, space_of
from tuitrain.ui.search.form_model import SearchFormModel


class GridAhead:
    """Asks `session` what the grid of `model` takes on the dataset of `trainer`, once for each that is asked for."""

    def __init__(self, session: Session[SearchSnapshot], trainer: Session[Snapshot], model: SearchFormModel) -> None:
        self._session, self._trainer, self._model = session, trainer, model
        self._asked: object = None
        self._number = 0  # of the command that asked

    @property
    def is_asked(self) -> bool:
        """Whether an answer may be new."""
        return bool(self._number)

    def text(self) -> str:
        """Return what is known; empty where no grid is chosen, or a search runs. Does not wait."""
        texts = self._model.texts
        if texts["strategy"] != "grid" or self._session.snapshot.is_running:
            return ""
        try:
            space, settings = space_of(texts), settings_of(texts)
        except TuitrainError as error:
            return str(error).split("\n")[0]
        dataset = self._trainer.snapshot.dataset
        wanted = (dataset.fingerprint, *sorted(texts.items()))
        known = self._session.snapshot.estimate
        if known is not None and self._asked == wanted and known.number == self._number:
            return str(known)
        if self._asked != wanted:
            self._asked = wanted
            self._number = self._session.send(estimate_of_grid(dataset.source, space, settings))
        told = _("{number} combinations; the time is being estimated")
        return told.format(number=f"{space.grid_size:,}")
