"""The command line in this process, for what needs no process of its own: half a second less for each call."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tuitrain import cli


@dataclass(frozen=True)
class Called:
    """What a command answered, as `subprocess.run` has it."""

    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Called]:
    """Run `tuitrain` with these arguments in `tmp_path`; the messages and the exit code are those of the program."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str) -> Called:
        monkeypatch.setattr(sys, "argv", ["tuitrain", *arguments])
        monkeypatch.setenv("COLUMNS", "100")
        code = cli._run()
        return Called(code, *capsys.readouterr())

    return call
