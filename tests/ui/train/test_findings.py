"""Findings on the Train screen: the line, the page of all of them, and the keys that adopt a remedy."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.ui import fake_session
from tests.ui.fake_session import FakeSession
from tests.ui.train.test_screen import app_on, text_of
from tests.ui.waiting import settle
from tuitrain.diagnosis.finding import Figure, Finding, Remedy
from tuitrain.session.commands import Reset, SetHyperparameter, Start

DEAD = Finding(
    "dead_units", "warning", "dead units: 94 % of layer 1 are silent", (Figure("share of dead units", 0.94, 0.85, 1),),
    (Remedy("smaller steps", "--learning-rate 0.003", restart=True), Remedy("a clip", "--gradient-clip 1")),
    "dead_units",
)  # fmt: skip
OTHER = replace(DEAD, kind="clipped", text="clipped: most steps are cut", evidence=(), remedies=())


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> FakeSession:
    monkeypatch.setattr(fake_session, "findings", lambda course: [DEAD, OTHER])
    session = FakeSession()
    session.train(20)
    session.become(state="done")
    session.sent.clear()
    return session


async def test_the_line_says_what_is_amiss_which_key_mends_it_and_that_there_is_more(session: FakeSession) -> None:
    async with app_on(session).run_test(size=(120, 40)) as pilot:
        await settle(pilot, lambda: "dead units" in text_of(pilot.app))
        shown = " ".join(text_of(pilot.app).split())
    assert "! dead units: 94 % of layer 1 are silent · F2 learning rate 0.003, anew · ! 1 more" in shown


async def test_the_page_lists_evidence_with_its_limit_and_every_remedy(session: FakeSession) -> None:
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await pilot.press("exclamation_mark")
        await settle(pilot, lambda: "its page" in text_of(pilot.app))
        shown = text_of(pilot.app)
        assert "share of dead units 0.94 (limit 0.85), layer 1" in shown
        assert "F2 smaller steps, anew" in shown and "F3 a clip   --gradient-clip 1" in shown
        assert "clipped: most steps are cut" in shown
        await pilot.press("exclamation_mark")
        await settle(pilot, lambda: "its page" not in text_of(pilot.app))


async def test_a_key_adopts_a_remedy_on_the_page_and_what_would_be_lost_is_asked_for(session: FakeSession) -> None:
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await pilot.press("exclamation_mark", "f3")
        assert session.sent == [SetHyperparameter("gradient_clip", 1.0), Start()]
        session.sent.clear()
        await pilot.press("f2", "n")
        assert session.sent == []
        await pilot.press("f2", "y")
        assert session.sent == [SetHyperparameter("learning_rate", 0.003), Reset(), Start()]
        await pilot.press("f4")
        assert len(session.sent) == 3
