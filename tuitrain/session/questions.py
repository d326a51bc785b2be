"""What a page asks about the inside of a training, and the answers: plain values, as commands and snapshots are.

A page looks at one question at a time (`Session.watch`); the session answers it on a copy of the network, so that the
training stays as it is. To add a page: a question and an answer here, and a function in `inside/` that `inspection.py`
names.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from tuitrain.engine.step_trace import StepTrace
from tuitrain.engine.trace import RowTrace
from tuitrain.errors import RunError
from tuitrain.runs import json_values
from tuitrain.text import quoted, suggest

KINDS: dict[str, type[Inside]] = {}


@dataclass(frozen=True)
class Inside:
    """What questions and answers have in common: the name of their kind, and JSON."""

    kind: ClassVar[str]

    def __init_subclass__(cls) -> None:
        cls.kind = re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()
        KINDS[cls.kind] = cls

    def to_json(self) -> dict[str, Any]:
        """Convert to a JSON object; ``kind`` names it."""
        return {"kind": self.kind, **json_values.encode_fields(self)}

    @classmethod
    def from_json(cls, json: Any) -> Inside:
        """Convert a JSON object back.

        Raises
        ------
        RunError
            if there is no such question or answer, or a value does not fit.
        """
        values = dict(json) if isinstance(json, Mapping) else {}
        kind = str(values.pop("kind", ""))
        if kind not in KINDS or not issubclass(KINDS[kind], cls):
            raise RunError(f"{cls.__name__.lower()} {quoted(kind)}: {suggest(kind, KINDS)}")
        found: Inside = json_values.decode_fields(KINDS[kind], values, kind)
        return found


@dataclass(frozen=True)
class Question(Inside):
    """What every question has.

    `copy` numbers the copies of the network: for a number that the session has not seen it copies the network as it
    is then, and all questions of that number are about this copy. `example` names a ready-made network in its place.
    """

    copy: int = field(default=0, kw_only=True)
    example: str = field(default="", kw_only=True)


@dataclass(frozen=True, eq=False)
class Answer(Inside):
    """What every answer has.

    `epoch` is that of the copy; `done` of `total` parts of a longer work are done; `problem` says why there is no
    answer, "" if there is one.
    """

    question: Question
    epoch: int = field(default=0, kw_only=True)
    done: int = field(default=1, kw_only=True)
    total: int = field(default=1, kw_only=True)
    problem: str = field(default="", kw_only=True)

    @property
    def is_whole(self) -> bool:
        """Whether nothing is to come."""
        return self.done >= self.total


@dataclass(frozen=True, eq=False)
class NoAnswer(Answer):
    """There is none; `problem` says why."""


@dataclass(frozen=True)
class TraceRow(Question):
    """One row's way through the network and back.

    `place` counts the rows of the part that is looked at (validation, or training where there is none) by their loss,
    the worst first. `weight` is the index of a parameter whose gradient is measured by a finite difference. `moved`
    are parameters that were set by hand, (index, value); `steps` optimizer steps were made of this row before.
    """

    place: int = 0
    weight: int = 0
    moved: tuple[tuple[int, float], ...] = ()
    steps: int = 0


@dataclass(frozen=True, eq=False)
class RowAnswer(Answer):
    """A row's way through, and what the optimizer would make of its gradient.

    `row` is the row's number in its source (0 in an example), `part` its part and `rows` how many that has; `values`
    are the row's cells as text, for each column of the table. `difference` is the finite difference at the question's
    weight. `units` names the inputs, `answers` the outputs; `truth` is the target as text.
    """

    trace: RowTrace
    step: StepTrace
    difference: float
    activation: str
    loss: str
    row: int
    part: str
    rows: int
    values: Mapping[str, str]
    units: tuple[str, ...]
    answers: tuple[str, ...]
    truth: str


@dataclass(frozen=True)
class StepCurve(Question):
    """J along the update that the optimizer makes next, over the learning rate; `steps` steps were taken before."""

    steps: int = 0


@dataclass(frozen=True, eq=False)
class StepAnswer(Answer):
    """The loss of the next batch after its update at each learning rate.

    `rates` and `losses` (S,) are the curve, infinite where it overflows, `here` is the loss before the update. `rate`
    is the learning rate in use and `taken` the loss there; `best_rate` and `best` are those of the lowest point.
    Between `decent` (low, high) the step gains at least half of what the best one gains; from `beyond` on the loss is
    higher than here (infinite if it never is; NaN where no step gains). `rows` are the rows of the batch. `gauge` holds
    rate / best rate of steps from here on, one after another on the copy.
    """

    rates: NDArray[np.float64]
    losses: NDArray[np.float64]
    here: float
    rate: float
    taken: float
    best_rate: float
    best: float
    decent: tuple[float, float]
    beyond: float
    rows: int
    optimizer: str
    gauge: tuple[float, ...]
