"""What a session can be told, and what it notes of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tuitrain.data.dataset import Dataset


@dataclass(frozen=True)
class Start:
    """Train until the end, or until paused."""


@dataclass(frozen=True)
class Pause:
    """Stop after the running batch."""


@dataclass(frozen=True)
class Step:
    """Train so many batches, or to the end of so many epochs, then pause."""

    batches: int = 0
    epochs: int = 0


@dataclass(frozen=True)
class SetHyperparameter:
    """Change one from the next batch on, or at the next reset where it cannot change while training."""

    name: str
    value: Any


@dataclass(frozen=True)
class Reset:
    """Begin again, with the changes that waited for it; with another dataset if one is given."""

    dataset: Dataset | None = None


@dataclass(frozen=True)
class SaveModel:
    """Write the model of the best epoch so far."""

    path: Path


@dataclass(frozen=True)
class SetPace:
    """Train so many epochs a second at most, for people to watch; 0: as fast as it goes. It changes no result."""

    epochs_per_second: float


@dataclass(frozen=True)
class Stop:
    """End the thread."""


Command = Start | Pause | Step | SetHyperparameter | Reset | SaveModel | SetPace | Stop


@dataclass(frozen=True)
class JournalEntry:
    """A command with the step at which it took effect, and why it was refused, if it was."""

    step: int
    command: Command
    refused: str = ""
