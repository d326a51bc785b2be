"""The dataset dialog: what it shows at each size, what its keys change, what training gets, what can go wrong."""

import os
import threading
from pathlib import Path

import pytest
from rich.cells import cell_len

from tests.churn import write_churn
from tests.pseudo import Pseudo
from tests.ui.fake_session import FakeSession
from tests.ui.train.test_screen import app_on, text_of
from tests.ui.waiting import resize, settle
from tuitrain.data.loading import load_dataset
from tuitrain.data.progress import untold
from tuitrain.data.readers import number_table
from tuitrain.data.review.review import Reviewer
from tuitrain.session.datasets import DATASETS
from tuitrain.translation import install
from tuitrain.ui.data import table_reading
from tuitrain.ui.data.dataset_screen import DatasetScreen
from tuitrain.ui.data.loading_bar import loading_text
from tuitrain.ui.theme import theme_for
from tuitrain.ui.train.screen import TrainScreen
from tuitrain.ui.widgets.background import NAME as BESIDE
from tuitrain.ui.widgets.short_list import ShortList

SIZES = [(80, 24), (120, 40), pytest.param((200, 50), marks=pytest.mark.long)]
PICTURES = Path(__file__).parent / "pictures"


@pytest.fixture
def session():
    write_churn(Path("churn.csv"))
    return FakeSession()


async def opened(pilot, source="churn.csv"):
    """Open the dialog on a source; return it when all is read."""
    await pilot.press("d")
    pilot.app.screen.query_one("Input").value = source
    await pilot.press("enter")
    await settle(pilot, lambda: isinstance(pilot.app.screen, DatasetScreen))
    await read(pilot)
    return pilot.app.screen


async def read(pilot):
    """Wait until nothing is read any more."""
    await settle(pilot, lambda: not pilot.app.screen.reading.is_reading)
    await pilot.pause()


async def pressed(pilot, *keys):
    """Press keys, each when what the last one did is done."""
    for key in keys:
        await pilot.press(key)
        await settle(pilot, lambda: not getattr(getattr(pilot.app.screen, "reading", None), "is_reading", False))
    await pilot.pause()


def line_with(app, text):
    """The line of the screen that holds a text."""
    return next(line for line in text_of(app).splitlines() if text in line)


def sent_dataset(session):
    return DATASETS.find(session.sent[-1].dataset)


@pytest.mark.parametrize("size", SIZES)
async def test_it_looks_as_drawn(session, size):
    async with app_on(session).run_test(size=size) as pilot:
        screen = await opened(pilot)
        await pressed(pilot, "down", "down", "down")
        await settle(pilot, lambda: screen.view.selected == "monthly")
        text = "\n".join(line.rstrip() for line in text_of(pilot.app).splitlines()) + "\n"
    path = PICTURES / f"dataset-{size[0]}x{size[1]}.txt"
    if os.environ.get("TUITRAIN_DRAW"):  # to renew the pictures
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    assert text == path.read_text()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.long
async def test_letters_of_two_cells_keep_the_columns_in_line(session, size):
    async with app_on(session).run_test(size=size) as pilot:
        await opened(pilot)
        lines = text_of(pilot.app).splitlines()
        row, other = (next(line for line in lines if f" {name} " in line) for name in ("city", "plan"))
        head = next(line for line in lines if "what becomes of it" in line)
        place = cell_len(head.partition("what becomes")[0])
        assert [cell_len(line.partition("features: ")[0]) - 2 for line in (row, other)] == [place, place]


async def test_what_is_said_of_the_selected_column_names_it_once(session):
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot)
        await pressed(pilot, *["down"] * 9)
        name, text, *_rest = screen.view.explained()
        assert name == "status_code" and text.startswith('alone gives target "left" away')
        assert "status_code · alone gives target" in text_of(pilot.app)


