"""The landscape on a real session: the plane with the way ahead, the race, and the way to and from J along the step."""

from __future__ import annotations

import re

import pytest

from tests.plain import plain, plain_dataset
from tests.ui.inspect.sizes import SIZES
from tests.ui.train.test_screen import text_of
from tests.ui.waiting import settle
from tuitrain.session.asked.landscape import BowlAnswer, PlaneAnswer
from tuitrain.session.commands import Step
from tuitrain.session.training import TrainingSession
from tuitrain.ui.app import TuitrainApp
from tuitrain.ui.inspect.landscape import LandscapePage
from tuitrain.ui.inspect.step import StepPage
from tuitrain.ui.theme import theme_for


@pytest.fixture
def session():
    running = TrainingSession(plain_dataset("moons"), plain(hidden_layers=(4,)))
    yield running
    running.close()


def is_whole(page, kind):
    return isinstance(page.answer, kind) and page.answer.is_whole


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.long
async def test_the_plane_and_the_race(session, size):
    is_ascii = size[0] > 100
    async with TuitrainApp(session, theme_for("16", ascii_only=is_ascii)).run_test(size=size) as pilot:
        await pilot.press("K")
        page = pilot.app.screen
        assert isinstance(page, LandscapePage)
        await settle(pilot, lambda: is_whole(page, PlaneAnswer))
        await pilot.pause()
        shown = text_of(pilot.app)
        assert "lowest of the plane" in shown and "after 60 of 60 steps" in shown
        assert bool(re.search("[⠁-⣿]", shown)) != is_ascii
        await pilot.press("r", "right", "right")
        assert "after 2 of 60 steps" in text_of(pilot.app)
        before = page.answer.across[-1]
        await pilot.press("plus")
        await settle(pilot, lambda: is_whole(page, PlaneAnswer) and page.answer.question.zoom == 2)
        assert page.answer.across[-1] == pytest.approx(before / 2)
        await pilot.press("o")
        await settle(pilot, lambda: is_whole(page, PlaneAnswer) and page.answer.view == "path")
        await pilot.press("x")
        await settle(pilot, lambda: isinstance(page.answer, BowlAnswer))
        await pilot.pause()
        shown = text_of(pilot.app)
        assert "a ravine" in shown and "0.949" in shown and "step 0" in shown
        await pilot.press("right", "right", "right")
        shown = text_of(pilot.app)
        assert "step 3" in shown and {"G", "M", "R"} <= set("".join(line[:40] for line in shown.splitlines()[1:20]))
        await pilot.press("i")
        await settle(pilot, lambda: isinstance(page.answer, BowlAnswer) and not page.answer.is_raw)
        await pilot.pause()
        assert "a bowl" in text_of(pilot.app)


async def test_a_plane_that_comes_late_does_not_move_the_race(session):
    async with TuitrainApp(session, theme_for("none")).run_test(size=(80, 24)) as pilot:
        await pilot.press("K")
        page = pilot.app.screen
        await settle(pilot, lambda: is_whole(page, PlaneAnswer))
        plane = session.snapshot
        await pilot.press("x")
        page.show(plane)  # as where it was on its way
        assert not isinstance(page.answer, PlaneAnswer)
        await settle(pilot, lambda: isinstance(page.answer, BowlAnswer))
        assert page.step == 0


async def test_the_steps_walked_are_drawn_behind(session):
    session.wait_for_answer(session.send(Step(epochs=3)), 30)
    async with TuitrainApp(session, theme_for("none")).run_test(size=(80, 24)) as pilot:
        await settle(pilot, lambda: session.snapshot.epoch == 3 and not session.snapshot.is_running)
        await pilot.press("K")
        page = pilot.app.screen
        await settle(pilot, lambda: isinstance(page, LandscapePage) and is_whole(page, PlaneAnswer))
        await pilot.press("o")
        await settle(pilot, lambda: is_whole(page, PlaneAnswer) and page.answer.view == "path")
        await pilot.pause()
        drawn = text_of(pilot.app)
        assert "last 33 steps" in drawn and drawn.count("∘") > 3


async def test_space_runs_the_race_and_the_start_can_be_moved(session):
    async with TuitrainApp(session, theme_for("none")).run_test(size=(80, 24)) as pilot:
        await pilot.press("K", "x")
        page = pilot.app.screen
        await settle(pilot, lambda: isinstance(page.answer, BowlAnswer))
        await pilot.press("space")
        await settle(pilot, lambda: page.step > 3)
        await pilot.press("space", "r")
        assert page.step == 0
        before = page.answer.paths[0, 0].copy()
        await pilot.press("shift+right", "shift+down")
        await settle(pilot, lambda: page.answer.paths[0, 0][0] > before[0] and page.answer.paths[0, 0][1] < before[1])
        rate = page.answer.rate
        await pilot.press("plus")
        await settle(pilot, lambda: page.answer.rate > rate)


@pytest.mark.long
async def test_j_leads_there_and_back(session):
    async with TuitrainApp(session, theme_for("none")).run_test(size=(80, 24)) as pilot:
        await pilot.press("J")
        await settle(pilot, lambda: isinstance(pilot.app.screen, StepPage))
        await pilot.press("J")
        await settle(pilot, lambda: isinstance(pilot.app.screen, LandscapePage))
        await pilot.press("J")
        await settle(pilot, lambda: isinstance(pilot.app.screen, StepPage) and pilot.app.screen.answer is not None)
        await pilot.press("escape")
        assert not isinstance(pilot.app.screen, StepPage | LandscapePage)
        await pilot.press("K")
        await settle(pilot, lambda: isinstance(pilot.app.screen, LandscapePage))
        await pilot.press("J")
        await settle(pilot, lambda: isinstance(pilot.app.screen, StepPage))


async def test_the_palette_of_a_page_lists_its_actions(session):
    async with TuitrainApp(session, theme_for("none")).run_test(size=(80, 24)) as pilot:
        await pilot.press("K")
        page = pilot.app.screen
        await settle(pilot, lambda: is_whole(page, PlaneAnswer))
        await pilot.press("ctrl+p")
        await settle(pilot, lambda: "other directions" in text_of(pilot.app))
        await pilot.press(*"directions", "enter")
        await settle(pilot, lambda: page.view == "path")


async def test_a_line_is_raced_on_its_own_rows():
    session = TrainingSession(plain_dataset("sine?n=60"), plain(hidden_layers=()))
    async with TuitrainApp(session, theme_for("none")).run_test(size=(80, 24)) as pilot:
        await pilot.press("K")
        page = pilot.app.screen
        await settle(pilot, lambda: isinstance(page.answer, BowlAnswer))
        assert page.answer.rows == len(plain_dataset("sine?n=60").train)
    session.close()
