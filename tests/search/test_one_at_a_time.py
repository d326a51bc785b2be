"""One at a time: what is expected of a guess and of the choice, and how they are counted."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.plain import plain, plain_dataset
from tuitrain.options.search_settings import Settings
from tuitrain.search.api import conducting, run_study
from tuitrain.search.by_hand import ManualHistory
from tuitrain.search.conductor import Conductor
from tuitrain.search.explanation import Fitted, explain, fitted
from tuitrain.search.gaussian_process.surrogate import fit
from tuitrain.search.one_at_a_time import first_place, settings_along, starting_setting, weigh
from tuitrain.search.space.space import Space
from tuitrain.search.strategies import bayesian
from tuitrain.search.strategies.observation import observations
from tuitrain.search.study.guess import Guess
from tuitrain.search.study.opening import create_study
from tuitrain.search.study.study import Study
from tuitrain.search.study.trial import Trial

IRIS = plain_dataset("iris")
BASE = plain(hidden_layers=(4,), epochs=4, patience=0)
SPACE = Space({"learning_rate": "1e-4..1", "l2": "1e-6..1"}, BASE)
MIXED = Space({"optimizer": "momentum,adam", "learning_rate": "1e-4..1", "momentum": "0.5..0.99"}, BASE)


def history(metric: str = "accuracy", sign: float = 1.0, hopeless: int = 0) -> ManualHistory:
    """Trials with made-up scores on a hill over both fields; `hopeless` are far worse than all others."""
    rng = np.random.default_rng(7)
    places = rng.random((14, 2))
    scores = 0.9 - 0.3 * ((places - [0.6, 0.4]) ** 2).sum(axis=1) + rng.normal(0, 0.01, 14)
    scores[:hopeless] = 0.1
    settings = SPACE.decode(places)
    trials = tuple(
        Trial(n, setting, "user", "finished", sign * float(score))
        for n, (setting, score) in enumerate(zip(settings, scores, strict=True))
    )
    return ManualHistory(SPACE, Settings(metric=metric, folds=1), trials)


def predicted(found: Fitted, space: Space, setting: Any) -> tuple[float, float]:
    """Mean and deviation of a trial's standardised score."""
    mean, deviation = found.model.predict(space.encode([setting]))
    return float(mean[0]), math.sqrt(float(deviation[0]) ** 2 + found.model.noise)


@pytest.mark.parametrize(("metric", "sign"), [("accuracy", 1.0), ("loss", -1.0)])
@pytest.mark.parametrize("hopeless", [0, 5])
def test_gain_and_chance_are_the_integrals_over_the_scores_that_a_trial_may_have(
    metric: str, sign: float, hopeless: int
) -> None:
    """The scores are integrated as they are printed, through the scale that draws bad ones together."""
    study = history(metric, sign, hopeless)
    found, best = fitted(study), study.best
    assert found is not None
    assert best is not None
    z = np.linspace(-12, 12, 200_001)
    density = np.exp(-0.5 * z * z) / math.sqrt(2 * math.pi)
    for place in (0, 1):
        for setting in settings_along(SPACE, best.setting, place)[::6]:
            mean, deviation = predicted(found, SPACE, setting)
            scores = study.settings.sign * found.model.scale.to_score(mean + deviation * z)
            gain = scores - best.score if metric == "accuracy" else best.score - scores
            expected = found.expect(SPACE, study.settings.sign, setting)
            whole = np.trapezoid(np.maximum(gain, 0) * density, z)
            assert expected.improvement == pytest.approx(whole, rel=1e-4, abs=1e-12)
            limit = float(found.model.scale.to_standard(np.array([study.settings.sign * best.score]))[0])
            chance = 0.5 * (1 + math.erf((limit - mean) / deviation / math.sqrt(2)))
            assert expected.chance == pytest.approx(chance, rel=1e-6, abs=1e-12)
            low, middle, high = np.sort(np.interp([-1, 0, 1], z, scores))
            assert [expected.low, expected.mean, expected.high] == pytest.approx([low, middle, high], rel=1e-6)


def test_the_two_deviations_of_a_bad_score_differ_and_those_of_a_good_one_do_not() -> None:
    study = history(hopeless=5)
    found = fitted(study)
    assert found is not None
    assert study.best is not None
    good = found.expect(SPACE, -1.0, study.best.setting)
    assert good.high - good.mean == pytest.approx(good.mean - good.low)
    bad = found.expect(SPACE, -1.0, study.trials[0].setting)
    assert bad.mean - bad.low > 1.05 * (bad.high - bad.mean)


