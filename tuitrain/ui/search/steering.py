"""What the keys of the Search screen do with the search: begin, pause, continue, strategy, veto, race."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tuitrain.errors import TuitrainError
from tuitrain.options.search_settings import Settings
from tuitrain.search.by_hand import told_trials
from tuitrain.session.commands import AskFirst, ContinueSearch, Decide, Pause, ResumeSearch, Start, TryNext
from tuitrain.session.search import begin_search
from tuitrain.session.search_snapshot import SearchSnapshot
from tuitrain.session.session import Session
from tuitrain.text import counted, visible
from tuitrain.translation import gettext as _
from tuitrain.translation import ngettext
from tuitrain.ui.search.entries import settings_of, space_of
from tuitrain.ui.search.form import SearchForm
from tuitrain.ui.widgets.pane_screen import PlacedScreen, unsaved

if TYPE_CHECKING:
    from tuitrain.runs.finished import FinishedTraining
    from tuitrain.search.space.space import Setting, Space
    from tuitrain.search.study.trial import Trial
    from tuitrain.ui.search.guessing import Guessing
    from tuitrain.ui.search.veto import Decision

ENDLESS = ("all", "none", "none")  # what the form's trials, time and goal hold where nothing ends a search
ENDED = ("done", "stopped", "failed")
MOST_COMBINATIONS = 100_000
MOST_UNASKED = 1_000  # combinations of a grid that is begun without asking


class Steering:
    """Acts on `session` as the form asks; says what came of it on `room`.

    `begun` is called when a new search is begun, `soon` when the answer to a command is to be shown. `estimate` returns
    what the form's grid would take, and `by_hand` the trainings that are listed while ``manual`` is chosen.
    """

    def __init__(
        self, room: PlacedScreen, session: Session[SearchSnapshot], form: SearchForm, *, jobs: int,
        begun: Callable[[], None], soon: Callable[[], None], estimate: Callable[[], str], guessing: Guessing,
        by_hand: Callable[[], Sequence[FinishedTraining]] = tuple,
    ) -> None:  # fmt: skip
        self._guessing, self._by_hand = guessing, by_hand
        self._known: Sequence[FinishedTraining] = ()  # by hand: what the next search goes on from
        self._room, self._session, self._form = room, session, form
        self._begun, self._soon, self._jobs, self._estimate = begun, soon, jobs, estimate
        self._asked = room.host.asked
        self._is_manual = form.model.texts["strategy"] == "manual"
        self._compared: tuple[object, ...] = ()  # what `_is_same` was found for
        self._is_same = False

    def resume_asked(self) -> bool:
        """Resume the study that was asked for on the command line; whether one was."""
        if self._asked is None or self._asked.resume is None:
            return False
        self._session.send(ResumeSearch(self._asked.resume))
        return True

    def fill_in_asked(self) -> bool:
        """Fill in the form as the command line asked; whether the search is to begin at once."""
        if self._asked is None:
            return False
        self._form.model.texts.update(self._asked.texts)
        self._is_manual = self._form.model.texts["strategy"] == "manual"
        self._form.redraw()
        return self._room.host.starts_search

    @property
    def state(self) -> str:
        """The state of the search, whatever is shown."""
        return self._session.snapshot.state

    @property
    def is_of_other_data(self) -> bool:
        """Whether the session's search is of another dataset than the one that is chosen now."""
        searched = self._session.snapshot.dataset
        return searched is not None and searched.fingerprint != self._room.trainer.snapshot.dataset.fingerprint

    def say_other_data(self) -> None:
        """Say that the trials are of another dataset."""
        searched = self._session.snapshot.dataset
        assert searched is not None
        now = self._room.trainer.snapshot.dataset
        told = _("these trials are of {found}; n searches {chosen}")
        self._room.say(told.format(found=searched.name, chosen=now.name))

    def _asked_for(self) -> tuple[Space, Settings] | None:
        """What the form asks for; None, with a notice of why, where its entries do not go together."""
        try:
            return self._parsed()
        except TuitrainError as error:
            self._room.say(str(error).split("\n")[0])
            return None

    def _parsed(self) -> tuple[Space, Settings]:
        return space_of(self._form.model.texts), settings_of(self._form.model.texts)

    def would_go_on(self) -> bool:
        """Whether the start key continues the search that has ended, rather than begin another."""
        snapshot = self._session.snapshot
        if snapshot.state not in ENDED or self.is_of_other_data:
            return False
        key = (snapshot.space, snapshot.settings, tuple(self._form.model.texts.items()))
        if key != self._compared:
            self._compared = key
            try:
                self._is_same = self._is_same_search(snapshot, self._parsed())
            except TuitrainError:
                self._is_same = False
        return self._is_same

    def start_pause(self) -> None:
        """Start, pause or continue; one at a time, try the choice that waits."""
        snapshot = self._session.snapshot
        if self._guessing.waits:
            self.try_choice()
            return
        if self._guessing.is_trained:
            self._room.say(_("this trial is trained first; then it is your turn again"))
            return
        if snapshot.state in {"running", "choosing"}:
            self._session.send(Pause())
        elif snapshot.state == "paused":
            self._session.send(Start())
        elif self.would_go_on():
            self._go_on(snapshot)
        else:
            self.begin()
        self._soon()

    def _is_same_search(self, snapshot: SearchSnapshot, asked: tuple[Space, Settings]) -> bool:
        """Whether the form still asks for the study that is shown, so that it can be continued."""
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
        settings = settings_of(self._form.model.texts)
        done = sum(trial.is_done for trial in snapshot.trials)
        if snapshot.state == "done" and settings.trials and done >= settings.trials:
            told = ngettext(
                "{trials} is done: raise trials to go on, or n for a new search",
                "{trials} are done: raise trials to go on, or n for a new search",
                done,
            )
            self._room.say(told.format(trials=counted(done, "trial")))
            return
        self._session.send(ContinueSearch(settings.to_mapping()))

    def begin(self) -> None:
        """Begin a new search, of what the form asks for."""
        asked = self._asked_for()
        if asked is None:
            return
        space, settings = asked
        if settings.strategy == "manual":
            self._room.say(_("manual: what you train on screen 1 appears here; g, r or b propose for you"))
            self._soon()
            return
        if settings.strategy == "grid" and space.grid_size > MOST_COMBINATIONS:
            told = _("the grid has {number} combinations; at most {most}: narrow it, or choose r or b")
            self._room.say(told.format(number=f"{space.grid_size:,}", most=f"{MOST_COMBINATIONS:,}"))
            return
        if settings.strategy == "grid" and space.grid_size > MOST_UNASKED:
            self._ask_for_grid(space, settings)
            return
        self._begin(space, settings)

    def _ask_for_grid(self, space: Space, settings: Settings) -> None:
        """Begin a large grid if the user says so."""
        question = _("Search a grid of {number} combinations?").format(number=f"{space.grid_size:,}")
        self._room.ask(question, lambda: f"{self._estimate()}.", yes=_("search it"), no=_("stay"),
                       then=lambda: self._begin(space, settings))  # fmt: skip

    def _begin(self, space: Space, settings: Settings) -> None:
        """Begin this search, with what was asked for on the command line if it is the first."""
        tried: Sequence[Any] = ()
        dataset = self._room.trainer.snapshot.dataset
        known, self._known = [one for one in self._known if one.dataset.source.is_same(dataset.source)], ()
        told = told_trials(known, settings)
        if self._asked is not None:
            settings = replace(settings, seed=self._asked.seed, batch=self._asked.batch)
            tried, self._asked = self._asked.tried, None
        self._session.send(begin_search(dataset.source, space, settings, tried, told))
        if known:
            self._room.say(_told_of(known, told))
        self._begun()

    def ask_to_leave(self) -> None:
        """Leave the program, where a search runs, if the user says so; say how it can be resumed."""
        room = self._room
        command = f"tuitrain search --resume {visible(self._session.snapshot.study, 1000)}"
        about = _("The study stays: {command}").format(command=command)
        if room.trainer.snapshot.has_something_to_lose:
            about = f"{unsaved(room.trainer.snapshot)}. {about}"
        room.ask_to_leave(about, no=_("go on searching"))

    def begin_anew(self) -> None:
        """Begin a new search; ask first where one runs."""
        if self._session.snapshot.is_running:
            about = _("The one that runs stays as a study and can be resumed.")
            self._room.ask(_("Begin a new search?"), about, yes=_("begin"), no=_("stay"), then=self.begin)
        else:
            self.begin()

    def choose_strategy(self, name: str) -> None:
        """Choose a strategy; a search that runs continues with it."""
        was_manual, self._is_manual = self._is_manual, name == "manual"
        self._form.choose("strategy", name)
        self._soon()
        snapshot = self._session.snapshot
        goes_on = snapshot.state in {"running", "paused"} and snapshot.settings is not None
        if goes_on and self.is_of_other_data:
            self.say_other_data()
            return
        begun = sum(trial.state != "queued" for trial in snapshot.trials)  # the others are left out from now on
        trials = self._limit_trials(begun if goes_on else 0)
        if not goes_on:
            if self._is_manual or was_manual:
                self._known = () if self._is_manual else self._by_hand()
            told = _("trials is {number} now: all would have no end").format(number=trials)
            self._room.say(self._compare_by_hand(name) or told * bool(trials))
        elif (asked := self._asked_for()) is not None:
            self._session.send(ContinueSearch(asked[1].to_mapping()))
            told = _("{strategy} proposes from the next batch on")
            if trials:
                told = _("{strategy} proposes from the next batch on, up to {trials}")
            self._room.say(told.format(strategy=name, trials=counted(trials, "trial")))

    def _compare_by_hand(self, strategy: str) -> str:
        """Let the form score trials as the trainings by hand were, to go on from them; what to say about it."""
        if not self._known or self.would_go_on():
            return ""
        model = self._form.model
        scored = {"folds": "1", "seeds": "1", "metric": self._known[-1].metric or model.texts["metric"]}
        told = told_trials(self._known, Settings.from_mapping(scored))
        if not told:
            return ""
        for name, text in scored.items():
            if model.texts[name] == model.entries[name].default:
                self._form.choose(name, text)
        said = _("{strategy} goes on from {trainings} by hand; folds and metric are theirs")
        return said.format(strategy=strategy, trainings=counted(len(told), "training"))

    def _limit_trials(self, known: int) -> int:
        """Give the search an end after a grid, which has one of its own; the number of trials, 0 if it had one."""
        texts = self._form.model.texts
        if texts["strategy"] in {"grid", "manual"} or (texts["trials"], texts["time"], texts["goal"]) != ENDLESS:
            return 0
        trials = known + int(self._form.model.entries["trials"].default)
        self._form.choose("trials", str(trials))
        return trials

    def one_at_a_time(self) -> bool:
        """Let the user guess before each trial, or go back to proposing all at once; whether guesses are asked for."""
        snapshot = self._session.snapshot
        if snapshot.is_one_at_a_time:
            self._session.send(AskFirst(False))
            self._room.say(_("all at once: proposals run without asking, in full batches"))
            self._soon()
            return False
        if self._form.model.texts["strategy"] != "bayesian":
            self._room.say(_("one at a time is for a bayesian search: b chooses it"))
            return False
        if snapshot.space is not None and self.is_of_other_data:
            self.say_other_data()
            return False
        self._session.send(AskFirst(True, is_one_at_a_time=True))
        if snapshot.is_running:
            self._room.say(_("one at a time: what is under way is trained first, then you guess"))
        elif snapshot.state == "paused":
            self._session.send(Start())
        elif self.would_go_on():
            self._go_on(snapshot)
        else:
            self._room.say(_("one at a time: space starts the search, and you guess before each trial"))
        self._soon()
        return True

    def try_choice(self) -> None:
        """Train the choice that waits, one at a time."""
        choice = self._guessing.choice
        if choice is not None:
            self._decide(choice)

    def _try_guess(self) -> None:
        """Train the guess instead of the choice that waits, one at a time."""
        if self._guessing.is_tried:
            self._room.say(_("these values are among the trials already; ← → move your guess"))
            return
        self._decide(self._guessing.setting, guess=self._guessing.counted or self._guessing.setting)

    def _decide(self, setting: Setting, guess: Setting | None = None) -> None:
        self._session.send(Decide((setting,), guess or self._guessing.counted))
        self._soon()

    def enqueue(self) -> None:
        """Try the guess, one at a time; else the values of the Train form."""
        if self._guessing.waits:
            self._try_guess()
            return
        snapshot = self._session.snapshot
        if snapshot.space is None:
            self._room.say(_("begin a search first; then e tries the Train form's values in it"))
            return
        if self.is_of_other_data:
            self.say_other_data()
            return
        own = self._room.trainer.snapshot.hyperparameters
        setting = snapshot.space.active({name: getattr(own, name) for name in snapshot.space.names})
        if any(dict(trial.setting) == setting for trial in snapshot.trials):
            self._room.say(_("these values are among the trials already"))
            return
        self._session.send(TryNext(setting))
        self._room.say(_("the Train form's values are tried next"))
        self._soon()

    def veto(self) -> None:
        """Look at the proposals before they run."""
        from tuitrain.ui.search.veto import Veto  # noqa: PLC0415 - not needed before

        snapshot = self._session.snapshot
        progress = snapshot.progress
        if snapshot.is_one_at_a_time:
            self._room.say(_("one at a time you decide on each trial: e, space; o goes back to all at once"))
            return
        if progress is not None and progress.proposals:
            self._room.open(Veto(self._room.look, progress.proposals), self._take_decision)
            return
        self._session.send(AskFirst(not snapshot.asks_first))
        told = _("proposals wait for your word from now on: v shows them")
        self._room.say(_("proposals run at once") if snapshot.asks_first else told)

    def _take_decision(self, decision: Decision | None) -> None:
        if decision is None:
            return
        self._session.send(Decide(tuple(decision.settings)))
        if not decision.asks_again:
            self._session.send(AskFirst(False))
            self._room.say(_("proposals run at once from now on"))
        self._soon()

    def race(self) -> None:
        """Race the strategies on what the form asks for."""
        from tuitrain.ui.search.race import RaceScreen  # noqa: PLC0415 - not needed before

        asked = self._asked_for()
        if asked is None:
            return
        if self._session.snapshot.is_running:
            self._room.say(_("a search is running; pause it (space) before a race"))
            return
        try:
            race = RaceScreen(self._room, *asked, self._jobs)
        except TuitrainError as error:  # a goal or metric that does not fit the data
            self._room.say(str(error).split("\n")[0])
            return
        self._room.open(race, lambda _answer: None)


def _told_of(known: Sequence[FinishedTraining], told: Sequence[Trial]) -> str:
    """Say which trainings by hand a new search goes on from."""
    trainings = counted(len(told), "training")
    if len(told) == len(known):
        return _("{trainings} by hand are its first trials").format(trainings=trainings)
    return _("{trainings} of {number} by hand are its first trials; the others were scored otherwise").format(
        trainings=trainings, number=len(known)
    )
