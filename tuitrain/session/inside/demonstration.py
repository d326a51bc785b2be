"""Train what a page of a word demonstrates: the conditions in one stack where they can share one."""

from __future__ import annotations

import time
from functools import lru_cache
from typing import cast

import numpy as np

from tuitrain.data.dataset import Dataset
from tuitrain.data.loading import load_dataset
from tuitrain.engine import Trainer
from tuitrain.engine.build import SHARED
from tuitrain.engine.threads import blas_threads, choose_threads
from tuitrain.options.hyperparameters import FIELDS, Hyperparameters
from tuitrain.options.presets import PLAIN
from tuitrain.session.asked.demonstration import Demonstrate, DemonstrateAnswer
from tuitrain.session.inside.experiment import SLICE_SECONDS
from tuitrain.session.inside.measures import MEASURES, Condition
from tuitrain.session.inspection import Answers, Copy
from tuitrain.session.questions import Question


def demonstrate(question: Question, _copy: Copy | None = None) -> Answers:
    """Answer `Demonstrate` on networks of its own; first before any step, then after each slice."""
    asked = cast("Demonstrate", question)
    dataset, members = _dataset(asked.data), conditions_of(asked)
    groups = [[member] for member in members] if asked.field in SHARED else [members]
    conditions: list[Condition] = []
    for group in groups:
        conditions.append(Condition(dataset, Trainer(dataset, group)))
        if len(conditions) < len(groups):
            yield _answer(asked, conditions, len(members), done=0)
    while any(not one.is_done for one in conditions):
        yield _answer(asked, conditions, len(members), done=min(_progress(one, asked.epochs) for one in conditions))
        _train(conditions)
    yield _answer(asked, conditions, len(members), done=asked.epochs)


def conditions_of(asked: Demonstrate) -> list[Hyperparameters]:
    """Return the hyperparameters of each condition.

    Raises
    ------
    HyperparameterError, ValueError
        if a value is not allowed.
    """
    base = {"patience": "0", "epochs": str(asked.epochs), **dict(asked.given)}
    return [
        PLAIN.replace(**{name: FIELDS[name].parse(text) for name, text in {**base, asked.field: value}.items()})
        for value in asked.values
    ]


@lru_cache(maxsize=4)
def _dataset(source: str) -> Dataset:
    """Read a dataset; a second run of a demonstration finds it here."""
    return load_dataset(source, encode_numbers="standard")


def _train(conditions: list[Condition]) -> None:
    """Train for a slice of time, the condition that is furthest behind first, an epoch at a time."""
    with blas_threads(choose_threads(conditions[0].trainer.network.layer_sizes)):
        end = time.perf_counter() + SLICE_SECONDS
        while time.perf_counter() < end:
            going = [one for one in conditions if not one.is_done]
            if not going:
                return
            one = min(going, key=lambda one: one.epochs_done)
            before = one.epochs_done
            while one.epochs_done == before and not one.is_done and time.perf_counter() < end:
                one.step()


def _progress(condition: Condition, epochs: int) -> int:
    return epochs if condition.is_done else min(condition.epochs_done, epochs - 1)


def _answer(asked: Demonstrate, conditions: list[Condition], members: int, *, done: int) -> DemonstrateAnswer:
    measures = np.full((members, len(asked.show)), np.nan)
    losses = np.full((members, max(one.epochs_done for one in conditions)), np.nan)
    units, diverged, first = [0] * members, [0] * members, 0
    for one in conditions:
        last = first + len(one.ended_at)
        measures[first:last] = np.stack([MEASURES[name](one) for name in asked.show], axis=1)
        if one.records:
            losses[first:last, : one.epochs_done] = one.by_epoch(lambda record: record.train_loss)
        units[first:last] = [sum(one.trainer.network.layer_sizes[1:-1])] * len(one.ended_at)
        diverged[first:last] = np.where(one.has_diverged, one.ended_at, 0).tolist()
        first = last
    return DemonstrateAnswer(
        asked, measures, tuple(units), losses, len(conditions) == 1, tuple(diverged),
        done=done, total=asked.epochs,
    )  # fmt: skip
