"""The supervisor: tasks go in, events come out, and a lost worker costs an attempt rather than a task.

One thread, the coordinator's, calls everything here. Workers call back on threads of their own; their messages only
go into a queue, which `events` processes. So there is no lock, and nothing is dispatched behind the coordinator's
back: it must poll.
"""

from __future__ import annotations

import queue
import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass
from functools import partial
from typing import Any

from tuitrain.search.workers.protocol import (
    REPORT,
    STARTED,
    WORKERS,
    TaskFunction,
    TaskOutcome,
    WorkerLostError,
    Workers,
    failure,
)
from tuitrain.translation import gettext as _

MOST_ATTEMPTS = 3
DONE = "done"


@dataclass(frozen=True)
class Started:
    """A worker has begun with the task; attempts count from 1."""

    task: int
    attempt: int
    worker: str


@dataclass(frozen=True)
class Reported:
    """The task's function has called `report(value)`."""

    task: int
    value: Any


@dataclass(frozen=True)
class Finished:
    """The task's function has returned; this is the task's last event."""

    task: int
    result: Any


@dataclass(frozen=True)
class Failed:
    """The function raised, or took its worker with it three times; this is the task's last event.

    `message` is one line; `details` is the traceback, where there is one.
    """

    task: int
    message: str
    details: str = ""


@dataclass(frozen=True)
class Stopped:
    """The task was stopped: `result` is what its function returned then, None if it had not begun."""

    task: int
    result: Any


Event = Started | Reported | Finished | Failed | Stopped


@dataclass
class _TaskRecord:
    function: TaskFunction
    payload: Any
    attempt: int = 0
    charged: int = 0  # attempts that reported a start
    has_started: bool = False  # in the present attempt
    is_stopping: bool = False


