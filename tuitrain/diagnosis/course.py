"""The course of a training, as far as the rules read it.

Shapes: `E` epochs recorded, `L` layers with parameters.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from tuitrain.diagnosis.observation import Observed
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.runs.finished import Edit
from tuitrain.runs.history import Floats, History

MOST_LAYER_ROWS = 4096  # epochs, the newest, whose layers are read
ENOUGH = 8  # epochs before a rule says anything about a course that goes on


@dataclass(frozen=True)
class Course:
    """What the rules read of a training. Losses without a part to measure them on are NaN.

    `state` is ready, running, paused, done, diverged or failed; `ending` says why it has ended. `first` is the epoch
    after which the course that is judged begins: 0, or that of the last change by hand. Arrays begin there too:
    `train_loss`, `validation_loss`, `metric`, `rates` and `gradient_norm` (E,), `layer_norms`, `update_ratios` and
    `idle_shares` (E, L), float64; these three of the newest `MOST_LAYER_ROWS` epochs at most.
    """

    state: str
    ending: str
    hyperparameters: Hyperparameters
    observation: Observed
    epoch: int
    step: int
    steps_per_epoch: int
    best_epoch: int
    best_loss: float
    train_loss: Floats
    validation_loss: Floats
    metric: Floats
    rates: Floats
    gradient_norm: Floats
    layer_norms: Floats
    update_ratios: Floats
    idle_shares: Floats
    edits: tuple[Edit, ...] = ()
    first: int = 0

    @classmethod
    def of(
        cls, history: History, length: int, *, state: str, ending: str, hyperparameters: Hyperparameters,
        observation: Observed, epoch: int, step: int, steps_per_epoch: int, best_epoch: int, best_loss: float,
        edits: tuple[Edit, ...] = (),
    ) -> Course:  # fmt: skip
        """Make one of the first `length` epochs of a history."""
        column, layers = history.column, history.layers
        names = ("train_loss", "validation_loss", "learning_rate", "gradient_norm")
        since = max(0, length - MOST_LAYER_ROWS)
        train, validation, rates, norms = (column(name, length) for name in names)
        part = "train_metric" if np.isnan(validation).all() else "validation_metric"
        return cls(
            state, ending, hyperparameters, observation, epoch, step, steps_per_epoch, best_epoch, best_loss,
            train, validation, column(part, length), rates, norms, layers("gradient_norm", length, since),
            layers("update_ratio", length, since), layers("idle_share", length, since), edits,
        )  # fmt: skip

    def since_edit(self) -> Course:
        """Return the course that followed the last change by hand, all of it where there was none.

        Of the epoch in which something was changed only a part followed, so that it is left out.
        """
        if not self.edits:
            return self
        first = min(math.ceil(max(edit.epoch for edit in self.edits)), len(self.train_loss))
        names = ("train_loss", "validation_loss", "metric", "rates", "gradient_norm")
        of_layers = ("layer_norms", "update_ratios", "idle_shares")
        since = max(0, first - (len(self.train_loss) - len(self.layer_norms)))
        return replace(
            self, first=first, **{name: getattr(self, name)[first:] for name in names},
            **{name: getattr(self, name)[since:] for name in of_layers},
        )  # fmt: skip

    @property
    def is_over(self) -> bool:
        """Whether the training has ended."""
        return self.state in {"done", "diverged", "failed"}

    @property
    def has_validation(self) -> bool:
        """Whether there is a validation part."""
        return not math.isnan(self.observation.now.validation_loss) or bool(np.isfinite(self.validation_loss).any())

    @property
    def watched(self) -> Floats:
        """The validation loss (E,), or the training loss where there is none."""
        return self.validation_loss if np.isfinite(self.validation_loss).any() else self.train_loss

    @property
    def batch_rows(self) -> int:
        """The rows of a batch."""
        rows = self.observation.data.rows if self.observation.data is not None else 0
        return math.ceil(rows / self.steps_per_epoch) if rows else 0

    @property
    def hidden_layers(self) -> int:
        """The number of hidden layers."""
        return max(0, len(self.observation.sizes) - 2)
