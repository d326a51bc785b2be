"""The dataset chooser on files: finding them, looking at them, leaving columns out."""

from pathlib import Path

import pytest

from tests.ui.fake_session import FakeSession
from tests.ui.train.test_screen import app_on, text_of
from tests.ui.waiting import settle
from tuitrain.session.datasets import DATASETS
from tuitrain.ui.data.chooser import DatasetChooser
from tuitrain.ui.data.path_completion import completed, paths_from

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


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_tab_completes_and_the_preview_shows_rows_task_and_balance(session, size):
    async with app_on(session).run_test(size=size) as pilot:
        await pilot.press("d")
        await pilot.press("t", "tab")
        assert pilot.app.screen.query_one("Input").value == "tables/"
        assert pilot.app.focused is pilot.app.screen.query_one("Input")
        assert "tables/fruits-old.csv" in text_of(pilot.app)
        await pilot.press("f", "tab", *".csv", "enter")
        await settle(pilot, lambda: "60 rows, 3 columns" in text_of(pilot.app))
        await settle(pilot, lambda: "weight  colour  ripe" in text_of(pilot.app).split("Columns")[1])
        text = text_of(pilot.app)
        assert "100  green   no" in text
        assert "predicted: ripe; classification: no 50%, yes 50%" in " ".join(text.replace("│", " ").split())
        await pilot.press("tab", "down")
        await pilot.pause()
        assert "predicted: weight; whole number, 100 to 159" in " ".join(text_of(pilot.app).replace("│", " ").split())


async def test_a_table_here_is_listed_and_chosen_by_arrows(session):
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await pilot.press("d", *"pea", "down", "enter")
        await settle(pilot, lambda: "pears.csv: 60 rows" in text_of(pilot.app))


async def test_a_directory_is_opened(session):
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await pilot.press("d")
        pilot.app.screen.query_one("Input").value = "tables"
        await pilot.press("enter")
        await pilot.pause()
        assert "tables is a directory" in text_of(pilot.app)
        assert pilot.app.screen.query_one("Input").value == "tables/"
        assert isinstance(pilot.app.screen, DatasetChooser)


async def test_x_leaves_a_column_out_and_takes_it_in_again(session):
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await pilot.press("d")
        pilot.app.screen.query_one("Input").value = "pears.csv"
        await pilot.press("enter")
        await settle(pilot, lambda: "60 rows" in text_of(pilot.app))
        await pilot.press("x", "down", "x", "down", "x", "x")
        await pilot.pause()
        assert "x weight" in text_of(pilot.app)
        assert "x colour" not in text_of(pilot.app)
        await pilot.press("home", "enter")  # what is left out is not predicted
        await settle(pilot, lambda: "is not predicted" in text_of(pilot.app))
        assert not session.sent
        await pilot.press("x", "down", "enter")  # where the cursor is on what is left out, the likely target is meant
        await settle(pilot, lambda: bool(session.sent))
    dataset = DATASETS.find(session.sent[0].dataset)
    assert (dataset.target_name, dataset.feature_names) == ("ripe", ("colour",))
