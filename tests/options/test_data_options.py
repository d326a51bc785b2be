"""Options about data: the command line, the TOML file, Python and the help take them from one declaration."""

from __future__ import annotations

import inspect
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner

from tuitrain.cli import commands
from tuitrain.data.loading import load_dataset
from tuitrain.errors import DataOptionError, HyperparameterError
from tuitrain.options.configuration import read_configuration, write_configuration
from tuitrain.options.data_options import DATA_FIELDS, READING, DataOptions
from tuitrain.options.hyperparameters import Hyperparameters

WRONG = {"scal": "minmax", "validation": "much", "test": 1, "task": "regresion", "delimiter": "dot"}
MESSAGES = [
    'data option "scal": did you mean scale?',
    'validation: "much" is not a number; allowed: 0 to below 1',
    "test: 1 is not below 1; allowed: 0 to below 1",
    'task "regresion": did you mean regression?',
    'delimiter "dot": allowed: comma, semicolon, tab, pipe, space',
]


def test_all_wrong_options_are_told_at_once_in_python() -> None:
    with pytest.raises(DataOptionError) as caught:
        load_dataset("iris", **WRONG)
    assert str(caught.value).split("\n") == MESSAGES


def test_all_wrong_options_are_told_at_once_in_toml(tmp_path: Path) -> None:
    path = tmp_path / "run.toml"
    path.write_text("[data]\n" + "\n".join(f"{name} = {value!r}" for name, value in WRONG.items()))
    with pytest.raises(HyperparameterError) as caught:
        read_configuration(path)
    assert str(caught.value).split("\n") == [f"{path}: [data] {message}" for message in MESSAGES]


def test_wrong_data_options_and_hyperparameters_are_told_together() -> None:
    result = CliRunner().invoke(commands, ["train", "iris", "--scale", "zz", "--learning-rate", "-1"])
    assert str(result.exception).split("\n") == [
        "learning rate: -1 is not above 0", 'scale "zz": allowed: standard, minmax, none',
    ]  # fmt: skip


@pytest.mark.parametrize("command", ["train", "search", "launch"])
def test_every_option_is_one_of_the_command_line(command: str) -> None:
    flags = {flag for parameter in commands.get_command(None, command).params for flag in parameter.opts}  # type: ignore[arg-type,union-attr]
    assert {spec.flag for spec in DATA_FIELDS.values()} <= flags


@pytest.mark.parametrize("command", ["predict", "evaluate", "datasets"])
def test_commands_that_read_a_table_take_what_says_how(command: str) -> None:
    flags = {flag for parameter in commands.get_command(None, command).params for flag in parameter.opts}  # type: ignore[arg-type,union-attr]
    assert {spec.flag for spec in DATA_FIELDS.values() if spec.group == READING} <= flags


def test_python_sees_every_option() -> None:
    assert set(DATA_FIELDS) < set(inspect.signature(load_dataset).parameters)
    assert all(f"\n    {name}\n" in str(load_dataset.__doc__) for name in DATA_FIELDS)


def test_what_was_asked_for_is_kept_and_loads_the_same_again(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("a;b;y\n" + "".join(f"{i};{i % 5};{'xy'[i % 2]}\n" for i in range(40)))
    dataset = load_dataset(path, delimiter=";", drop="a", split_seed="3")
    assert dataset.options == {
        "validation": 0.15, "test": 0.15, "split": "random", "split_seed": 3, "scale": "standard",
        "encode_numbers": "auto", "delimiter": "semicolon", "drop": ["a"],
    }  # fmt: skip
    assert dataset.feature_names == ("b",)
    assert load_dataset(path, **dataset.options).fingerprint == dataset.fingerprint


def test_the_configuration_names_every_option_and_is_read_with_all_of_them(tmp_path: Path) -> None:
    text = write_configuration(Hyperparameters())
    start = text.index("# [data]")
    lines = text[start : text.index("[network]")].replace("\n# ", "\n")
    kept = [line for line in lines[2:].split("\n") if ": " not in line]
    read = tomllib.loads("\n".join(kept))["data"]
    assert set(read) == {"dataset", *DATA_FIELDS}
    DataOptions.from_mapping({name: value for name, value in read.items() if name != "dataset"})
