"""Every command of a training or a search: plain values that can be written down, sent and replayed.

A command carries no arrays: a dataset goes by its source and options. A session numbers the commands it is sent, from
1; the number answers for them in the journal and in the snapshots. To add a command: a class here, and a method
``on_<kind>`` of the work that obeys it (`training.py`, `search.py`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Literal

from tuitrain.data.facts import DatasetSource
from tuitrain.errors import RunError
from tuitrain.runs.json_values import JsonFields, decode_fields, encode_fields
from tuitrain.search.study.trial import Trial
from tuitrain.text import quoted, suggest
from tuitrain.translation import gettext as _

COMMANDS: dict[str, type[Command]] = {}


@dataclass(frozen=True)
class Command:
    """What every command has: a `number`, 0 until a session has taken it, which does not count in comparisons."""

    kind: ClassVar[str]
    number: int = field(default=0, kw_only=True, compare=False, repr=False)

    def __init_subclass__(cls, *, is_abstract: bool = False) -> None:
        cls.kind = re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()
        if not is_abstract:
            COMMANDS[cls.kind] = cls

    def to_json(self) -> dict[str, Any]:
        """Convert to a JSON object; ``command`` names it."""
        return {"command": self.kind, **encode_fields(self)}

    @staticmethod
    def from_json(json: Mapping[str, Any]) -> Command:
        """Convert a JSON object back.

        Raises
        ------
        RunError
            if there is no such command, or a value does not fit.
        """
        values = dict(json) if isinstance(json, Mapping) else {}
        kind = str(values.pop("command", ""))
        if kind not in COMMANDS:
            raise RunError(_("command {kind}: {hint}").format(kind=quoted(kind), hint=suggest(kind, COMMANDS)))
        return decode_fields(COMMANDS[kind], values, kind)


@dataclass(frozen=True)
class Start(Command):
    """Train or search until the end, or until paused."""


@dataclass(frozen=True)
class Pause(Command):
    """Stop after the running batch; start no more stacks of a search."""


@dataclass(frozen=True)
class Stop(Command):
    """End the session."""


@dataclass(frozen=True)
class End(Command):
    """End a training after the running batch.

    keep: with the best model and its scores on all parts, as a result. stop: to be continued, without a result.
    interrupt: as stop, where nobody asked for it. cancel: as if it had never begun; its run is deleted.
    """

    how: Literal["keep", "stop", "interrupt", "cancel"]


@dataclass(frozen=True)
class Step(Command):
    """Train so many batches, or to the end of so many epochs, then pause."""

    batches: int = 0
    epochs: int = 0


@dataclass(frozen=True)
class SetHyperparameter(Command):
    """Change one from the next batch on, or at the next reset where it cannot change while training."""

    name: str
    value: Any


@dataclass(frozen=True)
class SetPreset(Command):
    """Set the values of a preset, but for those that were set by hand: at once, or at the next reset where need be."""

    name: str


@dataclass(frozen=True)
class SetParameter(Command):
    """Change one weight or bias of the network by hand; `index` counts them as ``Network.parameters`` does.

    Of an ensemble, `member` says whose.
    """

    index: int
    value: float
    member: int = 0


@dataclass(frozen=True)
class Reset(Command):
    """Begin again, with the changes that waited for it; with another dataset if one is given."""

    dataset: DatasetSource | None = None


@dataclass(frozen=True)
class ContinueRun(Command):
    """Leave the training that is here, and continue a run from its directory."""

    path: Path


@dataclass(frozen=True)
class Fork(Command):
    """Leave the training that is here, and begin another from what it was after an epoch, or what a `run` was.

    It has all that was before, and goes its own way from there.
    """

    epoch: int
    run: Path | None = None


@dataclass(frozen=True)
class SaveModel(Command):
    """Write the model of the best epoch so far."""

    path: Path


@dataclass(frozen=True)
class AddNote(Command):
    """Keep what the user noted with the training, or the study; `page` names the page it was typed on, "" a room."""

    text: str
    page: str = ""


@dataclass(frozen=True)
class SetPace(Command):
    """Train so many epochs a second at most, for people to watch; 0: as fast as it goes. It changes no result."""

    epochs_per_second: float


@dataclass(frozen=True)
class SearchCommand(Command, is_abstract=True):
    """A command that says what is searched, and how; see `search_command.py` for making and reading one.

    `space` maps searched hyperparameters to their ranges as texts, `base` holds all hyperparameters, `settings` those
    of the search.
    """

    dataset: DatasetSource
    space: Mapping[str, str]
    base: Mapping[str, Any]
    settings: Mapping[str, Any]


@dataclass(frozen=True)
class BeginSearch(SearchCommand):
    """Make a study and search it; `tried` are settings to try first, `told` trials that are over, to go on from."""

    tried: tuple[Mapping[str, Any], ...] = ()
    told: tuple[Trial, ...] = ()


@dataclass(frozen=True)
class ResumeSearch(Command):
    """Continue a study from its directory."""

    study: Path


@dataclass(frozen=True)
class ContinueSearch(Command):
    """Continue after a pause or an end, with these settings where they may change."""

    settings: Mapping[str, Any]


@dataclass(frozen=True)
class TryNext(Command):
    """Train a setting before what the strategy proposes."""

    setting: Mapping[str, Any]


@dataclass(frozen=True)
class AskFirst(Command):
    """Let proposals wait for `Decide`, or not; one at a time, each when all trials before it are over."""

    asks_first: bool
    is_one_at_a_time: bool = False


@dataclass(frozen=True)
class Decide(Command):
    """Train these of the proposals that wait, and drop the others.

    `guess` is the setting that the user guessed before seeing the proposal, whichever of them is trained.
    """

    settings: tuple[Mapping[str, Any], ...]
    guess: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class EstimateGrid(SearchCommand):
    """Estimate what a grid would take; answered in the snapshot under this command's number, while nothing runs."""


@dataclass(frozen=True)
class BeginRace(SearchCommand):
    """Race the strategies: so many trials of each, the drawn ones from so many seeds."""

    seeds: int
    trials: int


@dataclass(frozen=True)
class JournalEntry(JsonFields):
    """A command with the step at which it took effect, and why it was refused, if it was."""

    step: int
    command: Command
    refused: str = ""

    @property
    def number(self) -> int:
        """The command's number."""
        return self.command.number
