"""What it takes to continue a training: from the run that kept it, to the live training that goes on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tuitrain.data.dataset import Dataset
from tuitrain.diagnosis.probe import Probe
from tuitrain.engine.threads import choose_threads
from tuitrain.errors import RunError
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.runs.checkpoint import Checkpoint
from tuitrain.runs.data_source import dataset_of_run
from tuitrain.runs.disk import DISK, Disk
from tuitrain.runs.finished import Edit, Note
from tuitrain.runs.history import History
from tuitrain.runs.json_values import JsonFields, decode_fields
from tuitrain.runs.line_file import read_lines
from tuitrain.runs.members import MembersState
from tuitrain.runs.metrics_reading import is_cut_short, read_history
from tuitrain.runs.run import JOURNAL, LAST, METRICS, OpenRun, Run, read_run
from tuitrain.runs.versions import changes, versions
from tuitrain.session.commands import Command, JournalEntry
from tuitrain.session.handed_on import Continued
from tuitrain.text import visible
from tuitrain.translation import gettext as _


@dataclass(frozen=True)
class KeptTraining(JsonFields):
    """What a checkpoint holds of a live training besides its trainer's state; see `LiveTraining` for the fields."""

    edits: tuple[Edit, ...]
    notes: tuple[Note, ...]
    seconds: float
    first_losses: tuple[float, float]
    best_loss: float
    stepped_with: Mapping[str, Any]
    ended_with: Mapping[str, Any] | None
    rate_edited_at: int
    given: Mapping[str, Any]
    start: Probe


@dataclass(frozen=True)
class Continuation:
    """A training as it was: its members' state, its history up to there, and the rest."""

    state: MembersState
    history: History
    kept: KeptTraining


@dataclass(frozen=True)
class Resumed:
    """A run that is held to be continued: its data, what it began with or has come to, and what is to be told.

    `given` are the hyperparameters with ``auto`` where a value was left to it. `continuation` is None where no
    checkpoint was written: the training begins again, as it did.
    """

    dataset: Dataset
    hyperparameters: Hyperparameters
    given: Hyperparameters
    continuation: Continuation | None
    continued: Continued
    notices: tuple[str, ...]


def resume(path: Path, disk: Disk = DISK) -> Resumed:
    """Hold a run, and read all that it takes to continue it.

    Raises
    ------
    TuitrainError
        if another process holds it, its data has changed, or it is damaged or a search.
    """
    run = read_run(path)
    if run.about["kind"] != "training":
        raise RunError(
            _("{path}: is a search; to continue it: tuitrain search --resume {path}").format(path=visible(path))
        )
    held = OpenRun.hold(path, disk)
    try:
        return _read(read_run(path), held)
    except BaseException:
        held.release()
        raise


def _read(run: Run, held: OpenRun) -> Resumed:
    dataset = dataset_of_run(run)
    hyperparameters, given = began_with(run)
    seed = hyperparameters.seed
    entries, is_journal_cut = read_journal(run.path)
    notices = [
        _("{file}: its last line was cut in half, and is dropped").format(file=name)
        for name, is_cut in ((JOURNAL, is_journal_cut),) if is_cut
    ]  # fmt: skip
    continuation: Continuation | None = None
    steps: Sequence[int] = ()
    done, is_whole = 0, False
    try:
        checkpoint = Checkpoint.read(run.path / LAST)
    except FileNotFoundError:
        pass
    else:
        if is_cut_short(run.path / METRICS):
            notices.append(_("{file}: its last line was cut in half, and is dropped").format(file=METRICS))
        length = checkpoint.about.get("epochs")
        most = length if isinstance(length, int) else None
        history, steps = read_history(
            run.path / METRICS, len(checkpoint.state.layer_sizes) - 1, metric=run.about["metric"],
            watched=checkpoint.state.hyperparameters[0].metric, most=most,
        )  # fmt: skip
        continuation, done = continuation_of(checkpoint, history, run)
        hyperparameters = checkpoint.state.hyperparameters[0].replace(seed=seed)  # the first member may have ended
        given = Hyperparameters.from_record(continuation.kept.given)
        is_whole = checkpoint.state.is_between_epochs
    others = changes(run.about["versions"], versions(_threads(dataset, hyperparameters)))
    return Resumed(
        dataset, hyperparameters, given, continuation, Continued(held, steps, entries, done, is_whole),
        (*notices, *([others] if others else [])),
    )  # fmt: skip


def began_with(run: Run) -> tuple[Hyperparameters, Hyperparameters]:
    """Return the hyperparameters that a run began with, and the same with ``auto`` where a value was left to it."""
    told = run.about["hyperparameters"]
    return Hyperparameters.from_record(told), Hyperparameters.from_record(run.about.get("given", told))


def _threads(dataset: Dataset, hyperparameters: Hyperparameters) -> int:
    return choose_threads((dataset.n_features, *hyperparameters.hidden_layers, dataset.n_outputs))


def continuation_of(checkpoint: Checkpoint, history: History, run: Run) -> tuple[Continuation, int]:
    """Return what a checkpoint holds, with the history up to it, and how many entries of the journal are in it.

    Raises
    ------
    RunError
        if the two do not fit together.
    """
    state, about = checkpoint.state, checkpoint.about
    length, done = about.get("epochs"), about.get("journal")
    if not (isinstance(length, int) and isinstance(done, int)) or length > history.length:
        raise RunError(
            _("{path}: holds {found} epochs, and the checkpoint {expected}").format(
                path=visible(run.path / METRICS), found=history.length, expected=visible(length, 20)
            )
        )
    if length < history.length:
        history = history.copied(length)
    kept = decode_fields(KeptTraining, about.get("live"), visible(run.path / LAST))
    count, ended = state.hyperparameters[0].ensemble, checkpoint.ended
    fits = state.members + len(ended) == count and set(ended) <= set(range(count))
    if not fits or any(member.parameters.shape != state.arrays["parameters"][0].shape for member in ended.values()):
        raise RunError(_("{path}: its members are not those of an ensemble of {count}").format(
            path=visible(run.path / LAST), count=count))  # fmt: skip
    return Continuation(MembersState(state, ended), history, kept), done


def read_journal(path: Path) -> tuple[list[JournalEntry], bool]:
    """Return the journal of the run at `path`, and whether its last line was cut short.

    Raises
    ------
    RunError
        if it is damaged.
    """
    lines, is_cut = read_lines(path / JOURNAL)
    return [journal_entry(line, number, path / JOURNAL) for number, line in enumerate(lines, 1)], is_cut


def journal_entry(line: dict[str, Any], number: int, path: Path) -> JournalEntry:
    """Return a line of a run's journal as what it says; `number` and `path` are its place.

    Raises
    ------
    RunError
        if it is none.
    """
    values = dict(line)
    step, refused = values.pop("step", None), values.pop("refused", "")
    if type(step) is not int or not isinstance(refused, str):
        raise RunError(_("{path}, line {number}: has no step").format(path=visible(path), number=number))
    return JournalEntry(step, Command.from_json(values), refused)
