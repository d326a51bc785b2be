"""States that are kept while a training runs: from them its last steps are made again, to the bit."""

from __future__ import annotations

from itertools import count

import numpy as np
import pytest

from tuitrain.data.loading import load_dataset
from tuitrain.engine import Trainer
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.session.past import LOOK_STEPS, STEPS, Past


def run(past: Past, trainer: Trainer, steps: int) -> None:
    for _ in range(steps):
        past.note(trainer)
        trainer.step()


def frozen() -> float:
    return 0.0


@pytest.mark.parametrize("steps", [1, 39, 40, 41, 100, 333])
def test_the_last_steps_can_be_made_again_to_the_bit(steps: int) -> None:
    data = load_dataset("moons")
    trainer, past = Trainer(data, Hyperparameters(hidden_layers=(6,), dropout=0.2)), Past(frozen)
    run(past, trainer, steps)
    state = past.before(steps)
    assert state is not None
    begun = state.counters["steps_done"]
    assert begun == 0 if steps <= STEPS else steps - 2 * STEPS <= begun <= steps - STEPS
    again = Trainer(data, state.hyperparameters, state=state)
    while again.steps_done < steps:
        again.step()
    np.testing.assert_array_equal(again.network.parameters, trainer.network.parameters)


def test_states_are_kept_no_more_often_than_their_cost_allows() -> None:
    ticks = count()  # each look at the clock is a second later: a state costs one, and then 500 have to pass
    h = Hyperparameters(hidden_layers=(2,), epochs=1000, patience=0)
    past, trainer = Past(lambda: float(next(ticks))), Trainer(load_dataset("moons"), h)
    run(past, trainer, STEPS + 490 * LOOK_STEPS)
    assert past.before(trainer.steps_done).counters["steps_done"] == 0  # type: ignore[union-attr]
    run(past, trainer, 20 * LOOK_STEPS + STEPS)
    assert past.before(trainer.steps_done).counters["steps_done"] > STEPS  # type: ignore[union-attr]


def test_what_was_changed_by_hand_ends_what_can_be_made_again() -> None:
    past, trainer = Past(frozen), Trainer(load_dataset("moons"), Hyperparameters())
    run(past, trainer, 60)
    past.forget()
    assert past.before(60) is None
    run(past, trainer, 5)
    state = past.before(65)
    assert state is not None and state.counters["steps_done"] == 60
    assert past.before(60) is None  # nothing lies between


def test_of_a_network_that_is_too_large_nothing_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    past, trainer = Past(frozen), Trainer(load_dataset("moons"), Hyperparameters(hidden_layers=(6,)))
    monkeypatch.setattr("tuitrain.session.past.MOST_BYTES", 4 * (3 * 6 + 7 * 2) * 6 - 1)
    run(past, trainer, 50)
    assert past.before(50) is None


@pytest.mark.parametrize(("room", "begun"), [(1, [0, 0, 80, 80, 160]), (2, [0, 40, 80, 120, 160])])
def test_as_many_states_are_kept_as_have_room(room: int, begun: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    data = load_dataset("moons")
    past, trainer = Past(frozen), Trainer(data, Hyperparameters(hidden_layers=(6,), dropout=0.2))
    parameters = 3 * 6 + 7 * 2
    monkeypatch.setattr("tuitrain.session.past.MOST_BYTES", room * 4 * parameters * 6)
    found = []
    for _ in begun:
        run(past, trainer, STEPS)
        state = past.before(trainer.steps_done)
        assert state is not None
        found.append(state.counters["steps_done"])
        large = [array for one in past._states for array in one.arrays.values() if array.shape == (1, parameters)]
        assert len(past._states) <= room and sum(array.nbytes for array in large) <= room * 4 * parameters * 6
    assert found == begun
    again = Trainer(data, state.hyperparameters, state=state)
    while again.steps_done < trainer.steps_done:
        again.step()
    np.testing.assert_array_equal(again.network.parameters, trainer.network.parameters)
