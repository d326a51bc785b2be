"""How far each member of a stack has come: its best epoch, its patience, how it ended.

`M` members, `P` parameters.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuitrain.engine.records import Divergence, Ending
from tuitrain.errors import HyperparameterError
from tuitrain.options.hyperparameters import Hyperparameters

Array = NDArray[Any]


class Progress:
    """Remembers each member's best parameters, by validation loss; without validation, the last ones.

    `best_hyperparameters` are those with which the best epoch's last step was trained, None before the first epoch:
    a live edit after the best epoch has had no part in the best parameters.

    When a member ends, its row of `parameters` becomes its best one and is held there; the last one is kept, so that
    training can go on where it stopped.
    """

    def __init__(self, parameters: Array) -> None:
        members = len(parameters)
        self._parameters = parameters
        self.best_parameters = parameters.copy()
        self.best_loss = np.full(members, math.inf)
        self.best_epoch = np.zeros(members, np.int64)
        self.best_hyperparameters: list[Hyperparameters | None] = [None] * members
        self.endings: list[Ending] = [""] * members
        self.divergences: list[Divergence | None] = [None] * members
        self._backup = parameters.copy()
        self._held = parameters[:0]
        self._last: dict[int, Array] = {}
        self._ended_at: dict[int, int] = {}
        self.ended = np.zeros(members, bool)
        self.is_done = False  # whether every member's training has ended

    def select(self, members: Sequence[int], parameters: Array) -> Progress:
        """What is known of these members alone, whose rows `parameters` (M, P) now holds."""
        chosen = Progress(parameters)
        chosen.best_parameters = self.best_parameters[members]
        chosen.best_loss, chosen.best_epoch = self.best_loss[members], self.best_epoch[members]
        chosen.best_hyperparameters = [self.best_hyperparameters[member] for member in members]
        chosen.endings = [self.endings[member] for member in members]
        chosen.divergences = [self.divergences[member] for member in members]
        chosen._backup = self._backup[members]
        chosen._last = {place: self._last[member] for place, member in enumerate(members) if member in self._last}
        chosen._ended_at = {p: self._ended_at[member] for p, member in enumerate(members) if member in self._ended_at}
        chosen.ended = self.ended[members]
        chosen.is_done = bool(chosen.ended.all())
        chosen._held = parameters[chosen.ended]
        return chosen

    def back_up(self) -> None:
        """Keep the parameters as they are at the start of an epoch."""
        np.copyto(self._backup, self._parameters)

    def observe(
        self, epoch: int, loss: Array, hyperparameters: Sequence[Hyperparameters], *, is_validation: bool = True
    ) -> None:
        """Take note of the epoch's losses (M,), and end the members that have reached their limits.

        A training loss says nothing about which epoch is best: without validation the last epoch always counts as it.
        """
        better = ((loss < self.best_loss) | (not is_validation)) & ~self.ended
        if better.any():
            self.best_loss[better] = loss[better]
            self.best_epoch[better] = epoch
            self.best_parameters[better] = self._parameters[better]
            for member in map(int, np.flatnonzero(better)):
                self.best_hyperparameters[member] = hyperparameters[member]
        for member in map(int, np.flatnonzero(~self.ended)):
            h = hyperparameters[member]
            if epoch >= h.epochs:
                self.end(member, "epochs", epoch)
            elif h.patience and epoch - self.best_epoch[member] >= h.patience:
                self.end(member, "patience", epoch)

    def end(self, member: int, ending: Ending, epoch: int) -> None:
        """End a member after `epoch`: its best parameters take the place of the last ones."""
        self._last[member] = self._parameters[member].copy()
        self._ended_at[member] = epoch
        if ending != "diverged" and self.best_epoch[member]:
            self._parameters[member] = self.best_parameters[member]
        self._freeze(member, ending)

    def end_diverged(self, member: int, divergence: Divergence) -> None:
        """End a member whose loss is not finite, with its last finite parameters."""
        if not np.isfinite(self._parameters[member]).all():
            self._parameters[member] = self._backup[member]
        self.divergences[member] = divergence
        self._freeze(member, "diverged")

    def hold(self) -> None:
        """Undo what a step has done to the members that have ended."""
        if len(self._held):
            self._parameters[self.ended] = self._held

    def reopen(self, member: int, h: Hyperparameters, epoch: int) -> bool:
        """Let an ended member go on where it stopped, if its limits now allow it; says whether they do.

        Raises
        ------
        HyperparameterError
            if other members have gone on since: order, optimizer and schedule are not where this one stopped.
        """
        waited = epoch - self.best_epoch[member]
        if self.endings[member] in {"", "diverged"} or epoch >= h.epochs or (h.patience and waited >= h.patience):
            return False
        if self._ended_at[member] != epoch:
            raise HyperparameterError(f"member {member} ended after epoch {self._ended_at[member]}, and the stack is "
                                      f"at {epoch}: it cannot go on from there")  # fmt: skip
        self._parameters[member] = self._last.pop(member)
        self.endings[member] = ""
        self.ended[member] = self.is_done = False
        self._held = self._parameters[self.ended]
        return True

    def _freeze(self, member: int, ending: Ending) -> None:
        self.endings[member] = ending
        self.ended[member] = True
        self.is_done = bool(self.ended.all())
        self._held = self._parameters[self.ended]
