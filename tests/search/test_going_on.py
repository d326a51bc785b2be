"""Studies that are gone on with: by other processes, with other settings, with trials of the user's own."""

from __future__ import annotations

import json
import shutil
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from tests.search.study.test_study import BASE, IRIS, OWN, RANGES, begun, run, told
from tuitrain.errors import HyperparameterError, SearchError, SettingsError
from tuitrain.options.search_settings import Settings
from tuitrain.runs.holder import is_held
from tuitrain.search.api import conducting, run_study
from tuitrain.search.conductor import Conductor, SearchProgress
from tuitrain.search.space.space import Space
from tuitrain.search.strategies import propose
from tuitrain.search.study.opening import change_study, create_study
from tuitrain.search.study.study import Study
from tuitrain.search.study.study_row import study_row
from tuitrain.search.workers.supervisor import Supervisor


def stopped_after(path: Path, done: int, action: Callable[[Conductor], object] = Conductor.ask_to_stop) -> Study:
    """The study after its search did something when so many trials were done, and ended."""
    study, has_acted = Study(path), False
    with conducting(study, IRIS) as conductor:
        while conductor.step(0.05):
            if not has_acted and sum(trial.is_done for trial in study.trials) >= done:
                has_acted = True
                action(conductor)
    return study


def test_what_another_process_finished_is_kept(tmp_path: Path) -> None:
    here = run(tmp_path / "s", trials=4).study
    elsewhere = Study(tmp_path / "s")
    change_study(elsewhere, {"trials": 9})
    run_study(elsewhere, IRIS)
    change_study(here, {"trials": 12})
    assert told(here)[:9] == told(elsewhere)
    run_study(here, IRIS)
    assert told(here) == told(Study(tmp_path / "s"))
    assert [trial.state for trial in here.trials] == ["finished"] * 12
    assert told(here) == told(run(tmp_path / "whole", trials=12).study)


def test_a_study_whose_lock_was_replaced_is_not_written(tmp_path: Path) -> None:
    study = begun(tmp_path / "s")
    study.begin_writing()
    (tmp_path / "s" / "lock").unlink()
    (tmp_path / "s" / "lock").write_text("another's")
    before = (tmp_path / "s" / "journal.jsonl").exists()
    with pytest.raises(SearchError, match="another program has replaced"):
        study.exhaust()
    assert (tmp_path / "s" / "journal.jsonl").exists() == before


def test_a_study_that_was_removed_is_said_to_be(tmp_path: Path) -> None:
    study = begun(tmp_path / "s")
    study.begin_writing()
    shutil.rmtree(tmp_path / "s")
    with pytest.raises(SearchError, match="s: the study has been moved or removed"):
        study.exhaust()


def test_a_study_that_is_moved_while_it_is_searched_is_told_of_and_goes_on_there(tmp_path: Path) -> None:
    expected = told(run(tmp_path / "whole", trials=9).study)
    study = begun(tmp_path / "s", trials=9)

    def move(progress: SearchProgress) -> None:
        if progress.trials and not (tmp_path / "there").exists():
            (tmp_path / "s").rename(tmp_path / "there")

    moved_to = pytest.raises(
        SearchError, match=r"s: was moved to .*there while it .* tuitrain search --resume .*there$"
    )
    with moved_to, conducting(study, IRIS) as conductor:
        while conductor.step(0.1):
            move(conductor.progress())
    assert not (tmp_path / "s").exists()
    moved = Study(tmp_path / "there")
    assert study_row(moved, datetime.now(UTC)).values["status"] == "interrupted"
    run_study(moved, IRIS)
    assert told(moved) == expected


@pytest.mark.parametrize("strategy", ["bayesian", "random"])
def test_a_batch_that_is_not_told_does_not_end_the_search(strategy: str, tmp_path: Path) -> None:
    study = run(tmp_path / "s", strategy=strategy, trials=3, batch=4).study
    change_study(study, {"trials": 16, "batch": 0})
    found = run_study(study, IRIS)
    assert (len(found.trials), found.progress.ending) == (16, "all trials are done")


@pytest.mark.long
def test_another_strategy_has_the_word_at_once(tmp_path: Path) -> None:
    begun(tmp_path / "s", trials=120)
    study = stopped_after(tmp_path / "s", 6)
    begun_by_chance = [trial.number for trial in study.trials if trial.is_done]
    change_study(study, {"strategy": "bayesian", "trials": 60})
    assert [trial.number for trial in study.trials if trial.is_done] == begun_by_chance
    found = run_study(Study(tmp_path / "s"), IRIS)
    assert len(found.trials) == 60
    assert [trial.number for trial in found.trials if trial.by == "random"] == begun_by_chance
    assert told(Study(tmp_path / "s")) == told(found.study)
    numbers = [trial.number for trial in found.trials]
    assert numbers == sorted(set(numbers))


