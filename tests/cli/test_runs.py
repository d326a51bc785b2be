"""Runs on the command line: kept, ended by signals and kills, and continued with the same bits."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.cli.conftest import Called
from tests.plain import plain, plain_dataset
from tests.session.kept import content
from tests.session.test_conformance import until
from tuitrain.cli.presses import Presses
from tuitrain.cli.train import end_by, signals_noted
from tuitrain.runs.model import load_model
from tuitrain.runs.run import METRICS, read_run
from tuitrain.session.commands import Start
from tuitrain.session.keeping import RunPlace
from tuitrain.session.training import TrainingSession

# The command line, with a checkpoint after each epoch.
PROGRAM = """
import sys, tuitrain.cli, tuitrain.session.keeping as keeping
keeping.INTERVAL, keeping.SHARE = 0.0, 1e9
tuitrain.cli.main()
"""
ENDLESS = ("train", "iris", "--epochs", "1000000", "--patience", "0")


def started(folder: Path, *arguments: str) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "TUITRAIN_RUNS": str(folder / "runs")}
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *arguments], cwd=folder, env=environment, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, stdin=subprocess.DEVNULL,
    )  # fmt: skip


def wait_for_epochs(process: subprocess.Popen[bytes], run: Path, least: int = 3) -> None:
    """Wait until so many epochs are written."""
    end = time.monotonic() + 600
    while not (run / METRICS).exists() or (run / METRICS).read_bytes().count(b"\n") < least:
        if process.poll() is not None:
            return  # it was faster
        assert time.monotonic() < end
        time.sleep(0.002)


def ended(folder: Path, *numbers: signal.Signals, arguments: tuple[str, ...] = ENDLESS) -> tuple[int, str, str]:
    """Start a training, send it signals once it trains; return exit code, output and errors."""
    process = started(folder, *arguments, "--name", "run", "--json")
    try:
        wait_for_epochs(process, folder / "runs" / "run")
        for number in numbers:
            process.send_signal(number)
        out, errors = process.communicate(timeout=600)
    finally:
        process.kill()
    return process.returncode, out.decode(), errors.decode()


def test_ctrl_c_keeps_a_result_and_a_run_that_goes_on(tmp_path: Path) -> None:
    code, out, _errors = ended(tmp_path, signal.SIGINT)
    found, run = json.loads(out), read_run(tmp_path / "runs" / "run")
    assert code == 130
    assert (run.status, run.about["epochs"]) == ("stopped", found["epochs"])
    assert run.about["evaluations"]["test"] == found["test"]
    assert found["run"] == str(tmp_path / "runs" / "run")


def test_a_second_ctrl_c_just_stops(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    endless = plain(hidden_layers=(4,), epochs=10**6, patience=0)
    session = TrainingSession(plain_dataset("iris"), endless, place=RunPlace(tmp_path, "run"))
    with signals_noted(session, Presses(lambda: 0.0)) as caught:
        session.send(Start())
        until(session, lambda snapshot: snapshot.epoch > 2)
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
        session.close()
        assert end_by(session, caught, as_json=True) == 130
        signal.raise_signal(signal.SIGINT)  # too late to change anything
    found = capsys.readouterr()
    assert (found.out, read_run(tmp_path / "run").status) == ("", "paused")
    assert "to continue: tuitrain train --resume" in found.err
    assert not read_run(tmp_path / "run").about["evaluations"]


def test_a_later_ctrl_c_that_comes_alone_changes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    endless = plain(hidden_layers=(4,), epochs=10**6, patience=0)
    session = TrainingSession(plain_dataset("iris"), endless, place=RunPlace(tmp_path, "run"))
    times = iter((5.0, 7.1, 9.2))  # in seconds
    with signals_noted(session, Presses(lambda: next(times))) as caught:
        session.send(Start())
        until(session, lambda snapshot: snapshot.epoch > 2)
        for _press in range(3):
            signal.raise_signal(signal.SIGINT)
        session.close()
        assert end_by(session, caught, as_json=True) == 130
    assert json.loads(capsys.readouterr().out)["ending"] == "stopped"
    assert read_run(tmp_path / "run").status == "stopped"


def test_two_presses_are_those_within_two_seconds() -> None:
    times = (10.0, 12.5, 14.4, 16.5, 16.5, 18.5)
    presses = Presses(iter(times).__next__)
    assert [presses.is_second() for _time in times] == [False, False, True, False, True, True]


@pytest.mark.parametrize("number", [signal.SIGTERM, pytest.param(signal.SIGHUP, marks=pytest.mark.long)])
def test_other_signals_just_stop(number: signal.Signals, tmp_path: Path) -> None:
    code, out, errors = ended(tmp_path, number)
    run = read_run(tmp_path / "runs" / "run")
    assert (code, out, run.status) == (128 + number, "", "interrupted")
    assert "to continue: tuitrain train --resume runs/run" in errors
    assert "evaluations" not in run.about or not run.about["evaluations"]


def content_anywhere(path: Path) -> dict[str, Any]:
    """Return what a run holds, without where it was begun."""
    found = content(path)
    return {**found, "run": {**found["run"], "directory": ""}}


def undisturbed(folder: Path, arguments: tuple[str, ...]) -> dict[str, object]:
    """Return what a training comes to that nothing disturbs."""
    folder.mkdir()
    process = started(folder, *arguments, "--name", "run")
    _out, errors = process.communicate(timeout=6000)
    assert process.returncode == 0, errors
    return content_anywhere(folder / "runs" / "run")


def check_kill(
    folder: Path, arguments: tuple[str, ...], epochs: int, seconds: float, expected: dict[str, object]
) -> None:
    """Kill a training so many seconds after so many epochs were written; continue it, and compare."""
    folder.mkdir()
    process = started(folder, *arguments, "--name", "run")
    wait_for_epochs(process, folder / "runs" / "run", epochs)
    time.sleep(seconds)
    process.kill()
    process.communicate()
    if read_run(folder / "runs" / "run").status == "interrupted":
        again = started(folder, "train", "--resume", "run")
        _out, errors = again.communicate(timeout=6000)
        assert again.returncode == 0, errors
    assert content_anywhere(folder / "runs" / "run") == expected


@pytest.mark.long
def test_a_killed_training_ends_as_if_nothing_had_been(tmp_path: Path) -> None:
    arguments = ("train", "iris", "--epochs", "60", "--patience", "0", "--dropout", "0.2")
    check_kill(tmp_path / "killed", arguments, 3, 0.0, undisturbed(tmp_path / "whole", arguments))


@pytest.mark.long
@pytest.mark.parametrize("layers", ["8x8", "64x32", "128x64", "512x256"])
def test_trainings_killed_at_random_moments_end_the_same(layers: str, tmp_path: Path) -> None:
    chance = random.Random(layers)
    arguments = ("train", "digits", "--epochs", "20", "--patience", "0", "--hidden-layers", layers)
    expected = undisturbed(tmp_path / "whole", arguments)
    for number in range(25):
        seconds = chance.uniform(0.0, 0.03)
        check_kill(tmp_path / f"{number}", arguments, chance.randint(0, 18), seconds, expected)


def test_a_training_goes_on_with_more_epochs(tmp_path: Path, call: Callable[..., Called]) -> None:
    folder = ("--runs-dir", str(tmp_path / "r"))
    common = ("train", "iris", "--patience", "0", "--schedule", "constant", "--batch-size", "32", *folder)
    assert call(*common, "--epochs", "3", "--name", "a").returncode == 0
    refused = call("train", "--resume", "a", *folder)
    assert refused.returncode == 1 and "to train on: --epochs" in refused.stderr
    assert call("train", "--resume", "a", "--epochs", "7", *folder).returncode == 0
    assert call(*common, "--epochs", "7", "--name", "b").returncode == 0
    a, b = (content(tmp_path / "r" / name) for name in "ab")
    assert a["arrays"]["parameters"] == b["arrays"]["parameters"] and a["metrics"] == b["metrics"]
    journal = [json.loads(line) for line in a["journal"].splitlines()]
    assert [(line["command"], line["step"]) for line in journal] == [
        ("start", 0), ("set_hyperparameter", 12), ("start", 12)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--hidden-layers", "3"), "--hidden-layers is part of the run"),
        (("--preset", "textbook"), "--preset is part of the run"),
        (("--scale", "none"), "--scale is part of the run"),
        (("--name", "b"), "leave --name"),
        (("--epochs", "x"), "epochs"),
    ],
)
def test_what_is_part_of_a_run_cannot_change(
    arguments: tuple[str, ...], message: str, tmp_path: Path, call: Callable[..., Called]
) -> None:
    folder = ("--runs-dir", str(tmp_path / "r"))
    call("train", "iris", "--epochs", "1", "--name", "a", *folder)
    before = content(tmp_path / "r" / "a")
    done = call("train", "--resume", "a", *arguments, *folder)
    assert done.returncode == 2 and message in done.stderr
    assert content(tmp_path / "r" / "a") == before


def test_no_run_leaves_nothing(tmp_path: Path, call: Callable[..., Called]) -> None:
    done = call("train", "iris", "--epochs", "1", "--json", "--no-run", "--runs-dir", str(tmp_path / "r"))
    assert json.loads(done.stdout)["run"] is None and not (tmp_path / "r").exists()


def test_where_no_run_can_be_kept_training_goes_on(tmp_path: Path, call: Callable[..., Called]) -> None:
    (tmp_path / "file").touch()
    done = call("train", "iris", "--epochs", "1", "--json", "--runs-dir", str(tmp_path / "file" / "r"))
    assert done.returncode == 0 and json.loads(done.stdout)["run"] is None
    assert "note: no run is kept" in done.stderr and "Not a directory" in done.stderr


@pytest.mark.parametrize("name", ["", ".", "..", "../a", "a/b", "a\\b", "a\nb", "a" * 300, ".hidden"])
def test_no_name_leads_out_of_the_directory(name: str, tmp_path: Path, call: Callable[..., Called]) -> None:
    done = call("train", "iris", "--name", name, "--runs-dir", str(tmp_path / "r"))
    assert done.returncode == 2 and "the run's name" in done.stderr and not (tmp_path / "r").exists()
    missing = call("train", "--resume", name, "--runs-dir", str(tmp_path / "r"))
    assert missing.returncode == 1 and "there is no such run" in missing.stderr


def test_a_directory_that_is_no_run_cannot_be_continued(tmp_path: Path, call: Callable[..., Called]) -> None:
    (tmp_path / "r" / "a").mkdir(parents=True)
    done = call("train", "iris", "--name", "a", "--runs-dir", str(tmp_path / "r"))
    assert done.returncode == 2 and "already exists, and is not a run" in done.stderr and "--resume" not in done.stderr


def test_a_pipe_in_place_of_a_model_is_not_waited_for(tmp_path: Path, call: Callable[..., Called]) -> None:
    folder = ("--runs-dir", str(tmp_path / "r"))
    assert call("train", "iris", "--epochs", "1", "--name", "a", *folder).returncode == 0
    (tmp_path / "r" / "a" / "best.safetensors").unlink()
    os.mkfifo(tmp_path / "r" / "a" / "best.safetensors")
    done = call("train", "--from", "a", "--no-run", *folder)
    assert done.returncode == 1 and "best.safetensors: is not a regular file" in done.stderr


def test_a_run_begins_from_another(tmp_path: Path, call: Callable[..., Called]) -> None:
    folder = ("--runs-dir", str(tmp_path / "r"))
    assert call("train", "iris", "--epochs", "20", "--name", "a", *folder).returncode == 0
    done = call("train", "--from", "a", "--learning-rate", "1e-9", "--epochs", "1", "--name", "b", *folder)
    assert done.returncode == 0, done.stderr
    a, b = (load_model(tmp_path / "r" / name / "best.safetensors") for name in "ab")
    assert np.allclose(a.network.parameters, b.network.parameters, atol=1e-6)
    assert b.hyperparameters.learning_rate == 1e-9
    assert read_run(tmp_path / "r" / "b").about["from"] == "a"


def test_a_run_begins_from_another_as_it_was_after_an_epoch(tmp_path: Path, call: Callable[..., Called]) -> None:
    folder = ("--runs-dir", str(tmp_path / "r"))
    assert call("train", "iris", "--epochs", "20", "--patience", "0", "--name", "a", *folder).returncode == 0
    done = call("train", "--from", "a@7", "--learning-rate", "1e-12", "--epochs", "1", "--name", "b", *folder)
    assert done.returncode == 0, done.stderr
    epochs = [json.loads(line) for line in (tmp_path / "r" / "a" / "metrics.jsonl").read_text().splitlines()]
    (own,) = [json.loads(line) for line in (tmp_path / "r" / "b" / "metrics.jsonl").read_text().splitlines()]
    assert abs(own["validation_loss"] - epochs[6]["validation_loss"]) < 1e-6  # the same weights on the same rows
    assert abs(own["validation_loss"] - epochs[19]["validation_loss"]) > 1e-3
    assert read_run(tmp_path / "r" / "b").about["from"] == "a@7"
    for origin, told in (("a@21", "has no epoch 21; it has 20 epochs"), ("c@2", "no such run")):
        refused = call("train", "--from", origin, "--no-run", *folder)
        assert refused.returncode == 1 and told in refused.stderr and "Traceback" not in refused.stderr
