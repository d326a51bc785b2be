"""A search bears a kill and a failure at every operation on its files, and comes to the same."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.plain import plain, plain_dataset
from tests.search.killed import outcome
from tests.session.kept import CountingDisk, in_a_child
from tuitrain.errors import TuitrainError
from tuitrain.options.search_settings import Settings
from tuitrain.runs.run import BEST, RUN, read_run
from tuitrain.search.api import run_study
from tuitrain.search.space.space import Space
from tuitrain.search.study.opening import create_study, study_dataset
from tuitrain.search.study.study import Study

KILLED = 9
IRIS = plain_dataset("iris")
EVERY = pytest.mark.parametrize("stride", [7, pytest.param(1, marks=pytest.mark.long)])


def search(folder: Path, disk: CountingDisk) -> None:
    """Make a study and search it to its end."""
    settings = Settings(strategy="random", trials=4, folds=1, stack=2, batch=2)
    space = Space({"learning_rate": "1e-3..1"}, plain(hidden_layers=(4,), epochs=2, patience=0))
    study = create_study(folder / "s", space, settings, IRIS, tried=[{"learning_rate": 0.05}], disk=disk)
    run_study(study, IRIS)


def go_on(path: Path) -> None:
    study = Study(path, CountingDisk())
    run_study(study, study_dataset(study))


def content(path: Path) -> list[Any]:
    """What a search leaves that must not depend on what was in its way."""
    about = {n: v for n, v in read_run(path).about.items() if n not in {"started", "ended", "seconds", "directory"}}
    return [outcome(path), (path / BEST).read_bytes(), about, sorted(entry.name for entry in os.scandir(path))]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Any], int]:
    """Return what a search came to that nothing disturbed, and how many operations it took."""
    folder, disk = tmp_path_factory.mktemp("undisturbed"), CountingDisk()
    search(folder, disk)
    return content(folder / "s"), disk.count


def stopping(at: int, stop: Callable[[], None]) -> CountingDisk:
    """Return a disk that does `stop` before one of the operations, and in the middle of it where it is a write."""

    class Stopping(CountingDisk):
        def write(self, handle: int, data: bytes) -> None:
            if self.count + 1 == at:
                os.write(handle, data[: len(data) // 2])
            super().write(handle, data)

    def before(number: int, name: str) -> None:
        if number == at:
            stop()

    return Stopping(before)


@EVERY
def test_a_kill_before_any_operation_loses_nothing(
    stride: int, undisturbed: tuple[list[Any], int], tmp_path: Path
) -> None:
    expected, count = undisturbed
    begun = 0
    for at in range(1, count + 1, stride):
        folder = tmp_path / f"{at}"
        folder.mkdir()
        assert in_a_child(lambda: search(folder, stopping(at, lambda: os._exit(KILLED)))) == KILLED  # noqa: B023
        if not (folder / "s" / RUN).exists():
            continue  # it had not begun
        begun += 1
        assert read_run(folder / "s").status in {"interrupted", "done"}
        go_on(folder / "s")
        assert content(folder / "s") == expected, at
    assert begun > count // stride // 2


@EVERY
@pytest.mark.parametrize("number", [errno.EIO, errno.ENOSPC])
def test_any_operation_may_fail(number: int, stride: int, undisturbed: tuple[list[Any], int], tmp_path: Path) -> None:
    expected, count = undisturbed

    def fail() -> None:
        raise OSError(number, os.strerror(number))

    for at in range(1 + (number == errno.EIO), count + 1, stride):
        folder = tmp_path / f"{at}"
        folder.mkdir()
        disk = CountingDisk(lambda found, name, at=at: fail() if found == at else None)  # type: ignore[misc]
        with pytest.raises(TuitrainError, match=os.strerror(number)):
            search(folder, disk)
        if not (folder / "s").exists():
            continue
        if json.loads((folder / "s" / RUN).read_text())["status"] != "done":
            go_on(folder / "s")
        assert content(folder / "s") == expected, at
