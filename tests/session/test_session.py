"""The session: commands take effect between two batches, and a steered run equals the same run without a thread."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.plain import plain, plain_dataset
from tests.session.test_conformance import until
from tuitrain.engine import Trainer
from tuitrain.runs.model import Model, load_model
from tuitrain.session.commands import Pause, Reset, SaveModel, SetHyperparameter, SetPace, Start, Step
from tuitrain.session.datasets import DATASETS
from tuitrain.session.session import Clock
from tuitrain.session.training import TrainingSession

MOONS = plain_dataset("moons?n=200")
QUICK = plain(hidden_layers=(8,), epochs=12, patience=0)


@pytest.fixture
def session() -> Iterator[TrainingSession]:
    made = TrainingSession(MOONS, QUICK)
    yield made
    made.close()


def test_it_waits_until_it_is_told_to_start(session: TrainingSession) -> None:
    session.send(SetPace(2.0))
    answered = until(session, lambda s: s.answered == 1)
    assert (answered.state, answered.step) == ("ready", 0)


def test_a_whole_run_equals_a_trainer_bit_for_bit(session: TrainingSession) -> None:
    session.send(Start())
    until(session, lambda s: s.state == "done")
    trainer = Trainer(MOONS, QUICK)
    records = [trainer.epoch() for _ in range(QUICK.epochs)]
    assert session.model().network.parameters.tobytes() == trainer.network.parameters.tobytes()
    losses = session.snapshot.history.column("train_loss", session.snapshot.epochs_recorded)
    assert losses.tolist() == [record.train_loss[0] for record in records]


def test_steps_and_epochs_stop_by_themselves(session: TrainingSession) -> None:
    session.send(Step(batches=3))
    assert until(session, lambda s: s.step == 3 and s.state == "paused").epoch == 0
    session.send(Step(epochs=1))
    done = until(session, lambda s: s.epoch == 1 and s.state == "paused")
    assert done.step == done.steps_per_epoch


def test_a_live_change_is_marked_and_applies_from_the_next_batch(session: TrainingSession) -> None:
    session.send(Step(epochs=2))
    until(session, lambda s: s.epoch == 2 and s.state == "paused")
    session.send(SetHyperparameter("learning_rate", 0.5))
    edit = until(session, lambda s: bool(s.edits)).edits[0]
    assert (edit.epoch, edit.name, edit.old, edit.new) == (2.0, "learning_rate", 0.01, 0.5)
    session.send(Step(batches=1))
    assert until(session, lambda s: s.step == edit.step + 1).learning_rate == 0.5


def test_a_structural_change_waits_for_the_reset(session: TrainingSession) -> None:
    session.send(Step(epochs=1))
    until(session, lambda s: s.epoch == 1 and s.state == "paused")
    session.send(SetHyperparameter("hidden_layers", (5,)))
    assert until(session, lambda s: bool(s.pending)).hyperparameters.hidden_layers == (8,)
    session.send(Reset())
    fresh = until(session, lambda s: s.state == "ready")
    assert fresh.hyperparameters.hidden_layers == (5,)
    assert (fresh.step, fresh.pending, len(fresh.earlier)) == (0, {}, 1)


def test_before_the_first_step_every_change_applies_at_once(session: TrainingSession) -> None:
    session.send(SetHyperparameter("hidden_layers", (3, 3)))
    assert until(session, lambda s: s.hyperparameters.hidden_layers == (3, 3)).n_parameters == 9 + 12 + 8


def test_what_does_not_fit_is_refused_with_a_reason(session: TrainingSession) -> None:
    session.send(Reset(DATASETS.keep(plain_dataset("sine?n=50"))))
    until(session, lambda s: session.dataset.task == "regression")
    session.send(SetHyperparameter("loss", "hinge"))
    assert "needs classes" in until(session, lambda s: bool(s.message)).message
    assert session.journal[-1].refused


def test_more_epochs_let_a_finished_run_go_on_as_if_it_had_not_stopped(session: TrainingSession) -> None:
    session.send(Start())
    until(session, lambda s: s.state == "done")
    session.send(SetHyperparameter("epochs", 20))
    until(session, lambda s: s.state == "paused")
    session.send(Start())
    until(session, lambda s: s.state == "done" and s.epoch == 20)
    alone = Trainer(MOONS, QUICK.replace(epochs=20))
    while not alone.is_done:
        alone.epoch()
    assert session.model().network.parameters.tobytes() == alone.network.parameters.tobytes()


class Watched(threading.Event):
    """An event that tells when somebody waits for it."""

    def __init__(self) -> None:
        super().__init__()
        self.is_waited_for = threading.Event()

    def wait(self, timeout: float | None = None) -> bool:
        self.is_waited_for.set()
        return super().wait(timeout)


def test_training_can_be_held_until_it_is_released_or_for_a_moment() -> None:
    session = TrainingSession(MOONS, QUICK.replace(epochs=1_000_000))
    session._released = released = Watched()
    session.send(Start())
    until(session, lambda s: s.epoch > 3)
    session.hold(1000.0)
    assert released.is_waited_for.wait(60)
    steps = session._training.live.trainer.steps_done
    session.release()
    until(session, lambda s: session._training.live.trainer.steps_done > steps)
    session.hold(0.02)  # and nobody releases it
    until(session, lambda s: session._training.live.trainer.steps_done > steps + 1000)
    session.close()


def test_a_paused_session_publishes_nothing_unasked() -> None:
    session = TrainingSession(MOONS, QUICK.replace(epochs=1_000_000))
    session.send(Start())
    until(session, lambda s: s.epoch > 3)
    session.send(Pause())
    paused = until(session, lambda s: s.state == "paused")
    for _ in range(20):
        answered = session.snapshot.answered
        session.send(SetPace(0))
        until(session, lambda s, answered=answered: s.answered > answered)
    assert session.snapshot.version - paused.version <= 2 * 20 + 1
    assert (session.snapshot.state, session.snapshot.step) == ("paused", paused.step)
    session.close()


def test_only_watched_views_are_computed(session: TrainingSession) -> None:
    assert session.snapshot.metric_view is None
    session.watch({"metric", "boundary", "parameters"}, (6, 9))
    seen = until(session, lambda s: s.boundary is not None)
    assert seen.boundary is not None
    assert seen.metric_view is not None
    assert seen.parameters is not None
    assert seen.boundary.grid.shape == (6, 9)
    assert seen.metric_view.confusion is not None
    assert seen.metric_view.confusion.sum() == len(MOONS.validation)
    assert [w.shape for w in seen.parameters.weights] == [(2, 8), (8, 2)]


def test_the_saved_model_predicts_what_the_session_shows(session: TrainingSession, tmp_path: Path) -> None:
    session.send(Start())
    until(session, lambda s: s.state == "done")
    session.send(SaveModel(tmp_path / "m.safetensors"))
    until(session, lambda s: s.saved_step == s.step)
    model = load_model(tmp_path / "m.safetensors")
    assert not session.snapshot.has_something_to_lose
    rows = MOONS.test
    assert np.isclose(model.evaluate_part(rows)["loss"], session.describe()["test"]["loss"])


def test_divergence_says_where_and_why() -> None:
    session = TrainingSession(plain_dataset("sine?n=100"), QUICK.replace(optimizer="sgd", learning_rate=1000))
    session.send(Start())
    ended = until(session, lambda s: s.state == "diverged")
    assert "epoch 1, step" in ended.message
    assert "learning rate 1000" in ended.message
    session.close()


def test_a_failure_in_training_is_said_and_the_thread_goes_on_obeying(
    session: TrainingSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    session.send(Step(epochs=2))
    until(session, lambda s: s.epoch == 2 and s.state == "paused")
    with monkeypatch.context() as patched:
        patched.setattr(Trainer, "step", lambda self: 1 // 0)
        session.send(Start())
        failed = until(session, lambda s: s.state == "failed")
    assert "ZeroDivisionError" in failed.ending
    session.send(Start())
    assert "reset (r)" in until(session, lambda s: s.message != failed.message).message
    session.send(SaveModel(tmp_path / "m.safetensors"))
    saved = until(session, lambda s: s.saved_step == s.step)
    assert (saved.state, saved.ending) == ("failed", failed.ending)
    assert load_model(tmp_path / "m.safetensors").epoch == saved.best_epoch > 0
    session.send(Reset())
    until(session, lambda s: s.state == "ready")
    session.send(Start())
    until(session, lambda s: s.state == "done")
    session.close()
    assert not session._thread.is_alive()
    assert capfd.readouterr().err == ""


def test_a_command_that_fails_ends_no_training(session: TrainingSession, monkeypatch: pytest.MonkeyPatch) -> None:
    session.send(Step(epochs=1))
    until(session, lambda s: s.epoch == 1 and s.state == "paused")
    monkeypatch.setattr(Model, "save", lambda self, path: 1 // 0)
    session.send(SaveModel(Path("m.safetensors")))
    assert "ZeroDivisionError" in until(session, lambda s: bool(s.message)).message
    assert session.snapshot.state == "paused"
    assert session.snapshot.has_something_to_lose


@pytest.mark.parametrize("batches", [0, 2])
def test_a_training_paused_past_lowered_epochs_ends_at_once(session: TrainingSession, batches: int) -> None:
    session.send(Step(epochs=6))
    until(session, lambda s: s.epoch == 6 and s.state == "paused")
    if batches:
        session.send(Step(batches=batches))
        until(session, lambda s: s.step_in_epoch == batches and s.state == "paused")
    session.send(SetHyperparameter("epochs", 4))
    session.send(Start())
    done = until(session, lambda s: s.state == "done")
    assert (done.epoch, done.step_in_epoch) == (6, batches)
    session.send(SetHyperparameter("epochs", 8))
    session.send(Start())
    until(session, lambda s: s.state == "done" and s.epoch == 8)
    alone = Trainer(MOONS, QUICK.replace(epochs=8))
    while not alone.is_done:
        alone.epoch()
    assert session.model().network.parameters.tobytes() == alone.network.parameters.tobytes()


@pytest.mark.parametrize("schedule", ["constant", "cosine"])
def test_a_learning_rate_changed_while_paused_is_told_before_the_next_step(
    session: TrainingSession, schedule: str
) -> None:
    session.send(SetHyperparameter("schedule", schedule))
    session.send(Step(epochs=3))
    until(session, lambda s: s.epoch == 3 and s.state == "paused")
    session.send(SetHyperparameter("learning_rate", 0.5))
    told = until(session, lambda s: bool(s.edits)).learning_rate
    assert 0.3 < told <= 0.5
    session.send(Step(batches=1))
    assert until(session, lambda s: s.step_in_epoch == 1).learning_rate == told


class WaitedClock(Clock):
    """A clock that stands still but where it is waited for, and at each step of training."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> float:
        return self.seconds

    def wait(self, condition: threading.Condition, holds: Callable[[], object], seconds: float) -> None:
        if not holds():
            self.seconds += seconds


