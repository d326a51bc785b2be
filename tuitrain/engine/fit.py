"""Train to the end, without a session."""

from __future__ import annotations

from collections.abc import Callable

from tuitrain.engine.records import Record
from tuitrain.engine.threads import blas_threads, choose_threads
from tuitrain.engine.trainer import Trainer


def fit(trainer: Trainer, on_epoch: Callable[[Record], object] | None = None, *, threads: int = 0) -> list[Record]:
    """Train until every member has ended; return a record for each epoch that was completed.

    Parameters
    ----------
    on_epoch
        called after each epoch with its record; training stops when it returns False
    threads
        used for the matrix products; their number changes the last bits. 0 chooses it from the width of the network.
    """
    records: list[Record] = []
    with blas_threads(threads or choose_threads(trainer.network.layer_sizes)):
        while not trainer.is_done:
            record = trainer.epoch()
            if record.endings[0] != "diverged":
                records.append(record)
            if on_epoch is not None and on_epoch(record) is False:
                break
    return records
