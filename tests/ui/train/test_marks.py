"""Edits that training does not use are marked on the screen, with the reason."""

import pytest

from tests.ui.fake_session import FakeSession
from tests.ui.train.test_screen import app_on, text_of
from tuitrain.session.snapshot import Refused


@pytest.fixture
def session():
    return FakeSession()


async def test_a_value_that_does_not_fit_stays_marked_with_the_reason(session):
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        session.become(refused={"loss": Refused("cross_entropy", "loss: cross_entropy needs classes")})
        pilot.app.screen.show(session.snapshot)
        await pilot.pause()
        text = text_of(pilot.app)
        assert "*cross_entropy" in text
        assert "✗ cross_entropy needs" in text


async def test_what_was_changed_after_the_end_is_marked(session):
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        rate = session.snapshot.hyperparameters.replace(learning_rate=0.05)
        session.become(state="done", hyperparameters=rate, unused=frozenset({"learning_rate"}))
        pilot.app.screen.show(session.snapshot)
        await pilot.pause()
        assert "*0.05" in text_of(pilot.app)
        assert "not used: training" in text_of(pilot.app)


async def test_a_range_in_a_field_is_answered_with_the_key_of_the_search(session):
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        pilot.app.screen.form.go_to("learning_rate")
        await pilot.press("enter", *"1e-3", "full_stop", "full_stop", "1", "enter")
        await pilot.pause()
        assert "key 2" in text_of(pilot.app)
    assert session.sent == []
