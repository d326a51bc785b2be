"""Commands are values: numbered when sent, written as JSON and read back."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuitrain.data.facts import DatasetSource
from tuitrain.errors import RunError
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.options.search_settings import Settings
from tuitrain.search.space.space import Space
from tuitrain.search.study.trial import Trial
from tuitrain.session.commands import (
    COMMANDS,
    AddNote,
    AskFirst,
    BeginSearch,
    Command,
    ContinueRun,
    ContinueSearch,
    Decide,
    End,
    EstimateGrid,
    Fork,
    JournalEntry,
    Pause,
    Reset,
    ResumeSearch,
    SaveModel,
    SetHyperparameter,
    SetPace,
    SetParameter,
    SetPreset,
    Start,
    Step,
    Stop,
    TryNext,
)
from tuitrain.session.race import begin_race
from tuitrain.session.search import begin_search

IRIS = DatasetSource("iris", {"validation": 0.2, "drop": ("a", "b"), "target": None}, "f" * 64)
SPACE = Space({"learning_rate": "1e-4..1", "hidden_layers": "8,16x16", "momentum": "0.5,0.9"})
EXAMPLES: tuple[Command, ...] = (
    Start(), Pause(), Stop(), End("keep"), ContinueRun(Path("runs/a")), Fork(3), Fork(40, Path("runs/a")),
    Step(batches=3), Step(epochs=2),
    SetHyperparameter("hidden_layers", (16, 8)), SetPreset("textbook"),
    SetHyperparameter("learning_rate", 0.1 + 0.2), SetHyperparameter("l2", math.inf), Reset(), Reset(IRIS),
    AddNote("overfits from epoch 40 on: 과적합", "seeds"),
    SaveModel(Path("a b/모델.safetensors")), SetPace(2.5), SetParameter(3, -0.25),
    begin_search(IRIS, SPACE, Settings(trials=5), [{"l2": 0.1}]),
    begin_search(IRIS, SPACE, Settings(), told=[Trial(0, {"l2": 0.1}, "user", "finished", 0.5, 0.0, math.inf, 4, 3)]),
    ResumeSearch(Path("studies/x")), ContinueSearch(Settings(goal=0.5).to_mapping()),
    TryNext({"hidden_layers": (4,), "learning_rate": 1e-300}), AskFirst(True), Decide(({"l2": 0.0}, {"l2": 1.0})),
    AskFirst(True, is_one_at_a_time=True), Decide(({"l2": 0.0},), {"l2": 0.1, "hidden_layers": (4, 4)}),
    EstimateGrid(IRIS, SPACE.to_json()["ranges"], SPACE.to_json()["base"], Settings().to_mapping()),
    begin_race(IRIS, SPACE, Settings(trials=9), seeds=3, trials=9),
)  # fmt: skip


def through_json(value: Any) -> Any:
    return json.loads(json.dumps(value.to_json(), allow_nan=False))


@pytest.mark.parametrize("command", EXAMPLES, ids=lambda command: command.kind)
def test_a_command_comes_back_from_json(command: Command) -> None:
    again = Command.from_json(through_json(command))
    assert again == command
    assert type(again) is type(command)


def test_every_command_is_among_the_examples() -> None:
    assert {command.kind for command in EXAMPLES} == set(COMMANDS)


@given(st.floats())
def test_a_value_keeps_its_bits(value: float) -> None:
    again = Command.from_json(through_json(SetHyperparameter("learning_rate", value)))
    assert isinstance(again, SetHyperparameter)
    assert again.value.hex() == value.hex() or (math.isnan(again.value) and math.isnan(value))


def test_a_number_is_kept_and_does_not_count_in_comparisons() -> None:
    assert Command.from_json({"command": "step", "number": 7, "batches": 2}).number == 7
    assert Step(batches=2, number=7) == Step(batches=2)


def test_the_space_of_a_search_is_the_same_on_the_other_side() -> None:
    sent = begin_search(IRIS, SPACE, Settings(trials=5))
    again = Command.from_json(through_json(sent))
    assert isinstance(again, BeginSearch)
    space = Space(dict(again.space), Hyperparameters.from_mapping(again.base))
    assert (space.to_texts(), space.base, space.notices) == (SPACE.to_texts(), SPACE.base, SPACE.notices)
    assert Settings.from_mapping(again.settings) == Settings(trials=5)


@pytest.mark.parametrize(
    ("found", "why"),
    [
        ({"command": "steps"}, "did you mean step"),
        ({}, 'command ""'),
        ({"command": ["step"]}, "command"),
        ({"command": "step", "batches": "many"}, "step.batches: expected a whole number, found 'many'"),
        ({"command": "step", "batches": True}, "expected a whole number"),
        ({"command": "step", "batchs": 1}, "batchs"),
        ({"command": "set_pace"}, "epochs_per_second"),
        ({"command": "set_pace", "epochs_per_second": {"float": "often"}}, "expected a number"),
        ({"command": "reset", "dataset": {"source": 3}}, "source: expected a text"),
        ({"command": "decide", "settings": {"l2": 1}}, "expected a list"),
        ([], "command"),
    ],
)
def test_what_is_no_command_is_refused_in_one_line(found: Any, why: str) -> None:
    with pytest.raises(RunError) as caught:
        Command.from_json(found)
    assert why in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_journal_entry_comes_back_from_json() -> None:
    entry = JournalEntry(12, SetHyperparameter("l2", -1, number=4), "L2 must not be negative")
    again = JournalEntry.from_json(json.loads(json.dumps(entry.to_json())))
    assert (again, again.number) == (entry, 4)
