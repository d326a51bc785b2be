"""Trainings that diverge: when it is noticed, and what is blamed."""

from __future__ import annotations

import pytest

from tuitrain.data.loading import load_dataset
from tuitrain.engine.divergence import likely_cause
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.session.train import train


@pytest.mark.parametrize("epochs", [2, 3])
def test_an_explosion_in_the_last_step_is_a_divergence(epochs: int) -> None:
    h = Hyperparameters(optimizer="sgd", learning_rate=1000, batch_size="full", epochs=epochs)
    assert train(load_dataset("diabetes", validation=0), h).ending == "diverged"


def test_a_divergence_blames_c_only_where_its_penalty_is_large() -> None:
    h = Hyperparameters(loss="hinge", C=0.001)
    assert likely_cause(h, 0.01, 10_000) == "learning_rate"
    assert likely_cause(h, 0.01, 2) == "C"
