"""What a search shows to the outside: one immutable moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from tuitrain.data.facts import DatasetFacts
from tuitrain.options.search_settings import Settings
from tuitrain.runs.json_values import JsonFields
from tuitrain.search.conductor import SearchProgress
from tuitrain.search.estimate import Estimate
from tuitrain.search.explanation import Explained
from tuitrain.search.space.space import Setting, Space
from tuitrain.search.study.record import StudyNote
from tuitrain.search.study.trial import Trial

SearchState = Literal["ready", "running", "paused", "choosing", "done", "stopped", "failed"]


@dataclass(frozen=True)
class GridEstimate:
    """The answer to `EstimateGrid` command `number`: what the grid takes, or why that is not known."""

    number: int
    estimate: Estimate | None = None
    problem: str = ""

    def __str__(self) -> str:
        return str(self.estimate) if self.estimate is not None else self.problem


@dataclass(frozen=True)
class SearchSnapshot(JsonFields):
    """One moment of a search. `version` grows with each new one; `test` is the chosen model's, at the end.

    Where that is an average of the best trials, `single_test` is the best one's alone.

    `answered` is the number of the last command that was obeyed or refused. `dataset` is what is searched on.
    `is_by_hand` says that this shows trainings by hand rather than a search.
    """

    version: int
    state: SearchState = "ready"
    message: str = ""
    space: Space | None = None
    settings: Settings | None = None
    progress: SearchProgress | None = None
    study: Path | None = None
    ties: tuple[int, ...] = ()
    test: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    explained: Explained | None = None
    asks_first: bool = False
    is_one_at_a_time: bool = False
    estimate: GridEstimate | None = None
    dataset: DatasetFacts | None = None
    answered: int = 0
    is_by_hand: bool = False
    notes: tuple[StudyNote, ...] = ()
    single_test: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def is_running(self) -> bool:
        """Whether stacks are being trained now."""
        return self.state in {"running", "choosing"}

    @property
    def choice(self) -> Setting | None:
        """The proposal that waits, one at a time, until the user has guessed."""
        proposals = self.progress.proposals if self.progress is not None else ()
        return proposals[0] if self.is_one_at_a_time and proposals else None

    @property
    def trials(self) -> tuple[Trial, ...]:
        """All trials so far."""
        return self.progress.trials if self.progress is not None else ()

    @property
    def notices(self) -> tuple[str, ...]:
        """What the user should know of the space and the workers, a sentence each."""
        return self.progress.notices if self.progress is not None else ()

    @property
    def unfinished(self) -> Path | None:
        """The study, where its search was left before its end."""
        return self.study if self.state not in {"ready", "done"} else None
