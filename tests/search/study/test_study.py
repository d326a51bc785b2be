"""Studies: kept whatever happens, resumed where they were, the same however they are run."""

from __future__ import annotations

import json
import math
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, strategies

from tuitrain.data.loading import load_dataset
from tuitrain.errors import RunError, SearchError
from tuitrain.options.durations import format_time, parse_time
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.options.search_settings import Settings
from tuitrain.runs.model import load_model
from tuitrain.search.api import SearchResult, run_study, tune
from tuitrain.search.conductor import Conductor
from tuitrain.search.space.space import Space
from tuitrain.search.strategies import propose
from tuitrain.search.study.opening import create_study, study_dataset
from tuitrain.search.study.study import Study
from tuitrain.search.study.trial import Trial
from tuitrain.session.train import train

IRIS = load_dataset("iris")
BASE = Hyperparameters(hidden_layers=(8,), epochs=9, patience=0)
RANGES = {"learning_rate": "1e-3..1", "l2": "1e-6..1e-1"}
OWN = {"learning_rate": 0.02, "l2": 0.001}


def told(study: Study) -> list[Any]:
    return [(t.number, dict(t.setting), t.by, t.state, t.score, t.loss, t.epochs, t.curve) for t in study.trials]


def begun(path: Path, ranges: Any = RANGES, **settings: Any) -> Study:
    given = {"folds": 1, "trials": 12, "stack": 3, **settings}
    return create_study(path, Space(ranges, BASE), Settings(**given), IRIS)


def run(path: Path, ranges: Any = RANGES, *, jobs: int = 0, **settings: Any) -> SearchResult:
    begun(path, ranges, **settings)
    return run_study(Study(path), IRIS, jobs=jobs)


