"""The learning rate as a function of the step: the multiplier of the hyperparameter.

A schedule sees the position in steps after the warm-up and the total number of steps; only `plateau` looks at the
losses, see `Plateau`. `S` steps.

To add one: a function, a line in `SCHEDULES`, and the name in `hyperparameters.SCHEDULES`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

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
    """Return the learning rate's multipliers in the steps `first` … `first + count - 1`: (count,) float64."""
    steps = np.arange(first, first + count, dtype=np.float64)
    warm = h.warmup * per_epoch
    position = np.maximum(steps - math.ceil(warm), 0)
    result = SCHEDULES[h.schedule](position, h.epochs * per_epoch - math.ceil(warm), per_epoch, h)
    return result * np.minimum((steps + 1) / warm, 1) if warm else result


@dataclass
class Plateau:
    """Reduce on plateau, for one member: the multiplier falls when the watched loss stops falling."""

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
