"""A live search without a screen: what its commands do, and what it says when something breaks."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tuitrain.data.loading import load_dataset
from tuitrain.errors import SearchError
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.options.search_settings import Settings
from tuitrain.search.api import run_study
from tuitrain.search.conductor import Conductor
from tuitrain.search.space.space import Space
from tuitrain.search.study.opening import change_study
from tuitrain.search.study.study import Study
from tuitrain.session.search import SearchSession

IRIS = load_dataset("iris")
SPACE = Space(
    {"learning_rate": "1e-3..1", "l2": "1e-6..1e-1"}, Hyperparameters(hidden_layers=(8,), epochs=9, patience=0)
)


@pytest.fixture
def session(tmp_path: Path) -> Iterator[SearchSession]:
    session = SearchSession(jobs=0, folder=tmp_path)
    yield session
    session.close()


def until(session: SearchSession, condition: Callable[[Any], object], seconds: float = 20.0) -> Any:
    """The first snapshot for which something holds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition(snapshot := session.snapshot):
            return snapshot
        time.sleep(0.01)
    raise AssertionError(f"it did not come: {session.snapshot}")


def done(snapshot: Any) -> int:
    return sum(trial.is_done for trial in snapshot.trials)


def test_what_was_done_elsewhere_since_is_kept(session: SearchSession) -> None:
    session.begin(IRIS, SPACE, Settings(trials=4, folds=1))
    path = until(session, lambda s: s.state == "done").study
    elsewhere = Study(path)
    change_study(elsewhere, {"trials": 10})
    run_study(elsewhere, IRIS)
    session.go_on(Settings(trials=12))
    assert len(until(session, lambda s: s.state == "done" and len(s.trials) > 4).trials) == 12
    assert len(Study(path).finished) == 12


@pytest.mark.parametrize("strategy", ["bayesian", "random"])
def test_going_on_as_the_form_says_asks_for_whole_batches(strategy: str, session: SearchSession) -> None:
    session.begin(IRIS, SPACE, Settings(strategy=strategy, trials=3, folds=1, batch=4))
    until(session, lambda s: s.state == "done")
    session.go_on(Settings(strategy="bayesian", trials=15))
    found = until(session, lambda s: s.state == "done" and done(s) > 3)
    assert (len(found.trials), found.message, found.settings.batch) == (15, "all trials are done", 4)


def test_an_error_that_comes_again_while_closing_ends_the_search(
    session: SearchSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    session.begin(IRIS, SPACE, Settings(trials=0, folds=1, stack=2))
    until(session, lambda s: done(s) >= 2)
    close = Conductor.close

    def full(file: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    def fail_too(conductor: Conductor) -> None:
        close(conductor)
        raise SearchError("what the workers brought cannot be written")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        patch.setattr(Conductor, "close", fail_too)
        found = until(session, lambda s: s.state == "failed")
    assert "No space left" in found.message
    assert found.progress.running == ()
    assert session.unfinished == found.study
    before = done(found)
    session.go_on(Settings(trials=before + 3))
    assert len(until(session, lambda s: s.state == "done").trials) == before + 3


def test_by_hand_pauses_a_search_and_another_strategy_goes_on(session: SearchSession) -> None:
    session.begin(IRIS, SPACE, Settings(trials=200, folds=1, stack=2))
    until(session, lambda s: done(s) >= 2)
    session.go_on(Settings(strategy="manual", trials=0))
    found = until(session, lambda s: s.state == "paused")
    assert (found.settings.strategy, found.settings.trials, dict(found.test)) == ("random", 200, {})
    session.go_on(Settings(strategy="bayesian", trials=done(found) + 8))
    ended = until(session, lambda s: s.state == "done")
    assert ended.trials[-1].by == "bayesian"
    assert ended.test


def test_what_the_user_should_know_is_in_the_snapshot(session: SearchSession) -> None:
    space = Space({"learning_rate": "0.01,0.1", "momentum": "0.5,0.9"}, SPACE.base)
    session.begin(IRIS, space, Settings(trials=2, folds=1))
    assert until(session, lambda s: s.state == "done").notices[0].startswith("momentum is not searched")
