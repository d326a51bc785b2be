"""Repeat a run from its journal: the same commands at the same steps, to the same bits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from tuitrain.errors import RunError
from tuitrain.runs.checkpoint import Checkpoint
from tuitrain.runs.data_source import dataset_of_run
from tuitrain.runs.line_file import read_lines
from tuitrain.runs.members import MembersState
from tuitrain.runs.run import JOURNAL, LAST, Run
from tuitrain.session.commands import Command, Start, Step
from tuitrain.session.continuation import began_with, journal_entry
from tuitrain.session.snapshot import Snapshot
from tuitrain.session.training import TrainingSession
from tuitrain.session.training_work import OBEYED_AGAIN
from tuitrain.text import visible
from tuitrain.translation import gettext as _

NOT_COMPARED = "probe."  # what was measured last: steps of a replay are measured one by one


@dataclass(frozen=True)
class Replayed:
    """What a replay came to: its steps and epochs, the commands that were obeyed again, and the arrays that differ."""

    steps: int
    epochs: int
    commands: int
    different: tuple[str, ...]


def replay(run: Run, on_progress: Callable[[Snapshot], object] = lambda snapshot: None) -> Replayed:
    """Train a run again, from its beginning to its last checkpoint, with the commands of its journal.

    Raises
    ------
    TuitrainError
        if the run has no checkpoint, began from another's weights, is damaged, or its data has changed.
    """
    if run.about.get("from"):
        text = _("{run}: began from the weights of {origin}, which are not in it")
        raise RunError(text.format(run=visible(run.path), origin=visible(run.about["from"])))
    try:
        kept = Checkpoint.read(run.path / LAST)
    except FileNotFoundError:
        raise RunError(_("{run}: has no checkpoint to compare with").format(run=visible(run.path))) from None
    lines, _is_cut = read_lines(run.path / JOURNAL)
    entries = [journal_entry(line, number, run.path / JOURNAL) for number, line in enumerate(lines, 1)]
    done = kept.about.get("journal", 0)
    wanted = [e for e in entries[:done] if e.command.kind in OBEYED_AGAIN and not e.refused]
    h, given = began_with(run)
    session = TrainingSession(dataset_of_run(run), h, given=given)
    try:
        for entry in wanted:
            _train_to(session, entry.step, on_progress)
            session.wait_for_answer(session.send(entry.command))
        _train_to(session, kept.state.counters["steps_done"], on_progress)
        if kept.state.arrays["ended.how"].any() and session.snapshot.state == "paused":
            _obeyed(session, Start(), on_progress)  # its epochs or its patience were lowered
        found = session.state()
    finally:
        session.close()
    counters = found.state.counters
    different = _different(_arrays(found), _arrays(MembersState(kept.state, kept.ended)))
    return Replayed(counters["steps_done"], counters["epochs_done"], len(wanted), different)


def _arrays(state: MembersState) -> dict[str, NDArray[Any]]:
    ended = {f"member.{number}.parameters": member.parameters for number, member in state.ended.items()}
    return {**state.state.arrays, **ended}


def _different(found: Mapping[str, NDArray[Any]], kept: Mapping[str, NDArray[Any]]) -> tuple[str, ...]:
    names = sorted(name for name in {*found, *kept} if not name.startswith(NOT_COMPARED))
    return tuple(
        name for name in names
        if name not in found or name not in kept or found[name].tobytes() != kept[name].tobytes()
    )  # fmt: skip


def _train_to(session: TrainingSession, step: int, on_progress: Callable[[Snapshot], object]) -> None:
    left = step - session.snapshot.step
    if left > 0:
        _obeyed(session, Step(batches=left), on_progress)


def _obeyed(session: TrainingSession, command: Command, on_progress: Callable[[Snapshot], object]) -> None:
    """Wait until a command was obeyed, and what it led to is over."""
    snapshot = session.wait_for_answer(session.send(command))
    while snapshot.is_running:
        on_progress(snapshot)
        snapshot = session.wait(snapshot.version, 0.2)
