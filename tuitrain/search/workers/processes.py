"""Run tasks in processes on this machine, started by "spawn".

Each child has a pipe of its own, and a thread here that reads it. That is why `ProcessPoolExecutor` is not used: its
children share a queue, so that one child killed with -9 breaks the pool and takes the tasks of all the others with
it. Here it costs only that child's task, and no lock can be left held.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import sys
import tempfile
import threading
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from typing import IO, Any

from tuitrain.errors import SearchError
from tuitrain.search.workers.child import DONE, END, READY, RUN, STOP, work
from tuitrain.search.workers.protocol import (
    CANNOT_BE_READ,
    CANNOT_GO,
    NO_TASK,
    WORKERS,
    EventCallback,
    TaskFunction,
    TaskOutcome,
    WorkerLostError,
    failure,
    ignore_event,
)
from tuitrain.search.workers.shared_block import Descriptor, SharedBlock
from tuitrain.translation import gettext as _

BLAS_VARIABLES = (
    "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS", "VECLIB_MAXIMUM_THREADS", "BLIS_NUM_THREADS",
)  # fmt: skip
MOST_FALSE_STARTS = 3
SECONDS_TO_END = 1.0
LAST_BYTES = 2000


@dataclass
class _QueuedTask:
    number: int
    attempt: int
    blob: bytes
    future: Future[TaskOutcome] = field(default_factory=Future)


@dataclass(eq=False)
class _Child:
    process: SpawnProcess
    connection: Connection
    output: IO[bytes]  # its printed text
    is_ready: bool = False
    task: _QueuedTask | None = None


class ProcessWorkers:
    """`jobs` processes; `on_event` is called on the thread that reads a child's pipe.

    `shared` is pickled once; its arrays lie in memory that all children share, and are read-only there. Scripts need
    the usual ``if __name__ == "__main__":``, since a spawned child imports the main module. A child's output is kept
    off the terminal; its last line is reported if the child ends before its task.

    Raises
    ------
    SearchError
        if `shared` cannot be pickled.
    """

    def __init__(self, shared: Any, jobs: int) -> None:
        self.on_event: EventCallback = ignore_event
        self.notices: list[str] = []
        self._jobs = jobs
        self._block = SharedBlock(shared)
        self._lock = threading.Lock()  # guards everything below, and sending
        self._children: list[_Child] = []
        self._tasks: deque[_QueuedTask] = deque()  # not yet given to a child
        self._false_starts = 0  # children in a row that ended before they were ready
        self._is_closed = False
        try:
            self.revive()
        except SearchError:
            self.close()
            raise

    @property
    def slots(self) -> int:
        return self._jobs

    def submit(self, function: TaskFunction, task: int, attempt: int, payload: Any) -> Future[TaskOutcome]:
        try:
            queued = _QueuedTask(task, attempt, pickle.dumps((function, payload), protocol=5))
        except Exception as error:  # reported as the task's failure, like every other exception
            refused: Future[TaskOutcome] = Future()
            refused.set_result(failure(error, CANNOT_GO))
            return refused
        with self._lock:
            self._tasks.append(queued)
            self._assign()
        return queued.future

    def stop(self, task: int) -> None:
        with self._lock:
            never_begun = [queued for queued in self._tasks if queued.number == task]
            for queued in never_begun:
                self._tasks.remove(queued)
            for child in self._children:
                if child.task is not None and child.task.number == task:
                    _send(child, STOP, child.task)
        for queued in never_begun:
            queued.future.set_result(TaskOutcome(is_stopped=True))

    def revive(self) -> None:
        """Replace the missing children.

        Raises
        ------
        SearchError
            if none can be started, or three in a row ended before they were ready for a task.
        """
        if self._is_closed:
            return
        if self._false_starts >= MOST_FALSE_STARTS:
            raise SearchError(
                _(
                    "{count} worker processes in a row ended as they started; a script that "
                    'searches needs its calls under if __name__ == "__main__":, or use one job, which '
                    "needs no processes"
                ).format(count=self._false_starts)
            )
        while len(self._children) < self._jobs:
            try:
                child = _start(self._block)
            except OSError as error:
                raise SearchError(_("no worker process can be started: {error}").format(error=error)) from error
            with self._lock:
                self._children.append(child)
            threading.Thread(target=self._read, args=(child,), name="worker-pipe", daemon=True).start()

    def close(self) -> None:
        """End the children at once, killing those that do not end within a second."""
        self._is_closed = True
        with self._lock:
            children = list(self._children)
            for child in children:
                _send(child, END)
        for child in children:
            child.process.join(SECONDS_TO_END)
            if child.process.is_alive():
                child.process.kill()
                child.process.join()
        self._block.close()

    def _assign(self) -> None:
        """Give waiting tasks to children without one. The lock is held."""
        for child in self._children:
            if not self._tasks:
                return
            if child.is_ready and child.task is None:
                child.task = self._tasks.popleft()
                _send(child, RUN, child.task)

    def _read(self, child: _Child) -> None:
        """Pass on a child's messages until its pipe closes. In a thread of its own."""
        with suppress(EOFError, OSError):  # OSError: the child was killed while it wrote
            while True:
                kind, task, attempt, blob = child.connection.recv()
                if kind in {READY, DONE}:
                    self._free(child, blob)
                else:
                    self.on_event(task, attempt, kind, pickle.loads(blob))
        self._bury(child)

    def _free(self, child: _Child, blob: bytes) -> None:
        with self._lock:
            task, child.task = child.task, None
            child.is_ready = True
            self._false_starts = 0
            self._assign()
        if task is not None:
            task.future.set_result(_outcome(blob))

    def _bury(self, child: _Child) -> None:
        with self._lock:
            self._children.remove(child)
            self._false_starts += not child.is_ready
            task = child.task
        child.connection.close()
        child.process.join(SECONDS_TO_END)
        if child.process.is_alive():  # it closed its pipe but lives: nothing from it can reach us any more
            child.process.kill()
        if task is not None:
            task.future.set_exception(
                WorkerLostError(_("worker process {pid} {ending}").format(pid=child.process.pid, ending=_ending(child)))
            )
        child.output.close()
        if not self._is_closed:
            self.on_event(NO_TASK, 0, WORKERS, None)


