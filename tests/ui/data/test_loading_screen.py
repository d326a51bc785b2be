"""`launch FILE` shows the file while it is read: then the room, an error, or the way out."""

import threading
from pathlib import Path

import pytest

from tests.ui.fake_session import FakeSession
from tests.ui.train.test_screen import app_on, text_of
from tests.ui.waiting import settle
from tuitrain.data.loading import load_dataset
from tuitrain.errors import DataError
from tuitrain.options.data_options import DataOptions
from tuitrain.session.datasets import DATASETS
from tuitrain.ui.data.chooser import DatasetChooser
from tuitrain.ui.data.dataset_screen import DatasetScreen
from tuitrain.ui.data.loading_screen import LoadingScreen
from tuitrain.ui.data.to_load import ToLoad
from tuitrain.ui.train.screen import TrainScreen
from tuitrain.ui.widgets.short_list import ShortList


@pytest.fixture(autouse=True)
def table():
    Path("big.csv").write_text("weight;[b]colour[/]\n1;열\n2;b\n")


async def test_the_file_is_shown_until_it_is_read():
    go_on = threading.Event()
    session = FakeSession()

    def read(progress):
        progress(3, 12)
        go_on.wait(60)
        return "the dataset"

    app = app_on(None, load=ToLoad("big.csv", DataOptions(), read), begin={"the dataset": session}.get)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot, lambda: "reading big.csv ━━━╌╌╌╌╌╌╌╌╌ 25 %" in text_of(app))
        assert isinstance(app.screen, LoadingScreen)
        assert "weight;[b]colour[/]" in text_of(app)
        assert "1;열" in text_of(app)
        go_on.set()
        await settle(pilot, lambda: isinstance(app.screen, TrainScreen))
        assert app.session is session
        await pilot.press("q")
        await settle(pilot, lambda: app._exit)


async def test_what_cannot_be_read_ends_the_screen_with_the_reason():
    def read(progress):
        raise DataError("big.csv, line 3: broken")

    app = app_on(None, load=ToLoad("big.csv", DataOptions(), read))
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot, lambda: app._exit)
    assert str(app.failure) == "big.csv, line 3: broken"


@pytest.mark.parametrize("key", ["escape", "q", "ctrl+c"])
async def test_it_can_be_left_before_and_is_read_no_further(key):
    has_ended = threading.Event()

    def read(progress):
        try:
            while not has_ended.wait(0.001):
                progress(1, 10)
        finally:
            has_ended.set()

    app = app_on(None, load=ToLoad("big.csv", DataOptions(), read))
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot, lambda: "10 %" in text_of(app))
        await pilot.press(key)
        await settle(pilot, lambda: app._exit)
        await settle(pilot, has_ended.is_set)
    assert not app.is_loaded
    assert app.failure is None


def failing(source, **options):
    """What `launch` gives the application for a table that asks or cannot be read."""

    def read(progress):
        return load_dataset(source, **options)

    return ToLoad(source, DataOptions.from_mapping(options), read)


async def test_a_table_that_asks_opens_in_the_dataset_dialog_where_it_is_answered():
    Path("asks.csv").write_text(
        "a;b;y\n" + "".join(f"{n % 90 + 1};{n % 7};{n % 2}\n" for n in range(60)) + "45.000;1;0\n"
    )
    session = FakeSession()
    app = app_on(None, load=failing("asks.csv", target="y"), begin={"iris": session}.get, instead=lambda: "iris")
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot, lambda: isinstance(app.screen, DatasetScreen))
        await settle(pilot, lambda: "may be 45 or 45000" in text_of(app))
        await pilot.press("enter")  # which asks
        await settle(pilot, lambda: isinstance(app.screen, ShortList))
        await pilot.press("enter")
        await settle(pilot, lambda: isinstance(app.screen, DatasetScreen) and not app.screen.reading.is_reading)
        await pilot.press("enter")
        await settle(pilot, lambda: bool(session.sent))
    assert app.failure is None
    assert DATASETS.find(session.sent[-1].dataset).name == "asks.csv"


async def test_an_option_that_does_not_fit_is_told_in_the_dialog():
    app = app_on(
        None, load=failing("big.csv", target="length"), begin={"iris": FakeSession()}.get, instead=lambda: "iris"
    )
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot, lambda: isinstance(app.screen, DatasetScreen))
        await settle(pilot, lambda: '"length"' in text_of(app))
        await settle(pilot, lambda: "2 rows × 2" in text_of(app))


async def test_what_is_no_table_is_told_in_the_chooser():
    Path("page.parquet").write_bytes(b"no such thing")
    app = app_on(None, load=failing("page.parquet"), begin={"iris": FakeSession()}.get, instead=lambda: "iris")
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot, lambda: isinstance(app.screen, DatasetChooser))
        await settle(pilot, lambda: "page.parquet: " in text_of(app))
        await pilot.press("escape")
        await settle(pilot, lambda: isinstance(app.screen, TrainScreen))
