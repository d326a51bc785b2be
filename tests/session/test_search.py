"""A live search without a screen: what its commands do, and what it says when something breaks."""

from __future__ import annotations

import errno
import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tuitrain.data.loading import load_dataset
from tuitrain.errors import SearchError
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.options.search_settings import Settings
from tuitrain.runs.run import read_run
from tuitrain.search.api import run_study
from tuitrain.search.conductor import Conductor
from tuitrain.search.space.space import Space
from tuitrain.search.study.opening import change_study
from tuitrain.search.study.study import Study
from tuitrain.session.commands import AskFirst, Command, ContinueSearch, Decide, End
from tuitrain.session.datasets import DATASETS
from tuitrain.session.search import SearchSession, begin_search

IRIS = load_dataset("iris")
SPACE = Space(
    {"learning_rate": "1e-3..1", "l2": "1e-6..1e-1"}, Hyperparameters(hidden_layers=(8,), epochs=9, patience=0)
)


@pytest.fixture
def session(tmp_path: Path) -> Iterator[SearchSession]:
    session = SearchSession(jobs=0, folder=tmp_path)
    yield session
    session.close()


def begin(session: SearchSession, space: Space, settings: Settings) -> int:
    return session.send(begin_search(DATASETS.keep(IRIS), space, settings))


def go_on(session: SearchSession, settings: Settings) -> int:
    return session.send(ContinueSearch(settings.to_mapping()))


def until(session: SearchSession, condition: Callable[[Any], object], seconds: float = 120.0) -> Any:
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
    begin(session, SPACE, Settings(trials=4, folds=1))
    path = until(session, lambda s: s.state == "done").study
    elsewhere = Study(path)
    change_study(elsewhere, {"trials": 10})
    run_study(elsewhere, IRIS)
    go_on(session, Settings(trials=12))
    assert len(until(session, lambda s: s.state == "done" and len(s.trials) > 4).trials) == 12
    assert len(Study(path).finished) == 12


@pytest.mark.parametrize("strategy", ["bayesian", "random"])
def test_going_on_as_the_form_says_asks_for_whole_batches(strategy: str, session: SearchSession) -> None:
    begin(session, SPACE, Settings(strategy=strategy, trials=3, folds=1, batch=4))
    until(session, lambda s: s.state == "done")
    go_on(session, Settings(strategy="bayesian", trials=15))
    found = until(session, lambda s: s.state == "done" and done(s) > 3)
    assert (len(found.trials), found.message, found.settings.batch) == (15, "all trials are done", 4)


def test_a_search_goes_on_where_no_run_can_be_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    (tmp_path / "runs").write_text("no directory")
    session = SearchSession(jobs=0, folder=tmp_path / "runs")
    try:
        begin(session, SPACE, Settings(trials=3, folds=1))
        found = until(session, lambda s: s.state in {"done", "failed"})
    finally:
        session.close()
    assert len(Study(found.study).finished) == 3
    assert found.notices == (
        f"{tmp_path / 'runs'}: cannot be written: File exists; "
        f"the search is kept in {found.study}, a temporary directory",
    )


