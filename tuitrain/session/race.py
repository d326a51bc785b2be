"""A race of the strategies as a session: begun by a command, looked at through snapshots."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, Literal

from tuitrain.data.facts import DatasetSource
from tuitrain.errors import RunError, error_line
from tuitrain.options.search_settings import Settings
from tuitrain.runs.json_values import JsonFields
from tuitrain.search.race import LaneResult, Race, racing
from tuitrain.search.space.space import Space
from tuitrain.session.commands import BeginRace, Command
from tuitrain.session.datasets import DATASETS, Datasets
from tuitrain.session.search_command import fields_of, read_command
from tuitrain.session.session import Clock, LocalSession, Turn, Work
from tuitrain.translation import gettext as _

RaceState = Literal["ready", "running", "done", "failed"]


@dataclass(frozen=True)
class RaceSnapshot(JsonFields):
    """One moment of a race: each strategy's curve so far, trials of the slowest run, settings trained by now."""

    version: int
    state: RaceState = "ready"
    message: str = ""
    lanes: tuple[LaneResult, ...] = ()
    done: int = 0
    trained: int = 0
    answered: int = 0

    @property
    def is_running(self) -> bool:
        """Whether settings are being trained now."""
        return self.state == "running"


class Racing(Work[RaceSnapshot]):
    """The work of a race's session: one race, begun by `BeginRace`; `jobs` processes train (0: this thread)."""

    def __init__(self, *, jobs: int, datasets: Datasets = DATASETS) -> None:
        self._jobs, self._datasets = jobs, datasets
        self._state: RaceState = "ready"
        self._race: Race | None = None
        self._open = ExitStack()
        self._is_ending = False

    @property
    def is_busy(self) -> bool:
        """Whether a race is running."""
        return self._state == "running"

    @property
    def step(self) -> int:
        """Settings trained by now."""
        return self._race.trained if self._race is not None else 0

    def on_begin_race(self, command: BeginRace) -> None:
        """Begin the race; one has been begun at most."""
        if self._race is not None:
            raise RunError(_("a race has been begun already"))
        space, settings = read_command(command)
        dataset = self._datasets.find(command.dataset)
        self._race = self._open.enter_context(
            racing(dataset, space, settings, jobs=self._jobs, seeds=command.seeds, trials=command.trials)
        )
        self._race.is_stopped = self._is_ending
        self._state = "running"

    def refuse(self, command: Command, why: str) -> None:
        """Record that the race could not be begun."""
        if self._race is None:
            self._state = "failed"

    def advance(self, turn: Turn) -> None:
        """Let every run propose a batch, and train it; publish after each stack."""
        assert self._race is not None
        self._race.on_news = lambda race: turn.publish()
        try:
            if not self._race.step():
                self._end("ready" if self._race.is_stopped else "done")
        except Exception as error:  # whatever it is: the screen says so
            self.message = error_line(error)
            self._end("failed")
        turn.publish()

    def _end(self, state: RaceState) -> None:
        self._state = state
        self._open.close()

    def make_snapshot(self, version: int, answered: int) -> RaceSnapshot:
        """Make a snapshot of this moment."""
        race = self._race
        if race is None:
            return RaceSnapshot(version, self._state, self.message, answered=answered)
        return RaceSnapshot(
            version, self._state, self.message, tuple(race.lanes()), race.done, race.trained, answered
        )  # fmt: skip

    def fail(self, error: Exception) -> dict[str, Any]:
        """End the race after an unexpected error."""
        self._end("failed")
        return {"state": "failed", "message": self.message}

    def interrupt(self) -> None:
        """Let the running race end soon."""
        self._is_ending = True
        if (race := self._race) is not None:
            race.is_stopped = True

    def close(self) -> None:
        """End the workers."""
        self._open.close()


class RaceSession(LocalSession[RaceSnapshot]):
    """A race in a thread of this process; `close` ends it, with its workers."""

    def __init__(self, *, jobs: int, clock: Clock | None = None) -> None:
        super().__init__(Racing(jobs=jobs), name="race", clock=clock)


def begin_race(source: DatasetSource, space: Space, settings: Settings, *, seeds: int, trials: int) -> BeginRace:
    """Return the command that races the strategies on a dataset."""
    return BeginRace(**fields_of(source, space, settings), seeds=seeds, trials=trials)
