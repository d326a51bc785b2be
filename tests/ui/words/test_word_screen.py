"""The page of a word: from everywhere by `?`, in every size and look, with its links and its live demonstration."""

from __future__ import annotations

import asyncio
import itertools
from typing import Any

import numpy as np
import pytest
from textual.pilot import Pilot

from tests.plain import plain, plain_dataset
from tests.pseudo import OTHER_LETTERS, Pseudo
from tests.ui.train.test_screen import text_of
from tests.ui.waiting import settle
from tuitrain.engine import Trainer
from tuitrain.pages.demonstration import FUNCTIONS, MEASURES, FunctionDemonstration, TrainingDemonstration
from tuitrain.pages.demonstrations import load_function
from tuitrain.pages.lookup import explanations
from tuitrain.pages.page import load_pages
from tuitrain.session.asked.demonstration import DemonstrateAnswer
from tuitrain.session.inspection import Copy, Inspection
from tuitrain.session.training import TrainingSession
from tuitrain.translation import install
from tuitrain.ui.app import TuitrainApp
from tuitrain.ui.theme import theme_for
from tuitrain.ui.words.demonstrating import Moving, TrainedDemonstration
from tuitrain.ui.words.drawing import NAMES, function_lines, text_lines, training_lines
from tuitrain.ui.words.screen import WordScreen

SIZES = [(80, 24), (120, 40)]
LOOKS = [("true", False), ("16", True), ("none", False)]
PAGES = load_pages()


@pytest.fixture(scope="module")
def _session():
    session = TrainingSession(plain_dataset("moons?n=60"), plain(hidden_layers=(4,), epochs=5))
    yield session
    session.close()


@pytest.fixture
def session(_session):
    yield _session
    _session.ask(None)


async def find(pilot: Pilot[Any], word: str) -> Any:
    """Open the page of a word."""
    if not isinstance(pilot.app.screen, WordScreen):
        await pilot.press("question_mark")
        await settle(pilot, lambda: isinstance(pilot.app.screen, WordScreen) and pilot.app.screen.is_current)
    screen = pilot.app.screen
    await pilot.press("slash")
    await settle(pilot, lambda: pilot.app.screen is not screen)
    await pilot.press(*word.replace(" ", "£").replace("£", " "), "enter")
    await settle(pilot, lambda: pilot.app.screen is screen)
    await pilot.pause()
    return screen


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize(("colours", "ascii_only"), LOOKS)
@pytest.mark.long
async def test_a_page_runs_its_demonstration_and_says_what_is_to_be_seen(session, size, colours, ascii_only):
    app = TuitrainApp(session, theme_for(colours, ascii_only=ascii_only))
    async with app.run_test(size=size) as pilot:
        screen = await find(pilot, "dead")
        shown = text_of(app)
        assert "Dead units" in shown and "space runs it" in shown and "Near" in shown
        assert "none comes back" not in shown
        await pilot.press("space")
        await settle(pilot, lambda: "none comes back" in text_of(app))
        shown = text_of(app)
        assert shown.isascii() is ascii_only
        assert "one stack of 2" in shown and "epoch 20 of 20" in shown
        counts = [round(row[0]) for row in screen._training.answer.measures]
        for count in counts:
            assert f"{count} of 16 {'x' * count}{('.' if ascii_only else '·') * (16 - count)}" in shown
        lines = app.screen._compositor.render_strips()
        assert {strip.cell_length for strip in lines} == {size[0]}
        before = screen._training.answer
        await pilot.press("minus")
        await settle(pilot, lambda: screen._training.answer is not before and screen._training.question is not None)
        await settle(pilot, lambda: screen._training.answer is not None and screen._training.answer.is_whole)
        assert screen._training.question.values == ("0.1", "5.62")
        assert "none comes back" not in text_of(app)  # it was said of other values


def test_a_demonstration_that_cannot_be_trained_says_why():
    told = PAGES["bias_variance"].demonstration
    assert isinstance(told, TrainingDemonstration)
    demonstration = TrainedDemonstration(told)
    demonstration.values[-1] = (1 << 16, 1 << 16)  # as often as + is pressed
    asked = demonstration.run()
    dataset, inspection = plain_dataset("moons?n=60"), Inspection()
    inspection.ask(asked, lambda: Copy(dataset, Trainer(dataset, plain()).state(), 0))
    while inspection.has_more:
        inspection.advance()
    assert demonstration.take(inspection.answer) and not demonstration.take(inspection.answer)
    shown = "\n".join(strip.text for strip in training_lines(demonstration, 80, theme_for("true")))
    assert "hidden layers: 2x65536x65536x2 has 4,295,360,514 parameters" in shown
    demonstration.run()
    assert not demonstration.problem


async def test_links_are_followed_and_esc_goes_back_one_by_one(session):
    app = TuitrainApp(session, theme_for("true"))
    async with app.run_test(size=(80, 24)) as pilot:
        room = app.screen
        room.form.go_to("batch_size")
        screen = await find(pilot, "dead")
        near = [PAGES[name].names[0].replace("_", " ") for name in PAGES["dead_units"].near]
        assert [name for name, _item in screen.near] == near
        await pilot.press("tab", "enter")
        await settle(pilot, lambda: screen.word_name == near[1])
        assert "back to dead" in text_of(app)
        await pilot.press("backspace")
        await settle(pilot, lambda: screen.word_name == "dead")
        await pilot.press("escape")
        await settle(pilot, lambda: screen.word_name == "batch size")
        assert "now 32" in text_of(app) and "from: the form" in text_of(app)
        await pilot.press("escape")
        await settle(pilot, lambda: app.screen is room)


