"""Nothing that was trained is lost where standard output or error take nothing, or Ctrl-C comes again."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tuitrain.cli.launch import launch
from tuitrain.cli.progress import TrainingLine
from tuitrain.cli.train import train
from tuitrain.data.loading import load_dataset
from tuitrain.errors import ModelError
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.session.commands import Start
from tuitrain.session.training import TrainingSession

ROOT = Path(__file__).parents[1]
TUITRAIN = f"{sys.executable} -m tuitrain"


def in_shell(command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    shell = ["bash", "-o", "pipefail", "-c", command]
    return subprocess.run(shell, cwd=cwd, env=environment, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.long
@pytest.mark.parametrize(
    ("redirection", "codes"),
    [
        ("| true", {0, 141}),
        ("2>&1 | head -n 1", {0, 141}),
        ("> /dev/full", {1}),
        ("2> /dev/full", {0}),
        (">&- 2>&-", {0}),
    ],
)
def test_a_model_is_saved_though_nothing_can_be_printed(redirection: str, codes: set[int], tmp_path: Path) -> None:
    done = in_shell(f"{TUITRAIN} train iris --epochs 3 --model m.st {redirection}", tmp_path)
    assert (tmp_path / "m.st").stat().st_size > 0
    assert done.returncode in codes
    assert "Traceback" not in done.stderr


def test_a_report_is_printed_though_the_model_cannot_be_saved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(ModelError, match="No space left"):
        train.main(["iris", "--epochs", "2", "--json", "--model", str(tmp_path / "m")], standalone_mode=False)
    assert json.loads(capsys.readouterr().out)["epochs"] == 2


def test_a_progress_line_falls_silent_where_nobody_reads() -> None:
    class Closed(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    session = TrainingSession(load_dataset("iris"), Hyperparameters())
    line = TrainingLine(Closed(), 80)
    line.show(replace(session.snapshot, epoch=1))
    line.finish(replace(session.snapshot, epoch=2))
    session.close()


def test_ctrl_c_during_the_last_evaluation_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    describe = TrainingSession.describe

    def interrupted(session: TrainingSession) -> dict[str, Any]:
        assert (tmp_path / "m").exists()
        os.kill(os.getpid(), signal.SIGINT)
        return describe(session)

    monkeypatch.setattr(TrainingSession, "describe", interrupted)
    code = train.main(["iris", "--epochs", "2", "--json", "--model", str(tmp_path / "m")], standalone_mode=False)
    assert code == 130
    assert json.loads(capsys.readouterr().out)["epochs"] == 2


def test_launch_ends_as_train_does(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def run(dataset: Any, hyperparameters: Hyperparameters, **_: Any) -> Any:
        session = TrainingSession(dataset, hyperparameters)
        session.send(Start())
        while session.snapshot.state in {"ready", "running"}:
            session.wait(session.snapshot.version, 0.1)
        session.close()
        return SimpleNamespace(session=session, signal=0, study=None)

    monkeypatch.setattr("tuitrain.cli.launch._start_quickly", lambda: None)
    monkeypatch.setattr("tuitrain.ui.launch.check_terminal", lambda **options: None)
    monkeypatch.setattr("tuitrain.ui.launch.run", run)
    arguments = ["diabetes", "--optimizer", "sgd", "--learning-rate", "500", "--quit-when-done"]
    assert launch.main(arguments, standalone_mode=False) == 1
    assert "likely cause is learning rate 500" in capsys.readouterr().err
    assert launch.main(["iris", "--epochs", "1", "--quit-when-done"], standalone_mode=False) == 0


@pytest.mark.parametrize("arguments", ["datasets", "help hyperparameters", "--help"])
def test_a_reader_who_leaves_ends_the_command_quietly(arguments: str, tmp_path: Path) -> None:
    done = in_shell(f"{TUITRAIN} {arguments} | true", tmp_path)
    assert done.returncode in {0, 141}
    assert done.stderr == ""


def test_an_encoding_without_a_sign_gets_it_as_an_escape(tmp_path: Path) -> None:
    done = in_shell(f"PYTHONIOENCODING=latin-1 {TUITRAIN} datasets iris | iconv -f latin1", tmp_path)
    assert done.returncode == 0
    assert "\\u25b8 species" in done.stdout