def test_the_choice_is_where_the_strategy_expects_most_and_its_figures_are_those_of_the_slice() -> None:
    """What the strategy proposes beats every point of both slices, by the improvement that is shown."""
    study = history()
    found = fitted(study)
    assert found is not None
    choice = bayesian.propose(SPACE, observations(study.trials, -1.0), [], 1, 0)[0]
    for column in ("learning_rate", "l2"):
        explained = explain(study, column, choice=choice)
        assert explained.choice is not None
        assert explained.slice is not None
        assert explained.choice.setting == choice
        assert explained.choice.place == pytest.approx(SPACE.encode([choice])[0, SPACE.names.index(column)])
        assert (explained.slice.improvement <= explained.choice.improvement * 1.01).all()
        place = [item.name for item in SPACE.columns].index(column)
        assert study.best is not None
        setting = settings_along(SPACE, study.best.setting, place)[20]
        again = found.expect(SPACE, -1.0, setting)
        shown = (explained.slice.mean[20], explained.slice.improvement[20], explained.slice.chance[20])
        assert shown == pytest.approx((again.mean, again.improvement, again.chance), rel=1e-3, abs=1e-8)
    assert explain(study, "l2", explained).choice is None  # asked without one


def test_a_guess_changes_one_field_and_what_it_governs() -> None:
    best = {"optimizer": "momentum", "learning_rate": 0.0123456, "momentum": 0.9}
    rates = settings_along(MIXED, best, MIXED.names.index("learning_rate"))
    assert all(one["optimizer"] == "momentum" and one["momentum"] == 0.9 for one in rates)
    assert [one["learning_rate"] for one in rates] == sorted({one["learning_rate"] for one in rates})
    assert (rates[0]["learning_rate"], rates[-1]["learning_rate"]) == (1e-4, 1.0)
    momentum, adam = settings_along(MIXED, best, MIXED.names.index("optimizer"))
    assert momentum == best
    assert adam == {"optimizer": "adam", "learning_rate": 0.0123456}
    back = settings_along(MIXED, adam, MIXED.names.index("optimizer"))[0]
    assert set(back) == set(best)  # momentum has an effect again
    without = settings_along(MIXED, adam, MIXED.names.index("momentum"))
    assert all(one == adam for one in without)


def test_shapes_of_layers_can_be_guessed_too() -> None:
    space = Space({"hidden_layers": "1..3x16..64", "learning_rate": "1e-3..1"}, BASE)
    names = [column.name for column in space.columns]
    best = {"hidden_layers": (32, 32), "learning_rate": 0.1}
    depths = settings_along(space, best, names.index("hidden_layers.depth"))
    assert [one["hidden_layers"] for one in depths] == [(32,), (32, 32), (32, 32, 32)]
    assert all(one["learning_rate"] == 0.1 for one in depths)


def test_one_begins_to_guess_at_the_best_trial_or_at_the_form() -> None:
    assert starting_setting(SPACE, Trial(0, {"learning_rate": 0.1, "l2": 1e-3}, "user")) == {
        "learning_rate": 0.1, "l2": 1e-3,
    }  # fmt: skip
    assert starting_setting(SPACE, None) == {"learning_rate": BASE.learning_rate, "l2": BASE.l2}
    outside = Space({"learning_rate": "1e-6..1e-4"}, BASE)
    assert starting_setting(outside, None) == {"learning_rate": 1e-5}  # the middle, for want of anything better
    at = first_place(SPACE, {"learning_rate": 0.1, "l2": 1e-3}, SPACE.names.index("learning_rate"))
    assert settings_along(SPACE, {"learning_rate": 0.1, "l2": 1e-3}, 0)[at]["learning_rate"] == pytest.approx(
        0.1, rel=0.1
    )
    assert first_place(MIXED, {"optimizer": "adam", "learning_rate": 0.1}, MIXED.names.index("momentum")) == 30


