"""What 0.1 wrote stays good: models predict the same, studies open, resume and export, a configuration means the same.

``make_fixtures.py`` says how the files came about. What later versions add may stand beside what 0.1 recorded.
"""

from __future__ import annotations

import csv
import io
import json
import math
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from tuitrain import Hyperparameters, Space, load_model
from tuitrain.cli import commands
from tuitrain.options.configuration import read_configuration
from tuitrain.search.api import run_study
from tuitrain.search.study.opening import study_dataset
from tuitrain.search.study.study import Study

FILES = Path(__file__).parent / "files"
MODELS = sorted(path.stem for path in (FILES / "models").glob("*.safetensors"))
STUDIES = ["bayesian", "grid", "manual"]


def recorded(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    return found


def as_recorded(found: dict[str, Any], of_old: dict[str, Any]) -> dict[str, Any]:
    """The values of the fields that 0.1 knew."""
    return {name: found[name] for name in of_old}


def printed(*arguments: str) -> list[dict[str, str]]:
    """The CSV that a command prints."""
    done = CliRunner().invoke(commands, arguments, catch_exceptions=False)
    assert done.exit_code == 0, done.stderr
    return list(csv.DictReader(io.StringIO(done.stdout)))


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """The studies, where a test may write."""
    shutil.copytree(FILES / "studies", tmp_path / "studies")
    return tmp_path / "studies"


@pytest.mark.parametrize("name", MODELS)
def test_a_model_predicts_what_it_predicted(name: str) -> None:
    path = FILES / "models" / f"{name}.safetensors"
    old, model = recorded(path), load_model(path)
    with path.with_suffix(".csv").open(newline="", encoding="utf-8") as file:
        rows = [{key: value or None for key, value in row.items()} for row in csv.DictReader(file)]
    predicted = model.predict(rows)
    if name == "regression":
        np.testing.assert_allclose(predicted, old["predictions"], rtol=1e-6)
    else:
        assert predicted.tolist() == old["predictions"]
        assert len(set(predicted)) == len(model.class_names)  # so that not just one class is compared
    if "probabilities" in old:
        np.testing.assert_allclose(model.predict_proba(rows), old["probabilities"], rtol=1e-5, atol=1e-6)
    assert model.epoch == old["epoch"]
    assert as_recorded(model.hyperparameters.to_mapping(), old["hyperparameters"]) == old["hyperparameters"]


@pytest.mark.parametrize("name", MODELS)
def test_the_command_line_predicts_it_too(name: str) -> None:
    path = FILES / "models" / f"{name}.safetensors"
    rows = printed("predict", str(path), str(path.with_suffix(".csv")))
    found = [next(iter(row.values())) for row in rows]
    old = recorded(path)["predictions"]
    if name == "regression":
        np.testing.assert_allclose(list(map(float, found)), old, rtol=1e-5)  # as many digits as are printed
    else:
        assert found == old


def test_there_are_the_three_kinds_of_models() -> None:
    assert MODELS == ["classification", "hinge", "of-0.2", "regression"]


@pytest.mark.parametrize("name", STUDIES)
def test_a_study_opens_as_it_was(name: str) -> None:
    study, old = Study(FILES / "studies" / name), recorded(FILES / "studies" / f"{name}.csv")
    assert study.space.to_texts() == old["space"]
    assert as_recorded(study.settings.to_mapping(), old["settings"]) == old["settings"]
    assert [study.best and study.best.number, [trial.number for trial in study.ties]] == [old["best"], old["ties"]]
    assert study.chosen == old["chosen"]
    for trial, hyperparameters, curve in zip(study.trials, old["hyperparameters"], old["curves"], strict=True):
        assert as_recorded(study.hyperparameters(trial).to_mapping(), hyperparameters) == hyperparameters
        assert [None if math.isnan(value) else value for value in trial.curve] == curve


@pytest.mark.parametrize("name", STUDIES)
def test_a_study_is_exported_as_it_was(name: str) -> None:
    check_export(printed("export", str(FILES / "studies" / name), "--to", "csv"), name)


def check_export(rows: list[dict[str, str]], name: str, *, count: int | None = None) -> None:
    """The first `count` rows, None for all, are what 0.1 exported, and so is the order of its columns."""
    with (FILES / "studies" / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        old = list(csv.DictReader(file))
    assert [column for column in rows[0] if column in old[0]] == list(old[0])
    found = [{column: row[column] for column in old[0]} for row in rows]
    assert found[:count] == old[:count]


def test_a_study_that_was_killed_is_resumed_to_its_end(copied: Path) -> None:
    before = Study(copied / "bayesian")
    done = [trial.number for trial in before.trials if trial.is_done]
    assert done == list(range(8))
    assert {trial.state for trial in before.trials} == {"finished", "pruned", "running", "queued"}
    found = run_study(before, study_dataset(before))
    reopened = Study(copied / "bayesian")
    assert len(reopened.trials) == 20
    assert all(trial.is_done for trial in reopened.trials)
    check_export(printed("export", str(copied / "bayesian"), "--to", "csv"), "bayesian", count=len(done))
    assert found.best is not None
    assert found.model is not None
    assert load_model(copied / "bayesian" / "best.safetensors").hyperparameters == found.best_hyperparameters


def test_a_finished_study_goes_on_with_more_trials(copied: Path) -> None:
    arguments = ["search", "--resume", str(copied / "grid"), "--strategy", "random", "--trials", "15", "--jobs", "0"]
    done = CliRunner().invoke(commands, arguments, catch_exceptions=False)
    assert done.exit_code == 0, done.stderr
    rows = printed("export", str(copied / "grid"), "--to", "csv")
    assert [row["by"] for row in rows[13:]] == ["random", "random"]
    check_export(rows, "grid", count=13)


def test_the_best_model_of_a_study_is_used_and_not_trained_again(copied: Path) -> None:
    kept = (copied / "grid" / "best.safetensors").read_bytes()
    study = Study(copied / "grid")
    found = run_study(study, study_dataset(study))
    assert found.test == pytest.approx(recorded(FILES / "studies" / "grid.csv")["chosen"]["test"], rel=1e-6)
    assert (copied / "grid" / "best.safetensors").read_bytes() == kept


def test_a_configuration_means_what_it_meant() -> None:
    path = FILES / "config.toml"
    old, read = recorded(path), read_configuration(path)
    hyperparameters = Hyperparameters.from_mapping(read.hyperparameters)
    assert hyperparameters.resolved() == Hyperparameters.from_record(old["hyperparameters"]).resolved()
    assert {**read.data, "drop": list(read.data["drop"])} == old["data"]
    assert Space(read.space, hyperparameters).to_texts() == old["space"]
