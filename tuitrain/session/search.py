"""A live search: what its commands do."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

from tuitrain.data.dataset import Dataset
from tuitrain.data.facts import DatasetFacts, DatasetSource
from tuitrain.engine.threads import usable_cores
from tuitrain.errors import RunError, SettingsError, TuitrainError, error_line
from tuitrain.options.search_settings import CHANGED, Settings
from tuitrain.runs.finished import note_text
from tuitrain.search.api import conducting
from tuitrain.search.best_model import choose
from tuitrain.search.conductor import Conductor, SearchProgress
from tuitrain.search.estimate import estimate_grid
from tuitrain.search.explanation import Explained, explain
from tuitrain.search.one_at_a_time import weigh
from tuitrain.search.space.setting import own_setting
from tuitrain.search.space.space import Setting, Space
from tuitrain.search.study.opening import change_study, create_study_or_elsewhere, study_dataset
from tuitrain.search.study.study import Study
from tuitrain.search.study.study_run import INTERRUPTED
from tuitrain.search.study.trial import USER, Trial
from tuitrain.session.commands import (
    AddNote,
    AskFirst,
    BeginSearch,
    Command,
    ContinueSearch,
    Decide,
    End,
    EstimateGrid,
    Pause,
    ResumeSearch,
    Start,
    TryNext,
)  # fmt: skip
from tuitrain.session.datasets import DATASETS, Datasets
from tuitrain.session.search_command import fields_of, read_command
from tuitrain.session.search_snapshot import GridEstimate, SearchSnapshot, SearchState
from tuitrain.session.session import Clock, LocalSession, Look, Turn, Work
from tuitrain.translation import gettext as _

SNAPSHOT_SECONDS = 0.25  # drawing takes processor time from the workers, which use every core
STEP_SECONDS = 0.05


class Searching(Work[SearchSnapshot]):
    """The work of a search session: at most one running search, whose study can be resumed.

    `jobs` processes train (0: a thread of this process); `folder` is where new studies are made.
    """

    def __init__(self, *, jobs: int, folder: Path, clock: Clock, datasets: Datasets = DATASETS) -> None:
        self.jobs = jobs
        self._folder, self._clock, self._datasets = folder, clock, datasets
        self._state: SearchState = "ready"
        self._study: Study | None = None
        self._dataset: Dataset | None = None
        self._conductor: Conductor | None = None
        self._open = ExitStack()
        self._progress: SearchProgress | None = None
        self._test: Mapping[str, float] = {}
        self._single_test: Mapping[str, float] = {}  # of the best trial, where the model is an average
        self._explained: Explained | None = None
        self._asks_first = self._is_one_at_a_time = False
        self._estimate: GridEstimate | None = None
        self._ending = ""  # why the search ended, which no later command makes forgotten
        self._snapshot_due = 0.0
        self._is_ending = threading.Event()

    @property
    def is_busy(self) -> bool:
        """Whether a search is open: running, or paused while its workers finish."""
        return self._conductor is not None

    @property
    def step(self) -> int:
        """Trials that are over."""
        return sum(trial.is_done for trial in self._study.trials) if self._study is not None else 0

    # Commands

    def refuse(self, command: Command, why: str) -> None:
        """Mark the session as failed where nothing could be begun; a search that there is stays as it is."""
        if self._study is None and isinstance(command, BeginSearch | ResumeSearch):
            self._state = "failed"

    def on_begin_search(self, command: BeginSearch) -> None:
        """Make a study and search it."""
        dataset = self._datasets.find(command.dataset)
        space, settings = read_command(command)
        settings = replace(settings, parallel=max(1, self.jobs))
        study = create_study_or_elsewhere(
            self._folder, space, settings, dataset, tried=command.tried, told=command.told, is_folder=True
        )
        self._leave()  # only now: where no study can be made, a running search goes on
        self._study, self._dataset = study, dataset
        self._conduct()

    def on_resume_search(self, command: ResumeSearch) -> None:
        """Continue a study from its directory."""
        dataset = study_dataset(Study(command.study))
        self._leave()  # only now: where the study cannot be opened, a running search goes on
        self._study, self._dataset = Study(command.study), dataset  # read again: it may be the one that has just ended
        self._datasets.keep(dataset)
        self._conduct()

    def on_end(self, command: End) -> None:
        """End the search at once, interrupted where that is nobody's will; it can be resumed."""
        if self._conductor is not None:
            self._conductor.ending = INTERRUPTED if command.how == "interrupt" else ""
            self._end("stopped", "")

    def on_pause(self, command: Pause) -> None:
        """Start no more stacks."""
        if self._conductor is not None:
            self._conductor.pause()
            self._state = "paused"

    def on_start(self, command: Start) -> None:
        """Continue after a pause or an end."""
        if self._study is None:
            return
        if self._conductor is None:
            self._conduct()
        else:
            self._conductor.resume()
            self._state = "running"

    def on_continue_search(self, command: ContinueSearch) -> None:
        """Continue with other settings; manual ones pause, since the next trials are made by hand."""
        if self._study is None:
            return
        settings = Settings.from_mapping(command.settings)
        if settings.strategy == "manual":
            self.on_pause(Pause())
            return
        change_study(self._study, {name: getattr(settings, name) for name in CHANGED})
        self._give_up_guessing()
        self.on_start(Start())

    def on_try_next(self, command: TryNext) -> None:
        """Train a setting before what the strategy proposes."""
        if self._study is None:
            return
        with self._study.writing():
            self._study.queue([command.setting], by=USER, stacks=None)
        if self._conductor is None:
            self._conduct()

    def on_ask_first(self, command: AskFirst) -> None:
        """Let proposals wait for the user's decision, or not."""
        is_one = command.asks_first and command.is_one_at_a_time
        if (conductor := self._conductor) is not None:
            if is_one and conductor.study.settings.strategy != "bayesian":
                raise SettingsError(_("one at a time is for a bayesian search: b chooses it"))
            conductor.asks_first = command.asks_first
            if not command.asks_first and conductor.progress().proposals:
                conductor.decide(conductor.progress().proposals)
            conductor.is_one_at_a_time = is_one
        self._asks_first, self._is_one_at_a_time = command.asks_first, is_one

    def on_add_note(self, command: AddNote) -> None:
        """Keep a note in the study."""
        text = note_text(command.text)
        if self._study is None:
            raise RunError(_("there is no study yet to keep a note in"))
        with self._study.writing():
            self._study.note(text)

    def on_decide(self, command: Decide) -> None:
        """Train these of the proposals that wait."""
        if self._conductor is None:
            return
        assert self._study is not None
        progress, guessed = self._conductor.progress(), None
        if self._is_one_at_a_time:
            tried = [dict(trial.setting) for trial in progress.trials]
            if not progress.proposals or any(dict(setting) in tried for setting in command.settings):
                return  # what this is about has been decided on: it may have come with another key
        is_counted = self._is_one_at_a_time and not progress.left_to_spread
        if command.guess is not None and is_counted:
            guessed = weigh(self._study, own_setting(self._study.space, command.guess), progress.proposals[0])
        self._conductor.decide(command.settings, guessed)

    def on_estimate_grid(self, command: EstimateGrid) -> None:
        """Estimate the cost of a grid, while nothing runs."""
        if self._conductor is not None:
            return
        try:
            space, settings = read_command(command)
            dataset = self._datasets.find(command.dataset)
            found = GridEstimate(command.number, estimate_grid(dataset, space, settings, max(1, self.jobs)))
        except TuitrainError as error:
            found = GridEstimate(command.number, problem=str(error))
        self._estimate = found

    # Searching

    def advance(self, turn: Turn) -> None:
        """Search for a moment."""
        assert self._conductor is not None
        try:
            if self._conductor.step(STEP_SECONDS):
                is_new = turn.take_new_look() or turn.has_answers
                if is_new or self._clock.now() >= self._snapshot_due:
                    self.see(turn.look)
                    turn.publish()
                    self._snapshot_due = self._clock.now() + SNAPSHOT_SECONDS
            else:
                self._finish(turn)
        except Exception as error:  # whatever it is: the screen says so, and the study can be resumed
            self.message = error_line(error)
            self._end("failed", self.message)

    def _leave(self) -> None:
        """End the search there is, to begin another."""
        self._end("stopped", "")
        self._progress, self._explained, self._test, self._single_test = None, None, {}, {}
        self._study = self._dataset = None

    def _give_up_guessing(self) -> None:
        """Propose as usual again where another strategy does, which has no choice to guess."""
        assert self._study is not None
        if self._is_one_at_a_time and self._study.settings.strategy != "bayesian":
            self._asks_first = self._is_one_at_a_time = False
            if self._conductor is not None:
                self._conductor.asks_first = self._conductor.is_one_at_a_time = False

    def _conduct(self) -> None:
        assert self._study is not None
        assert self._dataset is not None
        self._give_up_guessing()
        try:
            self._conductor = self._open.enter_context(
                conducting(self._study, self._dataset, jobs=self.jobs, asks_first=self._asks_first)
            )
            self._conductor.is_one_at_a_time = self._is_one_at_a_time
        except Exception:
            self._state = "failed"
            raise
        self._state, self._test, self._single_test, self._ending = "running", {}, {}, ""
        if self._is_ending.is_set():
            self._conductor.ask_to_stop()

    def _finish(self, turn: Turn) -> None:
        """Train the model that is chosen once the budget is spent, and evaluate it on the test part."""
        assert self._study is not None
        assert self._dataset is not None
        assert self._conductor is not None
        ending = self._conductor.ending
        self._conductor.close_workers()
        self._state = "choosing"
        turn.publish()
        chosen = choose(self._study, self._dataset)
        self._test, self._single_test = chosen.test, chosen.single_test if chosen.average is not None else {}
        self.see(turn.look)
        self._end("done" if ending != "stopped" else "stopped", ending)

    def _end(self, state: SearchState, message: str) -> None:
        """Close the search, if one is open; say how it ended."""
        conductor, self._conductor = self._conductor, None
        if conductor is not None:
            try:
                self._open.close()
            except Exception as error:  # what the workers still bring cannot be written, say: the screen must say so
                state, message = "failed", message or error_line(error)
            self._progress = replace(
                conductor.progress(), curves={}, running=(), proposals=(), is_proposing=False
            )  # fmt: skip
        if message or conductor is not None:
            self._state, self.message, self._ending = state, message, message

    # Looking, failing, ending

    def see(self, look: Look) -> None:
        """Fit the surrogate to the trials, if it is looked at and there are new ones."""
        if "surrogate" in look.views and self._study is not None:
            proposals = self._conductor.progress().proposals if self._conductor is not None else ()
            choice = proposals[0] if self._is_one_at_a_time and proposals else None
            self._explained = explain(
                self._study, look.column, self._explained, choice=choice, guesses=self._study.guesses
            )

    def make_snapshot(self, version: int, answered: int) -> SearchSnapshot:
        """Make a snapshot of this moment."""
        study, dataset = self._study, self._dataset
        if self._conductor is not None:
            self._progress = self._conductor.progress()
        return SearchSnapshot(
            version, self._state, self.message or self._ending, None if study is None else study.space,
            None if study is None else study.settings, self._progress, None if study is None else study.path,
            () if study is None else tuple(trial.number for trial in study.ties), self._test, self._explained,
            self._asks_first, self._is_one_at_a_time, self._estimate,
            None if dataset is None else DatasetFacts.of(dataset), answered,
            notes=() if study is None else tuple(study.notes), single_test=self._single_test,
        )  # fmt: skip

    def fail(self, error: Exception) -> dict[str, Any]:
        """Take note of what broke the search."""
        self._end("failed", self.message)
        return {"state": "failed", "message": self.message}

    def interrupt(self) -> None:
        """Let the running search end soon; its study can be resumed."""
        self._is_ending.set()
        if (conductor := self._conductor) is not None:
            conductor.ask_to_stop()

    def close(self) -> None:
        """Close the study."""
        self._end("stopped", "")


class SearchSession(LocalSession[SearchSnapshot]):
    """A search, conducted by a thread of this process; `close` ends it, and the study can be resumed.

    `jobs` processes train (0: a thread of this process; None: one for each core); `folder` is where new studies are
    made.
    """

    def __init__(self, *, jobs: int | None = None, folder: Path | None = None, clock: Clock | None = None) -> None:
        clock = clock or Clock()
        self.jobs = usable_cores() if jobs is None else jobs
        searching = Searching(jobs=self.jobs, folder=folder or Path("runs"), clock=clock)
        super().__init__(searching, name="search", clock=clock)


def begin_search(
    source: DatasetSource, space: Space, settings: Settings, tried: Sequence[Setting] = (), told: Sequence[Trial] = ()
) -> BeginSearch:
    """Return the command that makes a study of a dataset and searches it; see `BeginSearch`."""
    return BeginSearch(**fields_of(source, space, settings), tried=tuple(tried), told=tuple(told))


def estimate_of_grid(source: DatasetSource, space: Space, settings: Settings) -> EstimateGrid:
    """Return the command that asks what a grid would take on a dataset."""
    return EstimateGrid(**fields_of(source, space, settings))
