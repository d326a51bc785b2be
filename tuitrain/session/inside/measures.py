"""What a demonstration measures of a training: small functions, by the names that the pages use.

Each takes a `Condition` and returns a float64 number for each of its members, (M,): NaN where there is no such thing.
`M` members, `L` layers, `E` epochs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuitrain.data.dataset import Dataset
from tuitrain.engine import Trainer
from tuitrain.engine.records import Record

Array = NDArray[Any]
TOLERANCE = 1e-2  # beyond t z = 1 within which a trained row still counts as on the margin


class Condition:
    """A stack of conditions on its way, and what was seen of it.

    `records` are those of the epochs, `step_losses` the losses (M,) of the steps. `ended_at` (M,) is the epoch in which
    each member ended, 0 while it has not; a member's measures stay those of that epoch.
    """

    def __init__(self, dataset: Dataset, trainer: Trainer) -> None:
        self.dataset, self.trainer = dataset, trainer
        self.records: list[Record] = []
        self.step_losses: list[Array] = []
        self.ended_at = np.zeros(trainer.network.members, np.int64)
        self.steps_at = np.zeros(trainer.network.members, np.int64)

    @property
    def epochs_done(self) -> int:
        """The epochs that all of it has behind it."""
        return len(self.records)

    @property
    def is_done(self) -> bool:
        """Whether every member has ended."""
        return self.trainer.is_done

    def step(self) -> None:
        """Train one batch."""
        record = self.trainer.step()
        self.step_losses.append(np.where(self.ended_at > 0, np.nan, self.trainer.last_step[0]))
        self.steps_at[self.ended_at == 0] = self.trainer.steps_done
        if record is not None:
            self.records.append(record)
            has_ended = np.array([ending != "" for ending in record.endings]) & (self.ended_at == 0)
            self.ended_at[has_ended] = len(self.records)

    @property
    def has_diverged(self) -> Array:
        """Whether each member has, (M,)."""
        return np.array([ending == "diverged" for ending in self.trainer.early_stopping.endings])

    def by_epoch(self, of: Callable[[Record], Array]) -> Array:
        """Return a figure of each epoch's record, (M, E): NaN after a member's end."""
        found = np.array([of(record) for record in self.records], np.float64).reshape(-1, len(self.ended_at)).T
        after = np.arange(1, len(self.records) + 1) > self.ended_at[:, None]
        found[after & (self.ended_at[:, None] > 0)] = np.nan
        return found

    def last(self, of: Callable[[Record], Array]) -> Array:
        """Return a figure of the last epoch of each member, (M,)."""
        if not self.records:
            return np.full(len(self.ended_at), np.nan)
        at = np.where(self.ended_at > 0, self.ended_at, len(self.records)) - 1
        found: Array = np.array([of(self.records[epoch])[member] for member, epoch in enumerate(at)], np.float64)
        return found

    def last_loss(self, of: Callable[[Record], Array]) -> Array:
        """As `last`, for a loss: infinite where a member has diverged."""
        return np.where(self.has_diverged, np.inf, self.last(of))

    def parameters(self) -> Array:
        """Return the parameters after each member's last epoch, (M, P); not those of its best one."""
        stopping, found = self.trainer.early_stopping, self.trainer.network.parameters.copy()
        stopped = stopping.ended & ~self.has_diverged
        if stopped.any():
            found[stopped] = self.trainer.state().arrays["ended.parameters"][stopped]
        return found


def _loss(condition: Condition) -> Array:
    return condition.last_loss(lambda record: record.train_loss)


def _validation_loss(condition: Condition) -> Array:
    return condition.last_loss(lambda record: record.validation_loss)


def _score(condition: Condition) -> Array:
    """Accuracy, or R², of the validation rows."""
    nothing = np.full(len(condition.ended_at), np.nan)
    return condition.last(lambda record: next(iter(record.metrics.values()), nothing))