async def test_brackets_go_through_all_words_and_question_mark_to_the_keys(session):
    app = TuitrainApp(session, theme_for("true"))
    async with app.run_test(size=(80, 24)) as pilot:
        room = app.screen
        screen = await find(pilot, "dead")
        ids = list(PAGES)
        at = ids.index("dead_units")
        assert f"word {at + 1} of " in text_of(app)
        await pilot.press("right_square_bracket")
        await settle(pilot, lambda: screen.shown.items[0].page is PAGES[ids[at + 1]])
        await pilot.press("left_square_bracket", "left_square_bracket")
        await settle(pilot, lambda: screen.shown.items[0].page is PAGES[ids[at - 1]])
        await find(pilot, "rows/s")
        assert "Training rows that pass" in text_of(app)
        await pilot.press("question_mark")
        await settle(pilot, lambda: app.screen is room and "Keys" in text_of(app))


async def test_an_unknown_word_is_answered_with_what_is_meant(session):
    app = TuitrainApp(session, theme_for("true"))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("question_mark")
        await settle(pilot, lambda: isinstance(app.screen, WordScreen))
        await pilot.press("slash", *"momentm", "enter")
        await settle(pilot, lambda: "did you mean momentum?" in text_of(app))


async def test_a_demonstration_stops_when_its_page_is_left_and_leaves_the_training_alone(session):
    app = TuitrainApp(session, theme_for("true"))
    async with app.run_test(size=(80, 24)) as pilot:
        await find(pilot, "learning rate")
        await pilot.press("space")
        await settle(pilot, lambda: isinstance(session.snapshot.answer, DemonstrateAnswer))
        await pilot.press("escape", "escape")
        await settle(pilot, lambda: not isinstance(app.screen, WordScreen))
        await settle(pilot, lambda: session.snapshot.answer is None)
        assert session.snapshot.step == 0


async def test_a_page_on_the_inside_asks_again_what_it_asked(session):
    app = TuitrainApp(session, theme_for("true"))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("J")
        await settle(pilot, lambda: getattr(app.screen, "answer", None) is not None)
        page = app.screen
        copy = page.copy
        await find(pilot, "batch size")
        await pilot.press("space")
        await settle(pilot, lambda: isinstance(session.snapshot.answer, DemonstrateAnswer))
        await pilot.press("escape", "escape")
        await settle(pilot, lambda: app.screen is page)
        await settle(
            pilot, lambda: session.snapshot.answer is not None and session.snapshot.answer.question.copy == copy
        )


def test_every_text_is_whole_at_every_width_in_letters_and_in_ascii():
    for theme in (theme_for("true"), theme_for("16", ascii_only=True)):
        for item, width in itertools.product(explanations(), (78, 118)):
            strips = text_lines([item], "", width, theme)
            assert {strip.cell_length for strip in strips} == {width}
            drawn = " ".join(word for strip in strips for word in strip.text.split())
            for section in item.sections:
                write = theme.formula if section.heading == "Formula" else theme.plain
                for block in section.blocks:
                    assert " ".join(write(block.text).split()) in drawn, (item.title, width)
    ascii_only = theme_for("16", ascii_only=True)
    for page in PAGES.values():
        for section in page.sections:
            for block in section.blocks:
                assert ascii_only.plain(block.text).count("?") == block.text.count("?"), block.text


@pytest.mark.parametrize("ascii_only", [False, True])
def test_every_demonstration_fits_at_80_columns(ascii_only):
    theme = theme_for("16", ascii_only=ascii_only)
    told = [page.demonstration for page in PAGES.values() if page.demonstration is not None]
    assert len(told) >= 20
    for one in told:
        if isinstance(one, TrainingDemonstration):
            demonstration = TrainedDemonstration(one)
            question = demonstration.run()
            measures = np.full((len(one.values), len(one.show)), 123.456)
            demonstration.answer = DemonstrateAnswer(
                question, measures, (128,) * len(one.values), np.ones((len(one.values), 30)), True,
                (0,) * len(one.values), done=one.epochs, total=one.epochs,
            )  # fmt: skip
            lines = training_lines(demonstration, 78, theme)
            assert all(name.strip() in lines[0].text for name in ("loss by epoch",)), (one.title, lines[0].text)
            assert all(text in line.text for text, line in zip(demonstration.value_texts, lines[1:], strict=False))
        else:
            lines = function_lines(Moving(load_function(one.name)), one.says, 78, theme)
        assert {strip.cell_length for strip in lines} == {78}
        says = " ".join(strip.text.strip() for strip in lines[-2:])
        assert theme.plain(one.says) in " ".join(says.split()), (one.title, one.says)


def test_every_measure_has_a_name_above_its_column():
    assert set(NAMES) == set(MEASURES)


def test_every_function_is_shown_somewhere():
    shown = {
        page.demonstration.name for page in PAGES.values() if isinstance(page.demonstration, FunctionDemonstration)
    }
    assert set(FUNCTIONS) - shown == set()


async def test_longer_words_are_cut_and_numbers_are_not(session):
    install(Pseudo())
    try:
        app = TuitrainApp(session, theme_for("true"))
        async with app.run_test(size=(80, 24)) as pilot:
            screen = await find(pilot, "dead")
            await pilot.press("space")
            await settle(pilot, lambda: screen._training.answer is not None and screen._training.answer.is_whole)
            await settle(pilot, lambda: "16 x" in text_of(app) or "16 ·" in text_of(app) or "xxx" in text_of(app))
            shown = text_of(app)
            assert sum(letter in OTHER_LETTERS for letter in shown) > 40
            loss = screen._training.answer.measures[0, 1]
            assert f"{loss:.3f}"[:5] in shown
            assert {strip.cell_length for strip in app.screen._compositor.render_strips()} == {80}
    finally:
        install(None)
        await asyncio.sleep(0)