@pytest.mark.parametrize(
    ("kind", "kills"),
    [
        ("random none", 1),
        *(
            pytest.param(kind, 30, marks=pytest.mark.long)
            for kind in ("random none", "random halving", "bayesian none")
        ),
    ],
)
def test_kills_at_random_moments_change_nothing(kind: str, kills: int, tmp_path: Path) -> None:
    arguments = [sys.executable, "-m", "tests.search.killed", str(tmp_path), *kind.split(), str(kills)]
    done = subprocess.run(
        arguments, capture_output=True, text=True, timeout=300, check=False, cwd=Path(__file__).parents[2]
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert "differs" not in found, found
    assert found["kills"] >= kills


@pytest.mark.parametrize("prune", ["halving", pytest.param("none", marks=pytest.mark.long)])
def test_processes_find_what_one_thread_finds(prune: str, tmp_path: Path) -> None:
    kinds = {"batch_size": "16,32,64", **RANGES}
    alone = run(tmp_path / "thread", kinds, prune=prune, parallel=2)
    shared = run(tmp_path / "processes", kinds, prune=prune, parallel=2, jobs=2)
    assert told(alone.study) == told(shared.study)
    assert alone.to_json()["test"] == shared.to_json()["test"]
    files = [(tmp_path / name / "best.safetensors").read_bytes() for name in ("thread", "processes")]
    assert files[0] == files[1]


def test_the_model_is_the_best_trials_training_alone(tmp_path: Path) -> None:
    found = run(tmp_path / "s")
    assert found.best is not None
    alone = train(IRIS, found.study.hyperparameters(found.best))
    alone.model.save(tmp_path / "alone")
    assert (tmp_path / "alone").read_bytes() == (tmp_path / "s" / "best.safetensors").read_bytes()
    assert found.test == alone.evaluations["test"]
    assert found.best.score == max(trial.score for trial in found.trials)


def test_a_study_with_folds_trains_its_model_on_the_datasets_own_split(tmp_path: Path) -> None:
    found = run(tmp_path / "s", folds=3, seeds=2, trials=4)
    assert found.best is not None
    assert found.best.deviation > 0
    assert (
        load_model(tmp_path / "s" / "best.safetensors").epoch
        == train(IRIS, found.study.hyperparameters(found.best)).model.epoch
    )


@pytest.mark.parametrize(
    ("settings", "ending"),
    [
        ({"trials": 5}, "all trials are done"),
        ({"goal": 0.5}, "the goal is reached"),
        ({"seconds": 0.01}, "the time is"),
    ],
)
def test_each_budget_ends_the_search_and_keeps_what_is_finished(
    settings: dict[str, Any], ending: str, tmp_path: Path
) -> None:
    found = run(tmp_path / "s", **{"trials": 1000, "stack": 2, **settings})
    assert found.progress.ending.startswith(ending)
    done = [trial for trial in found.trials if trial.is_done]
    assert 0 < len(done) < 500
    assert told(Study(tmp_path / "s")) == told(found.study)


def test_a_grid_ends_when_the_space_is_exhausted(tmp_path: Path) -> None:
    found = run(tmp_path / "s", {"learning_rate": "0.01,0.1", "l2": "0,0.01,0.1"}, strategy="grid", trials=0)
    assert len(found.trials) == 6
    assert found.progress.ending == "the space is exhausted"


def test_a_study_of_the_time_before_an_automatic_weight_decay_goes_on_with_none(tmp_path: Path) -> None:
    """Its file records 0, as version 0.1 wrote it; the same call as then resumes it."""
    base = BASE.replace(optimizer="adamw")
    create_study(tmp_path / "s", Space(RANGES, base.replace(weight_decay=0)), Settings(trials=2, folds=1), IRIS)
    with pytest.raises(SearchError, match="another space"):
        tune(IRIS, RANGES, base=base, study=tmp_path / "s")
    create_study(tmp_path / "t", Space(RANGES, BASE.replace(weight_decay=0)), Settings(trials=2, folds=1), IRIS)
    found = tune(IRIS, RANGES, base=BASE, study=tmp_path / "t")
    assert [found.study.hyperparameters(trial).weight_decay for trial in found.trials] == [0, 0]


def test_a_weight_decay_is_searched_with_auto_among_its_values(tmp_path: Path) -> None:
    found = run(tmp_path / "s", {"weight_decay": "auto,0.1", "optimizer": "adam,adamw"}, strategy="grid", trials=0)
    again = Study(tmp_path / "s").trials
    losses = {(t.setting["optimizer"], t.setting["weight_decay"]): t.loss for t in again}
    assert list(losses.values()) == [t.loss for t in found.trials]
    assert losses["adam", 0.1] == losses["adamw", 0.1]
    assert len({losses["adam", "auto"], losses["adamw", "auto"], losses["adam", 0.1]}) == 3


def test_own_trials_go_first_and_the_strategy_may_change(tmp_path: Path) -> None:
    own = [{"learning_rate": 0.02, "l2": 0.001}]
    path = tmp_path / "s"
    create_study(path, Space(RANGES, BASE), Settings(trials=6, folds=1), IRIS, tried=own)
    assert [trial.by for trial in run_study(Study(path), IRIS).trials] == ["user"] + ["random"] * 5
    again = Study(path)
    again.begin_writing()
    again.change(Settings.from_mapping({**again.settings.to_mapping(), "strategy": "bayesian", "trials": 9}))
    again.close()
    found = run_study(Study(path), study_dataset(Study(path)))
    assert [trial.by for trial in found.trials] == ["user"] + ["random"] * 5 + ["bayesian"] * 3
    assert Study(path).settings.strategy == "bayesian"


@pytest.mark.long
def test_a_stop_keeps_finished_trials_and_the_rest_is_queued(tmp_path: Path) -> None:
    reference = run(tmp_path / "whole", trials=120)
    create_study(tmp_path / "s", Space(RANGES, BASE), Settings(trials=120, folds=1, stack=3), IRIS)
    conductors: list[Conductor] = []

    def stop(progress: Any) -> None:
        if sum(trial.is_done for trial in progress.trials) >= 6:
            conductors[0].ask_to_stop()

    stopped = run_study(Study(tmp_path / "s"), IRIS, on_progress=stop, on_conductor=conductors.append)
    assert stopped.progress.ending == "stopped"
    assert 6 <= sum(trial.is_done for trial in stopped.trials) < 120
    assert told(run_study(Study(tmp_path / "s"), IRIS).study) == told(reference.study)


def test_other_data_is_refused(tmp_path: Path) -> None:
    run(tmp_path / "s", trials=2)
    with pytest.raises(SearchError, match="started with other data"):
        tune(load_dataset("wine"), study=tmp_path / "s")
    with pytest.raises(RunError, match="already exists"):
        create_study(tmp_path / "s", Space(), Settings(), IRIS)
    with pytest.raises(SearchError, match="is not a study"):
        Study(tmp_path)


def test_all_wrong_settings_are_told_at_once() -> None:
    with pytest.raises(SearchError) as caught:
        Settings(strategy="baysian", trials=-1, prune="half", metric="acuracy", seconds=math.nan)  # type: ignore[arg-type]
    for words in ("did you mean bayesian", "trials: -1", 'pruning "half"', "did you mean accuracy", "time: nan"):
        assert words in str(caught.value)
    with pytest.raises(SearchError, match="for classification there are accuracy"):
        Settings(metric="r2").for_data("classification", 100)


@pytest.mark.parametrize(
    ("text", "seconds"), [("90", 90), ("10m", 600), ("1.5h", 5400), ("1h30m", 5400), ("2 min", 120)]
)
def test_times_are_read(text: str, seconds: float) -> None:
    assert parse_time(text) == seconds
    with pytest.raises(ValueError, match="10m"):
        parse_time("soon")


@pytest.mark.parametrize("text", ["0", "0s", "500ms", "1e3", "-5m", "10 mm", "m", "", "1h30", "9" * 400, "1.5.2h"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="10m"):
        parse_time(text)


@given(strategies.floats(1e-3, 1e9))
def test_a_time_that_is_written_is_read_again(seconds: float) -> None:
    assert parse_time(format_time(seconds)) == seconds
    assert format_time(12 * 86400.0) == "12d"


@pytest.mark.parametrize("goal", [math.nan, math.inf, "high", True])
def test_a_goal_is_a_finite_number(goal: Any) -> None:
    with pytest.raises(SearchError, match="goal"):
        Settings(goal=goal)


def test_python_searches_without_a_directory() -> None:
    import tuitrain

    found = tuitrain.tune("iris", RANGES, base=BASE, strategy="random", trials=3)
    assert isinstance(found.best, Trial)
    assert found.model is not None
    assert len(found.trials) == 3


@pytest.mark.long
def test_the_time_may_run_out_while_a_strategy_thinks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It once waited for ever for proposals that nobody took."""
    calls: list[int] = []
    clock = SimpleNamespace(seconds=lambda: float(len(calls) > 1))
    monkeypatch.setattr("tuitrain.runs.stopwatch.AWAKE", clock)

    def slow(*arguments: Any) -> list[dict[str, Any]]:
        calls.append(arguments[4])  # with the second, a second has passed for the search
        time.sleep(0.5 if len(calls) > 1 else 0)  # so that it ends meanwhile
        return propose(*arguments)

    monkeypatch.setattr("tuitrain.search.conductor.propose", slow)
    done: list[SearchResult] = []
    settings = {"strategy": "bayesian", "trials": 0, "seconds": 0.2, "batch": 4}
    thread = threading.Thread(target=lambda: done.append(run(tmp_path / "s", **settings)), daemon=True)
    thread.start()
    thread.join(timeout=120)
    assert done, "the search did not end"
    assert done[0].progress.ending == "the time is up"
    assert len(calls) >= 2
    assert all(trial.state == "finished" for trial in done[0].trials)
    before = told(done[0].study)
    study = Study(tmp_path / "s")
    study.begin_writing()
    study.change(replace(study.settings, seconds=0.0, trials=len(before) + 4))
    study.close()
    assert told(run_study(Study(tmp_path / "s"), IRIS).study)[: len(before)] == before


def test_a_resumed_study_finds_its_table_from_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "elsewhere").mkdir()
    rows = "".join(f"{i % 17},{i % 5},{'yes' if i % 17 > 8 else 'no'}\n" for i in range(120))
    (tmp_path / "data" / "t.csv").write_text("a,b,y\n" + rows, "utf-8")
    monkeypatch.chdir(tmp_path / "data")
    settings = Settings(trials=4, folds=1, stack=2)
    create_study(Path("s"), Space(RANGES, BASE), settings, load_dataset("t.csv"))
    monkeypatch.chdir(tmp_path / "elsewhere")
    study = Study(tmp_path / "data" / "s")
    assert len(run_study(study, study_dataset(study)).trials) == 4


def test_the_name_that_tune_had_in_0_1_works_with_a_notice() -> None:
    import tuitrain

    with pytest.warns(FutureWarning, match=r"tuitrain\.tune"):
        found = tuitrain.search("iris", RANGES, base=BASE, strategy="random", trials=2, seed=1)
    again = tuitrain.tune("iris", RANGES, base=BASE, strategy="random", trials=2, seed=1)
    assert [trial.setting for trial in found.trials] == [trial.setting for trial in again.trials]
    assert [trial.score for trial in found.trials] == [trial.score for trial in again.trials]


@pytest.mark.parametrize("rows", [10, 6, 4])
def test_the_usual_folds_suit_a_small_table(rows: int, tmp_path: Path) -> None:
    table = tmp_path / "small.csv"
    table.write_text("a,b,y\n" + "".join(f"{row}.5,{row * row % 7},{row * 2}.25\n" for row in range(rows)))
    found = tune(str(table), {"learning_rate": "1e-3..1"}, base=BASE, trials=2, metric="mae")
    assert [trial.state for trial in found.trials] == ["finished", "finished"]
