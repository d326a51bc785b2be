"""The main loop of a search: ask the strategy, submit stacks to the workers, record the results.

Everything is called from one thread; the strategy runs in a thread of its own while the last stack trains.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Literal

from tuitrain.engine.threads import blas_threads
from tuitrain.errors import TuitrainError
from tuitrain.options.search_settings import Settings
from tuitrain.runs.stopwatch import Stopwatch
from tuitrain.search.folds import Fold
from tuitrain.search.grouping import group_into_stacks
from tuitrain.search.halving import longest_training, rungs
from tuitrain.search.room import DiskRoom
from tuitrain.search.space.space import Setting
from tuitrain.search.stack import Curves, StackTask, train_stack
from tuitrain.search.strategies import propose
from tuitrain.search.strategies.bayesian import left_to_spread
from tuitrain.search.strategies.observation import known_before, observations
from tuitrain.search.study.guess import Guess
from tuitrain.search.study.study import Study
from tuitrain.search.study.trial import USER, Trial
from tuitrain.search.workers.supervisor import Event, Failed, Finished, Reported, Started, Stopped, Supervisor
from tuitrain.translation import gettext as _

MOST_AT_ONCE = 512  # trials that a strategy that does not learn proposes at a time
FEW_AT_ONCE = 8  # trials per running stack, if a time or a goal may end the search

State = Literal["running", "paused", "done", "stopped"]


@dataclass(frozen=True)
class SearchProgress:
    """The state of a search; `curves` are those of running trials, `proposals` wait for the user's decision.

    `notices` are sentences for the user about the space and the workers; the list grows. One at a time,
    `left_to_spread` counts the next trials that are spread evenly, before the model is used; `guesses` are the user's.
    """

    state: State
    trials: tuple[Trial, ...]
    best: Trial | None
    curves: Mapping[int, tuple[float, ...]]
    running: tuple[int, ...]
    proposals: tuple[Setting, ...]
    is_proposing: bool
    seconds: float
    trials_per_second: float
    seconds_left: float | None
    ending: str
    version: int
    notices: tuple[str, ...] = ()
    left_to_spread: int = 0
    guesses: tuple[Guess, ...] = ()


@dataclass
class Conductor:
    """A search of `study` on `folds` with the workers of `supervisor`; the study must be open for writing.

    With `asks_first`, proposals wait in `progress().proposals` until `decide` is called. `on_best` is called with each
    new best trial and its parameters (P,), if the stack returned them.
    """

    study: Study
    folds: tuple[Fold, ...]
    supervisor: Supervisor
    asks_first: bool = False
    on_best: Callable[[Trial, Any], object] = lambda trial, parameters: None
    ending: str = ""
    _is_one_at_a_time: bool = False
    _events: list[Event] = field(default_factory=list)  # that the workers told of, and are not taken in
    _kept_best: tuple[Trial, Any] | None = None  # a new best trial and its parameters, to be kept
    _curves: dict[int, list[float]] = field(default_factory=dict)
    _submitted: set[int] = field(default_factory=set)
    _proposals: list[dict[str, Any]] = field(default_factory=list)
    _asked: Settings | None = None  # the settings for which the last proposals were made
    _was_one: bool = False  # whether those were to be one at a time
    _thinking: Future[list[dict[str, Any]]] | None = None
    _think_seconds: float = 0.0
    _clock: Stopwatch = field(default_factory=Stopwatch)
    _is_paused: bool = False
    _are_workers_closed: bool = False
    _is_stopping: bool = False
    _is_asked_to_stop: bool = False
    _new_done: int = 0
    _version: int = 0

    def __post_init__(self) -> None:
        self._room = DiskRoom(self.study.path)
        self._thinker = ThreadPoolExecutor(1, thread_name_prefix="strategy")
        self._limit = blas_threads(1)  # throughout the search: the number of threads changes bits
        self._limit.__enter__()

    def close(self) -> None:
        """End everything, even if the workers' last results cannot be written; the study can be resumed."""
        try:
            self.close_workers()
        finally:
            self._thinker.shutdown(wait=True, cancel_futures=True)
            self._limit.__exit__(None, None, None)

    def close_workers(self) -> None:
        """End the workers and record their last results. Repeated calls do nothing."""
        if not self._are_workers_closed:
            self._are_workers_closed = True
            self.supervisor.close()
            self._events += self.supervisor.events(0)
            self._take_all()

    def run(
        self, on_progress: Callable[[SearchProgress], object] | None = None, *, every: float = 0.1
    ) -> SearchProgress:
        """Search until the budget is spent, the space is exhausted, or `stop` is called."""
        next_look = 0.0
        while self.step(every):
            if on_progress is not None and time.perf_counter() >= next_look:
                on_progress(self.progress())
                next_look = time.perf_counter() + every
        return self.progress()

    def step(self, timeout: float) -> bool:
        """Plan, submit, and process events; return False when the search is over.

        On a full disk nothing is begun until what there is can be written; a search that is stopped does not wait.
        """
        if self._is_asked_to_stop and not self._is_stopping:
            self.stop()
        if not self._is_stopping and self._room.is_closed(timeout):
            return True
        known = self.study.n_events
        try:
            goes_on = self._step(timeout)
        except TuitrainError as error:
            if self._is_stopping or not self._room.is_missing(error):
                raise
            self._clock.halt()
            return True
        if self.study.n_events > known:
            self._room.found()
        return goes_on

    def _step(self, timeout: float) -> bool:
        self._take_all()
        self._plan()
        self._submit()
        is_over = self._is_over()
        if is_over or (not self._submitted and (self._is_paused or self._proposals)):
            self._clock.halt()
        if is_over:
            return False
        is_waiting = self._thinking is not None and not self._submitted
        self._events += self.supervisor.events(min(timeout, 0.002) if is_waiting else timeout)
        self._take_all()
        return True

    def pause(self) -> None:
        """Start no more stacks; running ones continue to their end."""
        self._is_paused = True

    def resume(self) -> None:
        """Continue after a pause, or with the study's settings if they have changed."""
        self._is_paused = False
        if not self._is_stopping:
            self.ending = ""

    def ask_to_stop(self) -> None:
        """Let the next `step` stop the search; may be called from a signal handler or another thread."""
        self._is_asked_to_stop = True

    def stop(self) -> None:
        """End the search soon, even in mid-stack; unfinished trials are queued again on resumption."""
        self._is_stopping = True
        self.ending = self.ending or "stopped"
        self.supervisor.stop_all()

    @property
    def is_one_at_a_time(self) -> bool:
        """Whether a single trial is proposed once all others are over, so that it follows from all that is known."""
        return self._is_one_at_a_time

    @is_one_at_a_time.setter
    def is_one_at_a_time(self, is_one: bool) -> None:
        if is_one != self._is_one_at_a_time:
            self._is_one_at_a_time, self._proposals = is_one, []  # what waits is proposed again if still wanted

    def decide(self, settings: Sequence[Setting], guessed: Guess | None = None) -> None:
        """Run these settings instead of the waiting proposals.

        Proposals left out are not made again, except one at a time: there the user prefers another, and rejects none.
        `guessed` is kept with the trials.
        """
        proposals, self._proposals = self._proposals, []
        left_out = [setting for setting in proposals if setting not in settings]
        if left_out and not self.is_one_at_a_time:
            self.study.skip(left_out)
        own = [setting for setting in settings if setting not in proposals]
        if own:
            self.study.queue(own, by=USER, stacks=None, guessed=guessed)
        self._queue([setting for setting in proposals if setting in settings], None if own else guessed)

    def progress(self) -> SearchProgress:
        """Return the present state of the search."""
        study = self.study
        self._version += 1
        seconds = study.seconds + self._clock.unreported
        rate = self._new_done / self._clock.seconds if self._new_done and self._clock.seconds else 0.0
        running = tuple(trial.number for trial in study.trials if trial.state == "running")
        return SearchProgress(
            state=self._state(), trials=tuple(study.trials), best=study.best,
            curves={number: tuple(self._curves[number]) for number in running if number in self._curves},
            running=running, proposals=tuple(self._proposals), is_proposing=self._thinking is not None,
            seconds=seconds, trials_per_second=rate, seconds_left=self._seconds_left(rate, seconds),
            ending=self.ending, version=self._version,
            notices=(*study.notices, *self.supervisor.notices, *self._room.notices),
            left_to_spread=self._left_to_spread(), guesses=tuple(study.guesses),
        )  # fmt: skip

    def _left_to_spread(self) -> int:
        study = self.study
        if not self.is_one_at_a_time:
            return 0
        done, awaited = known_before(study.trials, [])
        pending = [*study.skipped, *(trial.setting for trial in awaited)]
        return left_to_spread(study.space, observations(done, study.settings.sign), pending, 1)

    def _state(self) -> State:
        if self.ending and not self._submitted:
            return "stopped" if self.ending == "stopped" else "done"
        return "paused" if self._is_paused else "running"

    def _seconds_left(self, rate: float, seconds: float) -> float | None:
        settings = self.study.settings
        found = []
        if settings.trials and rate:
            found.append(max(0, settings.trials - self._done()) / rate)
        if settings.seconds:
            found.append(max(0.0, settings.seconds - seconds))
        return min(found, default=None)

    def _done(self) -> int:
        return sum(trial.is_done for trial in self.study.trials)

    # The budget

    def _is_over(self) -> bool:
        if self._submitted or (self._thinking is not None and not self._is_stopping):
            return False
        if self._is_stopping:
            return True
        if self.study.settings.strategy == "manual" and not self._has_open_stacks():
            self.ending = self.ending or _("no more trials were asked for")
        return bool(self.ending) and not (self._has_open_stacks() and not self._budget_ending())

    def _budget_ending(self) -> str:
        """Return the reason to start no more stacks, or an empty string."""
        settings, best = self.study.settings, self.study.best
        if settings.goal is not None and best is not None and settings.sign * (best.score - settings.goal) <= 0:
            return _("the goal is reached")
        if settings.seconds and self.study.seconds + self._clock.unreported >= settings.seconds:
            return _("the time is up")
        return ""

    # The next trials

    def _plan(self) -> None:
        if self._is_stopping or self._is_paused:
            return
        ending = self._budget_ending()
        if self._thinking is not None and self._thinking.done():
            thought, self._thinking = self._thinking, None
            if not ending and self._is_as_asked:  # else they are proposed again if still wanted
                self._take_proposals(thought.result())
        if not self._is_as_asked:
            self._proposals = []
        if ending:
            self.ending = ending
            return
        if self._thinking is not None:
            return
        if self.study.ungrouped:
            self._queue([])
        if not self._proposals and self._needs_more():
            self._think()

    @property
    def _is_as_asked(self) -> bool:
        """Whether the last proposals are what would be asked for now."""
        return self._asked == self.study.settings and self._was_one == self.is_one_at_a_time

    def _needs_more(self) -> bool:
        study, settings = self.study, self.study.settings
        if self.ending or settings.strategy == "manual":
            return False
        if settings.trials and len(study.trials) >= settings.trials:
            if not self._has_open_stacks():
                self.ending = _("all trials are done")
            return False
        if study.is_exhausted:
            if not self._has_open_stacks():
                self.ending = _("the space is exhausted")
            return False
        return study.done_stacks.issuperset(study.order[: self._first_awaited])

    @property
    def _awaited(self) -> int:
        """How many stacks may still be training when the next proposals are made, so that no worker has to wait."""
        return 0 if self.is_one_at_a_time else self.study.settings.parallel

    @property
    def _first_awaited(self) -> int:
        """The place in the order of the first of these; all before it are over when the next proposals are made."""
        return max(0, len(self.study.order) - self._awaited)

    def _has_open_stacks(self) -> bool:
        return bool(self.study.ungrouped) or len(self.study.done_stacks) < len(self.study.stacks)

    def _think(self) -> None:
        study, settings = self.study, self.study.settings
        awaited_stacks = [stack for stack in study.order[self._first_awaited :] if stack not in study.told_stacks]
        last = [number for stack in awaited_stacks for number in study.stacks[stack]]
        done, awaited = known_before(study.trials, last)
        most = settings.at_once if settings.learns else MOST_AT_ONCE
        if not settings.learns and (settings.seconds or settings.goal is not None):
            most = FEW_AT_ONCE * settings.parallel  # the search may end at any time: let all structures have a turn
        most = 1 if self.is_one_at_a_time else most
        left = settings.trials - len(study.trials) if settings.trials else most
        pending = [*study.skipped, *(trial.setting for trial in awaited)]
        arguments = (study.space, observations(done, settings.sign), pending, min(most, left), settings.seed)
        self._asked, self._was_one = settings, self.is_one_at_a_time

        def think() -> list[dict[str, Any]]:
            started = time.perf_counter()
            found = propose(settings.strategy, *arguments)
            self._think_seconds = time.perf_counter() - started
            return found

        self._thinking = self._thinker.submit(think)

    def _take_proposals(self, found: list[dict[str, Any]]) -> None:
        if not found:
            self.study.exhaust()
        elif self.asks_first:
            self._proposals = found
        else:
            self._queue(found)

    def _queue(self, settings: Sequence[Setting], guessed: Guess | None = None) -> None:
        """Record new trials, and the stacks that they and the user's own trials form."""
        study = self.study
        numbered = [(number, study.trial(number).setting) for number in study.ungrouped]
        numbered += enumerate(settings, study.next_number)
        if not numbered:
            return
        source, chosen = study.source, study.settings
        stacks = group_into_stacks(
            [(number, study.space.hyperparameters(setting)) for number, setting in numbered], inputs=source.n_features,
            outputs=source.n_outputs, members=chosen.folds * chosen.seeds, most=chosen.stack, parallel=chosen.parallel,
        )  # fmt: skip
        by = self._asked.strategy if self._asked is not None else chosen.strategy
        study.queue(settings, by=by, stacks=stacks, seconds=self._think_seconds, guessed=guessed)
        self._think_seconds = 0.0

    # Stacks to the workers and back

    def _submit(self) -> None:
        study = self.study
        if self._is_stopping or self._is_paused or self._budget_ending():
            return
        for place, stack in enumerate(study.order):
            if self.supervisor.free < 1:
                return
            if stack in study.done_stacks or stack in self._submitted:
                continue
            if study.settings.prune == "halving" and not study.done_stacks.issuperset(self._compared(place)):
                return
            self._clock.run()
            study.start(stack)
            self._submitted.add(stack)
            self.supervisor.submit(stack, train_stack, self._task(stack, self._compared(place)))

    def _compared(self, place: int) -> list[int]:
        """Return the stacks whose rung values the stack at `place` in the order may use, however many run at a time."""
        return self.study.order[: max(0, place - self.study.settings.parallel + 1)]

    def _task(self, stack: int, compared: Sequence[int]) -> StackTask:
        study, settings = self.study, self.study.settings
        trials = [trial for number in study.stacks[stack] if not (trial := study.trial(number)).is_done]
        marks = rungs(longest_training(study.space)) if settings.prune == "halving" else []
        earlier: dict[int, tuple[tuple[float, float], ...]] = {}
        for epoch in marks:
            seen = [study.rungs[before].get(epoch, ()) for before in compared]
            earlier[epoch] = tuple((value, loss) for values in seen for value, loss in values)
        return StackTask(
            tuple((trial.number, study.hyperparameters(trial)) for trial in trials), settings.metric, settings.seeds,
            tuple(marks), earlier,
        )  # fmt: skip

    def _take_all(self) -> None:
        """Take in what the workers tell; what cannot be written stays first in the line."""
        while self._events or self._kept_best is not None:
            if self._kept_best is not None:
                self.on_best(*self._kept_best)
                self._kept_best = None
            else:
                self._take(self._events[0])
                del self._events[0]

    def _take(self, event: object) -> None:
        study = self.study
        if isinstance(event, Started):
            for number in study.stacks[event.task]:
                self._curves.pop(number, None)
        elif isinstance(event, Reported) and isinstance(event.value, Curves):
            for number, values in event.value.values.items():
                self._curves.setdefault(number, []).extend(values)
        elif isinstance(event, Finished | Stopped):
            self._finish(event.task, event.result, is_whole=isinstance(event, Finished))
        elif isinstance(event, Failed):
            before = self._done()
            self._reported(lambda seconds: study.fail(event.task, event.message, seconds=seconds))
            self._end(event.task, before)

    def _finish(self, stack: int, result: Any, *, is_whole: bool) -> None:
        study, before = self.study, self._done()
        is_kept = result is not None and (is_whole or study.settings.prune == "none")
        if is_kept:
            self._reported(lambda seconds: study.finish(stack, result, seconds=seconds))
            if result.parameters is not None and study.best is not None and study.best.number == result.best:
                self._kept_best = (study.best, result.parameters)
        else:
            study.requeue(stack)
        self._end(stack, before)

    def _reported(self, write: Callable[[float], None]) -> None:
        """Record something with the time since the last record, which counts as recorded where that succeeds."""
        seconds = self._clock.unreported
        write(seconds)
        self._clock.reported += seconds

    def _end(self, stack: int, before: int) -> None:
        self._new_done += self._done() - before
        self._submitted.discard(stack)
        for number in self.study.stacks[stack]:
            self._curves.pop(number, None)
