"""What a strategy is told of a trial that is over."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from tuitrain.search.study.trial import Trial


@dataclass(frozen=True)
class Observation:
    """A setting and what it came to: lower is better; NaN or infinity for a trial that failed or diverged."""

    setting: Mapping[str, Any]
    value: float


def key(setting: Mapping[str, Any]) -> tuple[tuple[str, Any], ...]:
    """What makes two settings the same."""
    return tuple(sorted(setting.items()))


def seen(finished: Iterable[Observation], pending: Iterable[Mapping[str, Any]]) -> set[tuple[tuple[str, Any], ...]]:
    """The settings that have been proposed."""
    return {key(item.setting) for item in finished} | {key(setting) for setting in pending}


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
