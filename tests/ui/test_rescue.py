"""What is trained and in no file is saved once, to a name of the dataset's, where nobody can be asked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.session.test_session import MOONS, QUICK, until
from tuitrain.runs.model import load_model
from tuitrain.session.commands import SaveModel, Step
from tuitrain.session.training import TrainingSession
from tuitrain.ui.rescue import FOLDER, Rescue


@pytest.fixture
def session() -> Iterator[TrainingSession]:
    made = TrainingSession(MOONS, QUICK)
    yield made
    made.close()


def test_the_best_epochs_model_is_saved_once(session: TrainingSession) -> None:
    session.send(Step(epochs=3))
    best = until(session, lambda s: s.epoch == 3 and s.state == "paused").best_epoch
    rescue = Rescue(session)
    said = rescue()
    (path,) = FOLDER.iterdir()
    assert str(path) in said
    assert load_model(path).epoch == best
    assert rescue() == said
    assert len(list(FOLDER.iterdir())) == 1


def test_two_in_one_second_do_not_replace_each_other(session: TrainingSession) -> None:
    session.send(Step(epochs=1))
    until(session, lambda s: s.epoch == 1 and s.state == "paused")
    told = {Rescue(session)()}
    session.send(Step(epochs=1))
    until(session, lambda s: s.epoch == 2 and s.state == "paused")
    told.add(Rescue(session)())
    assert len(told) == len(list(FOLDER.iterdir())) == 2


def test_what_is_saved_or_has_no_epoch_needs_no_rescue(session: TrainingSession) -> None:
    assert Rescue(session)() == ""
    session.send(Step(batches=1))
    until(session, lambda s: s.step == 1)
    assert Rescue(session)() == ""
    session.send(Step(epochs=1))
    until(session, lambda s: s.epoch == 1 and s.state == "paused")
    session.send(SaveModel(Path("m.safetensors")))
    until(session, lambda s: s.saved_step == s.step)
    assert Rescue(session)() == ""
    assert not FOLDER.exists()


def test_where_it_cannot_be_saved_the_reason_is_said(session: TrainingSession) -> None:
    FOLDER.write_text("in the way")
    session.send(Step(epochs=1))
    until(session, lambda s: s.epoch == 1 and s.state == "paused")
    assert "could not be saved" in Rescue(session)()
