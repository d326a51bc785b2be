"""The page on depth: a line a layer, choices to look at, and a network without hidden layers."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from tests.ui.train.test_screen import text_of
from tests.ui.waiting import settle
from tuitrain.data.loading import load_dataset
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.session.training import TrainingSession
from tuitrain.ui.app import TuitrainApp
from tuitrain.ui.inspect.depth import DepthPage
from tuitrain.ui.inspect.depth_table import draw_choices, shown_layers, sparks, sum_up, verdict
from tuitrain.ui.theme import theme_for


def session_of(layers: tuple[int, ...]) -> TrainingSession:
    return TrainingSession(load_dataset("moons"), Hyperparameters(hidden_layers=layers, activation="sigmoid"))


async def opened(pilot):
    await pilot.press("H")
    await settle(
        pilot,
        lambda: (
            isinstance(pilot.app.screen, DepthPage) and pilot.app.screen.answer and pilot.app.screen.answer.is_whole
        ),
    )
    await pilot.pause()
    return pilot.app.screen


@pytest.mark.parametrize(("size", "colours"), [((80, 24), "none"), ((120, 40), "16")])
@pytest.mark.long
async def test_the_numbers_are_the_answers_and_a_choice_is_looked_at_and_kept(size, colours):
    session = session_of((8,) * 6)
    try:
        async with TuitrainApp(session, theme_for(colours, ascii_only=colours == "none")).run_test(size=size) as pilot:
            page = await opened(pilot)
            shown = text_of(pilot.app)
            assert "6 hidden sigmoid layers of 8" in shown and "vanishes" in shown
            assert shown.isascii() or colours == "16"
            assert f"{page.answer.layers[1].norm:.2e}".replace("e-0", "e-") in shown
            await pilot.press("down", "2")
            await settle(pilot, lambda: page.answer.activation == "relu")
            await pilot.pause()
            shown = text_of(pilot.app)
            assert "6 hidden relu layers" in shown and "layer 2 of 6" in shown
            await pilot.press("enter")
            await settle(pilot, lambda: session.snapshot.hyperparameters.initializer == "he_normal")
            assert session.snapshot.hyperparameters.activation == "relu"
            await pilot.press("2")
            await settle(pilot, lambda: page.answer.activation == "sigmoid")
    finally:
        session.close()


async def test_without_a_hidden_layer_the_example_opens_and_says_so():
    session = session_of(())
    try:
        async with TuitrainApp(session, theme_for("true")).run_test(size=(80, 24)) as pilot:
            page = await opened(pilot)
            shown = text_of(pilot.app)
            assert "your network has no hidden layer" in shown and "7 hidden sigmoid layers of 16" in shown
            await pilot.press("x")
            assert page.example and "only layer" in text_of(pilot.app)
    finally:
        session.close()


def test_what_two_layers_come_to_is_the_ratio_beside_them():
    answer = SimpleNamespace(layers=[SimpleNamespace(norm=0.2391), SimpleNamespace(norm=0.1543)])  # 1.5496, not .24/.15
    assert sum_up(answer) == "from 2 to 1: 0.154 → 0.239, × 1.55"
    assert "gets 1.55 of the error" in verdict(answer)


def test_many_layers_are_folded_but_never_the_chosen_one_nor_the_ends():
    assert shown_layers(7, 8, 0) == list(range(7))
    for count in (9, 12, 50):
        for chosen in range(count):
            found = shown_layers(count, 8, chosen)
            assert len(found) <= 7 and {0, count - 1, chosen} <= set(found) and found == sorted(set(found))


def test_sparks_show_every_bin_that_holds_anything():
    counts = np.zeros(24, int)
    counts[[0, 1, 10, 23]] = [500, 500, 1, 400]
    assert sparks(counts, 12, theme_for("true")) == ["█    ▁     ▄"]
    assert sparks(counts, 12, theme_for("true"), lines=2) == ["█" + " " * 11, "█    ▁     ▇"]


def test_bars_of_the_choices_are_as_long_as_their_ratios_also_beyond_1():
    rows = [(" ", "yours", 1.3), ("1", "he", 1.02), ("2", "deep", 0.026)]
    drawn = draw_choices(80, 4, rows, chosen=0, theme=theme_for("none", ascii_only=True))
    longest, second, least = (strip.text.count("#") for strip in drawn[:3])
    assert longest > second > least > 0
    assert drawn[3].text.rstrip().endswith("1.30")