async def test_t_cycles_through_the_types_and_the_effect_is_shown(session):
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot)
        features = screen.view.review.shown.n_features
        await pressed(pilot, *["down"] * 6, "t")
        assert "text     no                ·   2 features: one for each value" in line_with(pilot.app, "▸ senior")
        assert f"{features + 1} features" in text_of(pilot.app)
        assert dict(screen.choices.options.types) == {"senior": "text"}
        for _kind in range(4):  # at most, until it is again as it was found
            if not screen.choices.options.types:
                break
            await pressed(pilot, "t")
        assert screen.choices.options.types == ()
        assert screen.view.review.facts["senior"].kind == "boolean"
        assert f"{features} features" in text_of(pilot.app)


async def test_a_type_that_only_the_examples_fit_is_told_and_passed_by(session):
    rows = [f"{n},{'x' if n == 50 else 2000 + n},{'ab'[n % 2]}\n" for n in range(60)]
    Path("t.csv").write_text("n,code,k\n" + "".join(rows))
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot, "t.csv")
        await pressed(pilot, "down", "t")
        assert screen.view.review.facts["code"].kind == "text"
        assert not screen.view.problem
        assert "line 52" in text_of(pilot.app)
        assert screen.choices.options.types == ()


async def test_x_leaves_out_and_takes_back_but_not_the_target(session):
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot)
        await pressed(pilot, "down", "x")
        assert "x left out" in line_with(pilot.app, "▸ signup")
        assert screen.view.review.options.drop == ("signup",)
        await pressed(pilot, "x")
        assert "x left out" not in line_with(pilot.app, "▸ signup")
        await pressed(pilot, "end", "x")
        assert "is to be predicted" in text_of(pilot.app)
        await pressed(pilot, "home", "x")
        assert screen.choices.options.drop == ()


async def test_y_picks_the_target_from_a_list_with_classes_and_ranges(session):
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot)
        await pilot.press("down", "down", "y")
        await settle(pilot, lambda: isinstance(pilot.app.screen, ShortList))
        assert "2 classes: no" in text_of(pilot.app)
        assert "a number, " in text_of(pilot.app)
        await pressed(pilot, "enter")  # the cursor is on the selected column, plan
        await read(pilot)
        assert screen.view.review.target == "plan"
        assert "3 classes" in line_with(pilot.app, "▸ plan")
        await pressed(pilot, "u")
        assert screen.view.review.target == "left"
        await pressed(pilot, "u")
        assert "nothing to take back" in text_of(pilot.app)


@pytest.mark.parametrize(
    ("key", "down", "wanted"),
    [("h", 2, {"header": "no"}), ("e", 1, {"encoding": "cp949"}), ("d", 2, {"delimiter": "semicolon"}),
     ("n", 1, {"decimal": "point", "thousands": "comma"}), ("m", 1, {"missing": ()})],
)  # fmt: skip
@pytest.mark.parametrize("size", [(80, 24), pytest.param((120, 40), marks=pytest.mark.long)])
@pytest.mark.long
async def test_lists_change_how_the_file_is_read(session, key, down, wanted, size):
    async with app_on(session).run_test(size=size) as pilot:
        screen = await opened(pilot)
        await pilot.press(key)
        await settle(pilot, lambda: isinstance(pilot.app.screen, ShortList))
        await pressed(pilot, *["down"] * down, "enter")
        await settle(pilot, lambda: pilot.app.screen is screen)
        await read(pilot)
        options = screen.choices.options
        assert {name: getattr(options, name) for name in wanted} == wanted
        assert not screen.view.problem
        await pressed(pilot, "u")
        assert all(getattr(screen.choices.options, name) is None for name in wanted)


