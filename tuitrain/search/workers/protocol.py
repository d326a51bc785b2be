"""The seam between the supervisor and what runs the tasks.

Everything below it (a thread, local processes, a Dask cluster) does four things: it runs one task at a time on each of
its slots, passes on what the task tells, ends it when asked, and says when a worker was lost. Attempts, repeats and
failures are the supervisor's.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Protocol

from tuitrain.errors import SearchError

Report = Callable[[Any], None]
IsStopped = Callable[[], bool]
TaskFunction = Callable[[Any, Any, Report, IsStopped], Any]
EventCallback = Callable[[int, int, str, Any], None]

STARTED = "started"  # value: the worker's name
REPORT = "report"  # value: what the function reported
WORKERS = "workers"  # of no task: a worker came or went, so that `revive` is due and `slots` may have changed
NO_TASK = -1

CANNOT_GO = "the task cannot be sent to a worker"
CANNOT_COME = "what the task returned cannot be sent back"
CANNOT_BE_READ = "what arrived cannot be read here"


class WorkerLostError(SearchError):
    """The worker went away under a task; set on the task's future, and a reason to run it again."""


@dataclass(frozen=True)
class TaskOutcome:
    """How a task's function ended: with a result, or with an exception, told as text so that it can travel.

    `is_stopped` says that the function was told to stop, so that its result is a partial one.
    """

    result: Any = None
    error: str = ""
    details: str = ""
    is_stopped: bool = False


class Workers(Protocol):
    """What the supervisor needs of threads, processes or a cluster.

    All methods are called from one thread, the coordinator's. `on_event(task, attempt, kind, value)` is set before
    the first `submit`; it may be called from any thread, never while a lock of the workers is held.
    """

    on_event: EventCallback

    @property
    def slots(self) -> int:
        """How many tasks can run at the same time; it may change in a cluster."""

    @property
    def notices(self) -> list[str]:
        """What the user should know about these workers, a sentence each; it may grow."""

    def submit(self, function: TaskFunction, task: int, attempt: int, payload: Any) -> Future[TaskOutcome]:
        """Run a task as soon as a slot is free; the future holds its `TaskOutcome`, or raises `WorkerLostError`."""

    def stop(self, task: int) -> None:
        """Let every attempt at this task find `is_stopped` true."""

    def revive(self) -> None:
        """Put new workers in the place of those that were lost. Raises `SearchError` when that cannot be done."""

    def close(self) -> None:
        """End all workers, whatever they are doing."""


def ignore_event(task: int, attempt: int, kind: str, value: Any) -> None:
    """Stand in for the supervisor's callback until there is one."""


def run_task(function: TaskFunction, shared: Any, payload: Any, report: Report, is_stopped: IsStopped) -> TaskOutcome:
    """Call the function, in the worker, and make an `TaskOutcome` of whatever it does; raises nothing."""
    was_stopped = False

    def ask() -> bool:
        nonlocal was_stopped
        was_stopped = was_stopped or is_stopped()
        return was_stopped

    try:
        result = function(shared, payload, report, ask)
    except BaseException as error:  # SystemExit too: a task must not end its worker
        return failure(error)
    return TaskOutcome(result=result, is_stopped=was_stopped)


def failure(error: BaseException, what: str = "") -> TaskOutcome:
    """An exception as text: its type and message, and where it happened; `what` went wrong, if not the function."""
    text = str(error)
    message = f"{type(error).__name__}: {text}" if text else type(error).__name__
    return TaskOutcome(
        error=f"{what}: {message}" if what else message, details="".join(traceback.format_exception(error))
    )
