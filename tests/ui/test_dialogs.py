"""The dialogs over the Train screen: help, palette, saving, choosing a dataset."""

import threading

import pytest
from rich.cells import cell_len
from textual.events import Key
from textual.screen import ModalScreen

from tests.ui.fake_session import FakeSession, make_dataset
from tests.ui.train.test_screen import app_on, text_of
from tests.ui.waiting import resize, settle
from tuitrain.pages.lookup import look_up
from tuitrain.runs.files import model_name
from tuitrain.session.commands import Reset, SaveModel, Step
from tuitrain.session.datasets import DATASETS
from tuitrain.ui.data.chooser import DatasetChooser
from tuitrain.ui.terminal.dialog import Dialog
from tuitrain.ui.train.keys import COLUMNS, TRAIN_ACTIONS
from tuitrain.ui.train.save import SaveDialog
from tuitrain.ui.train.screen import TrainScreen
from tuitrain.ui.widgets.action_palette import Palette
from tuitrain.ui.widgets.confirm import Confirm
from tuitrain.ui.widgets.pane import LivePane
from tuitrain.ui.widgets.text_lines import Lines

SIZES = [(80, 24), (120, 40), (200, 50)]


@pytest.fixture
def session():
    return FakeSession()


@pytest.mark.parametrize("size", SIZES)
async def test_help_explains_the_field_first_and_lists_every_key_then(session, size):
    async with app_on(session).run_test(size=size) as pilot:
        pilot.app.screen.form.go_to("learning_rate")
        await pilot.press("question_mark")
        await pilot.pause()
        text = text_of(pilot.app)
        assert "now 0.01" in text
        assert "Too large: the loss jumps or explodes." in text
        assert "all keys, esc closes" in text
        await pilot.press("question_mark")
        await pilot.pause()
        text = text_of(pilot.app)
        for section in sum(COLUMNS, ()):
            assert section in text
        for action in TRAIN_ACTIONS:
            assert (action.pair or (action.shown, action.meaning))[1] in text
        assert "Too large" not in text
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
        assert "all keys" not in text_of(pilot.app)
        panes = [child.id for child in pilot.app.screen.children if isinstance(child, LivePane)]
        assert len(panes) > 3
        assert all(look_up(name) for name in panes), panes
        await pilot.press("tab", "question_mark")
        await pilot.pause()
        assert "tuitrain help " in text_of(pilot.app)


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


