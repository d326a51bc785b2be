"""The page on units: maps, weights, hidden space; layers and inputs by keys."""

from __future__ import annotations

import pytest

from tests.ui.train.test_screen import text_of
from tests.ui.waiting import settle
from tuitrain.data.loading import load_dataset
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.session.training import TrainingSession
from tuitrain.ui.app import TuitrainApp
from tuitrain.ui.inspect.unit_maps import layout_of
from tuitrain.ui.inspect.units import UnitsPage
from tuitrain.ui.theme import theme_for


@pytest.mark.parametrize(
    ("dataset", "size", "colours"),
    [
        ("digits", (80, 24), "16"),
        ("moons", (120, 40), "none"),
        ("diabetes", (80, 24), "none"),
        ("sine", (120, 40), "16"),
    ],
)
@pytest.mark.long
async def test_units_are_shown_sorted_chosen_and_seen_in_three_ways(dataset, size, colours):
    session = TrainingSession(load_dataset(dataset), Hyperparameters(hidden_layers=(20, 6)))
    try:
        look = theme_for(colours, ascii_only=colours == "none")
        async with TuitrainApp(session, look).run_test(size=size) as pilot:
            await pilot.press("N")
            await settle(pilot, lambda: isinstance(pilot.app.screen, UnitsPage))
            page = pilot.app.screen
            await settle(pilot, lambda: page.answer is not None and page.answer.is_whole)
            await pilot.pause()
            answer, shown = page.answer, text_of(pilot.app)
            unit = int(answer.units[0])
            assert "layer 1 of 2" in shown and f"Unit {unit} " in shown and "z = " in shown
            assert (page.part == 1) == (session.snapshot.dataset.name == "digits")
            await pilot.press("down")
            assert f"Unit {int(answer.units[1])} " in text_of(pilot.app)
            await pilot.press("s", "enter")
            assert "by number" in text_of(pilot.app)
            await pilot.press("tab")
            await pilot.press("tab")
            for _ in range(3):
                await pilot.press("tab")
                if page.part == 2:
                    assert "principal axes" in text_of(pilot.app)
            assert text_of(pilot.app).isascii() or colours == "16"
            await pilot.press("right_square_bracket")
            await settle(pilot, lambda: page.answer.layer == 1 and page.answer.is_whole)
            await pilot.pause()
            assert "layer 2 of 2" in text_of(pilot.app)
            if len(answer.names) > 2:
                await pilot.press("i")
                await settle(pilot, lambda: page.answer.across == 2)
    finally:
        session.close()


def test_maps_fill_the_room_and_never_more_of_them_than_fit():
    assert layout_of(78, 12, 64) == (5, 2)
    assert layout_of(118, 26, 64) == (6, 3)
    for count in range(1, 19):
        across, down = layout_of(118, 26, count)
        assert across * down >= count and 118 // across >= 15 and 26 // down >= 6
