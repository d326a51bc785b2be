"""The protocol between the supervisor and the workers that run its tasks.

Everything below it (a thread, local processes, a Dask cluster) does four things: it runs one task at a time on each of
its slots, passes on the task's reports, ends it when asked, and reports lost workers. Attempts, repeats and failures
are the supervisor's business.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Protocol

from tuitrain.errors import SearchError
from tuitrain.translation import N_
from tuitrain.translation import gettext as _

Report = Callable[[Any], None]
IsStopped = Callable[[], bool]
TaskFunction = Callable[[Any, Any, Report, IsStopped], Any]
EventCallback = Callable[[int, int, str, Any], None]

STARTED = "started"  # value: the worker's name
REPORT = "report"  # value: what the function reported
WORKERS = "workers"  # not about a task: a worker came or went, so `revive` is due and `slots` may have changed
NO_TASK = -1

CANNOT_GO = N_("the task cannot be sent to a worker")
CANNOT_COME = N_("the task's result cannot be sent back")
CANNOT_BE_READ = N_("the data that arrived cannot be read here")


class WorkerLostError(SearchError):
    """A worker was lost during a task; set on the task's future, and a reason to run it again."""


@dataclass(frozen=True)
class TaskOutcome:
    """How a task's function ended: with a result, or with an exception as text, which can always be sent.

    `is_stopped` means that the function was asked to stop, so its result is partial.
    """

    result: Any = None
    error: str = ""
    details: str = ""
    is_stopped: bool = False


class Workers(Protocol):
    """The interface of threads, processes or a cluster to the supervisor.

    All methods are called from one thread, the coordinator's. `on_event(task, attempt, kind, value)` is set before
    the first `submit`; it may be called from any thread, never while a lock of the workers is held.
    """

    on_event: EventCallback

    @property
    def slots(self) -> int:
        """How many tasks can run at a time; in a cluster it may change."""

    @property
    def notices(self) -> list[str]:
        """Sentences for the user about these workers; the list may grow."""

    def submit(self, function: TaskFunction, task: int, attempt: int, payload: Any) -> Future[TaskOutcome]:
        """Run a task as soon as a slot is free; the future holds its `TaskOutcome`, or raises `WorkerLostError`."""

    def stop(self, task: int) -> None:
        """Make `is_stopped` true for every attempt at this task."""

    def revive(self) -> None:
        """Replace lost workers. Raises `SearchError` if that is impossible."""

    def close(self) -> None:
        """End all workers, whatever they are doing."""


def ignore_event(task: int, attempt: int, kind: str, value: Any) -> None:
    """Stand in for the supervisor's callback until there is one."""


def run_task(function: TaskFunction, shared: Any, payload: Any, report: Report, is_stopped: IsStopped) -> TaskOutcome:
    """Call the function, in the worker, and return a `TaskOutcome` whatever it does; raise nothing."""
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
    """Describe an exception: type, message and traceback; `what` names the step that failed, if not the function."""
    text = str(error)
    message = f"{type(error).__name__}: {text}" if text else type(error).__name__
    return TaskOutcome(
        error=f"{_(what)}: {message}" if what else message, details="".join(traceback.format_exception(error))
    )
