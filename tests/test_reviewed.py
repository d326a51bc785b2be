"""What two reviews found: each case as it was reported."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from tests.cli.test_cli import run
from tests.session.test_conformance import until
from tuitrain.data.dataset import Dataset
from tuitrain.data.loading import load_dataset
from tuitrain.engine import Trainer
from tuitrain.engine.divergence import likely_cause
from tuitrain.errors import DataError, HyperparameterError, ModelError
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.runs.model import load_model
from tuitrain.session.commands import Pause, SaveModel, SetHyperparameter, Start, Step
from tuitrain.session.train import train
from tuitrain.session.training import TrainingSession


def test_a_word_means_the_same_whatever_else_the_file_holds(tmp_path: Path) -> None:
    words = ["none", "light", "heavy"]
    rows = "".join(f"{20 + i % 50},{words[i % 3]},{'yes' if i % 3 == 0 else 'no'}\n" for i in range(240))
    (tmp_path / "smoke.csv").write_text("age,smoking,well\n" + rows)
    model = train(load_dataset(str(tmp_path / "smoke.csv")), Hyperparameters(epochs=30)).model
    alone = model.predict_proba([{"age": 40, "smoking": "none"}])
    among = model.predict_proba([{"age": 40, "smoking": "none"}, {"age": 40, "smoking": "light"}])
    assert np.allclose(alone[0], among[0], atol=1e-6)
    assert model.predict([{"age": 40, "smoking": "none"}])[0] == "yes"


def test_leaving_plateau_gives_the_learning_rate_back() -> None:
    trainer = Trainer(load_dataset("iris"), Hyperparameters(schedule="plateau", schedule_patience=1, patience=0))
    for _ in range(60):
        trainer.epoch()
    assert trainer.learning_rates[0] < 0.01
    trainer.set(0, "schedule", "constant")
    trainer.epoch()
    assert trainer.learning_rates[0] == 0.01


@pytest.mark.parametrize("rows", [2048, 2049])
def test_idle_units_are_counted_on_many_rows(rows: int) -> None:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(rows + 400, 4)).astype(np.float32)
    y = (X[:, 0] > 0).astype(np.int64)
    part = [SimpleNamespace(X=X[a:b], y=y[a:b]) for a, b in ((0, 400), (400, rows + 400))]
    data: Any = SimpleNamespace(task="classification", train=part[0], validation=part[1], n_classes=2, target_scale=1.0)
    assert np.nanmax(Trainer(data, Hyperparameters(hidden_layers=(32,))).epoch().idle_shares) < 0.2


@pytest.mark.parametrize("epochs", [2, 3])
def test_an_explosion_in_the_last_step_is_a_divergence(epochs: int) -> None:
    h = Hyperparameters(optimizer="sgd", learning_rate=1000, batch_size="full", epochs=epochs)
    assert train(load_dataset("diabetes", validation=0), h).ending == "diverged"


def test_a_divergence_blames_c_only_where_its_penalty_is_large() -> None:
    h = Hyperparameters(loss="hinge", C=0.001)
    assert likely_cause(h, 0.01, 10_000) == "learning_rate"
    assert likely_cause(h, 0.01, 2) == "C"


def test_members_of_a_stack_that_went_on_are_not_reopened() -> None:
    trainer = Trainer(load_dataset("iris"), [Hyperparameters(epochs=2), Hyperparameters(epochs=5)])
    while not trainer.is_done:
        trainer.epoch()
    with pytest.raises(HyperparameterError, match="cannot go on from there"):
        trainer.set(0, "epochs", 9)


def test_bad_commands_are_refused_and_training_lives_on(tmp_path: Path) -> None:
    session = TrainingSession(load_dataset("iris"), Hyperparameters())
    session.send(Step(batches=3))
    until(session, lambda s: s.step == 3)
    for command in (SetHyperparameter("seed", -1), SetHyperparameter("lerning_rate", 1), SaveModel(Path("a\0b"))):
        session.send(command)
    session.send(SaveModel(tmp_path / "m"))
    session.send(Step(batches=1))
    assert until(session, lambda s: s.step == 4).step == 4
    assert [bool(entry.refused) for entry in session.journal] == [False, True, True, True, False, False]
    session.close()


def test_a_setting_right_after_the_start_does_not_cancel_it() -> None:
    session = TrainingSession(load_dataset("iris"), Hyperparameters(epochs=100_000, patience=0))
    session.send(Start())
    session.send(SetHyperparameter("learning_rate", 0.02))
    assert until(session, lambda s: s.epoch > 2).epoch > 2
    assert session.snapshot.hyperparameters.learning_rate == 0.02
    session.send(Pause())
    session.close()


def test_a_view_asked_for_during_another_is_computed() -> None:
    session = TrainingSession(load_dataset("iris"), Hyperparameters())
    session.send(Step(epochs=1))
    until(session, lambda s: s.epoch == 1 and not s.is_running)
    look, has_begun, may_end = session._training.live.look, threading.Event(), threading.Event()

    def slowly(*arguments: Any, **rest: Any) -> None:
        has_begun.set()
        may_end.wait(60)
        look(*arguments, **rest)

    session._training.live.look = slowly  # type: ignore[method-assign]
    session.watch({"parameters"})
    assert has_begun.wait(60)
    session.watch({"metric"})
    may_end.set()
    assert until(session, lambda s: s.metric_view is not None).metric_view is not None
    session.close()


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
def test_wrong_values_in_toml_are_told(text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_text(text)
    done = run("train", "iris", "--config", "c.toml", cwd=tmp_path)
    assert message in done.stderr
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


def test_predictions_do_not_replace_what_they_are_made_from(tmp_path: Path) -> None:
    run("train", "iris", "--epochs", "2", "--model", "m", cwd=tmp_path)
    (tmp_path / "new.csv").write_text("sepal length cm,sepal width cm,petal length cm,petal width cm\n5,3,1,0.2\n")
    done = run("predict", "m", "new.csv", "-o", "new.csv", cwd=tmp_path)
    assert "is the input; choose another output file" in done.stderr
    assert load_model(tmp_path / "m").predict([[5, 3, 1, 0.2]])


def test_a_full_standard_output_is_told_in_one_line() -> None:
    command = f"{sys.executable} -m tuitrain train iris --epochs 2 --json > /dev/full"
    done = subprocess.run(
        command, shell=True, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[1]
    )
    assert "cannot write: No space left on device" in done.stderr
    assert "Traceback" not in done.stderr
    assert done.returncode == 1


def test_the_target_is_named_and_guesses_are_told() -> None:
    done = run("train", "iris", "--epochs", "2", "--json")
    assert 'note: predicting "species", 3 classes (guessed' in done.stderr
    assert json.loads(done.stdout)["target"] == "species"


def test_a_network_larger_than_the_memory_is_refused_at_once() -> None:
    done = run("train", "iris", "--hidden-layers", "65536x65536x65536x65536x65536")
    assert "GiB; this machine has" in done.stderr
    assert done.returncode == 2


def test_evaluating_tells_what_it_measured(tmp_path: Path) -> None:
    X = np.arange(40.0)[:, None]
    model = train(Dataset.from_arrays(X, 2 * X[:, 0] + 0.5, task="regression"), Hyperparameters(epochs=3)).model
    model.save(tmp_path / "m")
    name = model.preprocessing.source_names[0]
    (tmp_path / "t.csv").write_text(f"{name},{model.target_name}\n1,2.5\n2,\n")
    done = run("evaluate", "m", "t.csv", "--json", cwd=tmp_path)
    found = json.loads(done.stdout)
    assert (found["rows"], found["r2"]) == (1, None)
    assert "1 of 2 rows" in done.stderr


def test_rows_that_are_none_are_refused() -> None:
    with pytest.raises(DataError, match="expected rows"):
        train("iris", Hyperparameters(epochs=1)).model.predict(3)
