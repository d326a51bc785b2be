"""A run that was steered at random is repeated from its journal to the same bits."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from tests.session.kept import IRIS, SMALL, CountingDisk, place
from tests.session.test_conformance import until
from tuitrain.runs.run import JOURNAL, read_run
from tuitrain.session.commands import Command, Pause, SetHyperparameter, SetParameter, Start, Step
from tuitrain.session.replay import replay
from tuitrain.session.training import TrainingSession


def moves(chance: random.Random) -> list[Command]:
    values = {
        "learning_rate": [0.001, 0.03, 0.1], "optimizer": ["sgd", "adam", "rmsprop"], "dropout": [0.0, 0.3],
        "batch_size": [8, 32, "full"], "momentum": [0.0, 0.9], "epochs": [6, 40], "l2": [0.0, 0.1],
        "schedule": ["constant", "cosine", "plateau"],
    }  # fmt: skip
    made: list[Command] = []
    for _number in range(12):
        name = chance.choice(list(values))
        made.append(chance.choice([
            Step(batches=chance.randint(1, 5)), Step(epochs=1), SetHyperparameter(name, chance.choice(values[name])),
            SetParameter(chance.randint(0, 20), chance.uniform(-1, 1)),
        ]))  # fmt: skip
    return made


@pytest.mark.parametrize("seed", [1, 2, *(pytest.param(n, marks=pytest.mark.long) for n in range(3, 40))])
def test_a_run_steered_at_random_is_repeated_to_the_bit(seed: int, tmp_path: Path) -> None:
    session = TrainingSession(IRIS, SMALL.replace(epochs=30), place=place(tmp_path, CountingDisk(), "run"))
    session.wait_for_answer(session.send(Step(batches=2)))
    for command in moves(random.Random(seed)):
        number = session.send(command)
        until(session, lambda s, n=number: s.answered >= n and not s.is_running)
    if seed % 2:
        session.send(Start())
        until(session, lambda s: s.state in {"done", "diverged"})
    session.send(Pause())
    state = session.state()
    session.close()
    found = replay(read_run(tmp_path / "run"))
    assert found.different == () and found.steps == state.state.counters["steps_done"]


def test_another_journal_gives_other_bits(tmp_path: Path) -> None:
    session = TrainingSession(IRIS, SMALL, place=place(tmp_path, CountingDisk(), "run"))
    session.send(Step(batches=3))
    until(session, lambda s: s.step == 3)
    session.wait_for_answer(session.send(SetHyperparameter("learning_rate", 0.1)))
    session.send(Start())
    until(session, lambda s: s.state == "done")
    session.close()
    path = tmp_path / "run"
    assert replay(read_run(path)).different == ()
    lines = [json.loads(line) for line in (path / JOURNAL).read_text().splitlines()]
    (edit,) = [line for line in lines if line["command"] == "set_hyperparameter"]
    edit["value"] = 0.2
    (path / JOURNAL).write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert "parameters" in replay(read_run(path)).different