async def test_what_is_typed_for_missing_is_read_so(session):
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot)
        await pilot.press("m", "end", "enter")
        await settle(pilot, lambda: not isinstance(pilot.app.screen, (ShortList, DatasetScreen)))
        await pressed(pilot, *"one", "space", *"year", "enter")
        await settle(pilot, lambda: pilot.app.screen is screen)
        await read(pilot)
        assert screen.choices.options.missing == ("one year",)
        assert screen.view.review.facts["plan"].distinct == 2


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
@pytest.mark.long
async def test_what_was_chosen_is_trained_on_and_is_there_again(session, size):
    async with app_on(session).run_test(size=size) as pilot:
        await opened(pilot)
        await pressed(pilot, "down", "x", "end", "up", "t", "enter")
        await settle(pilot, lambda: bool(session.sent))
        await settle(pilot, lambda: isinstance(pilot.app.screen, TrainScreen))
        dataset = sent_dataset(session)
        wanted = load_dataset("churn.csv", target="left", drop=["signup"], types={"status_code": "text"})
        assert dataset.fingerprint == wanted.fingerprint
        assert dict(dataset.options) == dict(wanted.options)
        session.train(5)  # something else is trained meanwhile
        await pilot.press("d")
        assert "churn.csv   as it is read now" in text_of(pilot.app)
        await pilot.press("enter")
        await settle(pilot, lambda: isinstance(pilot.app.screen, DatasetScreen))
        await read(pilot)
        assert pilot.app.screen.choices.options.drop == ("signup",)
        assert "x left out" in line_with(pilot.app, "signup ")
        assert pilot.app.screen.view.review.facts["status_code"].kind == "text"


async def test_the_options_of_the_command_line_are_there_when_it_is_opened(session):
    dataset = load_dataset("churn.csv", drop=["city"], split_seed=4)
    async with app_on(FakeSession(dataset)).run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        assert "x left out" in line_with(pilot.app, "city ")
        assert "split seed 4" in text_of(pilot.app)
        assert "--split-seed 4 --encoding cp949 --drop city" in text_of(pilot.app)


async def test_a_question_is_answered_before_training(session):
    rows = [f"{n % 12 + 1}/{n % 11 + 1}/2024,{n % 9},{'ab'[n % 2]}\n" for n in range(60)]
    Path("ask.csv").write_text("when,n,k\n" + "".join(rows))
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot, "ask.csv")
        assert "? asks" in line_with(pilot.app, "▸ when")
        await pressed(pilot, "down", "enter")
        await settle(pilot, lambda: isinstance(pilot.app.screen, ShortList))
        assert screen.view.selected == "when"
        assert "dmy: " in text_of(pilot.app)
        assert not session.sent
        await pressed(pilot, "enter")
        await settle(pilot, lambda: pilot.app.screen is screen)
        await read(pilot)
        assert screen.view.review.facts["when"].kind == "date"
        await pressed(pilot, "enter")
        await settle(pilot, lambda: bool(session.sent))
    assert sent_dataset(session).options["date_order"] == "dmy"


async def test_a_table_that_cannot_be_read_is_mended_in_place(session):
    body = "".join(f"{'red' if n % 3 else 'blue'},{'small' if n % 4 else 'large'}\n" for n in range(60))
    Path("either.csv").write_text(f"red,size\n{body}")  # a name of a column, or a row?
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot, "either.csv")
        assert "may be a header or a row" in text_of(pilot.app)
        assert "  1  red,size" in text_of(pilot.app)
        await pressed(pilot, "enter")  # there is nothing to train on
        assert not session.sent
        await pilot.press("h")
        await settle(pilot, lambda: isinstance(pilot.app.screen, ShortList))
        await pressed(pilot, "down", "enter")
        await settle(pilot, lambda: pilot.app.screen is screen)
        await read(pilot)
        assert not screen.view.problem
        assert screen.view.review.table.names == ["red", "size"]
        await pressed(pilot, "enter")
        await settle(pilot, lambda: bool(session.sent))
    assert sent_dataset(session).options["header"] == "yes"


async def test_an_encoding_that_does_not_fit_says_so_and_u_takes_it_back(session):
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot)
        screen._change(encoding="ascii")
        await read(pilot)
        assert "✗ churn.csv, line" in text_of(pilot.app)
        await pressed(pilot, "enter")
        assert not session.sent
        await pressed(pilot, "u")
        assert not screen.view.problem
        assert "▸ customer_id" in text_of(pilot.app)


