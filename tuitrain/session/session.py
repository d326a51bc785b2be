"""One live training in a thread: commands in, snapshots out.

Other threads `send` commands, which take effect between two batches, in order; and read `snapshot`, which the session
replaces whole. Nothing is pushed at the screen; it looks when it wants to draw.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Literal

from tuitrain.data.dataset import Dataset
from tuitrain.engine.floating_point import training_arithmetic
from tuitrain.engine.threads import blas_threads, choose_threads
from tuitrain.errors import HyperparameterError, TuitrainError
from tuitrain.options.hyperparameters import FIELDS, Hyperparameters
from tuitrain.runs.finished import FinishedTraining
from tuitrain.runs.model import Model
from tuitrain.session.commands import (
    Command,
    JournalEntry,
    Pause,
    Reset,
    SaveModel,
    SetHyperparameter,
    SetPace,
    Start,
    Step,
    Stop,
)  # fmt: skip
from tuitrain.session.snapshot import EarlierRun, Refused, Snapshot, State
from tuitrain.session.training import LiveRun
from tuitrain.text import quoted, suggest

__all__ = [
    "Command", "JournalEntry", "Pause", "Reset", "SaveModel", "Session", "SetHyperparameter", "SetPace", "Start",
    "Step", "Stop",
]  # fmt: skip
SNAPSHOT_SECONDS = 0.04
VIEW_SECONDS = 0.25
VIEW_SHARE = 0.02  # of the time, at most, goes into computing what is looked at
HOLD_SECONDS = 0.03


class Clock:
    """Seconds as they pass; a test has one that only waiting moves."""

    def now(self) -> float:
        """Seconds since some moment."""
        return time.perf_counter()

    def wait(self, condition: threading.Condition, holds: Callable[[], object], seconds: float) -> None:
        """Wait on a condition that the caller owns until something holds, for so long at most."""
        condition.wait_for(holds, seconds)


class Session:
    """Owns a training and its thread; `close` ends it.

    `failure` is what nobody foresaw and ended a training, until the next reset; the thread goes on obeying.

    `finished` holds what each training came to, written down by the session's own thread when the training ends (done,
    diverged, failed), and when it is left: reset, replaced by another dataset's, or closed. It only grows, and does so
    before a snapshot tells of it. A training that is continued after its end gets another record when it ends again or
    is left; one that is left without a whole epoch since its last record, or at all, gets none.

    Raises
    ------
    HyperparameterError
        if the hyperparameters do not fit the dataset.
    """

    def __init__(self, dataset: Dataset, hyperparameters: Hyperparameters, *, clock: Clock | None = None) -> None:
        self._clock = clock or Clock()
        self._run = LiveRun(dataset, hyperparameters, clock=self._clock.now)
        self._state: State = "ready"
        self._message = self._ending = ""
        self._pending: dict[str, Any] = {}
        self._refused: dict[str, Refused] = {}
        self._earlier: list[EarlierRun] = []
        self._saved_step = -1
        self._steps_to_go: int | None = None
        self._epochs_to_go: int | None = None
        self._pace = self._next_epoch = 0.0  # epochs a second; when the next one may begin
        self._version = 0
        self._next_snapshot = self._next_views = 0.0
        self._watched: frozenset[str] = frozenset()
        self._boundary_shape = (24, 48)
        self._commands: deque[Command] = deque()
        self._wake = threading.Condition()
        self._held_until, self._holds = 0.0, 0
        self._released = threading.Event()
        self.journal: list[JournalEntry] = []
        self.failure: Exception | None = None
        self.finished: tuple[FinishedTraining, ...] = ()
        self._noted: FinishedTraining | None = None  # the newest record of the training that is here now
        self.snapshot = self._make_snapshot()
        self._thread = threading.Thread(target=self._work, name="training", daemon=True)
        self._thread.start()

    @property
    def dataset(self) -> Dataset:
        """What is trained on."""
        return self._run.dataset

    def send(self, command: Command) -> None:
        """Hand over a command; never waits."""
        with self._wake:
            self._commands.append(command)
            self._wake.notify_all()
        self._released.set()  # a command is obeyed even while training is held

    def wait(self, version: int, timeout: float | None = None) -> Snapshot:
        """The first snapshot whose version is not `version`, or the newest after `timeout` seconds."""
        with self._wake:
            self._wake.wait_for(lambda: self.snapshot.version != version, timeout)
        return self.snapshot

    def watch(self, views: set[str] | frozenset[str], boundary_shape: tuple[int, int] | None = None) -> None:
        """Say which costly views (parameters, metric, boundary) are looked at; no other is computed."""
        with self._wake:
            self._boundary_shape = boundary_shape or self._boundary_shape
            self._watched = frozenset(views)
            self._next_views = 0.0
            self._next_snapshot = 0.0
            self._wake.notify_all()

    def hold(self, seconds: float = HOLD_SECONDS) -> None:
        """Let training wait after the running batch until `release`, or for so long: a key is answered meanwhile.

        Who holds releases, or lets the time run out; training goes on when nobody holds it any more.
        Python lets one thread run at a time; beside a running training every turn of the drawing thread would have to
        be waited for.
        """
        self._released.clear()
        self._holds += 1
        self._held_until = max(self._held_until, self._clock.now() + seconds)

    def release(self) -> None:
        """Take one hold back."""
        self._holds -= 1
        if self._holds <= 0:
            self._held_until = 0.0
            self._released.set()

    def close(self) -> None:
        """End the thread after the running batch."""
        self.send(Stop())
        self._thread.join(timeout=30)

    def model(self) -> Model:
        """The model of the best epoch so far; call it when the session is not running."""
        return Model.of(self._run.trainer, self._run.dataset)

    def describe(self) -> dict[str, Any]:
        """What `tuitrain train --json` prints; call it when the session is not running."""
        return self._run.describe(self._ending)

    def _work(self) -> None:
        while True:
            try:
                if not self._thread_round():
                    return
            except Exception as error:  # the screen says so, whatever it is, and what is trained is kept
                self._fail(error)

    def _fail(self, error: Exception) -> None:
        """Say what ended the training, then wait for a command: what failed once is not tried again unasked."""
        self.failure = error
        self._run.stop_clock()
        was_running = self._state == "running"  # else what broke is a view of a training that stands
        self._state, self._message = "failed", _said(error)
        self._ending = self._message
        if was_running:
            self._note("failed")
        now, self._version = self.snapshot, self._version + 1
        failed = replace(
            now, version=self._version, state=self._state, message=self._message, ending=self._ending,
            finished=len(self.finished),
        )  # fmt: skip
        with self._wake:
            self.snapshot = failed
            self._wake.notify_all()
            self._wake.wait_for(lambda: self._commands)

    def _thread_round(self) -> bool:
        """Obey, then train while nothing is to be obeyed; False when the session has ended."""
        while self._commands:
            command = self._commands.popleft()
            if isinstance(command, Stop):
                self._run.stop_clock()
                self._note("left")
                self._publish()
                return False
            self._obey(command)
        if self._state == "running":
            with blas_threads(choose_threads(self._run.trainer.network.layer_sizes)), training_arithmetic:
                self._train()
        else:
            self._publish()
            self._idle()
        return True

    def _idle(self) -> None:
        with self._wake:
            self._wake.wait_for(lambda: self._commands or self._next_views == 0.0)
            is_due, watched = self._next_views == 0.0, self._watched
            self._next_views = float("inf")  # before looking: what is asked for meanwhile is looked at next
        if watched and is_due:
            self._run.look(watched, self._boundary_shape)
            self._publish()

    def _train(self) -> None:
        self._run.start_clock()
        self._next_views = 0.0
        while not self._commands and self._state == "running":
            if self._pace and self._next_epoch > self._clock.now():
                self._rest()
                continue
            ended_epoch = self._run.step()
            if self._held_until:
                self._released.wait(max(0.0, self._held_until - self._clock.now()))
                self._held_until, self._holds = 0.0, 0
            self._count(ended_epoch)
            if ended_epoch and self._pace:
                self._next_epoch = max(self._next_epoch + 1 / self._pace, self._clock.now())
                if self._pace * SNAPSHOT_SECONDS < 1:
                    self._next_snapshot = 0.0  # each epoch is seen
            self._show_progress()
        if self._state != "running":
            self._run.stop_clock()
            self._next_views = 0.0

    def _show_progress(self) -> None:
        """Publish a snapshot, and compute what is looked at, when that is due."""
        now = self._clock.now()
        if now < self._next_snapshot:
            return
        if now >= self._next_views and self._watched:
            self._run.look(self._watched, self._boundary_shape, is_running=True)
            cost = self._clock.now() - now
            self._next_views = now + cost + max(VIEW_SECONDS, cost / VIEW_SHARE)
        self._publish()
        self._next_snapshot = now + SNAPSHOT_SECONDS

    def _rest(self) -> None:
        """Wait for the next epoch at a slow pace, on no clock; a command ends the waiting, and what is to be shown."""
        self._run.stop_clock()
        self._show_progress()
        left = max(0.0, self._next_epoch - self._clock.now())
        with self._wake:
            self._clock.wait(self._wake, lambda: self._commands or self._next_snapshot == 0.0, left)
        self._run.start_clock()

    def _count(self, ended_epoch: bool) -> None:
        """Pause when the steps or epochs asked for are done; end when training has."""
        if self._run.trainer.is_done:
            self._end()
        if self._steps_to_go is not None:
            self._steps_to_go -= 1
        if self._epochs_to_go is not None and ended_epoch:
            self._epochs_to_go -= 1
        if self._state == "running" and 0 in (self._steps_to_go, self._epochs_to_go):
            self._state = "paused"

    def _end(self) -> None:
        """Say that training has ended, and why."""
        self._state, self._message = self._run.ending()
        self._ending = self._message
        self._note("diverged" if self._state == "diverged" else "done")

    def _note(self, state: Literal["done", "diverged", "failed", "left"]) -> None:
        """Write down what the training came to, unless its newest record says it already."""
        noted_epochs = self._noted.epochs if self._noted is not None else 0
        if state in {"done", "left"} and self._run.history.length == noted_epochs:
            return
        number = self.finished[-1].training if self.finished else 0
        self._noted = self._run.finished(number + (self._noted is None), state, self._ending)
        self.finished = (*self.finished, self._noted)

    def _obey(self, command: Command) -> None:
        self._message = refused = ""
        try:
            self._apply(command)
        except Exception as error:  # a command that does not succeed ends no training
            self._message = refused = _said(error)
            if isinstance(command, SetHyperparameter) and command.name in FIELDS:
                self._refused[command.name] = Refused(command.value, refused)
        self.journal.append(JournalEntry(self._run.trainer.steps_done, command, refused))

    def _apply(self, command: Command) -> None:
        if isinstance(command, Start):
            self._go(None, None)
        elif isinstance(command, Step):
            self._go(command.batches or None, command.epochs or None)
        elif isinstance(command, Pause):
            if self._state == "running":
                self._state = "paused"
                self._run.stop_clock()
        elif isinstance(command, SetHyperparameter):
            self._set(command.name, command.value)
        elif isinstance(command, Reset):
            self._reset(command.dataset or self._run.dataset)
        elif isinstance(command, SaveModel):
            self.model().save(command.path)
            self._saved_step = self._run.trainer.steps_done
            self._message = f"saved {command.path}"
        elif isinstance(command, SetPace):
            if not 0 <= command.epochs_per_second < float("inf"):
                raise ValueError(f"pace: {command.epochs_per_second} is no number of epochs a second")
            self._pace, self._next_epoch = float(command.epochs_per_second), self._clock.now()
        self._next_snapshot = 0.0

    def _go(self, batches: int | None, epochs: int | None) -> None:
        if not self._run.trainer.steps_done:
            self._check_nothing_is_refused()
        if self._state in {"diverged", "failed"}:
            self._message = f"training {self._state}; reset (r) to begin again"
        elif self._run.trainer.is_done:
            self._message = "training has ended; raise epochs or patience to go on, or reset (r)"
        elif self._run.end_if_past_limits():
            self._end()
        else:
            self._steps_to_go, self._epochs_to_go = batches, epochs
            self._state = "running"
            self._next_epoch = self._clock.now()

    def _set(self, name: str, value: Any) -> None:
        if name not in FIELDS:
            raise HyperparameterError(f"hyperparameter {quoted(name)}: {suggest(name, FIELDS)}")
        if self._run.trainer.steps_done == 0:
            state = self._state
            self._rebuild(self._run.dataset, {**self._pending, name: value})
            self._state = "running" if state == "running" else self._state
        elif FIELDS[name].live:
            self._run.set(name, value)
            if self._state == "done" and not self._run.trainer.is_done:
                self._state, self._ending = "paused", ""
        else:
            self._pending[name] = FIELDS[name].check(value)
            if self._pending[name] == getattr(self._run.hyperparameters, name):
                del self._pending[name]

        self._refused.pop(name, None)

    def _check_nothing_is_refused(self) -> None:
        """Begin with no other values than those that are shown.

        Raises
        ------
        HyperparameterError
            if a value does not fit that was asked for.
        """
        for refused in self._refused.values():
            raise HyperparameterError(f"not started; {refused.why}")

    def _reset(self, dataset: Dataset) -> None:
        if dataset is self._run.dataset:
            self._check_nothing_is_refused()
        kept = self._run.earlier_run() if dataset is self._run.dataset else None
        had_earlier = self._earlier if dataset is self._run.dataset else []
        self._rebuild(dataset, self._pending)
        self._earlier = [*had_earlier, *([kept] if kept else [])][-8:]

    def _rebuild(self, dataset: Dataset, changes: dict[str, Any]) -> None:
        self._run.stop_clock()
        if self._state == "running":
            self._state = "paused"
        fresh = LiveRun(dataset, self._run.hyperparameters.replace(**changes), clock=self._clock.now)
        self._note("left")  # only now: where the values do not fit, the training stays
        before, self._run, self._noted = self._run, fresh, None
        self._pending, self._saved_step, self._state = {}, -1, "ready"
        if dataset is not before.dataset:
            self._refused = {}
        self._ending, self.failure = "", None
        self._next_views = 0.0

    def _make_snapshot(self) -> Snapshot:
        self._version += 1
        return self._run.snapshot(
            version=self._version, state=self._state, message=self._message, ending=self._ending,
            pending=dict(self._pending), earlier=tuple(self._earlier), saved_step=self._saved_step,
            pace=self._pace, answered=len(self.journal), refused=dict(self._refused), finished=len(self.finished),
        )  # fmt: skip

    def _publish(self) -> None:
        snapshot = self._make_snapshot()
        with self._wake:
            self.snapshot = snapshot
            self._wake.notify_all()


def _said(error: Exception) -> str:
    """An error in words: what was raised on purpose speaks for itself."""
    return str(error) if isinstance(error, (TuitrainError, ValueError)) else f"{type(error).__name__}: {error}"
