"""The bench on a real training: opens over the room, steps, moves, learns on a copy, and goes back."""

from __future__ import annotations

import pytest

from tests.ui.inspect.sizes import SIZES
from tests.ui.train.test_screen import text_of
from tests.ui.waiting import settle
from tuitrain.data.loading import load_dataset
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.session.commands import Step
from tuitrain.session.training import TrainingSession
from tuitrain.ui.app import TuitrainApp
from tuitrain.ui.inspect.bench import BenchPage
from tuitrain.ui.theme import theme_for


@pytest.fixture
def session():
    running = TrainingSession(load_dataset("moons"), Hyperparameters(hidden_layers=(6,), activation="tanh"))
    yield running
    running.close()


async def opened(pilot):
    await pilot.press("B")
    await settle(pilot, lambda: isinstance(pilot.app.screen, BenchPage) and pilot.app.screen.answer is not None)
    await pilot.pause()
    return pilot.app.screen


@pytest.mark.parametrize("size", SIZES)
async def test_without_a_training_the_example_is_shown_and_esc_goes_back(session, size):
    async with TuitrainApp(session, theme_for("true")).run_test(size=size) as pilot:
        page = await opened(pilot)
        shown = text_of(pilot.app)
        assert "example 2-3-2 tanh" in shown and "step 6 of 6" in shown
        assert "p 0.703" in shown and "δ −0.038" in shown
        await pilot.press("x")
        await settle(pilot, lambda: page.answer is not None and page.answer.question.example == "shares")
        await pilot.pause()
        shown = text_of(pilot.app)
        assert "60 %" in shown and "+0.360" in shown and "+1.800" in shown
        await pilot.press("escape")
        assert not isinstance(pilot.app.screen, BenchPage)
        await settle(pilot, lambda: session.snapshot.answer is None)


async def test_steps_forward_and_back_uncover_the_numbers(session):
    async with TuitrainApp(session, theme_for("true")).run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        await pilot.press(*["left"] * 10)
        shown = text_of(pilot.app)
        assert "step 0 of 6" in shown and "δ " not in shown.split("Weight")[0].split("J =")[1]
        await pilot.press("right")
        assert "z +0.300 a +0.291" in text_of(pilot.app)
        await pilot.press("right", "right", "right")
        assert "δ −0.703" in text_of(pilot.app) and "comes when the error" in text_of(pilot.app)
        await pilot.press("right")
        assert "f′(z) · Σ w δ" in text_of(pilot.app)


async def test_a_step_is_taken_on_the_copy_and_taken_back(session):
    number = session.send(Step(epochs=1))
    session.wait_for_answer(number, 30)
    async with TuitrainApp(session, theme_for("true")).run_test(size=(80, 24)) as pilot:
        await settle(pilot, lambda: session.snapshot.epoch == 1 and not session.snapshot.is_running)
        page = await opened(pilot)
        before, step = page.answer.trace.loss, session.snapshot.step
        await pilot.press("s")
        await settle(pilot, lambda: page.answer.question.steps == 1)
        assert page.answer.trace.loss < before
        await pilot.press("u")
        await settle(pilot, lambda: page.answer.question.steps == 0)
        assert page.answer.trace.loss == before and session.snapshot.step == step
        await pilot.press("right_square_bracket")
        await settle(pilot, lambda: page.answer.question.place == 1)
        assert page.answer.trace.loss <= before


@pytest.mark.parametrize("colours", [pytest.param("16", marks=pytest.mark.long), "none"])
async def test_every_weight_can_be_reached_in_ascii(session, colours):
    async with TuitrainApp(session, theme_for(colours, ascii_only=True)).run_test(size=(80, 24)) as pilot:
        page = await opened(pilot)
        seen = set()
        for _ in range(12):
            seen.add(page.edge)
            await pilot.press("down")
            await settle(pilot, lambda: page.answer.question.weight == page.edge.index(page.answer))
        assert len(seen) == 12
        assert text_of(pilot.app).isascii()
