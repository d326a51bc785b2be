"""What is told about a search beside its trials: the surrogate's slices, importance, races."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from tests.plain import plain, plain_dataset
from tuitrain.options.search_settings import Settings
from tuitrain.search.api import run_study
from tuitrain.search.explanation import LEAST_TRIALS, explain
from tuitrain.search.race import run_race
from tuitrain.search.space.space import Space
from tuitrain.search.study.opening import create_study
from tuitrain.search.study.study import Study

MOONS = plain_dataset("moons?n=120")
BASE = plain(hidden_layers=(6,), epochs=25, patience=0)
RANGES = {"learning_rate": "1e-5..0.3", "beta2": "0.99..0.9999"}


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    path = tmp_path_factory.mktemp("explained") / "s"
    create_study(path, Space(RANGES, BASE), Settings(trials=24, folds=1, metric="loss"), MOONS)
    return run_study(Study(path), MOONS).study


def test_the_learning_rate_matters_more_than_what_hardly_has_an_effect(study: Study) -> None:
    shares = dict(explain(study, "").importance)
    assert sum(shares.values()) == pytest.approx(1)
    assert shares["learning rate"] > 0.9


def test_a_slice_goes_through_what_was_found(study: Study) -> None:
    found = explain(study, "learning_rate").slice
    assert found is not None
    assert (found.low <= found.mean).all()
    assert (found.mean <= found.high).all()
    scores = {trial.setting["learning_rate"]: trial.score for trial in study.trials}
    for place, score in found.observed:
        rate = 10 ** (math.log10(1e-5) + place * (math.log10(0.3) - math.log10(1e-5)))
        nearest = min(scores, key=lambda value: abs(math.log(value / rate)))
        assert score == pytest.approx(scores[nearest])
    best = study.best
    assert best is not None
    place = (math.log10(best.setting["learning_rate"]) + 5) / (math.log10(0.3) + 5)
    assert np.interp(place, found.places, found.mean) == pytest.approx(best.score, abs=0.1)
    assert found.mean[0] > 2 * found.mean.min()  # a learning rate of 1e-5 learns nothing


def test_few_trials_explain_nothing_and_the_same_are_not_fitted_again(study: Study, tmp_path: Path) -> None:
    create_study(tmp_path / "s", Space(RANGES, BASE), Settings(trials=LEAST_TRIALS - 1, folds=1), MOONS)
    assert explain(run_study(Study(tmp_path / "s"), MOONS).study, "").slice is None
    first = explain(study, "beta2")
    assert first.column == "beta2"
    assert explain(study, "beta2", first) is first


def test_a_race_is_the_searches_that_it_stands_for(tmp_path: Path) -> None:
    space, seeds, trials = Space(RANGES, BASE.replace(epochs=4)), 3, 9
    lanes = {lane.name: lane for lane in run_race(MOONS, space, Settings(folds=1), seeds=seeds, trials=trials)}
    curves = []
    for seed in range(seeds):
        path = tmp_path / str(seed)
        create_study(path, space, Settings(strategy="random", trials=trials, folds=1, seed=seed), MOONS)
        scores = [trial.score for trial in run_study(Study(path), MOONS).trials]
        curves.append([max(scores[: number + 1]) for number in range(trials)])
    assert lanes["random"].median.tolist() == pytest.approx(np.median(curves, axis=0).tolist())
    assert lanes["random"].low.tolist() == pytest.approx(np.quantile(curves, 0.25, axis=0).tolist())
    assert set(lanes) == {"grid", "random", "bayesian"}
    assert all(len(lane.median) == trials for lane in lanes.values())
    assert all((np.diff(lane.median) >= 0).all() for lane in lanes.values())
