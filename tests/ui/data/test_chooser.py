"""The dataset chooser: choosing a name or a file, which opens in the dialog, and what cannot be read."""

import threading
from pathlib import Path

import pytest

from tests.ui.fake_session import FakeSession
from tests.ui.train.test_screen import app_on, text_of
from tests.ui.waiting import settle
from tuitrain.data.progress import untold
from tuitrain.data.review.review import Reviewer
from tuitrain.session.commands import Reset
from tuitrain.session.datasets import DATASETS
from tuitrain.ui.data.chooser import DatasetChooser
from tuitrain.ui.data.dataset_screen import DatasetScreen
from tuitrain.ui.data.path_completion import completed, paths_from
from tuitrain.ui.train.screen import TrainScreen
from tuitrain.ui.widgets.confirm import Confirm

ROWS = [f"{100 + n},{'red' if n % 3 else 'green'},{'yes' if n % 2 else 'no'}" for n in range(60)]
FRUIT = "\n".join(["weight,colour,ripe", *ROWS])


@pytest.fixture
def session():
    Path("tables/more").mkdir(parents=True)
    for name in ("tables/fruit.csv", "tables/fruits-old.csv", "tables/notes.md", "pears.csv", ".hidden.csv"):
        Path(name).write_text(FRUIT)
    return FakeSession()


def test_paths_go_on_as_in_a_shell(session):
    assert paths_from("") == ["pears.csv", "tables/"]
    assert paths_from("./ta") == ["./tables/"]
    assert paths_from("tables/") == ["tables/fruit.csv", "tables/fruits-old.csv", "tables/more/"]
    assert paths_from("nowhere/x") == paths_from("~nobody/") == paths_from("a\0/") == []
    assert paths_from(".h") == [".hidden.csv"]
    assert [completed(text) for text in ("p", "t", "tables/f", "zzz")] == [
        "pears.csv",
        "tables/",
        "tables/fruit",
        "zzz",
    ]


async def test_a_table_here_is_listed_and_chosen_by_arrows(session):
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await pilot.press("d", *"pea", "down", "enter")
        await settle(pilot, lambda: "pears.csv · 748 B · 60 rows × 3" in text_of(pilot.app))


async def test_a_directory_is_opened(session):
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await pilot.press("d")
        pilot.app.screen.query_one("Input").value = "tables"
        await pilot.press("enter")
        await pilot.pause()
        assert "tables is a directory" in text_of(pilot.app)
        assert pilot.app.screen.query_one("Input").value == "tables/"
        assert isinstance(pilot.app.screen, DatasetChooser)


async def test_choosing_a_bundled_dataset(session):
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await pilot.press("d")
        assert isinstance(pilot.app.screen, DatasetChooser)
        await pilot.press(*"win", "enter")
        await settle(pilot, lambda: "178 rows × 14" in text_of(pilot.app))
        assert isinstance(pilot.app.screen, DatasetScreen)
        await pilot.press("enter")
        await settle(pilot, lambda: bool(session.sent))
        await pilot.pause()
        assert "│ wine ·" in text_of(pilot.app)
    assert isinstance(session.sent[0], Reset)
    assert DATASETS.find(session.sent[0].dataset).target_name == "cultivar"


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


@pytest.mark.parametrize("source", ["-", "/dev/tty"])
async def test_the_keyboard_is_no_dataset(session, source):
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await pilot.press("d")
        pilot.app.screen.query_one("Input").value = source
        await pilot.press("enter")
        await pilot.pause()
        assert "is the keyboard here" in text_of(pilot.app)


