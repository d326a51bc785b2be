"""A question is answered on a copy, bit by bit, and what fails ends nothing."""

from __future__ import annotations

import json
from dataclasses import fields, replace

import numpy as np
import pytest
from threadpoolctl import threadpool_info

from tuitrain.data.loading import load_dataset
from tuitrain.engine.threads import choose_threads
from tuitrain.errors import RunError
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.session.asked.bench import TraceRow
from tuitrain.session.asked.demonstration import Demonstrate
from tuitrain.session.asked.landscape import Plane
from tuitrain.session.asked.race import RunRace
from tuitrain.session.asked.rate_range import RangeTest
from tuitrain.session.asked.seeds import TrainSeeds
from tuitrain.session.asked.step import StepAnswer, StepCurve
from tuitrain.session.asked.what_if import WhatIf
from tuitrain.session.commands import Reset, Start, Step
from tuitrain.session.inspection import ANSWERED_BY, Copy
from tuitrain.session.questions import KINDS, Answer, NoAnswer, Question
from tuitrain.session.snapshot import Snapshot
from tuitrain.session.training import TrainingSession

SECONDS = 60


@pytest.fixture
def session():
    running = TrainingSession(load_dataset("moons"), Hyperparameters(hidden_layers=(6,), epochs=1000, patience=0))
    yield running
    running.close()


def wait_for(session: TrainingSession, holds) -> Snapshot:
    snapshot = session.snapshot
    for _ in range(SECONDS * 10):
        if holds(snapshot):
            return snapshot
        snapshot = session.wait(snapshot.version, 0.1)
    raise AssertionError(snapshot)


def parameters(session: TrainingSession):
    return session._training.live.trainer.network.parameters.copy()


def test_every_question_has_who_answers_it() -> None:
    questions = {kind for kind, cls in KINDS.items() if issubclass(cls, Question) and cls is not Question}
    assert questions == set(ANSWERED_BY)


@pytest.mark.parametrize(
    "question",
    [
        TraceRow(copy=1),
        StepCurve(copy=1),
        TrainSeeds(4, copy=1),
        WhatIf(2, copy=1),
        RangeTest(copy=1),
        RunRace(epochs=2, copy=1),
    ],
)
def test_an_answer_leaves_the_training_as_it_is_and_survives_json(session, question) -> None:
    session.wait_for_answer(session.send(Step(epochs=1)), SECONDS)
    wait_for(session, lambda snapshot: snapshot.epoch == 1 and not snapshot.is_running)
    before = parameters(session)
    session.ask(question)
    snapshot = wait_for(session, lambda now: now.answer is not None and now.answer.is_whole)
    assert snapshot.answer.question == question and snapshot.answer.epoch == 1
    np.testing.assert_array_equal(parameters(session), before)
    back = Snapshot.from_json(json.loads(json.dumps(snapshot.to_json()))).answer
    assert type(back) is type(snapshot.answer) and back.question == question
    for field in fields(back):
        one, other = getattr(snapshot.answer, field.name), getattr(back, field.name)
        if isinstance(one, np.ndarray):
            np.testing.assert_array_equal(one, other)
    session.ask(None)
    wait_for(session, lambda now: now.answer is None)


def test_it_is_answered_while_training_runs_of_the_moment_of_the_copy(session) -> None:
    session.send(Start())
    wait_for(session, lambda now: now.epoch > 2)
    session.ask(StepCurve(copy=7))
    first = wait_for(session, lambda now: isinstance(now.answer, StepAnswer) and now.answer.is_whole)
    epoch = first.answer.epoch
    wait_for(session, lambda now: now.epoch > epoch + 5)
    session.ask(TraceRow(copy=7))
    assert wait_for(session, lambda now: now.answer.question == TraceRow(copy=7)).answer.epoch == epoch
    session.ask(TraceRow(copy=8))
    assert wait_for(session, lambda now: now.answer.question == TraceRow(copy=8)).answer.epoch > epoch


