"""Train a stack: steps, epochs, live edits, and its state as a value.

`M` members, `L` layers with parameters.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuitrain.engine.batches import Batches, Rows
from tuitrain.engine.build import (
    SHARED,
    Data,
    build_network,
    build_optimizer,
    build_penalties,
    check_metric,
    check_shared,
    distinct_datasets,
    member_values,
)
from tuitrain.engine.divergence import explain
from tuitrain.engine.dropout import Dropout
from tuitrain.engine.early_stopping import EarlyStopping
from tuitrain.engine.evaluation import Examined
from tuitrain.engine.floating_point import training_arithmetic
from tuitrain.engine.memory import check_memory, rows_of_a_batch
from tuitrain.engine.optimizer import SETTINGS
from tuitrain.engine.parts import Parts, all_of
from tuitrain.engine.passes import Pass
from tuitrain.engine.prepared import PreparedRows
from tuitrain.engine.probes import UnitProbe, UpdateProbe
from tuitrain.engine.records import EpochLosses, Record
from tuitrain.engine.schedules import LearningRates
from tuitrain.engine.state import State
from tuitrain.errors import HyperparameterError
from tuitrain.options.hyperparameters import FIELDS, Hyperparameters, field_name
from tuitrain.options.metric_names import LOSS, LOWER_IS_BETTER
from tuitrain.translation import gettext as _

Array = NDArray[Any]
_RATE = {"schedule", "learning_rate"}
_PENALTIES = {"l1", "l2", "weight_decay", "gradient_clip", "C"}


class Trainer:
    """Trains one member for each of `hyperparameters` on `dataset`, all in the same NumPy calls.

    `dataset` is one for all members, or one for each (the folds of a cross-validation), with parts of the same sizes.
    A member's parameters are bit-identical to those of the same training alone. After a member has ended (its epochs
    are reached, or its patience is exhausted), its row of ``network.parameters`` holds its best epoch's. `dtype`,
    float32 or float64, is that of the parameters and of all that is computed with them. If `is_probed` is False, the
    records' norms, ratios and shares of idle units are not measured.

    With `state`, training continues from there, with the same bits as if it had never stopped; `dtype` is the state's.
    `hyperparameters` hold from the next step on: what can change live and differs from the state's counts as an edit,
    and a member whose seed differs from the state's draws its next orders and masks from the new one.

    `prepared` are the rows that another training on the same data has prepared, which are then shared; None: this one
    prepares its own.

    `hyperparameters` are the values in use, one for each member, edits included, with what ``auto`` came to;
    `epochs_done`, `steps_done` and `samples_done` count for the stack as a whole, `samples_done` in rows of one member.

    Raises
    ------
    HyperparameterError
        if the members cannot share a stack, the loss does not fit the task, or the state's stack has continued without
        a member that is to train again.
    StateError
        if the state is of another network, or of other numbers of members or rows.
    ValueError
        if the members' datasets differ in their shapes, or in number from the members.
    """

    def __init__(
        self, dataset: Data | Sequence[Data], hyperparameters: Hyperparameters | Sequence[Hyperparameters], *,
        dtype: Any = np.float32, is_probed: bool = True, state: State | None = None,
        prepared: PreparedRows | None = None,
    ) -> None:  # fmt: skip
        self._is_probed = is_probed
        given = [hyperparameters] if isinstance(hyperparameters, Hyperparameters) else hyperparameters
        first = dataset[0] if isinstance(dataset, Sequence) else dataset
        has_bins = getattr(first, "bins", None) is not None
        self._automatic: dict[str, Any] = {"rows": len(first.train.X), "has_bins": has_bins}
        self.hyperparameters: list[Hyperparameters] = [h.settled(**self._automatic) for h in given]
        check_shared(self.hyperparameters)
        self.datasets, self._which = distinct_datasets(dataset, len(self.hyperparameters))
        self.dataset = self.datasets[0]
        shared = self.hyperparameters[0]
        check_metric(shared.metric, self.dataset.task)
        seeds = [h.seed for h in self.hyperparameters]
        self.network = build_network(self.dataset, shared, len(seeds), dtype if state is None else state.dtype)
        self._classes = self.dataset.n_classes if self.dataset.task == "classification" else 0
        self._mask = self.network.weight_mask()
        self._passes: dict[int, Pass] = {}
        self._losses = EpochLosses()
        self.epochs_done = self.steps_done = self.samples_done = 0
        self._last_losses: Array = np.full(self.network.members, np.nan)
        balanced = self._classes if shared.class_weights == "balanced" else 0
        self.prepared = prepared if prepared is not None else PreparedRows()
        dtype = self.network.dtype
        trains = [data.train for data in self.datasets]
        sources = [Rows.of(part, self.prepared.of(part, dtype), balanced_classes=balanced) for part in trains]
        outputs, loss = self.network.n_outputs, self.network.loss
        self._batches = Batches(sources, self._which, seeds, outputs=outputs, loss=loss, bins=self.network.bins)
        self._dropout = Dropout(seeds, self.network.dtype)
        if state is not None:
            self._continue(state)
            return
        self.network.initialize(seeds, shared.initializer)
        self._prepare()
        self._record = self._make_record(np.full(len(seeds), np.nan), {})

    def _prepare(self) -> None:
        """Make what depends on the network and on the hyperparameters, as it is before the first step."""
        parts = [data.validation for data in self.datasets]
        self.validation = None
        if len(parts[0].X):
            rows_of = self.prepared.of if len(parts) == 1 else self.prepared.find  # several are put in one array
            self.validation = self._examined(parts, [rows_of(part, self.network.dtype) for part in parts])
            self.validation.keeps_outputs = self.hyperparameters[0].metric != LOSS
        self.early_stopping = EarlyStopping(self.network.parameters)
        self._probe = UpdateProbe(self.network)
        self._unit_probe = UnitProbe(self.network, self.validation, self.datasets, self._which)
        self._rates = LearningRates(self.hyperparameters)
        self._optimizer = build_optimizer(self.network, self.hyperparameters)
        self.batch_size = self._rows_of_a_batch()
        self._apply_penalties()
        self._apply_dropout()

    @property
    def is_done(self) -> bool:
        """Whether every member's training has ended."""
        return self.early_stopping.is_done

    @property
    def steps_per_epoch(self) -> int:
        """The number of batches of an epoch, with the last one, which may be smaller."""
        return math.ceil(len(self.dataset.train.X) / self.batch_size)

    @property
    def batch_memory(self) -> int:
        """The bytes of one batch's rows, of each layer's outputs and of the gradients at them."""
        sizes = self.network.layer_sizes
        numbers = sizes[0] + 1 + sum(2 * size + 1 for size in sizes[1:])
        return int(numbers * self.batch_size * self.network.dtype.itemsize)

    @property
    def step_in_epoch(self) -> int:
        """The number of batches of the running epoch that are done; 0 between two epochs."""
        left = math.ceil(self._batches.rows_left / self.batch_size)
        return self.steps_per_epoch - left if left else 0

    @property
    def learning_rates(self) -> Array:
        """The learning rate of the last step, (M,) float64."""
        current: Array = self._rates.current[:, 0]
        return current

    @property
    def last_record(self) -> Record:
        """The last epoch's record; one without measurements before the first."""
        return self._record

    def examine(self, *parts: Any) -> Examined:
        """Prepare a part of the data for evaluation: one for all members, or one from each of `datasets`."""
        return self._examined(parts, [self.prepared.find(part, self.network.dtype) for part in parts])

    def _examined(self, parts: Sequence[Any], rows: Sequence[Array]) -> Examined:
        which = self._which if len(parts) > 1 else None
        scale = np.array([data.target_scale for data in self.datasets])[which or 0]
        shift = np.array([getattr(data, "target_mean", 0.0) for data in self.datasets])[which or 0]
        return Examined(
            rows, [part.y for part in parts], self.network, classes=self._classes, scale=scale, which=which, shift=shift
        )

    def take(self, members: Sequence[int]) -> None:
        """Keep only these members of the stack, in this order; they end with the same bits as if all had stayed.

        Raises
        ------
        ValueError, IndexError
            if there are none, or one that the stack does not hold.
        """
        state = self.state().take(members)
        self.hyperparameters = list(state.hyperparameters)
        self._which = [self._which[member] for member in members]
        self.network = build_network(self.dataset, self.hyperparameters[0], state.members, state.dtype)
        self._restore(state)

    def state(self) -> State:
        """Return everything that this training is, as a value that does not change when training continues."""
        is_between_epochs = not self._batches.rows_left
        arrays = {
            "parameters": self.network.parameters.copy(),
            **self._losses.arrays(self.network.parameters, is_between_epochs=is_between_epochs),
            **self._dropout.arrays(), **self.early_stopping.arrays(is_between_epochs=is_between_epochs),
            **self._optimizer.arrays(), **self._rates.arrays(), **self._batches.arrays(), **self._probe.arrays(),
            **self._record.arrays(),
        }  # fmt: skip
        counters = {
            "rows": len(self.dataset.train.X), "epochs_done": self.epochs_done, "steps_done": self.steps_done,
            "samples_done": self.samples_done, "record_epoch": self._record.epoch, "record_step": self._record.step,
            **self._batches.counters,
        }  # fmt: skip
        return State(
            tuple(self.hyperparameters), tuple(self.early_stopping.best_hyperparameters), self.network.layer_sizes,
            counters, tuple(self.early_stopping.divergences), arrays,
        )  # fmt: skip

    def _continue(self, state: State) -> None:
        """Continue from a state with the hyperparameters given, whose differences count as edits."""
        state.check_fits(self.network.layer_sizes, self.network.members, len(self.dataset.train.X))
        given = self.hyperparameters
        self.hyperparameters = list(state.hyperparameters)
        self._restore(state.reseeded([h.seed for h in given]))
        self.hyperparameters = given
        differences = [new.differences(old) for new, old in zip(given, state.hyperparameters, strict=True)]
        for member, changed in enumerate(differences):
            if changed.keys() & _RATE:
                self._rates.forget_cuts(member)
        for name, spec in FIELDS.items():
            if spec.live and any(name in changed for changed in differences):
                self._apply(name)

    def _restore(self, state: State) -> None:
        """Become the training that `state` is; the network already has its shape."""
        counters, arrays = state.counters, state.arrays
        self.network.parameters[...] = arrays["parameters"]
        self._dropout.restore(arrays)
        self._prepare()
        self.early_stopping.restore(arrays, state.best_hyperparameters, state.divergences)
        self._optimizer.restore(arrays)
        self._rates.restore(arrays)
        self._probe.restore(arrays)
        self._batches.restore(arrays, self._which, rows_done=counters["rows_done"], orders_owed=counters["orders_owed"])
        self.epochs_done, self.steps_done = counters["epochs_done"], counters["steps_done"]
        self.samples_done = counters["samples_done"]
        self._losses.restore(arrays)
        self._record = Record.from_arrays(arrays, epoch=counters["record_epoch"], step=counters["record_step"])

    def step(self, *, is_measured: bool = False) -> Record | None:
        """Train one batch, and return the epoch's record if it was the last batch or if training has ended.

        With `is_measured`, `last_step` measures this one too, though it is not the epoch's last.
        """
        with training_arithmetic:
            return self._step(is_measured=is_measured)

    def in_parts(self) -> Parts[Record | None]:
        """As `step`, but with the rows that are looked at after an epoch some at a time.

        The training has to be left alone until all parts are done.
        """
        with training_arithmetic:
            record = self._batch()
        if record is not None or self._batches.rows_left:
            return record
        ending = self._ending_epoch()
        while True:
            yield
            try:
                with training_arithmetic:
                    next(ending)
            except StopIteration as end:
                ended: Record = end.value
                return ended

    @property
    def last_step(self) -> tuple[Array, Array, Array]:
        """The last batch's loss before its update, (M,), and the last measured step's gradient norms and update ratios.

        The latter two are (M, L) float64; see `UpdateProbe`.
        """
        return self._last_losses, self._probe.gradient_norms, self._probe.update_ratios

    def epoch(self) -> Record:
        """Train to the end of the running epoch or, between two, of a new one, and return its record.

        Once all members have ended, the last record is returned again.
        """
        with training_arithmetic:
            while True:
                record = self._step()
                if record is not None:
                    return record

    def _step(self, *, is_measured: bool = False) -> Record | None:
        record = self._batch(is_measured=is_measured)
        return record if record is not None or self._batches.rows_left else all_of(self._ending_epoch())

    def _batch(self, *, is_measured: bool = False) -> Record | None:
        """Train one batch; return the last record where training has ended without coming to the epoch's end."""
        if self.early_stopping.is_done:
            return self._record
        batches = self._batches
        if batches.rows_left == 0:
            self._begin_epoch()
        batch = batches.next(self.batch_size)
        losses = self._pass(batch.size).train(batch.rows, batch.target, batch.share)
        if not math.isfinite(losses[0] if len(losses) == 1 else losses.sum()):
            self._end_diverged(losses)
            if self.early_stopping.is_done:
                self._record = self._make_record(np.full(len(losses), np.nan), {})
                return self._record
        is_last = batches.rows_left == 0
        self._last_losses = losses
        self._update(is_probed=self._is_probed and (is_last or is_measured))
        self._losses.add(losses, batch.size)
        self.steps_done += 1
        self.samples_done += batch.size
        return None

    def set(self, member: int | None, name: str, value: Any) -> None:
        """Change a live hyperparameter of one member (None: of all) from the next batch on.

        A new optimizer starts with fresh state. More `epochs` or `patience` let an ended member continue.

        Raises
        ------
        HyperparameterError
            if there is no such field, it applies at reset only, the value is not allowed, one member of several would
            differ in what a stack shares, or a member is to train again that ended before the others; nothing has
            changed then.
        """
        known = field_name(name)
        if known is None or not FIELDS[known].live:
            raise HyperparameterError(
                _("{name}: applies at reset, not while training").format(name=name)
                if known
                else _("{name}: unknown").format(name=name)
            )
        if member is not None and known in SHARED and self.network.members > 1:
            raise HyperparameterError(
                _("{label}: is shared by all members of a stack").format(label=_(FIELDS[known].label))
            )
        befores = list(self.hyperparameters)
        for index in range(self.network.members) if member is None else (member,):
            before = self.hyperparameters[index]
            self.hyperparameters[index] = before.replace(**{known: value}).settled(**self._automatic)
            if known in _RATE and self.hyperparameters[index] != before:
                self._rates.forget_cuts(index)
        if self.hyperparameters != befores:
            try:
                self._apply(known)
            except HyperparameterError:
                self.hyperparameters = befores
                raise

    def _apply(self, name: str) -> None:
        if name == "optimizer":
            self._optimizer = build_optimizer(self.network, self.hyperparameters)
            self._apply_penalties()  # an automatic weight decay depends on it
        elif name in SETTINGS:
            self._optimizer.set(name, member_values(self.hyperparameters, name))
        elif name in _PENALTIES:
            self._apply_penalties()
        elif name == "dropout":
            self._apply_dropout()
        elif name in {"epochs", "patience"}:
            self.early_stopping.reopen(self.hyperparameters, self.epochs_done)
        elif name == "batch_size":
            rows = self._rows_of_a_batch()
            check_memory(self.network.layer_sizes, self.network.members, rows)
            self.batch_size = rows
        self._plan_rates()

    def _rows_of_a_batch(self) -> int:
        return rows_of_a_batch(self.hyperparameters[0].batch_size, len(self.dataset.train.X))

    def _apply_penalties(self) -> None:
        rows = len(self.dataset.train.X)
        self._penalties = build_penalties(self._mask, self.network.loss.name, self.hyperparameters, rows)

    def _apply_dropout(self) -> None:
        self._dropout.set_rates(member_values(self.hyperparameters, "dropout")[:, 0])
        self._passes.clear()  # those without dropout have no room for masks

    def _pass(self, size: int) -> Pass:
        found = self._passes.get(size)
        if found is None:
            if len(self._passes) > 3:
                self._passes.clear()
            found = self._passes[size] = self.network.make_pass(size, self._dropout if self._dropout.is_used else None)
        return found

    def _begin_epoch(self) -> None:
        self._batches.begin_epoch()
        self.early_stopping.back_up()
        self._losses.clear()
        self._plan_rates()

    def _plan_rates(self) -> None:
        """Compute the learning rates of the steps that are left in this epoch."""
        left = math.ceil(self._batches.rows_left / self.batch_size)
        first = (self.epochs_done + 1) * self.steps_per_epoch - left
        self._rates.plan(self.hyperparameters, first, left, self.steps_per_epoch)

    def _update(self, *, is_probed: bool) -> None:
        network = self.network
        if is_probed:
            self._probe.before()
        rate = self._rates.next()
        self._penalties.begin(network.parameters, network.gradients, rate)
        self._optimizer.step(
            network.parameters, network.gradients, rate, self._penalties if self._penalties.has_pieces else None
        )
        self.early_stopping.hold()
        if is_probed:
            self._probe.after()

    def _ending_epoch(self) -> Parts[Record]:
        self.epochs_done += 1
        train_loss, measured = self._losses.mean(), (yield from self._measure())
        has_validation = self.validation is not None
        watched = measured["validation_loss"] if has_validation else train_loss
        if not has_validation:  # the losses were those before each update: they do not show what the last one did
            watched = np.where(np.isfinite(self.network.parameters).all(axis=1), watched, np.nan)
            at_limit = np.array([self.epochs_done >= h.epochs for h in self.hyperparameters])
            is_last = at_limit & ~self.early_stopping.ended
            if is_last.any():
                after = (yield from self.examine(*(data.train for data in self.datasets)).in_parts()).loss
                watched = np.where(is_last & ~np.isfinite(after), np.nan, watched)
        if not np.isfinite(watched).all():
            self._end_diverged(watched)
        self._rates.observe(watched, self.hyperparameters)
        self.early_stopping.observe(
            self.epochs_done, watched, self.hyperparameters, is_validation=has_validation,
            watched=self._judged_by(watched, measured),
        )  # fmt: skip
        self._record = self._make_record(train_loss, measured)
        return self._record

    def _judged_by(self, losses: Array, measured: Mapping[str, Any]) -> Array:
        """What chooses the best epoch, the lower the better, (M,): the loss, or a metric of the validation rows."""
        name = self.hyperparameters[0].metric
        if name == LOSS or self.validation is None:
            return losses
        found = measured["metrics"][name]
        sign = 1.0 if name in LOWER_IS_BETTER else -1.0
        return np.where(np.isfinite(found) & np.isfinite(losses), sign * found, math.inf)

    def _measure(self) -> Parts[dict[str, Any]]:
        """Measure what a record holds after an epoch, before members end and get back their best parameters."""
        measured: dict[str, Any] = {}
        if self.validation is not None:
            looked = yield from self.validation.in_parts()
            measured = {"validation_loss": looked.loss, "metrics": looked.metrics}
            name = self.hyperparameters[0].metric
            if name != LOSS:
                scores = self.validation.member_scores(name, positive=getattr(self.dataset, "positive", None))
                measured["metrics"] = {**looked.metrics, name: scores}
        if self._is_probed:
            measured["idle_shares"] = self._unit_probe.shares()
        return measured

    def _make_record(self, train_loss: Array, measured: Mapping[str, Any]) -> Record:
        """Make the epoch's record, once it is known which members have ended; what was not measured is NaN."""
        probe = self._probe
        missing = {"validation_loss": np.full(len(train_loss), np.nan), "metrics": {},
                   "idle_shares": np.full(probe.gradient_norms.shape, np.nan)}  # fmt: skip
        return Record(
            epoch=self.epochs_done, step=self.steps_done, train_loss=train_loss,
            gradient_norm=np.sqrt(np.square(probe.gradient_norms).sum(axis=1)),
            layer_gradient_norms=probe.gradient_norms, update_ratios=probe.update_ratios,
            learning_rate=self._rates.current[:, 0].copy(), endings=tuple(self.early_stopping.endings),
            **{**missing, **measured},
        )  # fmt: skip

    def _end_diverged(self, losses: Array) -> None:
        for member in np.flatnonzero(~np.isfinite(losses) & ~self.early_stopping.ended):
            divergence = explain(
                float(losses[member]), self.epochs_done + 1, self.steps_done + 1, self.hyperparameters[member],
                learning_rate=float(self._rates.current[member, 0]), rows=len(self.dataset.train.X),
            )  # fmt: skip
            self.early_stopping.end_diverged(int(member), divergence)
