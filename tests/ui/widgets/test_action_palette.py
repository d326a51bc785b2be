"""The palette: every action by name, found by a part of it."""

import pytest

from tests.ui.fake_session import FakeSession
from tests.ui.train.test_screen import app_on
from tuitrain.session.commands import Step
from tuitrain.ui.train.keys import TRAIN_ACTIONS
from tuitrain.ui.train.screen import TrainScreen
from tuitrain.ui.widgets.action_palette import Palette


@pytest.fixture
def session():
    return FakeSession()


async def test_the_palette_finds_an_action_by_a_part_of_its_name(session):
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+p")
        assert isinstance(pilot.app.screen, Palette)
        await pilot.press(*"batch", "enter")
        await pilot.pause()
        assert isinstance(pilot.app.screen, TrainScreen)
    assert session.sent == [Step(batches=1)]


async def test_the_palette_lists_every_action(session):
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+p")
        names = [option.id for option in pilot.app.screen.query_one("OptionList").options]
        assert names == [action.name for action in TRAIN_ACTIONS]
        await pilot.press("escape")
    assert session.sent == []


async def test_arrows_in_the_line_go_through_the_list_beside_it(session):
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+p", "down", "down", "up")
        assert pilot.app.screen.query_one("OptionList").highlighted == 1
        await pilot.press("escape", "d", "down", "down")
        assert pilot.app.screen.query_one("#names").highlighted == 2
