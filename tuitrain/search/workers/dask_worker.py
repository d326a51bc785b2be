"""The code inside a Dask worker: the shared data kept there, and one task at a time.

Needs the extra `distributed`; imported by `dask.py` when a cluster is used, and by the workers themselves.
"""

from __future__ import annotations

import io
import mmap
import pickle
import platform
import threading
import time
from typing import Any

import distributed
import numpy as np
from distributed import Event, WorkerPlugin, get_worker

from tuitrain._version import __version__
from tuitrain.search.workers.child import limit_blas_for_good
from tuitrain.search.workers.protocol import CANNOT_BE_READ, CANNOT_COME, REPORT, STARTED, failure, run_task
from tuitrain.search.workers.shared_block import BlockLayout, pack, unpack, write_pieces
from tuitrain.translation import gettext as _

SECONDS_BETWEEN_QUESTIONS = 0.1  # each asks the scheduler, over the network

BYTES_AT_ONCE = 8_000_000  # Dask sends 192 MB in pieces of 4 to 16 MB in a quarter of the time it needs whole

_parts: dict[str, dict[int, bytes]] = {}  # by session and number; filled before the worker takes its first task
_shared: dict[str, Any] = {}  # by session; assembled from the parts by the first task
_lock = threading.Lock()  # guards both, for workers with several threads


class SharedPart(WorkerPlugin):  # type: ignore[misc]  # it has no types
    """Puts a part of the shared object on every worker, including those that join later or restart.

    A scattered future would be lost with the last worker that holds it.
    """

    def __init__(self, session: str, number: int, part: bytes) -> None:
        self.name = f"{session}/{number}"
        self.session = session
        self.number = number
        self.part = part

    def setup(self, worker: Any) -> None:
        """Store the part; on the worker's event loop, before it takes tasks."""
        limit_blas_for_good()
        with _lock:
            _parts.setdefault(self.session, {})[self.number] = self.part
        self.part = b""

    def teardown(self, worker: Any) -> None:
        """Drop the part; on the worker's event loop, when the search closes."""
        with _lock:
            _parts.pop(self.session, None)
            _shared.pop(self.session, None)


def split(session: str, shared: Any) -> tuple[BlockLayout, list[SharedPart]]:
    """Split the shared object into parts to register. Raises `SearchError` if it cannot be pickled."""
    file = io.BytesIO()
    layout = write_pieces(pack(shared), file)
    block = file.getbuffer()
    starts = range(0, layout.size, BYTES_AT_ONCE)
    return layout, [
        SharedPart(session, number, bytes(block[start : start + BYTES_AT_ONCE])) for number, start in enumerate(starts)
    ]


def _shared_of(session: str, layout: BlockLayout) -> Any:
    with _lock:
        if session not in _shared:
            parts = _parts.get(session, {})
            if sum(map(len, parts.values())) != layout.size:
                raise RuntimeError(_("the data did not reach this worker whole"))
            block = mmap.mmap(-1, layout.size)
            for number in sorted(parts):
                block.write(parts[number])
            _shared[session] = unpack(memoryview(block).toreadonly(), layout)
            parts.clear()
        return _shared[session]


def versions() -> dict[str, str]:
    """Return the versions that must or should agree on both sides."""
    return {
        "tuitrain": __version__, "numpy": np.__version__, "Python": platform.python_version(),
        "distributed": distributed.__version__,
    }  # fmt: skip


def topic_name(session: str) -> str:
    """Return the topic for tasks' reports; the scheduler uses the session's own name for our client."""
    return f"{session}-told"


def stop_name(key: str) -> str:
    """Return the name of the event that stops the task with this key."""
    return f"{key}-stop"


def claim_name(key: str) -> str:
    """Return the name of the event that marks the task with this key as begun."""
    return f"{key}-begun"


def run(session: str, layout: BlockLayout, key: str, task: int, attempt: int, blob: bytes) -> bytes | None:
    """Run one attempt at a task; return its `TaskOutcome`, pickled. On one of the worker's task threads.

    Return None if this attempt has begun before: Dask reruns a task when its worker, or the worker that held its
    result, is lost. Whether it is rerun is for the supervisor to decide.
    """
    claim = Event(claim_name(key))
    if claim.is_set():
        return None
    claim.set()
    worker = get_worker()

    def tell(kind: str, value: Any) -> None:
        worker.log_event(topic_name(session), (task, attempt, kind, pickle.dumps(value, protocol=5)))

    tell(STARTED, worker.address)
    try:
        shared = _shared_of(session, layout)
        function, payload = pickle.loads(blob)
    except Exception as error:
        outcome = failure(error, CANNOT_BE_READ)
    else:
        question = _Question(key, worker)
        outcome = run_task(function, shared, payload, lambda value: tell(REPORT, value), question.is_stopped)
    try:
        return pickle.dumps(outcome, protocol=5)
    except Exception as error:  # a result that cannot be pickled
        return pickle.dumps(failure(error, CANNOT_COME), protocol=5)


class _Question:
    """Asks the scheduler whether the task is stopped, at most ten times a second.

    A task that Dask has cancelled is stopped too; that happens when the coordinator vanishes.
    """

    def __init__(self, key: str, worker: Any) -> None:
        self._key = key
        self._worker = worker
        self._event = Event(stop_name(key))
        self._next = 0.0

    def is_stopped(self) -> bool:
        now = time.monotonic()
        if now < self._next:
            return False
        self._next = now + SECONDS_BETWEEN_QUESTIONS
        task = self._worker.state.tasks.get(self._key)
        if task is None or task.state == "cancelled":
            return True
        try:
            return bool(self._event.is_set())
        except OSError:  # the scheduler is gone, and with it anyone who could want the result
            return True
