"""What an epoch leaves behind, and how a member's training ended.

`M` members, `L` layers with parameters; arrays are float64 unless said otherwise. What was not measured is NaN.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from numpy.typing import NDArray

Array = NDArray[Any]
Ending = Literal["", "epochs", "patience", "diverged"]


@dataclass(frozen=True)
class Divergence:
    """Where a member's loss stopped being finite, and the hyperparameter that most likely made it so."""

    epoch: int
    step: int
    loss: float
    cause: str
    message: str


@dataclass(frozen=True)
class Record:
    """One epoch of a stack.

    `train_loss` (M,) is the mean over the epoch's batches, each before its update; `validation_loss` (M,) and
    `metrics` (validation; name to (M,)) are taken after the epoch. `gradient_norm` (M,) and the (M, L) arrays describe
    the epoch's last step: norms of the loss's gradient, of the update over that of the parameters, and the share of
    units that are dead or saturated (NaN for the output layer and where it does not apply). `learning_rate` (M,).
    `endings` says for each member whether and how its training has ended.
    """

    epoch: int
    step: int
    train_loss: Array
    validation_loss: Array
    metrics: dict[str, Array]
    gradient_norm: Array
    layer_gradient_norms: Array
    update_ratios: Array
    idle_shares: Array
    learning_rate: Array
    endings: tuple[Ending, ...]

    def select(self, members: Sequence[int]) -> Record:
        """The record of these members alone."""
        rows = list(members)
        arrays = {
            name: value[rows]
            for name, value in vars(self).items()
            if name not in {"epoch", "step", "metrics", "endings"}
        }
        return replace(
            self, **arrays, metrics={name: value[rows] for name, value in self.metrics.items()},
            endings=tuple(self.endings[member] for member in rows),
        )  # fmt: skip