STEP_SECONDS = 1 / 1024  # of training, on the clock of the test


def test_a_pace_slows_the_training_down_and_changes_no_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, step = WaitedClock(), Trainer.step
    starts: list[float] = []  # of the epochs, but for the first

    def timed(trainer: Trainer) -> object:
        if trainer.step_in_epoch == 0 and trainer.epochs_done:
            starts.append(clock.seconds)
        clock.seconds += STEP_SECONDS
        return step(trainer)

    session = TrainingSession(MOONS, QUICK, clock=clock)
    with monkeypatch.context() as patched:
        patched.setattr(Trainer, "step", timed)
        session.send(SetPace(40))
        session.send(Step(epochs=6))
        paced = until(session, lambda s: s.epoch == 6 and s.state == "paused")
        assert paced.seconds_left == pytest.approx(6 / 40)
        session.send(Start())
        done = until(session, lambda s: s.state == "done")
    gaps = np.diff(starts)
    assert len(gaps) == 10
    assert np.delete(gaps, 4) == pytest.approx(np.full(9, 1 / 40))  # the fifth begins when it is asked for
    assert done.seconds == pytest.approx(done.step * STEP_SECONDS)  # the waiting is no training
    alone = Trainer(MOONS, QUICK)
    while not alone.is_done:
        alone.epoch()
    assert done.samples_per_second == pytest.approx(alone.samples_done / done.seconds, rel=0.1)
    assert session.model().network.parameters.tobytes() == alone.network.parameters.tobytes()
    session.close()


