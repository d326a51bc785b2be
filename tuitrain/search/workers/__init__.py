"""Where chunks of trials are run: threads, processes or a Dask cluster, under one supervisor.

A *chunk* is one stack of trials. A worker runs ``function(shared, payload, report, is_stopped) -> result`` for it:
`shared` is the one constant object of all chunks, `payload` the chunk's own small one.
"""

from tuitrain.search.workers.dask import DaskWorkers
from tuitrain.search.workers.processes import ProcessWorkers
from tuitrain.search.workers.seam import ChunkFunction, WorkerLostError, Workers
from tuitrain.search.workers.supervisor import Event, Failed, Finished, Reported, Started, Stopped, Supervisor
from tuitrain.search.workers.thread import ThreadWorkers

__all__ = [
    "ChunkFunction", "DaskWorkers", "Event", "Failed", "Finished", "ProcessWorkers", "Reported", "Started", "Stopped",
    "Supervisor", "ThreadWorkers", "WorkerLostError", "Workers",
]  # fmt: skip
