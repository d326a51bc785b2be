"""Edits in the form are answered by their numbers, by the real session and the fake."""

from dataclasses import replace

import pytest

from tests.plain import plain, plain_dataset
from tests.ui.fake_session import FakeSession
from tuitrain.session.commands import Step
from tuitrain.session.training import TrainingSession
from tuitrain.ui.train.form_model import FormModel


@pytest.fixture(params=["real", "fake"])
def session(request):
    h = plain(hidden_layers=(6, 5))
    made = (
        TrainingSession(plain_dataset("moons?n=28"), h) if request.param == "real" else FakeSession(hyperparameters=h)
    )
    made.wait_for_answer(made.send(Step(batches=1)), 60)
    while made.snapshot.state != "paused":
        made.wait(made.snapshot.version, 60)
    yield made
    made.close()


@pytest.fixture
def edited(session):
    """A form on the session; `edited.numbers` are those of its edits."""

    def send(command):
        model.numbers.append(session.send(command))
        return model.numbers[-1]

    model = FormModel(send)
    model.numbers = []
    model.take(session.snapshot)
    return model


def test_a_value_that_the_session_changes_to_its_own_is_answered(session, edited):
    edited.put("hidden_layers", [4, 4])
    assert (edited.mark("hidden_layers"), edited.has_unanswered) == ("waiting", True)
    edited.take(session.wait_for_answer(edited.numbers[-1], 60))
    assert (edited.current("hidden_layers"), edited.mark("hidden_layers")) == ((4, 4), "at reset")
    assert not edited.has_unanswered


def test_a_refused_value_is_answered_with_the_reason(session, edited):
    edited.put("learning_rate", -1.0)
    assert (edited.current("learning_rate"), edited.mark("learning_rate")) == (-1.0, "waiting")
    edited.take(session.wait_for_answer(edited.numbers[-1], 60))
    assert (edited.current("learning_rate"), edited.mark("learning_rate")) == (-1.0, "refused")
    assert "learning rate" in edited.refused["learning_rate"].why
    edited.put("learning_rate", 0.5)
    edited.take(session.wait_for_answer(edited.numbers[-1], 60))
    assert (edited.current("learning_rate"), edited.mark("learning_rate"), dict(edited.refused)) == (0.5, "", {})


def test_of_ten_quick_edits_the_last_is_shown_until_it_is_answered(session, edited):
    before = session.snapshot
    for tenth in range(1, 11):
        edited.put("learning_rate", tenth / 10)
    session.wait_for_answer(edited.numbers[-1], 60)
    for number in edited.numbers[:-1]:  # snapshots that answered only some, as a slow reader may get them
        between = before.hyperparameters.replace(learning_rate=1.0 if number == edited.numbers[4] else 0.1)
        edited.take(replace(before, hyperparameters=between, answered=number))
        assert (edited.current("learning_rate"), edited.mark("learning_rate")) == (1.0, "waiting")
    edited.take(session.snapshot)
    assert (edited.current("learning_rate"), edited.mark("learning_rate")) == (1.0, "")
    assert [edit.new for edit in session.snapshot.edits] == [tenth / 10 for tenth in range(1, 11)]


def test_an_edit_and_its_undo_are_answered_one_after_the_other(session, edited):
    before = session.snapshot
    edited.set("learning_rate", 0.5)
    edited.undo()
    first, second = edited.numbers
    edited.take(before)  # nothing is answered: the old value is in use, and the edit is on its way
    assert (edited.current("learning_rate"), edited.mark("learning_rate")) == (0.01, "waiting")
    taken = before.hyperparameters.replace(learning_rate=0.5)
    edited.take(replace(before, hyperparameters=taken, answered=first))
    assert (edited.current("learning_rate"), edited.mark("learning_rate")) == (0.01, "waiting")
    edited.take(session.wait_for_answer(second, 60))
    assert (edited.current("learning_rate"), edited.mark("learning_rate")) == (0.01, "")
    assert not edited.has_unanswered


def test_an_answer_that_was_shown_while_the_edit_was_sent_counts(session):
    def send(command):
        number = session.send(command)
        model.take(session.wait_for_answer(number, 60))
        return number

    model = FormModel(send)
    model.put("learning_rate", 0.25)
    assert (model.current("learning_rate"), model.mark("learning_rate")) == (0.25, "")
    assert not model.has_unanswered
