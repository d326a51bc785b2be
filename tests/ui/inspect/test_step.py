"""J along the step on a real session: the curve, the gauge of the last steps, other starts, the example."""

from __future__ import annotations

import numpy as np
import pytest

from tests.plain import plain, plain_dataset
from tests.ui.inspect.sizes import SIZES
from tests.ui.train.test_screen import text_of
from tests.ui.waiting import settle
from tuitrain.session.asked.step import OtherStarts, StartsAnswer, StepAnswer, StepCurve
from tuitrain.session.commands import Step
from tuitrain.session.training import TrainingSession
from tuitrain.ui.app import TuitrainApp
from tuitrain.ui.inspect.step import StepPage, up_to
from tuitrain.ui.inspect.step_gauge import draw_gauge, draw_starts
from tuitrain.ui.theme import theme_for


@pytest.fixture
def session():
    running = TrainingSession(plain_dataset("moons"), plain(hidden_layers=(6,), activation="tanh", epochs=50))
    yield running
    running.close()


async def opened(pilot):
    await pilot.press("J")
    await settle(pilot, lambda: isinstance(pilot.app.screen, StepPage))
    await whole(pilot)
    return pilot.app.screen


async def whole(pilot):
    page = pilot.app.screen
    await settle(pilot, lambda: page.answer is not None and page.answer.is_whole)
    await pilot.pause()


@pytest.mark.parametrize("size", SIZES)
async def test_the_gauge_is_of_the_last_steps_and_n_shows_other_starts(session, size):
    session.wait_for_answer(session.send(Step(epochs=6)), 30)
    async with TuitrainApp(session, theme_for("true")).run_test(size=size) as pilot:
        await settle(pilot, lambda: session.snapshot.epoch == 6 and not session.snapshot.is_running)
        page = await opened(pilot)
        shown = text_of(pilot.app)
        assert "Gauge · the last 40 steps" in shown and "of 40 went beyond the floor" in shown
        assert "J(θ − η·u)" in shown and "n other starts" in shown
        curve = page.answer
        await pilot.press("n")
        await settle(pilot, lambda: page.starts is not None and page.starts.is_whole)
        await pilot.pause()
        shown = text_of(pilot.app)
        rank = 1 + int((page.starts.losses < page.starts.own).sum())
        assert f"◆ yours {page.starts.own:.4f}, {rank} of 17" in shown and "in a minimum 0" in shown
        assert f"median {np.median(page.starts.losses):.4f}" in shown and page.answer is curve
        assert "n gauge" in shown and "J along the step" in shown
        await pilot.press("n")
        await whole(pilot)
        assert "went beyond the floor" in text_of(pilot.app)


@pytest.mark.long
async def test_without_a_run_the_example_is_shown_which_cannot_be_kept(session):
    async with TuitrainApp(session, theme_for("16", ascii_only=True)).run_test(size=(80, 24)) as pilot:
        page = await opened(pilot)
        shown = text_of(pilot.app)
        assert "example: moons" in shown and "epoch 12" in shown and "last 40 steps" in shown
        await pilot.press("enter")
        assert "the example is no run" in text_of(pilot.app) and not session.journal
        await pilot.press("n")
        await settle(pilot, lambda: page.starts is not None and page.starts.is_whole)
        await pilot.pause()
        shown = text_of(pilot.app)
        assert "yours" in shown and shown.isascii() and "| o taken" in shown and "| * best" in shown
        await pilot.press("x")
        await settle(pilot, lambda: page.answer is not None and not page.answer.question.example)
        await whole(pilot)
        shown = text_of(pilot.app)
        assert "the next 40 steps on the copy" in shown and "n other starts" in shown
        await pilot.press("n")
        await settle(pilot, lambda: page.starts is not None and bool(page.starts.problem))
        await pilot.pause()
        assert "has done no epoch yet" in text_of(pilot.app)


