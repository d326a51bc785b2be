"""The rows below the panes follow the pane that has the keys, and tell of the same moment as the panes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.ui.main_screens import on_screen
from tests.ui.search.driven import _as_launched as as_launched  # noqa: F401 - a fixture, used by all
from tests.ui.search.driven import searching, table_lines, text_of, until, words
from tests.ui.snapshots_made_up import searching as a_search
from tuitrain.session.search_snapshot import SearchSnapshot
from tuitrain.ui.keys import footer_items
from tuitrain.ui.search.keys import SEARCH_ACTIONS
from tuitrain.ui.search.offers import Situation, words_now
from tuitrain.ui.search.table import score_text

NEW = SearchSnapshot(1)


def footer(pane: str, snapshot: SearchSnapshot, width: int = 120, **changes: Any) -> str:
    """The footer's words in a situation."""
    given = {"search_state": snapshot.state, "enter": "type a range", "goes_on": False, "is_manual": False, "marked": 0}
    situation = Situation(pane, snapshot, has_trial=bool(snapshot.trials), **{**given, **changes})
    return "  ".join(f"{key} {word}" for key, word in footer_items(width, SEARCH_ACTIONS, words_now(situation)))


def test_where_there_is_no_trial_none_is_offered() -> None:
    for pane in ("form", "trials", "map"):
        shown = footer(pane, NEW)
        assert shown.startswith("space start")
        assert not {"adopt", "train", "open", "mark", "sort", "axes"} & set(shown.replace("1 train", "").split())
    assert "enter type a range" in footer("form", NEW, 80)
    assert "space" not in footer("form", NEW, is_manual=True)
    assert "space go on" in footer("form", NEW, is_manual=True, search_state="paused")  # though it is not shown


def test_each_pane_offers_what_works_in_it() -> None:
    search = replace(a_search(), state="done")
    assert "enter open  a adopt  t train  . mark" in footer("trials", search, 80)
    assert "xy axes" in footer("map", search, 80)
    assert "[] field" in footer("surrogate", search, 80)
    assert "xy axes" not in footer("trials", search, 200)
    assert "enter" not in footer("map", search, 200)
    assert "compare" in footer("trials", search, marked=2)
    assert "compare" not in footer("trials", search, 200, marked=1)


def test_the_start_key_says_what_it_does() -> None:
    search = a_search()
    for state, goes_on, word in (("running", True, "pause"), ("paused", True, "go on"), ("done", True, "go on"),
                                 ("done", False, "start")):  # fmt: skip
        assert footer("form", replace(search, state=state), goes_on=goes_on).startswith(f"space {word}  ")
    assert "R race" not in footer("form", search, 200)
    assert "R race" in footer("form", replace(search, state="done"), 200)


async def test_rows_and_panes_tell_of_one_moment() -> None:
    """A newer one that comes between two frames appears everywhere or nowhere."""

    async def work(pilot: Pilot[Any]) -> str:
        app: Any = pilot.app
        await until(pilot, lambda: len(table_lines(pilot)) > 5)
        room = app.screen
        room.governor.stop()
        now = room.session.snapshot
        other = next(trial for trial in now.trials if trial.state == "running")
        ended = replace(other, state="finished", score=0.99, deviation=0.001, loss=0.1)
        trials = tuple(ended if trial is other else trial for trial in now.trials)
        progress = replace(now.progress, trials=trials, best=ended)
        room.session.snapshot = replace(now, version=now.version + 1, progress=progress)
        await pilot.press("tab")
        await until(pilot, lambda: words(table_lines(pilot)[0])[1] == str(ended.number))
        await until(pilot, lambda: f"(#{ended.number})" in text_of(app).split("\n")[-2])
        assert f"trial {ended.number} ★ · accuracy 0.9900±0.0010" in text_of(app).split("\n")[-3]
        return ""

    await on_screen("search-running", (120, 40), work)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
@pytest.mark.long
async def test_the_selected_trial_is_explained_and_its_score_is_never_cut(size: tuple[int, int]) -> None:
    async def work(pilot: Pilot[Any]) -> str:
        app: Any = pilot.app
        await until(pilot, lambda: len(table_lines(pilot)) > 5)
        explained = lambda: text_of(app).split("\n")[-3]  # noqa: E731
        assert "how the next setting" in explained()
        best = app.screen.session.snapshot.progress.best
        for _pane in ("trials", "map"):
            await pilot.press("tab")
            await until(pilot, lambda: f"trial {best.number} ★ · accuracy {score_text(best)} · " in explained())
            rate = best.setting["learning_rate"]
            assert f"rate {rate}" in explained()
        return ""

    await on_screen("search-running", size, work)


async def test_a_pane_without_trials_follows_the_strategy() -> None:
    async def test(pilot: Pilot[Any]) -> None:
        assert text_of(pilot.app).count("space starts the search") == 3
        await pilot.press("m")
        await until(pilot, lambda: text_of(pilot.app).count("what you train on screen 1 appears here") == 3)
        await pilot.press("r")
        await until(pilot, lambda: text_of(pilot.app).count("space starts the search") == 3)

    await searching(test)


async def test_the_question_about_a_grid_takes_the_estimate_when_it_comes() -> None:
    async def test(pilot: Pilot[Any]) -> None:
        steering: Any = pilot.app.screen.steering  # type: ignore[attr-defined]
        known = ["1,500 combinations; the time is being estimated"]
        steering._estimate = lambda: known[0]
        steering._ask_for_grid(*steering._parsed())
        await until(pilot, lambda: "the time is being estimated." in text_of(pilot.app))
        known[0] = "1,500 combinations, about 3 minutes, 12 MB of memory"
        await until(pilot, lambda: "about 3 minutes, 12 MB of memory." in text_of(pilot.app))
        await pilot.press("enter")

    await searching(test, size=(80, 24))
