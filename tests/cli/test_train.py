"""`tuitrain train`: what is refused before it trains, and what it writes."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Called
from tests.cli.test_cli import run
from tuitrain.errors import ModelError
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.session.train import train


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[data]\nvalidation = "much"', 'validation: "much" is not a number; allowed: 0 to below 1'),
        ("[data]\nsplit_seed = 1.5", "is not a whole number"),
        ("[data]\ntarget = 3", "target: 3 is not a text"),
        ("hidden_layers = 1.5", "hidden layers: 1.5 units"),
        ("hidden_layers = [inf]", "hidden layers: inf units"),
        ('hidden_layers = ["a"]', 'hidden layers: "a" units'),
        ("hidden_layers = [[1]]", "hidden layers: [1] units"),
        (f"x = {'[' * 5000}{']' * 5000}", "nested too deeply"),
        (f"learning_rate = 1{'0' * 400}", "learning rate: inf is not a finite number"),
    ],
)
def test_wrong_values_in_toml_are_told(text: str, message: str, tmp_path: Path, call: Callable[..., Called]) -> None:
    (tmp_path / "c.toml").write_text(text)
    done = call("train", "iris", "--config", str(tmp_path / "c.toml"))
    assert message in done.stderr
    assert done.returncode == 2


def test_a_configuration_without_end_is_refused(call: Callable[..., Called]) -> None:
    done = call("train", "iris", "--config", "/dev/zero")
    assert "/dev/zero: is too large for a configuration" in done.stderr
    assert done.returncode == 2


def test_what_cannot_be_saved_is_told_before_training(tmp_path: Path) -> None:
    done = run("train", "digits", "--patience", "0", "--epochs", "100000", "--model", "no/such/m", cwd=tmp_path)
    assert "cannot be written" in done.stderr
    (tmp_path / "own.csv").write_text("a,b\n1,2\n")
    done = run("train", "iris", "--model", "own.csv", cwd=tmp_path)
    assert "already exists and is not a model" in done.stderr
    assert (tmp_path / "own.csv").read_text() == "a,b\n1,2\n"
    (tmp_path / "folder" / "m").mkdir(parents=True)
    with pytest.raises(ModelError, match="cannot be written"):
        train("iris", Hyperparameters(epochs=1)).model.save(tmp_path / "folder" / "m")
    assert [path.name for path in (tmp_path / "folder").iterdir()] == ["m"]


def test_a_diverged_training_replaces_no_model(tmp_path: Path) -> None:
    assert run("train", "iris", "--epochs", "2", "--model", "m", cwd=tmp_path).returncode == 0
    before = (tmp_path / "m").read_bytes()
    done = run("train", "iris", "--optimizer", "sgd", "--learning-rate", "1000", "--model", "m", cwd=tmp_path)
    assert done.returncode == 1
    assert "RuntimeWarning" not in done.stderr
    assert (tmp_path / "m").read_bytes() == before


def test_a_full_standard_output_is_told_in_one_line() -> None:
    command = f"{sys.executable} -m tuitrain train iris --epochs 2 --json > /dev/full"
    done = subprocess.run(
        command, shell=True, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2]
    )
    assert "cannot write: No space left on device" in done.stderr
    assert "Traceback" not in done.stderr
    assert done.returncode == 1


def test_the_target_is_named_and_guesses_are_told(tmp_path: Path) -> None:
    done = run("train", "iris", "--epochs", "2", "--json")
    assert done.stderr.count('note: predicting "species", 3 classes') == 1 and "guessed" not in done.stderr
    assert json.loads(done.stdout)["target"] == "species"
    path = tmp_path / "own.csv"
    path.write_text("a,b,c\n" + "".join(f"{n},{n * n},{'rb'[n % 2]}\n" for n in range(40)))
    guessed = run("train", str(path), "--epochs", "2").stderr
    assert guessed.count("predicting") == 1 and 'predicting "c", 2 classes (guessed: it is the last column' in guessed
    assert "guessed" not in run("train", str(path), "--target", "c", "--epochs", "2").stderr


def test_a_network_larger_than_the_memory_is_refused_at_once() -> None:
    done = run("train", "iris", "--hidden-layers", "65536x65536x65536x65536x65536")
    assert "GiB are free" in done.stderr
    assert done.returncode == 2


FAULTY = ("train", "xor", "--initializer", "zeros", "--hidden-layers", "8", "--epochs", "12", "--learning-rate", "0.03")


def test_the_report_ends_with_what_was_amiss_and_the_options_that_mend_it(call: Callable[..., Called]) -> None:
    told = call(*FAULTY).stdout.splitlines()[-3:]
    assert told[0].startswith("! symmetric start")
    assert told[1].startswith("  try --initializer auto")
    assert told[2] == "  more: tuitrain help symmetric_start"


def test_the_full_diagnosis_tries_the_remedy_out(call: Callable[..., Called]) -> None:
    first = json.loads(call(*FAULTY, "--diagnose", "full", "--json").stdout)["findings"][0]
    assert first["kind"] == "symmetric_start"
    assert first["remedies"][0]["text"].endswith("better")
    tried = next(figure for figure in first["evidence"] if "--initializer auto" in figure["name"])
    assert tried["value"] > tried["limit"]
