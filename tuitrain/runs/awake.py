"""Time that this process has been awake: it stands still while the user has suspended the program."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class AwakeClock:
    """Seconds on `clock`, without those spent in `asleep`."""

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self._slept = 0.0
        self._asleep_since: float | None = None

    @contextmanager
    def asleep(self) -> Iterator[None]:
        """Stop the clock for every thread inside the block."""
        since = self._asleep_since = self._clock()
        try:
            yield
        finally:
            self._slept += self._clock() - since
            self._asleep_since = None

    def seconds(self) -> float:
        """Return the time awake, from an arbitrary start."""
        since = self._asleep_since
        return (self._clock() if since is None else since) - self._slept


AWAKE = AwakeClock()
