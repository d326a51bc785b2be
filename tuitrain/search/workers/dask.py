"""Chunks run on a Dask cluster: other processes, other machines, a batch system. Needs the extra `distributed`.

Dask places the chunks, and moves what is told; whether a chunk is tried again stays with the supervisor. A thread here
watches the cluster: it counts the slots, and gives up the chunks of a worker that went away.
"""

from __future__ import annotations

import pickle
import queue
import threading
import uuid
import warnings
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from tuitrain.errors import SearchError
from tuitrain.search.workers.seam import (
    NO_CHUNK,
    STARTED,
    WORKERS,
    ChunkFunction,
    EventCallback,
    Outcome,
    WorkerLostError,
    failure,
    ignore_event,
)

if TYPE_CHECKING:
    from distributed import Client

SECONDS_TO_CONNECT = 6.0
SECONDS_BETWEEN_LOOKS = 2.0
ALL = "all"  # the topic on which the scheduler tells of workers that come and go
MUST_AGREE = ("tuitrain", "numpy")  # else bits differ, or objects do not travel
UNKNOWN = "an address not told"
SHOULD_AGREE = ("Python", "distributed")


@dataclass(eq=False)
class _Attempt:
    chunk: int
    attempt: int
    key: str  # of Dask's task
    allowed: frozenset[str]
    worker: str = ""  # its address, when it has begun
    task: Any = None  # Dask's future
    future: Future[Outcome] = field(default_factory=Future)


@dataclass(frozen=True)
class _Loss:
    """A worker that went away, and the tasks that it had; empty where one came."""

    address: str = ""
    keys: frozenset[str] = frozenset()


