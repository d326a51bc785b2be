"""What is adopted says when the run acts on it, and that is so."""

from __future__ import annotations

import pytest

from tuitrain.data.loading import load_dataset
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.session.commands import Reset, SetHyperparameter, Start, Step
from tuitrain.session.training import TrainingSession
from tuitrain.ui.inspect.adopting import when_it_acts

NOW, RESET, LATER = "from the next batch on", "at the next reset", "when the training goes on or is reset"


def ended(session):
    snapshot = session.wait_for_answer(session.send(Start()), 30)
    while snapshot.is_running:
        snapshot = session.wait(snapshot.version, 30)
    return snapshot


@pytest.mark.parametrize(
    ("epochs", "name", "value", "told"),
    [
        (0, "hidden_layers", (4,), NOW),
        (1, "learning_rate", 0.2, NOW),
        (1, "hidden_layers", (4,), RESET),
        (2, "learning_rate", 0.2, LATER),
        (2, "epochs", 9, NOW),
        (2, "hidden_layers", (4,), RESET),
    ],
)
def test_it_is_said_when_a_value_acts(epochs, name, value, told):
    session = TrainingSession(load_dataset("moons"), Hyperparameters(hidden_layers=(3,), epochs=2))
    snapshot = session.snapshot
    if epochs:
        snapshot = session.wait_for_answer(session.send(Step(epochs=epochs)), 30)
        while snapshot.is_running:
            snapshot = session.wait(snapshot.version, 30)
    assert snapshot.epoch == epochs and when_it_acts(snapshot, [name]).startswith(told)
    snapshot = session.wait_for_answer(session.send(SetHyperparameter(name, value)), 30)
    assert (getattr(snapshot.hyperparameters, name) == value) == (told != RESET)
    assert (ended(session).epoch > epochs) == (epochs < 2 or told == NOW)  # it goes on only where that is said
    session.close()


def test_what_has_diverged_acts_at_the_reset():
    session = TrainingSession(
        load_dataset("diabetes"), Hyperparameters(hidden_layers=(3,), optimizer="sgd", learning_rate=1000.0)
    )
    assert ended(session).state == "diverged"
    assert when_it_acts(session.snapshot, ["learning_rate"]).startswith(RESET)
    session.wait_for_answer(session.send(SetHyperparameter("learning_rate", 0.01)), 30)
    assert ended(session).state == "diverged"
    session.wait_for_answer(session.send(Reset()), 30)
    assert ended(session).state == "done"
    session.close()
