"""How long a search has gone on."""

from __future__ import annotations

from dataclasses import dataclass

from tuitrain.runs.awake import AWAKE


@dataclass
class Clock:
    """Time that the search has gone on, without pauses; `told` of it is in the study already."""

    started: float | None = None
    told: float = 0.0
    before: float = 0.0

    def run(self) -> None:
        """Go on; repeats do nothing."""
        if self.started is None:
            self.started = AWAKE.seconds()

    def halt(self) -> None:
        """Stand still until `run`; repeats do nothing."""
        self.before, self.started = self.seconds, None

    @property
    def seconds(self) -> float:
        """All time so far."""
        return self.before + (AWAKE.seconds() - self.started if self.started is not None else 0.0)

    @property
    def untold(self) -> float:
        """The time since `since_told` was last called."""
        return self.seconds - self.told

    def since_told(self) -> float:
        """`untold`, which is told with this."""
        now = self.seconds
        passed, self.told = now - self.told, now
        return passed
