"""What the strategies are told: the trials of a study as observations."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from statistics import median

from tuitrain.search.strategies.observation import Observation
from tuitrain.search.study.trial import Trial


def observations(trials: Iterable[Trial], sign: float) -> list[Observation]:
    """Trials that are over, in their order; `sign` turns scores into values of which less is better.

    A pruned trial counts with its last score, but as no better than the median of the finished ones: had it gone on,
    it would have been among the worse. A failed one is NaN.
    """
    done = [trial for trial in trials if trial.is_done]
    finished = [sign * trial.score for trial in done if trial.state == "finished" and math.isfinite(trial.score)]
    floor = median(finished) if finished else -math.inf
    return [Observation(trial.setting, _value(trial, sign, floor)) for trial in done]


def _value(trial: Trial, sign: float, floor: float) -> float:
    if trial.state == "failed" or math.isnan(trial.score):
        return math.nan
    return max(sign * trial.score, floor) if trial.state == "pruned" else sign * trial.score


def known_before(trials: Sequence[Trial], last: Sequence[int]) -> tuple[list[Trial], list[Trial]]:
    """What a proposal may know: all trials that are over but those of the `last` stacks, and those that it must await.

    The last stacks count as running even when they are done, so that proposals depend neither on how fast they were nor
    on how many run at a time.
    """
    awaited = set(last)
    done = [trial for trial in trials if trial.is_done and trial.number not in awaited]
    return done, [trial for trial in trials if trial.number in awaited or not trial.is_done]
