"""The share of the learning rate over 100 epochs under each schedule, as the engine plans it."""

from __future__ import annotations

from functools import cache

from tuitrain.engine.schedules import SCHEDULES, multipliers
from tuitrain.options.presets import PLAIN
from tuitrain.pages.demonstrations.movable import FigureRow, Movable
from tuitrain.translation import N_

EPOCHS, STEPS = 100, 10  # steps of an epoch
VALUES = tuple(float(epoch) for epoch in range(0, EPOCHS, 3))
SHOWN = tuple(name for name in SCHEDULES if name != "plateau")  # which depends on the losses


@cache
def shares(name: str) -> tuple[float, ...]:
    """Return the share at the first step of each of `VALUES`."""
    h = PLAIN.replace(schedule=name, epochs=EPOCHS)
    planned = multipliers(h, 0, EPOCHS * STEPS, STEPS)
    return tuple(float(planned[int(epoch) * STEPS]) for epoch in VALUES)


def _rows(epoch: float) -> tuple[FigureRow, ...]:
    at = VALUES.index(epoch)
    return tuple(FigureRow(name, (shares(name)[at],), shares(name)) for name in SHOWN)


FUNCTION = Movable(N_("epoch"), VALUES, 30.0, (N_("share"),), _rows)
