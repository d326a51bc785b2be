"""Schedules against torch's definitions written out by hand."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from tests.plain import plain, plain_dataset
from tuitrain.engine import Trainer
from tuitrain.engine.schedules import SCHEDULES, Plateau, multipliers
from tuitrain.options.hyperparameters import SCHEDULES as DECLARED


def plan(count: int = 100, per_epoch: int = 10, **settings: Any) -> list[float]:
    return multipliers(plain(**settings), 0, count, per_epoch).tolist()


def test_the_table_holds_what_the_hyperparameters_declare() -> None:
    assert tuple(SCHEDULES) == DECLARED


def test_constant_and_step_and_exponential() -> None:
    assert set(plan(schedule="constant")) == {1.0}
    stepped = plan(schedule="step", schedule_factor=0.1, schedule_epochs=3)
    assert stepped[29] == 1.0
    assert stepped[30] == pytest.approx(0.1)
    assert stepped[60] == pytest.approx(0.01)
    assert plan(schedule="exponential", schedule_factor=0.1, schedule_epochs=3)[15] == pytest.approx(0.1**0.5)


def test_cosine_goes_from_one_to_the_lowest_rate() -> None:
    found = plan(schedule="cosine", epochs=10, schedule_minimum=0.2)
    assert found[0] == 1.0
    assert found[50] == pytest.approx(0.6)
    assert found[99] == pytest.approx(0.2 + 0.4 * (1 + math.cos(math.pi * 0.99)))


def test_warm_restarts_begin_again_after_growing_stretches() -> None:
    found = plan(count=80, schedule="warm_restarts", schedule_epochs=1, schedule_growth=2)
    starts = [step for step, value in enumerate(found) if value == pytest.approx(1.0)]
    assert starts == [0, 10, 30, 70]


def test_one_cycle_peaks_at_three_tenths() -> None:
    found = plan(schedule="one_cycle", epochs=10)
    assert found[0] == pytest.approx(1 / 25)
    assert int(np.argmax(found)) == 30
    assert max(found) == pytest.approx(1.0)
    assert found[-1] < 0.01


def test_inverse_scaling_is_scikit_learns() -> None:
    assert plan(schedule="inverse_scaling", schedule_power=0.5)[3] == pytest.approx(4**-0.5)


def test_warm_up_rises_in_a_straight_line_and_then_the_schedule_begins() -> None:
    found = plan(schedule="cosine", epochs=10, warmup=2)
    assert found[:20] == pytest.approx(np.arange(1, 21) / 20)
    assert found[20] == pytest.approx(1.0)


@pytest.mark.parametrize("schedule", DECLARED)
def test_multipliers_are_positive_and_do_not_depend_on_where_they_are_asked_from(schedule: str) -> None:
    h = plain(schedule=schedule, epochs=10, warmup=1.5)
    whole = multipliers(h, 0, 100, 10)
    assert (whole >= 0).all()
    assert np.array_equal(multipliers(h, 37, 20, 10), whole[37:57])


def test_plateau_cuts_after_more_than_its_patience() -> None:
    h = plain(schedule="plateau", schedule_patience=2, schedule_factor=0.1)
    plateau = Plateau()
    found = []
    for loss in [1.0, 1.0, 1.0, 1.0, 0.5, 0.5, 0.5, 0.5]:
        plateau.observe(loss, h)
        found.append(plateau.multiplier)
    assert found == pytest.approx([1, 1, 1, 0.1, 0.1, 0.1, 0.1, 0.01])


def test_leaving_plateau_gives_the_learning_rate_back() -> None:
    trainer = Trainer(plain_dataset("iris"), plain(schedule="plateau", schedule_patience=1, patience=0))
    for _ in range(60):
        trainer.epoch()
    assert trainer.learning_rates[0] < 0.01
    trainer.set(0, "schedule", "constant")
    trainer.epoch()
    assert trainer.learning_rates[0] == 0.01
