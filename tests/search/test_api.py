"""`tune` and `train` as called from Python: what they take, refuse and how a search ends."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.search.study.test_study import BASE, IRIS, OWN, RANGES, begun
from tuitrain.errors import DataError, HyperparameterError, SearchError, SettingsError, TuitrainError
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.search.api import tune
from tuitrain.search.study.study import Study
from tuitrain.session.train import train


def test_python_goes_on_with_a_study_as_told(tmp_path: Path) -> None:
    tune(IRIS, RANGES, base=BASE, trials=4, folds=1, study=tmp_path / "s")
    found = tune(IRIS, trials=9, strategy="quasi", tried=[OWN], study=tmp_path / "s")
    assert (len(found.trials), found.study.settings.strategy) == (9, "quasi")
    assert [dict(trial.setting) for trial in found.trials if trial.by == "user"] == [OWN]
    assert tune(IRIS, RANGES, base=BASE, folds=1, study=tmp_path / "s").study.settings.trials == 9
    for other in ({"space": {"learning_rate": "1e-4..1"}}, {"metric": "loss"}, {"folds": 3}):
        with pytest.raises(SearchError, match="start a new study"):
            tune(IRIS, study=tmp_path / "s", **other)


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
        with pytest.raises(DataError, match="is not a Dataset, a name, a path or a table"):
            train(source)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("data", "space", "told"),
    [
        ("breast_cancer", {"loss": "auto,hinge", "threshold": "0.3,none"}, "loss hinge gives no probabilities"),
        ("breast_cancer", {"loss": "auto,hinge", "threshold": "0.2..0.8"}, "loss hinge gives no probabilities"),
        ("iris", {"threshold": "none,0.3"}, "there are 3 classes"),
        ("diabetes", {"learning_rate": "..", "threshold": "auto"}, "the target is a number"),
    ],
)
def test_a_threshold_that_no_model_could_have_is_refused_before_the_first_trial(
    data: str, space: dict[str, str], told: str, tmp_path: Path
) -> None:
    with pytest.raises(HyperparameterError, match=told):
        tune(data, space, trials=1, base={"epochs": 1}, study=tmp_path / "s")
    assert not (tmp_path / "s").exists()
