"""The networks of one training: a single one, or the members of an ensemble, trained in one stack.

`M` members.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuitrain.data.dataset import Dataset, Part
from tuitrain.data.validation_parts import ValidationPart
from tuitrain.engine.build import choose_loss
from tuitrain.engine.losses import LOSSES
from tuitrain.engine.scoring import NO_THRESHOLD, threshold_for
from tuitrain.engine.state import State
from tuitrain.engine.trainer import Trainer
from tuitrain.errors import HyperparameterError
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.options.split_rule import TIME, SplitRule
from tuitrain.runs.model import Model
from tuitrain.runs.scores import Judge
from tuitrain.runs.spread import calibration
from tuitrain.translation import gettext as _

Array = NDArray[Any]
SEEDS = 2**63  # seeds are below


@dataclass(frozen=True)
class Ended:
    """A member at its best epoch, with which its training ended; `diverged` says why, where it has."""

    parameters: Array
    hyperparameters: Hyperparameters
    epoch: int
    loss: float
    diverged: str = ""


@dataclass(frozen=True)
class MembersState:
    """What it takes to continue: the state of those that have not ended, in their order, and the others by number."""

    state: State
    ended: Mapping[int, Ended]


def check_threshold(dataset: Dataset, hyperparameters: Hyperparameters) -> None:
    """Refuse a threshold where it would say nothing.

    Raises
    ------
    HyperparameterError
        if the target is a number, none of several classes is looked for, or the loss gives no probabilities.
    """
    if hyperparameters.threshold == NO_THRESHOLD:
        return
    if not dataset.n_classes:
        raise HyperparameterError(_("threshold: the target is a number; a threshold is of a class's probability"))
    if dataset.positive is None and dataset.n_classes > 2:
        raise HyperparameterError(
            _("threshold: there are {count} classes; name the one that is looked for with --positive (p)").format(
                count=dataset.n_classes
            )
        )
    loss = choose_loss(hyperparameters.loss, dataset.task)
    if not LOSSES[loss].gives_probabilities:
        raise HyperparameterError(_("threshold: loss {name} gives no probabilities").format(name=loss))


class Members:
    """Trains as many networks as `hyperparameters` ask for; see `Hyperparameters.ensemble`.

    `trainer` trains those that have not ended; `dataset` is the one whose test rows and preprocessing they share: of a
    single network the one that was given, of an ensemble that with training and validation rows joined. `parts` are
    what each member trains and validates on. Member k is bit-identical to
    ``Trainer(dataset.with_validation(parts[k]), hyperparameters.replace(seed=seed + k))`` alone. From a `state` they
    continue as they were, with its hyperparameters.

    Raises
    ------
    HyperparameterError
        if the hyperparameters do not fit the dataset.
    DataError
        if it has too few rows for the members.
    """

    def __init__(
        self, dataset: Dataset, hyperparameters: Hyperparameters, *, state: MembersState | None = None
    ) -> None:
        self.count = hyperparameters.ensemble
        self._hyperparameters = hyperparameters
        check_threshold(dataset, hyperparameters)
        self.own = dataset
        self.parts: tuple[ValidationPart, ...] = ()
        self.dataset = dataset
        self._ended: dict[int, Ended] = dict(state.ended) if state is not None else {}
        self._places = [m for m in range(self.count) if m not in self._ended]  # that `trainer` still holds
        own = state.state if state is not None else None
        if self.count == 1:
            self.trainer = Trainer(dataset, own.hyperparameters if own is not None else [hyperparameters], state=own)
            return
        self.parts = dataset.validation_parts(self.count)
        self.dataset = dataset.joined
        made = {id(part): dataset.with_validation(part) for part in self.parts}
        self._sets = [made[id(part)] for part in self.parts]
        seeds = [(hyperparameters.seed + member) % SEEDS for member in range(self.count)]
        given = [hyperparameters.replace(seed=seed) for seed in seeds] if own is None else own.hyperparameters
        self.trainer = Trainer([self._sets[place] for place in self._places], given, state=own)

    @property
    def shown_dataset(self) -> Dataset:
        """The dataset that the first network of `trainer` trains and validates on."""
        return self.own if self.count == 1 else self._sets[self._places[0]]

    def dataset_of(self, member: int) -> Dataset:
        """The dataset that a member trains and validates on."""
        return self.own if self.count == 1 else self._sets[member]

    def place_of(self, member: int) -> int | None:
        """The member's place in `trainer`; None where it has ended and is trained no more."""
        return self._places.index(member) if member in self._places else None

    @property
    def _is_by_time(self) -> bool:
        return SplitRule.parse(self.own.split).kind == TIME

    def state(self) -> MembersState:
        """Return the state of all, as a value that does not change when training continues."""
        return MembersState(self.trainer.state(), dict(self._ended))

    @property
    def best_epoch(self) -> int:
        """The best epoch so far, of several members their mean; 0 before the first."""
        return round(float(np.mean(self.best_epochs)))

    @property
    def best_hyperparameters(self) -> Hyperparameters | None:
        """Those of the first member's best epoch; None before the first epoch."""
        if 0 in self._ended:
            return self._ended[0].hyperparameters
        return self.trainer.early_stopping.best_hyperparameters[0]

    @property
    def best_epochs(self) -> list[int]:
        """Each member's best epoch so far, 0 before the first."""
        return [self.best_of(member)[0] for member in range(self.count)]

    @property
    def best_losses(self) -> list[float]:
        """Each member's loss at its best epoch, on its own validation rows."""
        return [self.best_of(member)[1] for member in range(self.count)]

    def best_of(self, member: int) -> tuple[int, float]:
        """A member's best epoch so far, 0 before the first, and its loss there on its own validation rows."""
        if (ended := self._ended.get(member)) is not None:
            return ended.epoch, ended.loss
        place, stopping = self._places.index(member), self.trainer.early_stopping
        return int(stopping.best_epoch[place]), float(stopping.best_loss[place])

    def drop_ended(self) -> bool:
        """Train only those on that have not ended, if any; called after an epoch. Return whether some were dropped."""
        if not any(
            self.trainer.early_stopping.endings
        ):  # of an epoch that takes a millisecond NumPy's any is half a percent
            return False
        ended = self.trainer.early_stopping.ended
        if not ended.any() or ended.all():
            return False
        for place in map(int, np.flatnonzero(ended)):
            self._ended[self._places[place]] = self._at(place)
        kept = [int(place) for place in np.flatnonzero(~ended)]
        self.trainer.take(kept)
        self._places = [self._places[place] for place in kept]
        return True

    def at_best(self, member: int) -> Ended:
        """A member at its best epoch so far; before the first, as it is."""
        return self._ended[member] if member in self._ended else self._at(self._places.index(member))

    def _at(self, place: int) -> Ended:
        stopping = self.trainer.early_stopping
        epoch = int(stopping.best_epoch[place])
        parameters = stopping.best_parameters[place] if epoch else self.trainer.network.parameters[place]
        h = stopping.best_hyperparameters[place] or self.trainer.hyperparameters[place]
        divergence = stopping.divergences[place]
        message = divergence.message if divergence is not None else ""
        return Ended(parameters.copy(), h, epoch, float(stopping.best_loss[place]), message)

    @property
    def diverged(self) -> str:
        """Why a member has diverged; "" where none has."""
        own = [found.message for found in self.trainer.early_stopping.divergences if found is not None]
        found = [member.diverged for member in self._ended.values() if member.diverged] + own
        return found[0] if found else ""

    def model(self) -> Model:
        """Return the model of each member's best epoch so far."""
        if self.count == 1:
            return self._judged(Model.of(self.trainer, self.own))
        model, test = self._together(), self.dataset.test
        return self._judged(replace(model, spread=calibration(model, test.X, test.y)))

    def _together(self) -> Model:
        members = [self.at_best(member) for member in range(self.count)]
        return Model.from_parameters(
            np.stack([member.parameters for member in members]),
            members[0].hyperparameters, self.dataset, self.best_epoch,
        )  # fmt: skip

    def loss_together(self) -> float:
        """Return the validation loss of the members' answers together, each at its best epoch so far."""
        model = self._together() if self.count > 1 else self.model()
        y, outputs = self.validation_outputs(model)
        return model.evaluate_outputs(outputs, y)["loss"]

    def _judged(self, model: Model) -> Model:
        """Return the model with the class that is looked for, and the threshold of its probability."""
        positive, asked = self.own.positive, self._hyperparameters.threshold
        if asked == NO_THRESHOLD:
            return replace(model, positive=positive)
        positive = 1 if positive is None else positive
        y, scores = np.empty(0), np.empty(0)
        if isinstance(asked, str):
            y, outputs = self.validation_outputs(model)
            scores = model.probabilities(outputs)
        threshold = threshold_for(asked, self._hyperparameters.metric, y, scores, positive)
        return replace(model, positive=positive, threshold=threshold)

    def validation_outputs(self, model: Model) -> tuple[Array, Array]:
        """Return the target and the outputs of the rows that models are chosen on; training rows where there are none.

        Of an ensemble, each row is answered by the members that validate on it.
        """
        if self.parts and not self._is_by_time:
            rows, outputs = self.out_of_part(model)
            return self.dataset.train.y[rows], outputs
        part = self.dataset.validation if len(self.dataset.validation) else self.dataset.train
        return part.y, model.logits_of(part.X)

    def scores(self, model: Model) -> dict[str, Any]:
        """Return every metric on the validation and test rows; see `Judge`."""
        judge = Judge(model, self.dataset)
        found = {}
        if len(self.own.validation) or self.parts:
            y, outputs = self.validation_outputs(model)
            found["validation"] = judge.to_json(outputs, y)
        if len(test := self.dataset.test):
            found["test"] = judge.to_json(model.logits_of(test.X), test.y)
        return found

    def evaluations(self, model: Model) -> dict[str, dict[str, float]]:
        """Return the model's loss and metrics on each part that has rows; of an ensemble's validation, out of part."""
        if self.count == 1 or self._is_by_time:
            return {name: model.evaluate_part(part) for name, part in self.evaluated_parts().items()}
        found = {"train": model.evaluate_part(self.dataset.train)}
        rows, outputs = self.out_of_part(model)
        whole = self.dataset.train
        found["validation"] = model.evaluate_outputs(outputs, whole.y[rows])
        if len(self.dataset.test):
            found["test"] = model.evaluate_part(self.dataset.test)
        return found

    def evaluated_parts(self) -> dict[str, Part]:
        """Return the parts that have rows; the validation rows of an ensemble are those that a member validates on."""
        dataset = self.dataset
        validation = dataset.validation
        if self.parts and not self._is_by_time:
            whole, rows = dataset.train, np.unique(np.concatenate([part.validation for part in self.parts]))
            validation = Part(whole.X[rows], whole.y[rows], whole.rows[rows])
        parts = {"train": dataset.train, "validation": validation, "test": dataset.test}
        return {name: part for name, part in parts.items() if len(part)}

    def out_of_part(self, model: Model) -> tuple[NDArray[np.int64], Array]:
        """Return the rows that a member validates on, (v,), and for each the mean of those members' answers, (v, K).

        The answers are the outputs of one network that would answer so; see `Model.combined`.
        """
        if model.n_networks != self.count:
            raise HyperparameterError(_("the model is of another number of networks"))
        n = len(self.dataset.train)
        outputs = model.member_logits(self.dataset.train.X)
        weights = np.zeros((self.count, n))
        for member, part in enumerate(self.parts):
            weights[member, part.validation] = 1
        rows = np.flatnonzero(weights.any(axis=0))
        return rows, model.combined(outputs[:, rows], weights[:, rows])
