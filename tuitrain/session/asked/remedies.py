"""What is asked after a warning: copies of the network trained with each of its remedies, and with none.

`R` remedies; `M` = R + 1 members, of which number 0 goes on as it is. `E` epochs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.session.questions import Answer, Question

Measure = Literal["loss", "score", "recall"]
Word = Literal["better", "worse", "equal", "diverged", "untried", "waiting"]
EQUAL_LOSS = 0.02  # of the loss without a remedy; what the run's own loss moves by from epoch to epoch counts too
EQUAL_SCORE = 0.01  # of an accuracy, a mean recall or an R²


@dataclass(frozen=True)
class TryRemedies(Question):
    """Train copies for `epochs` epochs with each remedy's `options`, anew where `restarts` says so, and one with none.

    `given` are the run's hyperparameters with ``auto`` where a value was left to it.
    """

    options: tuple[str, ...]
    restarts: tuple[bool, ...]
    given: Hyperparameters
    epochs: int = 10


@dataclass(frozen=True)
class CopyOutcome:
    """What one copy came to: its value, and by how much that is above the value of the copy without a remedy.

    Both are NaN where there is none.
    """

    value: float
    gain: float
    word: Word


@dataclass(frozen=True, eq=False)
class RemediesAnswer(Answer):
    """How each copy did.

    `losses`, `scores` and `recalls` (M, E + 1) are those of the validation rows (of the training rows where `part` says
    so: losses alone) at the start and after each epoch that all have done; NaN where a copy has not come, or has
    diverged. Scores are accuracies or R², recalls the means over the classes. `best_loss` is that of the run before.
    `untried` says of each remedy why no copy was trained with it, "" where one was. `measure` is what they are compared
    by: not losses where a remedy changes how they are counted.
    """

    losses: NDArray[np.float64]
    scores: NDArray[np.float64]
    recalls: NDArray[np.float64]
    best_loss: float
    untried: tuple[str, ...]
    measure: Measure
    part: str
    start: int
    has_diverged: bool = False

    @property
    def epochs(self) -> int:
        """The epochs that all copies have done, E."""
        return int(self.losses.shape[1]) - 1

    def outcomes(self) -> tuple[CopyOutcome, ...]:
        """Return what each copy came to at its best epoch, the one without a remedy first: that epoch is what is kept.

        A copy that goes on from here keeps the run's best epoch where it finds no better one.
        """
        asked = self.question
        assert isinstance(asked, TryRemedies)
        from_here = (True, *(not anew and not self.has_diverged for anew in asked.restarts))
        values = [self._value(place, is_here) for place, is_here in enumerate(from_here)]
        return tuple(self._outcome(place, values) for place in range(len(values)))

    def _value(self, place: int, is_here: bool) -> float:
        losses = self.losses[place]
        finite = np.flatnonzero(np.isfinite(losses))
        if not len(finite):
            return float("nan")
        best = int(finite[losses[finite].argmin()])
        if self.measure == "loss":
            loss = float(losses[best])
            return min(loss, self.best_loss) if is_here and np.isfinite(self.best_loss) else loss
        return float((self.scores if self.measure == "score" else self.recalls)[place, best])

    def _outcome(self, place: int, values: list[float]) -> CopyOutcome:
        value, without = values[place], values[0]
        if place and self.untried[place - 1]:
            return CopyOutcome(float("nan"), float("nan"), "untried")
        if np.isnan(value):
            has_begun = self.epochs > 0 or (place == 0 and self.has_diverged)
            return CopyOutcome(value, float("nan"), "diverged" if has_begun else "waiting")
        if np.isnan(without):
            return CopyOutcome(value, float("nan"), "better")
        gain = (without - value) if self.measure == "loss" else value - without
        if abs(gain) <= self._noise(without):
            return CopyOutcome(value, value - without, "equal")
        return CopyOutcome(value, value - without, "better" if gain > 0 else "worse")

    def _noise(self, without: float) -> float:
        if self.measure != "loss":
            return EQUAL_SCORE
        own = self.losses[0]
        steps = np.abs(np.diff(own[np.isfinite(own)]))
        return max(EQUAL_LOSS * abs(without), float(steps.mean()) if len(steps) else 0.0)