class DaskWorkers:
    """The workers of a cluster, one slot for each of their threads; `on_event` is called on Dask's thread.

    `address` is a scheduler's ("tcp://10.0.0.5:8786"), or a `distributed.Client` whose cluster is to be used. A client
    of our own is made in either case, and closed with `close`.

    Raises
    ------
    SearchError
        if `distributed` is not installed, the scheduler cannot be reached within ten seconds, no worker can take
        the data, or a worker's tuitrain or NumPy is of another version; other differences are told in `notices`.
    """

    def __init__(self, shared: Any, address: Any) -> None:
        self.on_event: EventCallback = ignore_event
        self.notices: list[str] = []
        self._session = f"tuitrain-{uuid.uuid4().hex}"
        self._client = _connect(address)
        self._lock = threading.Lock()  # of the two that follow
        self._attempts: dict[tuple[int, int], _Attempt] = {}  # those in flight
        self._threads: dict[str, int] = {}  # slots by address of the workers that fit
        self._refused: set[str] = set()
        self._keys: list[str] = []  # of all tasks ever submitted
        self._changes: queue.SimpleQueue[_Loss] = queue.SimpleQueue()  # one for each worker that came or went
        self._gone = ""
        self._is_closed = False
        try:
            self._set_up(shared)
        except BaseException:
            self._client.close(timeout=2)
            raise
        threading.Thread(target=self._watch, name="dask-watch", daemon=True).start()

    def _set_up(self, shared: Any) -> None:
        from tuitrain.search.workers.dask_worker import SharedData  # noqa: PLC0415  (needs the extra)

        self._look(may_refuse=False)
        answers = self._client.register_plugin(SharedData(self._session, shared), name=self._session)
        for worker, answer in (answers or {}).items():
            if answer.get("status") == "error":
                raise SearchError(f"the worker at {worker} cannot take the data: {answer.get('exception')}")
        self._client.subscribe_topic(self._session, self._told)
        self._client.subscribe_topic(ALL, self._changed)

    @property
    def slots(self) -> int:
        with self._lock:
            return sum(self._threads.values())

    def submit(self, function: ChunkFunction, chunk: int, attempt: int, payload: Any) -> Future[Outcome]:
        from tuitrain.search.workers.dask_worker import run  # noqa: PLC0415  (needs the extra)

        try:
            blob = pickle.dumps((function, payload), protocol=5)
        except Exception as error:  # told as the chunk's failure, like every other exception
            refused: Future[Outcome] = Future()
            refused.set_result(failure(error))
            return refused
        key = f"{self._session}-{len(self._keys)}"
        self._keys.append(key)
        with self._lock:
            flight = self._attempts[chunk, attempt] = _Attempt(chunk, attempt, key, frozenset(self._threads))
        flight.task = self._client.submit(
            run, self._session, key, chunk, attempt, blob, pure=False, retries=0, workers=list(flight.allowed), key=key
        )
        flight.task.add_done_callback(partial(self._done, (chunk, attempt)))
        return flight.future

    def stop(self, chunk: int) -> None:
        from tuitrain.search.workers.dask_worker import stop_name  # noqa: PLC0415  (needs the extra)

        with self._lock:
            keys = [flight.key for flight in self._attempts.values() if flight.chunk == chunk]
        for key in keys:
            with suppress(OSError):  # the scheduler is gone; the thread that watches will notice
                self._event(stop_name(key)).set()

    def revive(self) -> None:
        """Dask starts workers anew by itself. Raises `SearchError` if the scheduler is gone."""
        if self._gone:
            raise SearchError(self._gone)

    def close(self) -> None:
        """Let running chunks find that they are stopped, take the data off the workers, and leave the cluster."""
        from tuitrain.search.workers.dask_worker import claim_name  # noqa: PLC0415  (needs the extra)

        self._is_closed = True
        self._changes.put(_Loss())
        with self._lock:
            running = list(self._attempts.values())
        try:
            if self._client.status == "running":
                for flight in running:
                    self.stop(flight.chunk)
                self._client.cancel([flight.task for flight in running], force=True)
                self._client.run_on_scheduler(_forget_events, names=[claim_name(key) for key in self._keys])
                self._client.unregister_worker_plugin(self._session)
                for topic in (self._session, ALL):
                    self._client.unsubscribe_topic(topic)
        except OSError:
            pass  # the scheduler is gone, and everything with it
        finally:
            self._client.close(timeout=2)

    def _event(self, name: str) -> Any:
        from distributed import Event  # noqa: PLC0415  (needs the extra)

        return Event(name, client=self._client)

    def _told(self, event: tuple[float, Any]) -> None:
        """A running chunk says something. On Dask's thread."""
        chunk, attempt, kind, blob = event[1]
        value = pickle.loads(blob)
        if kind == STARTED:
            with self._lock:
                flight = self._attempts.get((chunk, attempt))
                if flight is not None:
                    flight.worker = value
        self.on_event(chunk, attempt, kind, value)

    def _changed(self, event: tuple[float, Any]) -> None:
        """A worker came or went. On Dask's thread."""
        message = event[1]
        action = message.get("action") if isinstance(message, dict) else None
        if action == "add-worker":
            self._changes.put(_Loss())
        elif action == "remove-worker":
            self._changes.put(_Loss(message["worker"], frozenset(message.get("processing-tasks", ()))))

    def _done(self, key: tuple[int, int], task: Any) -> None:
        """A task has ended, in one way or another. On Dask's callback thread."""
        with self._lock:
            flight = self._attempts.pop(key, None)
        if flight is None:
            return  # given up, since its worker is gone
        try:
            blob = task.result() if task.status == "finished" else None
        except Exception as error:  # the result went with its worker
            flight.future.set_exception(WorkerLostError(f"the result was lost with its worker: {error}"))
            return
        if task.status == "error":
            flight.future.set_result(failure(task.exception()))
        elif blob is None:
            self._lose(flight, has_begun=True)  # it found that it had begun before
        else:
            flight.future.set_result(_outcome(blob))

    def _watch(self) -> None:
        """Follow the cluster's changes. In a thread of its own, since each look asks the scheduler."""
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
                self._gone = f"the Dask scheduler at {_address(self._client)} is gone: {error}"
                self._give_up(loss, everything=True)
            else:
                self._give_up(loss)
            if loss.address or self._gone or self.slots != before:
                self.on_event(NO_CHUNK, 0, WORKERS, None)
            if self._gone:
                return

    def _look(self, *, may_refuse: bool) -> None:
        """Count the workers, and compare the versions of new ones.

        With `may_refuse` a worker that does not fit is left alone and noted; else a `SearchError` is raised.
        """
        if self._client.status != "running":
            raise OSError("the connection was lost")
        workers = self._client.scheduler_info(n_workers=-1)["workers"]
        known = {address: info["nthreads"] for address, info in workers.items() if address not in self._refused}
        with self._lock:
            new = [address for address in known if address not in self._threads]
        for address, problem in self._misfits(new).items():
            if not may_refuse:
                raise SearchError(problem)
            self.notices.append(f"{problem}; it is not used")
            self._refused.add(address)
            del known[address]
        with self._lock:
            self._threads = known

    def _misfits(self, addresses: list[str]) -> dict[str, str]:
        from tuitrain.search.workers.dask_worker import versions  # noqa: PLC0415  (needs the extra)

        if not addresses:
            return {}
        ours, problems = versions(), {}
        for address, theirs in self._client.run(versions, workers=addresses, on_error="return").items():
            if isinstance(theirs, Exception):
                problems[address] = f"the Dask worker at {address} cannot import tuitrain: {theirs}"
                continue
            problem, notice = compare(ours, theirs, address)
            if problem:
                problems[address] = problem
            elif notice and notice not in self.notices:
                self.notices.append(notice)
        return problems

    def _give_up(self, loss: _Loss, *, everything: bool = False) -> None:
        """End the attempts whose worker is gone, or that wait for workers that are all gone."""

        def is_lost(flight: _Attempt) -> bool:
            if everything or flight.key in loss.keys:
                return True
            return flight.worker not in present if flight.worker else not flight.allowed & present

        with self._lock:
            present = set(self._threads) - {loss.address}
            flights = [flight for flight in self._attempts.values() if is_lost(flight)]
            for flight in flights:
                del self._attempts[flight.chunk, flight.attempt]
        for flight in flights:
            if flight.task is not None:  # else nobody waits for its end
                with suppress(OSError):
                    flight.task.cancel(force=True)  # else Dask would run it again, by itself
            self._lose(flight, has_begun=not everything and self._has_begun(flight))

    def _has_begun(self, flight: _Attempt) -> bool:
        """Whether a worker took the attempt, also if it was gone before it could say so."""
        from tuitrain.search.workers.dask_worker import claim_name  # noqa: PLC0415  (needs the extra)

        try:
            return bool(flight.worker) or bool(self._event(claim_name(flight.key)).is_set())
        except OSError:
            return False

    def _lose(self, flight: _Attempt, *, has_begun: bool) -> None:
        """Tell that the worker went away; the start too, where it was not told, so that the attempt is charged."""
        if has_begun and not flight.worker:
            self.on_event(flight.chunk, flight.attempt, STARTED, UNKNOWN)
        flight.future.set_exception(WorkerLostError(f"the Dask worker at {flight.worker or UNKNOWN} went away"))