def _start(block: SharedBlock) -> _Child:
    ours, theirs = multiprocessing.Pipe()
    output = tempfile.TemporaryFile()  # noqa: SIM115  (closed when the child is buried)
    with _signals_held(), _one_blas_thread():
        process = multiprocessing.get_context("spawn").Process(
            target=work, args=(theirs, block.descriptor, block.layout, Descriptor(output.fileno())), daemon=True
        )
        process.start()
    theirs.close()  # so that the pipe closes with the child
    return _Child(process, ours, output)


def _send(child: _Child, kind: str, task: _QueuedTask | None = None) -> None:
    """Write to a child. The lock is held. The thread that reads its pipe notices if the child is gone."""
    with suppress(OSError):
        if task is None:
            child.connection.send((kind, 0, 0, b""))
        else:
            child.connection.send((kind, task.number, task.attempt, task.blob if kind == RUN else b""))


def _outcome(blob: bytes) -> TaskOutcome:
    try:
        found: TaskOutcome = pickle.loads(blob)
    except Exception as error:  # a result whose class this process cannot import
        return failure(error, CANNOT_BE_READ)
    return found


def _ending(child: _Child) -> str:
    """Describe how a child ended, with its last printed line or Python's crash report."""
    code = child.process.exitcode
    if code is None:
        how = _("is gone")
    else:
        how = (
            _("was killed by {name}").format(name=signal.Signals(-code).name)
            if code < 0
            else _("ended with code {code}").format(code=code)
        )
        how += _(", as happens when memory runs out") if code == -signal.SIGKILL else ""
    size = child.output.seek(0, os.SEEK_END)
    lines = os.pread(child.output.fileno(), LAST_BYTES, max(0, size - LAST_BYTES)).decode(errors="replace").split("\n")
    printed = next((line for line in lines if line.startswith("Fatal Python error")), "")
    printed = printed or next((line.strip() for line in reversed(lines) if line.strip()), "")
    return _("{how}; it last printed: {printed}").format(how=how, printed=printed) if printed else how


@contextmanager
def _signals_held() -> Iterator[None]:
    """Block Ctrl-C and hang-ups in a new child until it ignores them; the mask is this thread's alone."""
    _start_resource_tracker()  # or the first child starts it, which lifts the mask
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGHUP})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _start_resource_tracker() -> None:
    """Start multiprocessing's resource tracker while standard error is a real file, not a screen's stand-in."""
    shown, sys.stderr = sys.stderr, sys.__stderr__
    try:
        resource_tracker.ensure_running()
    finally:
        sys.stderr = shown


@contextmanager
def _one_blas_thread() -> Iterator[None]:
    """Set one BLAS thread in a child's environment, since BLAS reads it when NumPy is imported."""
    before = {name: os.environ.get(name) for name in BLAS_VARIABLES}
    os.environ.update(dict.fromkeys(BLAS_VARIABLES, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
