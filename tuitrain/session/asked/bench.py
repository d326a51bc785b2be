"""What the bench asks: one row's way through the network and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tuitrain.engine.step_trace import StepTrace
from tuitrain.engine.trace import RowTrace
from tuitrain.session.questions import Answer, Question


@dataclass(frozen=True)
class TraceRow(Question):
    """One row's way through the network and back.

    `place` counts the rows of the part that is looked at (validation, or training where there is none) by their loss,
    the worst first. `weight` is the index of a parameter whose gradient is measured by a finite difference. `moved`
    are parameters that were set by hand, (index, value, steps), each after so many steps; `steps` optimizer steps were
    made of this row before.
    """

    place: int = 0
    weight: int = 0
    moved: tuple[tuple[int, float, int], ...] = ()
    steps: int = 0


@dataclass(frozen=True, eq=False)
class RowAnswer(Answer):
    """A row's way through, and what the optimizer would make of its gradient.

    `row` is the row's number in its source (0 in an example), `part` its part and `rows` how many that has; `values`
    are the row's cells as text, for each column of the table. `difference` is the finite difference at the question's
    weight. `units` names the inputs, `answers` the outputs; `truth` is the target as text. `start` (P,) are the
    parameters before any was moved or learnt.
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
    start: NDArray[np.float64]
