"""The command line, run as a user runs it: in processes of their own."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Called

COMMAND = [sys.executable, "-m", "tuitrain"]


def run(*arguments: str, cwd: Path | None = None, data: bytes | None = None) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "COLUMNS": "100"}
    done = subprocess.run(
        [*COMMAND, *arguments], cwd=cwd, input=data, capture_output=True, env=environment, timeout=120, check=False
    )
    result = subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())
    assert "Traceback" not in result.stderr, result.stderr
    return result


def test_help_needs_none_of_the_heavy_packages() -> None:
    program = """
import sys, tuitrain.cli
sys.argv = ["tuitrain", "--help"]
try:
    tuitrain.cli.main()
except SystemExit:
    print([name for name in ("numpy", "textual", "plotext", "safetensors") if name in sys.modules])
"""
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert found.strip().endswith("[]")


def test_train_prints_one_json_object_and_nothing_else(tmp_path: Path) -> None:
    done = run("train", "iris", "--epochs", "40", "--encode-numbers", "standard", "--json", cwd=tmp_path)
    found = json.loads(done.stdout)
    assert done.returncode == 0
    assert {"dataset", "task", "epochs", "best_epoch", "parameters", "seconds", "samples_per_second"} <= set(found)
    for part in ("train", "validation", "test"):
        assert {"loss", "accuracy"} <= set(found[part])
    assert found["parameters"] == 4 * 64 + 64 + 64 * 32 + 32 + 32 * 3 + 3
    assert found["test"]["accuracy"] > 0.8


@pytest.mark.long
def test_the_same_run_gives_the_same_model_bits(tmp_path: Path) -> None:
    for name in ("a", "b"):
        assert run("train", "moons", "--epochs", "5", "--dropout", "0.1", "--model", name, cwd=tmp_path).returncode == 0
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_all_wrong_hyperparameters_are_told_at_once() -> None:
    done = run("train", "iris", "--learning-rate", "-1", "--optimizer", "adm")
    assert done.returncode == 2
    assert "learning rate: -1 is not above 0" in done.stderr
    assert 'optimiser "adm": did you mean adam?' in done.stderr


@pytest.mark.parametrize(
    ("arguments", "message", "code"),
    [
        (["train", "irsi"], "did you mean iris?", 1),
        (["train", "nothing.csv"], "no such file", 1),
        (["train"], "name a dataset", 2),
        (["train", "sine", "--loss", "hinge"], "needs classes", 2),
        (["train", "iris", "--target", "specie"], "did you mean species?", 1),
        (["predict", "nothing.safetensors", "iris"], "no such file", 1),
        (["help", "zzzzzz"], "tuitrain help words lists all words", 2),
        (["train", "iris", "--config", "nothing.toml"], "cannot be read", 2),
        (["train", "iris", "--scale", "zz"], "allowed: standard, minmax, none", 2),
        (["train", "iris", "--task", "zz"], "allowed: classification, regression", 2),
        (["train", "iris", "--validation", "-1"], "validation: -1 is not at least 0; allowed: 0 to below 1", 2),
        (["train", "iris", "--delimiter", "dot"], "allowed: comma, semicolon", 2),
        (["train", "iris", "--model", "~nouser/x"], "is not a user's directory", 1),
        (["evaluate", "~nouser/x", "iris"], "is not a user's directory", 1),
    ],
)
def test_what_is_wrong_is_said_in_one_message(
    arguments: list[str], message: str, code: int, call: Callable[..., Called]
) -> None:
    done = call(*arguments)
    assert message in done.stderr
    assert done.returncode == code
    assert done.stdout == ""


def test_the_screen_needs_a_terminal() -> None:
    done = run("launch", "iris")
    assert "use: tuitrain train" in done.stderr
    assert (done.returncode, done.stdout) == (1, "")


def test_a_table_of_ones_own_from_training_to_prediction(tmp_path: Path) -> None:
    rows = [[i % 7, "red" if i % 2 else "blue", "yes" if i % 2 else "no"] for i in range(80)]
    with (tmp_path / "own.csv").open("w", newline="") as file:
        csv.writer(file).writerows([["size", "colour", "bought"], *rows])
    assert run("train", "own.csv", "--epochs", "60", "--model", "m.safetensors", cwd=tmp_path).returncode == 0
    (tmp_path / "new.csv").write_text("colour,size,note\nred,3,x\nblue,2,y\ngreen,1,z\n")
    assert run("predict", "m.safetensors", "new.csv", "-o", "out.csv", cwd=tmp_path).returncode == 0
    found = list(csv.DictReader((tmp_path / "out.csv").read_text().splitlines()))
    assert [row["prediction"] for row in found[:2]] == ["yes", "no"]
    assert all(abs(float(row["probability yes"]) + float(row["probability no"]) - 1) < 1e-5 for row in found)
    scored = run("evaluate", "m.safetensors", "own.csv", "--json", cwd=tmp_path)
    assert json.loads(scored.stdout)["accuracy"] == 1.0


def test_standard_input_is_a_table_too() -> None:
    text = "a,y\n" + "".join(f"{i},{2 * i + 0.5}\n" for i in range(60))
    found = json.loads(run("train", "-", "--epochs", "20", "--json", data=text.encode()).stdout)
    assert (found["dataset"], found["task"]) == ("standard input", "regression")


def test_config_is_toml_that_train_takes_and_options_have_the_last_word(tmp_path: Path) -> None:
    text = run("config", "--hidden-layers", "8x4", "--epochs", "7").stdout
    parsed: dict[str, Any] = tomllib.loads(text)
    assert parsed["network"]["hidden_layers"] == "8x4"
    (tmp_path / "run.toml").write_text('[data]\ndataset = "xor"\n' + text)
    found = json.loads(run("train", "--config", "run.toml", "--epochs", "3", "--json", cwd=tmp_path).stdout)
    assert found["dataset"] == "xor"
    assert found["epochs"] == 3
    assert found["parameters"] == 2 * 8 + 8 + 8 * 4 + 4 + 4 * 2 + 2


TELLING = """
import pathlib, tuitrain.session.training as training
from tuitrain.cli import main
class Telling(training.TrainingSession):
    def publish(self):
        super().publish()
        if self.snapshot.epoch:
            pathlib.Path("begun").touch()
