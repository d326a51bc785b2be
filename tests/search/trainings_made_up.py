"""Records of trainings by hand that never were."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

from tests.plain import plain, plain_dataset
from tuitrain.data.dataset import Dataset
from tuitrain.data.facts import DatasetFacts
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.runs.finished import FinishedTraining

MOONS = plain_dataset("moons?n=120")
BASE = plain(hidden_layers=(6,), epochs=4, patience=0)
_numbers = itertools.count(1)


def training(
    score: float, loss: float = 0.5, state: Any = "done", ending: str = "", *, dataset: Dataset = MOONS,
    base: Hyperparameters = BASE, record: dict[str, Any] | None = None, **changes: Any,
) -> FinishedTraining:  # fmt: skip
    """A training of four epochs whose third was the best; `changes` to `base`, `record` to anything else."""
    h, facts = base.replace(**changes), DatasetFacts.of(dataset)
    made = FinishedTraining(
        next(_numbers), facts, state, ending, h, h, (), "validation", score, loss, 4, 3, 0.5, (score, score)
    )
    return replace(made, **(record or {}))
