"""The functions that the tests run as tasks, importable in every worker, and what they share."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from tuitrain.search.workers.supervisor import Event, Failed, Finished, Stopped, Supervisor


@dataclass(frozen=True)
class Data:
    X: np.ndarray
    y: np.ndarray
    name: str = "made up"
    parts: dict[str, np.ndarray] = field(default_factory=dict)


def data(rows: int = 300) -> Data:
    random = np.random.default_rng(5)
    X = random.standard_normal((rows, 120)).astype(np.float32)
    return Data(X, np.arange(rows), parts={"fortran": np.asfortranarray(X), "none": X[:0]})


def multiply(shared: Data, payload: int, report: Any, is_stopped: Any) -> np.ndarray:
    """Many dependent matrix products: another number of BLAS threads, or other data, would change the bits."""
    weights = np.random.default_rng(payload).standard_normal((120, 120)).astype(np.float32)
    for epoch in range(5):
        weights = np.tanh(shared.X.T @ (shared.X @ weights) / 300)
        report(epoch)
    return weights


def count(shared: Data, payload: tuple[int, float], report: Any, is_stopped: Any) -> int:
    """`epochs` of `seconds` each; reports when it was, returns how many were done."""
    epochs, seconds = payload
    for epoch in range(epochs):
        if is_stopped():
            return epoch
        time.sleep(seconds)
        report((epoch, time.time(), os.getpid()))
    return epochs


def count_when_answered(shared: Data, payload: str, report: Any, is_stopped: Any) -> int:
    """Three reports, each waiting until the one before was answered by a file of its number in the folder `payload`."""
    for number in range(3):
        report(number)
        while not (Path(payload) / str(number)).exists():
            if is_stopped():
                return number
            time.sleep(0.005)
    return 3


def die_once(shared: Data, payload: str, report: Any, is_stopped: Any) -> str:
    """Killed in the middle, the first time: `payload` is a path that remembers it."""
    report("working")
    if not Path(payload).exists():
        Path(payload).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return "done"


def die(shared: Data, payload: str, report: Any, is_stopped: Any) -> None:
    """Killed each time; `payload` is a file with a byte for each."""
    with Path(payload).open("a") as file:
        file.write("x")
    os.kill(os.getpid(), signal.SIGKILL)


def crash(shared: Data, payload: Any, report: Any, is_stopped: Any) -> None:
    """Ends its process as a bug in compiled code does."""
    import faulthandler

    faulthandler._sigsegv()


def refuse(shared: Data, payload: Any, report: Any, is_stopped: Any) -> None:
    raise ValueError(f"no such {payload}")


class AwkwardError(Exception):
    """Cannot be unpickled: its constructor takes more than its arguments."""

    def __init__(self, first: str, second: str) -> None:
        super().__init__(f"{first} {second}")


def refuse_awkwardly(shared: Data, payload: Any, report: Any, is_stopped: Any) -> None:
    raise AwkwardError("very", "awkward")


def leave(shared: Data, payload: Any, report: Any, is_stopped: Any) -> None:
    raise SystemExit(3)


def unpicklable(shared: Data, payload: Any, report: Any, is_stopped: Any) -> Any:
    return lambda: 1


def look_at_shared(shared: Data, payload: Any, report: Any, is_stopped: Any) -> dict[str, Any]:
    arrays = {"X": shared.X, "y": shared.y, **shared.parts}
    return {
        "owned": [name for name, array in arrays.items() if array.flags.owndata],
        "writeable": [name for name, array in arrays.items() if array.flags.writeable],
        "misaligned": [name for name, array in arrays.items() if array.size and array.ctypes.data % 64],
        "maps": [line for line in Path("/proc/self/maps").read_text().splitlines() if "tuitrain-shared" in line],
        "sums": {name: float(array.sum()) for name, array in arrays.items()},
        "pid": os.getpid(),
    }


def blas_threads_of(shared: Data, payload: Any, report: Any, is_stopped: Any) -> list[int]:
    from threadpoolctl import threadpool_info

    return [pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"]


def until_ended(supervisor: Supervisor, seconds: float = 120.0) -> list[Event]:
    """Poll until no task is left, and return all events."""
    deadline = time.monotonic() + seconds
    found: list[Event] = []
    while supervisor.unfinished:
        found += supervisor.events(0.2)
        assert time.monotonic() < deadline, f"{supervisor.unfinished} tasks have no end yet: {found[-5:]}"
    return found + supervisor.events(0)


def wait_for(supervisor: Supervisor, kind: type, number: int = 1, seconds: float = 120.0) -> list[Event]:
    """Poll until `number` events of a kind are there, and return all events till then."""
    deadline = time.monotonic() + seconds
    found: list[Event] = []
    while sum(isinstance(event, kind) for event in found) < number:
        assert time.monotonic() < deadline, found
        found += supervisor.events(0.05)
    return found


def ends(events: list[Event]) -> dict[int, Finished | Failed | Stopped]:
    """The one end of each task; a task with two fails the test."""
    found: dict[int, Finished | Failed | Stopped] = {}
    for event in events:
        if isinstance(event, Finished | Failed | Stopped):
            assert event.task not in found, f"two ends: {found[event.task]} and {event}"
            found[event.task] = event
    return found
