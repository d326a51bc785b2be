"""What a training takes over from a run, or from another training: its journal, and the steps of its epochs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tuitrain.runs.run import OpenRun
from tuitrain.session.commands import JournalEntry


@dataclass(frozen=True)
class Continued:
    """A run to continue: held, with the steps after each of its epochs and the entries of its journal.

    The first `done` entries are in the state that it continues from, the others are obeyed again at their steps. That
    state `is_whole` where no epoch has begun in it.
    """

    run: OpenRun
    steps: Sequence[int]
    entries: Sequence[JournalEntry]
    done: int
    is_whole: bool = False


@dataclass(frozen=True)
class Forked:
    """What a training takes along that begins where another one, `run` ("" where it had none), was after `epoch`.

    `about` is what the other's ``run.json`` says of its beginning, `entries` its journal, `steps` those done after each
    of its epochs, both up to there: the new run has all of it.
    """

    run: str
    epoch: int
    about: Mapping[str, Any]
    entries: tuple[JournalEntry, ...]
    steps: Sequence[int]
