"""A file that cannot be written is a `FileError`, and no fault of the model; a model file is a `ModelError`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click
import pytest

from tuitrain.cli.models import predict
from tuitrain.errors import FileError, ModelError
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.runs.files import expanded, followed, refuse_link, typed_path, whole_file, write_whole
from tuitrain.runs.model import check_writable, load_model
from tuitrain.session.train import train


@pytest.mark.parametrize(
    ("action", "message"),
    [
        (lambda folder: write_whole(folder / "no" / "such", b""), "cannot be written"),
        (lambda folder: expanded("~nobody-of-that-name/x"), "not a user's directory"),
        (lambda folder: followed(folder / "loop"), "leads back to itself"),
        (lambda folder: refuse_link(folder / "loop"), "is a symbolic link"),
        (lambda folder: typed_path(f"{folder}/"), "is a directory"),
    ],
    ids=["write_whole", "expanded", "followed", "refuse_link", "typed_path"],
)
def test_a_file_that_cannot_be_is_a_file_error(action: Callable[[Path], object], message: str, tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(FileError, match=message):
        action(tmp_path)


def test_predictions_that_cannot_be_written_are_no_fault_of_the_model(tmp_path: Path) -> None:
    train("iris", Hyperparameters(epochs=1)).model.save(tmp_path / "m")
    (tmp_path / "new.csv").write_text("sepal length cm,sepal width cm,petal length cm,petal width cm\n5,3,1,0.2\n")
    command = [str(tmp_path / name) for name in ("m", "new.csv")] + ["-o", str(tmp_path / "no" / "such")]
    with pytest.raises(FileError, match="cannot be written"):
        click.Command.main(predict, command, standalone_mode=False)


@pytest.mark.parametrize("action", [load_model, check_writable], ids=["load_model", "check_writable"])
def test_what_concerns_a_model_is_a_model_error(action: Callable[[Path], object], tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="not a user's directory"):
        action(Path("~nobody-of-that-name/m"))


@pytest.mark.parametrize("failure", [KeyboardInterrupt, ValueError])
def test_a_file_written_piece_by_piece_stands_there_whole_or_as_it_was(
    tmp_path: Path, failure: type[BaseException]
) -> None:
    path = tmp_path / "out.csv"
    path.write_text("before")
    with pytest.raises(failure), whole_file(path) as write:
        write(b"half")
        raise failure
    assert {found.name: found.read_text() for found in tmp_path.iterdir()} == {"out.csv": "before"}
    with whole_file(path) as write:
        write(b"one ")
        assert path.read_text() == "before"
        write(b"two")
    assert {found.name: found.read_text() for found in tmp_path.iterdir()} == {"out.csv": "one two"}
