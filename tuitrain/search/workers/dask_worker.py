"""What runs inside a Dask worker: the shared data that waits there, and one chunk at a time.

Needs the extra `distributed`; imported by `dask.py` when a cluster is used, and by the workers themselves.
"""

from __future__ import annotations

import pickle
import platform
import time
from typing import Any

import distributed
import numpy as np
from distributed import Event, WorkerPlugin, get_worker

import tuitrain
from tuitrain.search.workers.child import limit_blas_for_good
from tuitrain.search.workers.seam import REPORT, STARTED, failure, run_chunk

SECONDS_BETWEEN_QUESTIONS = 0.1  # each asks the scheduler, over the network

_shared: dict[str, Any] = {}  # by session; filled by the plugin before the worker takes its first chunk


class SharedData(WorkerPlugin):  # type: ignore[misc]  # it has no types
    """Puts the shared object on every worker, also on those that join later or are started anew.

    A scattered future would be lost with the last worker that holds it. The arrays are read-only views of the bytes
    that travelled, as they are in local processes.
    """

    def __init__(self, session: str, shared: Any) -> None:
        buffers: list[pickle.PickleBuffer] = []
        self.name = session
        self.stream = pickle.dumps(shared, protocol=5, buffer_callback=buffers.append)
        self.buffers = [bytes(buffer.raw()) for buffer in buffers]

    def setup(self, worker: Any) -> None:
        """On the worker's event loop, before it takes chunks."""
        limit_blas_for_good()
        _shared[self.name] = pickle.loads(self.stream, buffers=self.buffers)

    def teardown(self, worker: Any) -> None:
        """On the worker's event loop, when the search closes."""
        _shared.pop(self.name, None)


def versions() -> dict[str, str]:
    """What must or should be the same on both sides."""
    return {
        "tuitrain": tuitrain.__version__, "numpy": np.__version__, "Python": platform.python_version(),
        "distributed": distributed.__version__,
    }  # fmt: skip


def stop_name(key: str) -> str:
    """The name of the event that stops the task of this key."""
    return f"{key}-stop"


def claim_name(key: str) -> str:
    """The name of the event that says that the task of this key has begun."""
    return f"{key}-begun"


def run(session: str, key: str, chunk: int, attempt: int, blob: bytes) -> bytes | None:
    """One attempt at a chunk: its `Outcome`, pickled. On one of the worker's task threads.

    None if this attempt has begun before: Dask runs a task again when its worker, or the worker that held its result,
    went away. Whether it is run again is the supervisor's to say.
    """
    claim = Event(claim_name(key))
    if claim.is_set():
        return None
    claim.set()
    worker = get_worker()

    def tell(kind: str, value: Any) -> None:
        worker.log_event(session, (chunk, attempt, kind, pickle.dumps(value, protocol=5)))

    tell(STARTED, worker.address)
    try:
        function, payload = pickle.loads(blob)
    except Exception as error:
        outcome = failure(error)
    else:
        question = _Question(Event(stop_name(key)))
        outcome = run_chunk(function, _shared[session], payload, lambda value: tell(REPORT, value), question.is_stopped)
    try:
        return pickle.dumps(outcome, protocol=5)
    except Exception as error:  # a result that cannot be pickled
        return pickle.dumps(failure(error), protocol=5)


class _Question:
    """Asks the scheduler whether the chunk is stopped, at most ten times a second."""

    def __init__(self, event: Event) -> None:
        self._event = event
        self._next = 0.0

    def is_stopped(self) -> bool:
        now = time.monotonic()
        if now < self._next:
            return False
        self._next = now + SECONDS_BETWEEN_QUESTIONS
        try:
            return bool(self._event.is_set())
        except OSError:  # the scheduler is gone, and with it everyone who could want the result
            return True
