"""Manual search: the trainings that the user starts from the form, as trials of a study of their own.

What is searched is what the user has changed so far; each trial tells what changed against the one before, and what
that did to the score.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from tuitrain.engine.metrics import HIGHER_IS_BETTER
from tuitrain.hyperparameters import FIELDS, Hyperparameters
from tuitrain.search.ranges import Choices
from tuitrain.search.space import Space
from tuitrain.search.trial import USER, State, Trial


@dataclass(frozen=True)
class Training:
    """One training by hand: its hyperparameters as they were at the end, and what it came to."""

    hyperparameters: Hyperparameters
    state: State
    score: float
    loss: float
    epochs: int
    best_epoch: int
    seconds: float
    curve: tuple[float, ...]
    message: str = ""


def manual_space(trainings: Sequence[Training]) -> Space | None:
    """The values that were tried of each field that was changed; None before anything was."""
    if not trainings:
        return None
    first = trainings[0].hyperparameters
    tried: dict[str, list[Any]] = {}
    for name in FIELDS:
        values = list(dict.fromkeys(getattr(training.hyperparameters, name) for training in trainings))
        if len(values) > 1:
            tried[name] = values
    if not tried:
        tried = {"learning_rate": [first.learning_rate, first.learning_rate * 2]}
    return Space({name: Choices(tuple(values)) for name, values in tried.items()}, first)


def manual_trials(trainings: Sequence[Training], space: Space, metric: str) -> tuple[Trial, ...]:
    """The trainings as trials, each with what changed and what it did."""
    found: list[Trial] = []
    for number, training in enumerate(trainings):
        h = training.hyperparameters
        setting = space.active({name: getattr(h, name) for name in space.names})
        before = trainings[number - 1] if number else None
        found.append(
            Trial(
                number, setting, USER, training.state, training.score, math.nan, training.loss, training.epochs,
                training.best_epoch, training.seconds, _told(training, before, metric), training.curve,
            )
        )  # fmt: skip
    return tuple(found)


def _told(training: Training, before: Training | None, metric: str) -> str:
    if before is None:
        return training.message or "the first training"
    changed = before.hyperparameters.differences(training.hyperparameters)
    parts = [
        f"{FIELDS[name].label} {FIELDS[name].format(old)} to {FIELDS[name].format(new)}"
        for name, (old, new) in changed.items()
    ]
    difference = training.score - before.score
    did = f"{metric} {difference:+.4f}" if math.isfinite(difference) else ""
    if did and difference:
        did += " (better)" if (difference > 0) == HIGHER_IS_BETTER[metric] else " (worse)"
    return ": ".join(part for part in (", ".join(parts) or "nothing changed", did, training.message) if part)


def best_of(trials: Sequence[Trial], metric: str) -> Trial | None:
    """The best finished trial."""
    sign = -1.0 if HIGHER_IS_BETTER[metric] else 1.0
    finished = [trial for trial in trials if trial.state == "finished" and math.isfinite(trial.score)]
    return min(finished, key=lambda trial: (sign * trial.score, trial.number), default=None)


class TrainingLog:
    """Takes note of each training of a session: when it ends, or when another takes its place."""

    def __init__(self) -> None:
        self.trainings: list[Training] = []
        self._running: tuple[int, Training] | None = None
        self._done: set[int] = set()

    def observe(self, history: object, training: Training | None, *, has_ended: bool) -> bool:
        """Look at a training, known by its history; whether one was added."""
        added = False
        key = id(history)
        if self._running is not None and self._running[0] != key:
            added = self._add(replace(self._running[1], message="left off by hand"), self._running[0])
            self._running = None
        if training is None:
            return added
        if has_ended:
            self._running = None
            return self._add(training, key) or added
        if key in self._done and self.trainings and self.trainings[-1].epochs < training.epochs:
            self._done.discard(key)  # it goes on: what was noted is replaced when it ends again
            self.trainings.pop()
        self._running = (key, training) if key not in self._done else None
        return added

    def _add(self, training: Training, key: int) -> bool:
        if key in self._done or not training.epochs:
            return False
        self._done.add(key)
        self.trainings.append(training)
        return True


def training_of(snapshot: Any) -> Training | None:
    """What a session's snapshot tells of its training; None before the first epoch."""
    if not snapshot.epochs_recorded:
        return None
    column = snapshot.history.column
    length = snapshot.epochs_recorded
    curve = column("validation_metric", length)
    losses = column("validation_loss", length)
    if not len(curve) or math.isnan(float(curve[-1])):
        curve, losses = column("train_metric", length), column("train_loss", length)
    best = max(1, min(int(snapshot.best_epoch) or length, length))
    state: State = "failed" if snapshot.state in {"diverged", "failed"} else "finished"
    return Training(
        snapshot.hyperparameters, state, float(curve[best - 1]), float(losses[best - 1]), length, best,
        snapshot.seconds, tuple(map(float, curve)), snapshot.message if state == "failed" else "",
    )  # fmt: skip
