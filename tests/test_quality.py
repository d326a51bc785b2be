"""What the defaults reach on the bundled and generated sets: the mean over five seeds of the test part."""

from __future__ import annotations

import numpy as np
import pytest

from tuitrain.data.loading import load_dataset
from tuitrain.engine import Trainer
from tuitrain.options.hyperparameters import Hyperparameters

LEAST = {
    "iris": 0.93, "wine": 0.95, "breast_cancer": 0.955, "digits": 0.965, "diabetes": 0.40,
    "xor": 0.95, "circles": 0.95, "moons": 0.95, "spiral": 0.95,
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "seeds"), [("iris", 1), *(pytest.param(name, 5, marks=pytest.mark.long) for name in LEAST)]
)
def test_the_defaults_are_good_enough(name: str, seeds: int) -> None:
    scores = []
    for seed in range(seeds):
        dataset = load_dataset(name, split_seed=seed)
        trainer = Trainer(dataset, [Hyperparameters(seed=seed)])
        while not trainer.is_done:
            trainer.epoch()
        metrics = trainer.examine(dataset.test).evaluate().metrics
        scores.append(next(iter(metrics.values()))[0])
    assert np.mean(scores) >= LEAST[name], scores
