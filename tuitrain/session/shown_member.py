"""The member of an ensemble that is shown: its gradients, and as a training of one network for the views.

`L` layers, `K` members.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from tuitrain.data.dataset import Part
from tuitrain.engine import Record, Trainer
from tuitrain.engine.build import build_network
from tuitrain.engine.evaluation import Examined
from tuitrain.engine.network import with_ones
from tuitrain.runs.history import History
from tuitrain.runs.members import Members
from tuitrain.session.snapshot import MembersView

Floats = NDArray[Any]
MOST_TOGETHER = 400_000  # answers, of rows and members, that are computed to show what they come to together
Measured = tuple[Floats, Floats, Floats]  # (L,) each: the gradient's norm, the update ratio, the idle share


@dataclass(frozen=True)
class _Best:
    best_epoch: NDArray[np.int64]


class OneMember:
    """A member as it is now, with what the views ask of a trainer of one network; once it has ended, at its best."""

    def __init__(self, members: Members, member: int) -> None:
        self.dataset = members.dataset_of(member)
        place, best, trainer = members.place_of(member), members.at_best(member), members.trainer
        self.is_done = place is None or bool(trainer.early_stopping.ended[place])
        self.hyperparameters = [best.hyperparameters if place is None else trainer.hyperparameters[place]]
        self.network = build_network(self.dataset, self.hyperparameters[0], 1)
        self.network.parameters[0] = best.parameters if place is None else trainer.network.parameters[place]
        self.epochs_done = best.epoch if place is None else trainer.epochs_done
        self.early_stopping = _Best(np.array([best.epoch]))
        validation = self.dataset.validation
        self.validation = self.examine(validation) if len(validation) else None

    def examine(self, part: Part) -> Examined:
        """Prepare a part for evaluation, as `Trainer.examine` does."""
        data = self.dataset
        return Examined(
            [with_ones(part.X, self.network.dtype)], [part.y], self.network, classes=data.n_classes,
            scale=data.target_scale, shift=data.target_mean,
        )  # fmt: skip

    @property
    def as_trainer(self) -> Trainer:
        """Itself, for views, which read no more of a trainer than this has."""
        return cast("Trainer", self)


class ShownMember:
    """Which member of a training is shown, and what is kept of each for it; of a single network nothing."""

    def __init__(self, members: Members, layers: int) -> None:
        self.member = 0
        self._members, self._layers = members, layers
        several = members.count if members.count > 1 else 0
        self._histories = [History(layers) for _ in range(several)]
        self._last: list[Measured | None] = [None] * several
        self._together: tuple[int, float] = (-1, math.nan)  # the step that it is of

    @property
    def number(self) -> int:
        """The member that is shown; one that is asked for may not exist any more."""
        return self.member if self.member < self._members.count else 0

    @property
    def history(self) -> History | None:
        """The course of the member that is shown."""
        return self._histories[self.number] if self._histories else None

    @property
    def measured(self) -> Measured | None:
        """What was measured of it in the last epoch that it was trained in."""
        return self._last[self.number] if self._last else None

    @property
    def place(self) -> int | None:
        """Its place among those that are trained; None once it has ended."""
        return self._members.place_of(self.number)

    def append(self, record: Record) -> None:
        """Take an epoch of the members that were trained in it; called before any of them is dropped."""
        for member in range(len(self._histories)):
            place = self._members.place_of(member)
            if place is None:
                continue
            norms, ratios, idle = (
                values[place] for values in (record.layer_gradient_norms, record.update_ratios, record.idle_shares)
            )
            self._last[member] = norms.copy(), ratios.copy(), idle.copy()
            self._histories[member].append(
                {"epoch": record.epoch, "gradient_norm": float(record.gradient_norm[place]),
                 "validation_loss": float(record.validation_loss[place])},
                {"gradient_norm": norms, "update_ratio": ratios, "idle_share": idle},
            )  # fmt: skip

    def view(self, *, is_running: bool) -> MembersView:
        """Return how all members stand, and unless they are trained what they come to together."""
        members = self._members
        if members.count == 1:
            return MembersView()
        ended = members.trainer.early_stopping.ended
        places = [members.place_of(member) for member in range(members.count)]
        return MembersView(
            tuple(members.best_losses), tuple(members.best_epochs),
            tuple(place is None or bool(ended[place]) for place in places),
            math.nan if is_running else self._loss_together(),
        )  # fmt: skip

    def _loss_together(self) -> float:
        members = self._members
        step = members.trainer.steps_done
        if not all(members.best_epochs) or len(members.dataset.train) * members.count > MOST_TOGETHER:
            return math.nan
        if self._together[0] != step:
            self._together = step, members.loss_together()
        return self._together[1]