async def test_find_goes_to_the_next_column_with_the_letters(session):
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot)
        await pressed(pilot, "slash", *"co", "enter")
        await settle(pilot, lambda: pilot.app.screen is screen)
        assert screen.view.selected == "discount"
        await pressed(pilot, "slash", *"co", "enter")
        await settle(pilot, lambda: pilot.app.screen is screen)
        assert screen.view.selected == "status_code"


async def test_all_that_is_known_can_be_read_in_full(session):
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot)
        await pilot.press("exclamation_mark")
        await settle(pilot, lambda: "Before you train, and all notices" in text_of(pilot.app))
        lines = " ".join("".join(text for text, _style in line) for line in screen.view.note_lines(76)).split()
        told = " ".join(lines)
        assert 'column "status_code" alone gives target "left" away' in told
        assert "--target left --encoding cp949" in told
        for notice in screen.view.review.table.notices:
            assert " ".join(notice.split()) in told
        await pilot.press("escape")
        await settle(pilot, lambda: "▸ customer_id" in text_of(pilot.app))


@pytest.mark.long
async def test_many_columns_scroll(session):
    names = [f"p{n}" for n in range(784)]
    rows = [",".join(str((n * 7 + row) % 5) for n in range(784)) + f",{row % 3}" for row in range(60)]
    Path("wide.csv").write_text("\n".join([",".join([*names, "digit"]), *rows]))
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot, "wide.csv")
        assert "774 more" in text_of(pilot.app)
        await pressed(pilot, "end")
        assert screen.view.selected == "digit"
        assert "774 above" in text_of(pilot.app)
        await pressed(pilot, "pageup")
        assert "▸ p774" in text_of(pilot.app)
        await resize(pilot, 120, 40)
        assert "▸ p774" in text_of(pilot.app)
        assert "features 784: 784 numbers" in text_of(pilot.app)


async def test_the_first_rows_of_a_large_file_are_shown_while_the_others_are_read(session, monkeypatch):
    monkeypatch.setattr(table_reading, "LARGE", 1000)
    monkeypatch.setattr(table_reading, "HEAD_ROWS", 50)
    go_on, review = threading.Event(), Reviewer.review

    def late(self, options, most_rows=None, progress=untold):
        if most_rows is None:
            go_on.wait(60)
        return review(self, options, most_rows, progress)

    monkeypatch.setattr(Reviewer, "review", late)
    async with app_on(session).run_test(size=(120, 40)) as pilot:
        await pilot.press("d")
        pilot.app.screen.query_one("Input").value = "churn.csv"
        await pilot.press("enter")
        await settle(pilot, lambda: "50+ rows × 11" in text_of(pilot.app))
        assert "first rows alone" in text_of(pilot.app)
        await pilot.press("escape")  # gives up the others, but not the dialog
        await settle(pilot, lambda: "given up" in text_of(pilot.app))
        assert isinstance(pilot.app.screen, DatasetScreen)
        await pilot.press("enter")  # reads them, and trains then
        await settle(pilot, lambda: pilot.app.screen.reading.is_reading)
        go_on.set()
        await settle(pilot, lambda: bool(session.sent))
    assert sent_dataset(session).fingerprint == load_dataset("churn.csv", target="left").fingerprint


async def test_a_large_file_that_is_read_otherwise_shows_its_first_rows_at_once(session, monkeypatch):
    go_on, review = threading.Event(), Reviewer.review
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot)
        assert "400 rows × 11" in text_of(pilot.app)
        monkeypatch.setattr(table_reading, "LARGE", 1000)
        monkeypatch.setattr(table_reading, "HEAD_ROWS", 50)

        def late(self, options, most_rows=None, progress=untold):
            if most_rows is None:
                go_on.wait(60)
            return review(self, options, most_rows, progress)

        monkeypatch.setattr(Reviewer, "review", late)
        screen._change(missing=())
        await settle(pilot, lambda: "50+ rows × 11" in text_of(pilot.app))
        assert screen.reading.is_reading
        go_on.set()
        await read(pilot)
        assert "400 rows × 11" in text_of(pilot.app)