def test_looking_changes_no_bit_of_the_training() -> None:
    found = []
    for asks in (False, True):
        session = TrainingSession(load_dataset("moons"), Hyperparameters(hidden_layers=(6,), epochs=30, patience=0))
        if asks:
            session.ask(StepCurve())
        session.send(Start())
        wait_for(session, lambda now: now.state == "done")
        found.append(parameters(session))
        session.close()
    np.testing.assert_array_equal(*found)


def test_a_question_that_cannot_be_answered_says_why_and_ends_nothing(session, monkeypatch) -> None:
    def breaks(question, copy):
        yield from ()
        raise ZeroDivisionError("of course")

    monkeypatch.setattr("tuitrain.session.inside.step.step_curve", breaks)
    session.ask(StepCurve(copy=3))
    answer = wait_for(session, lambda now: now.answer is not None).answer
    assert isinstance(answer, NoAnswer) and "of course" in answer.problem
    session.wait_for_answer(session.send(Step(epochs=1)), SECONDS)
    assert session.failure is None


def test_an_answer_takes_as_many_threads_as_training_and_is_new_only_where_something_was_found(
    session, monkeypatch
) -> None:
    threads, seen = [], []

    def works(question, copy):
        first, last = NoAnswer(question, problem="first", done=0), NoAnswer(question, problem="last")
        for answer in (first, first, first, last):
            threads.extend(pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas")
            yield answer
            seen.append(session._training.watching.inspection.answer)

    monkeypatch.setattr("tuitrain.session.inside.step.step_curve", works)
    session.ask(StepCurve(copy=4))
    wait_for(session, lambda now: now.answer is not None and now.answer.problem == "last")
    assert set(threads) == {choose_threads((2, 6, 1))}  # of every library that has been loaded
    assert len({id(answer) for answer in seen}) == 1


def test_another_dataset_is_not_answered_from_the_old_copy(session) -> None:
    session.ask(TraceRow(copy=1))
    wait_for(session, lambda now: now.answer is not None)
    session.wait_for_answer(session.send(Reset()), SECONDS)
    session.ask(TraceRow(copy=2))
    assert wait_for(session, lambda now: now.answer.question.copy == 2).answer.epoch == 0


@pytest.mark.parametrize(
    ("question", "free", "told"),
    [
        (TraceRow(copy=1), 37 * 80 - 1, "a copy of the network for a page needs 0.0 GiB"),
        (Plane("path", copy=1), 37 * 80, "the path of 60 steps before and after needs 0.0 GiB; 0.0 GiB are free"),
        (TrainSeeds(copy=1), 16 * 37 * 7 * 4, "hidden layers: 2x7x2 has 37 parameters, and training them needs"),
    ],
)  # 37 parameters
def test_a_page_that_memory_has_no_room_for_says_so_and_the_run_goes_on(question, free, told, monkeypatch) -> None:
    session = TrainingSession(load_dataset("moons"), Hyperparameters(hidden_layers=(7,), epochs=9, batch_size=1))
    session.wait_for_answer(session.send(Step(epochs=1)), SECONDS)
    monkeypatch.setattr("tuitrain.engine.memory.available_memory", lambda: free)
    session.ask(question)
    answer = wait_for(session, lambda now: now.answer is not None and now.answer.problem).answer
    assert answer.problem.startswith(told)
    monkeypatch.undo()
    session.ask(replace(question, copy=2))
    wait_for(session, lambda now: now.answer is not None and now.answer.question.copy == 2 and not now.answer.problem)
    session.close()


def test_a_demonstration_makes_no_copy_of_the_run(session, monkeypatch) -> None:
    monkeypatch.setattr(Copy, "of", lambda *given: pytest.fail("copied"))
    question = Demonstrate("moons", "learning_rate", ("0.1", "0.2"), epochs=2, show=("loss",))
    session.ask(question)
    answer = wait_for(session, lambda now: now.answer is not None and now.answer.is_whole).answer
    assert not answer.problem and answer.question == question


@pytest.mark.parametrize(
    "json_of", [{}, {"kind": "nonsense"}, {"kind": "step_curve", "steps": "x"}, [], {"kind": "step_answer"}]
)
def test_what_is_no_question_is_refused(json_of) -> None:
    with pytest.raises(RunError):
        Question.from_json(json_of)
    assert issubclass(NoAnswer, Answer)
