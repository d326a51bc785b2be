"""Marked trials compared: their curves in one plot, with what differs, above the columns."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.ui.main_screens import on_screen
from tests.ui.search.driven import text_of, until


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
@pytest.mark.long
async def test_marked_trials_are_overlaid_with_what_differs(size: tuple[int, int]) -> None:
    async def work(pilot: Pilot[Any]) -> str:
        app: Any = pilot.app
        await until(pilot, lambda: "rank" in text_of(app))
        session = app.screen.session
        now = session.snapshot
        running = next(trial for trial in now.trials if trial.state == "running")
        curves = {**now.progress.curves, running.number: (0.2, 0.4, 0.6)}
        session.snapshot = replace(now, version=99, progress=replace(now.progress, curves=curves))
        await until(pilot, lambda: app.screen.trials.shown.version == 99)
        done = [trial for trial in now.trials if trial.state == "finished"][:2]
        app.screen.trials.marked.update(trial.number for trial in (*done, running))
        await pilot.press("c")
        await until(pilot, lambda: "accuracy by epoch" in text_of(app))
        rows = text_of(app).split("\n")
        for letter, trial in zip("abc", (*done, running), strict=True):
            legend = next(row for row in rows if f" {letter} " in row and f"trial {trial.number} " in row)
            rate = float(legend.partition(" rate ")[2].split(",")[0].split()[0])
            assert rate == pytest.approx(trial.setting["learning_rate"], rel=1e-3)
            assert "no curve" not in legend  # also of the one that is still trained
            assert any(letter in row.partition("┤")[2].split("│")[0] for row in rows if "┤" in row)
        assert "epochs" not in "".join(row for row in rows if " trial " in row and " rate " in row)  # equal in all
        assert any("validation loss" in row or "proposed by" in row for row in rows)  # the columns, below
        await pilot.press("c")
        await until(pilot, lambda: "accuracy by epoch" not in text_of(app))
        return ""

    await on_screen("search-running", size, work)


async def test_one_trial_is_opened_without_a_plot() -> None:
    async def work(pilot: Pilot[Any]) -> str:
        app: Any = pilot.app
        await until(pilot, lambda: "rank" in text_of(app))
        await pilot.press("tab", "enter")
        await until(pilot, lambda: "esc closes" in text_of(app))
        assert "━━━" not in text_of(app)
        return ""

    await on_screen("search-running", (80, 24), work)
