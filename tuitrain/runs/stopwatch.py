"""The time a search has run."""

from __future__ import annotations

from dataclasses import dataclass

from tuitrain.runs.awake import AWAKE


@dataclass
class Stopwatch:
    """The time a search has run, without pauses; `reported` of it is already in the study."""

    started: float | None = None
    reported: float = 0.0
    before: float = 0.0

    def run(self) -> None:
        """Start or continue; repeated calls do nothing."""
        if self.started is None:
            self.started = AWAKE.seconds()

    def halt(self) -> None:
        """Stop until `run`; repeated calls do nothing."""
        self.before, self.started = self.seconds, None

    @property
    def seconds(self) -> float:
        """All time so far."""
        return self.before + (AWAKE.seconds() - self.started if self.started is not None else 0.0)

    @property
    def unreported(self) -> float:
        """The time that is in no record of the study yet."""
        return self.seconds - self.reported
