"""Subnormal numbers: none while training, where the processor is slow with them; the thread is left as it was."""

from __future__ import annotations

import platform
import sys
import threading
import warnings

import numpy as np
import pytest

from tuitrain import Dataset, Hyperparameters
from tuitrain.engine import Trainer
from tuitrain.engine.floating_point import training_arithmetic

SMALLEST_NORMAL = float(np.finfo(np.float32).tiny)
needs_x86 = pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() != "x86_64", reason="only there the mode is set"
)


def halved() -> float:
    """Half of the smallest normal number, computed by NumPy in the mode of this thread."""
    return float(np.multiply(np.full(4, SMALLEST_NORMAL, np.float32), np.float32(0.5))[0])


@needs_x86
def test_subnormal_numbers_are_zero_inside_and_as_usual_outside():
    assert halved() == SMALLEST_NORMAL / 2
    with training_arithmetic:
        assert halved() == 0
        with training_arithmetic:
            assert halved() == 0
        assert halved() == 0
    assert halved() == SMALLEST_NORMAL / 2


@needs_x86
def test_the_mode_belongs_to_one_thread():
    found, entered = [], threading.Event()
    thread = threading.Thread(target=lambda: (entered.wait(), found.append(halved())))
    thread.start()
    with training_arithmetic:
        entered.set()
        thread.join()
    assert found == [SMALLEST_NORMAL / 2]


@needs_x86
def test_a_thread_that_was_started_inside_is_as_usual_after_its_own():
    found = []

    def work() -> None:
        with training_arithmetic:
            found.append(halved())
        found.append(halved())

    with training_arithmetic:
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
    assert found == [0, SMALLEST_NORMAL / 2]


def test_the_mode_is_left_when_something_is_raised():
    with pytest.raises(RuntimeError), training_arithmetic:
        raise RuntimeError
    assert halved() == SMALLEST_NORMAL / 2
    with pytest.warns(RuntimeWarning, match="overflow"):
        np.multiply(np.float32(3e38), np.float32(10))


def test_nothing_warns_inside():
    with warnings.catch_warnings(), training_arithmetic:
        warnings.simplefilter("error")
        assert np.isinf(np.multiply(np.float32(3e38), np.float32(10)))


@pytest.mark.long
@needs_x86
def test_a_memorised_table_leaves_no_subnormal_number_behind():
    X = np.random.default_rng(0).standard_normal((200, 30))
    y = np.arange(200) % 2
    dataset = Dataset.from_arrays(X, y, validation=0, test=0)
    trainer = Trainer(dataset, [Hyperparameters(hidden_layers=(64,), l2=0, learning_rate=0.1, epochs=2000, patience=0)])
    while not trainer.is_done:
        trainer.epoch()
    arrays = [trainer.network.gradients, *trainer._optimizer.state]
    assert float(trainer._record.train_loss[0]) < 1e-5  # memorised: the gradients have faded
    for array in arrays:
        size = np.abs(array[array != 0])
        assert size.min(initial=1.0) >= SMALLEST_NORMAL
