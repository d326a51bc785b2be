"""What the three rows below the panes tell: what is selected, what a search would take, what the keys do now."""

from __future__ import annotations

from collections.abc import Mapping

from tuitrain.session.search_snapshot import SearchSnapshot
from tuitrain.ui.search.form_model import SearchFormModel
from tuitrain.ui.search.grid_ahead import GridAhead
from tuitrain.ui.search.guessing import Guessing
from tuitrain.ui.search.offers import Situation, ranks_now, words_now
from tuitrain.ui.search.panes import SearchPane
from tuitrain.ui.search.status import SearchStatusRow, explain_entry, explain_pane
from tuitrain.ui.search.steering import Steering
from tuitrain.ui.search.trials_pane import TrialsPane
from tuitrain.ui.widgets.explain_row import ExplainRow
from tuitrain.ui.widgets.footer import Footer


class LastRows:
    """Fills `explained`, `status` and `footer` from the form's `model`, the `panes` and the search."""

    def __init__(
        self, explained: ExplainRow, status: SearchStatusRow, footer: Footer, *, model: SearchFormModel,
        panes: Mapping[str, SearchPane], trials: TrialsPane, steering: Steering, grid: GridAhead, guessing: Guessing,
    ) -> None:  # fmt: skip
        self._guessing = guessing
        self._explained, self._status, self._footer = explained, status, footer
        self._model, self._panes, self._trials = model, panes, trials
        self._steering, self._grid = steering, grid
        self._about_strategy = ""

    def look_ahead(self, snapshot: SearchSnapshot) -> None:
        """Tell what the grid of the form takes, before it runs."""
        ahead = self._about_strategy = self._grid.text()
        self._status.tell_ahead(ahead)

    def tell(self, pane: str, snapshot: SearchSnapshot) -> None:
        """Explain what is selected in the pane that has the keys ("" for the form), and say what they do there."""
        if pane in self._panes:
            explain_pane(self._explained, self._panes[pane], self._trials)
        else:
            explain_entry(self._explained, self._model, self._about_strategy)
        now = Situation(
            pane if pane in self._panes else "form", snapshot, self._steering.state, self._model.enter_word,
            goes_on=self._steering.would_go_on(), is_manual=self._model.texts["strategy"] == "manual",
            has_trial=self._trials.trial is not None, marked=len(self._trials.marked), waits=self._guessing.waits,
            is_shown=self._guessing.is_shown, is_trained=self._guessing.is_trained,
            is_bayesian=self._model.texts["strategy"] == "bayesian",
        )  # fmt: skip
        self._footer.say_now(words_now(now), ranks_now(now))