def test_commands_and_views_do_not_wait_for_a_slow_pace(session: TrainingSession) -> None:
    session.send(SetPace(1e-6))  # an epoch in eleven days
    session.send(Start())
    until(session, lambda s: s.epoch == 1)
    session.send(SetHyperparameter("learning_rate", 0.5))
    until(session, lambda s: bool(s.edits))
    session.watch({"metric"})
    until(session, lambda s: s.metric_view is not None)
    session.send(Pause())
    assert until(session, lambda s: s.state == "paused").epoch == 1
    session.send(Start())
    until(session, lambda s: s.epoch == 2)
    session.send(SetPace(0))
    until(session, lambda s: s.state == "done")


def test_what_is_no_pace_is_refused(session: TrainingSession) -> None:
    session.send(SetPace(float("nan")))
    assert "pace" in until(session, lambda s: bool(s.message)).message
    assert session.snapshot.pace == 0


def test_a_value_that_does_not_fit_is_kept_in_sight_and_nothing_starts_until_it_is_changed() -> None:
    session = TrainingSession(plain_dataset("sine?n=60"), QUICK)
    session.send(SetHyperparameter("loss", "cross_entropy"))
    refused = until(session, lambda s: "loss" in s.refused)
    assert "needs classes" in refused.refused["loss"].why
    for command in (Start(), Step(batches=1), Reset()):
        session.send(command)
        answer = until(session, lambda s, before=session.snapshot.answered: s.answered > before)
        assert (answer.state, answer.step) == ("ready", 0)
        assert answer.message.startswith("not started; loss: cross_entropy needs classes")
        assert answer.refused["loss"].value == "cross_entropy"
    session.send(SetHyperparameter("loss", "mae"))
    session.send(Start())
    done = until(session, lambda s: s.state == "done")
    assert (done.hyperparameters.loss, dict(done.refused)) == ("mae", {})
    session.close()


