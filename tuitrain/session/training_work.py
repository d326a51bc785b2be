"""A live training: what its commands do, one training after another."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

from numpy.typing import NDArray

from tuitrain.data.dataset import Dataset
from tuitrain.data.facts import DatasetSource
from tuitrain.engine.floating_point import training_arithmetic
from tuitrain.engine.threads import blas_threads, choose_threads
from tuitrain.errors import HyperparameterError, RunError, error_line
from tuitrain.options.hyperparameters import FIELDS, Hyperparameters
from tuitrain.options.presets import changes_to
from tuitrain.runs.finished import FinishedTraining, note_text
from tuitrain.runs.model import Model
from tuitrain.runs.scores import evaluations_of
from tuitrain.session.commands import (
    AddNote,
    Command,
    ContinueRun,
    End,
    Fork,
    JournalEntry,
    Pause,
    Reset,
    SaveModel,
    SetHyperparameter,
    SetPace,
    SetParameter,
    SetPreset,
    Start,
    Step,
)  # fmt: skip
from tuitrain.session.continuation import Resumed, resume
from tuitrain.session.datasets import DATASETS, Datasets
from tuitrain.session.forking import fork, fork_of_run
from tuitrain.session.judging import NewestFindings
from tuitrain.session.keeping import Keeper, RunPlace
from tuitrain.session.live_training import LiveTraining
from tuitrain.session.preset_command import encoded_for, told
from tuitrain.session.session import Clock, Look, Turn, Work
from tuitrain.session.snapshot import EarlierRun, Refused, Snapshot, State
from tuitrain.session.watching import SNAPSHOT_SECONDS, Watching
from tuitrain.text import counted, quoted, suggest, visible
from tuitrain.translation import gettext as _

MOST_EARLIER = 8
ROOM_SECONDS = 1.0  # between two looks whether the disk has room again
OBEYED_AGAIN = {
    "set_hyperparameter",
    "set_preset",
    "set_parameter",
    "add_note",
}  # what changes a training, or is kept with it
MOST_PAGE_NAME = 40  # letters


class Training(Work[Snapshot]):
    """The work of a training session: train, edit, reset, and record each finished training.

    `finished` holds a record of each training, made by the session's own thread when the training ends (done, diverged,
    failed) or is left: reset, replaced by another dataset's, or closed. It only grows, and does so before a snapshot
    counts it; a note that is made after the end is added to the last record. A training that is continued after its end
    gets another record when it ends again or is left; one that is left without a whole epoch since its last record, or
    at all, gets none.

    Raises
    ------
    HyperparameterError
        if the hyperparameters do not fit the dataset.
    """

    def __init__(
        self, dataset: Dataset, hyperparameters: Hyperparameters, *, clock: Clock, datasets: Datasets = DATASETS,
        place: RunPlace | None = None, resumed: Resumed | None = None, first: NDArray[Any] | None = None,
        given: Hyperparameters | None = None,
    ) -> None:  # fmt: skip
        self.finished: tuple[FinishedTraining, ...] = ()
        self._clock, self._datasets = clock, datasets
        continuation = resumed.continuation if resumed is not None else None
        given = resumed.given if resumed is not None else given
        self.live = LiveTraining(
            dataset, hyperparameters, clock=clock.now, continued=continuation, first=first, given=given
        )
        self.keeper = Keeper(place, clock=clock.now, continued=resumed.continued if resumed is not None else None)
        self._noted: FinishedTraining | None = None  # the newest record of the training that is here now
        self._state: State = "ready"
        self._ending = ""
        self._pending: dict[str, Any] = {}
        self._next_dataset: Dataset | None = None  # the one that is here, with its numbers encoded anew at the reset
        self._refused: dict[str, Refused] = {}
        self._earlier: list[EarlierRun] = []
        self._saved_step = -1
        self.watching = Watching(clock)
        self._steps_to_go: int | None = None
        self._epochs_to_go: int | None = None
        self._pace = self._next_epoch = 0.0  # epochs a second; when the next one may begin
        self._findings = NewestFindings()
        datasets.keep(dataset)
        if continuation is not None:
            self._go_on()

    def _go_on(self) -> None:
        """Stand where the training that was continued had come to."""
        self._state = "paused"
        self._obey_again()
        if self.live.trainer.is_done:
            self._state, self._ending = self.live.ending()
            self._keep_end()

    @property
    def is_busy(self) -> bool:
        """Whether batches are being trained."""
        return self._state == "running" or self.watching.inspection.has_more

    @property
    def is_unseen(self) -> bool:
        """Whether the network is another than the one whose views were computed."""
        return self.watching.is_unseen

    @property
    def step(self) -> int:
        """Steps taken in this training."""
        return self.live.trainer.steps_done

    # Commands

    def refuse(self, command: Command, why: str) -> None:
        """Remember a value that does not fit, so that it is shown as refused."""
        if isinstance(command, SetHyperparameter) and command.name in FIELDS:
            self._refused[command.name] = Refused(command.value, why)

    def note(self, entry: JournalEntry) -> None:
        """Write a command into the run's journal."""
        self.keeper.note(self.live, entry)

    def on_start(self, command: Start) -> None:
        """Train until the end."""
        self._go(None, None)

    def on_step(self, command: Step) -> None:
        """Train so many batches or epochs."""
        self._go(command.batches or None, command.epochs or None)

    def on_pause(self, command: Pause) -> None:
        """Stop after the running batch."""
        if self._state == "running":
            self._halt()
            self.keeper.end(self.live, "paused")

    def _halt(self) -> None:
        self._state = "paused"
        self.live.stop_clock()
        self.see(self.watching.look)  # what was looked at is some batches old

    def on_end(self, command: End) -> None:
        """End here; see `End`."""
        if self._state == "running":
            self._halt()
        if command.how == "cancel":
            self.keeper.discard()
            self._rebuild(self.live.dataset, self._pending, is_noted=False)
        elif self._state != "paused":
            return  # it has not begun, or has ended
        elif command.how == "keep":
            text = _("stopped after {epochs}; kept epoch {best}")
            best = self.live.members.best_epoch
            self.message = text.format(epochs=counted(self.live.history.length, "epoch"), best=best)
            self._keep_end("stopped", self.message)
        else:
            self.message = _("stopped; space goes on")
            self.keeper.end(self.live, "paused" if command.how == "stop" else "interrupted")

    def on_set_hyperparameter(self, command: SetHyperparameter) -> None:
        """Change a hyperparameter: of a training that has not begun, from the next batch on, or at the reset."""
        name, value = command.name, command.value
        if name not in FIELDS:
            raise HyperparameterError(
                _("hyperparameter {name}: {hint}").format(name=quoted(name), hint=suggest(name, FIELDS))
            )
        if self.step == 0:
            was_running = self._state == "running"
            self._rebuild(self.live.dataset, {**self._pending, name: value}, keeps_run=True)
            self._state = "running" if was_running else self._state
        elif FIELDS[name].live:
            self.live.set(name, value)
            if self._state == "done" and not self.live.trainer.is_done:
                self._state, self._ending = "paused", ""
                self.watching.is_unseen = True  # the weights are the last epoch's again, not the best one's
        else:
            self._pending[name] = _checked(name, value)
            if self._pending[name] == getattr(self.live.given, name):
                del self._pending[name]
        self._refused.pop(name, None)

    def on_set_preset(self, command: SetPreset) -> None:
        """Set what a preset is, but for what was set by hand: at once, and at the reset what cannot change before."""
        live, before = self.live, self.live.given.replace(**self._pending)
        changes = changes_to(command.name, before)
        dataset = encoded_for(self._next_dataset or live.dataset, command.name, before)
        is_encoded_anew = dataset is not (self._next_dataset or live.dataset)
        if self.step == 0:
            was_running = self._state == "running"
            self._rebuild(dataset, {**self._pending, **changes}, keeps_run=dataset is live.dataset)
            self._datasets.keep(dataset)
            self._state = "running" if was_running else self._state
        else:
            self._next_dataset = dataset if dataset is not live.dataset else None
            for name, value in changes.items():
                self.on_set_hyperparameter(SetHyperparameter(name, value))
        self.message = told(
            command.name, before.replace(**changes), changes, self._pending, has_new_bins=is_encoded_anew
        )

    def on_set_parameter(self, command: SetParameter) -> None:
        """Change a weight by hand."""
        if self.live.trainer.is_done:
            raise RunError(_("the training has ended: its weights are those of the best epoch, and stay"))
        self.live.set_parameter(command.index, command.value, command.member)
        self.watching.is_unseen = True

    def on_reset(self, command: Reset) -> None:
        """Begin again, on another dataset if one is given."""
        current = self.live.dataset
        asked = command.dataset
        is_current = asked is None or asked.is_same(DatasetSource.of(current))
        dataset = current if asked is None or is_current else self._datasets.find(asked)
        is_encoded_anew = asked is None and self._next_dataset is not None
        dataset = self._next_dataset if is_encoded_anew and self._next_dataset is not None else dataset
        is_same = dataset is current or is_encoded_anew
        if is_same:
            self._check_nothing_is_refused()
        kept = self.live.earlier_run() if is_same else None
        had_earlier = self._earlier if is_same else []
        self._rebuild(dataset, self._pending)
        self._earlier = [*had_earlier, *([kept] if kept else [])][-MOST_EARLIER:]
        self._datasets.keep(dataset)

    def on_continue_run(self, command: ContinueRun) -> None:
        """Leave the training that is here, and stand where a run has come to."""
        if self.keeper.path == command.path.absolute():
            self.message = _("{run} is here already").format(run=visible(command.path.name, 60))
            return
        resumed = resume(command.path)
        try:
            live = LiveTraining(
                resumed.dataset, resumed.hyperparameters, clock=self._clock.now, continued=resumed.continuation,
                given=resumed.given,
            )  # fmt: skip
        except BaseException:
            resumed.continued.run.release()
            raise
        self._leave_for(live)
        self.keeper = Keeper(self.keeper.place, clock=self._clock.now, continued=resumed.continued)
        self.keeper.notices += resumed.notices
        self._earlier = []
        if resumed.continuation is not None:
            self._go_on()
        self.message = _("{run}: goes on from epoch {epoch}; space starts").format(
            run=visible(command.path.name, 60), epoch=live.history.length
        )

    def on_fork(self, command: Fork) -> None:
        """Leave the training that is here, and stand where it was after an epoch, or where a run was."""
        if command.run is None:
            live, forked = fork(self.live, self.keeper, command.epoch)
        else:
            if command.run.absolute() == self.keeper.path:
                self.keeper.save(self.live)
            live, forked = fork_of_run(command.run, command.epoch, clock=self._clock.now)
        is_same = live.dataset is self.live.dataset
        kept = self.live.earlier_run() if is_same else None
        self._leave_for(live)
        self._earlier = [*(self._earlier if is_same else []), *([kept] if kept else [])][-MOST_EARLIER:]
        self.keeper = Keeper(self.keeper.place, clock=self._clock.now, forked=forked)
        self._state = "paused" if self.step else "ready"
        text = _("forked from {run} at epoch {epoch}; space trains on")
        self.message = text.format(run=visible(forked.run or live.dataset.name, 60), epoch=command.epoch)

    def _leave_for(self, live: LiveTraining) -> None:
        """Put another training in the place of the one that is here, which is kept as it stands."""
        self.live.stop_clock()
        self._leave_run()
        self._note("left")
        self._take(live)
        self._datasets.keep(live.dataset)

    def on_save_model(self, command: SaveModel) -> None:
        """Write the model of the best epoch so far."""
        self.model().save(command.path)
        self._saved_step = self.step
        self.message = _("saved {path}").format(path=visible(command.path, 1000))

    def on_add_note(self, command: AddNote) -> None:
        """Keep a note with the training; with its record too, where it has ended and not been trained on."""
        text = note_text(command.text)
        self.live.add_note(text, visible(command.page, MOST_PAGE_NAME))
        if self._noted is not None and self._noted.epochs == self.live.history.length:
            self._noted = replace(self._noted, notes=self.live.notes)
            self.finished = (*self.finished[:-1], self._noted)

    def on_set_pace(self, command: SetPace) -> None:
        """Train so many epochs a second at most."""
        if not 0 <= command.epochs_per_second < float("inf"):
            text = _("pace: {pace} is not a number of epochs per second")
            raise RunError(text.format(pace=command.epochs_per_second))
        self._pace, self._next_epoch = float(command.epochs_per_second), self._clock.now()

    def _go(self, batches: int | None, epochs: int | None) -> None:
        if not self.step:
            self._check_nothing_is_refused()
        self._obey_again()
        if self._state in {"diverged", "failed"}:
            self.message = _("training {state}; reset (r) to begin again").format(state=_(self._state))
        elif self.live.trainer.is_done:
            self.message = _("training has ended; raise epochs or patience to continue, or reset (r)")
        elif self.live.end_if_past_limits():
            self._end()
        else:
            self._steps_to_go, self._epochs_to_go = batches, epochs
            self._state = "running"
            self._next_epoch = self._clock.now()
            self.keeper.begin(self.live)

    def _obey_again(self) -> None:
        """Obey the commands that the journal of a continued run has at this step."""
        while (entry := self.keeper.take_due(self.step)) is not None:
            method = getattr(self, f"on_{entry.command.kind}")
            if entry.command.kind in OBEYED_AGAIN and not entry.refused:
                method(entry.command)

    def _check_nothing_is_refused(self) -> None:
        """Begin with no other values than those that are shown.

        Raises
        ------
        HyperparameterError
            if a value was asked for that does not fit.
        """
        for refused in self._refused.values():
            raise HyperparameterError(_("not started; {why}").format(why=refused.why))

    def _rebuild(
        self, dataset: Dataset, changes: dict[str, Any], *, keeps_run: bool = False, is_noted: bool = True
    ) -> None:  # fmt: skip
        h, before = self.live.given.replace(**changes), self.live.given
        is_like = dataset is self.live.dataset and h.hidden_layers == before.hidden_layers and h.ensemble == 1
        fresh = LiveTraining(dataset, h, clock=self._clock.now, first=self.live.first if is_like else None)
        self.live.stop_clock()  # only now: where the values do not fit, the training stays as it is
        if not keeps_run:
            self._leave_run()
        if is_noted:
            self._note("left")
        if self._noted is None and dataset is self.live.dataset:
            fresh.notes = self.live.notes  # no record has them: not a whole epoch was trained
        self._take(fresh)

    def _take(self, live: LiveTraining) -> None:
        """Put another training in the place of the one that is here."""
        before, self.live, self._noted = self.live, live, None
        self._pending, self._saved_step, self._state = {}, -1, "ready"
        self._next_dataset = None
        if live.dataset is not before.dataset:
            self._refused = {}
        self._ending = ""
        self._findings.forget()
        self.watching.is_unseen = True

    # Training

    def advance(self, turn: Turn) -> None:
        """Train until a command waits, or there is nothing more to train; work out what a page has asked."""
        if self._state != "running":
            self._inspect(turn)
            return
        threads = choose_threads(self.live.trainer.network.layer_sizes)
        with blas_threads(threads), training_arithmetic:
            self._train(turn)

    def _inspect(self, turn: Turn) -> None:
        """Work out the answer to a page's question, while nothing is trained."""
        with blas_threads(choose_threads(self.live.trainer.network.layer_sizes)):
            while self.watching.inspection.has_more and not turn.is_interrupted:
                self.watching.inspection.advance()
                if turn.take_new_look():
                    self.see(turn.look)
                turn.publish()

    def _train(self, turn: Turn) -> None:
        self.live.start_clock()
        self.watching.begin(turn.look)  # a turn begins after a command, which is answered at once
        self.live.measure_start()
        while self._state == "running" and not turn.is_interrupted:
            if self.keeper.is_full:
                self._wait_for_room(turn)
                continue
            if self.keeper.has_due:
                self._obey_again()
            if self._pace and self._next_epoch > self._clock.now():
                self._rest(turn)
                continue
            ended_epoch = self.live.step(is_by_hand=self._steps_to_go is not None)
            turn.give_way()
            self.watching.inspect_between_batches()
            if ended_epoch or self._steps_to_go is not None or self.live.trainer.is_done:
                self._count(ended_epoch)
            if ended_epoch and not self.live.trainer.is_done:
                self.keeper.after_epoch(self.live)
            if ended_epoch and self._pace:
                self._next_epoch = max(self._next_epoch + 1 / self._pace, self._clock.now())
                if self._pace * SNAPSHOT_SECONDS < 1:
                    self.watching.show_soon()  # each epoch is seen
            self._tell(self.watching.show_progress(self.live, turn))
        if self._state != "running":
            self.live.stop_clock()
            self.see(turn.look)

    def _rest(self, turn: Turn) -> None:
        """Wait for the next epoch at a slow pace, on no clock."""
        self.live.stop_clock()
        self._tell(self.watching.show_progress(self.live, turn))
        turn.rest(max(0.0, self._next_epoch - self._clock.now()))
        self.live.start_clock()

    def _wait_for_room(self, turn: Turn) -> None:
        """Wait for room on the disk, on no clock; every command is obeyed meanwhile."""
        self.live.stop_clock()
        self.message = self.keeper.notices[-1]
        self.watching.show_soon()
        self._tell(self.watching.show_progress(self.live, turn))
        turn.rest(ROOM_SECONDS)
        self.live.start_clock()
        if self.keeper.retry(self.live):
            self.message = _("there is room on the disk again; training goes on")

    def _count(self, ended_epoch: bool) -> None:
        """Pause when the steps or epochs asked for are done; end when training has."""
        if self.live.trainer.is_done:
            self._end()
        if self._steps_to_go is not None:
            self._steps_to_go -= 1
        if self._epochs_to_go is not None and ended_epoch:
            self._epochs_to_go -= 1
        if self._state == "running" and 0 in (self._steps_to_go, self._epochs_to_go):
            self._state = "paused"

    def _end(self) -> None:
        """Record that training has ended, and why."""
        self._state, self.message = self.live.ending()
        self._ending = self.message
        self.watching.is_unseen = True  # the weights are the best epoch's now
        self._note("diverged" if self._state == "diverged" else "done")
        self._keep_end()

    def _keep_end(self, status: str = "", ending: str = "") -> None:
        """Write into the run how the training has ended, with the model's scores on all parts."""
        if self.keeper.run is None:
            return
        found = {} if self._state in {"diverged", "failed"} else self.live.describe(self._ending)
        self.keeper.end(
            self.live, status or self._state, ending=ending or self._ending, evaluations=evaluations_of(found)
        )

    def _leave_run(self) -> None:
        """Leave the run to be continued later; one without a whole epoch is nothing to keep."""
        if not self.live.history.length:
            self.keeper.discard()
        elif self._state in {"running", "paused"}:
            self.keeper.end(self.live, "paused")
        self.keeper.leave()

    def _note(self, state: Literal["done", "diverged", "failed", "left"]) -> None:
        """Record the training, unless its newest record holds the same."""
        noted_epochs = self._noted.epochs if self._noted is not None else 0
        if state in {"done", "left"} and self.live.history.length == noted_epochs:
            return
        number = self.finished[-1].training if self.finished else 0
        self._noted = self.live.finished(number + (self._noted is None), state, self._ending)
        self.finished = (*self.finished, self._noted)

    # Looking, failing, ending

    def see(self, look: Look) -> None:
        """Compute what is looked at."""
        self._tell(self.watching.see(self.live, look))

    def _tell(self, problem: str) -> None:
        """Say why something cannot be shown, if it cannot."""
        self.message = problem or self.message

    def make_snapshot(self, version: int, answered: int) -> Snapshot:
        """Make a snapshot of this moment."""
        if self._state != "running":
            self.live.observe()
        snapshot = self.live.snapshot(
            version=version, answered=answered, state=self._state, message=self.message, ending=self._ending,
            pending=dict(self._pending), earlier=tuple(self._earlier), saved_step=self._saved_step,
            pace=self._pace, refused=dict(self._refused), finished=len(self.finished),
            past=self.watching.travel.moment, answer=self.watching.inspection.answer, run=self.keeper.path,
            run_notices=tuple(self.keeper.notices),
        )  # fmt: skip
        return replace(snapshot, findings=self._findings.of(snapshot))

    def fail(self, error: Exception) -> dict[str, Any]:
        """Record what broke the training; a view that breaks leaves the training as it is."""
        self.live.stop_clock()
        if self._state != "running":
            if self._state in {"done", "diverged"}:  # what broke is the keeping of the end
                self.keeper.notices.append(self.message)
            return {
                "state": self._state, "message": self.message, "ending": self._ending,
                "run_notices": tuple(self.keeper.notices),
            }  # fmt: skip
        self._state, self._ending = "failed", self.message
        failed = self._findings.failed(self._ending)
        self._note("failed")
        try:
            self._keep_end()
        except Exception as again:  # whatever it is: that the training failed is shown all the same
            self.keeper.notices.append(error_line(again))
        return {
            "state": self._state, "message": self.message, "ending": self._ending, "finished": len(self.finished),
            "findings": failed, "run_notices": tuple(self.keeper.notices),
        }  # fmt: skip

    def close(self) -> None:
        """Record the training that is left."""
        self.live.stop_clock()
        self._note("left")
        if self._state == "running":
            self.keeper.end(self.live, "interrupted")
            self._state = "paused"
        elif self._state == "paused" and self.keeper.status == "running":  # by hand, step by step
            self.keeper.end(self.live, "paused")
        self.keeper.leave()

    def model(self) -> Model:
        """Return the model of the best epoch so far."""
        return self.live.members.model()

    def describe(self) -> dict[str, Any]:
        """Return the training as one JSON object, as ``tuitrain train --json`` prints it."""
        kept = self.keeper.kept_in
        return {**self.live.describe(self._ending, self._findings.newest), "run": None if kept is None else str(kept)}


def _checked(name: str, value: Any) -> Any:
    try:
        return FIELDS[name].check(value)
    except ValueError as error:
        raise HyperparameterError(str(error)) from error
