"""`launch FILE` shows the file while it is read: then the room, an error, or the way out."""

import threading
from pathlib import Path

import pytest

from tests.ui.fake_session import FakeSession
from tests.ui.train.test_screen import app_on, text_of
from tests.ui.waiting import settle
from tuitrain.errors import DataError
from tuitrain.ui.data.loading_screen import LoadingScreen
from tuitrain.ui.train.screen import TrainScreen


@pytest.fixture(autouse=True)
def table():
    Path("big.csv").write_text("weight;[b]colour[/]\n1;열\n2;b\n")


async def test_the_file_is_shown_until_it_is_read():
    go_on = threading.Event()
    session = FakeSession()

    def load():
        go_on.wait(60)
        return session

    app = app_on(None, load=("big.csv", load))
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot, lambda: "reading big.csv" in text_of(app))
        assert isinstance(app.screen, LoadingScreen)
        assert "weight;[b]colour[/]" in text_of(app)
        assert "1;열" in text_of(app)
        go_on.set()
        await settle(pilot, lambda: isinstance(app.screen, TrainScreen))
        assert app.session is session
        await pilot.press("q")
        await settle(pilot, lambda: app._exit)


async def test_what_cannot_be_read_ends_the_screen_with_the_reason():
    def load():
        raise DataError("big.csv, line 3: broken")

    app = app_on(None, load=("big.csv", load))
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot, lambda: app._exit)
    assert str(app.failure) == "big.csv, line 3: broken"


@pytest.mark.parametrize("key", ["escape", "q", "ctrl+c"])
async def test_it_can_be_left_before(key):
    go_on = threading.Event()
    app = app_on(None, load=("big.csv", lambda: go_on.wait(60)))
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot, lambda: "reading big.csv" in text_of(app))
        await pilot.press(key)
        await settle(pilot, lambda: app._exit)
    assert not app.is_loaded
    assert app.failure is None
    go_on.set()
