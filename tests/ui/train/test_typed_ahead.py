"""Keys and pasted text that arrive together on the Train screen go where typing them slowly would."""

import pytest
from rich.cells import cell_len
from textual.events import Key, Paste

from tests.ui.fake_session import FakeSession
from tests.ui.train.test_screen import app_on, text_of
from tests.ui.waiting import settle
from tuitrain.session.commands import Reset, SetHyperparameter
from tuitrain.ui.train.screen import TrainScreen


@pytest.fixture
def session():
    return FakeSession()


def burst(app, *keys):
    """Keys that arrive together, before any of them has acted."""
    characters = {"slash": "/", "enter": "\r"}
    for key in keys:
        app.post_message(Key(key, characters.get(key, key if len(key) == 1 else None)))


async def test_keys_that_arrive_with_a_slash_are_typed(session):
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        burst(pilot.app, "slash", *"dropout", "enter", "plus", "enter", *"0.3", "enter")
        wanted = SetHyperparameter("dropout", 0.3)
        await settle(pilot, lambda: session.sent and session.sent[-1] == wanted)
        assert isinstance(pilot.app.screen, TrainScreen)
        assert [command.name for command in session.sent] == ["dropout"] * 2


async def test_keys_that_arrive_with_an_enter_are_typed_into_the_field_that_was_gone_to(session):
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        model = pilot.app.screen.form.model
        await pilot.press("down")
        second = model.name
        await pilot.press("up")
        burst(pilot.app, "down", "enter", "2")
        await settle(pilot, lambda: model.editor is not None and model.editor.text == "2")
        await pilot.pause()
        assert isinstance(pilot.app.screen, TrainScreen)
        assert model.name == second


async def test_keys_that_arrive_with_one_that_opens_a_dialog_are_the_dialogs(session):
    session.train(5)
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        burst(pilot.app, "r", "y")
        await settle(pilot, lambda: Reset() in session.sent)
        assert pilot.app.screen.form.model.editor is None


async def test_what_is_pasted_is_found(session):
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        model = pilot.app.screen.form.model
        await pilot.press("slash")
        pilot.app.post_message(Paste("dropout\nq"))
        await settle(pilot, lambda: model.name == "dropout")
        assert model.finding.text == "dropout"


@pytest.mark.parametrize("text", ["中文" * 30, "한글 " * 30], ids=["Chinese", "Korean"])
@pytest.mark.parametrize("first", ["slash", "enter"])
async def test_wide_characters_stay_within_the_form(session, text, first):
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        form = pilot.app.screen.form
        form.go_to("activation")
        await pilot.press(first)
        pilot.app.post_message(Paste(text))
        await settle(pilot, lambda: text[0] in text_of(pilot.app))
        if first == "enter":
            await pilot.press("enter")
            await settle(pilot, lambda: form.model.error)
        text_of(pilot.app)
        shown = [form.render_line(y) for y in range(form.size.height)]
        assert {cell_len(strip.text) for strip in shown} == {form.size.width}


@pytest.mark.parametrize("before", [(), ("tab",)])  # in the form, in a pane
async def test_two_question_marks_at_once_show_all_keys(session, before):
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await pilot.press(*before)
        burst(pilot.app, "question_mark", "question_mark")
        await settle(pilot, lambda: "start, pause, go on" in text_of(pilot.app))
        assert "esc closes" in text_of(pilot.app)


async def test_f1_shows_all_keys_while_typing_and_from_another_page(session):
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        for before in ("enter", "slash", "M", "tab"):
            await pilot.press(before, "f1")
            await settle(pilot, lambda: "start, pause, go on" in text_of(pilot.app))
            await pilot.press("f1")
            await settle(pilot, lambda: "Hyperparameters" in text_of(pilot.app))
