"""The learning rate as a function of the step: the multiplier of the hyperparameter.

A schedule is a function of `step` (count,) float64, the steps since the end of the warm-up; of `total`, the steps of
the training after it; of `per_epoch`, the steps of an epoch; and of the hyperparameters. It returns multipliers
(count,) float64. Only `plateau` looks at the losses, see `Plateau`. `M` members.

To add one: a function, a line in `SCHEDULES`, and the name in `hyperparameters.SCHEDULES`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuitrain.options.hyperparameters import Hyperparameters

Floats = NDArray[np.float64]


def _constant(step: Floats, total: float, per_epoch: int, h: Hyperparameters) -> Floats:
    return np.ones_like(step)


def _step(step: Floats, total: float, per_epoch: int, h: Hyperparameters) -> Floats:
    """Multiply by the factor after every `schedule_epochs` epochs."""
    result: Floats = h.schedule_factor ** (step // (per_epoch * h.schedule_epochs))
    return result


def _exponential(step: Floats, total: float, per_epoch: int, h: Hyperparameters) -> Floats:
    """Spread the same decay evenly over those epochs."""
    result: Floats = h.schedule_factor ** (step / (per_epoch * h.schedule_epochs))
    return result


def _cosine(step: Floats, total: float, per_epoch: int, h: Hyperparameters) -> Floats:
    """Fall from 1 to the lowest share along half a cosine (Loshchilov & Hutter, 2017, eq. 5)."""
    return _half_cosine(np.minimum(step / max(total, 1), 1), h.schedule_minimum)


def _warm_restarts(step: Floats, total: float, per_epoch: int, h: Hyperparameters) -> Floats:
    """Repeat half cosines, each `schedule_growth` times as long as the one before (SGDR, Loshchilov & Hutter, 2017)."""
    first, growth = float(per_epoch * h.schedule_epochs), h.schedule_growth
    if growth == 1:
        return _half_cosine((step % first) / first, h.schedule_minimum)
    cycle = np.floor(np.log1p(step / first * (growth - 1)) / math.log(growth) + 1e-9)
    start = first * (growth**cycle - 1) / (growth - 1)
    return _half_cosine(np.clip((step - start) / (first * growth**cycle), 0, 1), h.schedule_minimum)


def _one_cycle(step: Floats, total: float, per_epoch: int, h: Hyperparameters) -> Floats:
    """Rise from 1/25 over three tenths of the steps, then fall to the lowest share (Smith & Topin, 2018)."""
    peak = max(0.3 * total, 1)
    rising = 1 - _half_cosine(np.minimum(step / peak, 1), 0.0)
    falling = _half_cosine(np.clip((step - peak) / max(total - peak, 1), 0, 1), h.schedule_minimum)
    return np.where(step < peak, 1 / 25 + rising * (1 - 1 / 25), falling)


def _inverse_scaling(step: Floats, total: float, per_epoch: int, h: Hyperparameters) -> Floats:
    """Return 1 / (1 + step)^power; scikit-learn's invscaling has 1 / (1 + rows seen)^power instead."""
    result: Floats = (1 + step) ** -h.schedule_power
    return result


def _half_cosine(share: Floats, lowest: float) -> Floats:
    return lowest + (1 - lowest) * 0.5 * (1 + np.cos(math.pi * share))


Schedule = Callable[[Floats, float, int, Hyperparameters], Floats]
SCHEDULES: dict[str, Schedule] = {
    "constant": _constant,
    "step": _step,
    "exponential": _exponential,
    "cosine": _cosine,
    "warm_restarts": _warm_restarts,
    "one_cycle": _one_cycle,
    "inverse_scaling": _inverse_scaling,
    "plateau": _constant,
}


def multipliers(h: Hyperparameters, first: int, count: int, per_epoch: int) -> Floats:
    """Return the learning rate's multipliers in the steps `first` … `first + count - 1`, (count,) float64.

    Steps count from 0 over the whole training, with `per_epoch` in an epoch. During the warm-up the multiplier rises in
    equal steps to 1: gradual warm-up (Goyal et al., 2017, section 2.2).
    """
    steps = np.arange(first, first + count, dtype=np.float64)
    warm = h.warmup * per_epoch
    position = np.maximum(steps - math.ceil(warm), 0)
    result = SCHEDULES[h.schedule](position, h.epochs * per_epoch - math.ceil(warm), per_epoch, h)
    return result * np.minimum((steps + 1) / warm, 1) if warm else result


