"""What the keys of the Search screen do with the search: begin, pause, go on, strategy, veto, race."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from textual import events

from tuitrain.errors import TuitrainError
from tuitrain.session.search import SearchSession, SearchSnapshot
from tuitrain.ui.search.entries import settings_of, space_of
from tuitrain.ui.search.form import SearchForm
from tuitrain.ui.search.trial_actions import TrialActions

if TYPE_CHECKING:
    from tuitrain.options.search_settings import Settings
    from tuitrain.search.space.space import Space
    from tuitrain.ui.search.veto import Decision


ENDLESS = ("all", "none", "none")  # what the form's trials, time and goal hold where nothing ends a search


class SearchActions(TrialActions, inherit_bindings=False):
    """The part of the Search screen that acts on the search itself."""

    session: SearchSession
    form: SearchForm
    _asked: Any

    def show(self, snapshot: Any) -> None:
        """Pass a snapshot to the lines."""
        raise NotImplementedError  # pragma: no cover

    def _soon(self) -> None:
        """Show the answer to a command as soon as it is there."""
        loop = asyncio.get_running_loop()
        for delay in (0.03, 0.15):
            loop.call_later(delay, self._show_answer)

    def _show_answer(self) -> None:
        if self.is_mounted:
            self.show(self.snapshot)

    @property
    def _is_of_other_data(self) -> bool:
        """Whether the session's search is of another dataset than the one that is chosen now."""
        return self._is_other(self.session.snapshot.dataset)

    def _say_other_data(self) -> None:
        searched = self.session.snapshot.dataset
        assert searched is not None
        self.status.say(f"these trials are of {searched.name}; n searches {self.trainer.dataset.name}")

    def _asked_for(self) -> tuple[Space, Settings] | None:
        """What the form asks for; None, with a notice of why, where its entries do not go together."""
        try:
            return space_of(self.form.model.texts), settings_of(self.form.model.texts)
        except TuitrainError as error:
            self.status.say(str(error).split("\n")[0])
            return None

    def action_start_pause(self) -> None:
        snapshot = self.session.snapshot
        if snapshot.state in {"running", "choosing"}:
            self.session.pause()
        elif snapshot.state == "paused":
            self.session.go_on()
        elif snapshot.state in {"done", "stopped", "failed"} and self._is_same_search(snapshot):
            self._go_on(snapshot)
        else:
            self._begin()
        self._soon()

    def _is_same_search(self, snapshot: SearchSnapshot) -> bool:
        """Whether the form still asks for the study that is shown, so that it can be gone on with."""
        asked = self._asked_for()
        if asked is None or self._is_of_other_data:
            return False
        (space, settings), (shown, known) = asked, (snapshot.space, snapshot.settings)
        if shown is None or known is None:
            return False
        ranges = {name: getattr(shown.base, name) for name in space.names}  # of which the form holds no value
        return (
            space.to_texts() == shown.to_texts() and space.base.replace(**ranges) == shown.base
            and settings.folds in {0, known.folds}
            and (settings.metric, settings.seeds) == (known.metric, known.seeds)
        )  # fmt: skip

    def _go_on(self, snapshot: SearchSnapshot) -> None:
        settings = settings_of(self.form.model.texts)
        done = sum(trial.is_done for trial in snapshot.trials)
        if snapshot.state == "done" and settings.trials and done >= settings.trials:
            self.status.say(f"{done} trials are done: raise trials to go on, or n for a new search")
            return
        self._go_on_with(settings, snapshot)

    def _go_on_with(self, settings: Settings, snapshot: SearchSnapshot) -> None:
        """Go on with a strategy and budget; as many are proposed at once as before, of which the form knows nothing."""
        if snapshot.settings is not None:
            settings = replace(settings, batch=snapshot.settings.batch)
        self.session.go_on(settings)

    def action_new_search(self) -> None:
        if self.session.snapshot.is_running:
            about = "The one that runs stays as a study and can be resumed."
            self.ask("Begin a new search?", about, yes="begin", no="stay", then=self._begin)
        else:
            self._begin()

    def _begin(self) -> None:
        asked = self._asked_for()
        if asked is None:
            return
        space, settings = asked
        if settings.strategy == "manual":
            self.status.say("manual: what you train on screen 1 appears here; g, r or b propose for you")
            self._soon()
            return
        if settings.strategy == "grid" and space.grid_size > 100_000:
            self.status.say(
                f"the grid has {space.grid_size:,} combinations; at most 100,000: narrow it, or choose r or b"
            )
            return
        tried: Sequence[Any] = ()
        if self._asked is not None:
            settings = replace(settings, seed=self._asked.seed, batch=self._asked.batch)
            tried, self._asked = self._asked.tried, None
        self.session.begin(self.trainer.dataset, space, settings, tried)
        self.trials.marked.clear()
        self._show_pane("trials", focus=False)

    def action_strategy(self, name: str) -> None:
        """Choose a strategy; a search that runs goes on with it."""
        self.form.choose("strategy", name)
        self._soon()
        snapshot = self.session.snapshot
        goes_on = snapshot.state in {"running", "paused"} and snapshot.settings is not None
        if goes_on and self._is_of_other_data:
            self._say_other_data()
            return
        begun = sum(trial.state != "queued" for trial in snapshot.trials)  # the others are left out from now on
        trials = self._limit_trials(begun if goes_on else 0)
        if not goes_on:
            self.status.say(f"trials is {trials} now: all would have no end" * bool(trials))
        elif (asked := self._asked_for()) is not None:
            self._go_on_with(asked[1], snapshot)
            self.status.say(f"{name} proposes from the next batch on" + f", up to {trials} trials" * bool(trials))

    def _limit_trials(self, known: int) -> int:
        """Give the search an end after a grid, which has one of its own; the number of trials, 0 if it had one."""
        texts = self.form.model.texts
        if texts["strategy"] in {"grid", "manual"} or (texts["trials"], texts["time"], texts["goal"]) != ENDLESS:
            return 0
        trials = known + int(self.form.model.entries["trials"].default)
        self.form.choose("trials", str(trials))
        return trials

    def action_enqueue(self) -> None:
        """Try the values of the Train form."""
        snapshot = self.session.snapshot
        if snapshot.space is None:
            self.status.say("begin a search first; then e tries the Train form's values in it")
            return
        if self._is_of_other_data:
            self._say_other_data()
            return
        own = self.trainer.snapshot.hyperparameters
        setting = snapshot.space.active({name: getattr(own, name) for name in snapshot.space.names})
        if any(dict(trial.setting) == setting for trial in snapshot.trials):
            self.status.say("these values are among the trials already")
            return
        self.session.enqueue(setting)
        self.status.say("the Train form's values are tried next")
        self._soon()

    def action_veto(self) -> None:
        """Look at the proposals before they run."""
        from tuitrain.ui.search.veto import Veto  # noqa: PLC0415 - not needed before

        snapshot = self.session.snapshot
        progress = snapshot.progress
        if progress is not None and progress.proposals:
            self.open(Veto(self.look, progress.proposals), self._take_decision)
            return
        self.session.ask_first(not snapshot.asks_first)
        state = "run at once" if snapshot.asks_first else "wait for your word from now on: v shows them"
        self.status.say(f"proposals {state}")

    def _take_decision(self, decision: Decision | None) -> None:
        if decision is None:
            return
        self.session.decide(decision.settings)
        if not decision.asks_again:
            self.session.ask_first(False)
            self.status.say("proposals run at once from now on")
        self._soon()

    def action_race(self) -> None:
        from tuitrain.ui.search.race import RaceScreen  # noqa: PLC0415 - not needed before

        asked = self._asked_for()
        if asked is None:
            return
        if self.session.snapshot.is_running:
            self.status.say("a search is running; pause it (space) before a race")
            return
        try:
            race = RaceScreen(self.look, self.trainer.dataset, *asked, self.session.jobs)
        except TuitrainError as error:  # a goal or metric that does not fit the data
            self.status.say(str(error).split("\n")[0])
            return
        self.open(race, lambda _: None)

    def on_key(self, event: events.Key) -> None:
        """Left and right choose the strategy while its row is selected."""
        if event.key in {"left", "right"} and self._has_focus("form") and self.form.model.name == "strategy":
            self._nudge(1 if event.key == "right" else -1)
            event.stop()

    def action_nudge_up(self) -> None:
        self._nudge(1)

    def action_nudge_down(self) -> None:
        self._nudge(-1)

    def _nudge(self, direction: int) -> None:
        """The selected entry's next value; a strategy is chosen as by its letter."""
        self.form.nudge(direction)
        if self.form.model.name == "strategy":
            self.action_strategy(self.form.model.texts["strategy"])
