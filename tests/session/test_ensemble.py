"""An ensemble in a session: it is trained, looked at and saved like a single network."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tuitrain import Hyperparameters, load_dataset, load_model, train
from tuitrain.session.commands import Reset, SetHyperparameter, Start
from tuitrain.session.training import TrainingSession

H = Hyperparameters(ensemble=3, hidden_layers=(5,), epochs=25, patience=2, batch_size=16, learning_rate=0.05)


def ended(session: TrainingSession) -> None:
    session.wait_for_answer(session.send(Start()), 60)
    while session.snapshot.state in {"ready", "running"}:
        session.wait(session.snapshot.version, 1)


def test_a_session_makes_the_same_ensemble_as_a_call(tmp_path: Path) -> None:
    dataset = load_dataset("iris")
    session = TrainingSession(dataset, H)
    try:
        ended(session)
        assert session.snapshot.state == "done"
        expected = train(dataset, H, threads=1)
        model = session.model()
        np.testing.assert_allclose(model.network.parameters, expected.model.network.parameters, rtol=1e-3, atol=1e-4)
        model.save(tmp_path / "model")
        assert load_model(tmp_path / "model").network.members == 3
        told = session.describe()
        alone = np.mean(told["ensemble"]["validation_losses"])
        said = f"validation loss {told['validation']['loss']:.3g} together, {alone:.3g} alone"
        assert said in session.snapshot.ending
        assert told["ensemble"]["members"] == 3
        assert told["given"]["ensemble"] == 3
        assert told["test"]["loss"] == pytest.approx(expected.evaluations["test"]["loss"], rel=1e-2)
        assert session.finished[0].hyperparameters.ensemble == 3
    finally:
        session.close()


def test_an_ensemble_is_edited_while_it_trains_and_left_for_a_single_network() -> None:
    session = TrainingSession(load_dataset("iris"), H.replace(patience=0, epochs=4))
    try:
        ended(session)
        session.wait_for_answer(session.send(SetHyperparameter("ensemble", 1)), 60)
        assert session.snapshot.pending == {"ensemble": 1}
        session.wait_for_answer(session.send(Reset()), 60)
        ended(session)
        assert session.model().network.members == 1
    finally:
        session.close()