def test_what_is_changed_after_the_end_is_unused_until_training_goes_on(session: TrainingSession) -> None:
    session.send(Start())
    until(session, lambda s: s.state == "done")
    session.send(SetHyperparameter("learning_rate", 0.05))
    assert until(session, lambda s: s.hyperparameters.learning_rate == 0.05).unused == {"learning_rate"}
    session.send(SetHyperparameter("epochs", 20))
    going_on = until(session, lambda s: s.state == "paused")
    assert going_on.unused == frozenset()
    assert [(edit.name, edit.new) for edit in going_on.edits] == [("learning_rate", 0.05), ("epochs", 20)]


def test_the_reason_of_a_divergence_outlives_the_next_command() -> None:
    session = TrainingSession(plain_dataset("sine?n=100"), QUICK.replace(optimizer="sgd", learning_rate=1000))
    session.send(Start())
    until(session, lambda s: s.state == "diverged")
    session.send(Pause())
    until(session, lambda s: s.message == "")
    assert "learning rate 1000" in session.describe()["message"]
    session.close()


def test_the_rate_that_is_shown_follows_every_edit_of_the_schedule(session: TrainingSession) -> None:
    session.send(SetHyperparameter("schedule", "cosine"))
    session.send(Step(epochs=6))
    until(session, lambda s: s.epoch == 6 and s.state == "paused")
    session.send(SetHyperparameter("epochs", 100))
    shown = until(session, lambda s: s.hyperparameters.epochs == 100).learning_rate
    session.send(Step(batches=1))
    used = until(session, lambda s: s.state == "paused" and s.step_in_epoch == 1).learning_rate
    assert shown == pytest.approx(used)
