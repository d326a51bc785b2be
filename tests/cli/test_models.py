"""`tuitrain predict` and `tuitrain evaluate`: which rows are used, and what reaches a terminal."""

from __future__ import annotations

import csv
import dataclasses
import json
import sys
import zipfile
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
from tuitrain.errors import DataError
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
    Path("new.csv").write_text("x1,x2\n-1,0\n-1,1\n")
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
        "findings": [],
    }  # fmt: skip
    lines = training_summary(found).splitlines()
    assert lines[0].startswith("d: 1 epoch in ")
    assert lines[1].endswith("loss not finite  r2 not finite")
    assert lines[2].endswith("r2 undefined (one row)")
    assert lines[3].endswith("r2 undefined (the target hardly varies in these rows)")


def test_errors_of_prices_are_written_without_powers_of_ten() -> None:
    found = {
        "dataset": "houses", "epochs": 1, "best_epoch": 1, "parameters": 1, "seconds": 0.0,
        "rows": {"train": 9, "validation": 0, "test": 0}, "train": {"rmse": 39930.18, "mae": 4e13, "loss": 0.052},
    }  # fmt: skip
    assert training_summary(found).splitlines()[1].split() == [
        "train", "rmse", "39930", "mae", "4e+13", "loss", "0.0520",
    ]  # fmt: skip


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


