"""The page on inputs: opened by N without hidden layers, from the units with them."""

from __future__ import annotations

import numpy as np
import pytest

from tests.ui.train.test_screen import text_of
from tests.ui.waiting import settle
from tuitrain.data.loading import load_dataset
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.session.asked.inputs import ImportanceAnswer, InputImportance, LinearAnswer, SupportAnswer
from tuitrain.session.training import TrainingSession
from tuitrain.ui.app import TuitrainApp
from tuitrain.ui.inspect.input_tables import draw_importance
from tuitrain.ui.inspect.inputs import InputsPage
from tuitrain.ui.inspect.units import UnitsPage
from tuitrain.ui.theme import theme_for


async def opened(pilot, key="N"):
    await pilot.press(key)
    await settle(pilot, lambda: isinstance(pilot.app.screen, InputsPage))
    page = pilot.app.screen
    await settle(pilot, lambda: page.answer is not None and page.answer.is_whole)
    await pilot.pause()
    return page


@pytest.mark.parametrize(
    ("dataset", "loss", "size", "colours"),
    [("diabetes", "auto", (80, 24), "none"), ("moons", "hinge", (80, 24), "16"), ("iris", "hinge", (120, 40), "none")],
)
@pytest.mark.long
async def test_a_linear_model_shows_coefficients_support_vectors_and_importance(dataset, loss, size, colours):
    session = TrainingSession(load_dataset(dataset), Hyperparameters(hidden_layers=(), loss=loss))
    try:
        look = theme_for(colours, ascii_only=colours == "none")
        async with TuitrainApp(session, look).run_test(size=size) as pilot:
            page = await opened(pilot)
            assert isinstance(page.answer, LinearAnswer)
            shown = text_of(pilot.app)
            assert "intercept" in shown and ("R^2" in shown or "accuracy" in shown)
            assert ("exact" in shown) == (dataset == "diabetes")
            if dataset == "iris":
                await pilot.press("right_square_bracket")
                assert "virginica" in text_of(pilot.app) or "versicolor" in text_of(pilot.app)
            if dataset == "moons":
                await pilot.press("tab")
                await settle(pilot, lambda: isinstance(page.answer, SupportAnswer) and page.answer.is_whole)
                await pilot.pause()
                assert "support vectors, small" in text_of(pilot.app) and "accuracy" in text_of(pilot.app)
                await pilot.press("enter", "down")
                assert "t z" in text_of(pilot.app)
            await pilot.press("tab")
            await settle(pilot, lambda: isinstance(page.answer, ImportanceAnswer) and page.answer.is_whole)
            await pilot.pause()
            shown = text_of(pilot.app)
            assert page.answer.columns[0] in shown and "permut" in shown
            assert shown.isascii() or colours == "16"
            await pilot.press("escape")
            await settle(pilot, lambda: not isinstance(pilot.app.screen, InputsPage | UnitsPage))
    finally:
        session.close()


async def test_with_hidden_layers_the_units_lead_to_the_importance_and_x_shows_an_example_without():
    session = TrainingSession(load_dataset("mixed"), Hyperparameters(hidden_layers=(5,)))
    try:
        async with TuitrainApp(session, theme_for("true")).run_test(size=(80, 24)) as pilot:
            await pilot.press("N")
            await settle(pilot, lambda: isinstance(pilot.app.screen, UnitsPage))
            await opened(pilot, "p")
            assert "colour" in text_of(pilot.app)
            await pilot.press("escape")
            await settle(pilot, lambda: isinstance(pilot.app.screen, UnitsPage))
            page = pilot.app.screen
            await settle(pilot, lambda: page.answer is not None and session.snapshot.answer is not None)
    finally:
        session.close()


async def test_x_opens_the_units_also_where_they_have_not_been_before():
    for layers in ((5,), ()):
        session = TrainingSession(load_dataset("plane"), Hyperparameters(hidden_layers=layers))
        try:
            async with TuitrainApp(session, theme_for("true")).run_test(size=(80, 24)) as pilot:
                page = await opened(pilot, "I")
                assert page.selected_word()[0] == ("permutation importance" if layers else "coefficients")
                await pilot.press("x")
                await settle(pilot, lambda: isinstance(pilot.app.screen, UnitsPage) and pilot.app.screen.answer)
                await pilot.pause()
                assert isinstance(pilot.app.screen, UnitsPage)
                await pilot.press("escape")
                await settle(pilot, lambda: pilot.app.screen is page)  # noqa: B023
        finally:
            session.close()


def test_only_a_column_that_is_missed_has_a_bar():
    asked, values = InputImportance(), np.array([-0.4, 0.2, 0.1])
    answer = ImportanceAnswer(asked, "table", ("a", "b", "c"), values, np.zeros(3), 0.5, "validation", 9)
    drawn = draw_importance(60, 4, answer, [1, 2, 0], 0, theme=theme_for("none", ascii_only=True))
    assert [strip.text.count("#") for strip in drawn[1:]] == [23, 12, 0]


async def test_x_shows_units_of_an_example_where_there_are_none():
    session = TrainingSession(load_dataset("plane"), Hyperparameters(hidden_layers=()))
    try:
        async with TuitrainApp(session, theme_for("true")).run_test(size=(80, 24)) as pilot:
            await opened(pilot)
            await pilot.press("x")
            await settle(pilot, lambda: isinstance(pilot.app.screen, UnitsPage))
            page = pilot.app.screen
            await settle(pilot, lambda: page.answer is not None and page.answer.is_whole and not page.answer.problem)
            await pilot.pause()
            assert "your network has no hidden layer" in text_of(pilot.app) and "16 relu units" in text_of(pilot.app)
    finally:
        session.close()
