"""The Search screen: the form of ranges beside the trials and the plots of them, and what the keys do."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType

from tuitrain.errors import TuitrainError
from tuitrain.hyperparameters import FIELDS
from tuitrain.search.ranges import format_domain, parse_domain
from tuitrain.search.trial import Trial
from tuitrain.search_session import SearchSession, SearchSnapshot
from tuitrain.text import visible
from tuitrain.ui.governor import Governor
from tuitrain.ui.keys import bindings
from tuitrain.ui.line import Lines
from tuitrain.ui.screens.help import HelpPage
from tuitrain.ui.search.by_hand import ByHand
from tuitrain.ui.search.entries import settings_of, space_of, texts_of
from tuitrain.ui.search.form import SearchForm
from tuitrain.ui.search.keys import SEARCH_ACTIONS
from tuitrain.ui.search.layout import SearchLayout
from tuitrain.ui.search.lines import EntryDescription, SearchHeader, SearchStatus
from tuitrain.ui.search.panes import TrialsPane
from tuitrain.ui.search.plot_panes import ImportancePane, MapPane, ProgressPane, SurrogatePane
from tuitrain.ui.search.trial_actions import TrialActions
from tuitrain.ui.status import Footer
from tuitrain.ui.theme import Theme

if TYPE_CHECKING:
    from tuitrain.hyperparameters import Hyperparameters
    from tuitrain.search.settings import Settings
    from tuitrain.search.space import Space
    from tuitrain.search.training_log import TrainingLog

HELP_COLUMNS = (("search", "panes"), ("trials", "program"))


class SearchScreen(TrialActions, inherit_bindings=False):
    """Form, trials and plots of one search session; `train` is the Train screen's session.

    `adopt(hyperparameters, start)` takes a trial to the Train screen; `leave` ends the program; `begin` is what the
    command line asked for, `by_hand` what was trained by hand.
    """

    ACTIONS = SEARCH_ACTIONS
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(SEARCH_ACTIONS)]
    DEFAULT_CSS = "SearchScreen { overflow: hidden hidden; }"

    def __init__(
        self, session: SearchSession, train: Any, theme: Theme, *, by_hand: Callable[[], TrainingLog],
        leave: Callable[[], None], adopt: Callable[[Hyperparameters, bool], None], begin: Any = None,
    ) -> None:  # fmt: skip
        super().__init__(train, theme, SearchLayout())
        self.session, self.train = session, train
        self._leave, self._adopt = leave, adopt
        self._asked = begin
        self._by_hand, self._log = ByHand(by_hand), by_hand
        self._problem = ""
        self._estimated: object = None
        self._searched: Any = None  # the dataset of the search that is shown
        self._takes_study = False  # when it is there: the form is to hold what the study searches
        self.governor = Governor(self, self._watch, count_bytes=self.bytes_written, after_paint=self.call_after_refresh)

    @property
    def snapshot(self) -> SearchSnapshot:
        """What is shown: the search, or what was trained by hand while ``manual`` is chosen and no search runs."""
        shown = self.session.snapshot
        if shown.is_running or not hasattr(self, "form") or self.form.model.texts["strategy"] != "manual":
            return shown
        by_hand = self._by_hand.snapshot(self.train.dataset)
        is_resumed = shown.settings is not None and shown.settings.strategy == "manual"
        return shown if is_resumed and not by_hand.trials else by_hand

    def hold(self, seconds: float = 0.0) -> None:
        """Let training on the Train screen wait for a frame here."""
        self.train.hold()

    def release(self) -> None:
        """Let it go on."""
        self.train.release()

    def compose(self) -> ComposeResult:
        theme, dataset = self.look, self.train.dataset
        self.header = SearchHeader(theme, id="header")
        self.header.dataset_name = dataset.name
        self.form = SearchForm(
            theme, dataset.task, self.train.snapshot.hyperparameters, self._describe_entry, id="form"
        )
        self.description = EntryDescription(theme, self.form.model, id="description")
        self.status = SearchStatus(theme, id="status")
        self.trials = TrialsPane(theme, id="trials")
        self.map = MapPane(theme, id="map")
        self.surrogate = SurrogatePane(theme, id="surrogate")
        self.panes = (
            self.trials, self.map, ProgressPane(theme, id="progress"), self.surrogate,
            ImportancePane(theme, id="importance"),
        )  # fmt: skip
        self.help = HelpPage(theme, SEARCH_ACTIONS, HELP_COLUMNS, id="help")
        self.too_small = Lines(id="too_small")
        yield from (self.header, self.form, self.description, *self.panes, self.status)
        yield from (Footer(theme, SEARCH_ACTIONS, id="footer"), self.help, self.too_small)

    def on_mount(self) -> None:
        self.form.focus()
        for widget in (self, *self.panes):
            self.governor.add(widget)
        self.place_children(self.app.size)
        self.show(self.snapshot)
        if self._asked is not None and self._asked.resume is not None:
            self.session.resume_study(self._asked.resume)
            self._searched = self.train.dataset
            self._takes_study = True
        elif self._asked is not None:
            self.form.model.texts.update(self._asked.texts)
            self.form.redraw()

    def on_unmount(self) -> None:
        self.governor.stop()

    def on_screen_suspend(self) -> None:
        """Nothing is drawn behind a dialog or the Train screen."""
        self.governor.stop()

    def on_screen_resume(self) -> None:
        self.form.model.take_task(self.train.dataset.task)
        self.form.model.take_base(self.train.snapshot.hyperparameters)
        self.form.redraw()
        self.place_children(self.app.size)
        if self._is_of_other_data:
            self._say_other_data()
        self.governor.start()

    def show(self, snapshot: Any) -> None:
        """Pass a snapshot to the lines."""
        if self._takes_study and snapshot.space is not None:
            self._takes_study = False
            self.form.model.texts.update(texts_of(snapshot.space, snapshot.settings))
            self.form.redraw()
        is_by_hand = snapshot is not self.session.snapshot
        if self._estimated is not None or is_by_hand:
            self.description.show_entry(self._estimate())
        if is_by_hand and self._by_hand.problem != self._problem:
            self._problem = self._by_hand.problem
            self.status.say(self._problem)
        is_searched = self._searched is not None and not is_by_hand
        self.header.dataset_name = (self._searched if is_searched else self.train.dataset).name
        self.header.show(snapshot)
        self.status.show(snapshot)

    def _watch(self) -> None:
        """Tell the session whether the surrogate is looked at, and along which column."""
        is_shown = any(pane.is_shown for pane in self.panes if pane.id in {"surrogate", "importance"})
        self.session.watch(self.surrogate.column, is_shown)
        self._by_hand.watch(self.surrogate.column, is_shown)

    def _describe_entry(self) -> None:
        self.description.show_entry(self._estimate())

    def _estimate(self) -> str:
        """What the form's grid takes, where that is chosen; it is asked for when it is not known yet.

        Of a manual search, where it is kept.
        """
        texts, path = self.form.model.texts, self.snapshot.study
        if texts["strategy"] == "manual" and path is not None and self.snapshot is not self.session.snapshot:
            return f"kept in {path}"
        if texts["strategy"] != "grid" or self.session.snapshot.is_running:
            return ""
        try:
            space, settings = space_of(texts), settings_of(texts)
        except TuitrainError as error:
            return str(error)
        key = (self.train.dataset.fingerprint, *sorted(texts.items()))
        known = self.session.snapshot.estimate
        if known is not None and known[0] == key:
            return str(known[1])
        if self._estimated != key:
            self._estimated = key
            self.session.estimate(key, self.train.dataset, space, settings)
        return f"{space.grid_size:,} combinations"

    def after_arranging(self) -> None:
        self._watch()
        snapshot: Any = self.snapshot
        for pane in self.panes:
            pane.show(snapshot)

    def _soon(self) -> None:
        """Show the answer to a command as soon as it is there."""
        loop = asyncio.get_running_loop()
        for delay in (0.03, 0.15):
            loop.call_later(delay, self._show_answer)

    def _show_answer(self) -> None:
        if self.is_mounted:
            self.show(self.snapshot)

    # --- the search

    @property
    def _is_of_other_data(self) -> bool:
        """Whether the search that is shown is of another dataset than the one that is chosen now."""
        return self._searched is not None and self._searched.fingerprint != self.train.dataset.fingerprint

    def _say_other_data(self) -> None:
        self.status.say(f"these trials are of {self._searched.name}; n searches {self.train.dataset.name}")

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
        elif snapshot.state == "paused" and not self._is_of_other_data:
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
        self._searched = self.train.dataset
        self.session.begin(self._searched, space, settings, tried)
        if space.notices:
            self.status.say("; ".join(space.notices))
        self.trials.marked.clear()
        self._show_pane("trials", focus=False)

    def action_strategy(self, name: str) -> None:
        """Choose a strategy; a search that runs goes on with it."""
        self.form.choose("strategy", name)
        self._soon()
        snapshot = self.session.snapshot
        if snapshot.state not in {"running", "paused"} or snapshot.settings is None or self._is_of_other_data:
            return
        if (asked := self._asked_for()) is not None:
            self._go_on_with(asked[1], snapshot)
            self.status.say(f"{name} proposes from the next batch on")

    def action_enqueue(self) -> None:
        """Try the values of the Train form."""
        snapshot = self.session.snapshot
        if snapshot.space is None:
            self.status.say("begin a search first; then e tries the Train form's values in it")
            return
        if self._is_of_other_data:
            self._say_other_data()
            return
        own = self.train.snapshot.hyperparameters
        setting = snapshot.space.active({name: getattr(own, name) for name in snapshot.space.names})
        if any(dict(trial.setting) == setting for trial in snapshot.trials):
            self.status.say("these values are among the trials already")
            return
        self.session.enqueue(setting)
        self.status.say("the Train form's values are tried next")
        self._soon()

    def action_veto(self) -> None:
        """Look at the proposals before they run."""
        from tuitrain.ui.screens.veto import Veto  # noqa: PLC0415 - not needed before

        snapshot = self.session.snapshot
        progress = snapshot.progress
        if progress is not None and progress.proposals:
            self.open(Veto(self.look, progress.proposals), self._take_decision)
            return
        self.session.ask_first(not snapshot.asks_first)
        state = "run at once" if snapshot.asks_first else "wait for your word: v shows them"
        self.status.say(f"proposals {state}")

    def _take_decision(self, chosen: Sequence[Any] | None) -> None:
        if chosen is not None:
            self.session.decide(chosen)
            self._soon()

    def action_race(self) -> None:
        from tuitrain.ui.screens.race import RaceScreen  # noqa: PLC0415 - not needed before

        asked = self._asked_for()
        if asked is None:
            return
        if self.session.snapshot.is_running:
            self.status.say("a search is running; pause it (space) before a race")
            return
        try:
            race = RaceScreen(self.look, self.train.dataset, *asked, self.session.jobs)
        except TuitrainError as error:  # a goal or metric that does not fit the data
            self.status.say(str(error).split("\n")[0])
            return
        self.app.push_screen(race)

    def _whole(self, trial: Trial) -> Hyperparameters:
        if self.snapshot is not self.session.snapshot:
            return self._log().of(self.train.dataset)[trial.number].hyperparameters
        space = self.session.snapshot.space
        assert space is not None
        return space.hyperparameters(trial.setting)

    def on_key(self, event: events.Key) -> None:
        """Left and right choose the strategy while its row is selected."""
        if event.key in {"left", "right"} and self._has_focus("form") and self.form.model.name == "strategy":
            self.form.nudge(1 if event.key == "right" else -1)
            self.action_strategy(self.form.model.texts["strategy"])
            event.stop()

    # --- plots and pages

    def action_axis(self, axis: str) -> None:
        self.map.turn_axis(axis)

    def action_slice(self, steps: int) -> None:
        self.surrogate.turn(steps)
        self._watch()

    def action_train_screen(self) -> None:
        self.app.pop_screen()

    def explain(self) -> None:
        model = self.form.model
        entry = model.entry
        about, usual = f"{entry.meaning[:1].upper()}{entry.meaning[1:]}. {entry.explanation}", ""
        if entry.is_field:
            spec = FIELDS[entry.name]
            usual = f"Usual range: {format_domain(spec, parse_domain(spec, '..'))}. Allowed values: {spec.allowed}."
        self.help.explain_entry(f"{entry.label}: {model.texts[model.name]}", about, usual)

    def action_quit(self) -> None:
        if self.session.snapshot.is_running:
            about = f"The study stays: tuitrain search --resume {visible(self.session.snapshot.study, 1000)}"
            self.ask("Quit?", about, yes="quit", no="go on searching", then=self._leave)
        elif self.train.snapshot.is_running:
            self.ask("Quit?", "Training is running and would be ended.", yes="quit", no="go on", then=self._leave)
        else:
            self._leave()