training.TrainingSession = Telling
main()
"""


def test_ctrl_c_ends_after_the_batch_and_reports_what_there_is(tmp_path: Path) -> None:
    program = [sys.executable, "-c", TELLING]  # the command line, which leaves a file when an epoch is trained
    arguments = [*program, "train", "digits", "--epochs", "100000", "--patience", "0", "--json", "--model", "m"]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    process = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=tmp_path, env=environment)
    try:
        end = time.monotonic() + 60
        while not (tmp_path / "begun").exists():
            assert process.poll() is None
            assert time.monotonic() < end
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        out, errors = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 130, errors
    found = json.loads(out)
    assert found["ending"] == "stopped"
    assert 0 < found["epochs"] < 100000
    assert (tmp_path / "m").exists()


def test_divergence_fails_and_names_the_cause() -> None:
    done = run("train", "diabetes", "--optimizer", "sgd", "--learning-rate", "500", "--json")
    assert done.returncode == 1
    assert "likely cause is learning rate 500" in done.stderr
    assert json.loads(done.stdout)["ending"] == "diverged"


def test_datasets_lists_and_describes() -> None:
    listed = run("datasets").stdout
    assert all(name in listed for name in ("iris", "diabetes", "spiral", "mixed", "regression"))
    described = run("datasets", "iris").stdout
    assert "150 rows × 5 columns" in described
    assert "versicolor" in described


def test_the_reference_page_holds_every_hyperparameter() -> None:
    from tuitrain.options.hyperparameters import FIELDS

    page = run("help", "hyperparameters").stdout
    assert all(spec.label in page for spec in FIELDS.values())


@pytest.mark.parametrize(("typed", "meant"), [("trian", "train"), ("lanch", "launch"), ("Search", "search")])
def test_a_misspelt_command_gets_a_suggestion(typed: str, meant: str) -> None:
    done = run(typed)
    assert done.returncode == 2
    assert f"did you mean {meant}?" in done.stderr


@pytest.mark.parametrize("name", ["renamed.bin", pytest.param("moons.safetensors", marks=pytest.mark.long)])
def test_a_model_in_the_place_of_data_is_told_what_to_do_with_it(tmp_path: Path, name: str) -> None:
    assert run("train", "moons?n=60", "--epochs", "1", "--model", "moons.safetensors", cwd=tmp_path).returncode == 0
    (tmp_path / "moons.safetensors").rename(tmp_path / name)
    said = run("train", name, cwd=tmp_path)
    assert said.returncode == 1
    assert f"tuitrain predict {name} DATA" in said.stderr
    assert f"tuitrain evaluate {name} DATA" in said.stderr
