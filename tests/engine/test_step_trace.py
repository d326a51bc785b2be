"""A step taken apart by the papers' formulas is the step that the engine makes."""

from __future__ import annotations

import numpy as np
import pytest

from tuitrain.data.loading import load_dataset
from tuitrain.engine import Trainer
from tuitrain.engine.optimizers import OPTIMIZERS
from tuitrain.engine.step_trace import fresh, start_of, trace_step
from tuitrain.options.hyperparameters import Hyperparameters

PENALTIES = {"l1": 0.003, "l2": 0.02, "weight_decay": 0.1, "gradient_clip": 0.4}


@pytest.mark.parametrize("optimizer", list(OPTIMIZERS))
@pytest.mark.parametrize("penalties", [{}, PENALTIES], ids=["plain", "penalties"])
@pytest.mark.parametrize("steps", [0, 5])
def test_step_is_the_engines(optimizer: str, penalties: dict[str, float], steps: int) -> None:
    dataset = load_dataset("moons")
    given = Hyperparameters(
        optimizer=optimizer, hidden_layers=(4,), batch_size="full", learning_rate=0.05, l2=0, weight_decay=0
    ).replace(**penalties)
    trainer = Trainer(dataset, given, dtype=np.float64)
    for _ in range(steps):
        trainer.step()
    state = trainer.state()
    before = state.arrays["parameters"][0]
    averages = start_of(state) if steps else fresh(optimizer, len(before))
    for name, value in fresh(optimizer, len(before)).items() if not steps else ():
        np.testing.assert_array_equal(start_of(state)[name], value)
    train = dataset.train
    trainer.network.loss_and_gradients(train.X, train.y)
    gradient = trainer.network.gradients[0].copy()
    weights = trainer.network.weight_mask()[0] > 0
    traced = trace_step(given, before, gradient, averages, learning_rate=0.05, weights=weights, l2=given.number("l2"))
    trainer.step()
    np.testing.assert_allclose(traced.after_parameters, trainer.network.parameters[0], rtol=1e-9, atol=1e-12)
    after = start_of(trainer.state())
    assert traced.after.keys() == after.keys()
    for name, value in after.items():
        np.testing.assert_allclose(traced.after[name], value, rtol=1e-9, atol=1e-15)
    assert not np.array_equal(traced.after_parameters, before)