async def test_a_file_name_that_looks_like_markup_is_shown_as_it_is(session, tmp_path):
    path = tmp_path / "v[b=1.csv"
    path.write_text("\n".join(["x,y", *(f"{n},{n % 2}" for n in range(60))]))
    session.train(5)
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await pilot.press("d")
        pilot.app.screen.query_one("Input").value = str(path)
        await pilot.press("enter")
        await settle(pilot, lambda: "60 rows" in text_of(pilot.app))
        assert "[b=1.csv" in text_of(pilot.app)
        await pilot.press("enter")
        await settle(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        await settle(pilot, lambda: "Train on v[b=1.csv?" in text_of(pilot.app))


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
@pytest.mark.long
async def test_tab_completes_a_path(session, size):
    async with app_on(session).run_test(size=size) as pilot:
        await pilot.press("d")
        await pilot.press("t", "tab")
        assert pilot.app.screen.query_one("Input").value == "tables/"
        assert pilot.app.focused is pilot.app.screen.query_one("Input")
        assert "tables/fruits-old.csv" in text_of(pilot.app)
        await pilot.press("f", "tab", *".csv", "enter")
        await settle(pilot, lambda: "60 rows × 3" in text_of(pilot.app))
        await pilot.press("escape")  # back to where one was
        await settle(pilot, lambda: isinstance(pilot.app.screen, DatasetChooser))
        await pilot.press("escape")
        await settle(pilot, lambda: isinstance(pilot.app.screen, TrainScreen))


@pytest.mark.parametrize("error", [ZeroDivisionError("unforeseen"), Panic("unforeseen"), MemoryError("unforeseen")])
@pytest.mark.parametrize("is_open", [False, True])
@pytest.mark.long
async def test_whatever_reading_a_dataset_raises_is_said_in_place(session, monkeypatch, error, is_open):
    def broken(*args, **rest):
        raise error

    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await pilot.press("d", *"iris")
        if is_open:
            await pilot.press("enter")
            await settle(pilot, lambda: "150 rows" in text_of(pilot.app))
        monkeypatch.setattr("tuitrain.data.review.review.Reviewer.review", broken)
        await pilot.press("x" if is_open else "enter")
        await settle(pilot, lambda: f"{type(error).__name__}: unforeseen" in text_of(pilot.app))
        assert isinstance(pilot.app.screen, DatasetScreen if is_open else DatasetChooser)
    assert session.sent == []


async def test_escape_gives_up_a_dataset_that_is_being_read(session, monkeypatch):
    session.train(5)
    go_on, has_come, review = threading.Event(), threading.Event(), Reviewer.review

    def late(self, options, most_rows=None, progress=untold):
        go_on.wait(60)
        has_come.set()
        return review(self, options, most_rows, progress)

    monkeypatch.setattr(Reviewer, "review", late)
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await pilot.press("d", *"iris", "enter")
        await settle(pilot, lambda: "reading iris" in text_of(pilot.app))
        assert all(thread.daemon for thread in threading.enumerate() if thread.name == "beside the screen")
        await pilot.press("escape")
        go_on.set()
        await settle(pilot, has_come.is_set)
        await pilot.pause(0.1)  # in which nothing may change
        assert isinstance(pilot.app.screen, DatasetChooser)
        assert "given up" in text_of(pilot.app)
        await pilot.press("escape")
        assert isinstance(pilot.app.screen, TrainScreen)
    assert session.sent == []


async def test_changing_the_dataset_asks_if_there_is_something_to_lose(session):
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        session.train(5)
        await pilot.press("d", *"xor", "enter")
        await settle(pilot, lambda: isinstance(pilot.app.screen, DatasetScreen))
        await pilot.press("enter")
        await settle(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        await pilot.press("n")
        await pilot.pause()
    assert session.sent == []


async def test_choices_for_a_file_that_has_changed_since_are_dropped(session):
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await pilot.press("d", *"pea", "down", "enter")
        await settle(pilot, lambda: isinstance(pilot.app.screen, DatasetScreen))
        await pilot.press("x")
        await settle(pilot, lambda: "--drop weight" in text_of(pilot.app))
        await pilot.press("escape", "enter")  # back to the list, and there again
        await settle(pilot, lambda: isinstance(pilot.app.screen, DatasetScreen) and "x left out" in text_of(pilot.app))
        await pilot.press("escape")
        Path("pears.csv").write_text(FRUIT.replace("weight", "grams"))
        await pilot.press("enter")
        await settle(pilot, lambda: isinstance(pilot.app.screen, DatasetScreen) and "▸ grams" in text_of(pilot.app))
        assert "--drop weight" not in text_of(pilot.app)


WIDE = "".join(f"{number}번꽃받침길이" for number in range(10, 26))  # two cells a letter


def said_by(lines):
    """What the lines of a dialog hold, each of its own width."""
    assert {strip.cell_length for strip in lines._strips} == {lines.size.width}
    return [strip.text.strip() for strip in lines._strips]


async def test_what_is_said_of_a_table_is_whole_in_letters_of_two_cells_and_cut_with_an_ellipsis(session):
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await pilot.press("d")
        chooser = pilot.app.screen
        await settle(pilot, lambda: chooser.query_one("#about").size.width)
        chooser._about(WIDE)
        assert WIDE in "".join(said_by(chooser.query_one("#about")))
        chooser._about(" ".join(f"word{number}" for number in range(60)))
        assert said_by(chooser.query_one("#about"))[3].endswith("…")  # and not in a count of no notices


async def test_a_question_is_whole_in_letters_of_two_cells():
    async with app_on(FakeSession()).run_test(size=(80, 24)) as pilot:
        question = Confirm(pilot.app.look, "Quit?", WIDE, yes="quit", no="stay")
        await pilot.app.push_screen(question)
        await settle(pilot, lambda: question._box.size.width)
        assert WIDE in "".join(said_by(question._box))
