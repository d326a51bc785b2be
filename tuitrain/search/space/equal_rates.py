"""Learning rates that come to the same under different optimizers.

The same number means steps of another size under another optimizer: what 0.01 is to adam, 1 is to sgd. The surrogate
of the Bayesian strategy compares rates that come to the same, so that what it learns under one optimizer holds under
the others; strategies that draw or enumerate do not know of it.

The decades are round numbers, of which the surrogate needs no more: its length scales are fitted, and an optimizer is a
category besides. For adagrad and adadelta they are the ratios of PyTorch's defaults (0.01 and 1 to adam's 0.001). For
gradient descent they lie between two extremes: in twenty epochs on small tables (iris, spiral, circles, mixed, sine;
four networks each) its best rates are 0.6 decades above adam's, in long trainings of deep networks three: 0.1 with
momentum 0.9 (He et al., 2016) where adam has 0.001 (Kingma & Ba, 2015). In the searches of `benchmarks/strategies.py`
two decades did a little better than one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from tuitrain.options.hyperparameters import FIELDS, Hyperparameters
from tuitrain.search.space.columns import SearchColumn, Shift

DECADES = {"sgd": -2.0, "momentum": -2.0, "nesterov": -2.0, "adagrad": -1.0, "adadelta": -3.0}  # others as adam


def with_equal_rates(columns: Sequence[SearchColumn], base: Hyperparameters) -> tuple[SearchColumn, ...]:
    """Give the learning rate its shift by optimizer and momentum where these are searched too.

    A rate on a linear scale has none: a factor is no distance there. `base` holds what is not searched.
    """
    named = {column.name: column for column in columns}
    rate, optimizer, momentum = (named.get(name) for name in ("learning_rate", "optimizer", "momentum"))
    if rate is None or rate.scale != "log" or (optimizer is None and momentum is None):
        return tuple(columns)
    width = math.log10(rate.value(1.0) / rate.value(0.0))
    lowest = base.momentum if momentum is None else momentum.value(0.0)
    shift = Shift(
        category="optimizer" if optimizer else "",
        offsets=tuple(_decades(value, lowest) / width for value in optimizer.values) if optimizer else (),
        number="momentum" if momentum else "",
        slope=(_longer(momentum.value(1.0)) - _longer(lowest)) / width if momentum else 0.0,
    )
    return tuple(replace(column, shift=shift) if column is rate else column for column in columns)


def _decades(optimizer: str, momentum: float) -> float:
    """Return the decades from an optimizer's learning rate to adam's that comes to the same."""
    has_momentum = optimizer in FIELDS["momentum"].when["optimizer"]
    return DECADES.get(optimizer, 0.0) + (_longer(momentum) if has_momentum else 0.0)


def _longer(momentum: float) -> float:
    """Return by how many decades momentum lengthens steps that agree in direction: they add up to 1/(1 - momentum)."""
    return -math.log10(1.0 - momentum)
