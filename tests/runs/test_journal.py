"""The journal: what was written whole is there, whatever happened to the rest, and whoever wrote it."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tuitrain.errors import SearchError
from tuitrain.runs.journal import Journal


def names(path: Path) -> list[str]:
    return [event["event"] for event in Journal(path).read()]


def test_a_line_cut_short_is_lost_and_no_other(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j")
    journal.append([{"event": "a"}, {"event": "b"}])
    journal.close()
    whole = (tmp_path / "j").read_bytes()
    for cut in range(len(whole)):
        (tmp_path / "j").write_bytes(whole[:cut])
        again = Journal(tmp_path / "j")
        assert len(again.read()) == whole[:cut].count(b"\n")
        again.append([{"event": "c"}])
        again.close()
        assert names(tmp_path / "j")[-1] == "c"


def test_a_line_that_is_no_event_is_told_with_its_number(tmp_path: Path) -> None:
    (tmp_path / "j").write_bytes(b'{"event":"a"}\nnonsense\n{"event":"b"}\n')
    with pytest.raises(SearchError, match='line 2: "nonsense"'):
        Journal(tmp_path / "j").read()


def test_a_journal_that_is_closed_and_opened_again_loses_nothing(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j")
    for name in "abc":
        journal.append([{"event": name}])
        journal.close()
    assert names(tmp_path / "j") == ["a", "b", "c"]


def test_what_another_process_wrote_is_read_on_and_never_cut_off(tmp_path: Path) -> None:
    journal, other = Journal(tmp_path / "j"), Journal(tmp_path / "j")
    other.append([{"event": "a"}, {"event": "b"}])
    with pytest.raises(SearchError, match="another process has written"):
        journal.append([{"event": "c"}])
    assert [event["event"] for event in journal.read()] == ["a", "b"]
    assert journal.read() == []
    journal.append([{"event": "c"}])
    assert names(tmp_path / "j") == ["a", "b", "c"]


def half_a_line(write: Callable[[int, bytes], int]) -> Callable[[int, bytes], int]:
    def failing(file: int, data: bytes) -> int:
        write(file, bytes(data)[: len(data) // 2])
        raise OSError(errno.ENOSPC, "No space left on device")

    return failing


def no_sync(file: int) -> None:
    raise OSError(errno.EIO, "Input/output error")


@pytest.mark.parametrize("kind", ["write", "fsync"])
def test_an_event_that_cannot_be_written_leaves_nothing_behind(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = Journal(tmp_path / "j")
    journal.append([{"event": "a"}])
    with monkeypatch.context() as patch:
        patch.setattr(os, kind, half_a_line(os.write) if kind == "write" else no_sync)
        with pytest.raises(SearchError, match="cannot be written"):
            journal.append([{"event": "b"}])
        assert names(tmp_path / "j") == ["a"]
    journal.append([{"event": "c"}])
    assert names(tmp_path / "j") == ["a", "c"]


def test_text_that_is_no_text_is_kept(tmp_path: Path) -> None:
    event: dict[str, Any] = {"event": "a", "message": os.fsdecode(b"caf\xe9.csv")}
    Journal(tmp_path / "j").append([event])
    assert Journal(tmp_path / "j").read() == [event]
