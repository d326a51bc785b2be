"""Where nobody can be asked at the end, the run gets its last checkpoint; without a run that is said."""

from __future__ import annotations

from pathlib import Path

from tests.session.test_session import MOONS, QUICK, until
from tuitrain.runs.checkpoint import Checkpoint
from tuitrain.runs.run import LAST, read_run
from tuitrain.session.commands import SaveModel, Step
from tuitrain.session.keeping import RunPlace
from tuitrain.session.training import TrainingSession
from tuitrain.ui.last_checkpoint import LastCheckpoint


def test_the_last_checkpoint_is_written_and_how_to_go_on_is_said(tmp_path: Path) -> None:
    session = TrainingSession(MOONS, QUICK, place=RunPlace(tmp_path, "run"))
    session.send(Step(epochs=3))
    until(session, lambda s: s.epoch == 3 and s.state == "paused")
    write = LastCheckpoint(session)
    assert write() == write() == f"to continue: tuitrain launch --resume {tmp_path / 'run'}"
    session.close()
    assert Checkpoint.read(tmp_path / "run" / LAST).about["epochs"] == 3
    assert read_run(tmp_path / "run").status == "interrupted"


def test_without_a_run_it_is_said_that_the_training_is_gone(tmp_path: Path) -> None:
    session = TrainingSession(MOONS, QUICK)
    assert LastCheckpoint(session)() == ""
    session.send(Step(epochs=1))
    until(session, lambda s: s.epoch == 1 and s.state == "paused")
    assert LastCheckpoint(session)() == "the training was not kept as a run, and is gone"
    session.send(SaveModel(tmp_path / "m.safetensors"))
    until(session, lambda s: s.saved_step == s.step)
    assert LastCheckpoint(session)() == ""
    session.close()
    assert [path.name for path in tmp_path.iterdir()] == ["m.safetensors"]
