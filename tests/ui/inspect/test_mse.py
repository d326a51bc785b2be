"""The page that takes the MSE apart: its lines add up as printed, at both sizes and in ASCII."""

from __future__ import annotations

import re

import numpy as np
import pytest

from tests.ui.inspect.sizes import SIZES
from tests.ui.train.test_screen import text_of
from tests.ui.waiting import settle
from tuitrain.data.loading import load_dataset
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.session.training import TrainingSession
from tuitrain.ui.app import TuitrainApp
from tuitrain.ui.inspect.mse import MsePage
from tuitrain.ui.inspect.targets import draw_targets, kind_of, stacked
from tuitrain.ui.theme import theme_for


@pytest.fixture(params=["sine?n=60", "diabetes"])
def session(request):
    running = session_on(request.param)
    yield running
    running.close()


def session_on(dataset):
    settings = Hyperparameters(hidden_layers=(3,), batch_size="full", epochs=20)
    return TrainingSession(load_dataset(dataset), settings)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.long
async def test_every_line_adds_up_as_printed(session, size):
    async with TuitrainApp(session, theme_for("16", ascii_only=size[0] > 100)).run_test(size=size) as pilot:
        await pilot.press("V", "minus", "minus")
        page = pilot.app.screen
        assert isinstance(page, MsePage)
        await settle(pilot, lambda: page.answer and page.answer.question.members == 8 and page.answer.is_whole)
        await pilot.pause()
        shown = text_of(pilot.app)
        is_resampled = session.snapshot.dataset.name == "diabetes"
        parts = 2 if is_resampled else 3
        lines = re.findall(r"[ >▸] +\d+ +" + " +".join([r"(\d+\.?\d*)"] * (parts + 1)), shown.split("solid")[0])
        assert len(lines) == len(page.answer.rows) + len(page.answer.units)
        for line in lines:
            *values, total = map(float, line)
            assert sum(values) == pytest.approx(total, abs=1e-9)
        assert ("bias" in shown and "+noise" in shown) == is_resampled
        before = page.answer.rows[page.answer.own_rows]
        await pilot.press("left", "right_square_bracket", "o")
        await settle(pilot, lambda: page.answer.rows[page.answer.own_rows] == round(before / 2))
        assert page.is_curve == (not is_resampled)  # of ten inputs there is no curve
        await pilot.press("x")
        await settle(pilot, lambda: page.answer and page.answer.question.example == "sine")


@pytest.mark.long
async def test_with_classes_it_opens_on_the_example():
    session = session_on("moons")
    async with TuitrainApp(session, theme_for("none")).run_test(size=(80, 24)) as pilot:
        await pilot.press("V")
        page = pilot.app.screen
        await settle(pilot, lambda: page.answer and not page.answer.problem and len(page.answer.shots))
        await pilot.pause()
        assert "moons has classes" in text_of(pilot.app) and "sine" in text_of(pilot.app)
        await pilot.press("x")
        assert page.example == "sine"
    session.close()


def test_shots_are_drawn_on_the_target_that_is_nearest():
    assert [kind_of(bias, deviation, 1.0) for bias in (0.5, 0.01) for deviation in (0.5, 0.01)] == [0, 1, 2, 3]
    theme = theme_for("none", ascii_only=True)
    shots = np.array([[1.0, 1.0]] * 5)
    drawn = [strip.text for strip in draw_targets(80, 9, shots, 100.0, 3, theme=theme)]
    assert drawn[-1].index(">unbiased") >= 60
    own = [row[60:] for row in drawn[:-1]]
    assert sum(row.count("o") for row in own) == 1  # five shots at one point, up and to the right of the middle
    row = next(row for row in own if "o" in row)
    assert row.index("o") >= own[4].index("+") - 1


def test_stacks_are_as_long_as_their_sum():
    theme = theme_for("none")
    drawn = stacked((1.0, 2.0, 1.0), 8.0, 16, theme=theme)
    assert [text for text, _ in drawn] == ["██", "▒▒▒▒", "░░"]
    assert stacked((float("nan"), 1.0), 8.0, 16, theme=theme) == []
