"""What was trained by hand on the Train screen, as the Search screen shows it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tuitrain.search.conductor import Progress
from tuitrain.search.manual import Training, best_of, manual_space, manual_trials
from tuitrain.search.settings import Settings
from tuitrain.search_session import SearchSnapshot


def by_hand(trainings: Sequence[Training], version: int, train: Any) -> SearchSnapshot:
    """What was trained by hand, as a search."""
    space = manual_space(trainings)
    metric = "accuracy" if train.dataset.class_names else "r2"
    settings = Settings(strategy="manual", trials=0, metric=metric, folds=1)
    if space is None:
        return SearchSnapshot(version, settings=settings)
    trials = manual_trials(trainings, space, metric)
    progress = Progress(
        state="paused", trials=trials, best=best_of(trials, metric), curves={}, running=(), proposals=(),
        is_proposing=False, seconds=sum(training.seconds for training in trainings), trials_per_second=0.0,
        seconds_left=None, ending="", version=version,
    )  # fmt: skip
    return SearchSnapshot(version, "ready", trials[-1].message, space, settings, progress)
