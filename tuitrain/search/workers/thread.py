"""Run tasks in threads of this process: for small work on the screen, where starting a process costs more."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from functools import partial
from typing import Any

from tuitrain.engine.threads import blas_threads
from tuitrain.search.workers.protocol import (
    REPORT,
    STARTED,
    EventCallback,
    TaskFunction,
    TaskOutcome,
    ignore_event,
    run_task,
)

_QueuedTask = tuple[TaskFunction, int, int, Any, Future[TaskOutcome]]


class ThreadWorkers:
    """`slots` threads of this process; `on_event` is called on them.

    The threads are daemons, so that a task that never checks whether it is stopped cannot keep the process alive.
    """

    def __init__(self, shared: Any, slots: int = 1) -> None:
        self.on_event: EventCallback = ignore_event
        self.notices: list[str] = []
        self._shared = shared
        self._slots = slots
        self._tasks: queue.SimpleQueue[_QueuedTask | None] = queue.SimpleQueue()
        self._stopped: dict[int, threading.Event] = {}
        self._blas = _OneBlasThread()
        for number in range(1, slots + 1):
            threading.Thread(target=self._run, args=(f"thread {number}",), name=f"worker-{number}", daemon=True).start()

    @property
    def slots(self) -> int:
        return self._slots

    def submit(self, function: TaskFunction, task: int, attempt: int, payload: Any) -> Future[TaskOutcome]:
        future: Future[TaskOutcome] = Future()
        self._stopped[task] = threading.Event()
        self._tasks.put((function, task, attempt, payload, future))
        return future

    def stop(self, task: int) -> None:
        if task in self._stopped:
            self._stopped[task].set()

    def revive(self) -> None:
        """Do nothing: threads are never lost."""

    def close(self) -> None:
        for stopped in self._stopped.values():
            stopped.set()
        for _ in range(self._slots):
            self._tasks.put(None)

    def _run(self, name: str) -> None:
        while (queued := self._tasks.get()) is not None:
            function, task, attempt, payload, future = queued
            is_stopped = self._stopped[task].is_set
            self.on_event(task, attempt, STARTED, name)
            with self._blas.limited():
                report = partial(self.on_event, task, attempt, REPORT)
                outcome = run_task(function, self._shared, payload, report, is_stopped)
            self._stopped.pop(task, None)
            future.set_result(outcome)


class _OneBlasThread:
    """Limits the whole process to one BLAS thread while any task runs, since their number changes the bits."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._users = 0
        self._limit = blas_threads(1)

    @contextmanager
    def limited(self) -> Iterator[None]:
        with self._lock:
            if self._users == 0:
                self._limit = blas_threads(1)
                self._limit.__enter__()
            self._users += 1
        try:
            yield
        finally:
            with self._lock:
                self._users -= 1
                if self._users == 0:
                    self._limit.__exit__(None, None, None)
