"""The two of the A|B lab are the trainings that they would be alone; both are read at an epoch, step or second."""

from __future__ import annotations

import json
import math
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from tests.plain import plain, plain_dataset
from tuitrain.data.dataset import Dataset
from tuitrain.engine import Trainer
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.session.asked.lab import PairAnswer, PairSide, TrainPair
from tuitrain.session.inside import lab
from tuitrain.session.inside.lab import train_pair
from tuitrain.session.inspection import Copy
from tuitrain.session.questions import Answer, Question
from tuitrain.session.train import train


def answers_of(data: Dataset, a: Hyperparameters, b: Hyperparameters | None) -> list[PairAnswer]:
    """Ask from another training, which has begun."""
    trainer = Trainer(data, plain(hidden_layers=(5,), seed=3))
    trainer.epoch()
    return list(train_pair(TrainPair(a, b), Copy.of(trainer, data, 1)))  # type: ignore[arg-type]


CASES: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("moons", {"optimizer": "sgd"}, {"optimizer": "momentum", "dropout": 0.2}),
    ("diabetes", {"hidden_layers": ()}, {"hidden_layers": (9, 4), "seed": 5}),
    ("digits", {"batch_size": 100}, {"batch_size": "full"}),
    ("moons", {"patience": 1, "learning_rate": 0.5}, {"epochs": 9, "schedule": "cosine"}),
]


@pytest.mark.parametrize(("name", "of_a", "of_b"), CASES)
def test_each_has_the_bits_that_it_has_alone(name: str, of_a: dict[str, Any], of_b: dict[str, Any]) -> None:
    data = plain_dataset(name)
    settings = [plain(**{"hidden_layers": (8,), "epochs": 6, **of}) for of in (of_a, of_b)]  # type: ignore[arg-type]
    answers = answers_of(data, *settings)
    answer = answers[-1]
    assert answer.is_whole and answer.part == "validation" and len(answers[0].sides) == 2
    assert answer.done == answer.total == sum(side.done for side in answer.sides)
    for side, h in zip(answer.sides, settings, strict=True):
        alone = train(data, h)
        assert side.losses[1:].tolist() == [float(record.validation_loss[0]) for record in alone.history]
        assert side.metrics[1:].tolist() == [float(record.metrics[answer.metric][0]) for record in alone.history]
        assert side.steps[1:].tolist() == [record.step for record in alone.history]
        assert (side.best_epoch, side.ending) == (alone.model.epoch, alone.ending)
        assert side.parameters == alone.model.network.n_parameters
        found = alone.evaluations["validation"]
        assert side.best_loss == pytest.approx(found["loss"], rel=1e-6)
        assert side.best_metric == pytest.approx(found[answer.metric], rel=1e-6)
        assert (np.diff(side.seconds) > 0).all() and side.seconds[0] == 0
    if of_a.get("patience"):
        assert answer.sides[0].ending == "patience" and answer.sides[0].done < 6 < answer.sides[1].done


def test_without_validation_rows_the_last_epoch_is_kept_and_the_training_rows_are_measured() -> None:
    data = plain_dataset("moons", validation=0)
    settings = plain(hidden_layers=(), epochs=3), plain(hidden_layers=(4,), epochs=3)
    answers = answers_of(data, *settings)
    assert answers[-1].part == "train" and math.isnan(answers[0].sides[0].best_metric)
    for side, h in zip(answers[-1].sides, settings, strict=True):
        alone = train(data, h)
        assert math.isnan(side.losses[0])
        assert side.losses[1:].tolist() == [float(record.train_loss[0]) for record in alone.history]
        assert side.best_epoch == 3 and side.best_loss == side.losses[3]
        assert side.best_metric == pytest.approx(alone.evaluations["train"]["accuracy"], rel=1e-6)


def test_one_that_diverges_says_so_and_the_other_goes_on() -> None:
    data = plain_dataset("diabetes")
    a = plain(hidden_layers=(4,), epochs=5)
    b = a.replace(optimizer="sgd", learning_rate=900.0, activation="identity")
    good, bad = answers_of(data, a, b)[-1].sides
    alone = train(data, b)
    assert bad.ending == alone.ending == "diverged" and bad.message == alone.message and bad.done < 5
    assert np.isnan(bad.losses[bad.done]) and bad.message
    assert good.losses[1:].tolist() == [float(record.validation_loss[0]) for record in train(data, a).history]


def test_settings_that_do_not_fit_are_refused_and_the_other_trains() -> None:
    data = plain_dataset("diabetes")
    a = plain(hidden_layers=(4,), epochs=3)
    answer = answers_of(data, a, a.replace(loss="cross_entropy"))[-1]
    assert answer.is_whole and answer.sides[0].done == 3 and not answer.sides[0].problem
    assert "needs classes" in answer.sides[1].problem and not answer.sides[1].done


def test_a_alone_is_trained_while_there_is_no_b(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lab, "MOST_EPOCHS", 4)
    (side,) = answers_of(plain_dataset("moons"), plain(hidden_layers=(4,)), None)[-1].sides
    assert side.done == side.planned == 4 and side.ending == "limit"


def test_questions_and_answers_cross_json() -> None:
    data = plain_dataset("diabetes")
    a = plain(hidden_layers=(4,), epochs=2)
    for b in (None, a.replace(loss="hinge"), a.replace(hidden_layers=(), batch_size="full")):
        answer = answers_of(data, a, b)[-1]
        back = Answer.from_json(json.loads(json.dumps(answer.to_json())))
        assert isinstance(back, PairAnswer) and back.to_json() == answer.to_json()
        assert back.question == answer.question == Question.from_json(answer.question.to_json())
        for mine, its in zip(answer.sides, back.sides, strict=True):
            assert mine.losses.tobytes() == its.losses.tobytes() and mine.steps.dtype == its.steps.dtype


def test_a_loss_is_read_at_the_last_epoch_that_had_ended_then() -> None:
    losses, seconds = np.array([0.9, 0.5, 0.4, 0.3]), np.array([0.0, 0.11, 0.2, 0.35])
    side = PairSide(losses, losses, np.array([0, 7, 14, 21]), seconds, 5)
    for axis, along in (("epoch", [0, 1, 2, 3]), ("step", [0, 7, 14, 21]), ("second", list(seconds))):
        for place in [*along, *(0.5 * (one + next_) for one, next_ in pairwise(along))]:
            expected = [loss for loss, at in zip(losses, along, strict=True) if at <= place][-1]
            assert side.loss_at(axis, place) == expected
        assert math.isnan(side.loss_at(axis, along[-1] + 0.01)) and side.epoch_at(axis, along[-1] + 0.01) == -1
