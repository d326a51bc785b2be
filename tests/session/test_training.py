"""A live training on any thread: commands that are refused, commands in a row, views on demand."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

from tests.session.test_conformance import until
from tuitrain.data.loading import load_dataset
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.session.commands import Command, Pause, SaveModel, SetHyperparameter, Start, Step
from tuitrain.session.training import TrainingSession


def test_bad_commands_are_refused_and_training_lives_on(tmp_path: Path) -> None:
    session = TrainingSession(load_dataset("iris"), Hyperparameters())
    session.send(Step(batches=3))
    until(session, lambda s: s.step == 3)
    for command in (SetHyperparameter("seed", -1), SetHyperparameter("lerning_rate", 1), SaveModel(Path("a\0b"))):
        session.send(command)
    session.send(SaveModel(tmp_path / "m"))
    session.send(Step(batches=1))
    assert until(session, lambda s: s.step == 4).step == 4
    assert [bool(entry.refused) for entry in session.journal] == [False, True, True, True, False, False]
    session.close()


def test_a_setting_right_after_the_start_does_not_cancel_it() -> None:
    session = TrainingSession(load_dataset("iris"), Hyperparameters(epochs=100_000, patience=0))
    session.send(Start())
    session.send(SetHyperparameter("learning_rate", 0.02))
    assert until(session, lambda s: s.epoch > 2).epoch > 2
    assert session.snapshot.hyperparameters.learning_rate == 0.02
    session.send(Pause())
    session.close()


def test_a_view_asked_for_during_another_is_computed() -> None:
    session = TrainingSession(load_dataset("iris"), Hyperparameters())
    session.send(Step(epochs=1))
    until(session, lambda s: s.epoch == 1 and not s.is_running)
    look, has_begun, may_end = session._training.live.look, threading.Event(), threading.Event()

    def slowly(*arguments: Any, **rest: Any) -> None:
        has_begun.set()
        may_end.wait(60)
        look(*arguments, **rest)

    session._training.live.look = slowly  # type: ignore[method-assign]
    session.watch({"parameters"})
    assert has_begun.wait(60)
    session.watch({"metric"})
    may_end.set()
    assert until(session, lambda s: s.metric_view is not None).metric_view is not None
    session.close()


def test_views_are_of_the_weights_that_an_edit_or_a_lowered_limit_brings_back() -> None:
    noisy = load_dataset("moons?n=200&noise=0.4")
    session = TrainingSession(noisy, Hyperparameters(patience=30, learning_rate=0.05))
    session.watch({"parameters", "metric"})

    def shown_after(*commands: Command) -> tuple[str, int, int]:
        for command in commands:
            number = session.send(command)
        snapshot = until(session, lambda s: s.answered >= number and not s.is_running)
        assert snapshot.parameters is not None
        assert snapshot.metric_view is not None
        weights = session._training.live.trainer.network.weights[0][0]
        assert (snapshot.parameters.weights[0] == weights).all()
        return snapshot.state, snapshot.parameters.epoch, snapshot.metric_view.epoch

    state, best, _same = shown_after(Start())
    last = session.snapshot.epoch
    assert (state, best) == ("done", session.snapshot.best_epoch)
    assert best < last
    assert shown_after(SetHyperparameter("patience", 0)) == ("paused", last, last)
    assert shown_after(SetHyperparameter("epochs", last), Start()) == ("done", best, best)
    session.close()
