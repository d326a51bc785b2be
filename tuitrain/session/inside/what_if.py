"""What if: the next epochs at other values of a hyperparameter, from exactly here."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, cast

from tuitrain.engine.build import SHARED
from tuitrain.options.hyperparameters import FIELDS, Hyperparameters
from tuitrain.session.asked.what_if import WhatIf, WhatIfAnswer
from tuitrain.session.inside.experiment import (
    ExperimentLane,
    courses_of,
    divergences_of,
    lanes_of,
    losses_of,
    part_of,
    takes_too_long,
    train_lanes,
)
from tuitrain.session.inspection import Answers, Copy
from tuitrain.session.questions import Question

FACTORS = (0.1, 0.3, 1, 3, 10, 30)  # of the learning rate
VALUES: dict[str, tuple[float | str, ...]] = {
    "momentum": (0.0, 0.5, 0.8, 0.9, 0.95, 0.99),
    "beta1": (0.0, 0.5, 0.8, 0.9, 0.95, 0.99),
    "l2": (0.0, 1e-4, 1e-3, 0.01, 0.1, 1.0),
    "C": (0.01, 0.1, 1.0, 10.0, 100.0, 1000.0),
    "dropout": (0.0, 0.1, 0.2, 0.3, 0.5, 0.7),
    "batch_size": (8, 16, 32, 64, 128, "full"),
}
_LEAST = 1e-6  # what 0 counts as on a logarithmic scale


def what_if(question: Question, copy: Copy) -> Answers:
    """Answer `WhatIf`: the copies share a stack where the hyperparameter can differ within one."""
    asked = cast("WhatIf", question)
    step = copy.going_on().step_in_epoch  # refuses a training that has diverged
    h, rows = copy.state.hyperparameters[0], len(copy.dataset.train)
    names = ("learning_rate", *(name for name in VALUES if _has_effect(h, name)))
    name = asked.name if asked.name in names else names[0]
    too_long = (lambda value: takes_too_long(copy, h, value)) if name == "batch_size" else None
    values, now = values_around(h, name, rows, too_long)
    members = [h.replace(**{name: value}) for value in values]
    groups = [[member] for member in members] if name in SHARED else [members]
    lanes: list[ExperimentLane] = []

    def answer() -> WhatIfAnswer:
        losses = losses_of(lanes, len(values))
        return WhatIfAnswer(
            question, name, names, values, now, losses, part_of(copy.dataset), divergences_of(lanes, len(values)),
            copy.state.counters["epochs_done"], step, *courses_of(lanes, len(values)),
            done=losses.shape[1] - 1, total=asked.epochs,
        )  # fmt: skip

    for group in groups:
        for lane in lanes_of(copy, group, asked.epochs, from_here=True):
            lanes.append(lane)
            yield answer()
    for _ in train_lanes(lanes):
        yield answer()


def values_around(
    h: Hyperparameters, name: str, rows: int, too_long: Callable[[Any], bool] | None = None
) -> tuple[tuple[float | str, ...], int]:
    """Return the values to try, the present one in the place of the nearest, and its number.

    Other values of which `too_long` says so are left out.
    """
    now = getattr(h, name)
    if name == "learning_rate":
        most = FIELDS[name].maximum or math.inf
        rates = [now if factor == 1 else min(float(f"{now * factor:.3g}"), most) for factor in FACTORS]
        return tuple(rates), FACTORS.index(1)
    values = [value for value in VALUES[name] if name != "batch_size" or value == "full" or int(value) < rows]
    places = [_distance(name, value, now, rows) for value in values]
    nearest = places.index(min(places))
    values[nearest] = now
    kept = [value for place, value in enumerate(values) if place == nearest or not (too_long and too_long(value))]
    return tuple(kept), kept.index(now)


def _distance(name: str, one: Any, other: Any, rows: int) -> float:
    """How far two values are apart on the hyperparameter's scale."""
    first, second = (float(rows if value == "full" else value) for value in (one, other))
    scale = FIELDS[name].scale
    if scale == "complement":
        return abs(math.log(1 - first) - math.log(1 - second))
    if scale in {"log", "doubling"}:
        return abs(math.log(max(first, _LEAST)) - math.log(max(second, _LEAST)))
    return abs(first - second)


def _has_effect(h: Hyperparameters, name: str) -> bool:
    if name == "dropout" and not h.hidden_layers:
        return False
    return h.matters(name)