def test_what_a_strategy_was_thinking_of_when_it_was_changed_is_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_changed = threading.Event()

    def slow(name: str, *arguments: Any) -> list[dict[str, Any]]:
        if name == "random":
            is_changed.wait(20)
        return propose(name, *arguments)

    monkeypatch.setattr("tuitrain.search.conductor.propose", slow)
    study = begun(tmp_path / "s")
    with conducting(study, IRIS) as conductor:
        while not conductor.progress().is_proposing:
            conductor.step(0.01)
        change_study(study, {"strategy": "quasi"})
        is_changed.set()
        while conductor.step(0.01):
            pass
    assert [trial.by for trial in study.trials] == ["quasi"] * 12


def test_with_fewer_stacks_than_workers_more_are_proposed_at_once(tmp_path: Path) -> None:
    study = begun(tmp_path / "s", trials=24, parallel=8)
    with study.writing():
        five = [{**OWN, "l2": l2} for l2 in (1e-5, 1e-4, 1e-3, 1e-2, 0.1)]
        study.queue(five, by="random", stacks=[[number] for number in range(5)])
    with conducting(study, IRIS) as conductor:
        conductor.step(0)  # plans before anything is trained
        assert conductor.progress().is_proposing
        conductor.ask_to_stop()


def test_a_conductor_that_cannot_write_gives_back_what_it_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(supervisor: Supervisor) -> None:
        raise SearchError("no space")

    with threadpool_limits(2, user_api="blas"):
        before = [pool["num_threads"] for pool in threadpool_info()]
        whole = conducting(begun(tmp_path / "s"), IRIS)
        with monkeypatch.context() as patch, pytest.raises(SearchError), whole as conductor:
            patch.setattr(Supervisor, "close", lost)
        assert [pool["num_threads"] for pool in threadpool_info()] == before
        assert conductor.progress().running == ()
    assert not is_held(tmp_path / "s")


def test_stacks_that_a_kill_left_in_the_middle_wait_too(tmp_path: Path) -> None:
    study = begun(tmp_path / "s", trials=12)
    with study.writing():
        settings = propose("random", study.space, [], [], 9, 0)
        study.queue(settings, by="random", stacks=[[0, 1, 2], [3, 4, 5], [6, 7, 8]])
        study.start(1)
    change_study(study, {"trials": 6})
    found = run_study(Study(tmp_path / "s"), IRIS)
    assert [trial.number for trial in found.trials] == list(range(9, 15))
    assert told(found.study) == told(Study(tmp_path / "s"))


def test_a_lower_budget_ends_the_search_there(tmp_path: Path) -> None:
    begun(tmp_path / "s", trials=120)

    def lower(conductor: Conductor) -> None:
        change_study(conductor.study, {"trials": 15})

    study = stopped_after(tmp_path / "s", 6, lower)
    assert [trial.is_done for trial in study.trials] == [True] * 15
    assert told(study) == told(Study(tmp_path / "s"))


def test_a_change_keeps_the_users_own_trials(tmp_path: Path) -> None:
    begun(tmp_path / "s", trials=120)
    study = stopped_after(tmp_path / "s", 3)
    change_study(study, {}, tried=[OWN])
    change_study(study, {"strategy": "quasi", "trials": 20})
    found = run_study(study, IRIS)
    assert [dict(trial.setting) for trial in found.trials if trial.by == "user"] == [OWN]
    assert len(found.trials) == 20


@pytest.mark.parametrize("prune", ["none", "halving"])
def test_own_trials_go_first_in_mid_search(prune: str, tmp_path: Path) -> None:
    begun(tmp_path / "s", trials=60, prune=prune)

    def enqueue(conductor: Conductor) -> None:
        conductor.study.queue([OWN], by="user", stacks=None)

    study = stopped_after(tmp_path / "s", 6, enqueue)
    events = [json.loads(line) for line in (tmp_path / "s" / "journal.jsonl").read_text().splitlines()]
    started = [event["stack"] for event in events if event["event"] == "started"]
    (own,) = [stack for stack, numbers in enumerate(study.stacks) if 60 in numbers]
    assert own > 15
    assert started.index(own) <= 6
    assert started == study.order


def test_an_own_trial_goes_first_whether_the_search_is_killed_or_not(tmp_path: Path) -> None:
    """With halving, what a stack is compared with depends on the order."""
    for name in ("whole", "stopped"):
        begun(tmp_path / name, trials=24, prune="halving")
        study = stopped_after(tmp_path / name, 6)
        assert sum(trial.is_done for trial in study.trials) == 6
        with study.writing():
            study.queue([OWN], by="user", stacks=None)
    run_study(Study(tmp_path / "whole"), IRIS)
    stopped_after(tmp_path / "stopped", 12)
    run_study(Study(tmp_path / "stopped"), IRIS)
    assert told(Study(tmp_path / "whole")) == told(Study(tmp_path / "stopped"))


