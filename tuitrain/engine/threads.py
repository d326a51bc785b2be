"""Choose how many threads the matrix products use, and count the usable cores.

Threads are chosen once per run from the network's size, since their number changes the bits of the results.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

WIDE = 1024  # units; below it, handing work to threads costs more than they save
MOST_THREADS = 4


def choose_threads(layer_sizes: Sequence[int]) -> int:
    """Choose one thread, or up to four if a hidden layer is wide."""
    widest = max(layer_sizes[1:-1], default=0)
    return 1 if widest < WIDE else min(MOST_THREADS, os.cpu_count() or 1)


def usable_cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def blas_threads(count: int) -> Iterator[None]:
    """Limit NumPy's matrix products to `count` threads, in the whole process, while the block runs."""
    from threadpoolctl import threadpool_limits  # noqa: PLC0415  (it costs start-up time)

    with threadpool_limits(limits=count, user_api="blas"):
        yield
