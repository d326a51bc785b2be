"""Seeds: how much of a training's loss is luck."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count, islice
from typing import cast

from tuitrain.session.asked.seeds import SeedsAnswer, TrainSeeds
from tuitrain.session.inside.experiment import (
    ExperimentLane,
    courses_of,
    divergences_of,
    lanes_of,
    losses_of,
    part_of,
    train_lanes,
)
from tuitrain.session.inspection import Answers, Copy
from tuitrain.session.questions import Question

MOST_EPOCHS = 2_000


def train_seeds(question: Question, copy: Copy) -> Answers:
    """Answer `TrainSeeds`: as many epochs as the run has done, or is to do where it has not begun."""
    asked = cast("TrainSeeds", question)
    h = copy.state.hyperparameters[0]
    epochs = min(copy.state.counters["epochs_done"] or h.epochs, MOST_EPOCHS)
    seeds = (h.seed, *_others(h.seed, asked.count - 1, asked.again))
    lanes: list[ExperimentLane] = []
    members = [h.replace(seed=seed) for seed in seeds]
    for lane in lanes_of(copy, members, epochs):
        lanes.append(lane)
        yield _answer(question, copy, seeds, lanes, epochs)
    for _ in train_lanes(lanes):
        yield _answer(question, copy, seeds, lanes, epochs)


def _others(own: int, number: int, again: int) -> Iterator[int]:
    """The next seeds from 0 on that are not the run's own; `again` times as many come before."""
    return islice((seed for seed in count() if seed != own), again * number, (again + 1) * number)


def _answer(
    question: Question, copy: Copy, seeds: tuple[int, ...], lanes: list[ExperimentLane], epochs: int
) -> SeedsAnswer:
    losses = losses_of(lanes, len(seeds))
    seconds = float(sum(lane.seconds[lane.done] for lane in lanes))
    return SeedsAnswer(
        question, seeds, losses, part_of(copy.dataset), divergences_of(lanes, len(seeds)), len(lanes), seconds,
        *courses_of(lanes, len(seeds)), done=losses.shape[1] - 1, total=epochs,
    )  # fmt: skip
