"""Any dialog: how it fits, is painted, follows the size of the terminal and takes keys that arrive together."""

import pytest
from rich.cells import cell_len
from textual.events import Key
from textual.screen import ModalScreen

from tests.ui.fake_session import FakeSession
from tests.ui.train.test_screen import app_on, text_of
from tests.ui.waiting import resize, settle
from tuitrain.ui.terminal.dialog import Dialog
from tuitrain.ui.widgets.text_lines import Lines

SIZES = [(80, 24), (200, 50)]


@pytest.fixture
def session():
    return FakeSession()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("key", ["question_mark", "ctrl+p", "d", "ctrl+s"])
async def test_dialogs_fit_and_are_ascii_where_the_terminal_is(session, size, key):
    session.train(5)
    async with app_on(session, {"LC_ALL": "C", "TERM": "xterm"}).run_test(size=size) as pilot:
        await pilot.press(key)
        await pilot.pause()
        assert text_of(pilot.app).isascii()


@pytest.mark.long
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


@pytest.mark.long
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