def test_an_error_that_comes_again_while_closing_ends_the_search(
    session: SearchSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(session, SPACE, Settings(trials=0, folds=1, stack=2))
    until(session, lambda s: done(s) >= 2)
    close = Conductor.close

    def fail(file: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    def fail_too(conductor: Conductor) -> None:
        close(conductor)
        raise SearchError("what the workers brought cannot be written")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fail)
        patch.setattr(Conductor, "close", fail_too)
        found = until(session, lambda s: s.state == "failed")
    assert "Input/output error" in found.message
    assert found.progress.running == ()
    assert session.snapshot.unfinished == found.study
    before = done(found)
    go_on(session, Settings(trials=before + 3))
    assert len(until(session, lambda s: s.state == "done").trials) == before + 3


def test_by_hand_pauses_a_search_and_another_strategy_goes_on(session: SearchSession) -> None:
    begin(session, SPACE, Settings(trials=200, folds=1, stack=2))
    until(session, lambda s: done(s) >= 2)
    go_on(session, Settings(strategy="manual", trials=0))
    found = until(session, lambda s: s.state == "paused")
    assert (found.settings.strategy, found.settings.trials, dict(found.test)) == ("random", 200, {})
    go_on(session, Settings(strategy="bayesian", trials=done(found) + 8))
    ended = until(session, lambda s: s.state == "done")
    assert ended.trials[-1].by == "bayesian"
    assert ended.test


def test_what_the_user_should_know_is_in_the_snapshot(session: SearchSession) -> None:
    space = Space({"learning_rate": "0.01,0.1", "momentum": "0.5,0.9"}, SPACE.base)
    begin(session, space, Settings(trials=2, folds=1))
    assert until(session, lambda s: s.state == "done").notices[0].startswith("momentum is not searched")


# One at a time


def one_at_a_time(session: SearchSession, first: int = 10, **settings: Any) -> Any:
    """Search the `first` trials, then let the user guess; return the first snapshot in which it waits for that."""
    begin(session, SPACE, Settings(strategy="bayesian", trials=first, folds=1))
    until(session, lambda s: s.state == "done")
    session.watch({"surrogate"}, column="learning_rate")
    session.send(AskFirst(True, is_one_at_a_time=True))
    go_on(session, Settings(strategy="bayesian", trials=13, **settings))
    return until(session, lambda s: s.choice is not None)


def decided(session: SearchSession, command: Decide) -> Any:
    """Send a decision; return the snapshot in which the next proposal waits."""
    before = done(session.snapshot)
    session.send(command)
    return until(session, lambda s: s.choice is not None and done(s) == before + 1)


def test_one_at_a_time_a_search_waits_for_each_guess_and_counts_it(session: SearchSession) -> None:
    now = one_at_a_time(session, prune="halving")
    assert (done(now), len(now.progress.proposals), now.progress.running, now.is_running) == (10, 1, (), True)
    assert (now.progress.left_to_spread, now.progress.guesses) == (0, ())
    choice, mine = dict(now.choice), {"learning_rate": 0.04, "l2": 1e-3}
    expected = until(session, lambda s: s.explained is not None and s.explained.choice is not None).explained.choice
    assert expected.setting == choice
    now = decided(session, Decide((mine,), mine))
    assert dict(now.trials[-1].setting) == mine
    (guess,) = now.progress.guesses
    assert (guess.guess, guess.choice, guess.gains[1]) == (mine, choice, expected.improvement)
    through = type(now).from_json(json.loads(json.dumps(now.to_json(), allow_nan=False)))
    assert (through.choice, through.progress.guesses, through.is_one_at_a_time) == (now.choice, (guess,), True)
    commands: list[Command] = [entry.command for entry in session.journal]
    assert commands[1] == AskFirst(True, is_one_at_a_time=True)
    assert commands[-1] == Decide((mine,), mine)
    session.send(AskFirst(False))  # the choice that waits is trained, and all others at once
    ended = until(session, lambda s: s.state == "done")
    assert (len(ended.trials), ended.is_one_at_a_time, ended.choice) == (13, False, None)
    assert len(Study(ended.study).guesses) == 1


def test_a_guess_before_the_model_is_used_is_not_held_against_it(session: SearchSession) -> None:
    now = one_at_a_time(session, first=5)  # enough for a surrogate to be drawn
    assert now.progress.left_to_spread == 5
    now = decided(session, Decide((now.choice,), {"learning_rate": 0.5, "l2": 1e-3}))
    assert now.progress.guesses == ()


def test_a_second_decision_of_the_same_choice_trains_nothing_more(session: SearchSession) -> None:
    now = one_at_a_time(session)
    for _ in range(2):
        number = session.send(Decide((now.choice,)))
    session.wait_for_answer(number, 60)
    after = until(session, lambda s: s.choice is not None and done(s) == 11)
    assert len(after.trials) == 11
    late = session.wait_for_answer(session.send(Decide((now.choice,))), 60)  # when the next one waits already
    assert (late.choice, len(late.trials)) == (after.choice, 11)


def test_another_strategy_ends_the_guessing_and_takes_none_of_it(session: SearchSession) -> None:
    now = one_at_a_time(session)
    go_on(session, Settings(strategy="random", trials=13))
    ended = until(session, lambda s: s.state == "done" and done(s) == 13)
    assert not (ended.asks_first or ended.is_one_at_a_time)
    assert [trial.by for trial in ended.trials[10:]] == ["random"] * 3
    assert dict(now.choice) not in [dict(trial.setting) for trial in ended.trials]
    go_on(session, Settings(strategy="random", trials=100_000))
    until(session, lambda s: s.state == "running")
    found = session.wait_for_answer(session.send(AskFirst(True, is_one_at_a_time=True)), 60)
    assert "one at a time is for a bayesian search" in found.message
    assert not found.is_one_at_a_time


def test_a_guess_that_does_not_fit_is_refused_and_the_search_still_waits(session: SearchSession) -> None:
    now = one_at_a_time(session)
    found = session.wait_for_answer(session.send(Decide((now.choice,), {"learning_rate": -1.0})), 60)
    assert "learning rate" in found.message
    assert (found.choice, len(found.trials)) == (now.choice, 10)


@pytest.mark.parametrize(("how", "status"), [("interrupt", "interrupted"), ("", "paused")])
def test_a_search_that_is_left_stands_as_it_was_left(how: str, status: str, tmp_path: Path) -> None:
    session = SearchSession(jobs=0, folder=tmp_path)
    begin(session, SPACE, Settings(strategy="random", trials=5000, folds=1))
    path = until(session, lambda s: done(s) > 3).study
    assert read_run(path).status == "running"
    if how:
        session.send(End("interrupt"))
    session.close()
    assert read_run(path).status == status
    assert not Study(path).chosen
