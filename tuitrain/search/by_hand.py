"""Manual search: the trainings that the user starts from the form, as trials of a study of their own.

What is searched is what the user has changed so far; each trial tells what changed against the one before, and what
that did to the score.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from tuitrain.options.field import Field
from tuitrain.options.hyperparameters import FIELDS, Hyperparameters
from tuitrain.options.search_settings import HIGHER_IS_BETTER, METRICS, Settings
from tuitrain.search.space.ranges import Choices, Domain, Range, parse_domain
from tuitrain.search.space.space import Space
from tuitrain.search.study.trial import USER, State, Trial, rank_of


@dataclass(frozen=True)
class Training:
    """One training by hand: its hyperparameters as they were at the end, and what it came to.

    `fingerprint` is that of its dataset.
    """

    hyperparameters: Hyperparameters
    state: State
    score: float
    loss: float
    epochs: int
    best_epoch: int
    seconds: float
    curve: tuple[float, ...]
    message: str = ""
    fingerprint: str = ""


@dataclass(frozen=True)
class ManualHistory:
    """Trainings by hand as a search of `space`."""

    space: Space
    settings: Settings
    trials: tuple[Trial, ...]

    @property
    def best(self) -> Trial | None:
        """The best finished trial."""
        finished = [trial for trial in self.trials if trial.state == "finished" and math.isfinite(trial.score)]
        return min(finished, key=lambda trial: rank_of(trial, self.settings.sign), default=None)


def manual_history(trainings: Sequence[Training], task: str) -> ManualHistory | None:
    """What trainings on one dataset come to; None where there is none."""
    space = manual_space(trainings)
    if space is None:
        return None
    settings = manual_settings(task)
    return ManualHistory(space, settings, manual_trials(trainings, space, settings.metric))


def manual_settings(task: str) -> Settings:
    """How trainings by hand are searched: without a budget, scored on the validation part by the usual metric."""
    return Settings(strategy="manual", trials=0, metric=METRICS[task][0], folds=1)


def manual_space(trainings: Sequence[Training]) -> Space | None:
    """The usual range of each field that was changed and had an effect, wide enough for what was tried.

    None before any training; the learning rate where nothing was changed.
    """
    if not trainings:
        return None
    all_tried = [training.hyperparameters for training in trainings]
    tried = {name: list(dict.fromkeys(getattr(h, name) for h in all_tried if h.matters(name))) for name in FIELDS}
    changed = [name for name, values in tried.items() if len(values) > 1]
    names = changed or ["learning_rate"]
    return Space({name: _range_of(FIELDS[name], tried[name]) for name in names}, all_tried[0])


def _range_of(spec: Field, tried: Sequence[Any]) -> Domain:
    usual = parse_domain(spec, "..")
    if isinstance(usual, Range):
        numbers = [value for value in tried if not isinstance(value, str) and (value > 0 or usual.scale != "log")]
        return replace(usual, low=float(min([usual.low, *numbers])), high=float(max([usual.high, *numbers])))
    listed = usual.values if isinstance(usual, Choices) else ()
    return Choices(tuple(dict.fromkeys([*listed, *tried])))


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
        snapshot.seconds, tuple(map(float, curve)), snapshot.ending if state == "failed" else "",
    )  # fmt: skip
