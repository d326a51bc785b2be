"""A session's loop knows no command: a new one is a dataclass and a method of the work."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.session.test_conformance import until
from tuitrain.data.loading import load_dataset
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.session.commands import COMMANDS, Command, SetHyperparameter, SetPace, Start, Step
from tuitrain.session.session import LocalSession, Turn, Work
from tuitrain.session.training import TrainingSession


@dataclass(frozen=True)
class Shown:
    version: int
    answered: int
    total: int
    message: str
    is_running: bool = False


class Adding(Work[Shown]):
    """Adds numbers; what is smaller than 0 breaks it."""

    def __init__(self) -> None:
        self.total = 0
        self.refused: list[str] = []

    def on_add(self, command: Any) -> None:
        if command.amount < 0:
            raise ZeroDivisionError("less than nothing")
        self.total += command.amount

    def refuse(self, command: Command, why: str) -> None:
        self.refused.append(command.kind)

    @property
    def is_busy(self) -> bool:
        return False

    @property
    def step(self) -> int:
        return self.total

    def advance(self, turn: Turn) -> None: ...

    def make_snapshot(self, version: int, answered: int) -> Shown:
        return Shown(version, answered, self.total, self.message)

    def fail(self, error: Exception) -> dict[str, Any]:
        return {}


@pytest.fixture
def add() -> Iterator[Any]:
    @dataclass(frozen=True)
    class Add(Command):
        amount: int = 0

    yield Add
    del COMMANDS["add"]


def test_a_new_command_is_a_dataclass_and_a_method(add: Any) -> None:
    work = Adding()
    session = LocalSession(work, name="sum")
    for command in (add(2), add(-1), Start()):
        session.send(command)
    broken = session.wait_for_answer(3, 60)
    last = session.wait_for_answer(session.send(Command.from_json({"command": "add", "amount": 3})), 60)
    session.close()
    assert (broken.total, broken.message) == (2, "a sum does not know the command start")
    assert (last.total, last.message) == (5, "")
    assert [(entry.step, entry.refused) for entry in session.journal[:4]] == [
        (2, ""), (2, "ZeroDivisionError: less than nothing"), (2, "a sum does not know the command start"), (5, ""),
    ]  # fmt: skip
    assert work.refused == ["add", "start"]


def test_a_value_that_does_not_fit_is_refused_in_words_alone() -> None:
    session = TrainingSession(load_dataset("moons?n=28"), Hyperparameters(hidden_layers=(4,), epochs=5))
    session.send(Step(batches=1))
    until(session, lambda s: s.step == 1 and s.state == "paused")
    session.send(SetHyperparameter("hidden_layers", (0,)))  # waits for the reset, were it allowed
    session.send(SetHyperparameter("learning_rate", -1))
    session.wait_for_answer(session.send(SetPace(-1.0)), 60)
    session.close()
    beginnings = [entry.refused.split(":")[0].split()[0] for entry in session.journal[1:4]]
    assert beginnings == ["hidden", "learning", "pace"]
