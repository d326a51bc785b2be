"""`tuitrain predict` and `tuitrain evaluate`: which rows are used, and what reaches a terminal."""

from __future__ import annotations

import dataclasses
import json
import sys
from pathlib import Path
from types import SimpleNamespace

import click
import numpy as np
import pytest

from tests.cli.test_cli import run
from tuitrain.cli.models import evaluate, predict
from tuitrain.cli.options import hint_at_typing
from tuitrain.cli.progress import training_summary
from tuitrain.data.dataset import Dataset
from tuitrain.data.loading import load_dataset
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.runs.model import load_model
from tuitrain.session.train import train


def called(command: click.Command, *arguments: str) -> None:
    command.main(list(arguments), standalone_mode=False)


@pytest.fixture
def two_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An archive with a test part of 9 rows, and a model `m` of its training part."""
    monkeypatch.chdir(tmp_path)
    X = np.random.default_rng(0).normal(size=(50, 2))
    y = (X[:, 0] > 0).astype(int)
    np.savez("two.npz", x_train=X[:41], y_train=y[:41], x_test=X[41:], y_test=y[41:])
    train("two.npz", Hyperparameters(epochs=2)).model.save("m")
    return tmp_path


def test_evaluating_uses_the_test_part_and_predicting_the_other_and_both_say_so(
    two_parts: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    called(evaluate, "m", "two.npz")
    told = capsys.readouterr()
    assert told.out.startswith("rows 9 ")
    assert "x_test is used (9 rows), x_train is not" in told.err
    called(predict, "m", "two.npz")
    told = capsys.readouterr()
    assert len(told.out.splitlines()) == 1 + 41
    assert "x_train is used (41 rows), x_test is not" in told.err


def test_no_control_character_reaches_a_terminal(
    two_parts: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    dataclasses.replace(load_model("m"), class_names=("\x1b[31mred", "b")).save("crafted")
    Path("new.csv").write_text("x1,x2\n-9,0\n-8,1\n")
    called(predict, "crafted", "new.csv")
    assert "\x1b[31mred" in capsys.readouterr().out  # data, for a file or a program
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    called(predict, "crafted", "new.csv")
    told = capsys.readouterr()
    assert "\\x1b[31mred" in told.out
    assert "\x1b" not in told.out
    called(predict, "m", "new.csv", "-o", "o\x1b[31m.csv")
    assert capsys.readouterr().err == "2 predictions written to o\\x1b[31m.csv\n"


def test_a_delimiter_is_obeyed(two_parts: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("new.txt").write_text("x1|x2;y\n" * 1 + "1|2;1\n3|4;0\n")
    with pytest.raises(Exception, match="are missing"):
        called(predict, "m", "new.txt", "--delimiter", "semicolon")
    Path("new.txt").write_text("x1|x2\n1|2\n3|4\n")
    called(predict, "m", "new.txt", "--delimiter", "pipe")
    assert len(capsys.readouterr().out.splitlines()) == 3


def test_a_metric_that_is_not_defined_says_why() -> None:
    found = {
        "dataset": "d", "epochs": 1, "seconds": 0.0, "best_epoch": 1, "parameters": 3,
        "rows": {"train": 9, "validation": 1, "test": 2},
        "train": {"loss": None, "r2": None}, "validation": {"loss": 0.5, "r2": None}, "test": {"loss": 0.5, "r2": None},
    }  # fmt: skip
    lines = training_summary(found).splitlines()
    assert lines[0].startswith("d: 1 epoch in ")
    assert lines[1].endswith("loss not finite  r2 not finite")
    assert lines[2].endswith("r2 undefined (one row)")
    assert lines[3].endswith("r2 undefined (the target does not vary)")


def test_the_rows_of_each_part_are_reported(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a,y\n" + "".join(f"{n},{n * n}.5\n" for n in range(7)))
    found = train(load_dataset(tmp_path / "t.csv"), Hyperparameters(epochs=1)).to_json()
    assert found["rows"] == {"train": 5, "validation": 1, "test": 1}
    assert "undefined (one row)" in training_summary(found)


def test_a_keyboard_as_the_table_is_hinted_at(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for is_terminal, lines in ((True, 1), (False, 0)):
        monkeypatch.setattr("sys.stdin", SimpleNamespace(isatty=lambda is_terminal=is_terminal: is_terminal))
        hint_at_typing("iris")
        hint_at_typing("-")
        told = capsys.readouterr().err
        assert told.count("\n") == lines
        assert ("Ctrl-D" in told) is is_terminal


@pytest.mark.long
def test_predictions_do_not_replace_what_they_are_made_from(tmp_path: Path) -> None:
    run("train", "iris", "--epochs", "2", "--model", "m", cwd=tmp_path)
    (tmp_path / "new.csv").write_text("sepal length cm,sepal width cm,petal length cm,petal width cm\n5,3,1,0.2\n")
    done = run("predict", "m", "new.csv", "-o", "new.csv", cwd=tmp_path)
    assert "is the input; choose another output file" in done.stderr
    assert load_model(tmp_path / "m").predict([[5, 3, 1, 0.2]])


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
