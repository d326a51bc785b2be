"""Run tasks on a Dask cluster: other processes, other machines, a batch system. Needs the extra `distributed`.

Dask places the tasks and transports reports; the supervisor decides whether a task is tried again. A thread here
watches the cluster: it counts the slots, and gives up the tasks of a worker that is gone.
"""

from __future__ import annotations

import itertools
import pickle
import queue
import threading
from concurrent.futures import CancelledError, Future
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from tuitrain.errors import SearchError
from tuitrain.search.workers.dask_client import address_of, clear_events, connect, inspect, leave, sweep
from tuitrain.search.workers.protocol import (
    CANNOT_BE_READ,
    CANNOT_GO,
    NO_TASK,
    STARTED,
    WORKERS,
    EventCallback,
    TaskFunction,
    TaskOutcome,
    WorkerLostError,
    failure,
    ignore_event,
)
from tuitrain.translation import N_
from tuitrain.translation import gettext as _

SECONDS_BETWEEN_LOOKS = 2.0
SECONDS_FOR_A_RESULT, MOST_SECONDS_FOR_A_RESULT = 0.5, 30.0  # after which it is checked whether anyone still waits
ALL = "all"  # the topic on which the scheduler announces workers that come and go
UNKNOWN = N_("an unknown address")


@dataclass(eq=False)
class _Attempt:
    task: int
    attempt: int
    key: str  # of Dask's task
    allowed: frozenset[str]
    worker: str = ""  # its address, when it has begun
    dask_future: Any = None
    future: Future[TaskOutcome] = field(default_factory=Future)


@dataclass(frozen=True)
class _Loss:
    """A worker that is gone, and its tasks; empty if a worker came."""

    address: str = ""
    keys: frozenset[str] = frozenset()


