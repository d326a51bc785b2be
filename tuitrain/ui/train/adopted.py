"""What an adopted remedy did, once it had enough epochs, and how to take it back."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tuitrain.data.facts import DatasetSource
from tuitrain.diagnosis.finding import Remedy
from tuitrain.runs.history import History
from tuitrain.session.asked.remedies import EQUAL_LOSS, EQUAL_SCORE
from tuitrain.session.commands import Command, ContinueRun, Reset, SetHyperparameter
from tuitrain.session.remedy_options import changes_of
from tuitrain.session.snapshot import Snapshot
from tuitrain.text import counted
from tuitrain.translation import gettext as _

LEAST_EPOCHS, MOST_EPOCHS = 10, 20  # with a remedy, before anything is said of it
OTHER_LOSS = frozenset({"loss", "class_weights", "huber_delta"})  # with which losses count otherwise


@dataclass(frozen=True)
class BeforeRemedy:
    """A training as it was when a remedy was adopted, and the values that the remedy changes."""

    history: History
    epochs: int
    run: Path | None
    source: DatasetSource
    values: Mapping[str, Any]
    figure: tuple[str, float] | None
    result: tuple[str, float]


class Adopted:
    """The remedy that was adopted last, by `key`, for a `kind` of finding; `edits` counts the form's before it."""

    def __init__(
        self, key: str, remedy: Remedy, kind: str, snapshot: Snapshot, *, is_anew: bool, edits: int
    ) -> None:  # fmt: skip
        changes, options = changes_of(remedy.options, snapshot.dataset.source.options)
        given = snapshot.given or snapshot.hyperparameters
        self.edits = edits
        self._key, self._kind, self._is_anew = key, kind, is_anew
        self._is_scored = bool(OTHER_LOSS & set(changes)) or options != dict(snapshot.dataset.source.options)
        self._before = BeforeRemedy(
            snapshot.history, snapshot.epochs_recorded, snapshot.run, snapshot.dataset.source,
            {name: snapshot.pending.get(name, getattr(given, name)) for name in changes},
            _figure(self._kind, snapshot), _result(snapshot, is_scored=self._is_scored),
        )  # fmt: skip
        self._history = None if is_anew else snapshot.history  # of the training that follows

    def follows(self, snapshot: Snapshot) -> bool:
        """Whether the training that is here is the one that the remedy was adopted in, or has begun."""
        if self._history is None and snapshot.history is not self._before.history:
            self._history = snapshot.history
        return snapshot.history in (self._history, self._before.history)

    def effect(self, snapshot: Snapshot) -> tuple[bool | None, str]:
        """Return whether it helped (None: it made no difference), and what it did; an empty text while it is early."""
        before = self._before
        done = snapshot.epochs_recorded - (0 if self._is_anew else before.epochs)
        enough = min(max(before.epochs, LEAST_EPOCHS), MOST_EPOCHS) if self._is_anew else LEAST_EPOCHS
        has_ended = snapshot.state == "done"
        if not before.epochs or snapshot.history is not self._history or done < 1 or not (done >= enough or has_ended):
            return None, ""
        name, result = _result(snapshot, is_scored=self._is_scored)
        is_helping = _compare(before.result[1], result, is_scored=self._is_scored)
        changes = [_("{name} {before:.3g} → {after:.3g}").format(name=name, before=before.result[1], after=result)]
        figure = _figure(self._kind, snapshot)
        if figure is not None and before.figure is not None:
            changes.insert(0, _("{name} {before:.0%} → {after:.0%}").format(
                name=figure[0], before=before.figure[1], after=figure[1]))  # fmt: skip
            if self._kind == "imbalance":  # which accuracy hardly shows
                is_helping = _compare(before.figure[1], figure[1], is_scored=True)
        told = _("{changes} in {epochs}").format(changes=", ".join(changes), epochs=counted(done, "epoch"))
        if is_helping:
            return True, _("{key} worked: {told}").format(key=self._key, told=told)
        text = _("{key} did not help: {told}; u takes it back")
        if is_helping is None:
            text = _("{key} made no difference: {told}; u takes it back")
        return is_helping, text.format(key=self._key, told=told)

    def back(self) -> tuple[Command, ...]:
        """Return the commands that take it back.

        A training that was left for it is there again where it is kept as a run; else it begins anew as it was. What
        goes on from where it is gets its values back.
        """
        before = self._before
        values = tuple(SetHyperparameter(name, value) for name, value in before.values.items())
        if self._is_anew and before.run is not None and before.epochs:
            return (ContinueRun(before.run), *values)  # which had the remedy's before it was left
        return (*values, Reset(before.source)) if self._is_anew else values


def _figure(kind: str, snapshot: Snapshot) -> tuple[str, float] | None:
    """Return the share that a kind of finding is about, and its name; None where it is about no share."""
    now = snapshot.observation.now
    shares = {
        "dead_units": (_("dead units"), now.dead), "saturated_units": (_("saturated units"), now.saturated),
        "one_class": (_("one class"), now.predicted),
    }  # fmt: skip
    if kind == "imbalance":
        known = [recall for recall in now.validation_recalls or now.recalls if not math.isnan(recall)]
        return (_("mean recall"), sum(known) / len(known)) if known else None
    if kind not in shares or not shares[kind][1]:
        return None
    name, values = shares[kind]
    return name, max(values)


def _result(snapshot: Snapshot, *, is_scored: bool) -> tuple[str, float]:
    """Return what was reached, and its name: the best epoch's loss, or a score where losses cannot be compared."""
    now = snapshot.observation.now
    has_validation = bool(snapshot.dataset.validation)
    if not is_scored:
        return (_("validation loss") if has_validation else _("training loss")), snapshot.best_loss
    score = now.validation_score if has_validation else now.score
    return (_("accuracy") if snapshot.dataset.class_names else "R²"), score


def _compare(before: float, after: float, *, is_scored: bool) -> bool | None:
    """Return whether a result is better than the one before; None where they are equal."""
    if math.isnan(after):
        return False
    if math.isnan(before):
        return True
    gain = after - before if is_scored else before - after
    if abs(gain) <= (EQUAL_SCORE if is_scored else EQUAL_LOSS * abs(before)):
        return None
    return gain > 0