@pytest.fixture
def an_hour_passes(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Let an hour pass on the clock of the search, which takes none of ours."""
    passed = [0.0]

    def let_it_pass() -> None:
        passed[0] += 3600.0

    clock = SimpleNamespace(seconds=lambda: time.perf_counter() + passed[0])
    monkeypatch.setattr("tuitrain.runs.stopwatch.AWAKE", clock)
    return let_it_pass


def test_a_pause_takes_no_time_from_the_budget(tmp_path: Path, an_hour_passes: Callable[[], None]) -> None:
    begun(tmp_path / "s", trials=12, seconds=3000.0)
    study = Study(tmp_path / "s")
    with conducting(study, IRIS) as conductor:
        while not any(trial.is_done for trial in study.trials):
            assert conductor.step(0.01)
        conductor.pause()
        while conductor.progress().running:
            conductor.step(0.01)
        conductor.step(0.01)
        before = conductor.progress().seconds
        an_hour_passes()
        conductor.step(0.01)
        assert conductor.progress().seconds - before < 3000
        conductor.resume()
        while conductor.step(0.05):
            pass
        assert conductor.progress().seconds > before
    assert all(trial.is_done for trial in study.trials)


def test_proposals_that_wait_for_a_word_take_no_time(tmp_path: Path, an_hour_passes: Callable[[], None]) -> None:
    begun(tmp_path / "s", strategy="bayesian", trials=16, batch=4)
    study = Study(tmp_path / "s")
    with conducting(study, IRIS, asks_first=True) as conductor:
        for _ in range(2):
            while not conductor.progress().proposals or conductor.progress().running:
                assert conductor.step(0.01)
            conductor.step(0.0)
            before = conductor.progress().seconds
            an_hour_passes()
            conductor.step(0.01)
            assert conductor.progress().seconds - before < 3000
            conductor.decide(conductor.progress().proposals)


@pytest.mark.parametrize(
    ("tried", "said"),
    [
        ({"learning_rate": -1}, "learning rate"),
        ({"learningrat": 1}, "learningrat"),
        ({"momentum": 0.5}, "momentum is not searched"),
    ],
)
def test_an_own_trial_that_does_not_fit_is_refused_before_anything_is_made(
    tried: Mapping[str, Any], said: str, tmp_path: Path
) -> None:
    with pytest.raises(HyperparameterError, match=said):
        create_study(tmp_path / "s", Space(RANGES, BASE), Settings(), IRIS, tried=[tried])
    assert not (tmp_path / "s").exists()
    study = begun(tmp_path / "s")
    with study.writing(), pytest.raises(HyperparameterError, match=said):
        study.queue([tried], by="user", stacks=None)
    assert Study(tmp_path / "s").trials == []


def test_the_best_model_of_a_wide_network_is_the_trials_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its matrix products could use more threads than those of the trial, which changes the last bits."""
    limits: list[int] = []

    def limited(count: int) -> AbstractContextManager[None]:
        limits.append(count)
        return nullcontext()

    monkeypatch.setattr("tuitrain.engine.fit.blas_threads", limited)
    study = create_study(
        tmp_path / "s", Space({"learning_rate": "0.01,0.02"}, BASE.replace(hidden_layers=(1024,), epochs=1)),
        Settings(strategy="grid", trials=0, folds=2), IRIS,
    )  # fmt: skip
    run_study(study, IRIS)
    assert limits == [1]


def test_notices_of_the_space_stay_with_the_study(tmp_path: Path) -> None:
    study = begun(tmp_path / "s", {**RANGES, "momentum": "0.5,0.9"})
    assert study.notices == Study(tmp_path / "s").notices
    with conducting(study, IRIS) as conductor:
        conductor.supervisor.notices.append("a worker is not used")
        (of_space, of_workers) = conductor.progress().notices
    assert of_space.startswith("momentum is not searched")
    assert of_workers == "a worker is not used"


def test_a_study_of_a_sampler_is_read_where_that_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tuitrain.search.strategies.optuna_samplers.find_spec", lambda package: None)
    study = begun(tmp_path / "s", strategy="random")
    file = tmp_path / "s" / "study.toml"
    file.write_text(file.read_text("utf-8").replace('"random"', '"optuna:tpe"'), "utf-8")
    study = Study(tmp_path / "s")
    assert study.settings.strategy == "optuna:tpe"
    with pytest.raises(SettingsError, match="Optuna is not installed"):
        run_study(study, IRIS)
    with pytest.raises(SettingsError, match="Optuna is not installed"):
        begun(tmp_path / "new", strategy="optuna:tpe")
