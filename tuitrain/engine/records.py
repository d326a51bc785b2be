"""The record of an epoch, and how a member's training ended.

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
FIRST = frozenset({"accuracy", "r2"})  # metrics that every record of a validation part has
MEASURED = (
    "train_loss", "validation_loss", "gradient_norm", "layer_gradient_norms", "update_ratios", "idle_shares",
    "learning_rate",
)  # fmt: skip


@dataclass(frozen=True)
class Divergence:
    """Where a member's loss stopped being finite, and `cause`, the hyperparameter most likely to blame.

    `epoch` and `step` count from 1; `message` says all of it in words, with a remedy.
    """

    epoch: int
    step: int
    loss: float
    cause: str
    message: str


@dataclass(frozen=True)
class Record:
    """One epoch of a stack.

    `train_loss` (M,) is the mean over the epoch's batches, each before its update; `validation_loss` (M,) and
    `metrics` (validation; name to (M,); accuracy or R² first, then the one that chooses the best epoch, if it is
    another) are taken after the epoch. `gradient_norm` (M,) and the (M, L) arrays describe
    the epoch's last step: norms of the loss's gradient, of the update over that of the parameters, and the share of
    units that are dead or saturated (NaN for the output layer and where it does not apply). `learning_rate` (M,)
    is that of this step. `endings` says for each member whether and how its training has ended. Losses are in the units
    of the loss function (a regression's target is standardised), without penalties.
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
        """Return copies of its arrays for a `State`; `endings` as their places in `ENDINGS`."""
        return {
            **{f"record.{name}": getattr(self, name).copy() for name in MEASURED},
            **{f"record.metric.{name}": value.copy() for name, value in self.metrics.items()},
            "record.ending": ending_codes(self.endings),
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Array], *, epoch: int, step: int) -> Record:
        """Return the record whose `arrays` these are."""
        prefix = "record.metric."
        named = sorted(
            (name for name in arrays if name.startswith(prefix)), key=lambda name: name[len(prefix) :] not in FIRST
        )
        metrics = {name.removeprefix(prefix): arrays[name] for name in named}
        measured = {name: arrays[f"record.{name}"] for name in MEASURED}
        endings = tuple(ENDINGS[code] for code in arrays["record.ending"])
        return cls(epoch=epoch, step=step, metrics=metrics, endings=endings, **measured)


def ending_codes(endings: Sequence[Ending]) -> Array:
    """Return endings as their places in `ENDINGS`, (M,) int64."""
    return np.array([ENDINGS.index(ending) for ending in endings], np.int64)


class EpochLosses:
    """The losses of the running epoch's steps, and their mean over the epoch's rows."""

    def __init__(self) -> None:
        self._steps: list[tuple[Array, int]] = []

    def clear(self) -> None:
        """Begin an epoch."""
        self._steps.clear()

    def add(self, losses: Array, rows: int) -> None:
        """Record a step: the loss of each member, (M,), and the number of rows in the batch."""
        self._steps.append((losses, rows))

    def mean(self) -> Array:
        """Return the mean over the epoch's rows, (M,), summed along each member's own row: the same bits alone."""
        sizes = np.array([rows for _, rows in self._steps], np.float64)
        losses = np.concatenate([losses for losses, _ in self._steps]).reshape(len(sizes), -1)
        mean: Array = (losses.T.astype(np.float64, order="C") * sizes).sum(axis=1) / sizes.sum()
        return mean

    def arrays(self, like: Array, *, is_between_epochs: bool) -> dict[str, Array]:
        """Return losses and rows of the steps, (M, steps), for a `State`; `like` (M, …) has the losses' dtype."""
        steps = [] if is_between_epochs else self._steps
        rows = np.array([rows for _, rows in steps], np.int64)
        return {
            "epoch.losses": np.concatenate([like[:, :0], *(losses[:, None] for losses, _ in steps)], axis=1),
            "epoch.sizes": np.repeat(rows[None], len(like), axis=0),
        }

    def restore(self, arrays: Mapping[str, Array]) -> None:
        """Continue from what `arrays` gave."""
        losses, sizes = arrays["epoch.losses"], arrays["epoch.sizes"][0].tolist()
        self._steps = [(losses[:, step], rows) for step, rows in enumerate(sizes)]
