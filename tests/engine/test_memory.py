"""What cannot fit into memory is refused with its figure, before it is allocated."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from tuitrain.data.loading import load_dataset
from tuitrain.engine import memory
from tuitrain.engine.memory import available_memory, check_memory, rows_of_a_batch
from tuitrain.engine.trainer import Trainer
from tuitrain.errors import HyperparameterError
from tuitrain.options.hyperparameters import Hyperparameters


def test_what_is_free_is_known_here_and_plausible() -> None:
    free = available_memory()
    assert free is None or 2**20 < free < 2**50


def test_a_batch_and_the_parameters_count(monkeypatch: pytest.MonkeyPatch) -> None:
    parameters = (10 + 1) * 100 + (100 + 1) * 3
    for_parameters, for_batch = parameters * 7 * 4, 50 * (10 + 2 * (100 + 3)) * 4
    monkeypatch.setattr(memory, "available_memory", lambda: for_parameters + for_batch)
    check_memory((10, 100, 3), 1, 50)
    monkeypatch.setattr(memory, "available_memory", lambda: for_parameters + for_batch - 1)
    with pytest.raises(HyperparameterError, match="batch size: 50 rows through 10x100x3 need"):
        check_memory((10, 100, 3), 1, 50)
    with pytest.raises(HyperparameterError, match="hidden layers: 10x100x3 has 1,403 parameters"):
        check_memory((10, 100, 3), 8, 1)
    monkeypatch.setattr(memory, "available_memory", lambda: None)
    check_memory((10**6, 10**6), 1, 10**9)


def test_a_full_batch_that_cannot_fit_is_refused_before_anything_is_allocated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "available_memory", lambda: 2**30)
    rows = SimpleNamespace(X=np.broadcast_to(np.float32(0), (60_000, 784)), y=np.zeros(60_000, np.int64))
    data = SimpleNamespace(task="classification", train=rows, validation=rows, n_classes=10, target_scale=1.0)
    with pytest.raises(HyperparameterError, match="batch size: 60,000 rows"):
        Trainer(data, [Hyperparameters(hidden_layers=(60_000,), batch_size="full")])


def test_an_edit_to_a_batch_that_cannot_fit_is_refused_and_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    trainer = Trainer(load_dataset("digits"), [Hyperparameters(batch_size=8)])
    monkeypatch.setattr(memory, "available_memory", lambda: 10**6)
    with pytest.raises(HyperparameterError, match="are free"):
        trainer.set(None, "batch_size", "full")
    assert (trainer.batch_size, trainer.hyperparameters[0].batch_size) == (8, 8)
    trainer.step()


@pytest.mark.parametrize(("size", "rows"), [(32, 32), ("full", 100), (1000, 100)])
def test_the_rows_of_a_batch(size: int | str, rows: int) -> None:
    assert rows_of_a_batch(size, 100) == rows
