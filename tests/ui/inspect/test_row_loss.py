"""The page on a row's loss: bars, sums and distances, at both sizes and in ASCII."""

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
from tuitrain.ui.inspect.distances import costs
from tuitrain.ui.inspect.loss_histogram import bins_of
from tuitrain.ui.inspect.row_loss import RowLossPage
from tuitrain.ui.theme import theme_for


@pytest.fixture(params=["iris", "sine", "digits", "diabetes"])
def session(request):
    running = TrainingSession(load_dataset(request.param), Hyperparameters(hidden_layers=(6,)))
    yield running
    running.close()


@pytest.mark.parametrize("size", SIZES)
async def test_it_says_where_the_loss_comes_from(session, size):
    async with TuitrainApp(session, theme_for("none", ascii_only=size[0] > 100)).run_test(size=size) as pilot:
        await pilot.press("C")
        await settle(pilot, lambda: isinstance(pilot.app.screen, RowLossPage) and pilot.app.screen.answer is not None)
        page = pilot.app.screen
        await pilot.pause()
        shown = text_of(pilot.app)
        if session.snapshot.dataset.n_classes:
            found = [
                re.split(r"\s{2,}|\|", line) for line in shown.splitlines() if "truth (" in line or "as it is" in line
            ]
            numbers = [float(text) for text in found[0] if re.fullmatch(r"\d+\.\d+", text.strip())]
            assert len(numbers) == 3 and numbers[0] + numbers[1] == pytest.approx(numbers[2])
            head = next(line for line in shown.splitlines() if "truth t" in line)
            assert "class" in head and "class" in shown.splitlines()[-1]
            rest = [line for line in shown.splitlines() if re.search(r"\d others", line)]
            assert all(re.search(r"others +\d", line).end() > head.index("prediction p") for line in rest)
            assert bool(rest) == (session.snapshot.dataset.n_classes > 8)
            true = page.answer.classes[int(page.answer.truth.argmax())]
            assert re.search(rf"[▸>]{true} +1\.000", shown)
            if size[0] >= 110:
                losses = page.answer.losses
                counts = [int(text) for text in re.findall(r"\d-\d+\.\d* +(\d+)", shown)]
                assert sum(counts) == len(losses) and counts[-1]
                assert f"loss {losses[1]:.3f}" in shown
        else:
            assert "MSE" in shown and "best constant" in shown
            assert "e+" not in shown and "class" not in shown.splitlines()[-1]
            errors = page.answer.truth - page.answer.predicted
            await pilot.press("minus")
            shown = text_of(pilot.app)
            delta = float(re.search(r"Huber (?:δ|delta) ([\d.]+)", shown)[1])
            far = np.abs(errors) > delta
            expected = 0.5 * (errors[~far] ** 2).sum() + (delta * np.abs(errors[far]) - 0.5 * delta**2).sum()
            told = re.search(r"sum ([\d,.]+)", shown)[1].replace(",", "")
            assert far.any() and float(told) == pytest.approx(expected, abs=0.5 if expected > 1000 else 0.005)
            await pilot.press("plus", "o")
            shown = text_of(pilot.app)
            assert "squared, by " in shown and "Huber (y" not in shown
            await pilot.press("o")
        first = page.answer
        await pilot.press("right_square_bracket")
        await settle(pilot, lambda: page.answer is not first)
        assert page.answer.question.place == 1
        await pilot.press("x")
        await settle(pilot, lambda: page.answer is not None and page.answer.question.example)
        await pilot.pause()
        assert "0.802" in text_of(pilot.app) and "0.887" in text_of(pilot.app)


def test_the_huber_loss_is_half_the_square_and_then_a_line():
    """By hand: ½·0.5² = 0.125; 1·(3 − ½) = 2.5; 1·(2 − ½) = 1.5; the border: ½·1² = 1·(1 − ½)."""
    assert costs(np.array([0.5, 3.0, -2.0, -1.0]), 1.0).tolist() == [0.125, 2.5, 1.5, 0.5]


@pytest.mark.parametrize("scale", [1e-6, 0.7, 3.0, 4e5])
@pytest.mark.parametrize("most", [1, 7, 20])
def test_bins_hold_every_loss(scale, most):
    losses = np.abs(np.random.default_rng(0).standard_normal(200)) * scale
    edges, counts = bins_of(losses, most)
    assert len(counts) <= most and counts[-1] > 0
    assert counts.tolist() == np.histogram(losses, edges)[0].tolist() and counts.sum() == len(losses)
    edges, counts = bins_of(np.array([np.inf, 0.0]), most)
    assert counts.tolist() == [1]
