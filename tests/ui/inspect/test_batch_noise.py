"""The page on batch noise: its numbers follow from each other as printed, sizes change and are kept."""

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
from tuitrain.ui.inspect.arrows import draw_arrows, draw_cosines
from tuitrain.ui.inspect.batch_noise import NoisePage
from tuitrain.ui.theme import theme_for


@pytest.fixture(params=["moons", "diabetes"])
def session(request):
    running = TrainingSession(load_dataset(request.param), Hyperparameters(hidden_layers=(6,)))
    yield running
    running.close()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.long
async def test_the_table_follows_from_the_numbers(session, size):
    async with TuitrainApp(session, theme_for("16", ascii_only=size[0] > 100)).run_test(size=size) as pilot:
        await pilot.press("Z")
        page = pilot.app.screen
        assert isinstance(page, NoisePage)
        await settle(pilot, lambda: page.answer and page.answer.is_whole)
        await pilot.pause()
        shown = text_of(pilot.app)
        square = float(re.search(r"squared +([\d.]+)", shown)[1])
        spread = float(re.search(r"row's gradient +([\d.]+)", shown)[1])
        rows = re.findall(r"[ >▸] +(\d+|full) +([\d.]+) +([\d.]+) +([\d.]+) +[\d.]+ (?:B|kB)", shown)
        assert len(rows) >= 5 and rows[0][0] == "1" and rows[-1][0] == "full"
        for batch, part, noise, cosine in rows:
            share = spread / (page.answer.rows if batch == "full" else int(batch))
            assert float(part) == pytest.approx(share, rel=6e-3)
            assert float(noise) == pytest.approx((share / square) ** 0.5, abs=6e-3)
            assert float(cosine) == pytest.approx((1 + share / square) ** -0.5, abs=6e-3)
        await pilot.press("plus", "right_square_bracket")
        await settle(pilot, lambda: page.answer.batch_size == 64 and page.answer.is_whole)
        await pilot.press("enter")
        await settle(pilot, lambda: session.snapshot.hyperparameters.batch_size == 64)
        await pilot.press("x")
        await settle(pilot, lambda: page.answer and page.answer.question.example and page.answer.is_whole)
        await pilot.pause()
        assert "3.78" in text_of(pilot.app)  # 1.945²


def test_arrows_end_where_the_gradients_do():
    theme = theme_for("none", ascii_only=True)
    tips = np.array([[2.0, 1.0], [2.0, -1.0]])
    drawn = [strip.text for strip in draw_arrows(40, 11, tips, 3.0, theme=theme)]
    assert drawn[5].index("O") < drawn[5].index(">")
    marks = [(row, text.index("o")) for row, text in enumerate(drawn) if "o" in text]
    assert len(marks) == 2 and marks[0][1] == marks[1][1] and marks[0][0] + marks[1][0] in {10, 11}
    share = (marks[0][1] - drawn[5].index("O")) / (drawn[5].index(">") - drawn[5].index("O"))
    assert share == pytest.approx(2 / 3, abs=0.05)


def test_cosines_are_counted_from_minus_one_to_one():
    bars = draw_cosines(30, np.array([-0.95, 0.05, 0.05, 0.99]), theme=theme_for("none"))[1].text
    assert bars[1] == "▄" and bars[11] == "█" and bars[20] == "▄"
