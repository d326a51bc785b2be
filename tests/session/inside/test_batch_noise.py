"""Batches' gradients agree with the full one as the formulas say, on the plane as PAGES measured it."""

from __future__ import annotations

import json

import numpy as np
import pytest

from tuitrain.data.loading import load_dataset
from tuitrain.engine import Trainer
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.session.asked.batch_noise import BatchNoise, BatchNoiseAnswer
from tuitrain.session.inside.batch_noise import batch_noise
from tuitrain.session.inspection import Copy
from tuitrain.session.questions import Answer


@pytest.fixture(scope="module")
def copy() -> Copy:
    data = load_dataset("moons")
    trainer = Trainer(data, Hyperparameters(hidden_layers=(6,), activation="tanh", batch_size=20))
    trainer.epoch()
    return Copy.of(trainer, data, 1)


def last_of(copy: Copy, **fields: object) -> BatchNoiseAnswer:
    *_, answer = batch_noise(BatchNoise(**fields), copy)  # type: ignore[arg-type]
    assert isinstance(answer, BatchNoiseAnswer) and answer.is_whole
    return answer


def test_the_plane_with_all_weights_zero_has_the_known_figures(copy: Copy) -> None:
    data = load_dataset("plane")
    gradient = -2 * np.append(data.train.X, np.ones((len(data.train.X), 1)), axis=1) * data.train.y
    answer = last_of(copy, example="plane")
    assert answer.squares[0] == pytest.approx(np.square(gradient.mean(axis=0)).sum(), rel=1e-5)
    assert answer.spreads[0] == pytest.approx(np.cov(gradient.T).trace(), rel=1e-5)
    assert answer.squares[0] ** 0.5 == pytest.approx(1.945, abs=1e-3)
    for size, cosine in ((1, 0.454), (4, 0.814), (32, 0.975)):
        assert last_of(copy, example="plane", batch_size=size).cosines[0].mean() == pytest.approx(cosine, abs=0.07)


def test_squares_of_layers_add_up_and_cosines_are_those_of_the_tips(copy: Copy) -> None:
    answer = last_of(copy)
    assert answer.squares[0] == pytest.approx(answer.squares[1:].sum())
    assert answer.spreads[0] == pytest.approx(answer.spreads[1:].sum())
    assert (answer.batch_size, answer.own_size, answer.rows) == (20, 20, 350)
    whole = last_of(copy, batch_size=350)
    np.testing.assert_allclose(whole.cosines[0], 1, rtol=1e-9)
    np.testing.assert_allclose(whole.tips[0], [[whole.squares[0] ** 0.5, 0]] * 64, atol=1e-6)
    one = last_of(copy, batch_size=1)
    off = np.square(one.tips[0] - [one.squares[0] ** 0.5, 0]).sum(axis=1).mean()
    assert off <= one.spreads[0] * 1.3  # the plane shows a part of a single row's distance
    # the full gradient is that of all rows in one batch
    network = copy.trainer().network
    network.loss_and_gradients(copy.dataset.train.X, copy.dataset.train.y)
    assert answer.squares[0] == pytest.approx(float(np.square(network.gradients).sum()), rel=1e-4)


def test_other_batches_have_other_gradients_and_the_same_rows(copy: Copy) -> None:
    one, other = last_of(copy), last_of(copy, draw=1)
    assert not np.array_equal(one.cosines, other.cosines)
    np.testing.assert_allclose(one.squares, other.squares)
    assert one.row_bytes * 20 == (3 + 13 + 5) * 20 * 4


def test_it_survives_json(copy: Copy) -> None:
    answer = last_of(copy)
    back = Answer.from_json(json.loads(json.dumps(answer.to_json())))
    assert isinstance(back, BatchNoiseAnswer)
    np.testing.assert_array_equal(back.tips, answer.tips)
