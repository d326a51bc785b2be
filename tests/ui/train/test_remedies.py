"""Remedies on the Train screen: tried on copies while the training rests, what an adopted one did, taken back by u."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.ui import fake_session
from tests.ui.fake_session import FakeSession
from tests.ui.train.test_findings import DEAD, OTHER
from tests.ui.train.test_screen import app_on, text_of
from tests.ui.waiting import settle
from tuitrain.diagnosis.finding import Finding
from tuitrain.diagnosis.observation import Observed
from tuitrain.diagnosis.probe import Probe
from tuitrain.runs.history import History
from tuitrain.session.asked.remedies import RemediesAnswer, TryRemedies
from tuitrain.session.asked.start import CheckStart, StartChecked
from tuitrain.session.commands import ContinueRun, Reset, SetHyperparameter
from tuitrain.ui.train.adopted import Adopted

DONE = Finding("done", "note", "done")


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> FakeSession:
    monkeypatch.setattr(fake_session, "findings", lambda course: [DEAD, OTHER])
    session = FakeSession()
    session.question = None
    session.train(20)
    return session


def answer_to(question: TryRemedies, losses: list[list[float]], **changes: Any) -> RemediesAnswer:
    values = np.array(losses)
    nothing = np.full(values.shape, np.nan)
    told: dict[str, Any] = {"done": values.shape[1] - 1, "total": values.shape[1] - 1, **changes}
    return RemediesAnswer(
        question, values, nothing, nothing, 0.5, ("",) * (len(losses) - 1), "loss", "validation", 20, **told
    )  # fmt: skip


async def test_remedies_are_tried_while_the_training_rests_or_is_looked_at_and_not_else(session: FakeSession) -> None:
    session.become(state="running")
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await settle(pilot, lambda: "dead units" in text_of(pilot.app))
        assert session.question is None
        await pilot.press("exclamation_mark")
        session.become()
        await settle(pilot, lambda: session.question is not None)
        asked = session.question
        assert isinstance(asked, TryRemedies)
        assert (asked.options, asked.restarts) == (("--learning-rate 0.003", "--gradient-clip 1"), (True, False))
        await pilot.press("escape")
        session.become()
        await settle(pilot, lambda: session.question is None)
        session.become(state="paused")
        await settle(pilot, lambda: isinstance(session.question, TryRemedies) and session.question.copy != asked.copy)


async def test_what_each_copy_came_to_stands_under_the_finding_and_the_best_has_the_first_key(
    session: FakeSession,
) -> None:
    session.become(state="paused")
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await settle(pilot, lambda: session.question is not None)
        part = answer_to(session.question, [[0.6, 0.55], [np.nan, 0.9], [0.6, 0.4]], total=10)
        session.become(answer=part)
        await settle(pilot, lambda: "1/10 epochs" in text_of(pilot.app))
        assert "F2 learning rate 0.003, anew" in text_of(pilot.app)
        session.become(answer=answer_to(session.question, [[0.6, 0.55, 0.52], [np.nan, 0.9, 0.8], [0.6, 0.4, 0.3]]))
        await settle(pilot, lambda: "2 epochs" in text_of(pilot.app))
        shown = [" ".join(line.split("││")[-1].strip("│ ").split()) for line in text_of(pilot.app).splitlines()]
        assert "F2 gradient clip 1 0.300 ✓ -0.200 better" in shown
        assert "F3 learning rate 0.003, anew 0.800 ✗ +0.300 worse" in shown
        assert "as it is: val. loss 0.500 (2 epochs)" in shown
        session.sent.clear()
        await pilot.press("f2")
        assert session.sent == [SetHyperparameter("gradient_clip", 1.0)]
        await pilot.press("exclamation_mark")
        assert "--gradient-clip 1 0.300 ✓ -0.200 better" in " ".join(text_of(pilot.app).split())


def begun(session: FakeSession, *, run: Path | None = None) -> Adopted:
    """Adopt the first remedy in a training whose units are nearly all dead."""
    session.become(
        state="done", run=run, best_loss=0.62, observation=Observed(now=Probe(20, dead=(0.71, 0.1)))
    )  # fmt: skip
    return Adopted("F2", DEAD.remedies[0], "dead_units", session.snapshot, is_anew=True, edits=0)


@pytest.mark.parametrize(
    ("loss", "dead", "told"),
    [
        (0.31, 0.04, "F2 worked: dead units 71% → 4%, validation loss 0.62 → 0.31 in 20 epochs"),
        (0.615, 0.71, "F2 made no difference: dead units 71% → 71%, validation loss 0.62 → 0.615 in 20 epochs; u takes "
                      "it back"),
        (0.9, 0.8, "F2 did not help: dead units 71% → 80%, validation loss 0.62 → 0.9 in 20 epochs; u takes it back"),
    ],
)  # fmt: skip
def test_after_enough_epochs_the_effect_is_told(session: FakeSession, loss: float, dead: float, told: str) -> None:
    adopted = begun(session)
    assert adopted.effect(session.snapshot)[1] == ""
    now = replace(
        session.snapshot, history=History(2), epochs_recorded=5, state="running", best_loss=loss,
        observation=Observed(now=Probe(20, dead=(dead, 0.0))),
    )  # fmt: skip
    assert adopted.follows(now) and adopted.effect(now)[1] == ""
    assert adopted.effect(replace(now, epochs_recorded=20))[1] == told
    assert not adopted.follows(replace(now, history=History(2)))  # another training has begun


def test_a_remedy_is_taken_back_to_the_run_that_was_left_or_by_its_values(session: FakeSession) -> None:
    before = session.snapshot.hyperparameters
    rate = SetHyperparameter("learning_rate", before.learning_rate)
    assert begun(session, run=Path("runs/x")).back() == (ContinueRun(Path("runs/x")), rate)
    source = session.snapshot.dataset.source
    assert begun(session).back() == (rate, Reset(source))
    live = Adopted("F3", DEAD.remedies[1], "dead_units", session.snapshot, is_anew=False, edits=0)
    assert live.back() == (SetHyperparameter("gradient_clip", before.gradient_clip),)


async def test_u_takes_the_remedy_back_before_edits_that_were_made_earlier(session: FakeSession) -> None:
    session.become(state="paused")
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await pilot.press("slash", *"gradient clip", "enter", "plus", "f3")
        before = session.sent[-2].value
        assert session.sent[-1] == SetHyperparameter("gradient_clip", 1.0) != session.sent[-2]
        await pilot.press("u")
        assert session.sent[-1] == SetHyperparameter("gradient_clip", before)
        await pilot.press("u")
        assert session.sent[-1] == SetHyperparameter("gradient_clip", 0.0)


async def test_a_remedy_is_adopted_though_its_finding_is_gone_when_the_question_is_answered(
    session: FakeSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    session.become(state="running")
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await pilot.press("f2")
        await settle(pilot, lambda: "Adopt, and start over?" in text_of(pilot.app))
        monkeypatch.setattr(fake_session, "findings", lambda course: [])
        session.become()
        await settle(pilot, lambda: not session.snapshot.findings)
        await pilot.press("y")
        await settle(pilot, lambda: SetHyperparameter("learning_rate", 0.003) in session.sent)


async def test_what_an_adopted_remedy_did_stands_above_the_finding(
    session: FakeSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    session.become(state="paused", best_loss=0.62)
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await pilot.press("f3")
        monkeypatch.setattr(fake_session, "findings", lambda course: [DONE])
        session.train(40)
        session.become(state="done", best_loss=0.31)

        def rows() -> list[str]:
            return [line.split("││")[-1].strip("│ ") for line in text_of(pilot.app).splitlines()]

        await settle(pilot, lambda: "✓ done" in rows())
        place = rows().index("✓ done")
        assert " ".join(rows()[place - 2 : place]) == "✓ F3 worked: validation loss 0.62 → 0.31 in 20 epochs"


async def test_what_is_wrong_with_the_start_is_told_before_it_and_mended_without_starting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    session = FakeSession()
    session.question = None
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await settle(pilot, lambda: isinstance(session.question, CheckStart))
        session.become(answer=StartChecked(session.question, (DEAD,), done=0))
        await settle(pilot, lambda: "! dead units: 94 % of layer 1 are silent · F2" in text_of(pilot.app))
        await pilot.press("f2")
        assert session.sent == [SetHyperparameter("learning_rate", 0.003), Reset()]
        asked = session.question
        await settle(pilot, lambda: "press space" in text_of(pilot.app))
        assert isinstance(session.question, CheckStart) and session.question.copy <= asked.copy