def _idle(kind: str) -> Callable[[Condition], Array]:
    """Count the hidden units that are idle in this way; 0 under activations whose units cannot be."""

    def count(condition: Condition) -> Array:
        network = condition.trainer.network
        if network.activation.idle != kind:
            return np.where(np.isnan(_loss(condition)), np.nan, 0.0)
        sizes = np.array(network.layer_sizes[1:-1], np.float64)
        return np.array(condition.last(lambda record: (record.idle_shares[:, :-1] * sizes).sum(axis=1)))

    return count


def _gradient_first(condition: Condition) -> Array:
    return condition.last(lambda record: record.layer_gradient_norms[:, 0])


def _gradient_ratio(condition: Condition) -> Array:
    return condition.last(lambda record: record.layer_gradient_norms[:, 0] / record.layer_gradient_norms[:, -1])


def _steps(condition: Condition) -> Array:
    return condition.steps_at.astype(np.float64)


def _memory(condition: Condition) -> Array:
    return np.full(len(condition.ended_at), float(condition.trainer.batch_memory))


def _weights(condition: Condition) -> Array:
    """The weights without biases, (M, W)."""
    return condition.parameters()[:, condition.trainer.network.weight_mask().ravel() > 0]


def _weight_norm(condition: Condition) -> Array:
    return np.asarray(np.linalg.norm(_weights(condition).astype(np.float64), axis=1))


def _zero_weights(condition: Condition) -> Array:
    return np.asarray((_weights(condition) == 0).sum(axis=1), np.float64)


def _parameters(condition: Condition) -> Array:
    return np.full(len(condition.ended_at), float(condition.trainer.network.n_parameters))


def _roughness(condition: Condition) -> Array:
    """Root mean square of the change of the training loss from step to step."""
    if len(condition.step_losses) < 2:
        return np.full(len(condition.ended_at), np.nan)
    changes = np.diff(np.array(condition.step_losses, np.float64), axis=0)
    count = np.isfinite(changes).sum(axis=0)
    square = np.where(np.isfinite(changes), changes, 0.0) ** 2
    found = np.sqrt(square.sum(axis=0) / np.maximum(count, 1))
    return np.where(condition.has_diverged, np.inf, found)


def _gap(condition: Condition) -> Array:
    return condition.last(lambda record: record.validation_loss - record.train_loss)


def _best_epoch(condition: Condition) -> Array:
    return condition.trainer.early_stopping.best_epoch.astype(np.float64)


def _epochs_run(condition: Condition) -> Array:
    return np.where(condition.ended_at > 0, condition.ended_at, condition.epochs_done).astype(np.float64)


def _support_vectors(condition: Condition) -> Array:
    """Training rows with t z ≤ 1 under hinge, of a linear model with one output; NaN of any other."""
    network, train = condition.trainer.network, condition.dataset.train
    if network.loss.name != "hinge" or network.n_outputs != 1 or len(network.layer_sizes) != 2:
        return np.full(network.members, np.nan)
    rows = network.rows_of(train.X)
    z = condition.parameters() @ rows.T  # one layer: its weights, then the bias
    t = np.where(train.y == 1, 1.0, -1.0)
    return np.asarray((t * z <= 1 + TOLERANCE).sum(axis=1), np.float64)


def _loss_at_first(condition: Condition) -> Array:
    if not condition.records:
        return np.full(len(condition.ended_at), np.nan)
    return np.asarray(condition.records[0].train_loss, np.float64)


MEASURES: Mapping[str, Callable[[Condition], Array]] = {
    "loss": _loss,
    "validation loss": _validation_loss,
    "score": _score,
    "dead units": _idle("dead"),
    "saturated units": _idle("saturated"),
    "gradient first layer": _gradient_first,
    "gradient ratio": _gradient_ratio,
    "steps": _steps,
    "memory": _memory,
    "weight norm": _weight_norm,
    "zero weights": _zero_weights,
    "parameters": _parameters,
    "roughness": _roughness,
    "gap": _gap,
    "best epoch": _best_epoch,
    "epochs run": _epochs_run,
    "support vectors": _support_vectors,
    "loss at epoch 1": _loss_at_first,
}
