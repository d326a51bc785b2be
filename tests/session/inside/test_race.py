"""Every lane of a race is the training that it would be alone, from one start."""

from __future__ import annotations

import numpy as np
import pytest

from tests.plain import plain, plain_dataset
from tuitrain.engine import Trainer
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.session.asked.race import RaceAnswer, RunRace
from tuitrain.session.inside.optimizer_race import changes_of, race
from tuitrain.session.inspection import Copy
from tuitrain.session.train import train
from tuitrain.session.training import TrainingSession

OTHERS = ("optimizer", "schedule", "activation")
REMEMBERED = {"sgd": 0, "momentum": 1, "nesterov": 1, "rmsprop": 1, "adam": 2, "adamw": 2}  # numbers a parameter


def answers_of(asked: RunRace, **fields: object) -> tuple[list[RaceAnswer], Hyperparameters]:
    data = plain_dataset("moons")
    h = plain(hidden_layers=(8,), dropout=0.1, patience=2, **fields)  # type: ignore[arg-type]
    trainer = Trainer(data, h)
    trainer.epoch()
    return list(race(asked, Copy.of(trainer, data, 1))), h  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["batch_size", *(pytest.param(n, marks=pytest.mark.long) for n in OTHERS)])
def test_each_lane_has_the_losses_that_it_has_alone(name: str) -> None:
    answers, h = answers_of(RunRace(name, 4), optimizer="nesterov", learning_rate=0.02, batch_size=50)
    answer, rows = answers[-1], len(plain_dataset("moons").train)
    assert answer.is_whole and answer.name == name and len(answer.changes) >= 5
    assert answer.changes[answer.own][name] == getattr(h, name)
    for lane, change in enumerate(answer.changes):
        epochs = 4 if name == "schedule" else h.epochs
        alone = h.replace(patience=0, epochs=epochs, **change)
        history: list[float] = []
        trained = train(
            plain_dataset("moons"), alone,
            lambda record, history=history: history.append(float(record.validation_loss[0])) or len(history) < 4,
        )  # fmt: skip
        assert answer.losses[lane, 1:].tolist() == history
        size = rows if alone.batch_size == "full" else int(alone.batch_size)
        assert answer.steps[lane].tolist() == [epoch * -(-rows // size) for epoch in range(5)]
        assert (np.diff(answer.seconds[lane]) > 0).all()
        assert answer.best(lane) == (min(history), 1 + history.index(min(history)))
        if name == "optimizer":
            count = REMEMBERED[change["optimizer"]] * trained.model.network.n_parameters
            assert answer.memory[lane] == 4 * count
    if name != "activation":
        assert len(set(answer.losses[:, 0])) == 1  # one start


def test_a_batchs_memory_is_what_the_status_line_says() -> None:
    answers, h = answers_of(RunRace("batch_size", 1), batch_size=50)
    session = TrainingSession(plain_dataset("moons"), h)
    assert answers[-1].memory[answers[-1].own] == session.snapshot.batch_memory
    session.close()


def test_a_lane_that_diverges_says_so_and_the_others_go_on() -> None:
    answers, _ = answers_of(RunRace("optimizer", 3), loss="mse", optimizer="sgd", learning_rate=900.0)
    answer = answers[-1]
    assert answer.is_whole and answer.diverged[answer.own] and not any(answer.diverged[1:])
    assert np.isnan(answer.best(answer.own)[0]) and np.isfinite(answer.losses[1:]).all()


def test_the_first_answer_comes_before_all_lanes_are_made() -> None:
    answers, _ = answers_of(RunRace("batch_size", 1))
    made = [sum(size > 0 for size in answer.memory) for answer in answers]
    assert made[:4] == [1, 2, 3, 4] == sorted(made)[:4] and np.isnan(answers[0].losses).all()
    assert np.isfinite(answers[-1].losses).all()


@pytest.mark.parametrize(
    ("fields", "name", "values", "own"),
    [
        ({"batch_size": 64}, "batch_size", [8, 32, 64, "full"], 2),
        ({"batch_size": "full"}, "batch_size", [8, 32, "full"], 2),
        ({"schedule": "plateau"}, "schedule", ["constant", "step", "cosine", "one_cycle", "plateau"], 4),
        ({"activation": "elu"}, "activation", ["sigmoid", "tanh", "relu", "leaky_relu", "gelu", "elu"], 5),
        ({"optimizer": "nadam"}, "optimizer", ["sgd", "momentum", "rmsprop", "adam", "adamw", "nadam"], 5),
    ],
)
def test_the_runs_own_way_is_among_them(fields, name, values, own) -> None:
    changes, place = changes_of(plain(**fields), name, rows=100)
    assert [change[name] for change in changes] == values and place == own


def test_the_runs_own_rate_is_kept_and_the_others_have_usual_ones() -> None:
    changes, own = changes_of(plain(optimizer="adam", learning_rate=0.02), "optimizer", rows=100)
    assert [change["learning_rate"] for change in changes] == [0.1, 0.01, 0.001, 0.02, 0.001] and own == 3
