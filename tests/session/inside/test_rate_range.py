"""The range test is gradient descent at rising rates, and its marks are what can be read off the curve."""

from __future__ import annotations

import math
import statistics

import numpy as np
import pytest

from tests.plain import plain, plain_dataset
from tuitrain.engine import Trainer
from tuitrain.session.asked.rate_range import RangeAnswer, RangeTest
from tuitrain.session.inside import rate_range
from tuitrain.session.inside.rate_range import range_test, read_marks
from tuitrain.session.inspection import Copy


def answers_of(data: str, asked: RangeTest, *, trained: int = 0, **fields: object) -> tuple[list[RangeAnswer], Copy]:
    table = plain_dataset(data)
    trainer = Trainer(table, plain(**fields))  # type: ignore[arg-type]
    for _ in range(trained):
        trainer.epoch()
    copy = Copy.of(trainer, table, trained)
    return list(range_test(asked, copy)), copy  # type: ignore[arg-type]


def test_the_losses_are_those_of_gradient_descent_in_a_plain_loop() -> None:
    fields = {"hidden_layers": (), "optimizer": "sgd", "l2": 0.0, "batch_size": "full"}
    fields |= {"schedule": "exponential", "schedule_epochs": 1, "warmup": 3}  # which have no part in it
    (*_, answer), copy = answers_of("diabetes", RangeTest(1e-5, 10.0, 60), **fields)
    X = np.c_[copy.dataset.train.X, np.ones(len(copy.dataset.train))].astype(np.float64)
    y = copy.dataset.train.y.astype(np.float64).ravel()
    network = Trainer(copy.dataset, copy.state.hyperparameters).network
    w = network.parameters[0].astype(np.float64)
    for step, rate in enumerate(1e-5 * 10 ** (6 * np.arange(60) / 59)):
        error = X @ w - y
        loss = float(np.mean(error**2))
        if loss > 4 * answer.losses[0]:
            assert answer.stopped == pytest.approx(rate) and len(answer.rates) == step + 1
            break
        near = 2e-4 if rate <= answer.lowest else 0.05  # where steps overshoot, rounding errors grow
        assert answer.rates[step] == pytest.approx(rate) and answer.losses[step] == pytest.approx(loss, rel=near)
        w -= rate * 2 * X.T @ error / len(y)
    else:
        raise AssertionError("a rate of 10 should diverge")
    assert answer.is_whole and answer.stopped > answer.rises > answer.lowest > answer.steepest


@pytest.mark.parametrize("from_here", [False, True])
def test_each_step_is_the_trainers_from_the_first_weights_or_from_here(from_here: bool) -> None:
    asked = RangeTest(1e-4, 0.1, 30, from_here)
    (*_, answer), copy = answers_of("moons", asked, trained=2, hidden_layers=(8,), dropout=0.2)
    h = copy.state.hyperparameters[0]
    trainer = Trainer(copy.dataset, h, state=copy.state) if from_here else Trainer(copy.dataset, h)
    for rate, loss in zip(np.geomspace(1e-4, 0.1, answer.total), answer.losses, strict=True):
        trainer.set(0, "learning_rate", float(rate))
        trainer.step()
        assert loss == float(trainer.last_step[0][0])
    assert answer.total % trainer.steps_per_epoch == 0 and answer.total >= 30
    assert answer.rate == h.learning_rate and not answer.stopped


def test_marks_are_read_off_the_smoothed_curve() -> None:
    rates = np.geomspace(1e-4, 1.0, 161)  # 40 steps a decade: 5 on each side of the mean
    powers = np.log10(rates)
    curve = 2 - 1.5 / (1 + np.exp(-6 * (powers + 2.5))) + 4 * np.maximum(powers + 1, 0) ** 2
    noise = 0.02 * np.random.default_rng(0).standard_normal(161)
    smoothed, start, steepest, lowest, suggestion, rises = read_marks(rates, curve + noise)
    losses = (curve + noise).tolist()
    for place in range(161):
        near = losses[max(place - 5, 0) : place + 6]
        assert smoothed[place] == pytest.approx(sum(near) / len(near))
    assert start == pytest.approx(np.mean(losses[:20]))
    assert math.log10(steepest) == pytest.approx(-2.5, abs=0.15)
    assert lowest == rates[list(smoothed).index(min(smoothed))] and suggestion == pytest.approx(lowest / 10)
    error = (statistics.variance(losses[:20]) * (1 / 11 + 1 / 20)) ** 0.5
    above = [rate for rate, mean in zip(rates, smoothed, strict=True) if rate > lowest and mean > start + 4 * error]
    assert rises == above[0]
    assert np.isnan(read_marks(rates, np.ones(161))[2:5]).all()


def test_noise_alone_is_no_fall_and_no_rise() -> None:
    rates = np.geomspace(1e-4, 1.0, 161)
    found = [read_marks(rates, 1 + 0.2 * np.random.default_rng(seed).standard_normal(161)) for seed in range(40)]
    assert sum(not math.isnan(lowest) for _, _, _, lowest, _, _ in found) <= 1
    assert sum(math.isfinite(rises) for *_, rises in found) <= 1


def test_a_loss_that_is_not_finite_ends_it_and_is_not_drawn(monkeypatch) -> None:
    monkeypatch.setattr(rate_range, "_losses", lambda trainer, rates: iter([1.0, 0.9, 0.8, math.inf]))
    (*_, answer), _ = answers_of("moons", RangeTest(1e-3, 1.0, 60), hidden_layers=(4,))
    assert answer.is_whole and answer.stopped == pytest.approx(1e-3 * 1000 ** (3 / (answer.total - 1)))
    assert answer.losses.tolist() == [1.0, 0.9, 0.8] and len(answer.rates) == len(answer.smoothed) == 3
