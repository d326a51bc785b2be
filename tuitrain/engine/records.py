"""What an epoch leaves behind, and how a member's training ended.

`M` members, `L` layers with parameters; arrays are float64 unless said otherwise. What was not measured is NaN.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Ending = Literal["", "epochs", "patience", "diverged"]
ENDINGS: tuple[Ending, ...] = get_args(Ending)
MEASURED = (
    "train_loss", "validation_loss", "gradient_norm", "layer_gradient_norms", "update_ratios", "idle_shares",
    "learning_rate",
)  # fmt: skip


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

    def arrays(self) -> dict[str, Array]:
        """Its arrays, for a `State`; `endings` as their places in `ENDINGS`."""
        return {
            **{f"record.{name}": getattr(self, name).copy() for name in MEASURED},
            **{f"record.metric.{name}": value.copy() for name, value in self.metrics.items()},
            "record.ending": ending_codes(self.endings),
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Array], *, epoch: int, step: int) -> Record:
        """The record whose `arrays` these are."""
        prefix = "record.metric."
        metrics = {name.removeprefix(prefix): value for name, value in arrays.items() if name.startswith(prefix)}
        measured = {name: arrays[f"record.{name}"] for name in MEASURED}
        endings = tuple(ENDINGS[code] for code in arrays["record.ending"])
        return cls(epoch=epoch, step=step, metrics=metrics, endings=endings, **measured)


def ending_codes(endings: Sequence[Ending]) -> Array:
    """Endings as their places in `ENDINGS`, (M,) int64."""
    return np.array([ENDINGS.index(ending) for ending in endings], np.int64)
