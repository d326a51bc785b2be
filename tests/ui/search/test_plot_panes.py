"""The panes that draw a search: what they draw of it, and what their titles say."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from textual.pilot import Pilot

from tests.ui.main_screens import on_screen
from tests.ui.search.driven import text_of, until
from tuitrain.search.space.space import Space
from tuitrain.search.study.trial import Trial
from tuitrain.ui.search.plot_panes import row_of


def test_the_map_follows_trials_that_were_dropped() -> None:
    """Numbers are no rows: a change of strategy drops trials that had not begun."""
    trials = [Trial(number, {}, state="finished", score=0.5) for number in (0, 1, 12)]
    assert row_of(trials, trials[2]) == 2
    assert row_of(trials, None) is None
    assert row_of(trials[:2], trials[2]) is None


async def test_the_map_names_its_axes_and_keeps_them_by_name_in_another_search() -> None:
    async def work(pilot: Pilot[Any]) -> str:
        app: Any = pilot.app
        await until(pilot, lambda: "Map · x learning rate, y L2" in text_of(app))
        await pilot.press("y")
        await until(pilot, lambda: "Map · x rate, y activ.  (x y)" in text_of(app))
        session = app.screen.session
        now = session.snapshot
        space = Space({"activation": "relu,tanh", "batch_size": "16,32", "learning_rate": "1e-3..1e-1"})
        trials = tuple(replace(one, setting={**one.setting, "batch_size": 16}) for one in now.trials)
        session.snapshot = replace(now, version=99, space=space, progress=replace(now.progress, trials=trials))
        await until(pilot, lambda: "batch size" in text_of(app).split("\n")[2])
        assert "Map · x rate, y activ.  (x y)" in text_of(app)
        return ""

    await on_screen("search-running", (120, 40), work)


async def test_keys_in_a_burst_pass_over_panes_that_have_no_place_yet() -> None:
    async def work(pilot: Pilot[Any]) -> str:
        app: Any = pilot.app
        await until(pilot, lambda: "rank" in text_of(app))
        for _ in range(4):
            app.screen.action_next_pane()
        await until(pilot, lambda: "│▸Surrogate│" in text_of(app) and app.focused.id == "surrogate")
        return ""

    await on_screen("search-running", (80, 24), work)


async def test_one_mark_stands_before_the_tab_that_is_shown() -> None:
    async def work(pilot: Pilot[Any]) -> str:
        app: Any = pilot.app
        await until(pilot, lambda: "rank" in text_of(app))
        for name in ("trials", "map", "progress", "surrogate", "importance"):
            await pilot.press("tab")
            await until(pilot, lambda name=name: app.focused.id == name)  # type: ignore[misc]
            await until(pilot, lambda name=name: f"▸{name.title()}" in text_of(app))  # type: ignore[misc]
            title = next(row for row in text_of(app).split("\n") if "Importance" in row)
            assert title.count("▸") == 1
        return ""

    await on_screen("search-running", (80, 24), work)
