"""Early stopping for each member of a stack: its best epoch, its patience, and how it ended.

`M` members, `P` parameters.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuitrain.engine.records import ENDINGS, Divergence, Ending, ending_codes
from tuitrain.errors import HyperparameterError
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.translation import gettext as _

Array = NDArray[Any]


class EarlyStopping:
    """Remembers each member's best parameters, by validation loss; without validation, the last ones.

    `parameters` (M, P) are those of the network, in place. `best_parameters` (M, P), `best_loss` (M,) float64 and
    `best_epoch` (M,) int64 describe each member's best epoch, which is 0 before the first. `best_hyperparameters` are
    those with which the best epoch's last step was trained, None before the first epoch: a live edit after the best
    epoch has had no part in the best parameters. `endings` and `ended` (M,) say how and whether each member has ended.

    When a member ends, its row of `parameters` becomes its best one and is held there; the last one is kept, so that
    training can continue where it stopped.
    """

    def __init__(self, parameters: Array) -> None:
        members = len(parameters)
        self._parameters = parameters
        self.best_parameters = parameters.copy()
        self.best_loss = np.full(members, math.inf)
        self.best_watched = np.full(members, math.inf)
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

    def arrays(self, *, is_between_epochs: bool) -> dict[str, Array]:
        """Return copies of the arrays for a `State`; hyperparameters and divergences are not among them.

        Between two epochs no backup is needed, and until a member has ended no last parameters are kept: these arrays
        are (M, 0) then.
        """
        members = len(self._parameters)
        last = self._parameters.copy() if self._last else self._parameters[:, :0]
        for member, parameters in self._last.items():
            last[member] = parameters
        return {
            "best.parameters": self.best_parameters.copy(), "best.loss": self.best_loss.copy(),
            "best.watched": self.best_watched.copy(),
            "best.epoch": self.best_epoch.copy(), "backup": self._backup[:, : 0 if is_between_epochs else None].copy(),
            "ended.how": ending_codes(self.endings), "ended.parameters": last,
            "ended.after": np.array([self._ended_at.get(member, -1) for member in range(members)], np.int64),
        }  # fmt: skip

    def restore(
        self, arrays: Mapping[str, Array], best_hyperparameters: Sequence[Hyperparameters | None],
        divergences: Sequence[Divergence | None],
    ) -> None:  # fmt: skip
        """Continue from what `arrays` gave; `parameters` already hold theirs."""
        self.best_hyperparameters = list(best_hyperparameters)
        for name in ("best_parameters", "best_loss", "best_watched", "best_epoch"):
            getattr(self, name)[...] = arrays[name.replace("_", ".")]
        if arrays["backup"].shape[1]:
            self._backup[...] = arrays["backup"]
        self.endings = [ENDINGS[code] for code in arrays["ended.how"]]
        self.divergences = list(divergences)
        after = arrays["ended.after"]
        self._ended_at = {int(member): int(after[member]) for member in np.flatnonzero(after >= 0)}
        stopped = [member for member, how in enumerate(self.endings) if how not in {"", "diverged"}]
        self._last = {member: arrays["ended.parameters"][member].copy() for member in stopped}
        self.ended = arrays["ended.how"] > 0
        self.is_done = bool(self.ended.all())
        self._held = self._parameters[self.ended]

    def back_up(self) -> None:
        """Keep a copy of the parameters as they are at the start of an epoch."""
        np.copyto(self._backup, self._parameters)

    def observe(
        self, epoch: int, loss: Array, hyperparameters: Sequence[Hyperparameters], *, is_validation: bool = True,
        watched: Array | None = None,
    ) -> None:  # fmt: skip
        """Record the losses (M,) of an epoch, and end the members that have reached their limits.

        The best epoch has the lowest of `watched` (M,), None: of the losses, and of equal ones the lowest loss.
        A training loss does not show which epoch is best: without validation, the last epoch always counts as the best.
        """
        watched = loss if watched is None else watched
        lower = (watched < self.best_watched) | ((watched == self.best_watched) & (loss < self.best_loss))
        better = (lower | (not is_validation)) & ~self.ended
        if better.any():
            self.best_loss[better] = loss[better]
            self.best_watched[better] = watched[better]
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
        """End a member after `epoch`: its best parameters replace the last ones."""
        self._last[member] = self._parameters[member].copy()
        self._ended_at[member] = epoch
        if ending != "diverged" and self.best_epoch[member]:
            self._parameters[member] = self.best_parameters[member]
        self._freeze(member, ending)

    def end_diverged(self, member: int, divergence: Divergence) -> None:
        """End a member whose loss is not finite; parameters that are not finite become those of the epoch's start."""
        if not np.isfinite(self._parameters[member]).all():
            self._parameters[member] = self._backup[member]
        self.divergences[member] = divergence
        self._freeze(member, "diverged")

    def hold(self) -> None:
        """Undo what a step has done to the members that have ended."""
        if len(self._held):
            self._parameters[self.ended] = self._held

    def reopen(self, hyperparameters: Sequence[Hyperparameters], epoch: int) -> None:
        """Let ended members whose limits now allow it continue where they stopped; the stack is after `epoch`.

        Raises
        ------
        HyperparameterError
            if other members have continued since such a one ended: order, optimizer and schedule are not where it
            stopped. Nothing has changed then.
        """
        members = [member for member, h in enumerate(hyperparameters) if self._may_continue(member, h, epoch)]
        for member in members:
            if self._ended_at[member] != epoch:
                text = _(
                    "member {member} ended after epoch {ended}, and the stack is at {epoch}: it cannot continue from "
                    "there"
                )
                raise HyperparameterError(text.format(member=member, ended=self._ended_at[member], epoch=epoch))
        for member in members:
            self._parameters[member] = self._last.pop(member)
            self.endings[member] = ""
            self.ended[member] = self.is_done = False
        self._held = self._parameters[self.ended]

    def _may_continue(self, member: int, h: Hyperparameters, epoch: int) -> bool:
        """Return whether a member has ended, by a limit that it is now below."""
        waited = epoch - self.best_epoch[member]
        is_limited = self.endings[member] in {"epochs", "patience"}
        return is_limited and epoch < h.epochs and not (h.patience and waited >= h.patience)

    def _freeze(self, member: int, ending: Ending) -> None:
        self.endings[member] = ending
        self.ended[member] = True
        self.is_done = bool(self.ended.all())
        self._held = self._parameters[self.ended]
