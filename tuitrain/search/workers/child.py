"""A worker process: take tasks from its pipe and run them until the pipe closes.

The main thread runs the tasks and is the only one that writes to the pipe; a second thread reads from it, so that a
stop is noticed at once, and so that the process ends when the parent does, however that happened. NumPy is imported
only here, when the environment already limits BLAS to one thread.
"""

from __future__ import annotations

import faulthandler
import os
import pickle
import queue
import signal
import sys
import threading
from multiprocessing.connection import Connection
from typing import Any

from tuitrain.search.workers.protocol import CANNOT_BE_READ, CANNOT_COME, REPORT, STARTED, failure, run_task
from tuitrain.search.workers.shared_block import BlockLayout, Descriptor, read_shared

READY, RUN, STOP, END, DONE = "ready", "run", "stop", "end", "done"

_Task = tuple[int, int, bytes]


def work(connection: Connection, descriptor: Descriptor, layout: BlockLayout, output: Descriptor) -> None:
    """Run as a worker; this is the target of the process.

    `descriptor` is that of the shared block; `output` takes printed text, which would disturb a screen.
    """
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # the coordinator decides what Ctrl-C or a closing terminal means
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT, signal.SIGHUP})
    os.dup2(output.number, 1)
    os.dup2(output.number, 2)
    faulthandler.enable()
    tasks: queue.SimpleQueue[_Task] = queue.SimpleQueue()
    stopped: set[int] = set()
    threading.Thread(target=_listen, args=(connection, tasks, stopped), daemon=True).start()
    shared = read_shared(descriptor, layout)
    limit_blas_for_good()
    connection.send((READY, 0, 0, b""))
    while True:
        task, attempt, blob = tasks.get()
        _run(connection, shared, stopped, task=task, attempt=attempt, blob=blob)


def limit_blas_for_good() -> None:
    """Limit this process to one BLAS thread for good, even if NumPy was imported before the environment was set."""
    from threadpoolctl import threadpool_limits  # noqa: PLC0415  (it costs start-up time)

    threadpool_limits(limits=1, user_api="blas")


def _run(connection: Connection, shared: Any, stopped: set[int], *, task: int, attempt: int, blob: bytes) -> None:
    def send(kind: str, value: Any) -> None:
        connection.send((kind, task, attempt, pickle.dumps(value, protocol=5)))

    send(STARTED, f"process {os.getpid()}")  # before the payload is unpickled, since that may kill the worker
    try:
        function, payload = pickle.loads(blob)
    except Exception as error:
        outcome = failure(error, CANNOT_BE_READ)
    else:
        outcome = run_task(function, shared, payload, lambda value: send(REPORT, value), lambda: task in stopped)
    try:
        send(DONE, outcome)
    except Exception as error:  # a result that cannot be pickled
        if isinstance(error, OSError):
            raise
        send(DONE, failure(error, CANNOT_COME))


def _listen(connection: Connection, tasks: queue.SimpleQueue[_Task], stopped: set[int]) -> None:
    while True:
        try:
            kind, task, attempt, blob = connection.recv()
        except (EOFError, OSError):
            kind = END  # the parent is gone
        if kind == END:
            sys.stdout.flush()
            os._exit(0)  # a task may be running, and nobody waits for it
        if kind == STOP:
            stopped.add(task)
        else:
            stopped.discard(task)
            tasks.put((task, attempt, blob))
