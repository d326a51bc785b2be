"""Manual search: the trainings on a dataset, as their runs tell of them, as trials of a search.

The search space is what the user has changed so far; each trial says what changed since the one before, and what
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
from tuitrain.runs.finished import Edit, FinishedTraining, Note
from tuitrain.search.space.ranges import Choices, Domain, Range, parse_domain
from tuitrain.search.space.setting import setting_to_json
from tuitrain.search.space.space import Space
from tuitrain.search.study.trial import USER, State, Trial, rank_of
from tuitrain.text import counted, visible
from tuitrain.translation import gettext as _

MOST_EDITS = 8  # of a training, in words


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


def manual_history(trainings: Sequence[FinishedTraining], task: str) -> ManualHistory | None:
    """Summarise the trainings on one dataset; None where there are none."""
    space = manual_space(trainings)
    if space is None:
        return None
    settings = manual_settings(task, trainings[-1].metric)
    return ManualHistory(space, settings, manual_trials(trainings, space, settings.metric))


def manual_settings(task: str, metric: str = "") -> Settings:
    """Return the settings for trainings by hand: no budget, and their metric, or else the task's usual one."""
    return Settings(strategy="manual", trials=0, metric=metric or METRICS[task][0], folds=1)


def manual_space(trainings: Sequence[FinishedTraining]) -> Space | None:
    """Return the usual range of each field that was changed and had an effect, wide enough for what was tried.

    None before any training; the learning rate where nothing was changed.
    """
    if not trainings:
        return None
    all_tried = [hyperparameters_of(training) for training in trainings]
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


def manual_trials(trainings: Sequence[FinishedTraining], space: Space, metric: str) -> tuple[Trial, ...]:
    """Convert the trainings to trials, each with what changed and its effect."""
    found: list[Trial] = []
    for number, training in enumerate(trainings):
        h = hyperparameters_of(training)
        setting = space.active({name: getattr(h, name) for name in space.names})
        before = trainings[number - 1] if number else None
        found.append(
            Trial(
                number, setting, USER, state_of(training), training.score, math.nan, training.loss, training.epochs,
                training.best_epoch, training.seconds, _message(training, before, metric), training.curve,
            )
        )  # fmt: skip
    return tuple(found)


def told_trials(trainings: Sequence[FinishedTraining], settings: Settings) -> tuple[Trial, ...]:
    """Return the trials that a search with these settings can go on from: those whose scores it can compare with its.

    These are trainings scored on the same validation rows, by the same metric, which a single training makes; those
    that were left without a whole epoch are no trials. Each setting holds all hyperparameters: a study takes of them
    what it searches or what differs from its base.
    """
    facts = trainings[0].dataset if trainings else None
    if facts is None or (settings.for_data(facts.task, facts.train + facts.validation).folds, settings.seeds) != (1, 1):
        return ()
    usual = METRICS[facts.task][0]
    metric = settings.metric or usual
    space = manual_space(trainings)
    assert space is not None
    found = []
    for trial, training in zip(manual_trials(trainings, space, metric), trainings, strict=True):
        is_scored = training.is_broken or math.isfinite(training.score)
        if is_scored and training.part == "validation" and (training.metric or usual) == metric:
            h = hyperparameters_of(training).settled(facts.train, has_bins=facts.has_bins)
            found.append(replace(trial, setting=setting_to_json(vars(h))))
    return tuple(found)


def hyperparameters_of(training: FinishedTraining) -> Hyperparameters:
    """Return the hyperparameters that earned the score, or with which the training diverged or failed."""
    return training.last_hyperparameters if training.is_broken else training.hyperparameters


def state_of(training: FinishedTraining) -> State:
    """Return a training's state as a trial; one that was left is scored by its best epoch, like any other."""
    return "failed" if training.is_broken else "finished"


def _message(training: FinishedTraining, before: FinishedTraining | None, metric: str) -> str:
    """Describe what changed since the previous training and its effect, edits and notes, and how it was left."""
    is_continued = before is not None and before.training == training.training
    known = before.edits if before is not None and is_continued else ()
    notes = _edits_in_words(training, [edit for edit in training.edits if edit not in known])
    made = before.notes if before is not None and is_continued else ()
    notes += [note_in_words(note) for note in training.notes[len(made) :]]
    if training.state == "left":
        notes.append(_("left after {epochs}").format(epochs=counted(training.epochs, "epoch")))
    if training.part == "train":
        notes.append(_("scored on the training rows"))
    if training.run is not None:
        notes.append(_("run {name}").format(name=visible(training.run.name)))  # its model earned the score
    return "; ".join([_difference(training, before, metric, is_continued), *notes])


def _difference(training: FinishedTraining, before: FinishedTraining | None, metric: str, is_continued: bool) -> str:
    ending = training.ending if training.is_broken else ""
    if before is None:
        return ending or _("the first training")
    changed = hyperparameters_of(before).differences(hyperparameters_of(training))
    parts = [
        _("{label} {old} to {new}").format(
            label=_(FIELDS[name].label), old=FIELDS[name].format(old), new=FIELDS[name].format(new)
        )
        for name, (old, new) in changed.items()
    ]
    difference = training.score - before.score
    did = f"{metric} {difference:+.4f}" if math.isfinite(difference) else ""
    if did and difference:
        is_better = (difference > 0) == HIGHER_IS_BETTER[metric]
        did += " " + (_("(better)") if is_better else _("(worse)"))
    head = ", ".join(parts) or (_("continued") if is_continued else _("nothing changed"))
    return ": ".join(part for part in (head, did, ending) if part)


def note_in_words(note: Note) -> str:
    """Describe a note of the user's, with where it was made."""
    return _("note at epoch {epoch:.10g}: {text}").format(epoch=round(note.epoch, 1), text=note.text)


def _edits_in_words(training: FinishedTraining, edits: Sequence[Edit]) -> list[str]:
    """Describe edits: "learning rate 0.01 -> 0.1 at epoch 12"; changes of a field between two batches are one."""
    merged: dict[tuple[int, str], Edit] = {}
    for edit in edits:
        first = merged.get((edit.step, edit.name), edit)
        merged[edit.step, edit.name] = replace(edit, old=first.old)
    words = []
    for edit in merged.values():
        if edit.old != edit.new:
            spec, late = FIELDS[edit.name], _(", after the best") if training.was_edited_after_best(edit) else ""
            at = _("at epoch {epoch:.10g}{late}").format(epoch=round(edit.epoch, 1), late=late)
            words.append(f"{_(spec.label)} {spec.format(edit.old)} -> {spec.format(edit.new)} {at}")
    left_out = len(words) - MOST_EDITS
    return [
        *words[:MOST_EDITS],
        *([_("and {edits}").format(edits=counted(left_out, "more edit"))] if left_out > 0 else []),
    ]
