"""The page on a row's loss: bars, sums and distances, at both sizes and in ASCII."""

from __future__ import annotations

import re

import pytest

from tests.ui.inspect.sizes import SIZES
from tests.ui.train.test_screen import text_of
from tests.ui.waiting import settle
from tuitrain.data.loading import load_dataset
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.session.training import TrainingSession
from tuitrain.ui.app import TuitrainApp
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
        else:
            assert "MSE" in shown and "best constant" in shown
            assert "e+" not in shown and "class" not in shown.splitlines()[-1]
        first = page.answer
        await pilot.press("right_square_bracket")
        await settle(pilot, lambda: page.answer is not first)
        assert page.answer.question.place == 1
        await pilot.press("x")
        await settle(pilot, lambda: page.answer is not None and page.answer.question.example)
        await pilot.pause()
        assert "0.802" in text_of(pilot.app) and "0.887" in text_of(pilot.app)
