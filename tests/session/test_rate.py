"""Samples per second, and the time left that is told from them, come from no single stalled batch."""

from __future__ import annotations

import math

import pytest

from tuitrain.data.loading import load_dataset
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.runs.awake import AwakeClock
from tuitrain.session.live_training import LiveTraining
from tuitrain.session.rate import Rate


def after(durations: list[float], *, batch: int = 10) -> list[float]:
    """The rates after batches that took so long, each observed at its end."""
    rate, seconds, found = Rate(), 0.0, []
    for number, duration in enumerate(durations, 1):
        seconds += duration
        found.append(rate.observe(seconds, number * batch))
    return found


def test_nothing_is_told_from_one_batch() -> None:
    assert math.isnan(Rate().observe(0.0, 0))
    assert math.isnan(after([5.0])[0])


@pytest.mark.parametrize("stalled", [0, 1, 2, 7, 39])
def test_one_stalled_batch_does_not_show(stalled: int) -> None:
    durations = [0.1] * 40
    durations[stalled] = 60.0
    rates = after(durations)
    assert rates[1:] == pytest.approx([100.0] * 39)


def test_a_training_that_has_become_slower_is_told_as_such() -> None:
    assert after([0.1] * 40 + [1.0] * 20)[-1] == pytest.approx(10.0)


def test_what_is_looked_at_often_is_measured_over_a_while() -> None:
    durations = [0.001, 0.003] * 500  # no two batches alike
    assert after(durations)[-1] == pytest.approx(10 / 0.002, rel=0.02)


def test_time_left_is_told_from_the_same_rate() -> None:
    now = [0.0]
    clock = AwakeClock(lambda: now[0])
    h = Hyperparameters(hidden_layers=(4,), epochs=11, patience=0, batch_size=16)
    run = LiveTraining(load_dataset("moons?n=160"), h, clock=clock.seconds)
    assert len(run.dataset.train) == 16 * run.trainer.steps_per_epoch
    batches = run.trainer.steps_per_epoch
    run.start_clock()
    for number in range(batches):
        now[0] += 90.0 if number == 0 else 0.5  # the first one stalls
        run.step()
        told = run.snapshot(version=1, state="running", message="", pending={})
    assert told.seconds_left == pytest.approx(10 * batches * 0.5)
    with clock.asleep():
        now[0] += 1000
    assert told.seconds == run.seconds == pytest.approx(90 + 0.5 * (batches - 1))
