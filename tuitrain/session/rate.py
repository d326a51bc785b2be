"""The speed of a training, from several stretches of it, so that one stalled batch does not show."""

from __future__ import annotations

from collections import deque
from statistics import median_high

LEAST_SECONDS = 0.2  # of a stretch, once there are so many:
KEPT = 15  # that is three seconds
SEVERAL = 2


class Rate:
    """Samples per second: the median over the last stretches of training.

    A batch may stall: the machine was busy, or the first one had libraries to load. It makes one stretch slow, and the
    median of several leaves that out; of two, the faster one is taken.
    """

    def __init__(self) -> None:
        self._stretches: deque[float] = deque(maxlen=KEPT)
        self._seconds, self._samples = 0.0, 0

    def observe(self, seconds: float, samples: int) -> float:
        """Return the rate after `samples` in `seconds` of training, both counted from its start; NaN until known."""
        passed, done = seconds - self._seconds, samples - self._samples
        least = LEAST_SECONDS if len(self._stretches) == KEPT else 0.0
        if done > 0 and passed > least:
            self._stretches.append(done / passed)
            self._seconds, self._samples = seconds, samples
        return self.value

    @property
    def value(self) -> float:
        """The rate as it was last observed."""
        return median_high(self._stretches) if len(self._stretches) >= SEVERAL else float("nan")
