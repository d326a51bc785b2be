"""A search's main program, as small as can be, for the tests to kill and interrupt: KIND [ADDRESS]."""

from __future__ import annotations

import signal
import sys
from typing import Any

from tests.search.workers import tasks
from tuitrain.search.workers.dask import DaskWorkers
from tuitrain.search.workers.processes import ProcessWorkers
from tuitrain.search.workers.supervisor import Reported, Started, Stopped, Supervisor


def main(kind: str, address: str = "") -> None:
    workers: Any = ProcessWorkers(tasks.data(), jobs=2) if kind == "processes" else DaskWorkers(tasks.data(), address)
    supervisor = Supervisor(workers)
    for task in range(2):
        supervisor.submit(task, tasks.count, (1200, 0.05))
    interrupts: list[int] = []  # noted, as `tuitrain search` does: an exception might come where none is expected
    signal.signal(signal.SIGINT, lambda number, frame: interrupts.append(number))
    while supervisor.unfinished and not interrupts:
        for event in supervisor.events(0.5):
            if isinstance(event, Started):
                print("started", event.worker.removeprefix("process "), flush=True)
            elif isinstance(event, Reported) and event.value[0] == 2:
                print("working", event.value[2], flush=True)
    supervisor.close(timeout=30)
    print("stopped", *[event.result for event in supervisor.events(0) if isinstance(event, Stopped)], flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
