"""The lock of a study: one holder, whoever dies and whenever."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from tuitrain.errors import SearchError
from tuitrain.runs import lock as locks
from tuitrain.runs.lock import STALE_SECONDS, Lock


def left_by(path: Path, **changes: Any) -> None:
    """A lock as this process would make it, with changes."""
    lock = Lock(path)
    told = json.loads(path.read_bytes())
    lock.release()
    path.write_text(json.dumps({**told, **changes}))


def dead_process() -> int:
    process = subprocess.Popen(["true"])
    process.wait()
    return process.pid


def test_there_is_one_holder(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    lock = Lock(path)
    assert lock.is_held
    with pytest.raises(SearchError, match=f"is being searched by process {os.getpid()}"):
        Lock(path)
    lock.release()
    assert not path.exists()
    Lock(path).release()


def test_the_lock_of_a_process_that_is_gone_is_taken_over(tmp_path: Path) -> None:
    left_by(tmp_path / "lock", pid=dead_process())
    lock = Lock(tmp_path / "lock")
    assert lock.is_held
    assert [path.name for path in tmp_path.iterdir()] == ["lock"]
    lock.release()


def test_a_number_that_belongs_to_another_process_now_is_seen_through(tmp_path: Path) -> None:
    left_by(tmp_path / "lock", started="1")
    Lock(tmp_path / "lock").release()


def test_a_lock_from_elsewhere_is_believed_until_it_goes_stale(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    left_by(path, host="elsewhere", pid=1, place="elsewhere")
    with pytest.raises(SearchError, match="process 1 on elsewhere"):
        Lock(path)
    before = time.time() - STALE_SECONDS - 1
    os.utime(path, (before, before))
    Lock(path).release()


def test_of_two_that_take_over_a_dead_lock_one_holds_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second saw the dead lock before the first took it, and goes on after that."""
    path = tmp_path / "lock"
    left_by(path, pid=dead_process())
    first: list[Lock] = []
    is_dead = Lock._is_dead

    def slowly(self: Lock, seen: Any) -> bool:
        found = is_dead(self, seen)
        if not first:
            monkeypatch.setattr(Lock, "_is_dead", is_dead)
            first.append(Lock(path))
        return found

    monkeypatch.setattr(Lock, "_is_dead", slowly)
    with pytest.raises(SearchError, match="is being searched by process"):
        Lock(path)
    assert first[0].is_held
    assert [left.name for left in tmp_path.iterdir()] == ["lock"]
    first[0].release()


def test_a_lock_that_was_lost_is_neither_touched_nor_released(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    lock = Lock(path)
    path.write_text("another's")
    assert not lock.is_held
    lock.release()
    assert path.read_text() == "another's"


def test_it_is_kept_alive_whatever_its_process_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locks, "BEAT_SECONDS", 0.01)
    lock = Lock(tmp_path / "lock")
    os.utime(tmp_path / "lock", (0, 0))
    end = time.monotonic() + 10
    while (tmp_path / "lock").stat().st_mtime == 0 and time.monotonic() < end:
        time.sleep(0.01)
    assert (tmp_path / "lock").stat().st_mtime > 0
    lock.release()


def test_it_is_kept_alive_though_the_file_system_fails_for_a_while(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locks, "BEAT_SECONDS", 0.01)
    lock = Lock(tmp_path / "lock")
    failures = iter([None] * 3)

    def fails(path: Path) -> object:
        if next(failures, "over") is None:
            raise SearchError("stale file handle")
        return look(path)

    look = locks._look
    monkeypatch.setattr(locks, "_look", fails)
    end = time.monotonic() + 10
    while next(iter(failures), "over") is None and time.monotonic() < end:
        time.sleep(0.05)
    os.utime(tmp_path / "lock", (0, 0))
    while (tmp_path / "lock").stat().st_mtime == 0 and time.monotonic() < end:
        time.sleep(0.01)
    assert (tmp_path / "lock").stat().st_mtime > 0
    lock.release()


def test_a_full_disk_leaves_no_empty_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, data: bytes) -> None:
        path.touch()
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(SearchError, match="No space left"):
        Lock(tmp_path / "lock")
    assert not list(tmp_path.iterdir())


def test_it_needs_no_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(made: Path, path: Path) -> None:
        raise OSError(errno.EOPNOTSUPP, "Operation not supported")

    monkeypatch.setattr(os, "link", none)
    lock = Lock(tmp_path / "lock")
    with pytest.raises(SearchError, match="is being searched by process"):
        Lock(tmp_path / "lock")
    lock.release()
    assert not list(tmp_path.iterdir())