@pytest.fixture
def people(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A model `m` of people with an id, an income of 1000 to 1039, a town, a boolean, and two classes."""
    monkeypatch.chdir(tmp_path)
    rows = [f"p{n},{1000 + n},{('Ulm', 'Bonn')[n % 2]},{('no', 'yes')[n % 3 == 0]},{'ab'[n % 2]}" for n in range(40)]
    Path("people.csv").write_text("\n".join(["id,income,town,member,y", *rows]))
    train(load_dataset("people.csv", "y", drop=["id"]), Hyperparameters(epochs=2)).model.save("m")
    return tmp_path


def test_the_columns_of_the_table_are_kept_beside_the_prediction(
    people: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("new.csv").write_text("town,id,income,member\nUlm,007,1001,yes\nBonn,008,,no\n")
    called(predict, "m", "new.csv", "--id", "id", "-o", "out.csv")
    lines = Path("out.csv").read_text().splitlines()
    assert lines[0] == "id,prediction,probability a,probability b"
    assert [line.split(",")[0] for line in lines[1:]] == ["007", "008"]
    called(predict, "m", "new.csv", "--keep")
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("town,id,income,member,prediction,")
    assert lines[2].startswith("Bonn,008,,no,")


@pytest.mark.parametrize("how", ["while read", "type contradicted", "from a zip", "from stdin", "model of arrays"])
def test_kept_cells_stand_as_they_are_written_however_the_table_is_read(
    how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    columns: dict[str, list[str]] = {
        "member": ["no", "yes", "no", "no"] * 10, "x1": [f'"$1,0{n}"' for n in range(10, 50)], "y": ["a", "b"] * 20,
    }  # fmt: skip
    Path("old.csv").write_text("\n".join(map(",".join, [columns, *zip(*columns.values(), strict=True)])))
    data = load_dataset("old.csv", "y")
    if how == "model of arrays":  # which calls its columns x1, x2
        data = Dataset.from_arrays(np.arange(1010.0, 1050)[:, None], np.arange(40) % 2)
    train(data, Hyperparameters(epochs=1)).model.save("m")
    cells = [["yes", "007", "$1,020", "1.50"], ["no", "NA", "", "2e1"], ["no", "9", "$1,030", "-"]]
    with Path("new.csv").open("w", newline="") as file:
        csv.writer(file).writerows([["member", "id", "x1", "note"], *cells])
    with zipfile.ZipFile("new.zip", "w") as archive:
        archive.write("new.csv")
    source, options = {"from a zip": "new.zip", "from stdin": "-"}.get(how, "new.csv"), list[str]()
    if how in {"type contradicted", "from stdin"}:
        options = ["--type", "member=text"]
    with Path("new.csv").open("rb") as file:
        monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=file, isatty=lambda: False))
        called(predict, "m", source, "--keep", *options, "-o", "out.csv")
    with Path("out.csv").open(newline="") as file:
        rows = list(csv.reader(file))
    assert [row[:4] for row in rows[1:]] == cells


def test_what_training_did_not_see_is_counted_and_what_the_model_ignores_is_not_told(
    people: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("new.csv").write_text("town,id,income,member\nUlm,-,2000,yes\nRom,x,900,no\nBonn,y,3000,no\n")
    called(predict, "m", "new.csv")
    told = capsys.readouterr().err
    assert 'column "income": 2 rows above all training rows, whose highest is 1039' in told
    assert 'column "income": 1 row below all training rows, whose lowest is 100' in told
    assert 'column "town": 1 value not seen in training (such as "Rom")' in told
    assert '"-"' not in told  # a cell of id


def test_rows_of_unknown_classes_are_left_out_of_the_score_and_told(
    people: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("test.csv").write_text("income,town,member,y\n1001,Ulm,no,a\n1002,Bonn,no,b\n1003,Bonn,no,c\n")
    called(evaluate, "m", "test.csv", "--json")
    told = capsys.readouterr()
    assert json.loads(told.out)["rows"] == 2
    assert '1 row with class "c", which training did not see, left out of the score' in told.err
    dataset = load_dataset("people.csv", "y", drop=["id"], test_file="test.csv")
    assert len(dataset.test) == 2
    assert any("left out of the score" in notice for notice in dataset.notices)


def test_a_mapping_without_a_needed_key_is_refused(people: Path) -> None:
    row = {"income": 1001, "town": "Ulm", "member": "yes"}
    model = load_model("m")
    assert len(model.predict([row, {**row, "town": None}])) == 2
    with pytest.raises(DataError, match='row 2 has no column "town"'):
        model.predict([row, {"income": 1001, "member": "yes"}])


@pytest.fixture
def nameless(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A model `m` of a table without header whose first column is the class, 1 or 2."""
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    rows = [f"{1 + n % 2},{n % 2 + rng.normal() / 9:.3f},{rng.normal():.3f}" for n in range(80)]
    Path("train.csv").write_text("\n".join(rows))
    train(load_dataset("train.csv", "column 1"), Hyperparameters(epochs=30)).model.save("m")
    return tmp_path


@pytest.mark.parametrize(
    ("table", "predictions"),
    [
        ("1,1.0,0.3\n2,0.0,0.3\n", ["2", "1"]),  # with the target, as in training
        ("1.0,0.3\n0.0,0.3\n", ["2", "1"]),  # without it
    ],
)
def test_tables_without_header_are_matched_by_place(
    nameless: Path, capsys: pytest.CaptureFixture[str], table: str, predictions: list[str]
) -> None:
    Path("new.csv").write_text(table)
    called(predict, "m", "new.csv")
    assert [line.split(",")[0] for line in capsys.readouterr().out.splitlines()[1:]] == predictions


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("1.0,0.3,900\n0.0,0.3,901\n", '"column 1" was the target in training and holds "1.0" here'),
        ("1.0\n0.0\n", "found 1 column; expected 3 as in training, or 2 without the target"),
        ("a,b,c\n1,1.0,0.3\n2,1.0,0.3\n", "has a header, and the model was trained on a table without one"),
    ],
)
def test_tables_without_header_that_cannot_be_matched_are_refused(nameless: Path, table: str, message: str) -> None:
    Path("new.csv").write_text(table.replace("1.0,0.3,900", "1.5,0.3,900") if "900" in table else table)
    message = message.replace('"1.0"', '"1.5"')
    with pytest.raises(DataError) as caught:
        called(predict, "m", "new.csv")
    assert message in str(caught.value)
