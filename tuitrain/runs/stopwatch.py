"""How long a search has gone on."""

from __future__ import annotations

import time
from dataclasses import dataclass


@dataclass
class Clock:
    """Time that the search has gone on, without pauses; `told` of it is in the study already."""

    started: float | None = None
    reported: float = 0.0
    before: float = 0.0

    def run(self) -> None:
        """Go on; repeats do nothing."""
        if self.started is None:
            self.started = time.perf_counter()

    def halt(self) -> None:
        """Stand still until `run`; repeats do nothing."""
        self.before, self.started = self.seconds, None

    @property
    def seconds(self) -> float:
        """All time so far."""
        return self.before + (time.perf_counter() - self.started if self.started is not None else 0.0)

    @property
    def unreported(self) -> float:
        """The time since `since_told` was last called."""
        return self.seconds - self.reported

    def take_unreported(self) -> float:
        """`untold`, which is told with this."""
        now = self.seconds
        passed, self.reported = now - self.reported, now
        return passed
