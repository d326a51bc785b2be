"""Symbolic links: a study does not write through them, a model that the user saves does, and nothing is left half.

Pipes in the place of a study's files: they are not waited for.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tuitrain import load_model
from tuitrain.errors import ModelError, TuitrainError
from tuitrain.runs.files import write_whole
from tuitrain.runs.holder import Holder, is_held
from tuitrain.runs.model import check_writable
from tuitrain.search.api import run_study
from tuitrain.search.study.opening import study_dataset
from tuitrain.search.study.study import Study

FILES = Path(__file__).parents[2] / "compatibility" / "files"
MODEL = FILES / "models" / "hinge.safetensors"


@pytest.fixture
def study(tmp_path: Path) -> Path:
    shutil.copytree(FILES / "studies" / "bayesian", tmp_path / "study")
    return tmp_path / "study"


def moved_behind_link(file: Path) -> Path:
    """Put a link in the place of a file; gives where the file is now."""
    target = file.parent.parent / f"target of {file.name}"
    if file.exists():
        file.rename(target)
    else:
        target.write_text("somebody else's")
    file.symlink_to(target)
    return target


@pytest.mark.parametrize("name", ["journal.jsonl", "lock", "best.safetensors"])
def test_a_study_is_read_through_a_link_and_never_written(name: str, study: Path) -> None:
    if name == "best.safetensors":  # so that it is to be made anew
        (study / name).write_text("no model")
    target = moved_behind_link(study / name)
    before = target.read_bytes()
    assert len(Study(study).trials) == 12
    opened = Study(study)
    with pytest.raises(TuitrainError, match=f"{name}: is a symbolic link to .*target of {name}"):
        run_study(opened, study_dataset(opened))
    assert target.read_bytes() == before
    assert (study / name).is_symlink()
    assert not is_held(study)


def test_a_study_file_that_is_a_link_is_not_replaced(study: Path) -> None:
    target = moved_behind_link(study / "study.toml")
    before = target.read_bytes()
    opened = Study(study)
    with opened.writing(), pytest.raises(TuitrainError, match=r"study\.toml: is a symbolic link"):
        opened.replace_space(opened.space)
    assert target.read_bytes() == before


def test_a_journal_that_becomes_a_link_later_is_not_written(study: Path) -> None:
    opened = Study(study)
    with opened.writing():
        target = moved_behind_link(study / "journal.jsonl")
        before = target.read_bytes()
        with pytest.raises(TuitrainError, match="is a symbolic link"):
            opened.exhaust()
    assert target.read_bytes() == before


def test_a_lock_that_leads_nowhere_is_told(tmp_path: Path) -> None:
    (tmp_path / "lock").symlink_to("nowhere")
    with pytest.raises(TuitrainError, match="lock: is a symbolic link to nowhere"):
        Holder(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["lock"]


def test_a_model_is_saved_behind_a_link(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    link, target = tmp_path / "latest.safetensors", tmp_path / "there" / "m.safetensors"
    link.symlink_to("there/m.safetensors")
    check_writable(link)
    model = load_model(MODEL)
    model.save(link)  # there was nothing behind it
    assert target.read_bytes() == model.to_bytes()
    target.write_bytes((FILES / "models" / "classification.safetensors").read_bytes())
    check_writable(link)
    model.save(link)
    assert target.read_bytes() == model.to_bytes()
    assert link.is_symlink()
    assert os.listdir(tmp_path / "there") == ["m.safetensors"]  # noqa: PTH208


def test_what_is_behind_a_link_and_is_no_model_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "m.safetensors").symlink_to("notes.txt")
    with pytest.raises(ModelError, match="already exists and is not a model"):
        check_writable(tmp_path / "m.safetensors")


def test_a_model_that_cannot_be_written_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "m.safetensors"
    target.write_bytes(b"as before")
    (tmp_path / "link").symlink_to(target)

    def full(file: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ModelError, match="No space left"):
        load_model(MODEL).save(tmp_path / "link")
    assert target.read_bytes() == b"as before"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link", "m.safetensors"]


def test_a_link_that_leads_back_to_itself_is_told(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    for action in (load_model(MODEL).save, check_writable):
        with pytest.raises(ModelError, match="leads back to itself"):
            action(tmp_path / "a")


def test_a_file_that_is_written_whole_takes_the_place_of_a_link(tmp_path: Path) -> None:
    (tmp_path / "target").write_text("mine")
    (tmp_path / "link").symlink_to("target")
    write_whole(tmp_path / "link", b"new")
    assert (tmp_path / "target").read_text() == "mine"
    assert not (tmp_path / "link").is_symlink()


def resumed(study: Path) -> subprocess.CompletedProcess[str]:
    """Go on with a study in another process, which may hang."""
    command = [sys.executable, "-m", "tuitrain", "search", "--resume", str(study), "--jobs", "0"]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.parametrize(
    "name", ["lock", *(pytest.param(name, marks=pytest.mark.long) for name in ("study.toml", "journal.jsonl"))]
)
def test_a_pipe_in_the_place_of_a_file_is_refused(name: str, study: Path) -> None:
    (study / name).unlink(missing_ok=True)
    os.mkfifo(study / name)
    done = resumed(study)
    assert (done.returncode, done.stdout) == (1, "")
    doing = "written" if name == "lock" else "read"
    assert done.stderr.endswith(f"{name}: cannot be {doing}: is not a regular file\n")


def test_a_pipe_in_the_place_of_the_best_model_is_replaced(study: Path) -> None:
    (study / "best.safetensors").unlink()
    os.mkfifo(study / "best.safetensors")
    assert resumed(study).returncode == 0
    assert load_model(study / "best.safetensors").dataset_name


@pytest.mark.long
def test_data_that_came_through_a_pipe_are_not_waited_for(study: Path, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    told = (study / "study.toml").read_text()
    assert told.count('source = "diabetes"') == 1
    (study / "study.toml").write_text(told.replace('source = "diabetes"', f'source = "{tmp_path}/pipe.csv"'))
    done = resumed(study)
    assert done.returncode == 1
    assert "pipe.csv: is not a regular file, and cannot be read again" in done.stderr
