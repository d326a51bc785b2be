"""What a session writes down of its trainings: the values that earned the score, whatever is edited, and when."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.plain import plain, plain_dataset
from tests.session.test_conformance import until
from tuitrain.data.facts import DatasetFacts
from tuitrain.engine import Trainer
from tuitrain.runs.finished import Edit, FinishedTraining, Note
from tuitrain.runs.finished_run import finished_trainings
from tuitrain.runs.model import load_model
from tuitrain.search.by_hand import manual_history
from tuitrain.session.commands import AddNote, Reset, SaveModel, SetHyperparameter, Start, Step
from tuitrain.session.datasets import DATASETS
from tuitrain.session.keeping import RunPlace
from tuitrain.session.training import TrainingSession

MOONS = plain_dataset("moons?n=120")
QUICK = plain(hidden_layers=(8,), epochs=6, patience=0)


@pytest.fixture
def session(tmp_path: Path) -> Iterator[TrainingSession]:
    """A session whose runs tell at the end what it has written down itself, of each training the last."""
    made = TrainingSession(MOONS, QUICK, place=RunPlace(tmp_path / "runs"))
    yield made
    made.close()
    check_runs(tmp_path / "runs", made.finished)


def check_runs(folder: Path, written: tuple[FinishedTraining, ...]) -> None:
    last = {training.training: training for training in written}.values()
    datasets = {training.dataset.fingerprint for training in last}
    for fingerprint in datasets:
        known, problems = finished_trainings(folder, fingerprint, {})
        found = [training for _stamp, training in known.values() if training is not None]
        assert problems == []
        same = [training for training in last if training.dataset.fingerprint == fingerprint and training.epochs]
        assert [comparable(training) for training in found] == [comparable(training) for training in same]


def comparable(training: FinishedTraining) -> dict[str, str]:
    """All of a training but its number, and its seconds, which the run tells a moment later."""
    left_out = {"training", "seconds", "run", "metric"}
    return {name: repr(value) for name, value in vars(training).items() if name not in left_out}


def epochs(session: TrainingSession, count: int) -> None:
    """Train so many epochs more, and wait for them."""
    goal = session.snapshot.epoch + count
    session.send(Step(epochs=count))
    until(session, lambda s: s.epoch == goal and not s.is_running)


def ended(session: TrainingSession) -> FinishedTraining:
    """Train to the end; the record of it."""
    known = session.snapshot.finished
    session.send(Start())
    until(session, lambda s: s.finished > known)
    return session.finished[-1]


def edited(session: TrainingSession, name: str, value: object) -> None:
    session.send(SetHyperparameter(name, value))
    until(session, lambda s: getattr(s.hyperparameters, name) == value)


def test_what_is_edited_after_the_end_is_not_what_was_trained(session: TrainingSession) -> None:
    done = ended(session)
    edited(session, "learning_rate", 0.0178)
    session.send(Reset())
    until(session, lambda s: s.step == 0)
    assert session.finished == (done,)
    assert (done.state, done.hyperparameters, done.last_hyperparameters, done.edits) == ("done", QUICK, QUICK, ())


def test_a_rate_that_is_raised_late_is_listed_and_not_credited_with_the_score(
    session: TrainingSession, tmp_path: Path
) -> None:
    edited(session, "epochs", 400)
    epochs(session, 60)
    edited(session, "learning_rate", 3.0)  # no epoch after this one is better than the best before
    epochs(session, 5)
    best = session.snapshot.best_epoch
    assert 0 < best <= 60
    session.send(SaveModel(tmp_path / "m"))
    until(session, lambda s: s.saved_step == s.step)
    session.close()
    (left,) = session.finished
    assert left.state == "left"
    assert (left.hyperparameters.learning_rate, left.last_hyperparameters.learning_rate) == (0.01, 3.0)
    assert left.edits == (Edit(60.0, 60 * session.snapshot.steps_per_epoch, "learning_rate", 0.01, 3.0),)
    assert left.was_edited_after_best(left.edits[0])
    # An untouched training up to the best epoch has the same weights, and they earn the score that is written down.
    alone = Trainer(MOONS, QUICK.replace(epochs=400))
    for _ in range(best):
        alone.epoch()
    model = load_model(tmp_path / "m")
    assert model.network.parameters.tobytes() == alone.network.parameters.tobytes()
    assert (model.hyperparameters, model.epoch) == (left.hyperparameters, best)
    found = model.evaluate_part(MOONS.validation)
    assert (left.score, left.loss) == pytest.approx((found["accuracy"], found["loss"]), rel=1e-6)
    history = manual_history(session.finished, "classification")
    assert history is not None
    assert history.trials[0].setting == {"learning_rate": 0.01}


def test_an_edit_before_the_best_epoch_is_part_of_the_settings(session: TrainingSession) -> None:
    session.send(Step(batches=session.snapshot.steps_per_epoch + 1))
    until(session, lambda s: s.step_in_epoch == 1 and not s.is_running)
    edited(session, "learning_rate", 0.05)
    done = ended(session)
    assert done.best_epoch > 1
    assert done.hyperparameters == QUICK.replace(learning_rate=0.05)
    assert not done.was_edited_after_best(done.edits[0])


def test_a_record_holds_the_curve_and_where_it_was_best(session: TrainingSession) -> None:
    done = ended(session)
    alone = Trainer(MOONS, QUICK)
    records = [alone.epoch() for _ in range(QUICK.epochs)]
    losses = [float(record.validation_loss[0]) for record in records]
    assert done.curve == tuple(float(record.metrics["accuracy"][0]) for record in records)
    assert (done.epochs, done.best_epoch, done.part) == (6, int(np.argmin(losses)) + 1, "validation")
    assert (done.score, done.loss) == (done.curve[done.best_epoch - 1], min(losses))
    assert done.seconds > 0
    assert (done.dataset, done.training) == (DatasetFacts.of(MOONS), 1)
    assert "kept epoch" in done.ending


def test_a_training_is_written_down_when_it_is_left(session: TrainingSession) -> None:
    epochs(session, 2)
    edited(session, "learning_rate", 0.02)  # and no step is trained with it
    session.send(Reset())
    until(session, lambda s: s.step == 0)
    epochs(session, 3)
    other = plain_dataset("moons?n=90", validation=0.3)
    session.send(Reset(DATASETS.keep(other)))
    until(session, lambda s: session.dataset is other)
    epochs(session, 1)
    session.send(SetHyperparameter("l2", 0.1))
    session.close()
    assert [(item.training, item.state, item.epochs) for item in session.finished] == [
        (1, "left", 2), (2, "left", 3), (3, "left", 1)
    ]  # fmt: skip
    assert [item.dataset for item in session.finished] == [DatasetFacts.of(data) for data in (MOONS, MOONS, other)]
    assert all(item.edits == () for item in session.finished)
    assert session.finished[0].last_hyperparameters == QUICK
    assert session.finished[1].hyperparameters.learning_rate == 0.02
    assert session.snapshot.finished == 3


def test_what_never_trained_an_epoch_leaves_no_record(session: TrainingSession) -> None:
    edited(session, "learning_rate", 0.02)
    session.send(Step(batches=1))
    until(session, lambda s: s.step == 1 and not s.is_running)
    session.send(Reset())
    session.close()
    assert session.finished == ()


def test_a_dataset_that_does_not_fit_leaves_the_training_where_it_is(session: TrainingSession) -> None:
    session.send(SetHyperparameter("loss", "hinge"))
    epochs(session, 2)
    session.send(Reset(DATASETS.keep(plain_dataset("sine?n=40"))))
    until(session, lambda s: "needs classes" in s.message)
    assert session.finished == ()
    assert ended(session).epochs == 6


def test_a_training_that_is_continued_is_written_down_again(session: TrainingSession) -> None:
    first = ended(session)
    edited(session, "learning_rate", 0.02)
    edited(session, "epochs", 9)
    second = ended(session)
    edited(session, "epochs", 12)
    epochs(session, 1)
    session.send(Reset())
    until(session, lambda s: s.step == 0)
    ended(session)
    assert session.finished[:2] == (first, second)
    assert [(item.training, item.state, item.epochs) for item in session.finished] == [
        (1, "done", 6), (1, "done", 9), (1, "left", 10), (2, "done", 12)
    ]  # fmt: skip
    assert first.edits == ()
    assert [edit.name for edit in second.edits] == ["learning_rate", "epochs"]


def test_a_training_that_is_opened_and_not_continued_is_not_written_down_again(session: TrainingSession) -> None:
    ended(session)
    edited(session, "epochs", 9)
    session.close()
    assert len(session.finished) == 1


@pytest.mark.parametrize("sound_epochs", [0, 2])
def test_what_diverges_is_written_down_with_the_values_that_it_diverged_with(sound_epochs: int) -> None:
    session = TrainingSession(plain_dataset("sine?n=100"), QUICK.replace(optimizer="sgd"))
    if sound_epochs:
        epochs(session, sound_epochs)
    edited(session, "learning_rate", 1000)
    broken = ended(session)
    session.send(Reset())
    session.close()
    assert session.finished == (broken,)
    assert (broken.state, broken.is_broken) == ("diverged", True)
    assert "learning rate 1000" in broken.ending
    assert broken.last_hyperparameters.learning_rate == 1000
    assert broken.best_epoch == sound_epochs
    assert broken.hyperparameters.learning_rate == (0.01 if sound_epochs else 1000)
    assert np.isfinite(broken.score) == bool(sound_epochs)
    history = manual_history(session.finished, "regression")
    assert history is not None
    assert (history.best, history.trials[0].state, history.trials[0].setting) == (
        None, "failed", {"learning_rate": 1000}
    )  # fmt: skip


def test_what_fails_is_written_down_and_a_broken_view_is_no_failed_training(
    session: TrainingSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    epochs(session, 2)
    with monkeypatch.context() as patched:
        patched.setattr(Trainer, "step", lambda self: 1 // 0)
        failed = ended(session)
    assert (failed.state, failed.epochs) == ("failed", 2)
    assert "ZeroDivisionError" in failed.ending
    session.send(Reset())
    until(session, lambda s: s.step == 0)
    done = ended(session)
    with monkeypatch.context() as patched:
        patched.setattr(session._training.live, "look", lambda *_, **__: 1 // 0)
        session.watch({"metric"})
        until(session, lambda s: "cannot be shown: ZeroDivisionError" in s.message)
    assert session.snapshot.state == "done"
    assert session.finished == (failed, done)


def test_without_validation_rows_the_last_epoch_is_scored_on_the_training_rows(tmp_path: Path) -> None:
    data = plain_dataset("moons?n=120", validation=0)
    session = TrainingSession(data, QUICK)
    done = ended(session)
    session.send(SaveModel(tmp_path / "m"))
    until(session, lambda s: s.saved_step == s.step)
    found = load_model(tmp_path / "m").evaluate_part(data.train)
    session.close()
    assert (done.part, done.best_epoch) == ("train", QUICK.epochs)
    assert (done.score, done.loss) == pytest.approx((found["accuracy"], found["loss"]), rel=1e-6)
    alone = Trainer(data, QUICK)  # examining the rows changes no bit of the training
    for _ in range(QUICK.epochs):
        alone.epoch()
    assert session.model().network.parameters.tobytes() == alone.network.parameters.tobytes()


def noted(session: TrainingSession, text: str, page: str = "") -> str:
    """Take a note; why it was refused."""
    number = session.send(AddNote(text, page))
    session.wait_for_answer(number, 30)
    return session.journal[number - 1].refused


def test_notes_are_kept_with_where_they_were_made_also_after_the_end(session: TrainingSession) -> None:
    noted(session, "before the first step")
    session.send(SetHyperparameter("learning_rate", 0.02))  # which makes the training anew
    epochs(session, 2)
    noted(session, " the bend\x1b[31m\tcomes early 과적합 ", "seeds")
    done = ended(session)
    made = (Note(0, 0, "before the first step"), Note(2, 2 * session.snapshot.steps_per_epoch,
                                                      "the bend\\x1b[31m\\tcomes early 과적합", "seeds"))  # fmt: skip
    assert session.snapshot.notes == done.notes == made
    noted(session, "the end was too early")
    (last,) = session.finished
    assert last.notes[:2] == made and last.notes[2].text == "the end was too early" and last.notes[2].epoch == 6
    assert [entry.command.kind for entry in session.journal].count("add_note") == 3
    session.send(Reset())
    until(session, lambda s: s.step == 0)
    noted(session, "of the next")
    assert [note.text for note in session.snapshot.notes] == ["of the next"] and session.finished == (last,)
    (trial,) = manual_history(session.finished, "classification").trials  # type: ignore[union-attr]
    assert "note at epoch 2: the bend" in trial.message and "note at epoch 6: the end was too early" in trial.message


def test_a_note_outlives_a_training_of_which_no_record_is_made(session: TrainingSession) -> None:
    session.send(Step(batches=1))
    until(session, lambda s: s.step == 1 and not s.is_running)
    assert not noted(session, "the first batch was odd")
    session.send(Reset())
    until(session, lambda s: s.step == 0)
    assert [note.text for note in session.snapshot.notes] == ["the first batch was odd"]
    assert [note.text for note in ended(session).notes] == ["the first batch was odd"]
    session.send(Reset())
    until(session, lambda s: s.step == 0)
    assert session.snapshot.notes == ()  # the record has it


@pytest.mark.parametrize(("text", "why"), [(" \n", "empty"), ("x" * 501, "501 letters; it may have 500")])
def test_a_note_that_cannot_be_kept_is_refused(session: TrainingSession, text: str, why: str) -> None:
    assert why in noted(session, text)
    assert not noted(session, "x" * 500)
    assert [note.text for note in session.snapshot.notes] == ["x" * 500]
