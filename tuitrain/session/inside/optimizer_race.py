"""A race: one start under several optimizers, schedules, activations or batch sizes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.session.asked.race import RaceAnswer, RunRace
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

USUAL_RATES = {"sgd": 0.1, "momentum": 0.01, "rmsprop": 0.001, "adam": 0.001, "adamw": 0.001}
OFFERED: dict[str, tuple[Any, ...]] = {
    "schedule": ("constant", "step", "cosine", "one_cycle", "plateau"),
    "activation": ("sigmoid", "tanh", "relu", "leaky_relu", "gelu"),
    "batch_size": (8, 32, 128, 512, "full"),
}


def race(question: Question, copy: Copy) -> Answers:
    """Answer `RunRace`: each lane is trained alone, an epoch in turn, so that their seconds can be compared."""
    asked = cast("RunRace", question)
    h, dataset = copy.state.hyperparameters[0], copy.dataset
    names = ("optimizer", "schedule", *(("activation",) if h.hidden_layers else ()), "batch_size")
    name = asked.name if asked.name in names else names[0]
    changes, own = changes_of(h, name, len(dataset.train), lambda size: takes_too_long(copy, h, size))
    lanes: list[ExperimentLane] = []

    def answer() -> RaceAnswer:
        losses, missing = losses_of(lanes, len(changes)), len(changes) - len(lanes)
        return RaceAnswer(
            question, name, names, changes, own, losses, *courses_of(lanes, len(changes)),
            (*(memory_of(lane, name) for lane in lanes), *[0] * missing), part_of(dataset),
            divergences_of(lanes, len(changes)), done=losses.shape[1] - 1, total=asked.epochs,
        )  # fmt: skip

    for change in changes:
        lanes += lanes_of(copy, [_member(h, change, asked.epochs)], asked.epochs)
        yield answer()
    for _ in train_lanes(lanes):
        yield answer()


def _member(h: Hyperparameters, change: dict[str, Any], epochs: int) -> Hyperparameters:
    """What a lane trains with; schedules reach their end with the race."""
    return h.replace(**change, **({"epochs": epochs} if "schedule" in change else {}))


def changes_of(
    h: Hyperparameters, name: str, rows: int, too_long: Callable[[Any], bool] = lambda size: False
) -> tuple[tuple[dict[str, Any], ...], int]:
    """Return what each lane sets, and the number of the one that is as the run has it.

    Optimizers come with their usual learning rates, the run's own with its own. Batch sizes of which `too_long` says so
    are left out, unless it is the run's.
    """
    now = getattr(h, name)
    if name == "optimizer":
        rates = {**USUAL_RATES, now: h.learning_rate}
        return tuple({"optimizer": rule, "learning_rate": rate} for rule, rate in rates.items()), list(rates).index(now)
    values = [value for value in OFFERED[name] if not isinstance(value, int) or value < rows]
    if now not in values:
        values.append(now)
    if name == "batch_size":
        values = [size for size in values if size == now or not too_long(size)]
        values.sort(key=lambda size: rows if size == "full" else size)
    return tuple({name: value} for value in values), values.index(now)


def memory_of(lane: ExperimentLane, name: str) -> int:
    """Bytes of one batch (rows, outputs of each layer and gradients at them), or of what the optimizer remembers."""
    trainer = lane.trainer
    if name == "batch_size":
        return trainer.batch_memory
    arrays = trainer.state().arrays
    return sum(array.nbytes for key, array in arrays.items() if key.startswith("optimizer.") and array.ndim > 1)
