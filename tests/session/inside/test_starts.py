"""Other starts are trainings from other seeds, as long as the run, and J is that of the same rows."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.plain import plain, plain_dataset
from tuitrain.engine import Trainer
from tuitrain.engine.network import Network
from tuitrain.errors import RunError
from tuitrain.session.asked.step import OtherStarts, StartsAnswer
from tuitrain.session.inside import starts
from tuitrain.session.inside.starts import other_starts
from tuitrain.session.inspection import Copy
from tuitrain.session.questions import Answer

H = plain(hidden_layers=(5,), activation="tanh", epochs=4, seed=3, patience=0, learning_rate=0.5)


def last_of(trainer: Trainer) -> StartsAnswer:
    *_, answer = other_starts(OtherStarts(), Copy.of(trainer, trainer.dataset, trainer.epochs_done))
    assert isinstance(answer, StartsAnswer) and answer.is_whole
    return answer


def mean_loss(parameters: np.ndarray, trainer: Trainer) -> tuple[float, np.ndarray]:  # type: ignore[type-arg]
    network = Network((2, 5, 2), activation="tanh", loss="cross_entropy", dtype=np.float64)
    network.parameters[...] = parameters
    train = trainer.dataset.train
    loss = network.loss_and_gradients(train.X, train.y)
    return float(loss[0]), network.gradients


@pytest.mark.parametrize("epochs", [2, 4])  # a run that goes on, and one that has ended
def test_losses_are_those_of_single_trainings_of_other_seeds(epochs: int) -> None:
    data = plain_dataset("moons")
    trainer = Trainer(data, H)
    for _ in range(epochs):
        trainer.epoch()
    assert trainer.is_done == (epochs == 4)
    answer = last_of(trainer)
    assert answer.seeds == tuple(seed for seed in range(17) if seed != 3) and answer.epochs == epochs
    for seed in (0, 4, 16):
        other = Trainer(data, H.replace(seed=seed, epochs=100))
        for _ in range(epochs):
            other.epoch()
        expected = mean_loss(other.network.parameters, trainer)[0]
        assert answer.losses[answer.seeds.index(seed)] == pytest.approx(expected, rel=1e-5)
    own = Trainer(data, H.replace(epochs=100))
    for _ in range(epochs):
        own.epoch()
    loss, gradients = mean_loss(own.network.parameters, trainer)
    assert answer.own == pytest.approx(loss, rel=1e-5)
    assert answer.slope == pytest.approx(math.sqrt(float(np.square(gradients).sum())), rel=1e-4)
    assert answer.rows == len(data.train)


def test_a_run_without_an_epoch_has_nothing_to_be_compared_with() -> None:
    trainer = Trainer(plain_dataset("moons"), H)
    trainer.step()
    with pytest.raises(RunError, match="has done no epoch yet"):
        last_of(trainer)


def test_of_a_large_network_there_are_fewer_and_all_give_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(starts, "LARGE", 100)
    monkeypatch.setattr(starts, "AT_ONCE", 100)
    trainer = Trainer(plain_dataset("moons"), H)
    trainer.epoch()
    answer = last_of(trainer)
    assert len(answer.seeds) == len(answer.losses) == 6
    assert 32 <= answer.rows <= 64


def test_one_that_diverges_is_named() -> None:
    data = plain_dataset("moons")
    h = H.replace(optimizer="sgd", loss="mse", learning_rate=0.001)
    trainer = Trainer(data, h)
    trainer.epoch()
    trainer.set(None, "learning_rate", 900.0)  # as the others are trained with
    answer = last_of(trainer)
    assert np.isnan(answer.losses).all() and math.isfinite(answer.own)


def test_answer_comes_back_from_json() -> None:
    trainer = Trainer(plain_dataset("moons"), H)
    trainer.epoch()
    answer = last_of(trainer)
    back = Answer.from_json(answer.to_json())
    assert isinstance(back, StartsAnswer) and back.question == answer.question
    np.testing.assert_array_equal(back.losses, answer.losses)
    assert (back.seeds, back.own, back.slope, back.rows) == (answer.seeds, answer.own, answer.slope, answer.rows)