@dataclass
class Plateau:
    """Reduce on plateau, for one member: the multiplier falls when the watched loss stops falling.

    `best` is the last loss that was better, `waited` the number of epochs since then or since the last cut.
    """

    multiplier: float = 1.0
    best: float = math.inf
    waited: int = 0

    def observe(self, loss: float, h: Hyperparameters) -> None:
        """Record an epoch's loss; better means lower by at least a ten-thousandth, as in torch."""
        if loss < self.best * (1 - 1e-4):
            self.best, self.waited = loss, 0
            return
        self.waited += 1
        if self.waited > h.schedule_patience:
            self.multiplier = max(self.multiplier * h.schedule_factor, h.schedule_minimum)
            self.waited = 0


class LearningRates:
    """The learning rates of a stack, planned to the end of the running epoch.

    `current` (M, 1) float64 is the rate of the last step.
    """

    def __init__(self, hyperparameters: Sequence[Hyperparameters]) -> None:
        self._plateaus = [Plateau() for _ in hyperparameters]
        self._planned: list[NDArray[Any]] = []  # the last step's first
        self.current = _base_rates(hyperparameters)

    def plan(self, hyperparameters: Sequence[Hyperparameters], first: int, count: int, per_epoch: int) -> None:
        """Compute the rates of the steps `first` … `first + count - 1`, as `multipliers` counts them."""
        cuts = [
            plateau.multiplier if h.schedule == "plateau" else 1.0
            for h, plateau in zip(hyperparameters, self._plateaus, strict=True)
        ]
        base = _base_rates(hyperparameters) * np.array(cuts)[:, None]
        if all(h.schedule in {"constant", "plateau"} and not h.warmup for h in hyperparameters):
            self._planned = [base] * count
            return
        shares = np.stack([multipliers(h, first, count, per_epoch) for h in hyperparameters], axis=1)
        self._planned = list((shares[:, :, None] * base)[::-1])

    def next(self) -> NDArray[Any]:
        """Return the rate of the next planned step, (M, 1) float64, which becomes `current`."""
        self.current = self._planned.pop()
        return self.current

    def observe(self, losses: NDArray[Any], hyperparameters: Sequence[Hyperparameters]) -> None:
        """Show an epoch's losses (M,) to the members with the schedule `plateau`."""
        for plateau, loss, h in zip(self._plateaus, losses, hyperparameters, strict=True):
            if h.schedule == "plateau":
                plateau.observe(float(loss), h)

    def forget_cuts(self, member: int) -> None:
        """Watch a member for a plateau from the beginning again: its cuts belonged to another rate."""
        self._plateaus[member] = Plateau()

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return its arrays for a `State`: (M,), and (M, steps left) float64 of the planned rates."""
        planned = np.concatenate([self.current[:, :0], *self._planned], axis=1)
        return {
            "schedule.multiplier": np.array([plateau.multiplier for plateau in self._plateaus], np.float64),
            "schedule.best": np.array([plateau.best for plateau in self._plateaus], np.float64),
            "schedule.waited": np.array([plateau.waited for plateau in self._plateaus], np.int64),
            "schedule.rate": self.current[:, 0].copy(), "schedule.planned": planned,
        }  # fmt: skip

    def restore(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Continue from what `arrays` gave."""
        watched = (arrays[f"schedule.{name}"].tolist() for name in ("multiplier", "best", "waited"))
        self._plateaus = [Plateau(*values) for values in zip(*watched, strict=True)]
        planned = arrays["schedule.planned"]
        self._planned = [planned[:, step : step + 1] for step in range(planned.shape[1])]
        self.current = arrays["schedule.rate"][:, None]


def _base_rates(hyperparameters: Sequence[Hyperparameters]) -> NDArray[Any]:
    return np.array([[h.learning_rate] for h in hyperparameters], np.float64)
