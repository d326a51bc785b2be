"""Tell a Ctrl-C pressed twice, which just stops, from one that is pressed once more, which is patience lost."""

from __future__ import annotations

import math
from collections.abc import Callable

from tuitrain.runs.awake import AWAKE

SECONDS = 2.0  # within which the second of two presses comes


class Presses:
    """The presses of Ctrl-C, with their times on `clock`, in seconds."""

    def __init__(self, clock: Callable[[], float] = AWAKE.seconds) -> None:
        self._clock = clock
        self._last = -math.inf

    def is_second(self) -> bool:
        """Note a press; return whether it follows another within `SECONDS`."""
        before, self._last = self._last, self._clock()
        return self._last - before <= SECONDS
