"""Members that leave a stack, and members with rows of their own, change no bit of the others."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_diabetes, load_iris

from tests.engine.test_trainer import IRIS, run, varied
from tests.plain import plain, plain_arrays
from tuitrain.data.dataset import Dataset
from tuitrain.engine import Trainer
from tuitrain.options.hyperparameters import OPTIMIZERS

CLASSES = [plain_arrays(*load_iris(return_X_y=True), task="classification", seed=seed) for seed in range(3)]
VALUES = [plain_arrays(*load_diabetes(return_X_y=True), task="regression", seed=seed) for seed in range(3)]


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_dropping_members_between_and_within_epochs_changes_no_bit(optimizer: str) -> None:
    members = varied(9, hidden_layers=(7, 4), batch_size=16, optimizer=optimizer)
    stack, kept = Trainer(IRIS, members), list(range(9))
    for drop, steps in ((0, 7), (3, 11), (6, 2), (7, 20)):
        for _ in range(steps):
            stack.step()
        place = kept.index(drop)
        stack.take([index for index in range(len(kept)) if index != place])
        kept.remove(drop)
    while not stack.is_done:
        stack.epoch()
    for place, member in enumerate(kept):
        alone = run(IRIS, [members[member]])
        assert np.array_equal(stack.network.parameters[place], alone.network.parameters[0])
        assert stack.early_stopping.best_epoch[place] == alone.early_stopping.best_epoch[0]
        assert stack.early_stopping.best_loss[place] == alone.early_stopping.best_loss[0]
        assert stack.early_stopping.endings[place] == alone.early_stopping.endings[0]


@pytest.mark.parametrize("data", [CLASSES, VALUES], ids=["classes", "values"])
@pytest.mark.parametrize(
    "shape", [{}, {"class_weights": "balanced", "batch_size": 16}, {"batch_size": "full", "dropout": 0.2}], ids=str
)
def test_folds_in_a_stack_are_bit_identical_to_each_alone(data: list[Dataset], shape: dict[str, Any]) -> None:
    members = [plain(seed=i % 2, hidden_layers=(6,), epochs=4, l2=0.01 * i, **shape) for i in range(6)]
    each = [data[i % 3] for i in range(6)]
    stack = Trainer(each, members)
    for _ in range(2):
        record = stack.epoch()
    stack.take([0, 1, 4, 5])
    record = stack.epoch()
    for place, member in enumerate([0, 1, 4, 5]):
        alone = Trainer(each[member], members[member])
        for _ in range(3):
            expected = alone.epoch()
        assert np.array_equal(stack.network.parameters[place], alone.network.parameters[0])
        assert record.validation_loss[place] == expected.validation_loss[0]
        for name, value in record.metrics.items():
            assert value[place] == expected.metrics[name][0]
        assert stack.validation is not None and alone.validation is not None
        full = stack.validation.evaluate(full=True).metrics
        for name, value in alone.validation.evaluate(full=True).metrics.items():
            assert full[name][place] == value[0]


def test_datasets_of_different_shapes_are_refused() -> None:
    with pytest.raises(ValueError, match="different shapes"):
        Trainer([IRIS, CLASSES[0], VALUES[0]], [plain()] * 3)


def test_what_is_not_measured_changes_no_bit() -> None:
    members = varied(5, hidden_layers=(6,), batch_size=16)
    measured, plain = Trainer(IRIS, members), Trainer(IRIS, members, is_probed=False)
    while not measured.is_done:
        found, bare = measured.epoch(), plain.epoch()
        assert np.array_equal(found.validation_loss, bare.validation_loss, equal_nan=True)
        assert np.isfinite(found.gradient_norm).any()
        assert np.isnan(bare.gradient_norm).all()
    assert plain.is_done
    assert np.array_equal(measured.network.parameters, plain.network.parameters)