async def test_a_step_of_the_copy_is_taken_back_by_r(session):
    session.wait_for_answer(session.send(Step(epochs=1)), 30)
    async with TuitrainApp(session, theme_for("none")).run_test(size=(80, 24)) as pilot:
        page = await opened(pilot)
        here = page.answer.here
        for steps in (1, 2):
            await pilot.press("s")
            await settle(pilot, lambda steps=steps: page.answer.question.steps == steps)
        assert page.answer.here != here
        await pilot.press("r")
        await settle(pilot, lambda: page.answer.question.steps == 0)
        assert page.answer.here == here


def drawn(losses, own, rows, width=90):
    answer = StartsAnswer(OtherStarts(), tuple(range(len(losses))), np.array(losses), own, 0.1, 10, 5, 1.0)
    strips = draw_starts(width, rows + 3, answer, theme=theme_for("none"))
    return ["".join(segment.text for segment in strip) for strip in strips]


def test_each_other_start_is_drawn_once_or_counted():
    losses = [0.1, 0.1, 0.1, 0.3, 0.5]
    (strip, numbers, verdict, _) = drawn(losses, 0.5, 1)
    assert strip.index("3") < strip.index("○") < strip.rindex("◆") and "as good as" not in verdict
    assert "5 of 6" in numbers and "median 0.1000" in numbers
    tall = drawn(losses, 0.5, 4)
    assert sum(row.count("○") for row in tall[:4]) == 5 and sum(row.count("◆") for row in tall[:4]) == 1


@pytest.mark.parametrize(
    ("own", "said"), [(0.05, "no other start got lower"), (0.2, "3 of 5 got lower"), (0.15, "as good as most")]
)
def test_a_local_minimum_is_spoken_of_with_care(own, said):
    losses = [0.1, 0.12, 0.16, 0.3, 0.5]
    assert any(said in row for row in drawn(losses, own, 1, width=90))


def test_starts_that_have_diverged_are_counted_apart():
    assert any("1 diverged" in row for row in drawn([0.1, float("nan"), 0.3], 0.2, 1, width=120))
    assert "all other starts have diverged" in drawn([float("nan")] * 3, 0.2, 1, width=90)[0]


def test_a_curve_leaves_the_plot_and_has_no_plateau_beyond_it():
    shown = up_to(np.array([0.5, 0.4, 0.9, 2.0, np.inf, 3.0, 0.6]), 1.0)
    assert np.array_equal(shown, [0.5, 0.4, 0.9, 1.0, np.nan, 1.0, 0.6], equal_nan=True)


async def test_a_step_into_divergence_can_be_taken_back():
    h = plain(hidden_layers=(8,), activation="relu", optimizer="sgd", learning_rate=30.0, patience=0, batch_size="full")
    session = TrainingSession(plain_dataset("diabetes"), h)
    session.wait_for_answer(session.send(Step(batches=1)), 30)
    async with TuitrainApp(session, theme_for("true")).run_test(size=(80, 24)) as pilot:
        await settle(pilot, lambda: session.snapshot.step == 1 and not session.snapshot.is_running)
        page = await opened(pilot)
        while not page.answer.problem:
            await pilot.press("s")
            await settle(pilot, lambda: page.answer.question.steps == page.steps and page.answer.is_whole)
        await pilot.pause()
        assert "u takes a step back" in text_of(pilot.app) and not page.is_known
        taken = page.steps
        await pilot.press("u")
        await settle(pilot, lambda: page.is_known)
        assert page.answer.question.steps == page.steps == taken - 1
    session.close()


@pytest.mark.parametrize("height", range(6, 14))
def test_steps_at_the_best_rate_stand_on_the_line_of_the_floor(height):
    nothing = np.empty(0)
    answer = StepAnswer(
        StepCurve(), nothing, nothing, 0.5, 0.1, 0.4, 0.1, 0.4, (0.05, 0.2), 0.3, 32, "adam", (1.0,) * 40, True, 40,
        total=40,
    )  # fmt: skip
    rows = [strip.text for strip in draw_gauge(90, height, answer, theme=theme_for("none", ascii_only=True))]
    (floor,) = (row for row in rows if row.split("+")[0].strip() == "1")
    assert floor.count("*") > 60 and not any("**" in row for row in rows if row is not floor)
    assert any(row.split("+")[0].strip() == "1/8" for row in rows) and "-39" in rows[-2]
