"""Begin a training of its own where another one was after an epoch: the one that is here, or that of a run."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tuitrain.engine.floating_point import training_arithmetic
from tuitrain.engine.threads import blas_threads, choose_threads
from tuitrain.errors import RunError
from tuitrain.numbers import duration
from tuitrain.options.hyperparameters import FIELDS
from tuitrain.options.presets import changes_to
from tuitrain.runs.awake import AWAKE
from tuitrain.runs.checkpoint import Checkpoint, read_about
from tuitrain.runs.data_source import dataset_of_run
from tuitrain.runs.history import History
from tuitrain.runs.kept_epochs import kept_epochs
from tuitrain.runs.metrics_reading import read_history
from tuitrain.runs.model import Model
from tuitrain.runs.run import LAST, METRICS, Run, read_run
from tuitrain.session.commands import AddNote, JournalEntry, SetHyperparameter, SetParameter, SetPreset
from tuitrain.session.continuation import began_with, continuation_of, read_journal
from tuitrain.session.handed_on import Forked
from tuitrain.session.keeping import BEGUN, Keeper
from tuitrain.session.live_training import LiveTraining
from tuitrain.session.time_travel import FORK_SECONDS, as_it_was, nearest, time_between
from tuitrain.text import counted, visible
from tuitrain.translation import gettext as _


def fork(live: LiveTraining, keeper: Keeper, epoch: int) -> tuple[LiveTraining, Forked]:
    """Return the training that is here as it was after an epoch, to be trained on, and what its run takes along.

    Raises
    ------
    RunError
        if it cannot be made again.
    """
    found, kept = nearest(live, epoch, seconds=FORK_SECONDS)
    if found != epoch:
        raise RunError(_("epoch {epoch} cannot be made again; the nearest that is kept is {found}").format(
            epoch=epoch, found=found))  # fmt: skip
    then = as_it_was(live, epoch, kept)
    then.own(live.history.copied(epoch), live.past.until(kept))
    return then, keeper.fork(epoch, then.trainer.steps_done)


def fork_of_run(
    path: Path, epoch: int, *, clock: Callable[[], float] = AWAKE.seconds, seconds: float | None = None
) -> tuple[LiveTraining, Forked]:  # fmt: skip
    """Return the training of a run as it was after an epoch, to be trained on, and what a new run takes along.

    It is made again from the newest checkpoint before, by training on with what the journal says; `seconds` is how long
    that may have taken in the run (None: `FORK_SECONDS`). The run is only read.

    Raises
    ------
    TuitrainError
        if it has no such epoch, is damaged, or its data has changed.
    """
    run = read_run(path)
    if run.about["kind"] != "training":
        raise RunError(_("{path}: is a search; it has no epochs").format(path=visible(path)))
    h, _given = began_with(run)
    history, steps = read_history(
        path / METRICS, len(h.hidden_layers) + 1, metric=run.about["metric"], watched=h.metric
    )
    if not 0 < epoch <= history.length:
        raise RunError(_("{path}: has no epoch {epoch}; it has {epochs}").format(
            path=visible(path), epoch=epoch, epochs=counted(history.length, "epoch")))  # fmt: skip
    base = _checkpoint(run, epoch)
    first = 0 if base is None else int(base.about["epochs"])
    needed = time_between(history, first, epoch)
    if first < epoch and needed > (FORK_SECONDS if seconds is None else seconds):
        kept = ", ".join(map(str, kept_epochs(path))) or _("none")
        raise RunError(_("{path}: epoch {epoch} would have to be trained again for {time}; kept epochs: {kept}").format(
            path=visible(path), epoch=epoch, time=duration(needed), kept=kept))  # fmt: skip
    live, entries, done = _begun(run, base, history, clock)
    with blas_threads(choose_threads(live.trainer.network.layer_sizes)), training_arithmetic:
        while live.history.length < epoch and not (live.trainer.is_done and done == len(entries)):
            while done < len(entries) and entries[done].step <= live.trainer.steps_done:
                live = _obeyed(live, entries[done])
                done += 1
            live.step()
    if live.history.length < epoch:
        raise RunError(_("{path}: its journal does not lead to epoch {epoch}").format(path=visible(path), epoch=epoch))
    live.own(history.copied(epoch), live.past)  # with the time that they took then
    about = {name: run.about[name] for name in BEGUN if name in run.about}
    return live, Forked(path.name, epoch, about, tuple(entries[:done]), steps[:epoch])


def model_of_run(path: Path, epoch: int) -> Model:
    """Return the model of a run as it was after an epoch, however long that is trained again.

    Raises
    ------
    TuitrainError
        as `fork_of_run` does.
    """
    live, _forked = fork_of_run(path, epoch, seconds=math.inf)
    return Model.from_parameters(live.trainer.network.parameters, live.hyperparameters, live.dataset, epoch)


def _checkpoint(run: Run, epoch: int) -> Checkpoint | None:
    """Return the newest checkpoint of whole epochs, of this one or before; None where there is none."""
    known = kept_epochs(run.path)
    last = read_about(run.path / LAST).get("epochs")
    if isinstance(last, int) and last:
        known[last] = run.path / LAST
    for found in sorted((one for one in known if one <= epoch), reverse=True):
        checkpoint = Checkpoint.read(known[found])
        if found < epoch or checkpoint.state.is_between_epochs:
            return checkpoint
    return None


def _begun(
    run: Run, base: Checkpoint | None, history: History, clock: Callable[[], float]
) -> tuple[LiveTraining, list[JournalEntry], int]:  # fmt: skip
    """Return a training from a checkpoint, or the beginning; the journal, and how many of its entries are in it."""
    dataset, (h, given), (entries, _is_cut) = dataset_of_run(run), began_with(run), read_journal(run.path)
    if base is not None:
        continued, done = continuation_of(base, history, run)
        h = base.state.hyperparameters[0].replace(seed=h.seed)  # the first member may have ended
        return LiveTraining(dataset, h, clock=clock, continued=continued), entries, done
    if run.about.get("from"):
        raise RunError(_("{run}: began from the weights of {origin}, which are not in it").format(
            run=visible(run.path), origin=visible(run.about["from"])))  # fmt: skip
    live = LiveTraining(dataset, h, clock=clock, given=given)
    live.measure_start()
    return live, entries, 0


def _obeyed(live: LiveTraining, entry: JournalEntry) -> LiveTraining:
    """Do again what a command of the journal did to a training."""
    command, changes = entry.command, dict[str, Any]()
    if entry.refused:
        return live
    if isinstance(command, SetHyperparameter):
        changes = {command.name: command.value}
    elif isinstance(command, SetPreset):
        changes = changes_to(command.name, live.given)
    if changes and not live.trainer.steps_done:
        again = LiveTraining(live.dataset, live.given.replace(**changes), clock=live.clock)
        again.measure_start()
        return again
    for name, value in changes.items():
        if FIELDS[name].live:
            live.set(name, value)
    if isinstance(command, SetParameter):
        live.set_parameter(command.index, command.value, command.member)
    elif isinstance(command, AddNote):
        live.add_note(command.text, command.page)
    return live
