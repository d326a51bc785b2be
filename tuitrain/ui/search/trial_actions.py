"""What the keys of the Search screen do with trials: open, compare, adopt, train, sort, filter."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from tuitrain.options.hyperparameters import FIELDS
from tuitrain.search.study.trial import Trial
from tuitrain.text import visible
from tuitrain.ui.search.navigation import Navigation
from tuitrain.ui.widgets.pane_screen import unsaved

if TYPE_CHECKING:
    from tuitrain.data.dataset import Dataset
    from tuitrain.options.hyperparameters import Hyperparameters
    from tuitrain.session.search import SearchSnapshot
    from tuitrain.ui.search.panes import TrialsPane
    from tuitrain.ui.search.status import SearchStatus


class TrialActions(Navigation, inherit_bindings=False):
    """The part of the Search screen that acts on the trial under the cursor, and on the table."""

    trials: TrialsPane
    status: SearchStatus
    _adopt: Callable[[Hyperparameters, bool], None]

    @property
    def snapshot(self) -> SearchSnapshot:
        """What is shown."""
        raise NotImplementedError  # pragma: no cover

    def _whole(self, trial: Trial) -> Hyperparameters:
        """All hyperparameters of a trial that is shown."""
        raise NotImplementedError  # pragma: no cover

    def _chosen(self) -> Trial | None:
        trial = self.trials.trial
        if trial is None:
            self.status.say("there is no trial yet")
        return trial

    def action_enter(self) -> None:
        if self._has_focus("form"):
            self.form.begin()
        elif self._has_focus("trials") and (trial := self._chosen()) is not None:
            self._show_trials([trial])

    def action_adopt(self) -> None:
        if (trial := self._chosen()) is not None:
            self._take(trial, start=False)

    def action_train_trial(self) -> None:
        if (trial := self._chosen()) is not None:
            self._take(trial, start=True)

    def _is_other(self, dataset: Dataset | None) -> bool:
        """Whether it is not the dataset that is trained on."""
        return dataset is not None and dataset.fingerprint != self.trainer.dataset.fingerprint

    def _take(self, trial: Trial, *, start: bool) -> None:
        """Take a trial to the Train screen.

        Where that has another dataset, only if it fits and the user says so; where training it would replace a training
        that is in no file, only if the user says so.
        """
        shown, chosen, whole = self.trials.shown, self.trainer.dataset, self._whole(trial)

        def take() -> None:
            self._adopt(whole, start)
            if not start:
                self.status.say(f"trial {trial.number} is in the Train form (1)")

        searched = shown.dataset if shown is not None else None
        now = self.trainer.snapshot
        lost = f"{unsaved(now)} and would be lost." if start and now.has_something_to_lose else ""
        if searched is None or not self._is_other(searched):
            if lost:
                self.ask(f"Train trial {trial.number}?", lost, yes="train it", no="stay", then=take)
            else:
                take()
        elif searched.task != chosen.task:
            found = f"trial {trial.number} is of {searched.name}, a {searched.task}"
            self.status.say(f"{found}: its values do not fit {chosen.name}, a {chosen.task}")
        else:
            about = f"It was found on {visible(searched.name)}; screen 1 trains on {visible(chosen.name)}."
            about = f"{about} {lost}".rstrip()
            self.ask("Take a trial of another dataset?", about, yes="take it", no="stay", then=take)

    def action_mark(self) -> None:
        self.trials.toggle_mark()

    def action_compare(self) -> None:
        shown = self.trials.shown
        trials = [trial for trial in shown.trials if trial.number in self.trials.marked] if shown is not None else []
        if len(trials) < 2:
            self.status.say("mark two trials or more with . in the table; c compares them")
        else:
            self._show_trials(trials)

    def _show_trials(self, trials: Sequence[Trial]) -> None:
        from tuitrain.ui.search.trial_page import TrialPage  # noqa: PLC0415 - not needed before

        settings = self.trials.shown.settings if self.trials.shown is not None else None
        metric = settings.metric if settings is not None else "score"
        page = TrialPage(self.look, [(trial, self._whole(trial)) for trial in trials], metric)
        self.open(page, lambda _: None)

    def action_sort(self) -> None:
        space = self.snapshot.space
        name = self.trials.cycle_sort(space.names if space is not None else ())
        self.status.say(f"sorted by {FIELDS[name].label if name in FIELDS else name}")

    def action_filter(self) -> None:
        from tuitrain.ui.search.filter import FilterDialog  # noqa: PLC0415 - not needed before

        def answered(text: str | None) -> None:
            if text is not None:
                self.trials.filter_text = text
                self.trials.redraw()

        self.open(FilterDialog(self.look, self.trials.filter_text), answered)
