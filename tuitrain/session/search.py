"""One live search in a thread: commands in, snapshots out; the Search screen's counterpart of `session.py`."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from tuitrain.data.dataset import Dataset
from tuitrain.engine.threads import usable_cores
from tuitrain.errors import TuitrainError
from tuitrain.options.search_settings import Settings
from tuitrain.search.api import conducting
from tuitrain.search.best_model import choose
from tuitrain.search.conductor import Conductor, Progress
from tuitrain.search.estimate import Estimate, estimate_grid
from tuitrain.search.explanation import Explained, explain
from tuitrain.search.space.space import Setting, Space
from tuitrain.search.study.opening import change_study, create_study, new_study_path, study_dataset
from tuitrain.search.study.study import Study
from tuitrain.search.study.trial import USER, Trial

SNAPSHOT_SECONDS = 0.25  # drawing takes processor time from the workers, which use every core
STEP_SECONDS = 0.05
CHANGED = ("strategy", "trials", "seconds", "goal", "prune")  # what the form holds and a study may go on with
State = Literal["ready", "running", "paused", "choosing", "done", "stopped", "failed"]


@dataclass(frozen=True)
class SearchSnapshot:
    """One moment of a search. `version` grows with each new one; `test` is the chosen trial's, at the end.

    `dataset` is what is searched on. `estimate` is what was last asked of `SearchSession.estimate`: the key, and the
    estimate or why there is none.
    """

    version: int
    state: State = "ready"
    message: str = ""
    space: Space | None = None
    settings: Settings | None = None
    progress: Progress | None = None
    study: Path | None = None
    ties: tuple[int, ...] = ()
    test: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    explained: Explained | None = None
    asks_first: bool = False
    estimate: tuple[object, Estimate | str] | None = None
    dataset: Dataset | None = None

    @property
    def is_running(self) -> bool:
        """Whether stacks are being trained now."""
        return self.state in {"running", "choosing"}

    @property
    def trials(self) -> tuple[Trial, ...]:
        """All trials so far."""
        return self.progress.trials if self.progress is not None else ()

    @property
    def notices(self) -> tuple[str, ...]:
        """What the user should know of the space and the workers, a sentence each."""
        return self.progress.notices if self.progress is not None else ()


class SearchSession:
    """Owns at most one running search and its thread; `close` ends it, and the study can be resumed.

    `jobs` processes train (0: a thread of this process); `folder` is where new studies are made.
    """

    def __init__(self, *, jobs: int | None = None, folder: Path | None = None) -> None:
        self.jobs = usable_cores() if jobs is None else jobs
        self._folder = folder or Path("studies")
        self._commands: deque[Callable[[], None]] = deque()
        self._wake = threading.Condition()
        self._is_closing = False
        self._study: Study | None = None
        self._dataset: Dataset | None = None
        self._conductor: Conductor | None = None
        self._open = ExitStack()
        self._explained: Explained | None = None
        self._watched: tuple[str, bool] = ("", False)
        self._asks_first = False
        self._next_snapshot = 0.0
        self._wanted: object = None
        self.snapshot = SearchSnapshot(0)
        self._thread = threading.Thread(target=self._work, name="search", daemon=True)
        self._thread.start()

    # Commands, from any thread; none of them waits.

    def begin(self, dataset: Dataset, space: Space, settings: Settings, tried: Sequence[Setting] = ()) -> None:
        """Make a study and search it."""
        self._do(lambda: self._begin(dataset, space, settings, tried))

    def resume_study(self, path: Path) -> None:
        """Go on with a study."""
        self._do(lambda: self._resume_study(path))

    def pause(self) -> None:
        """Start no more stacks."""
        self._do(self._pause)

    def go_on(self, settings: Settings | None = None) -> None:
        """Resume after a pause or an end, with other settings if given."""
        self._do(lambda: self._go_on(settings))

    def enqueue(self, setting: Setting) -> None:
        """Try this next."""
        self._do(lambda: self._enqueue(setting))

    def decide(self, settings: Sequence[Setting]) -> None:
        """Run these of the proposals that wait."""
        self._do(lambda: self._conductor.decide(settings) if self._conductor is not None else None)

    def ask_first(self, asks_first: bool) -> None:
        """Let proposals wait for `decide`, or not."""
        self._do(lambda: self._set_asks_first(asks_first))

    def watch(self, column: str, is_shown: bool) -> None:
        """Say along which column the surrogate is looked at, and whether anything of it is."""
        if (column, is_shown) != self._watched:
            self._watched = (column, is_shown)
            self._do(self._explain)

    def estimate(self, key: object, dataset: Dataset, space: Space, settings: Settings) -> None:
        """See what a grid would take, for `SearchSnapshot.estimate`; nothing while a search runs."""
        self._wanted = key
        self._do(lambda: self._estimate(key, dataset, space, settings))

    def hold(self, seconds: float = 0.0) -> None:
        """Nothing: training runs in other processes, which drawing does not disturb."""

    def release(self) -> None:
        """Nothing; see `hold`."""

    def close(self) -> None:
        """End the search and the thread."""
        self._is_closing = True
        if self._conductor is not None:
            self._conductor.ask_to_stop()
        self._do(lambda: None)
        self._thread.join(timeout=30)

    @property
    def unfinished(self) -> Path | None:
        """The study, where its search was left before its end."""
        return self.snapshot.study if self.snapshot.state not in {"ready", "done"} else None

    def _do(self, command: Callable[[], None]) -> None:
        with self._wake:
            self._commands.append(command)
            self._wake.notify_all()

    # The thread

    def _work(self) -> None:
        while not self._is_closing:
            try:
                self._round()
            except Exception as error:  # the screen must say so, whatever it is
                self._end("failed", _told(error))
        self._end("stopped", "")

    def _round(self) -> None:
        while self._commands:
            self._commands.popleft()()
            self._publish()
        if self._conductor is None:
            with self._wake:
                self._wake.wait_for(lambda: self._commands or self._is_closing, timeout=1.0)
        elif self._conductor.step(STEP_SECONDS):
            if time.perf_counter() >= self._next_snapshot:
                self._explain()
                self._publish()
        else:
            self._finish()

    def _begin(self, dataset: Dataset, space: Space, settings: Settings, tried: Sequence[Setting]) -> None:
        self._end("stopped", "")
        self._explained = None
        path = new_study_path(self._folder, dataset, settings.strategy)
        settings = replace(settings, parallel=max(1, self.jobs))
        self._study = create_study(path, space, settings, dataset, tried=tried)
        self._dataset = dataset
        self._conduct()

    def _resume_study(self, path: Path) -> None:
        self._end("stopped", "")
        self._explained = None
        self._study = Study(path)
        self._dataset = study_dataset(self._study)
        self._conduct()

    def _conduct(self) -> None:
        assert self._study is not None
        assert self._dataset is not None
        self._conductor = self._open.enter_context(
            conducting(self._study, self._dataset, jobs=self.jobs, asks_first=self._asks_first)
        )
        self._set(state="running", message="", test={})

    def _pause(self) -> None:
        if self._conductor is not None:
            self._conductor.pause()
            self._set(state="paused")

    def _go_on(self, settings: Settings | None) -> None:
        if self._study is None:
            return
        if settings is not None and settings.strategy == "manual":  # the next trials are made by hand, on screen 1
            self._pause()
            return
        if settings is not None:
            change_study(self._study, {name: getattr(settings, name) for name in CHANGED})
        if self._conductor is None:
            self._conduct()
        else:
            self._conductor.resume()
            self._set(state="running")

    def _estimate(self, key: object, dataset: Dataset, space: Space, settings: Settings) -> None:
        if self._conductor is not None or key != self._wanted:  # another was asked for since
            return
        try:
            found: Estimate | str = estimate_grid(dataset, space, settings, max(1, self.jobs))
        except TuitrainError as error:
            found = str(error)
        self._set(estimate=(key, found))

    def _enqueue(self, setting: Setting) -> None:
        if self._study is None:
            return
        with self._study.writing():
            self._study.queue([setting], by=USER, stacks=None)
        if self._conductor is None:
            self._conduct()

    def _set_asks_first(self, asks_first: bool) -> None:
        self._asks_first = asks_first
        if self._conductor is not None:
            self._conductor.asks_first = asks_first
            if not asks_first and self._conductor.progress().proposals:
                self._conductor.decide(self._conductor.progress().proposals)

    def _finish(self) -> None:
        """The budget is spent: train the best trial's model and see what it reaches on the test part."""
        assert self._study is not None
        assert self._dataset is not None
        assert self._conductor is not None
        ending = self._conductor.ending
        self._conductor.close_workers()
        self._set(state="choosing")
        self._publish()
        _, test = choose(self._study, self._dataset)
        self._explain()
        self._end("done" if ending != "stopped" else "stopped", ending, test=test)

    def _end(self, state: State, message: str, **rest: Any) -> None:
        conductor, self._conductor = self._conductor, None
        if conductor is not None:
            try:
                self._open.close()
            except Exception as error:  # what the workers still bring cannot be written, say: the screen must say so
                state, message = "failed", message or _told(error)
            rest["progress"] = replace(conductor.progress(), curves={}, running=(), proposals=(), is_proposing=False)
        if message or rest or self.snapshot.state in {"running", "paused", "choosing"}:
            self._set(state=state, message=message, **rest)

    def _explain(self) -> None:
        """Fit the surrogate to what is known, when it is looked at and something new is known."""
        column, is_shown = self._watched
        if is_shown and self._study is not None:
            self._explained = explain(self._study, column, self._explained)

    def _publish(self) -> None:
        self._next_snapshot = time.perf_counter() + SNAPSHOT_SECONDS
        changes: dict[str, Any] = {}
        if self._conductor is not None:
            changes["progress"] = self._conductor.progress()
        self._set(**changes)

    def _set(self, **changes: Any) -> None:
        study = self._study
        known: dict[str, Any] = {"explained": self._explained, "asks_first": self._asks_first}
        if study is not None:
            ties = tuple(trial.number for trial in study.ties)
            known |= {"space": study.space, "settings": study.settings, "study": study.path, "ties": ties}
            known["dataset"] = self._dataset
        with self._wake:
            self.snapshot = replace(self.snapshot, version=self.snapshot.version + 1, **known, **changes)
            self._wake.notify_all()


def _told(error: Exception) -> str:
    return str(error) if isinstance(error, TuitrainError) else f"{type(error).__name__}: {error}"
