"""Every pane of every page is drawn in whatever size it has for a moment, while the terminal is resized."""

from __future__ import annotations

import pytest
from textual.geometry import Region

from tests.ui.waiting import settle
from tuitrain.data.loading import load_dataset
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.session.commands import Step
from tuitrain.session.training import TrainingSession
from tuitrain.ui.app import TuitrainApp
from tuitrain.ui.screens import PAGES
from tuitrain.ui.theme import theme_for
from tuitrain.ui.widgets.layout import LAST_ROWS, SMALLEST
from tuitrain.ui.widgets.page_screen import LEAST_WIDTH

WIDTHS = (0, 5, LEAST_WIDTH, 47)
AREAS = [Region(0, 1, width, height - 1 - len(LAST_ROWS)) for width, height in (SMALLEST, (200, 70))]


@pytest.mark.parametrize(
    ("data", "hidden_layers"), [("iris", (4,)), pytest.param("diabetes", (2,), marks=pytest.mark.long)]
)
async def test_a_pane_of_any_width_is_drawn_and_no_defect_is_hidden(data, hidden_layers, monkeypatch):
    session = TrainingSession(load_dataset(data), Hyperparameters(hidden_layers=hidden_layers, epochs=4))
    session.wait_for_answer(session.send(Step(epochs=1)), 30)
    async with TuitrainApp(session, theme_for("true")).run_test(size=(120, 40)) as pilot:
        await settle(pilot, lambda: session.snapshot.epoch == 1)
        for place in PAGES:
            page = place.load()(pilot.app.look)
            await pilot.app.push_screen(page)
            await settle(pilot, lambda page=page: page.is_known)
            for area in AREAS:
                for name, box in page.boxes(area).items():
                    for width in {*WIDTHS, box.width - 2}:
                        page.panes[name].draw(width, box.height - 2, session.snapshot)
            monkeypatch.setattr(page, "draw_part", lambda *_: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                page.panes[name].draw(80, 20, session.snapshot)
            monkeypatch.undo()
            while pilot.app.screen is not page:
                pilot.app.pop_screen()
            pilot.app.pop_screen()
    session.close()
