"""The rows that all rooms have: what is shortened, what never is."""

from typing import Any

import pytest
from rich.cells import cell_len
from textual.app import App

from tuitrain.ui.theme import theme_for
from tuitrain.ui.train.form_model import FormModel
from tuitrain.ui.widgets.explain_row import ExplainRow
from tuitrain.ui.widgets.room_row import RoomRow
from tuitrain.ui.widgets.status_row import StatusRow

THEMES = [theme_for("true"), theme_for("none"), theme_for("16", ascii_only=True)]


class Status(StatusRow):
    """A state with three figures, one of them too long for most rows."""

    def state(self) -> Any:
        return "●", "running", "good"

    def parts(self, *, is_wide: bool) -> Any:
        return [("step ", "451", "/2,200"), ("", "x" * 70, ""), ("", "0:16", " left")]

    def waiting(self) -> str:
        return "2 notices: ?"


async def shown(row: Any, size: tuple[int, int], use: Any = lambda row: None) -> str:
    """The row's text after `use`, in a terminal of this size."""

    class Host(App[None]):
        def compose(self) -> Any:
            yield row

    async with Host().run_test(size=size) as pilot:
        use(row)
        await pilot.pause()
        text: str = row.render_line(0).text
        assert cell_len(text) == size[0]
        return text.rstrip()


@pytest.mark.parametrize("theme", THEMES)
async def test_what_is_worked_on_is_shortened_from_the_right_and_the_state_never(theme: Any) -> None:
    forms = ["a long name that goes on and on " * 3, "a shorter name", "short"]
    for width, about in [(148, forms[0].strip()), (68, forms[1]), (58, "short"), (32, "")]:
        row = RoomRow(theme, "train")
        text = await shown(row, (width, 3), lambda row: row.put_row(forms, ("* epoch 41/200", theme["good"])))
        assert text.endswith("* epoch 41/200")
        assert about in text
    cut = await shown(RoomRow(theme, "train"), (58, 3), lambda row: row.put_row(["x" * 60], ("41/200", theme["good"])))
    assert cut.endswith("41/200")
    assert "xxx" + theme.signs.ellipsis in cut


async def test_the_present_room_is_marked() -> None:
    theme = THEMES[0]
    for room, start in [("train", " ▸1 Train  2 Search  3 Runs │"), ("search", " 1 Train ▸2 Search  3 Runs │")]:
        text = await shown(RoomRow(theme, room), (80, 3), lambda row: row.put_row(["iris"], ("", theme["good"])))
        assert text.startswith(start)


@pytest.mark.parametrize("theme", THEMES)
async def test_the_explanation_gives_up_the_range_then_words_of_the_meaning_and_never_the_value(theme: Any) -> None:
    facts = ("live", "above 0, at most 1,000")
    meaning = "size of a step along the gradient of the loss"
    dot, more = f" {theme.signs.dot} ", theme.signs.ellipsis
    for width, parts in {
        120: ("learning rate 0.003", meaning, *facts), 80: ("learning rate 0.003", meaning, "live"),
        60: ("learning rate 0.003", f"size of a step along the{more}", "live"),
        45: ("learning rate 0.003", f"size of a{more}", "live"), 36: ("learning rate 0.003", f"size of a{more}"),
        25: ("learning rate 0.003",),
    }.items():  # fmt: skip
        row = ExplainRow(theme)
        text = await shown(row, (width, 3), lambda row: row.explain("learning rate 0.003", meaning, facts))
        assert text == " " + dot.join(parts), width


@pytest.mark.parametrize("theme", THEMES)
async def test_a_heading_counts_and_names_what_is_folded_and_tells_the_keys(theme: Any) -> None:
    model = FormModel(lambda command: 0)
    model.move(-1)
    dot, more = f" {theme.signs.dot} ", theme.signs.ellipsis
    for width, names in {
        120: "leaky slope, loss, huber delta, C, initialiser",
        80: f"leaky slope, loss, {more}",
    }.items():
        text = await shown(ExplainRow(theme), (width, 3), lambda row: row.explain_heading(model))
        assert text == f" network{dot}5 fields folded: {names}{dot}enter or , opens them"
    model.toggle_fold()
    text = await shown(ExplainRow(theme), (80, 3), lambda row: row.explain_heading(model))
    assert text == f" network{dot}enter or , folds what is rarely changed"


async def test_a_figure_that_does_not_fit_is_left_out_whole() -> None:
    text = await shown(Status(THEMES[0]), (80, 3))
    assert text.split("  ", 1)[0] == " ● running"
    assert " ".join(text.split()) == "● running step 451/2,200 0:16 left 2 notices: ?"


async def test_a_message_takes_the_rows_place_but_not_that_of_what_waits() -> None:
    kept: list[str] = []
    row = Status(THEMES[0], kept.append)
    text = await shown(row, (60, 3), lambda row: row.say("word " * 30))
    assert text.startswith(" word word")
    assert "… M" in text
    assert text.endswith("2 notices: ?")
    assert kept == ["word " * 30]


async def test_an_error_is_told_by_its_sign() -> None:
    assert (await shown(Status(THEMES[2]), (60, 3), lambda row: row.say("no", is_error=True))).startswith(" ! no")