class Supervisor:
    """Runs tasks on `workers`; each ends in exactly one `Finished`, `Failed` or `Stopped`."""

    def __init__(self, workers: Workers) -> None:
        self._workers = workers
        self._inbox: queue.Queue[tuple[int, int, str, Any]] = queue.Queue()
        self._outbox: deque[Event] = deque()
        self._tasks: dict[int, _TaskRecord] = {}  # not yet ended
        self._waiting: deque[int] = deque()
        self._running: set[tuple[int, int]] = set()  # attempts that hold a slot, even if nobody waits for them any more
        workers.on_event = self._take_later

    @property
    def slots(self) -> int:
        """How many tasks can run at a time; it follows a cluster."""
        return self._workers.slots

    @property
    def free(self) -> int:
        """How many tasks would start at once if submitted now."""
        return max(0, self._workers.slots - len(self._running) - len(self._waiting))

    @property
    def unfinished(self) -> int:
        """How many tasks have not ended."""
        return len(self._tasks)

    @property
    def notices(self) -> list[str]:
        """Sentences for the user about the workers."""
        return self._workers.notices

    def submit(self, task: int, function: TaskFunction, payload: Any) -> None:
        """Run a task when a slot is free. Raises ValueError if a task with this number has not ended."""
        if task in self._tasks:
            raise ValueError(f"task {task} has already been submitted and has not ended")
        self._tasks[task] = _TaskRecord(function, payload)
        self._waiting.append(task)
        self._dispatch()

    def events(self, timeout: float) -> list[Event]:
        """Return the events since the last call, in order; wait up to `timeout` seconds for the first.

        Raises
        ------
        SearchError
            if lost workers cannot be replaced; the tasks stay as they are.
        """
        deadline = time.monotonic() + timeout
        self._work_off()
        while not self._outbox and (left := deadline - time.monotonic()) > 0:
            try:
                message = self._inbox.get(timeout=left)
            except queue.Empty:
                break
            self._take(message)
            self._work_off()
        found = list(self._outbox)
        self._outbox.clear()
        return found

    def stop(self, task: int) -> None:
        """Ask a task to end; `Stopped` follows, or `Finished` if it ends by itself first. Repeats do nothing."""
        record = self._tasks.get(task)
        if record is None or record.is_stopping:
            return
        record.is_stopping = True
        if task in self._waiting:
            self._waiting.remove(task)
            self._end(Stopped(task, None))
        else:
            self._workers.stop(task)

    def stop_all(self) -> None:
        """Ask all tasks to end."""
        for task in list(self._tasks):
            self.stop(task)

    def close(self, timeout: float = 2.0) -> None:
        """Stop all tasks, give them `timeout` seconds to return, then end the workers.

        Events up to then can still be read with `events(0)`; a task that did not return in time has none.
        """
        found: list[Event] = []
        try:
            self.stop_all()
            deadline = time.monotonic() + timeout
            while self._tasks and (left := deadline - time.monotonic()) > 0:
                found += self.events(left)
        finally:
            self._outbox.extendleft(reversed(found))
            self._workers.close()

    def _take_later(self, task: int, attempt: int, kind: str, value: Any) -> None:
        """Queue a message for `events`. On any thread."""
        self._inbox.put((task, attempt, kind, value))

    def _work_off(self) -> None:
        for message in self._arrived():
            self._take(message)
        self._dispatch()

    def _arrived(self) -> Iterator[tuple[int, int, str, Any]]:
        while True:
            try:
                yield self._inbox.get_nowait()
            except queue.Empty:
                return

    def _dispatch(self) -> None:
        while self._waiting and len(self._running) < self._workers.slots:
            task = self._waiting.popleft()
            record = self._tasks[task]
            record.attempt += 1
            record.has_started = False
            attempt = record.attempt
            self._running.add((task, attempt))
            future = self._workers.submit(record.function, task, attempt, record.payload)
            future.add_done_callback(partial(self._take_later, task, attempt, DONE))

    def _take(self, message: tuple[int, int, str, Any]) -> None:
        task, attempt, kind, value = message
        if kind == WORKERS:
            self._workers.revive()
            return
        if kind == DONE:
            self._running.discard((task, attempt))
        record = self._tasks.get(task)
        if record is None:
            return  # it has ended; this is a duplicate
        is_present = attempt == record.attempt
        if kind == DONE:
            self._take_end(task, record, is_present=is_present, outcome=_outcome(value))
        elif is_present and kind == STARTED and not record.has_started:
            record.has_started = True
            record.charged += 1
            self._outbox.append(Started(task, attempt, value))
        elif is_present and kind == REPORT:
            self._outbox.append(Reported(task, value))

    def _take_end(
        self, task: int, record: _TaskRecord, *, is_present: bool, outcome: TaskOutcome | WorkerLostError
    ) -> None:
        if isinstance(outcome, WorkerLostError):
            if is_present:
                self._retry(task, record, outcome)
        elif outcome.error:
            self._end(Failed(task, outcome.error, outcome.details))
        elif outcome.is_stopped:
            self._end(Stopped(task, outcome.result))
        else:
            self._end(Finished(task, outcome.result))

    def _retry(self, task: int, record: _TaskRecord, lost: WorkerLostError) -> None:
        if record.is_stopping:
            self._end(Stopped(task, None))
        elif record.charged >= MOST_ATTEMPTS:
            self._end(
                Failed(
                    task,
                    _("its worker was lost {count} times; the last time: {lost}").format(
                        count=record.charged, lost=lost
                    ),
                )
            )
        else:
            self._waiting.appendleft(task)

    def _end(self, event: Finished | Failed | Stopped) -> None:
        del self._tasks[event.task]
        if any(task == event.task for task, _ in self._running):
            self._workers.stop(event.task)  # another attempt is still running, in vain
        if event.task in self._waiting:
            self._waiting.remove(event.task)
        self._outbox.append(event)


def _outcome(future: Future[TaskOutcome]) -> TaskOutcome | WorkerLostError:
    try:
        return future.result(timeout=0)
    except WorkerLostError as lost:
        return lost
    except CancelledError:
        return WorkerLostError(_("the task was cancelled before it began"))
    except Exception as error:  # for example, a payload that cannot be pickled: reported as the task's failure
        return failure(error)