def compare(ours: dict[str, str], theirs: dict[str, str], address: str) -> tuple[str, str]:
    """What is wrong with a worker's versions, and what is only worth a notice; empty where all agree."""

    def differences(names: tuple[str, ...]) -> str:
        return ", ".join(
            f"{name} {theirs.get(name, 'missing')} there and {ours[name]} here"
            for name in names
            if theirs.get(name) != ours[name]
        )

    wrong, different = differences(MUST_AGREE), differences(SHOULD_AGREE)
    place = f"the Dask worker at {address} has other versions: "
    return (f"{place}{wrong}" if wrong else ""), (f"{place}{different}" if different else "")


def _connect(address: Any) -> Client:
    try:
        from distributed import Client  # noqa: PLC0415  (an extra)
    except ImportError as error:
        raise SearchError("a Dask cluster needs the extra: pip install 'tuitrain[distributed]'") from error
    options = {}
    if isinstance(address, Client):
        options["security"] = address.security
        address = _address(address)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # versions are compared by us, with a sentence instead of a table
            return Client(address, timeout=SECONDS_TO_CONNECT, set_as_default=False, name="tuitrain", **options)
    except (OSError, ValueError) as error:
        raise SearchError(
            f"no Dask scheduler answers at {address}; start one with `dask scheduler` and give the address it prints"
        ) from error


def _address(client: Client) -> str:
    return str(client.scheduler.address)


def _outcome(blob: bytes) -> Outcome:
    try:
        found: Outcome = pickle.loads(blob)
    except Exception as error:  # a result whose class this process cannot import
        return failure(error)
    return found


def _forget_events(names: list[str], dask_scheduler: Any = None) -> None:
    """On the scheduler: let go of the flags of a search that has ended."""
    for name in names:
        dask_scheduler.extensions["events"].event_clear(name=name)
