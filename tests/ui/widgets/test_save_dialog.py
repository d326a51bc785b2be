"""Saving the model: a name is asked for, checked in the dialog, and nothing is overwritten unasked."""

import pytest

from tests.ui.fake_session import FakeSession
from tests.ui.train.test_screen import app_on, text_of
from tuitrain.runs.files import model_name
from tuitrain.session.commands import SaveModel
from tuitrain.ui.train.screen import TrainScreen
from tuitrain.ui.widgets.confirm import Confirm
from tuitrain.ui.widgets.save_dialog import SaveDialog


@pytest.fixture
def session():
    return FakeSession()


@pytest.mark.parametrize(
    ("dataset", "expected"),
    [
        ("iris", "iris.safetensors"),
        ("sales.csv", "sales.safetensors"),
        ("moons?n=1000&noise=0.2", "moons-n-1000-noise-0-2.safetensors"),
        ("../../etc/passwd", "etc-passwd.safetensors"),
        ("\x1b[31m", "31m.safetensors"),
        ("고객.csv", "고객.safetensors"),
        ("고객_utf8.csv", "고객_utf8.safetensors"),
        ("日本" * 50, "日本" * 30 + ".safetensors"),
        ("𠀀" * 60, "𠀀" * 50 + ".safetensors"),
        ("…/!", "model.safetensors"),
    ],
)
def test_the_models_file_is_named_for_the_dataset(dataset, expected):
    assert model_name(dataset) == expected


async def test_saving_asks_for_a_path(session, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+s")
        await pilot.pause()
        assert isinstance(pilot.app.screen, TrainScreen)
        assert "nothing to save" in text_of(pilot.app)
        session.train(5)
        await pilot.press("ctrl+s")
        assert isinstance(pilot.app.screen, SaveDialog)
        await pilot.press("enter")
        await pilot.pause()
        assert [str(command.path) for command in session.sent] == ["iris.safetensors"]
        assert "saved iris.safetensors" in text_of(pilot.app)


async def test_saving_adds_the_suffix_and_refuses_a_missing_directory(session, tmp_path):
    session.train(5)
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+s")
        pilot.app.screen.query_one("Input").value = str(tmp_path / "nowhere" / "model")
        await pilot.press("enter")
        await pilot.pause()
        assert "there is no directory" in text_of(pilot.app)
        pilot.app.screen.query_one("Input").value = str(tmp_path / "model")
        await pilot.press("enter")
    assert session.sent == [SaveModel(tmp_path / "model.safetensors")]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "type a file name"),
        (".", "directory"),
        ("..", "directory"),
        ("/", "directory"),
        ("a/", "directory"),
        ("a/..", "directory"),
        ("~nouser/x", "not a name for a file"),
        ("n" * 300, "not a name for a file"),
        ("a\0b", "not a name for a file"),
        ("/dev/null/x", "no directory"),
    ],
)
async def test_what_is_no_file_name_is_said_in_the_dialog(session, typed, said, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    session.train(5)
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+s")
        pilot.app.screen.query_one("Input").value = typed
        await pilot.press("enter")
        await pilot.pause()
        assert said in text_of(pilot.app)
        assert isinstance(pilot.app.screen, SaveDialog)
    assert session.sent == []


async def test_a_directory_that_may_not_be_read_is_said_in_the_dialog(session, monkeypatch):
    def refuse(self):
        raise PermissionError(13, "Permission denied")

    session.train(5)
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+s")
        monkeypatch.setattr("pathlib.Path.is_dir", refuse)
        await pilot.press("enter")
        await pilot.pause()
        assert "Permission denied" in text_of(pilot.app)


async def test_saving_asks_before_it_overwrites(session, tmp_path):
    session.train(5)
    path = tmp_path / "model.safetensors"
    path.write_text("precious")
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+s")
        pilot.app.screen.query_one("Input").value = str(path)
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(pilot.app.screen, Confirm)
        await pilot.press("n")
        assert session.sent == []
        await pilot.press("enter")
        await pilot.pause()
        await pilot.press("y")
        await pilot.pause()
    assert session.sent == [SaveModel(path)]
