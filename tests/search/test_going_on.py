"""Studies that are gone on with: by other processes, with other settings, with trials of the user's own."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from tests.search.study.test_study import BASE, IRIS, RANGES, run, told
from tuitrain.errors import DataError, HyperparameterError, SearchError, SettingsError, TuitrainError
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.options.search_settings import Settings
from tuitrain.search.api import conducting, run_study, tune
from tuitrain.search.conductor import Conductor
from tuitrain.search.journal_events import OUTCOME
from tuitrain.search.space.space import Space
from tuitrain.search.stack import TrialOutcome
from tuitrain.search.strategies import propose
from tuitrain.search.study.opening import change_study, create_study
from tuitrain.search.study.study import Study
from tuitrain.search.workers.supervisor import Supervisor
from tuitrain.session.train import train

OWN = {"learning_rate": 0.02, "l2": 0.001}


def begun(path: Path, ranges: Any = RANGES, **settings: Any) -> Study:
    given = {"folds": 1, "trials": 12, "stack": 3, **settings}
    return create_study(path, Space(ranges, BASE), Settings(**given), IRIS)


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


def test_a_study_whose_lock_was_taken_is_not_written(tmp_path: Path) -> None:
    study = begun(tmp_path / "s")
    study.begin_writing()
    (tmp_path / "s" / "lock").write_text("another's")
    before = (tmp_path / "s" / "journal.jsonl").exists()
    with pytest.raises(SearchError, match="took this search for dead"):
        study.exhaust()
    assert (tmp_path / "s" / "journal.jsonl").exists() == before


@pytest.mark.parametrize("strategy", ["bayesian", "random"])
def test_a_batch_that_is_not_told_does_not_end_the_search(strategy: str, tmp_path: Path) -> None:
    study = run(tmp_path / "s", strategy=strategy, trials=3, batch=4).study
    change_study(study, {"trials": 16, "batch": 0})
    found = run_study(study, IRIS)
    assert (len(found.trials), found.progress.ending) == (16, "all trials are done")


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
    assert not (tmp_path / "s" / "lock").exists()


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


def test_python_goes_on_with_a_study_as_told(tmp_path: Path) -> None:
    tune(IRIS, RANGES, base=BASE, trials=4, folds=1, study=tmp_path / "s")
    found = tune(IRIS, trials=9, strategy="quasi", tried=[OWN], study=tmp_path / "s")
    assert (len(found.trials), found.study.settings.strategy) == (9, "quasi")
    assert [dict(trial.setting) for trial in found.trials if trial.by == "user"] == [OWN]
    assert tune(IRIS, RANGES, base=BASE, folds=1, study=tmp_path / "s").study.settings.trials == 9
    for other in ({"space": {"learning_rate": "1e-4..1"}}, {"metric": "loss"}, {"folds": 3}):
        with pytest.raises(SearchError, match="start a new study"):
            tune(IRIS, study=tmp_path / "s", **other)


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


def test_messages_of_a_journal_cannot_reach_into_the_terminal(tmp_path: Path) -> None:
    study = begun(tmp_path / "s", trials=1)
    with study.writing():
        study.queue([OWN], by="user", stacks=[[0]])
        study.fail(0, "\x1b[2Jgone")
    assert "\x1b" not in Study(tmp_path / "s").trials[0].message


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('metric = "accuracy"', "metric = 5"), ('strategy = "random"', "strategy = 5"), ('metric = "accuracy"', ""),
        ('task = "classification"', "task = 3"), ('source = "iris"', "source = 3"), ("[space]", "[other]"),
        ("[search]", "search = 3\n[other]"), ("seconds = 0.0", 'seconds = "long"'), ('l2 = "1e-06..0.1"', 'l2 = "low"'),
    ],
)  # fmt: skip
def test_a_damaged_study_is_told_as_such(old: str, new: str, tmp_path: Path) -> None:
    begun(tmp_path / "s")
    file = tmp_path / "s" / "study.toml"
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")
    with pytest.raises(SearchError, match=r"study\.toml"):
        Study(tmp_path / "s")


@pytest.mark.parametrize(
    "event",
    [
        {"event": "queued", "by": "random", "trials": [], "stacks": [[7]]},
        {"event": "queued", "by": "random", "trials": [{"number": 0, "setting": {"no_such": 1}}]},
        {"event": "finished", "stack": 3, "outcomes": []},
        {"event": "unheard_of"},
        {"event": 5},
    ],
)
def test_a_damaged_journal_is_told_as_such(event: dict[str, Any], tmp_path: Path) -> None:
    begun(tmp_path / "s")
    (tmp_path / "s" / "journal.jsonl").write_text(json.dumps(event) + "\n", "utf-8")
    with pytest.raises(SearchError, match="does not fit the study"):
        Study(tmp_path / "s")


@pytest.mark.parametrize(
    ("outcome", "told"),
    [
        ({"epochs": "\x1b[2J9"}, 'outcomes: item 1: epochs: "\\x1b[2J9" is not a whole number from 0'),
        ({"epochs": -3}, "epochs: -3 is not a whole number"),
        ({"epochs": True}, "epochs: True is not a whole number"),
        ({"best_epoch": 10**400}, "best_epoch: a number of about 401 digits is not a whole number"),
        ({"state": "zzz"}, 'state: "zzz": allowed: finished, pruned, failed'),
        ({"state": "queued"}, 'state: "queued"'),
        ({"score": 10**400}, "score: a number of about 401 digits is not a number"),
        ({"curve": [0.5, "\x1b"]}, 'curve: item 2: "\\x1b" is not a number'),
        ({"seconds": float("nan")}, "seconds: nan is not a finite number of at least 0"),
        ({"number": 7}, "trial 7: there are 1"),
        ({"zzz": 1}, '"zzz" is not known'),
    ],
)
def test_each_part_of_an_outcome_is_checked(outcome: dict[str, Any], told: str, tmp_path: Path) -> None:
    with begun(tmp_path / "s", trials=1).writing():
        pass
    whole = {"number": 0, "state": "finished", "score": 0.5, "loss": None, "epochs": 3, "curve": [0.5]}
    events: list[dict[str, Any]] = [
        {"event": "queued", "by": "user", "trials": [{"number": 0, "setting": {"l2": 0.1}}], "stacks": [[0]]},
        {"event": "finished", "stack": 0, "outcomes": [whole | outcome]},
    ]
    file = tmp_path / "s" / "journal.jsonl"
    file.write_text("".join(json.dumps(event) + "\n" for event in events), "utf-8")
    with pytest.raises(SearchError) as caught:
        Study(tmp_path / "s")
    assert f"{file}, line 2: " in str(caught.value)
    assert told in str(caught.value)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize(
    ("event", "told"),
    [
        ({"event": "queued", "by": "x", "trials": [{"number": 0, "setting": [1]}]}, "setting: [1] is not a table"),
        ({"event": "queued", "by": "x", "trials": [], "stacks": [[]]}, "stacks: item 1: [], not of at least 1"),
        ({"event": "started", "stack": -1}, "stack: -1 is not a whole number"),
        ({"event": "chosen", "trial": 0, "test": {}}, "trial 0: there are 0"),
        ({"event": "settings", "metric": "r2"}, "for classification there are accuracy"),
        ({"event": "settings", "goal": 10**400}, "goal: inf is not a finite number"),
        ({"event": "settings", "dropped": [-1]}, "dropped: item 1: -1"),
        ({"event": "queud"}, "did you mean queued?"),
    ],
)
def test_each_event_is_checked(event: dict[str, Any], told: str, tmp_path: Path) -> None:
    begun(tmp_path / "s")
    (tmp_path / "s" / "journal.jsonl").write_text(json.dumps(event) + "\n", "utf-8")
    with pytest.raises(SearchError) as caught:
        Study(tmp_path / "s")
    assert told in str(caught.value)


def test_what_is_checked_of_an_outcome_is_all_that_is_written() -> None:
    outcome = asdict(TrialOutcome(0, "pruned", 0.5, 0.1, 0.5, 3, 2, 0.1, "", (0.5,)))
    written = json.loads(json.dumps(outcome))
    assert OUTCOME(written) == written


def test_a_path_that_is_no_text_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    data = replace(IRIS, source="caf\udce9.csv")
    with pytest.raises(TuitrainError, match="not UTF-8"):
        create_study(tmp_path / "s", Space(RANGES, BASE), Settings(), data)
    assert not (tmp_path / "s").exists()


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


@pytest.mark.parametrize("strategy", ["random", "quasi", "bayesian", "optuna:tpe"])
def test_a_search_that_nothing_would_end_is_refused(strategy: str, tmp_path: Path) -> None:
    endless = "nothing ends this search: give trials, time or a goal"
    with pytest.raises(SettingsError, match=endless):
        tune(IRIS, RANGES, base=BASE, trials=0, folds=1, strategy=strategy, study=tmp_path / "s")
    assert not (tmp_path / "s").exists()
    begun(tmp_path / "t")
    with pytest.raises(SettingsError, match=endless):
        tune(IRIS, trials=0, strategy=strategy, study=tmp_path / "t")
    assert Study(tmp_path / "t").settings.trials == 12


@pytest.mark.parametrize(
    ("ranges", "settings", "ending"),
    [
        ({"l2": "0,1e-3"}, {"strategy": "random"}, "the space is exhausted"),
        (RANGES, {"strategy": "grid", "goal": 0.0}, "the goal is reached"),
        (RANGES, {"seconds": 0.01}, "the time is up"),
    ],
)
def test_a_search_of_all_trials_ends_by_space_goal_or_time(ranges: Any, settings: Any, ending: str) -> None:
    found = tune(IRIS, ranges, base={"hidden_layers": 4, "epochs": 1}, trials=0, folds=1, **settings)
    assert found.progress.ending == ending
    best = found.best_hyperparameters
    assert best is not None
    assert (best.epochs, best.hidden_layers) == (1, (4,))


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"jobs": "x"}, 'jobs: "x" is not a whole number'),
        ({"jobs": -1}, "jobs: -1 is not at least 0"),
        ({"study": "\0"}, r"study '\\x00': is not a path"),
        ({"study": 5}, "study 5: is not a path"),
        ({"base": 5}, "hyperparameters: 5 is neither Hyperparameters nor a mapping"),
        ({"base": {"epoch": 1}}, 'hyperparameter "epoch": did you mean epochs'),
        ({"base": {1: 1}}, 'hyperparameter "1"'),
    ],
)
def test_what_tune_cannot_use_is_told_in_one_message(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(TuitrainError, match=message) as caught:
        tune(IRIS, RANGES, trials=1, folds=1, **wrong)
    assert "\n" not in str(caught.value)


def test_train_takes_a_mapping_and_tells_what_it_cannot_use() -> None:
    assert train(IRIS, {"epochs": 1, "hidden_layers": "4"}).hyperparameters.hidden_layers == (4,)
    for wrong in ([Hyperparameters()], 5, "epochs"):
        with pytest.raises(HyperparameterError, match="is neither Hyperparameters nor a mapping of names to values"):
            train(IRIS, wrong)  # type: ignore[arg-type]
    for source in (None, 5, [1]):
        with pytest.raises(DataError, match="is not a Dataset, a name or a path"):
            train(source)  # type: ignore[arg-type]
