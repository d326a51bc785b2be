"""The keys of the pages on the inside: a method each, one meaning, and in the footer only what has an effect now."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.ui.train.test_screen import text_of
from tests.ui.train.test_typed_ahead import burst
from tests.ui.waiting import settle
from tuitrain.data.loading import load_dataset
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.session.commands import Start, Step
from tuitrain.session.training import TrainingSession
from tuitrain.ui.app import TuitrainApp
from tuitrain.ui.inspect.page import everywhere_on_pages
from tuitrain.ui.keys import SHARED
from tuitrain.ui.screens import PAGES
from tuitrain.ui.theme import theme_for

EVERYWHERE = {action.name for action in everywhere_on_pages()}
pages = pytest.mark.parametrize("page", [place.load() for place in PAGES], ids=[place.name for place in PAGES])


@pages
def test_every_key_has_a_method_one_meaning_and_the_meaning_that_it_has_elsewhere(page):
    names = [(action.name.partition("(")[0], key) for action in page.ACTIONS for key in action.keys]
    assert [name for name, _ in names if not callable(getattr(page, f"action_{name}", None))] == []
    assert [key for key, count in Counter(key for _, key in names).items() if count > 1] == []
    moved = [(key, name) for name, key in names if name not in SHARED.get(key, [name]) and not key.isdigit()]
    assert moved == []


def footer_of(page):
    """The words in the last line, in their order."""
    return text_of(page.app).splitlines()[-1]


def training(data, **fields):
    session = TrainingSession(load_dataset(data), Hyperparameters(**{"epochs": 60, **fields}))
    session.wait_for_answer(session.send(Step(epochs=1)), 30)
    return session


async def opened(pilot, letter, name):
    await settle(pilot, lambda: pilot.app.session.snapshot.epoch == 1)
    await pilot.press(letter)
    await settle(pilot, lambda: getattr(pilot.app.screen, "NAME", "") == name)
    page = pilot.app.screen
    await settle(pilot, lambda: page.is_known)
    await pilot.pause()
    return page


@pytest.mark.long
async def test_a_page_without_an_answer_takes_every_key_and_offers_none_that_needs_one():
    session = training("moons", hidden_layers=(3,))
    async with TuitrainApp(session, theme_for("true")).run_test(size=(120, 40)) as pilot:
        room = pilot.app.screen
        session.ask = lambda question: None
        for place in PAGES:
            page = place.load()(pilot.app.look)
            page.key_pressed()  # before it is there: a key that came with the one that opened it
            await page.run_action("nudge_up")
            await pilot.app.push_screen(page)
            for action in page.ACTIONS:
                if action.name not in EVERYWHERE and not action.name.startswith("show("):
                    await page.run_action(action.name)
                    assert page.answer is None
            while pilot.app.screen is not room:
                pilot.app.pop_screen()
        page = place.load()(pilot.app.look)
        await pilot.app.push_screen(page)
        await pilot.pause()
        assert "sort" not in footer_of(page) and "working it out" in text_of(pilot.app)
    session.close()


@pytest.mark.parametrize(
    ("data", "fields", "letter", "name", "absent", "there"),
    [
        ("moons", {"hidden_layers": (3,)}, "N", "units", ("layer", "axes"), ("unit", "sort", "large")),
        ("iris", {"hidden_layers": ()}, "I", "inputs", ("list",), ("class", "part", "sort")),
        ("moons", {"hidden_layers": (3,)}, "V", "mse", ("example",), ("rows", "curve")),
        ("diabetes", {"hidden_layers": (3,)}, "C", "row_loss", ("order", "class"), ("row",)),
        ("moons", {"hidden_layers": (3,)}, "H", "depth", ("keep", "layer"), ("example",)),
    ],
)
@pytest.mark.long
async def test_the_footer_names_the_keys_that_have_an_effect(data, fields, letter, name, absent, there):
    session = training(data, **fields)
    async with TuitrainApp(session, theme_for("true")).run_test(size=(120, 40)) as pilot:
        words = footer_of(await opened(pilot, letter, name))
        assert [word for word in absent if f" {word} " in f"{words} "] == []
        assert [word for word in there if f" {word} " not in f"{words} "] == []
    session.close()


async def test_the_footer_follows_what_the_page_shows():
    session = training("diabetes", hidden_layers=(3,))
    async with TuitrainApp(session, theme_for("true")).run_test(size=(120, 40)) as pilot:
        page = await opened(pilot, "N", "units")
        assert " sort " in footer_of(page) and " unit " in footer_of(page)
        await pilot.press("enter")
        assert "enter all" in footer_of(page)
        await pilot.press("tab", "tab")  # the hidden space
        assert not any(f" {word} " in footer_of(page) for word in ("sort", "unit", "all", "axes"))
        await pilot.press("escape")
        page = await opened(pilot, "Z", "batch_noise")
        assert " keep it " not in footer_of(page)
        await settle(pilot, lambda: page.answer.is_whole)
        await pilot.press("plus")
        await settle(pilot, lambda: " keep it " in footer_of(page))
    session.close()


@pytest.mark.parametrize("opened_before", [("B",), ("question_mark", "question_mark"), ("B", "colon"), ("M",)])
async def test_no_key_behind_one_that_closes_a_page_is_lost(opened_before):
    session = training("moons", hidden_layers=(3,), optimizer="momentum", patience=0, epochs=100_000)
    async with TuitrainApp(session, theme_for("true")).run_test(size=(120, 40)) as pilot:
        await settle(pilot, lambda: session.snapshot.epoch == 1)
        room = pilot.app.screen
        model = room.form.model
        for key in opened_before:
            await pilot.press(key)
            if key == "B":
                await settle(pilot, lambda: getattr(pilot.app.screen, "NAME", "") == "bench")
                await settle(pilot, lambda: pilot.app.screen.is_known)
        escapes = ["escape"] * (1 + (opened_before == ("B", "colon")))
        session.send(Start())  # one that runs holds nothing up
        burst(pilot.app, *escapes, "slash", *"momentum", "enter", "down", "up", "enter", *"0.25", "enter")
        wanted = 0.25
        await settle(pilot, lambda: session.snapshot.hyperparameters.momentum == wanted)
        assert pilot.app.screen is room and model.name == "momentum"
    session.close()
