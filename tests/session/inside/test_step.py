"""The curve of J along the step is the loss of the batch that is trained next, at weights moved by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.plain import plain, plain_dataset
from tests.session.inside.answers import first_of
from tuitrain.engine import Trainer
from tuitrain.errors import RunError
from tuitrain.session.asked.step import StepAnswer, StepCurve
from tuitrain.session.inside.step import GAUGE_STEPS, step_curve
from tuitrain.session.inspection import Copy


def answers_of(steps: int = 5, **fields: object) -> tuple[list[StepAnswer], Trainer]:
    data = plain_dataset("moons")
    trainer = Trainer(data, plain(hidden_layers=(8,), activation="tanh", **fields))  # type: ignore[arg-type]
    for _ in range(steps):
        trainer.step()
    found = [answer for answer in step_curve(StepCurve(), Copy.of(trainer, data, 0)) if isinstance(answer, StepAnswer)]
    return found, trainer


@pytest.mark.parametrize(
    "fields", [{"optimizer": "sgd", "learning_rate": 0.3}, {"optimizer": "adam"}, {"batch_size": "full"}]
)
@pytest.mark.parametrize("steps", [0, 5, 11])
@pytest.mark.long
def test_curve_is_of_the_batch_and_the_update_that_come_next(fields: dict[str, object], steps: int) -> None:
    (answer, *_), trainer = answers_of(steps, **fields)
    start = trainer.network.parameters[0].astype(np.float64)
    trainer.step()
    end = trainer.network.parameters[0].astype(np.float64)
    assert answer.here == pytest.approx(float(trainer.last_step[0][0]), rel=1e-5)
    assert answer.rate == trainer.hyperparameters[0].learning_rate
    middle = len(answer.rates) // 2
    assert answer.rates[middle] == pytest.approx(answer.rate)
    assert answer.losses[middle] == pytest.approx(answer.taken)
    assert not np.array_equal(start, end)


def test_steps_beyond_the_end_of_the_run_are_taken_all_the_same() -> None:
    data, (whole, short) = (
        plain_dataset("moons"),
        (plain(hidden_layers=(8,), epochs=n, patience=0) for n in (9, 2)),
    )
    known = []
    for h in (whole, short):
        trainer = Trainer(data, h)
        trainer.epoch()
        known.append(first_of(step_curve(StepCurve(steps=2 * trainer.steps_per_epoch), Copy.of(trainer, data, 1))))
    np.testing.assert_array_equal(known[0].losses, known[1].losses)  # type: ignore[attr-defined]


def test_it_is_said_where_the_copy_diverges() -> None:
    data = plain_dataset("diabetes")
    h = plain(hidden_layers=(8,), activation="relu", optimizer="sgd", learning_rate=30.0, patience=0)
    trainer = Trainer(data, h)
    copy = Copy.of(trainer, data, 0)
    while not trainer.is_done:
        trainer.step()
    for steps in (trainer.steps_done, trainer.steps_done + 2):
        with pytest.raises(RunError, match="the copy diverges here, so that there is no next step; u takes"):
            first_of(step_curve(StepCurve(steps=steps), copy))


def test_a_rate_that_has_come_to_zero_is_told() -> None:
    data = plain_dataset("moons")
    h = plain(hidden_layers=(4,), schedule="exponential", schedule_factor=1e-200, schedule_epochs=1, patience=0)
    trainer = Trainer(data, h)
    trainer.epoch()
    copy = Copy.of(trainer, data, 1)
    *_some, last = step_curve(StepCurve(), copy)
    assert last.gauge[-1] == 0.0  # type: ignore[attr-defined]
    for _epoch in range(2):
        trainer.epoch()
    assert not trainer.learning_rates[0]
    with pytest.raises(RunError, match="brought the learning rate to 0"):
        first_of(step_curve(StepCurve(), Copy.of(trainer, data, 3)))


def test_losses_are_those_of_weights_moved_by_hand() -> None:
    (answer, *_), trainer = answers_of(batch_size="full", optimizer="sgd", learning_rate=0.1, l2=0.0)
    train, network = trainer.dataset.train, trainer.network
    network.loss_and_gradients(train.X, train.y)
    start, gradient = network.parameters.copy(), network.gradients.copy()
    for place in (0, 100, 130, 160):
        network.parameters[...] = start - answer.rates[place] * gradient
        assert answer.losses[place] == pytest.approx(float(network.loss_and_gradients(train.X, train.y)[0]), rel=1e-4)


def test_zones_are_read_off_the_curve() -> None:
    answers, _ = answers_of(optimizer="sgd", learning_rate=0.3)
    answer = answers[0]
    gains = answer.here - answer.losses
    best = int(np.argmax(gains))
    assert (answer.best_rate, answer.best) == (answer.rates[best], answer.losses[best])
    low, high = answer.decent
    inside = (answer.rates >= low) & (answer.rates <= high)
    assert inside[best] and (gains[inside] >= gains[best] / 2).all()
    below, above = np.flatnonzero(inside)[0] - 1, np.flatnonzero(inside)[-1] + 1
    assert gains[below] < gains[best] / 2 and gains[above] < gains[best] / 2
    first_worse = answer.rates[best:][gains[best:] < 0][0]
    assert answer.beyond == first_worse > high


def test_gauge_follows_the_steps_and_ends() -> None:
    answers, _ = answers_of(optimizer="sgd", learning_rate=0.3)
    assert [len(answer.gauge) for answer in answers] == list(range(GAUGE_STEPS + 1))
    assert answers[-1].is_whole and not answers[0].is_whole
    first = answers[-1].gauge[0]
    assert first == pytest.approx(answers[0].rate / answers[0].best_rate, rel=0.15)  # a coarser search finds the same


def test_a_training_that_has_ended_goes_on_on_the_copy() -> None:
    (answer, *_), trainer = answers_of(60, epochs=1, batch_size="full")
    assert trainer.is_done and math.isfinite(answer.here)


def test_one_that_diverged_says_so() -> None:
    data = plain_dataset("moons")
    trainer = Trainer(data, plain(hidden_layers=(8,), loss="mse", optimizer="sgd", learning_rate=900.0))
    while not trainer.is_done:
        trainer.step()
    assert trainer.early_stopping.endings[0] == "diverged"
    with pytest.raises(Exception, match="has diverged: there is no next step"):
        first_of(step_curve(StepCurve(), Copy.of(trainer, data, 0)))


@pytest.mark.parametrize(("kept", "steps"), [(0, 30), (0, 40), (7, 90), (20, 66)])
@pytest.mark.long
def test_the_gauge_of_the_last_steps_is_that_of_the_steps_that_were_made(kept: int, steps: int) -> None:
    data = plain_dataset("moons")
    trainer = Trainer(data, plain(hidden_layers=(8,), activation="tanh", learning_rate=0.05))
    states = []
    for _ in range(steps):
        states.append(trainer.state())
        trainer.step()
    *_, answer = step_curve(StepCurve(), Copy.of(trainer, data, 0, states[kept]))
    assert isinstance(answer, StepAnswer)
    first = max(kept, steps - GAUGE_STEPS)
    assert answer.is_past and answer.is_whole and len(answer.gauge) == steps - first
    ahead = first_of(step_curve(StepCurve(), Copy(data, states[first], 0)))  # what was to come then
    last = first_of(step_curve(StepCurve(), Copy(data, states[-1], 0)))
    assert isinstance(ahead, StepAnswer) and isinstance(last, StepAnswer)
    coarse = slice(40, 201, 8)  # of 40 points a decade and 241, those of half of the decades
    for curve, ratio in ((ahead, answer.gauge[0]), (last, answer.gauge[-1])):
        best = curve.rates[coarse][curve.losses[coarse].argmin()]
        assert ratio == pytest.approx(curve.rate / best, rel=0.6)


def test_the_last_step_of_a_training_that_has_ended_is_measured_too() -> None:
    data = plain_dataset("moons")
    trainer = Trainer(data, plain(hidden_layers=(8,), epochs=2))
    past = trainer.state()
    while not trainer.is_done:
        trainer.step()
    *_, answer = step_curve(StepCurve(), Copy.of(trainer, data, 2, past))
    assert isinstance(answer, StepAnswer)
    assert len(answer.gauge) == trainer.steps_done == answer.total
    assert np.isfinite(answer.gauge).all()


@pytest.mark.long
def test_a_large_network_is_measured_coarse_first_and_comes_to_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = answers_of(optimizer="sgd", learning_rate=0.3)[0][-1]
    monkeypatch.setattr("tuitrain.session.inside.step.AT_ONCE", 2 * 42 * 32)  # two points at a time
    portions, _ = answers_of(optimizer="sgd", learning_rate=0.3)
    sizes = [len(answer.rates) for answer in portions if not answer.gauge][:121]
    assert sizes[0] == 2 and sizes[15] == 32 and sizes[-1] == 241
    np.testing.assert_array_equal(portions[15].rates[[0, -1]], whole.rates[[0, -1]])
    assert all(np.all(np.diff(answer.rates) > 0) for answer in portions)
    np.testing.assert_allclose(portions[-1].losses, whole.losses, rtol=1e-12)
    assert len(portions[-1].gauge) == len(whole.gauge)


def test_the_example_is_one_training_of_its_own() -> None:
    (*_, answer) = step_curve(StepCurve(example="moons"), None)  # type: ignore[arg-type]
    assert isinstance(answer, StepAnswer)
    assert (answer.optimizer, answer.rate, len(answer.gauge)) == ("sgd", 0.3, GAUGE_STEPS)