def test_hindsight_counts_the_guesses_that_are_better_by_now() -> None:
    """The made-up scores are best around (0.6, 0.4), and fall with the distance from there."""
    study = history()

    def at(x: float, y: float) -> Any:
        return SPACE.decode(np.array([[x, y]]))[0]

    near, far, farther = at(0.6, 0.4), at(0.1, 0.5), at(0.0, 1.0)
    pairs = [(near, far), (far, near), (farther, far), (near, near), (far, farther)]
    guesses = [Guess(yours, choice, (0.0, 0.0)) for yours, choice in pairs]
    found = explain(study, "", guesses=guesses).hindsight
    assert found is not None
    assert (found.count, found.better) == (5, 2)
    assert explain(study, "").hindsight is None


# In a search


def waiting(conductor: Conductor) -> dict[str, Any]:
    """Search until a proposal waits and nothing is trained; return it."""
    while not conductor.progress().proposals:
        assert conductor.step(0.02)
        assert len(conductor.progress().running) <= 1
    (choice,) = conductor.progress().proposals
    assert not conductor.progress().running
    assert all(trial.is_done for trial in conductor.study.trials)
    return dict(choice)


@pytest.fixture
def study(tmp_path: Path) -> Study:
    create_study(tmp_path / "s", SPACE, Settings(strategy="bayesian", trials=10, folds=1, parallel=2), IRIS)
    run_study(Study(tmp_path / "s"), IRIS)
    again = Study(tmp_path / "s")
    with again.writing():
        again.change(replace(again.settings, trials=14))
    return again


def test_a_trial_at_a_time_is_proposed_from_all_that_is_known_and_none_is_rejected(study: Study) -> None:
    with conducting(study, IRIS, asks_first=True) as conductor:
        conductor.is_one_at_a_time = True
        choice = waiting(conductor)
        assert conductor.progress().left_to_spread == 0
        assert choice == bayesian.propose(SPACE, observations(study.trials, -1.0), [], 1, 0)[0]
        mine = {"learning_rate": 0.02, "l2": 1e-3}
        conductor.decide([mine], weigh(study, mine, choice))
        second = waiting(conductor)
        assert (dict(study.trials[-1].setting), study.trials[-1].by) == (mine, "user")
        assert study.skipped == []
        conductor.decide([second], weigh(study, mine, second))
        waiting(conductor)
        assert (dict(study.trials[-1].setting), study.trials[-1].by) == (second, "bayesian")
        conductor.is_one_at_a_time = conductor.asks_first = False
        while conductor.step(0.02):
            pass
    assert [trial.number for trial in study.trials] == list(range(14))
    reopened = Study(study.path)
    assert reopened.guesses == study.guesses
    assert [(dict(one.guess), dict(one.choice)) for one in reopened.guesses] == [(mine, choice), (mine, second)]
    lines = [json.loads(line) for line in (study.path / "journal.jsonl").read_text().splitlines()]
    assert sum("guessed" in line for line in lines) == 2
    assert len(run_study(Study(study.path), IRIS).study.trials) == 14  # a study like any other


def test_the_first_trials_are_said_to_be_spread(tmp_path: Path) -> None:
    create_study(tmp_path / "s", SPACE, Settings(strategy="bayesian", trials=12, folds=1), IRIS)
    study = Study(tmp_path / "s")
    with conducting(study, IRIS, asks_first=True) as conductor:
        conductor.is_one_at_a_time = True
        assert weigh(study, {"learning_rate": 0.1, "l2": 0.1}, waiting(conductor)) is None  # nothing is known
        for left in range(10, 0, -1):
            choice = waiting(conductor)
            assert conductor.progress().left_to_spread == left
            conductor.decide([choice])
        waiting(conductor)
        assert conductor.progress().left_to_spread == 0


def test_a_damaged_guess_is_told_with_its_place(study: Study) -> None:
    path = study.path / "journal.jsonl"
    event = {"event": "queued", "by": "user", "trials": [], "guessed": {"guess": {"l2": 1}, "choice": {}, "gains": [1]}}
    path.write_text(path.read_text() + json.dumps(event) + "\n")
    with pytest.raises(Exception, match=r"guessed: gains"):
        Study(study.path)


def test_a_surrogate_of_few_trials_expects_nothing() -> None:
    few = replace(history(), trials=history().trials[:3])
    assert fitted(few) is None
    assert weigh(few, few.trials[0].setting, few.trials[1].setting) is None
    assert fit(SPACE.columns, np.array([[0.1, 0.2], [0.3, 0.4]]), np.array([0.0, 1.0])).best < 0
