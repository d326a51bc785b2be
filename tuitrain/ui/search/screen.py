"""The Search screen: the form of ranges beside the trials and the plots of them, and what the keys do."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from tuitrain.errors import TuitrainError
from tuitrain.options.hyperparameters import FIELDS
from tuitrain.search.space.ranges import format_domain, parse_domain
from tuitrain.search.study.trial import Trial
from tuitrain.session.search import SearchSession, SearchSnapshot
from tuitrain.text import visible
from tuitrain.ui.keys import bindings
from tuitrain.ui.search.by_hand import ByHand
from tuitrain.ui.search.entries import settings_of, space_of, texts_of
from tuitrain.ui.search.form import SearchForm
from tuitrain.ui.search.help import SearchHelp
from tuitrain.ui.search.keys import SEARCH_ACTIONS
from tuitrain.ui.search.layout import SearchLayout
from tuitrain.ui.search.panes import TrialsPane
from tuitrain.ui.search.plot_panes import ImportancePane, MapPane, ProgressPane, SurrogatePane
from tuitrain.ui.search.search_actions import SearchActions
from tuitrain.ui.search.status import EntryDescription, SearchHeader, SearchStatus
from tuitrain.ui.terminal.governor import Governor
from tuitrain.ui.theme import Theme
from tuitrain.ui.train.status import Footer
from tuitrain.ui.widgets.text_lines import Lines

if TYPE_CHECKING:
    from tuitrain.options.hyperparameters import Hyperparameters
    from tuitrain.search.manual_study import ManualStudies

HELP_COLUMNS = (("search", "panes"), ("trials", "program"))


class SearchScreen(SearchActions, inherit_bindings=False):
    """Form, trials and plots of one search session; `train` is the Train screen's session.

    `adopt(hyperparameters, start)` takes a trial to the Train screen; `leave` ends the program; `begin` is what the
    command line asked for, `by_hand` what was trained by hand.
    """

    help: SearchHelp
    ACTIONS = SEARCH_ACTIONS
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(SEARCH_ACTIONS)]
    DEFAULT_CSS = "SearchScreen { overflow: hidden hidden; }"

    def __init__(
        self, session: SearchSession, train: Any, theme: Theme, *, by_hand: Callable[[], ManualStudies],
        leave: Callable[[], None], adopt: Callable[[Hyperparameters, bool], None], begin: Any = None,
    ) -> None:  # fmt: skip
        super().__init__(train, theme, SearchLayout())
        self.session = session
        self._leave, self._adopt = leave, adopt
        self._asked = begin
        self._by_hand = ByHand(by_hand)
        self._problem = ""
        self._estimated: object = None
        self._takes_study = False  # when it is there: the form is to hold what the study searches
        self.governor = Governor(self, self._watch, count_bytes=self.bytes_written, after_paint=self.call_after_refresh)

    @property
    def snapshot(self) -> SearchSnapshot:
        """What is shown: the search, or what was trained by hand while ``manual`` is chosen and no search runs."""
        shown = self.session.snapshot
        if shown.is_running or not hasattr(self, "form") or self.form.model.texts["strategy"] != "manual":
            return shown
        by_hand = self._by_hand.snapshot(self.trainer.dataset)
        is_resumed = shown.settings is not None and shown.settings.strategy == "manual"
        return shown if is_resumed and not by_hand.trials else by_hand

    def hold(self, seconds: float = 0.0) -> None:
        """Let training on the Train screen wait for a frame here."""
        self.trainer.hold()

    def release(self) -> None:
        """Let it go on."""
        self.trainer.release()

    def compose(self) -> ComposeResult:
        theme, dataset = self.look, self.trainer.dataset
        self.header = SearchHeader(theme, id="header")
        self.form = SearchForm(
            theme, dataset.task, self.trainer.snapshot.hyperparameters, self._describe_entry, id="form"
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
        self.help = SearchHelp(theme, SEARCH_ACTIONS, HELP_COLUMNS, id="help")
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
        self.form.model.take_task(self.trainer.dataset.task)
        self.form.model.take_base(self.trainer.snapshot.hyperparameters)
        self.form.redraw()
        self.place_children(self.app.size)
        self.show(self.snapshot)
        if self._is_of_other_data:
            self._say_other_data()
        self.governor.start()

    def show(self, snapshot: Any) -> None:
        """Pass a snapshot to the lines."""
        if self._takes_study and snapshot.space is not None:
            self._takes_study = False
            self.form.model.texts.update(texts_of(snapshot.space, snapshot.settings))
            self.form.redraw()
        is_by_hand = self._by_hand.made(snapshot)
        if self._estimated is not None or is_by_hand:
            self.description.show_entry(self._estimate())
        if is_by_hand and self._by_hand.problem != self._problem:
            self._problem = self._by_hand.problem
            self.status.say(self._problem)
        self.header.show(snapshot, self.trainer.dataset)
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
        if texts["strategy"] == "manual" and path is not None and self._by_hand.made(self.snapshot):
            return f"kept in {path}"
        if texts["strategy"] != "grid" or self.session.snapshot.is_running:
            return ""
        try:
            space, settings = space_of(texts), settings_of(texts)
        except TuitrainError as error:
            return str(error)
        key = (self.trainer.dataset.fingerprint, *sorted(texts.items()))
        known = self.session.snapshot.estimate
        if known is not None and known[0] == key:
            return str(known[1])
        if self._estimated != key:
            self._estimated = key
            self.session.estimate(key, self.trainer.dataset, space, settings)
        return f"{space.grid_size:,} combinations"

    def after_arranging(self) -> None:
        self._watch()
        snapshot: Any = self.snapshot
        for pane in self.panes:
            pane.show(snapshot)

    def _whole(self, trial: Trial) -> Hyperparameters:
        shown = self.trials.shown
        assert shown is not None
        if self._by_hand.made(shown):
            return self._by_hand.hyperparameters(shown, trial)
        assert shown.space is not None
        return shown.space.hyperparameters(trial.setting)

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
        self.help.about_the_search(self.snapshot)
        self.help.explain_entry(f"{entry.label}: {model.texts[model.name]}", about, usual)

    def action_quit(self) -> None:
        if self.session.snapshot.is_running:
            about = f"The study stays: tuitrain search --resume {visible(self.session.snapshot.study, 1000)}"
            self.ask("Quit?", about, yes="quit", no="go on searching", then=self._leave)
        elif self.trainer.snapshot.is_running:
            self.ask("Quit?", "Training is running and would be ended.", yes="quit", no="go on", then=self._leave)
        else:
            self._leave()