class DaskWorkers:
    """The workers of a cluster, one slot for each of their threads; `on_event` is called on Dask's thread.

    `address` is a scheduler's ("tcp://10.0.0.5:8786"), or a `distributed.Client` whose cluster to use. Either way a
    client of our own is made, and closed by `close`.

    Raises
    ------
    SearchError
        if `distributed` is not installed, the scheduler cannot be reached within ten seconds, no worker can take
        the data, or a worker's version of tuitrain or NumPy differs; other differences go to `notices`.
    """

    def __init__(self, shared: Any, address: Any) -> None:
        self.on_event: EventCallback = ignore_event
        self.notices: list[str] = []
        self._client = connect(address)
        self._session: str = self._client.id  # names everything placed on the cluster
        self._lock = threading.Lock()  # guards the next two
        self._attempts: dict[tuple[int, int], _Attempt] = {}  # those in flight
        self._threads: dict[str, int] = {}  # slots by address of the workers that fit
        self._refused: set[str] = set()
        self._parts: list[str] = []  # the names of the shared object's parts on the workers
        self._keys: list[str] = []  # of all tasks ever submitted
        self._changes: queue.SimpleQueue[_Loss] = queue.SimpleQueue()  # one for each worker that came or went
        self._gone = ""
        self._is_closed = False
        try:
            self._set_up(shared)
        except BaseException:
            leave(self._client)
            raise
        threading.Thread(target=self._watch, name="dask-watch", daemon=True).start()

    def _set_up(self, shared: Any) -> None:
        from tuitrain.search.workers.dask_worker import split, topic_name  # noqa: PLC0415  (needs the extra)

        sweep(self._client)
        self._look(may_refuse=False)
        if not self._threads:
            address = address_of(self._client)
            self.notices.append(
                _("{address} has no workers yet; start some with `dask worker {address} --nthreads 1`").format(
                    address=address
                )
            )
        self._layout, parts = split(self._session, shared)
        for part in parts:
            answers = self._client.register_plugin(part, name=part.name)
            self._parts.append(part.name)
            for worker, answer in (answers or {}).items():
                if answer.get("status") == "error":
                    raise SearchError(
                        _("the worker at {worker} cannot take the data: {error}").format(
                            worker=worker, error=answer.get("exception")
                        )
                    )
        self._client.subscribe_topic(topic_name(self._session), self._take_report)
        self._client.subscribe_topic(ALL, self._changed)

    @property
    def slots(self) -> int:
        if self._client.status != "running":
            return 0
        with self._lock:
            return sum(self._threads.values())

    def submit(self, function: TaskFunction, task: int, attempt: int, payload: Any) -> Future[TaskOutcome]:
        from tuitrain.search.workers.dask_worker import run  # noqa: PLC0415  (needs the extra)

        try:
            blob = pickle.dumps((function, payload), protocol=5)
        except Exception as error:  # reported as the task's failure, like every other exception
            refused: Future[TaskOutcome] = Future()
            refused.set_result(failure(error, CANNOT_GO))
            return refused
        key = f"{self._session}-{len(self._keys)}"
        self._keys.append(key)
        with self._lock:
            flight = self._attempts[task, attempt] = _Attempt(task, attempt, key, frozenset(self._threads))
        flight.dask_future = self._client.submit(
            run,
            self._session,
            self._layout,
            key,
            task,
            attempt,
            blob,
            pure=False,
            retries=0,
            workers=list(flight.allowed),
            key=key,
        )
        flight.dask_future.add_done_callback(partial(self._done, (task, attempt)))
        return flight.future

    def stop(self, task: int) -> None:
        from tuitrain.search.workers.dask_worker import stop_name  # noqa: PLC0415  (needs the extra)

        if self._client.status != "running":
            return  # setting an event would wait for a scheduler that is gone
        with self._lock:
            keys = [flight.key for flight in self._attempts.values() if flight.task == task]
        for key in keys:
            with suppress(OSError):  # the scheduler is gone; the watching thread will notice
                self._event(stop_name(key)).set()

    def revive(self) -> None:
        """Do nothing, as Dask restarts workers itself. Raises `SearchError` if the scheduler is gone."""
        if self._gone:
            raise SearchError(self._gone)

    def close(self) -> None:
        """Stop running tasks, remove the data from the workers, and leave the cluster."""
        from tuitrain.search.workers.dask_worker import claim_name, topic_name  # noqa: PLC0415  (needs the extra)

        self._is_closed = True
        self._changes.put(_Loss())
        with self._lock:
            running = list(self._attempts.values())
        try:
            if self._client.status == "running":
                for flight in running:
                    self.stop(flight.task)
                self._client.cancel([flight.dask_future for flight in running], force=True)
                self._client.sync(clear_events, self._client, [claim_name(key) for key in self._keys])
                for part in self._parts:
                    self._client.unregister_worker_plugin(part)
                for topic in (topic_name(self._session), ALL):
                    self._client.unsubscribe_topic(topic)
        except OSError:
            pass  # the scheduler is gone, and everything with it
        finally:
            leave(self._client)

    def _event(self, name: str) -> Any:
        from distributed import Event  # noqa: PLC0415  (needs the extra)

        return Event(name, client=self._client)

    def _take_report(self, event: tuple[float, Any]) -> None:
        """Pass on what a running task reports. On Dask's thread."""
        task, attempt, kind, blob = event[1]
        value = pickle.loads(blob)
        if kind == STARTED:
            with self._lock:
                flight = self._attempts.get((task, attempt))
                if flight is not None:
                    flight.worker = value
        self.on_event(task, attempt, kind, value)

    def _changed(self, event: tuple[float, Any]) -> None:
        """Note that a worker came or went. On Dask's thread."""
        message = event[1]
        action = message.get("action") if isinstance(message, dict) else None
        if action == "add-worker":
            self._changes.put(_Loss())
        elif action == "remove-worker":
            self._changes.put(_Loss(message["worker"], frozenset(message.get("processing-tasks", ()))))

    def _done(self, key: tuple[int, int], dask_future: Any) -> None:
        """Handle the end of a task, whatever it was. On Dask's callback thread.

        The attempt stays in flight until its result arrives, or the watching thread gives it up.
        """
        outcome: TaskOutcome | None = None
        has_begun = False
        try:
            blob = self._result(key, dask_future)
        except (OSError, CancelledError):
            self._changes.put(_Loss())  # the attempt was given up, or the scheduler is gone, as a look will show
        except Exception as error:  # not the task's own: those are outcomes
            outcome = failure(error)
        else:
            has_begun = True
            outcome = None if blob is None else _outcome(blob)
        with self._lock:
            flight = self._attempts.pop(key, None)
        if flight is None:
            return
        if outcome is None:
            self._lose(flight, has_begun=has_begun)
        else:
            flight.future.set_result(outcome)

    def _result(self, key: tuple[int, int], dask_future: Any) -> Any:
        """Return the task's result while the attempt is in flight; raise what Dask raises.

        If the result is lost with its worker, Dask waits for a second run; if the task is cancelled while the result
        is on its way, it waits forever. This thread is the only one on which Dask announces results.
        """
        for doublings in itertools.count():  # a slow result gets ever more time
            try:
                return dask_future.result(timeout=min(SECONDS_FOR_A_RESULT * 2**doublings, MOST_SECONDS_FOR_A_RESULT))
            except TimeoutError:
                with self._lock:
                    is_in_flight = key in self._attempts
                if not is_in_flight or self._is_closed or self._client.status != "running":
                    raise
        raise AssertionError("the count has no end")

    def _watch(self) -> None:
        """Follow the cluster's changes, in a thread of its own, since each look asks the scheduler."""
        while not self._is_closed:
            loss = _Loss()
            with suppress(queue.Empty):
                loss = self._changes.get(timeout=SECONDS_BETWEEN_LOOKS)
            if self._is_closed:
                return
            before = self.slots
            try:
                self._look(may_refuse=True)
            except (OSError, SearchError) as error:
                if self._is_closed:
                    return
                place = address_of(self._client)
                self._gone = _(
                    "the Dask scheduler at {place} is gone: {error}; finished trials are kept for --resume"
                ).format(place=place, error=error)
                self._give_up(loss, everything=True)
            else:
                self._give_up(loss)
            if loss.address or self._gone or self.slots != before:
                self.on_event(NO_TASK, 0, WORKERS, None)
            if self._gone:
                return

    def _look(self, *, may_refuse: bool) -> None:
        """Count the workers, and compare the versions of new ones.

        With `may_refuse` a worker that does not fit is not used and noted; otherwise a `SearchError` is raised.
        """
        if self._client.status != "running":
            raise OSError(_("the connection was lost"))
        workers = self._client.scheduler_info(n_workers=-1)["workers"]
        known = {address: info["nthreads"] for address, info in workers.items() if address not in self._refused}
        with self._lock:
            new = [address for address in known if address not in self._threads]
        found = inspect(self._client, new)
        for address, problem in found.misfits.items():
            if not may_refuse:
                raise SearchError(problem)
            self.notices.append(_("{problem}; it is not used").format(problem=problem))
            self._refused.add(address)
        self.notices += found.notices
        with self._lock:
            fit = found.fits | set(self._threads)
            self._threads = {address: threads for address, threads in known.items() if address in fit}

    def _give_up(self, loss: _Loss, *, everything: bool = False) -> None:
        """End the attempts whose worker is gone, or whose allowed workers are all gone."""

        def is_lost(flight: _Attempt) -> bool:
            if everything or flight.key in loss.keys:
                return True
            return flight.worker not in present if flight.worker else not flight.allowed & present

        with self._lock:
            present = set(self._threads)
            flights = [flight for flight in self._attempts.values() if is_lost(flight)]
            for flight in flights:
                del self._attempts[flight.task, flight.attempt]
        for flight in flights:
            if flight.dask_future is not None:  # nobody waits for it otherwise
                with suppress(OSError):
                    flight.dask_future.cancel(force=True)  # or Dask would run it again of its own accord
            self._lose(flight, has_begun=not everything and self._has_begun(flight))

    def _has_begun(self, flight: _Attempt) -> bool:
        """Return True if a worker took the attempt, even if it was gone before it could report."""
        from tuitrain.search.workers.dask_worker import claim_name  # noqa: PLC0415  (needs the extra)

        try:
            return bool(flight.worker) or bool(self._event(claim_name(flight.key)).is_set())
        except OSError:
            return False

    def _lose(self, flight: _Attempt, *, has_begun: bool) -> None:
        """Report that the worker is gone, and an unreported start first, so that the attempt is charged."""
        if has_begun and not flight.worker:
            self.on_event(flight.task, flight.attempt, STARTED, UNKNOWN)
        flight.future.set_exception(
            WorkerLostError(_("the Dask worker at {worker} went away").format(worker=flight.worker or _(UNKNOWN)))
        )


def _outcome(blob: bytes) -> TaskOutcome:
    try:
        found: TaskOutcome = pickle.loads(blob)
    except Exception as error:  # a result whose class this process cannot import
        return failure(error, CANNOT_BE_READ)
    return found
