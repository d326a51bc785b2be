"""A demonstration on its way: the values it is at, what it asks the session, and the newest answer."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

from tuitrain.options.hyperparameters import FIELDS
from tuitrain.pages.demonstration import TrainingDemonstration
from tuitrain.pages.demonstrations.movable import Movable
from tuitrain.session.asked.demonstration import Demonstrate, DemonstrateAnswer
from tuitrain.session.questions import Answer

_runs = itertools.count(-1, -1)  # numbers that no page gives its copies


def question_of(
    told: TrainingDemonstration, values: Sequence[Any], *, seed: int | None = None, run: int = 0
) -> Demonstrate:
    """Return what is asked for a demonstration at these values; `run` tells runs apart, `seed` replaces its own.

    Raises
    ------
    ValueError
        if a value is not allowed.
    """
    given = {**told.given, **({} if seed is None else {"seed": seed})}
    return Demonstrate(
        told.data, told.field, tuple(map(FIELDS[told.field].format, values)), told.show, told.epochs,
        tuple((name, str(value)) for name, value in given.items()), copy=run,
    )  # fmt: skip


class TrainedDemonstration:
    """The trainings of a page's demonstration; `question` is None until it has been run.

    `problem` says why they cannot be trained at these values, "" where they can.
    """

    def __init__(self, told: TrainingDemonstration) -> None:
        self.told = told
        self.field = FIELDS[told.field]
        self.values = [self.field.parse(str(value)) for value in told.values]
        self.question: Demonstrate | None = None
        self.answer: DemonstrateAnswer | None = None
        self.problem = ""

    @property
    def value_texts(self) -> list[str]:
        """The values as they are typed."""
        return list(map(self.field.format, self.values))

    @property
    def is_as_told(self) -> bool:
        """Whether the values are those that the page speaks of."""
        return self.value_texts == [self.field.format(self.field.parse(str(value))) for value in self.told.values]

    def run(self) -> Demonstrate:
        """Begin anew, and return what is to be asked."""
        self.question, self.answer = question_of(self.told, self.values, run=next(_runs)), None
        self.problem = ""
        return self.question

    def move(self, direction: int) -> bool:
        """Move the last value along the field's usual steps; return whether it is another."""
        before = self.values[-1]
        self.values[-1] = self.field.nudge(before, direction)
        return bool(self.values[-1] != before)

    def take(self, answer: object) -> bool:
        """Take the session's answer, if it is a newer one to this run; return whether it is."""
        if not isinstance(answer, Answer) or answer is self.answer or answer.question != self.question:
            return False
        if isinstance(answer, DemonstrateAnswer):
            self.answer = answer
            return True
        is_new, self.problem = answer.problem != self.problem, answer.problem
        return is_new


class Moving:
    """The number of a computed demonstration, as + and − move it."""

    def __init__(self, function: Movable) -> None:
        self.function = function
        self.at = function.values.index(function.start)

    @property
    def value(self) -> float:
        """The number now."""
        return self.function.values[self.at]

    def move(self, direction: int) -> bool:
        """Go to the next value, or the one before; return whether there is one."""
        at = min(max(self.at + direction, 0), len(self.function.values) - 1)
        is_another, self.at = at != self.at, at
        return is_another
