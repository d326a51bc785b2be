"""A trainer of one network, with everything that is shown of it: history, edits, clock, views.

Shapes as in `snapshot.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from tuitrain.data.dataset import Dataset
from tuitrain.data.facts import DatasetFacts
from tuitrain.diagnosis.finding import Finding
from tuitrain.diagnosis.observation import Observer
from tuitrain.diagnosis.rules.gradients import trouble_of
from tuitrain.engine import Record
from tuitrain.engine.evaluation import Examined
from tuitrain.engine.records import Ending
from tuitrain.engine.schedules import multipliers
from tuitrain.errors import HyperparameterError, RunError
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.runs.awake import AWAKE
from tuitrain.runs.finished import MOST_CURVE, Edit, FinishedTraining, Note
from tuitrain.runs.history import History, LayerProbe
from tuitrain.runs.members import Members, MembersState
from tuitrain.session.continuation import Continuation, KeptTraining
from tuitrain.session.metric_views import metric_view
from tuitrain.session.past import Past
from tuitrain.session.rate import Rate
from tuitrain.session.session import Look
from tuitrain.session.shown_member import OneMember, ShownMember
from tuitrain.session.snapshot import EarlierRun, Snapshot, State
from tuitrain.session.train import describe
from tuitrain.session.views import boundary_view, parameters_view
from tuitrain.text import counted
from tuitrain.translation import gettext as _

FIRST_ROWS = 5_000  # training rows at most that the loss before the first step is of


class LiveTraining:
    """A training of one network, or of an ensemble, with its history and views; `clock` returns seconds.

    Of an ensemble, losses and metrics are the means of the members that have not ended, each on its own validation
    rows; gradients, parameters and other views are those of the member that is `shown`, the diagnosis is of the first.

    It begins anew, with the parameters `first` (P,) where they are given, or goes on from what is `continued`. `given`
    are the hyperparameters with ``auto`` where a value was left to it, if they are others.

    Raises
    ------
    HyperparameterError
        if the hyperparameters do not fit the dataset, or an ensemble is to begin with `first`.
    """

    def __init__(
        self, dataset: Dataset, hyperparameters: Hyperparameters, *, clock: Callable[[], float] = AWAKE.seconds,
        continued: Continuation | None = None, first: NDArray[Any] | None = None,
        given: Hyperparameters | None = None,
    ) -> None:  # fmt: skip
        self.clock = clock
        self.dataset = dataset
        self.facts = DatasetFacts.of(dataset)
        state = continued.state if continued is not None else None
        self.members = Members(dataset, hyperparameters, state=state)
        self.trainer = self.members.trainer
        self.first = first
        if first is not None:
            if self.members.count > 1:
                raise HyperparameterError(
                    _("ensemble: begins with no weights of another training; leave out one of them")
                )
            self.trainer.network.parameters[0] = first
        self.history = History(len(self.trainer.network.slices))
        self.shown = ShownMember(self.members, len(self.trainer.network.slices))
        self.last_record = self.trainer.last_record  # of all members that trained in its epoch
        self._record: Record | None = None
        self._metrics: dict[str, NDArray[Any]] = {}  # of the last epoch, each (1,)
        self._edits: list[Edit] = []
        self.notes: tuple[Note, ...] = ()
        self.given = given or hyperparameters  # with ``auto`` where the user left a value to it; edits included
        self._stepped_with = self.hyperparameters  # as they applied to the last step
        self._train_rows: Examined | None = None  # examined after each epoch where there are no validation rows
        self._best_loss = float("nan")  # of the best epoch's weights, on the part that is examined
        self._ended_with: Hyperparameters | None = None  # where something was changed since
        self._views: dict[str, Any] = {}
        self._seconds = 0.0
        self._started: float | None = None
        self._rate = Rate()
        self._is_step_shown = False  # the last step's gradient, not the last epoch's
        self._first_losses = (float("nan"), float("nan"))  # before the first step: train, validation
        self._rate_edited_at = -1
        self._observer = Observer(self.trainer, self.members.shown_dataset)
        self.past = Past(clock)
        self.keeps_epochs = True  # in `past`; one that is made again is there already
        self._described: tuple[object, dict[str, Any]] | None = None  # the moment, and what was found then
        if continued is not None:
            self._continue(continued)

    def _continue(self, continued: Continuation) -> None:
        """Take up what the training had come to, besides its trainer's state."""
        self.history, kept, trainer = continued.history, continued.kept, self.trainer
        self._edits, self.notes, self._seconds = list(kept.edits), kept.notes, kept.seconds
        self._first_losses, self._best_loss = kept.first_losses, kept.best_loss
        self._stepped_with = Hyperparameters.from_record(kept.stepped_with)
        self._ended_with = None if kept.ended_with is None else Hyperparameters.from_record(kept.ended_with)
        self._rate_edited_at, self.given = kept.rate_edited_at, Hyperparameters.from_record(kept.given)
        if trainer.steps_done:
            self._observer.resume(kept.start)
        if self.history.length:
            self._record = trainer.last_record
            self._metrics = dict(self._record.metrics)
            if trainer.validation is None:
                self._metrics = {self.metric_name: self.history.column("train_metric")[-1:].copy()}

    def kept(self) -> KeptTraining:
        """Return what a checkpoint holds of the training besides its trainer's state."""
        ended_with = self._ended_with
        return KeptTraining(
            tuple(self._edits), self.notes, self.seconds, self._first_losses, self._best_loss,
            self._stepped_with.to_mapping(), None if ended_with is None else ended_with.to_mapping(),
            self._rate_edited_at, self.given.to_mapping(), self._observer.observation.start,
        )  # fmt: skip

    def own(self, history: History, past: Past) -> None:
        """Go on from here with a history and a past of its own; the time is that of its last epoch."""
        self.history, self.past, self.keeps_epochs = history, past, True
        self._seconds = float(history.column("seconds")[-1]) if history.length else 0.0

    def _keep(self) -> tuple[MembersState, KeptTraining]:
        return self.members.state(), self.kept()

    @property
    def examined_part(self) -> Literal["validation", "train"]:
        """The part on which weights are judged after an epoch."""
        return "validation" if self.trainer.validation is not None else "train"

    @property
    def metric_name(self) -> str:
        """The metric that is measured after each epoch."""
        return "accuracy" if self.dataset.n_classes else "r2"

    @property
    def best_score(self) -> float:
        """The metric of the best epoch so far; NaN before the first."""
        best = int(self.trainer.early_stopping.best_epoch[0])
        curve = self.history.column(f"{self.examined_part}_metric")
        return float(curve[best - 1]) if 0 < best <= len(curve) else float("nan")

    @property
    def n_edits(self) -> int:
        """How many hyperparameters were changed while training."""
        return len(self._edits)

    @property
    def hyperparameters(self) -> Hyperparameters:
        """As they apply now."""
        return self.trainer.hyperparameters[0]

    @property
    def seconds(self) -> float:
        """Time spent training, pauses left out."""
        running = self.clock() - self._started if self._started is not None else 0.0
        return self._seconds + running

    def start_clock(self) -> None:
        """Count the time from now on, if it is not counted already."""
        if self._started is None:
            self._started = self.clock()

    def stop_clock(self) -> None:
        """Count no more time."""
        self._seconds, self._started = self.seconds, None

    def measure_start(self) -> None:
        """Take the losses before the first step, once; of many training rows only some, evenly spaced."""
        if self.trainer.steps_done or not np.isnan(self._first_losses[0]):
            return
        self._observer.begin()
        train, validation = self.dataset.train, self.trainer.validation
        some = slice(None, None, -(-len(train) // FIRST_ROWS))
        part = replace(train, X=train.X[some], y=train.y[some], rows=train.rows[some])
        losses = [float(self.trainer.examine(part).evaluate().loss[0])]
        losses.append(float(validation.evaluate().loss[0]) if validation is not None else float("nan"))
        self._first_losses = (losses[0], losses[1])

    def step(self, *, is_by_hand: bool = False) -> bool:
        """Train one batch; return whether it was the epoch's last. One that is trained by hand is measured."""
        self._stepped_with = self.hyperparameters
        self.past.note(self.trainer, self._keep if self.keeps_epochs else None)
        record = self.trainer.step(is_measured=True) if is_by_hand else self.trainer.step()
        self._is_step_shown = is_by_hand
        if record is None:
            return False
        self.last_record = record
        is_new = record.epoch > self.history.length
        if is_new:
            self._record = record
            self._append(record)
        if self.members.drop_ended():
            self.past.forget()  # its states are of more members
            self._observer.turn_to(self.members.shown_dataset)
        if is_new:
            self._observer.epoch()
        return True

    def set(self, name: str, value: Any) -> None:
        """Change a live hyperparameter, and remember where."""
        trainer = self.trainer
        before, was_done = self._ended_with or self.hyperparameters, trainer.is_done
        trainer.set(None, name, value)
        self.given = self.given.replace(**{name: value})
        self.past.change(trainer)
        if was_done and trainer.is_done:
            self._ended_with = before
            return
        self._ended_with = None
        where = self._epoch_now
        after = self.hyperparameters
        for changed, (old, new) in before.differences(after).items():
            if changed in {"learning_rate", "schedule"} or (_shapes_rate(changed) and after.schedule != "plateau"):
                self._rate_edited_at = trainer.steps_done
            self._edits.append(Edit(where, trainer.steps_done, changed, old, new))

    def set_parameter(self, index: int, value: float, member: int = 0) -> None:
        """Change a weight or bias of a member by hand."""
        place = self.members.place_of(member) if member < self.members.count else None
        if place is None or self.trainer.early_stopping.ended[place]:
            raise RunError(_("network {number} is trained no more; its weights stay").format(number=member + 1))
        self.trainer.network.set_parameter(place, index, value)
        self.past.change(self.trainer)

    def add_note(self, text: str, page: str) -> None:
        """Keep a note of the user's, and where it was made."""
        self.notes = (*self.notes, Note(self._epoch_now, self.trainer.steps_done, text, page))

    @property
    def _epoch_now(self) -> float:
        """Epochs done, with the part of the running one."""
        return self.trainer.epochs_done + self.trainer.step_in_epoch / self.trainer.steps_per_epoch

    @property
    def unused(self) -> frozenset[str]:
        """The names of what was changed after the training had ended without continuing it."""
        return frozenset(self._ended_with.differences(self.hyperparameters) if self._ended_with else ())

    @property
    def learning_rate(self) -> float:
        """That of the last step; of the next one if a hyperparameter was changed since."""
        trainer, h = self.trainer, self.hyperparameters
        if self._rate_edited_at != trainer.steps_done:
            return float(trainer.learning_rates[0])
        place = trainer.epochs_done * trainer.steps_per_epoch + trainer.step_in_epoch
        return float(h.learning_rate * multipliers(h, place, 1, trainer.steps_per_epoch)[0])

    def end_if_past_limits(self) -> bool:
        """End here if epochs or patience were lowered below what is done already; return whether they were."""
        trainer, h = self.trainer, self.hyperparameters
        if not trainer.epochs_done:
            return False
        for place in range(trainer.network.members):
            waited = trainer.epochs_done - int(trainer.early_stopping.best_epoch[place])
            if trainer.epochs_done >= h.epochs:
                trainer.early_stopping.end(place, "epochs", trainer.epochs_done)
            elif h.patience and waited >= h.patience:
                trainer.early_stopping.end(place, "patience", trainer.epochs_done)
        self.members.drop_ended()
        return trainer.is_done

    def ending(self) -> tuple[State, str]:
        """Return the state that training ended in, and why."""
        ending = self._how_ended()
        best = int(self.trainer.early_stopping.best_epoch[0])
        if ending == "diverged":
            return "diverged", self.members.diverged
        if self.members.count > 1:
            return "done", self._ending_of_members()
        if ending == "patience":
            waited = counted(self.hyperparameters.patience, "epoch")
            return "done", _("stopped: {epochs} no better; kept epoch {best}").format(epochs=waited, best=best)
        done = counted(self.trainer.epochs_done, "epoch")
        return "done", _("{epochs} done; kept epoch {best}").format(epochs=done, best=best)

    def _ending_of_members(self) -> str:
        """Say what the ensemble came to: its loss on rows that members left out, and their own losses."""
        members = self.members
        epochs, model = members.best_epochs, members.model()
        y, outputs = members.validation_outputs(model)
        together, alone = model.evaluate_outputs(outputs, y)["loss"], float(np.mean(members.best_losses))
        text = _(
            "{count} networks trained; validation loss {together:.3g} together, {alone:.3g} alone; kept epochs "
            "{first} to {last}"
        )
        return text.format(
            count=len(epochs), together=together, alone=alone, first=min(epochs), last=max(epochs)
        )  # fmt: skip

    def _how_ended(self) -> Ending:
        """How the training has ended; an ensemble has diverged where a member has."""
        return "diverged" if self.members.diverged else self.trainer.early_stopping.endings[0]

    def finished(
        self, training: int, state: Literal["done", "diverged", "failed", "left"], ending: str
    ) -> FinishedTraining:
        """Write down what the training has come to so far, as the session's `training`-th."""
        stopping, length = self.trainer.early_stopping, self.history.length
        part, score, best = self.examined_part, self.best_score, int(stopping.best_epoch[0])
        curve = tuple(self.history.column(f"{part}_metric", length).tolist()) if length <= MOST_CURVE else ()
        edits = tuple(edit for edit in self._edits if state != "left" or edit.step < self.trainer.steps_done)
        return FinishedTraining(
            training, self.facts, state, ending, stopping.best_hyperparameters[0] or self._stepped_with,
            self._stepped_with, edits, part, score, self._best_loss, length, best, self.seconds, curve, self.notes,
        )  # fmt: skip

    def earlier_run(self) -> EarlierRun | None:
        """Return the curves so far, to be kept beside those of the next run; None before the first epoch."""
        if not self.history.length:
            return None
        column = self.history.column
        return EarlierRun(self._stepped_with, column("epoch"), column("train_loss"), column("validation_loss"))

    def observe(self) -> None:
        """Measure the network for its diagnosis, unless that was done at this step."""
        self._observer.look()

    def describe(self, message: str, findings: Sequence[Finding] = ()) -> dict[str, Any]:
        """Return the training as one JSON object."""
        ending = self._how_ended()
        moment = self.trainer.steps_done, ending, self.given
        if self._described is None or self._described[0] != moment:
            self._described = moment, describe(
                self.members, epochs=self.trainer.epochs_done, seconds=self.seconds,
                samples=self.trainer.samples_done, ending=ending or "stopped",
                message=message if ending == "diverged" else "", given=self.given,
            )  # fmt: skip
        return {**self._described[1], "findings": [finding.described() for finding in findings]}

    def look(self, look: Look, *, is_running: bool = False) -> None:
        """Compute the views that are looked at; while running the metric is that of the last epoch's evaluation."""
        trainer, dataset, train_rows = self.trainer, self.dataset, self._train_rows
        if self.members.count > 1:
            one = OneMember(self.members, self.shown.number)
            trainer, dataset, train_rows = one.as_trainer, one.dataset, None
        if "parameters" in look.views:
            self._views["parameters"] = parameters_view(trainer)
        if "metric" in look.views:
            self._views["metric_view"] = metric_view(
                trainer, dataset, train_rows=train_rows, is_running=is_running,
                in_detail="metric_detail" in look.views,
            )  # fmt: skip
        if "boundary" in look.views:
            self._views["boundary"] = boundary_view(trainer, dataset, look.boundary_shape)

    def snapshot(self, *, pace: float = 0.0, **given: Any) -> Snapshot:
        """Make a snapshot of this moment; the session knows `pace` and what is `given`."""
        trainer, record, stopping = self.trainer, self._record, self.trainer.early_stopping
        metric = {name: float(values.mean()) for name, values in self._metrics.items()}
        part = "validation" if trainer.validation is not None else "train"
        return Snapshot(
            dataset=self.facts, hyperparameters=self.hyperparameters, given=self.given, history=self.history,
            epochs_recorded=self.history.length,
            epoch=trainer.epochs_done, step=trainer.steps_done, step_in_epoch=trainer.step_in_epoch,
            steps_per_epoch=trainer.steps_per_epoch, learning_rate=self.learning_rate,
            samples_per_second=self._rate.observe(self.seconds, trainer.samples_done), seconds=self.seconds,
            seconds_left=self._seconds_left(pace),
            batch_memory=trainer.batch_memory, n_parameters=trainer.network.n_parameters,
            train_loss=float(record.train_loss.mean()) if record else float("nan"),
            validation_loss=float(record.validation_loss.mean()) if record else float("nan"),
            metrics={part: metric} if metric else {}, best_epoch=int(stopping.best_epoch[0]),
            best_loss=float(stopping.best_loss[0]),
            first_train_loss=self._first_losses[0], first_validation_loss=self._first_losses[1],
            gradient_norm=self._gradient_norm(), layers=self._layers(),
            batch_loss=float(trainer.last_step[0][self.shown.place or 0]) if self._is_step_shown else float("nan"),
            member=self.shown.number, member_history=self.shown.history,
            members=self.shown.view(is_running=given.get("state") == "running"),
            edits=tuple(self._edits), notes=self.notes, observation=self._observer.observation,
            unused=self.unused, pace=pace, **self._views, **given,
        )  # fmt: skip

    def _append(self, record: Record) -> None:
        part, loss, self._metrics = self._examined(record)
        if self.trainer.early_stopping.best_epoch[0] == record.epoch:
            self._best_loss = float(_mean(loss))
        watched = record.metrics.get(self.hyperparameters.metric)
        row = {
            "epoch": record.epoch, "train_loss": _mean(record.train_loss),
            "validation_loss": _mean(record.validation_loss),
            f"{part}_metric": _mean(next(iter(self._metrics.values()))), "learning_rate": record.learning_rate[0],
            "watched_metric": np.nan if watched is None else _mean(watched),
            "gradient_norm": record.gradient_norm[0], "seconds": self.seconds,
        }  # fmt: skip
        if self.members.count > 1:
            self.shown.append(record)
            ends = record.validation_loss.min(), record.validation_loss.max()
            row |= dict(zip(("validation_low", "validation_high"), ends, strict=True))
        self.history.append(row, {
            "gradient_norm": record.layer_gradient_norms[0], "update_ratio": record.update_ratios[0],
            "idle_share": record.idle_shares[0],
        })  # fmt: skip

    def _examined(self, record: Record) -> tuple[str, NDArray[Any], dict[str, NDArray[Any]]]:
        """Return the part on which weights are judged after an epoch, their loss on it (1,), and their metrics."""
        if self.trainer.validation is not None:
            return "validation", record.validation_loss, record.metrics
        if self._train_rows is None:
            self._train_rows = self.trainer.examine(self.dataset.train)
        found = self._train_rows.evaluate()
        return "train", found.loss, found.metrics

    def _seconds_left(self, pace: float) -> float | None:
        """Estimate the time until the epochs are done; each takes as long as its training or its pace, the longer."""
        rate, rows = self._rate.value, len(self.dataset.train)
        if np.isnan(rate) or not rate or self.trainer.is_done:
            return None
        epochs = max(self.hyperparameters.epochs - self.trainer.samples_done / rows, 0)
        return epochs * max(rows / rate, 1 / pace if pace else 0.0)

    def _measured(self) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
        """Per layer (L,) the gradient's norm, the update ratio and the idle share: of a step by hand, or the epoch."""
        record, place = self._record, self.shown.place
        if (place is None or not self._is_step_shown) and (found := self.shown.measured) is not None:
            return found
        if place is None:  # it had ended before the run was continued
            return (np.full(len(self.trainer.network.slices), np.nan),) * 3
        idle = record.idle_shares[place] if record else np.full(len(self.trainer.network.slices), np.nan)
        if self._is_step_shown:
            _, norms, ratios = self.trainer.last_step
            return norms[place], ratios[place], idle
        if record is None:
            return (np.full(len(idle), np.nan),) * 3
        return record.layer_gradient_norms[place], record.update_ratios[place], idle

    def _gradient_norm(self) -> float:
        """That of all layers together."""
        if self._is_step_shown or self._record is None or self.members.count > 1:
            return float(np.sqrt((self._measured()[0] ** 2).sum()))
        return float(self._record.gradient_norm[0])

    def _layers(self) -> tuple[LayerProbe, ...]:
        if self._record is None and not self._is_step_shown:
            return ()
        kind = self.trainer.network.activation.idle
        probes = []
        norms, ratios, idle_shares = self._measured()
        largest = float(norms.max())
        for layer, (fan_in, fan_out) in enumerate(pairwise(self.trainer.network.layer_sizes)):
            norm, idle = float(norms[layer]), float(idle_shares[layer])
            known = not np.isnan(idle)
            probes.append(LayerProbe(
                fan_in, fan_out, norm, float(ratios[layer]), idle if known else None,
                kind if known else "", trouble_of(norm, largest),
            ))  # fmt: skip
        return tuple(probes)


def _mean(members: NDArray[Any]) -> Any:
    """The mean over the members (M,); of one alone without the 5 µs that NumPy takes, of which an epoch has five."""
    return members[0] if len(members) == 1 else members.mean()


def _shapes_rate(name: str) -> bool:
    """Return whether a schedule's course depends on this hyperparameter; a rate that a plateau has cut stays cut."""
    return name in {"warmup", "epochs", "batch_size"} or name.startswith("schedule_")
