"""Settings of a search: one declaration, whose names are those that the search and the engine have."""

from __future__ import annotations

import inspect
import subprocess
import sys
from importlib.util import find_spec

import pytest
from click.testing import CliRunner

from tuitrain.cli import commands
from tuitrain.errors import SettingsError
from tuitrain.options.search_settings import (
    CHANGED,
    COMPARED,
    HIGHER_IS_BETTER,
    IN_FORM,
    METRICS,
    OFFERED,
    OPTUNA_SAMPLERS,
    SETTINGS,
    STRATEGIES,
    Settings,
    read_settings,
)
from tuitrain.search import api
from tuitrain.search.strategies.optuna_samplers import SAMPLERS
from tuitrain.session.train import train
from tuitrain.ui.search.entries import setting_entries, settings_of


def test_strategies_and_samplers_are_those_that_there_are() -> None:
    own = [name for name in STRATEGIES if name != "manual"]
    assert all(find_spec(f"tuitrain.search.strategies.{name}") for name in own)
    assert tuple(SAMPLERS) == OPTUNA_SAMPLERS


@pytest.mark.parametrize(("name", "task"), [("blobs", "classification"), ("plane", "regression")])
def test_metrics_are_those_that_the_engine_finds(name: str, task: str) -> None:
    from tuitrain import Hyperparameters

    found = train(f"{name}?n=60", Hyperparameters(epochs=1)).to_json()["scores"]["validation"]["metrics"]
    assert set(METRICS[task]) == {*found, "loss"}
    assert {*found} <= set(HIGHER_IS_BETTER)


def test_options_and_their_help_need_neither_numpy_nor_the_search() -> None:
    program = """
import sys
import tuitrain.options.configuration, tuitrain.options.data_options, tuitrain.options.search_settings
import tuitrain.pages.lookup
tuitrain.pages.lookup.look_up("learning rate")
heavy = ("numpy", "textual", "tuitrain.search", "tuitrain.engine", "tuitrain.data")
print([name for name in heavy if name in sys.modules])
"""
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert found.strip() == "[]"


def test_words_stand_for_values_and_are_written_again() -> None:
    told = {"trials": "all", "time": "10m", "goal": "none", "metric": "auto", "folds": "auto", "search-seed": "7"}
    read = read_settings(told)
    assert read == {"trials": 0, "seconds": 600.0, "goal": None, "metric": "", "folds": 0, "seed": 7}
    assert {name: SETTINGS[name].format(value) for name, value in read.items()} == {
        "trials": "all", "seconds": "10m", "goal": "none", "metric": "auto", "folds": "auto", "seed": "7",
    }  # fmt: skip


def test_settings_of_a_study_of_the_first_version_are_read() -> None:
    kept = {
        "strategy": "optuna:tpe", "trials": 0, "seconds": 0.0, "metric": "f1", "folds": 5, "seeds": 1,
        "prune": "halving", "seed": 0, "batch": 0, "parallel": 2, "stack": 0,
    }  # fmt: skip
    assert Settings.from_mapping(kept).to_mapping() == {**kept, "ensemble_best": 1}


def test_a_metric_that_is_none_is_answered_with_those_of_each_task() -> None:
    with pytest.raises(
        SettingsError, match=r'metric "gini": allowed: accuracy, f1, loss, .*, mcc \(classification\); r2'
    ):
        Settings(metric="gini")
    shown = CliRunner().invoke(commands, ["search", "--help"], terminal_width=300).output
    assert "brier, mcc (classification); r2, rmse, mae, loss, median_error, mape (regression)" in " ".join(
        shown.split()
    )


def test_command_line_python_and_form_have_the_settings_that_are_declared() -> None:
    flags = {flag for parameter in commands.get_command(None, "search").params for flag in parameter.opts}  # type: ignore[arg-type,union-attr]
    assert {spec.flag for spec in OFFERED.values()} <= flags
    taken = [f for f in vars(api).values() if callable(f) and set(OFFERED) <= set(_parameters(f))]
    assert taken, "no function of search.api takes the settings"
    for task in METRICS:
        entries = setting_entries(task)
        assert [entry.name for entry in entries] == [spec.key for spec in IN_FORM.values()]
        assert all(entry.parse(text) == text for entry in entries for text in entry.choices)
        assert settings_of({entry.name: entry.default for entry in entries}) == Settings(metric=METRICS[task][0])
    assert set(COMPARED) | set(CHANGED) == set(IN_FORM)


def _parameters(function: object) -> list[str]:
    try:
        return list(inspect.signature(function).parameters)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return []


@pytest.mark.parametrize(
    ("rows", "folds"), [(1500, 1), (1499, 5), (10, 5), (9, 4), (8, 4), (5, 2), (4, 2), (3, 1), (2, 1)]
)
def test_automatic_folds_are_as_many_as_the_rows_allow(rows: int, folds: int) -> None:
    assert Settings().for_data("classification", rows).folds == folds
    assert Settings(folds=7).for_data("classification", rows).folds == 7
