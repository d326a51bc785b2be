"""Remedies, tried out: copies of a training go on with each of them and with none, side by side.

`M` members, `E` epochs, `V` validation rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np

from tuitrain.data.dataset import Dataset
from tuitrain.data.loading import load_dataset
from tuitrain.engine import Record, Trainer
from tuitrain.engine.build import SHARED
from tuitrain.engine.prepared import PreparedRows
from tuitrain.errors import TuitrainError, error_line
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.session.asked.remedies import Measure, RemediesAnswer, TryRemedies
from tuitrain.session.inside.experiment import ExperimentLane, part_of, stacked, takes_too_long, train_lanes
from tuitrain.session.inspection import Answers, Copy
from tuitrain.session.questions import Question
from tuitrain.session.remedy_options import changes_of
from tuitrain.translation import gettext as _

MOST_SECONDS = 20.0  # of training all copies, after which what they came to so far is the answer
MOST_ROWS = 50_000  # of data that is read again, as another encoding or fewer columns need


@dataclass
class Member:
    """A copy that is to be trained: on what, with what, and whether from where the run is."""

    place: int
    dataset: Dataset
    hyperparameters: Hyperparameters
    from_here: bool

    @property
    def stack(self) -> tuple[Any, ...]:
        """What the members of one stack have in common."""
        shared = tuple(getattr(self.hyperparameters, name) for name in SHARED)
        return id(self.dataset), self.from_here, shared


class RemedyLane(ExperimentLane):
    """A stack that also takes the accuracy (or R²) and the mean recall of each member, each (M, E + 1)."""

    def __init__(self, trainer: Trainer, epochs: int) -> None:
        super().__init__(trainer, epochs)
        self.scores, self.recalls = (np.full(self.losses.shape, np.nan) for _ in range(2))
        self.places: list[int] = []
        self.truth: np.ndarray[Any, Any] | None = None  # class numbers (V,), None for values

    def took_start(self) -> None:
        """Keep the scores before the first step."""
        self._measure(0)

    def took(self, record: Record) -> None:
        """Keep an epoch's scores."""
        self._measure(self.done)

    def _measure(self, epoch: int) -> None:
        validation = self.trainer.validation
        if validation is None:
            return
        with np.errstate(all="ignore"):
            found = next(iter(validation.all_metrics().values()))
        self.scores[:, epoch] = found
        if self.truth is not None:
            hit = validation.decided == self.truth
            parts = [hit[:, self.truth == k].mean(axis=1) for k in np.unique(self.truth)]
            self.recalls[:, epoch] = np.mean(parts, axis=0)


def try_remedies(question: Question, copy: Copy) -> Answers:
    """Answer `TryRemedies`: copies that can share a stack do, and all go on side by side, an epoch at a time."""
    asked = cast("TryRemedies", question)
    has_diverged = not copy_goes_on(copy)
    members, untried, measure = _members(asked, copy, has_diverged=has_diverged)
    lanes: list[RemedyLane] = []
    total = len(asked.options) + 1
    best = float(copy.state.arrays["best.loss"][0])

    def answer(epochs: int | None = None) -> RemediesAnswer:
        done = min((lane.done for lane in lanes), default=0)
        losses, scores, recalls = (np.full((total, done + 1), np.nan) for _ in range(3))
        for lane in lanes:
            for array, values in ((losses, lane.losses), (scores, lane.scores), (recalls, lane.recalls)):
                array[lane.places] = values[:, : done + 1]
        return RemediesAnswer(
            question, losses, scores, recalls, best, tuple(untried), measure, part_of(copy.dataset),
            copy.state.counters["epochs_done"], has_diverged, done=done, total=epochs or asked.epochs,
        )  # fmt: skip

    for stack in _stacks(members):
        for lane in _lanes(stack, copy, asked.epochs):
            lanes.append(lane)
            yield answer()
    if not lanes:
        yield replace(answer(), done=asked.epochs)
        return
    for done in train_lanes(lanes):
        is_late = done > 0 and sum(lane.spent for lane in lanes) > MOST_SECONDS
        yield answer(done if is_late else None)
        if is_late:
            return


def copy_goes_on(copy: Copy) -> bool:
    """Whether the copied training has a next step: one that diverged has none."""
    return copy.state.divergences[0] is None


def _members(asked: TryRemedies, copy: Copy, *, has_diverged: bool) -> tuple[list[Member], list[str], Measure]:
    """Return the members, why remedies are not tried ("" where they are), and what members are compared by."""
    now = copy.state.hyperparameters[0]
    members = [] if has_diverged else [Member(0, copy.dataset, now, from_here=True)]
    untried: list[str] = []
    changed: set[str] = set()
    for place, (options, restart) in enumerate(zip(asked.options, asked.restarts, strict=True), 1):
        dataset, why = copy.dataset, ""
        own, data = changes_of(options, dataset.options)
        changed |= set(own)
        is_anew = restart or has_diverged or data != dict(dataset.options)
        h = (asked.given if is_anew else now).replace(**own)
        try:
            if data != dict(dataset.options):
                dataset = _read_again(copy.dataset, data)
            if is_anew:
                h = _settled(h.replace(ensemble=1), dataset)
            elif takes_too_long(copy, h, h.batch_size):
                why = _("one step takes too long to be tried beside the run")
        except TuitrainError as error:
            why = error_line(error)
        untried.append(why)
        if not why:
            members.append(Member(place, dataset, h, from_here=not is_anew))
    if "class_weights" in changed and copy.dataset.n_classes:
        return members, untried, "recall"
    return members, untried, "score" if changed & {"loss", "class_weights"} else "loss"


def _settled(h: Hyperparameters, dataset: Dataset) -> Hyperparameters:
    return h.settled(len(dataset.train), has_bins=getattr(dataset, "bins", None) is not None)


def _read_again(dataset: Dataset, options: dict[str, Any]) -> Dataset:
    if len(dataset.train) > MOST_ROWS:
        raise TuitrainError(_("the data would have to be read again"))
    return load_dataset(dataset.source, **options)


def _stacks(members: list[Member]) -> list[list[Member]]:
    stacks: dict[tuple[Any, ...], list[Member]] = {}
    for member in members:
        stacks.setdefault(member.stack, []).append(member)
    return list(stacks.values())


def _lanes(stack: list[Member], copy: Copy, epochs: int) -> Iterator[RemedyLane]:
    """Make the lanes of a stack, and tell each which members it holds."""
    first, dataset = stack[0], stack[0].dataset
    own = copy if dataset is copy.dataset else replace(copy, dataset=dataset, prepared=PreparedRows())
    places = [member.place for member in stack]
    hyperparameters = [member.hyperparameters for member in stack]
    for lane in stacked(RemedyLane, own, hyperparameters, epochs, from_here=first.from_here):
        lane.places, places = places[: len(lane.losses)], places[len(lane.losses) :]
        lane.truth = dataset.validation.y if dataset.n_classes and len(dataset.validation) else None
        yield lane
