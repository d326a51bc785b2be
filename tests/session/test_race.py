"""A race's session: its lanes are those of a race run at once, and it ends when it is closed."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
import pytest

from tests.session.test_conformance import until
from tests.session.test_snapshot_json import assert_same, through_json
from tuitrain.data.loading import load_dataset
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.options.search_settings import Settings
from tuitrain.search.race import LANES, run_race
from tuitrain.search.space.space import Space
from tuitrain.session.commands import Pause
from tuitrain.session.datasets import DATASETS
from tuitrain.session.race import RaceSession, begin_race

MOONS = load_dataset("moons?n=60")
SETTINGS = Settings(folds=1)


def space(epochs: int = 3) -> Space:
    base = Hyperparameters(hidden_layers=(4,), epochs=epochs, patience=0)
    return Space({"learning_rate": "1e-3..1", "l2": "1e-6..1"}, base)


@pytest.fixture
def session() -> Any:
    session = RaceSession(jobs=0)
    yield session
    session.close()


def begin(session: RaceSession, *, trials: int, epochs: int = 3) -> int:
    source = DATASETS.keep(MOONS)
    return session.send(begin_race(source, space(epochs), SETTINGS, seeds=2, trials=trials))


def test_the_lanes_are_those_of_a_race_run_at_once(session: RaceSession) -> None:
    begin(session, trials=6)
    snapshot = until(session, lambda shown: shown.state == "done")
    expected = run_race(MOONS, space(), SETTINGS, seeds=2, trials=6)
    assert [lane.name for lane in snapshot.lanes] == list(LANES)
    for lane, alone in zip(snapshot.lanes, expected, strict=True):
        np.testing.assert_array_equal(lane.median, alone.median)
        np.testing.assert_array_equal((lane.low, lane.high), (alone.low, alone.high))
    assert snapshot.done == 6
    assert 6 < snapshot.trained <= 6 * 5  # one run of the grid, two of each other strategy
    assert_same(through_json(snapshot), snapshot)


def test_what_does_not_fit_is_refused_in_words(session: RaceSession) -> None:
    number = session.send(Pause())
    session.wait_for_answer(number, 60)
    assert "does not know the command pause" in session.journal[-1].refused
    number = session.send(begin_race(DATASETS.keep(MOONS), space(), Settings(metric="rmse"), seeds=2, trials=4))
    snapshot = session.wait_for_answer(number, 60)
    assert (snapshot.state, snapshot.lanes) == ("failed", ())
    assert "rmse" in snapshot.message


@pytest.mark.long
def test_a_race_that_is_closed_ends_long_before_its_trials_do() -> None:
    session = RaceSession(jobs=0)
    begin(session, trials=200, epochs=2000)
    until(session, lambda shown: shown.state == "running")
    session.close()
    assert session.snapshot.done < 200
    assert not any(thread.name == "race" and thread.is_alive() for thread in threading.enumerate())
