"""The help page: the field first, then every key; each pane has a page."""

import pytest

from tests.ui.fake_session import FakeSession
from tests.ui.train.test_screen import app_on, text_of
from tests.ui.waiting import settle
from tuitrain.pages.lookup import look_up
from tuitrain.session.commands import Step
from tuitrain.ui.train.keys import COLUMNS, TRAIN_ACTIONS
from tuitrain.ui.widgets.pane import LivePane

SIZES = [(80, 24), (120, 40), (200, 50)]


@pytest.fixture
def session():
    return FakeSession()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.long
async def test_help_explains_the_field_first_and_lists_every_key_then(session, size):
    async with app_on(session).run_test(size=size) as pilot:
        pilot.app.screen.form.go_to("learning_rate")
        await pilot.press("question_mark")
        await settle(pilot, lambda: "now 0.01" in text_of(pilot.app))
        text = text_of(pilot.app)
        assert "How far a step goes along the negative gradient" in text
        assert "tuitrain help learning rate" in text and "? keys" in text
        await pilot.press("question_mark")
        await settle(pilot, lambda: "Keys" in text_of(pilot.app))
        text = text_of(pilot.app)
        for section in sum(COLUMNS, ()):
            assert section in text
        for action in TRAIN_ACTIONS:
            assert (action.pair or (action.shown, action.meaning))[1] in text
        assert "How far a step" not in text
        await pilot.press("s", "escape")
        await pilot.pause()
        assert "Hyperparameters" in text_of(pilot.app)
        await pilot.press("s")
    assert session.sent == [Step(batches=1)]


async def test_f1_lists_the_keys_at_once_and_every_pane_has_a_page(session):
    async with app_on(session).run_test(size=(200, 50)) as pilot:
        await pilot.press("f1")
        await pilot.pause()
        assert all(section in text_of(pilot.app) for section in sum(COLUMNS, ()))
        await pilot.press("f1")
        await pilot.pause()
        assert "Keys" not in text_of(pilot.app)
        panes = [child.id for child in pilot.app.screen.children if isinstance(child, LivePane)]
        assert len(panes) > 3
        assert all(look_up(name) for name in panes), panes
        await pilot.press("tab", "question_mark")
        await settle(pilot, lambda: "tuitrain help " in text_of(pilot.app))
