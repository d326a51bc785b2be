"""An ensemble in a session: it is trained, looked at and saved like a single network."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import log_loss

from tuitrain import Hyperparameters, load_dataset, load_model, train
from tuitrain.engine import Trainer
from tuitrain.engine.probabilities import class_probabilities
from tuitrain.runs.metrics_file import epoch_lines
from tuitrain.runs.metrics_reading import read_history
from tuitrain.session.commands import Reset, SetHyperparameter, SetParameter, Start, Step
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


ALONE = H.replace(patience=2, epochs=12, ensemble=4, learning_rate=0.3)


def alone(member: int) -> Trainer:
    """A member of `ALONE` trained by itself."""
    data = load_dataset("iris")
    trainer = Trainer(data.with_validation(data.validation_parts(4)[member]), ALONE.replace(seed=member))
    while not trainer.is_done:
        trainer.epoch()
    return trainer


def test_each_member_is_shown_as_if_it_trained_alone_also_after_its_end() -> None:
    session = TrainingSession(load_dataset("iris"), ALONE)
    try:
        ended(session)
        for member in (3, 0, 1):
            session.watch({"parameters", "metric"}, member=member)
            while session.snapshot.member != member or session.snapshot.parameters is None:
                session.wait(session.snapshot.version, 1)
            seen, expected = session.snapshot, alone(member)
            best = int(expected.early_stopping.best_epoch[0])
            assert seen.shown_best[0] == best
            assert seen.shown_best[1] == pytest.approx(expected.early_stopping.best_loss[0], rel=1e-3)
            for layer, weights in enumerate(expected.network.weights):
                np.testing.assert_allclose(seen.parameters.weights[layer], weights[0], rtol=1e-3, atol=1e-4)
            assert seen.parameters.epoch == best
            assert expected.validation is not None
            right = expected.validation.evaluate().metrics["accuracy"][0]
            assert seen.metric_view is not None
            assert seen.metric_view.values["accuracy"] == pytest.approx(right)
            assert seen.member_history is not None
            assert seen.member_history.length == expected.epochs_done
            np.testing.assert_allclose(
                [layer.gradient_norm for layer in seen.layers], expected.last_record.layer_gradient_norms[0], rtol=1e-2
            )
    finally:
        session.close()


def test_the_band_is_between_the_members_and_together_is_their_average(tmp_path: Path) -> None:
    data = load_dataset("iris")
    session = TrainingSession(data, ALONE.replace(patience=0, epochs=5))
    try:
        ended(session)
        seen, history = session.snapshot, session.snapshot.history
        each = []
        for member, part in enumerate(data.validation_parts(4)):
            trainer = Trainer(data.with_validation(part), ALONE.replace(seed=member, patience=0, epochs=5))
            each.append([float(trainer.epoch().validation_loss[0]) for _ in range(5)])
        np.testing.assert_allclose(history.column("validation_low"), np.min(each, axis=0), rtol=1e-3)
        np.testing.assert_allclose(history.column("validation_high"), np.max(each, axis=0), rtol=1e-3)
        model, whole = session.model(), data.joined.train
        shares = np.zeros((len(whole), 3))
        for part, logits in zip(data.validation_parts(4), model.member_logits(whole.X), strict=True):
            shares[part.validation] += class_probabilities(logits, "cross_entropy")[part.validation]
        rows = np.flatnonzero(shares.sum(axis=1))
        expected = log_loss(whole.y[rows], shares[rows] / shares[rows].sum(axis=1, keepdims=True))
        assert seen.members.together == pytest.approx(expected, rel=1e-4)
        assert seen.members.losses == pytest.approx(np.min(each, axis=1), rel=1e-3)
        (tmp_path / "m").write_bytes(
            b"".join(epoch_lines(history, range(1, 6), 0, part="validation", metric="accuracy", watched="loss"))
        )
        again, _steps = read_history(tmp_path / "m", 2, metric="accuracy", watched="loss")
        for name in ("validation_low", "validation_high"):
            assert np.array_equal(again.column(name), history.column(name))
    finally:
        session.close()


def test_a_weight_is_changed_of_the_member_that_is_shown() -> None:
    session = TrainingSession(load_dataset("iris"), ALONE)
    try:
        session.wait_for_answer(session.send(Step(batches=1)), 60)
        while session.snapshot.state != "paused":
            session.wait(session.snapshot.version, 1)
        session.watch({"parameters"}, member=2)
        seen = session.wait_for_answer(session.send(SetParameter(1, 0.75, 2)), 60)
        while seen.member != 2 or seen.parameters is None or seen.parameters.weights[0].flat[1] != 0.75:
            seen = session.wait(seen.version, 1)
        session.watch({"parameters"}, member=1)
        while seen.member != 1:
            seen = session.wait(seen.version, 1)
        assert seen.parameters.weights[0].flat[1] != 0.75
        session.wait_for_answer(session.send(SetParameter(1, 0.75, 9)), 60)
        assert "network 10 is trained no more" in session.snapshot.message
    finally:
        session.close()
