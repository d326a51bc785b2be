"""A search bears a kill and a failure at every operation on its files, and comes to the same."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.plain import plain, plain_dataset
from tests.search.killed import outcome
from tests.session.kept import CountingDisk, in_a_child
from tuitrain.errors import TuitrainError
from tuitrain.options.search_settings import Settings
from tuitrain.runs.run import BEST, RUN, read_run
from tuitrain.search import room
from tuitrain.search.api import conducting, run_study
from tuitrain.search.conductor import SearchProgress
from tuitrain.search.space.space import Space
from tuitrain.search.study.opening import create_study, study_dataset
from tuitrain.search.study.study import Study

KILLED = 9
IRIS = plain_dataset("iris")
EVERY = pytest.mark.parametrize("stride", [7, pytest.param(1, marks=pytest.mark.long)])


@pytest.fixture(autouse=True)
def _tries_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "SECONDS", 0.0)


def begun(folder: Path, disk: CountingDisk) -> Study:
    """Make a study."""
    settings = Settings(strategy="random", trials=4, folds=1, stack=2, batch=2)
    space = Space({"learning_rate": "1e-3..1"}, plain(hidden_layers=(4,), epochs=2, patience=0))
    return create_study(folder / "s", space, settings, IRIS, tried=[{"learning_rate": 0.05}], disk=disk)


def search(folder: Path, disk: CountingDisk, on_progress: Callable[[SearchProgress], object] | None = None) -> None:
    """Make a study and search it to its end."""
    run_study(begun(folder, disk), IRIS, on_progress=on_progress)


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
        with (
            pytest.raises(TuitrainError, match=os.strerror(number)) if number == errno.EIO else suppress(TuitrainError)
        ):
            search(folder, disk)  # a full disk is waited for, once it is searched
        if not (folder / "s").exists():
            continue
        if json.loads((folder / "s" / RUN).read_text())["status"] != "done":
            go_on(folder / "s")
        assert content(folder / "s") == expected, at


@EVERY
def test_a_search_waits_for_room_and_says_so(stride: int, undisturbed: tuple[list[Any], int], tmp_path: Path) -> None:
    """Where it is searched, any operation may find the disk full until there is room; nothing is lost or done twice."""
    expected, count = undisturbed
    waited = 0
    for at in range(1, count + 1, stride):
        folder = tmp_path / f"{at}"
        folder.mkdir()
        told: list[str] = []

        def full(number: int, name: str, at: int = at, told: list[str] = told) -> None:
            if number >= at and not told:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        def look(progress: SearchProgress, told: list[str] = told) -> None:
            told[:] = progress.notices

        try:
            search(folder, CountingDisk(full), look)
        except TuitrainError:  # before it is searched, or when it ends
            continue
        assert told[0] == f"no room on the disk: the search waits; what {folder / 's'} holds is kept"
        assert told[1:] in ([], ["there is room on the disk again: the search goes on"])
        assert content(folder / "s") == expected, at
        waited += 1
    assert waited > count // stride // 4  # the others are made before it is searched, or at its end


def test_a_search_that_is_stopped_on_a_full_disk_ends_and_can_be_resumed(
    undisturbed: tuple[list[Any], int], tmp_path: Path
) -> None:
    expected, count = undisturbed

    def full(number: int, name: str) -> None:
        if number > count // 2:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    study = begun(tmp_path, CountingDisk(full))
    with pytest.raises(TuitrainError, match="No space left"), conducting(study, IRIS) as conductor:
        while not conductor.progress().notices:
            assert conductor.step(0.1)
        conductor.ask_to_stop()
        while conductor.step(0.1):
            pass
    go_on(tmp_path / "s")
    assert content(tmp_path / "s") == expected
