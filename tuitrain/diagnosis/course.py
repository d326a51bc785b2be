"""The course of a training, as far as the rules read it.

Shapes: `E` epochs recorded.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from tuitrain.runs.history import Floats, History, LayerProbe

RECENT = 20  # epochs that a rule looks back
ENOUGH = 8  # epochs before a rule says anything about the course


class Course(Protocol):
    """What the rules read of a training; its snapshots have it. Losses without a part to measure them on are NaN."""

    @property
    def state(self) -> str: ...
    @property
    def ending(self) -> str: ...
    @property
    def is_running(self) -> bool: ...
    @property
    def step(self) -> int: ...
    @property
    def epoch(self) -> int: ...
    @property
    def epochs_recorded(self) -> int: ...
    @property
    def history(self) -> History: ...
    @property
    def layers(self) -> Sequence[LayerProbe]: ...
    @property
    def learning_rate(self) -> float: ...
    @property
    def train_loss(self) -> float: ...
    @property
    def validation_loss(self) -> float: ...
    @property
    def best_epoch(self) -> int: ...
    @property
    def best_loss(self) -> float: ...


def column(course: Course, name: str) -> Floats:
    """Return a column of the history, (E,) float64."""
    return course.history.column(name, course.epochs_recorded)


def fall(course: Course) -> float:
    """Return the share of its first value by which the training loss has fallen."""
    train = column(course, "train_loss")
    return float(1 - train[-1] / train[0]) if train[0] > 0 else 1.0