@pytest.mark.parametrize(
    ("dataset", "expected"),
    [
        ("iris", "iris.safetensors"),
        ("sales.csv", "sales.safetensors"),
        ("moons?n=1000&noise=0.2", "moons-n-1000-noise-0-2.safetensors"),
        ("../../etc/passwd", "etc-passwd.safetensors"),
        ("\x1b[31m", "31m.safetensors"),
        ("日本", "model.safetensors"),
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


async def test_choosing_a_bundled_dataset(session):
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await pilot.press("d")
        assert isinstance(pilot.app.screen, DatasetChooser)
        await pilot.press(*"win", "enter")
        await settle(pilot, lambda: "178 rows" in text_of(pilot.app))
        text = text_of(pilot.app)
        assert "cultivar" in text
        await pilot.press("enter")
        await settle(pilot, lambda: bool(session.sent))
        await pilot.pause()
        assert "│ wine ·" in text_of(pilot.app)
    assert isinstance(session.sent[0], Reset)
    assert DATASETS.find(session.sent[0].dataset).target_name == "cultivar"


async def test_choosing_a_file_and_its_target(session, tmp_path):
    path = tmp_path / "a [b] table.csv"
    rows = [f"{n},{n % 7},{'ja' if n % 2 else 'nein'},{n * 0.5}" for n in range(60)]
    path.write_text("\n".join(["[red]x[/],n,answer,z", *rows]))
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await pilot.press("d")
        pilot.app.screen.query_one("Input").value = str(path)
        await pilot.press("enter")
        await settle(pilot, lambda: "60 rows, 4 columns" in text_of(pilot.app))
        assert "[red]x[/]" in text_of(pilot.app)
        await pilot.press("home", "down", "down", "down", "enter")
        await settle(pilot, lambda: bool(session.sent))
    assert DATASETS.find(session.sent[0].dataset).target_name == "answer"


async def test_a_source_that_cannot_be_read_is_said_in_place(session):
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await pilot.press("d")
        pilot.app.screen.query_one("Input").value = "./missing.csv"
        await pilot.press("enter")
        await settle(pilot, lambda: "no such file" in text_of(pilot.app))
        await pilot.press("escape")
        assert isinstance(pilot.app.screen, TrainScreen)
    assert session.sent == []


class Panic(BaseException):
    """As polars' PanicException: no Exception."""


@pytest.mark.parametrize("error", [ZeroDivisionError("unforeseen"), Panic("unforeseen"), MemoryError("unforeseen")])
@pytest.mark.parametrize("work", ["preview", "load_dataset"])
async def test_whatever_reading_a_dataset_raises_is_said_in_place(session, monkeypatch, error, work):
    def broken(*args, **rest):
        raise error

    monkeypatch.setattr(f"tuitrain.ui.data.chooser.{work}", broken)
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await pilot.press("d", "enter")
        if work == "load_dataset":
            await settle(pilot, lambda: "150 rows" in text_of(pilot.app))
            await pilot.press("enter")
        await settle(pilot, lambda: f"{type(error).__name__}: unforeseen" in text_of(pilot.app))
        assert isinstance(pilot.app.screen, DatasetChooser)
    assert session.sent == []


@pytest.mark.parametrize("source", ["-", "/dev/tty"])
async def test_the_keyboard_is_no_dataset(session, source):
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await pilot.press("d")
        pilot.app.screen.query_one("Input").value = source
        await pilot.press("enter")
        await pilot.pause()
        assert "is the keyboard here" in text_of(pilot.app)


async def test_escape_gives_up_a_dataset_that_is_being_loaded(session, monkeypatch):
    session.train(5)
    go_on, has_come = threading.Event(), threading.Event()

    def late(*args, **rest):
        go_on.wait(60)
        has_come.set()
        return make_dataset()

    monkeypatch.setattr("tuitrain.ui.data.chooser.load_dataset", late)
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await pilot.press("d", "enter")
        await settle(pilot, lambda: "150 rows" in text_of(pilot.app))
        await pilot.press("enter")
        await settle(pilot, lambda: "loading iris" in text_of(pilot.app))
        await pilot.press("escape")
        go_on.set()
        await settle(pilot, has_come.is_set)
        await pilot.pause(0.1)  # in which nothing may change
        assert isinstance(pilot.app.screen, DatasetChooser)
        assert "given up" in text_of(pilot.app)
        await pilot.press("escape", "escape")
        assert isinstance(pilot.app.screen, TrainScreen)
    assert session.sent == []


async def test_a_hanging_file_keeps_nobody_from_leaving(session, monkeypatch):
    hangs = threading.Event()
    monkeypatch.setattr("tuitrain.ui.data.chooser.preview", lambda *args, **rest: hangs.wait(30))
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await pilot.press("d", "enter")
        await settle(pilot, lambda: "reading iris" in text_of(pilot.app))
        assert all(thread.daemon for thread in threading.enumerate() if thread.name == "beside the screen")
        assert not any(thread.name.startswith("asyncio") for thread in threading.enumerate())
        await pilot.press("escape", "escape", "q")
        assert pilot.app._exit
    hangs.set()


async def test_the_detected_target_of_a_wide_table_is_listed_first(session, tmp_path):
    path = tmp_path / "wide.csv"
    names = [f"c{n}" for n in range(700)]
    rows = [",".join(str((n * 7 + row) % 5) for n in range(700)) for row in range(40)]
    path.write_text("\n".join([",".join([*names[:650], "target", *names[651:]]), *rows]))
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await pilot.press("d")
        pilot.app.screen.query_one("Input").value = str(path)
        await pilot.press("enter")
        await settle(pilot, lambda: "40 rows, 700 columns" in text_of(pilot.app))
        await pilot.press("enter")
        await settle(pilot, lambda: bool(session.sent))
    assert DATASETS.find(session.sent[0].dataset).target_name == "target"


async def test_a_file_name_that_looks_like_markup_is_shown_as_it_is(session, tmp_path):
    path = tmp_path / "v[b=1.csv"
    path.write_text("\n".join(["x,y", *(f"{n},{n % 2}" for n in range(60))]))
    session.train(5)
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await pilot.press("d")
        pilot.app.screen.query_one("Input").value = str(path)
        await pilot.press("enter")
        await settle(pilot, lambda: "60 rows" in text_of(pilot.app))
        await pilot.press("enter")
        await settle(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        await settle(pilot, lambda: "Train on v[b=1.csv?" in text_of(pilot.app))


async def test_changing_the_dataset_asks_if_there_is_something_to_lose(session):
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        session.train(5)
        await pilot.press("d", *"xor", "enter")
        await settle(pilot, lambda: "columns" in text_of(pilot.app) and "xor" in text_of(pilot.app))
        await pilot.press("enter")
        await settle(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        await pilot.press("n")
        await pilot.pause()
    assert session.sent == []


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("key", ["question_mark", "ctrl+p", "d", "ctrl+s"])
async def test_dialogs_fit_and_are_ascii_where_the_terminal_is(session, size, key):
    session.train(5)
    async with app_on(session, {"LC_ALL": "C", "TERM": "xterm"}).run_test(size=size) as pilot:
        await pilot.press(key)
        await pilot.pause()
        assert text_of(pilot.app).isascii()


@pytest.mark.parametrize("key", ["ctrl+p", "d", "ctrl+s", "r"])
async def test_a_dialog_is_painted_over_the_screen_that_was_there_and_not_again_and_again(session, key, monkeypatch):
    paints = []
    painted = ModalScreen._compositor_refresh
    monkeypatch.setattr(ModalScreen, "_compositor_refresh", lambda self: (paints.append(self), painted(self)))
    session.train(5)
    async with app_on(session).run_test(size=(200, 50)) as pilot:
        await settle(pilot, lambda: session.releases == session.holds > 0 and not pilot.app.screen._later)
        await pilot.pause(0.1)
        before = text_of(pilot.app).splitlines()
        await pilot.press(key)
        await settle(pilot, lambda: isinstance(pilot.app.screen, Dialog) and session.releases == session.holds)
        await pilot.pause(0.1)  # in which nothing may be painted again and again
        after = text_of(pilot.app).splitlines()
        assert before != after
        assert (before[0], before[-1]) == (after[0], after[-1])
        assert session.releases == session.holds > 0
        assert sum(isinstance(screen, Dialog) for screen in paints) <= 3


@pytest.mark.parametrize("key", ["ctrl+p", "d", "ctrl+s", "r"])
async def test_resizing_under_a_dialog(session, key):
    session.train(5)
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await pilot.press(key)
        for size in [(200, 50), (60, 20), (120, 40), (10, 3), (200, 50)]:
            await resize(pilot, *size)
        await settle(pilot, lambda: "1 Train" in text_of(pilot.app).splitlines()[0])
        await settle(pilot, lambda: "quit" in text_of(pilot.app).splitlines()[-1])


async def test_keys_that_arrive_in_one_burst_act_in_their_order(session):
    session.train(5)
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+s")
        keys = [
            ("ctrl+u", "\x15"),
            ("a", "a"),
            ("b", "b"),
            ("backspace", "\x7f"),
            ("c", "c"),
            ("home", None),
            ("x", "x"),
        ]
        for key, character in keys:
            pilot.app.post_message(Key(key, character))
        await settle(pilot, lambda: pilot.app.screen.query_one("Input").value == "xac")
        await pilot.press("enter")
        await pilot.pause()
    assert [command.path.name for command in session.sent] == ["xac.safetensors"]


async def test_arrows_in_the_line_go_through_the_list_beside_it(session):
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+p", "down", "down", "up")
        assert pilot.app.screen.query_one("OptionList").highlighted == 1
        await pilot.press("escape", "d", "down", "down")
        assert pilot.app.screen.query_one("#names").highlighted == 2


@pytest.mark.parametrize("text", ["中文" * 60, "한글 " * 40], ids=["Chinese", "Korean"])
async def test_what_a_dialog_says_in_wide_characters_fits(session, text):
    session.train(5)
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+s")
        dialog = pilot.app.screen
        dialog.say(text)
        lines = dialog.query_one(Lines)
        await settle(pilot, lambda: text[0] in text_of(pilot.app))
        rows = [lines.render_line(y).text for y in range(2)]
        assert all(text[0] in row and cell_len(row) <= lines.size.width for row in rows)
        assert text.replace(" ", "").startswith("".join("".join(rows).split()))
