"""Chunks run in threads of this process: for small work on the screen, where starting a process costs more."""

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
    ChunkFunction,
    EventCallback,
    Outcome,
    ignore_event,
    run_chunk,
)

_Task = tuple[ChunkFunction, int, int, Any, Future[Outcome]]


class ThreadWorkers:
    """`slots` threads of this process; `on_event` is called on them.

    The threads are daemons, so that a chunk that does not ask whether it is stopped cannot keep the process alive.
    """

    def __init__(self, shared: Any, slots: int = 1) -> None:
        self.on_event: EventCallback = ignore_event
        self.notices: list[str] = []
        self._shared = shared
        self._slots = slots
        self._tasks: queue.SimpleQueue[_Task | None] = queue.SimpleQueue()
        self._stopped: dict[int, threading.Event] = {}
        self._blas = _OneBlasThread()
        for number in range(1, slots + 1):
            threading.Thread(target=self._run, args=(f"thread {number}",), name=f"worker-{number}", daemon=True).start()

    @property
    def slots(self) -> int:
        return self._slots

    def submit(self, function: ChunkFunction, chunk: int, attempt: int, payload: Any) -> Future[Outcome]:
        future: Future[Outcome] = Future()
        self._stopped[chunk] = threading.Event()
        self._tasks.put((function, chunk, attempt, payload, future))
        return future

    def stop(self, chunk: int) -> None:
        if chunk in self._stopped:
            self._stopped[chunk].set()

    def revive(self) -> None:
        """Nothing is ever lost here."""

    def close(self) -> None:
        for stopped in self._stopped.values():
            stopped.set()
        for _ in range(self._slots):
            self._tasks.put(None)

    def _run(self, name: str) -> None:
        while (task := self._tasks.get()) is not None:
            function, chunk, attempt, payload, future = task
            is_stopped = self._stopped[chunk].is_set
            self.on_event(chunk, attempt, STARTED, name)
            with self._blas.limited():
                report = partial(self.on_event, chunk, attempt, REPORT)
                outcome = run_chunk(function, self._shared, payload, report, is_stopped)
            self._stopped.pop(chunk, None)
            future.set_result(outcome)


class _OneBlasThread:
    """Holds the whole process to one BLAS thread while any chunk runs, since the count changes the bits."""

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
