"""Trainings by hand: trials that tell what changed."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from tests.plain import plain_dataset
from tests.search.trainings_made_up import BASE, MOONS, training
from tuitrain.options.search_settings import Settings
from tuitrain.runs.finished import Edit
from tuitrain.search.api import run_study
from tuitrain.search.by_hand import manual_history, manual_space, told_trials
from tuitrain.search.explanation import explain
from tuitrain.search.space.space import Space
from tuitrain.search.strategies import propose
from tuitrain.search.strategies.observation import observations
from tuitrain.search.study.opening import create_study
from tuitrain.search.study.study import Study

IRIS = plain_dataset("iris")


def test_trainings_tell_what_changed_and_what_it_did() -> None:
    failed = training(math.nan, math.nan, "diverged", "the loss is not finite", learning_rate=0.05, l2=0.0)
    history = manual_history([training(0.8, l2=1e-4), training(0.85, learning_rate=0.05, l2=1e-4), failed],
                             "classification")  # fmt: skip
    assert history is not None
    assert set(history.space.names) == {"learning_rate", "l2"}
    assert [trial.message for trial in history.trials] == [
        "the first training", "learning rate 0.01 to 0.05: accuracy +0.0500 (better)",
        "L2 0.0001 to 0: the loss is not finite",
    ]  # fmt: skip
    assert history.best is not None
    assert history.best.number == 1
    assert manual_history([], "regression") is None


def test_equal_scores_are_ranked_by_loss() -> None:
    history = manual_history([training(0.9, 0.4), training(0.9, 0.2), training(0.9, 0.3)], "classification")
    assert history is not None
    assert history.best is not None
    assert history.best.number == 1


def test_the_space_is_wide_enough_for_what_was_tried_and_leaves_something_to_try() -> None:
    trainings = [training(0.9), training(0.8, learning_rate=3.0, activation="sigmoid", batch_size=7, l2=0.0, rho=0.9)]
    space = manual_space([*trainings, training(0.7, l2=1e-7)])
    assert space is not None
    for name in ("learning_rate", "activation", "batch_size", "l2"):
        assert name in space.names
    assert "rho" not in space.names  # it has no effect under adam
    encoded = space.encode([space.active(vars(item.hyperparameters)) for item in trainings])
    at = [column.name for column in space.columns]
    assert (encoded[:, at.index("learning_rate")] <= 1).all()
    assert encoded[1, at.index("batch_size")] == 0  # 7 is the lowest that is listed
    assert space.size is None
    idle = [training(0.9), training(0.8, momentum=0.5)]  # which has no effect under adam
    assert manual_space(idle).names == ("learning_rate",)  # type: ignore[union-attr]
    assert manual_space([training(0.9), training(0.8)]).names == ("learning_rate",)  # type: ignore[union-attr]


def test_the_surrogate_is_fitted_to_trainings_by_hand() -> None:
    trainings = [training(1 - abs(math.log10(rate / 0.03)) / 4, learning_rate=rate)
                 for rate in (1e-4, 1e-3, 0.01, 0.03, 0.1, 1.0)]  # fmt: skip
    history = manual_history(trainings, "classification")
    assert history is not None
    found = explain(history, "")
    assert found.slice is not None
    assert dict(found.importance) == {"learning rate": pytest.approx(1)}
    best = 10 ** (-4 + 4 * found.slice.places[found.slice.mean.argmax()])
    assert 0.01 < best < 0.1


def test_a_training_without_validation_rows_says_so_and_its_run_is_named(tmp_path: Path) -> None:
    data = plain_dataset("moons?n=120", validation=0)
    given = [
        training(score, dataset=data, record={"part": "train", "run": tmp_path / name}, **changes)
        for score, name, changes in ((0.8, "a", {}), (0.9, "b\x1b[2J", {"l2": 0.1}))
    ]
    best = manual_history(given, "classification").best  # type: ignore[union-attr]
    assert best is not None
    assert (best.number, best.score) == (1, 0.9)
    assert best.message.endswith("accuracy +0.1000 (better); scored on the training rows; run b\\x1b[2J")


def test_edits_are_told_with_the_trial() -> None:
    last = BASE.replace(learning_rate=0.1)
    steps = tuple(Edit(2.0, 8, "learning_rate", old, new) for old, new in ((0.01, 0.02), (0.02, 0.05), (0.05, 0.04)))
    late = Edit(3.0, 12, "learning_rate", 0.04, 0.1)
    there_and_back = (Edit(1.5, 6, "l2", 0.0, 0.1), Edit(1.5, 6, "l2", 0.1, 0.0))
    edited = training(
        0.9, learning_rate=0.04, record={"edits": (*there_and_back, *steps, late), "last_hyperparameters": last}
    )
    broken = training(
        0.7, state="diverged", ending="why", learning_rate=0.04,
        record={"edits": (late,), "last_hyperparameters": last},
    )  # fmt: skip
    left = training(0.9, state="left", learning_rate=0.1)
    trials = manual_history([training(0.8), edited, broken, left], "classification").trials  # type: ignore[union-attr]
    assert [trial.message for trial in trials[1:]] == [
        "learning rate 0.01 to 0.04: accuracy +0.1000 (better); learning rate 0.01 -> 0.04 at epoch 2; "
        "learning rate 0.04 -> 0.1 at epoch 3, after the best",
        "learning rate 0.04 to 0.1: accuracy -0.2000 (worse): why; "
        "learning rate 0.04 -> 0.1 at epoch 3, after the best",
        "nothing changed: accuracy +0.2000 (better); left after 4 epochs",
    ]
    # What diverged is recorded with the values that it diverged with, what did not with those that earned its score.
    assert [trial.setting["learning_rate"] for trial in trials] == [0.01, 0.04, 0.1, 0.1]


def test_a_training_that_is_continued_is_a_trial_more_and_tells_its_new_edits_alone() -> None:
    first, second = Edit(1.0, 4, "l2", 0.0, 0.1), Edit(4.0, 16, "epochs", 4, 8)
    ended = training(0.8, record={"edits": (first,)})
    continued = training(
        0.9, epochs=8, record={"training": ended.training, "edits": (first, second), "epochs": 8, "best_epoch": 7}
    )
    same = training(0.9, epochs=8, record={"training": ended.training, "edits": (first, second), "epochs": 9})
    history = manual_history([ended, continued, same], "classification")
    assert history is not None
    assert [trial.message for trial in history.trials] == [
        "the first training; L2 0 -> 0.1 at epoch 1",
        "epochs 4 to 8: accuracy +0.1000 (better); epochs 4 -> 8 at epoch 4",
        "continued: accuracy +0.0000",
    ]


def test_a_field_counts_as_changed_only_where_it_had_an_effect() -> None:
    trainings = [training(0.9, optimizer="adam"), training(0.8, optimizer="sgd", epsilon=1e-7, momentum=0.5),
                 training(0.7, optimizer="momentum", momentum=0.7)]  # fmt: skip
    space = manual_space(trainings)
    assert space is not None
    assert set(space.names) == {"optimizer"}


def test_a_search_goes_on_from_what_can_be_compared() -> None:
    trainings = [
        training(0.8), training(0.7, record={"part": "train"}), training(0.6, record={"metric": "f1"}),
        training(math.nan, record={"state": "left"}), training(math.nan, math.nan, "diverged", "not finite"),
    ]  # fmt: skip
    alike = Settings(folds=1, metric="accuracy")
    assert [(trial.state, trial.score) for trial in told_trials(trainings[:4], alike)] == [("finished", 0.8)]
    assert [trial.state for trial in told_trials(trainings[4:], alike)] == ["failed"]
    others = (Settings(), Settings(folds=3), Settings(folds=1, seeds=2), Settings(folds=1, metric="f1"))
    assert [len(told_trials(trainings[:2], other)) for other in others] == [0, 0, 0, 0]
    assert told_trials([], alike) == ()


def test_told_trials_are_known_when_a_search_begins_and_are_never_trained(tmp_path: Path) -> None:
    rates = (1e-4, 3e-4, 1e-3, 3e-3, 0.01, 0.03, 0.1, 0.3, 0.5, 1.0)
    trainings = [training(0.9 - abs(rate - 0.03), learning_rate=rate, dropout=0.25) for rate in rates]
    settings = Settings(strategy="bayesian", trials=11, folds=1, parallel=4)
    space = Space({"learning_rate": "1e-4..1"}, BASE)
    study = create_study(tmp_path / "s", space, settings, MOONS, told=told_trials(trainings, settings))
    assert [study.hyperparameters(trial) for trial in study.trials] == [item.hyperparameters for item in trainings]
    found = run_study(study, MOONS)
    again = Study(tmp_path / "s").trials
    assert [(trial.by, trial.score) for trial in again[:10]] == [("user", item.score) for item in trainings]
    assert [trial.by for trial in again[10:]] == ["bayesian"]
    known = observations(again[:10], study.settings.sign)
    assert dict(again[10].setting) == propose("bayesian", space, known, [], 1, settings.seed)[0]
    assert found.study.member_epochs == 4  # of the one trial that was trained