@pytest.mark.parametrize("key", ["escape", "ctrl+c"])
async def test_giving_up_ends_the_thread_that_reads_and_the_bar_shows_how_far_it_was(session, monkeypatch, key):
    Path("big.csv").write_text("a,b\n" + "1.25,2.5\n" * 40_000)
    monkeypatch.setattr(table_reading, "LARGE", 1000)
    monkeypatch.setattr(number_table, "BLOCK", 120_000)
    parse, came, go_on, parsed = number_table.parse_block, threading.Event(), threading.Event(), []

    def late(block, *rest):
        parsed.append(block)
        if len(parsed) == 2:
            came.set()
            go_on.wait(60)
        return parse(block, *rest)

    monkeypatch.setattr(number_table, "parse_block", late)
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await pilot.press("d")
        pilot.app.screen.query_one("Input").value = "big.csv"
        await pilot.press("enter")
        await settle(pilot, came.is_set)
        await settle(pilot, lambda: " 33 %" in text_of(pilot.app))
        await pilot.press(key)
        await settle(pilot, lambda: "given up" in text_of(pilot.app))
        go_on.set()
        await settle(pilot, lambda: not any(one.name == BESIDE for one in threading.enumerate()))
    assert len(parsed) == 2  # of four


@pytest.mark.parametrize("source", ["iris", "moons?n=60"])
@pytest.mark.long
async def test_bundled_and_generated_tables_open_with_what_applies(session, source):
    async with app_on(session).run_test(size=(120, 40)) as pilot:
        screen = await opened(pilot, source)
        assert "e encoding" not in text_of(pilot.app)
        await pressed(pilot, "e")
        assert pilot.app.screen is screen
        assert "for text files" in text_of(pilot.app)
        await pressed(pilot, "x", "enter")
        await settle(pilot, lambda: bool(session.sent))
    dataset = sent_dataset(session)
    assert dataset.fingerprint == load_dataset(source, **dataset.options).fingerprint
    assert len(dataset.options["drop"]) == 1


@pytest.mark.parametrize("environment", [{"LC_ALL": "C", "TERM": "xterm"}, {"LANG": "C.UTF-8", "NO_COLOR": "1"},
                                         {"LANG": "C.UTF-8", "TERM": "xterm"}])  # fmt: skip
@pytest.mark.parametrize("size", [(80, 24), pytest.param((120, 40), marks=pytest.mark.long)])
@pytest.mark.long
async def test_it_fits_every_terminal(session, environment, size):
    async with app_on(session, environment).run_test(size=size) as pilot:
        await opened(pilot)
        await pressed(pilot, "y")
        text = text_of(pilot.app)
        assert text.isascii() == ("LC_ALL" in environment)
        await pressed(pilot, "escape")


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.long
async def test_longer_words_cut_labels_but_no_figure(session, size):
    install(Pseudo())
    try:
        async with app_on(session).run_test(size=size) as pilot:
            screen = await opened(pilot)
            missing = f"{screen.view.review.facts['refund'].missing}"
            assert missing in line_with(pilot.app, "refund ")
            assert f"{screen.view.at + 1}" in text_of(pilot.app).splitlines()[0]
    finally:
        install(None)


@pytest.mark.long
async def test_it_follows_the_size_of_the_terminal(session):
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        for size in [(200, 50), (60, 20), (120, 40), (10, 3), (80, 24)]:
            await resize(pilot, *size)
            assert text_of(pilot.app)
        await settle(pilot, lambda: "▸ customer_id" in text_of(pilot.app))


def test_the_bar_is_full_only_when_all_is_read():
    theme = theme_for("none", ascii_only=True)
    texts = [loading_text("x.csv", 4, share, theme=theme) for share in (0.0, 0.5, 0.999, 1.0)]
    assert [text.count("#") for text in texts] == [0, 6, 11, 12]
    assert texts[1] == "reading x.csv ######------ 50 % | 4 s | esc gives up"
    assert loading_text("x.csv", 0.5, None, theme=theme) == "reading x.csv | esc gives up"
