"""One trial of a search: a setting, how it is going or went, its score."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

State = Literal["queued", "running", "finished", "pruned", "failed"]
DONE = ("finished", "pruned", "failed")
USER = "user"  # who proposed a trial that no strategy did


@dataclass(frozen=True)
class Trial:
    """A trial, as recorded in the study's journal.

    `score` is the metric at the best epoch, the mean over folds and seeds, and `deviation` their standard deviation
    (NaN for a single one); `loss` is the validation loss there, which breaks ties. `curve` holds the metric by epoch.
    `by` names who proposed it: a strategy, or `USER`. `message` says why it failed, or, by hand, what changed.
    """

    number: int
    setting: Mapping[str, Any]
    by: str = ""
    state: State = "queued"
    score: float = math.nan
    deviation: float = math.nan
    loss: float = math.nan
    epochs: int = 0
    best_epoch: int = 0
    seconds: float = 0.0
    message: str = ""
    curve: tuple[float, ...] = field(default=(), repr=False)

    @property
    def is_done(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.state in DONE


def rank_of(trial: Trial, sign: float) -> tuple[float, float, int]:
    """Return a sort key: by score, the best first; equal ones by loss, then by number.

    `sign` turns scores into values where less is better.
    """
    value = sign * trial.score
    loss = trial.loss if math.isfinite(trial.loss) else math.inf
    return (value if math.isfinite(value) else math.inf, loss, trial.number)


def is_higher_better(metric: str) -> bool:
    """Return the direction of a metric."""
    from tuitrain.options.search_settings import HIGHER_IS_BETTER  # noqa: PLC0415

    return HIGHER_IS_BETTER[metric]


def is_tie(best: Trial, other: Trial) -> bool:
    """Return whether two scores are equal, or differ by no more than the best one's deviation."""
    if other.score == best.score:
        return True
    return abs(best.score - other.score) <= best.deviation  # false where it is NaN
