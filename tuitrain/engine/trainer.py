"""Training a stack: steps, epochs, live edits, early stopping.

`M` members, `P` parameters, `N` training rows.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuitrain.engine.batches import Batches, Rows, balanced
from tuitrain.engine.build import SHARED, Data, build_network, check_shared, distinct_datasets
from tuitrain.engine.divergence import explain
from tuitrain.engine.early_stopping import EarlyStopping
from tuitrain.engine.evaluation import Examined
from tuitrain.engine.floating_point import training_arithmetic
from tuitrain.engine.network import with_ones
from tuitrain.engine.optimizers import Optimizer, make_optimizer
from tuitrain.engine.passes import Dropout, Pass
from tuitrain.engine.penalties import Penalties
from tuitrain.engine.probes import UpdateProbe, idle_shares
from tuitrain.engine.random_numbers import from_words, generator, to_words
from tuitrain.engine.records import Record
from tuitrain.engine.schedules import LearningRates
from tuitrain.engine.state import State
from tuitrain.errors import HyperparameterError
from tuitrain.options.hyperparameters import FIELDS, Hyperparameters, field_name
from tuitrain.translation import gettext as _

Array = NDArray[Any]
_RATE = {"schedule", "learning_rate"}
_PENALTIES = {"l1", "l2", "weight_decay", "gradient_clip", "C"}
LEAST_PROBED, MOST_PROBED = 64, 256  # rows on which units are judged idle
_OPTIMIZER_SETTINGS = ("momentum", "beta1", "beta2", "rho", "epsilon")


class Trainer:
    """Trains one member for each of `hyperparameters` on `dataset`, all in the same NumPy calls.

    `dataset` is one for all members, or one for each (the folds of a cross-validation), with parts of the same sizes.
    A member's parameters are bit-identical to those of the same training alone. After a member has ended (epochs
    reached, patience lost), its row of ``network.parameters`` holds its best epoch's. Where `is_probed` is False, the
    records' norms, ratios and shares of idle units are not measured.

    With `state`, training continues there, with the bits that it would have had. `hyperparameters` hold from the next
    step on: what can change live and differs from the state's counts as an edit; a member with another seed than the
    state's draws its next orders and masks from that one. The `dtype` is the state's.

    Raises
    ------
    HyperparameterError
        if the members cannot share a stack, or the loss does not fit the task.
    StateError
        if the state is of another network, of other numbers of members or rows.
    ValueError
        if the members' datasets differ in their shapes.
    """

    def __init__(
        self, dataset: Data | Sequence[Data], hyperparameters: Hyperparameters | Sequence[Hyperparameters], *,
        dtype: Any = np.float32, is_probed: bool = True, state: State | None = None,
    ) -> None:  # fmt: skip
        self._is_probed = is_probed
        given = [hyperparameters] if isinstance(hyperparameters, Hyperparameters) else hyperparameters
        self.hyperparameters: list[Hyperparameters] = list(given)
        check_shared(self.hyperparameters)
        self.datasets, self._which = distinct_datasets(dataset, len(self.hyperparameters))
        self.dataset = self.datasets[0]
        shared = self.hyperparameters[0]
        seeds = [h.seed for h in self.hyperparameters]
        self.network = build_network(self.dataset, shared, len(seeds), dtype if state is None else state.dtype)
        self._classes = self.dataset.n_classes if self.dataset.task == "classification" else 0
        self._mask = self.network.weight_mask()
        self._passes: dict[int, Pass] = {}
        self._probed_rows: Array | None = None
        self._losses: list[tuple[Array, int]] = []
        self.epochs_done = 0
        self._is_measured = False
        self._last_losses: Array = np.full(self.network.members, np.nan)
        self.steps_done = 0
        self.samples_done = 0
        self._batches = self._make_batches(seeds, shared)
        if state is not None:
            self._continue(state)
            return
        self.network.initialize(seeds, shared.initializer)
        self._dropout_state = to_words([generator(seed, "dropout") for seed in seeds])
        self._dropout_generators: list[np.random.Generator] = []  # as long as nobody drops out
        self._prepare()
        self._record = self._make_record(np.full(len(seeds), np.nan))

    def _prepare(self) -> None:
        """Make what hangs on the network and on the hyperparameters, as it is before the first step."""
        self.validation = self._examine_validation()
        self.early_stopping = EarlyStopping(self.network.parameters)
        self._probe = UpdateProbe(self.network)
        self._rates = LearningRates(self.hyperparameters)
        self._optimizer = self._make_optimizer()
        self.batch_size = self._rows_of_a_batch()
        self._apply_penalties()
        self._apply_dropout()

    @property
    def is_done(self) -> bool:
        """Whether every member's training has ended."""
        return self.early_stopping.is_done

    @property
    def steps_per_epoch(self) -> int:
        """Batches of an epoch, with the last and smaller one."""
        return math.ceil(len(self.dataset.train.X) / self.batch_size)

    @property
    def step_in_epoch(self) -> int:
        """Batches of the running epoch that are done; 0 between two epochs."""
        left = math.ceil(self._batches.rows_left / self.batch_size)
        return self.steps_per_epoch - left if left else 0

    @property
    def learning_rates(self) -> Array:
        """The learning rate of the last step, (M,) float64."""
        current: Array = self._rates.current[:, 0]
        return current

    def examine(self, *parts: Any) -> Examined:
        """Prepare a part for evaluation: one for all members, or one of each of `datasets`."""
        rows = [with_ones(part.X, self.network.dtype) for part in parts]
        which = self._which if len(parts) > 1 else None
        scale = np.array([data.target_scale for data in self.datasets])[which or 0]
        return Examined(rows, [part.y for part in parts], self.network, classes=self._classes, scale=scale, which=which)

    def take(self, members: Sequence[int]) -> None:
        """Drop all other members from the stack; these go on, and end, with the same bits as if all had stayed."""
        state = self.state().take(members)
        self.hyperparameters = list(state.hyperparameters)
        self._which = [self._which[member] for member in members]
        self.network = build_network(self.dataset, self.hyperparameters[0], state.members, state.dtype)
        self._restore(state)

    def state(self) -> State:
        """Everything that this training is, as a value that does not change when training goes on."""
        is_between_epochs = not self._batches.rows_left
        done = [] if is_between_epochs else self._losses
        sizes, losses = np.array([size for _, size in done], np.int64), [losses[:, None] for losses, _ in done]
        arrays = {
            "parameters": self.network.parameters.copy(),
            "epoch.losses": np.concatenate([self.network.parameters[:, :0], *losses], axis=1),
            "epoch.sizes": np.repeat(sizes[None], self.network.members, axis=0),
            "dropout.generator": self._dropout_words(),
            **self.early_stopping.arrays(is_between_epochs=is_between_epochs),
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
        """Go on from a state with the hyperparameters given, whose differences count as edits."""
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
        """Become the training that `state` is; the network is of its shape already."""
        counters, arrays = state.counters, state.arrays
        self.network.parameters[...] = arrays["parameters"]
        self._dropout_state, self._dropout_generators = arrays["dropout.generator"], []
        self._prepare()
        self.early_stopping.restore(arrays, state.best_hyperparameters, state.divergences)
        self._optimizer.restore(arrays)
        self._rates.restore(arrays)
        self._probe.restore(arrays)
        self._batches.restore(arrays, self._which, rows_done=counters["rows_done"], orders_owed=counters["orders_owed"])
        self.epochs_done, self.steps_done = counters["epochs_done"], counters["steps_done"]
        self.samples_done = counters["samples_done"]
        losses, sizes = arrays["epoch.losses"], arrays["epoch.sizes"][0].tolist()
        self._losses = [(losses[:, step], size) for step, size in enumerate(sizes)]
        self._record = Record.from_arrays(arrays, epoch=counters["record_epoch"], step=counters["record_step"])

    def step(self, *, is_measured: bool = False) -> Record | None:
        """Train one batch. Returns the epoch's record when it was the last batch, or when training has ended.

        With `is_measured`, `last_step` holds what was measured of this one, though it is not the epoch's last.
        """
        self._is_measured = is_measured
        with training_arithmetic:
            record = self._step()
        self._is_measured = False
        return record

    @property
    def last_step(self) -> tuple[Array, Array, Array]:
        """The last batch's loss before its update (M,), and the last measured step's gradient norms and update ratios.

        The latter two are (M, L).
        """
        return self._last_losses, self._probe.gradient_norms, self._probe.update_ratios

    def epoch(self) -> Record:
        """Train to the end of the running epoch, or a new one; once all have ended, returns the last record again."""
        with training_arithmetic:
            while True:
                record = self._step()
                if record is not None:
                    return record

    def _step(self) -> Record | None:
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
                self._record = self._make_record(np.full(len(losses), np.nan))
                return self._record
        is_last = batches.rows_left == 0
        self._last_losses = losses
        self._update(is_last)
        self._losses.append((losses, batch.size))
        self.steps_done += 1
        self.samples_done += batch.size
        return self._end_epoch() if is_last else None

    def set(self, member: int | None, name: str, value: Any) -> None:
        """Change a live hyperparameter of one member (None: of all) from the next batch on.

        A new optimizer starts with fresh state. More `epochs` or `patience` let an ended member go on.

        Raises
        ------
        HyperparameterError
            if the value is not allowed, the field applies at reset only, or one member of several would be set apart
            in what the stack shares.
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
            self.hyperparameters[index] = before.replace(**{known: value})
            if known in _RATE and self.hyperparameters[index] != before:
                self._rates.forget_cuts(index)
        if self.hyperparameters != befores:
            self._apply(known)

    def _apply(self, name: str) -> None:
        if name == "optimizer":
            self._optimizer = self._make_optimizer()
            self._apply_penalties()  # an automatic weight decay depends on it
        elif name in _OPTIMIZER_SETTINGS:
            self._optimizer.set(name, self._member_array(name))
        elif name in _PENALTIES:
            self._apply_penalties()
        elif name == "dropout":
            self._apply_dropout()
        elif name in {"epochs", "patience"}:
            for member, h in enumerate(self.hyperparameters):
                self.early_stopping.reopen(member, h, self.epochs_done)
        elif name == "batch_size":
            self.batch_size = self._rows_of_a_batch()
        self._plan_rates()

    def _rows_of_a_batch(self) -> int:
        size, rows = self.hyperparameters[0].batch_size, len(self.dataset.train.X)
        return rows if size == "full" else min(int(size), rows)

    def _member_array(self, name: str) -> Array:
        """A number's field for each member, (M, 1) float64; ``auto`` is what it comes to."""
        return np.array([[h.number(name)] for h in self.hyperparameters], np.float64)

    def _make_optimizer(self) -> Optimizer:
        settings = {name: self._member_array(name) for name in _OPTIMIZER_SETTINGS}
        shape = (self.network.members, self.network.n_parameters)
        return make_optimizer(self.hyperparameters[0].optimizer, shape, self.network.dtype, **settings)

    def _make_batches(self, seeds: list[int], shared: Hyperparameters) -> Batches:
        is_balanced = self._classes and shared.class_weights == "balanced"
        sources = [
            Rows(
                with_ones(part.X, self.network.dtype), part.y, balanced(part.y, self._classes) if is_balanced else None
            )
            for part in (data.train for data in self.datasets)
        ]
        return Batches(sources, self._which, seeds, outputs=self.network.n_outputs, loss=self.network.loss)

    def _examine_validation(self) -> Examined | None:
        return self.examine(*(data.validation for data in self.datasets)) if len(self.dataset.validation.X) else None

    def _apply_penalties(self) -> None:
        l1, l2, decay, clip, C = (
            self._member_array(name)[:, 0] for name in ("l1", "l2", "weight_decay", "gradient_clip", "C")
        )
        if self.network.loss.name == "hinge":
            l2 = 1 / (C * len(self.dataset.train.X))  # C takes the place of L2
        self._penalties = Penalties(self._mask, l1, l2, decay, clip)

    def _apply_dropout(self) -> None:
        rates = self._member_array("dropout")[:, 0]
        if rates.any() and not self._dropout_generators:
            self._dropout_generators = from_words(self._dropout_state)
        self._dropout = Dropout(self._dropout_generators, rates, self.network.dtype) if rates.any() else None
        self._passes.clear()

    def _dropout_words(self) -> Array:
        return to_words(self._dropout_generators) if self._dropout_generators else self._dropout_state

    def _pass(self, size: int) -> Pass:
        found = self._passes.get(size)
        if found is None:
            if len(self._passes) > 3:
                self._passes.clear()
            found = self._passes[size] = self.network.make_pass(size, self._dropout)
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

    def _update(self, is_last: bool) -> None:
        network = self.network
        is_probed = (is_last or self._is_measured) and self._is_probed
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

    def _end_epoch(self) -> Record:
        self.epochs_done += 1
        train_loss, measured = self._mean_loss(), self._measure()
        has_validation = self.validation is not None
        watched = measured["validation_loss"] if has_validation else train_loss
        if not has_validation:  # the losses were those before each update: they do not show what the last one did
            watched = np.where(np.isfinite(self.network.parameters).all(axis=1), watched, np.nan)
            is_last = np.array([self.epochs_done >= h.epochs for h in self.hyperparameters])
            is_last &= ~self.early_stopping.ended
            if is_last.any():
                after = self.examine(*(data.train for data in self.datasets)).evaluate().loss
                watched = np.where(is_last & ~np.isfinite(after), np.nan, watched)
        if not np.isfinite(watched).all():
            self._end_diverged(watched)
        self._rates.observe(watched, self.hyperparameters)
        self.early_stopping.observe(self.epochs_done, watched, self.hyperparameters, is_validation=has_validation)
        self._record = self._make_record(train_loss, **measured)
        return self._record

    def _mean_loss(self) -> Array:
        """The mean over the epoch's rows, (M,) float64, summed along each member's own row: the same bits alone."""
        sizes = np.array([size for _, size in self._losses], np.float64)
        losses = np.concatenate([losses for losses, _ in self._losses]).reshape(len(sizes), -1)
        mean: Array = (losses.T.astype(np.float64, order="C") * sizes).sum(axis=1) / sizes.sum()
        return mean

    def _measure(self) -> dict[str, Any]:
        """What is measured after an epoch, before members end and get back their best parameters."""
        measured: dict[str, Any] = {}
        if self.validation is not None:
            looked = self.validation.evaluate()
            measured = {"validation_loss": looked.loss, "metrics": looked.metrics}
        if self._is_probed:
            seen = self._probed_pass()
            if seen.activations:
                measured["idle_shares"] = idle_shares(seen.activations, self._idle_kind)
        return measured

    def _make_record(
        self, train_loss: Array, *, validation_loss: Array | None = None, metrics: dict[str, Array] | None = None,
        idle_shares: Array | None = None,
    ) -> Record:  # fmt: skip
        """The record of the epoch, once it is known which members have ended; what was not measured is NaN."""
        nothing = np.full(len(train_loss), np.nan)
        no_shares = np.full(self._probe.gradient_norms.shape, np.nan)
        return Record(
            epoch=self.epochs_done,
            step=self.steps_done,
            train_loss=train_loss,
            validation_loss=nothing if validation_loss is None else validation_loss,
            metrics=metrics or {},
            gradient_norm=np.sqrt(np.square(self._probe.gradient_norms).sum(axis=1)),
            layer_gradient_norms=self._probe.gradient_norms,
            update_ratios=self._probe.update_ratios,
            idle_shares=no_shares if idle_shares is None else idle_shares,
            learning_rate=self._rates.current[:, 0].copy(),
            endings=tuple(self.early_stopping.endings),
        )

    def _probed_pass(self) -> Pass:
        """A pass whose units can be judged: of the validation rows; where these are few, of rows spread over training.

        Of a handful of rows, many units see none that they answer to.
        """
        if self.validation is not None and self.validation.last_pass.outputs.shape[2] >= LEAST_PROBED:
            return self.validation.last_pass
        if self._probed_rows is None:
            count = len(self.dataset.train.X)
            spread = np.linspace(0, count - 1, min(count, MOST_PROBED)).round().astype(int)
            rows = np.stack([with_ones(data.train.X[spread], self.network.dtype) for data in self.datasets])
            self._probed_rows = rows[0] if len(rows) == 1 else rows
        rows = self._probed_rows if self._probed_rows.ndim == 2 else self._probed_rows[self._which]
        through = self.network.pass_for(rows.shape[-2])
        through.forward(np.swapaxes(rows, -1, -2))
        return through

    @property
    def _idle_kind(self) -> str:
        activation = self.network.activation
        return "saturated sigmoid" if activation.name == "sigmoid" else activation.idle

    def _end_diverged(self, losses: Array) -> None:
        for member in np.flatnonzero(~np.isfinite(losses) & ~self.early_stopping.ended):
            divergence = explain(
                float(losses[member]), self.epochs_done + 1, self.steps_done + 1, self.hyperparameters[member],
                learning_rate=float(self._rates.current[member, 0]), rows=len(self.dataset.train.X),
            )  # fmt: skip
            self.early_stopping.end_diverged(int(member), divergence)
