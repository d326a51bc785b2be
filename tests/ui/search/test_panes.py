"""The panes of the Search screen: tabs and places, plain ASCII, the page of each."""

from __future__ import annotations

from typing import Any

import pytest
from textual.pilot import Pilot

from tests.ui.search.driven import _as_launched as as_launched  # noqa: F401 - a fixture, used by all
from tests.ui.search.driven import search_through, searching, text_of, until


@pytest.mark.long
async def test_panes_by_tab_in_a_small_terminal_and_side_by_side_in_a_larger_one() -> None:
    async def small(pilot: Pilot[Any]) -> None:
        await search_through(pilot, trials="5")
        for title in ("Trials", "Map", "Progress", "Surrogate", "Importance"):
            await pilot.press("tab")
            names = ("Trials", "Map", "Progress", "Surrogate", "Importance")
            tabs = "│".join(f"▸{name}" if name == title else name for name in names)
            await until(pilot, lambda tabs=tabs: tabs in text_of(pilot.app))  # type: ignore[misc]
        await pilot.press("tab")
        assert pilot.app.focused is pilot.app.screen.form  # type: ignore[attr-defined]

    async def larger(pilot: Pilot[Any]) -> None:
        shown = text_of(pilot.app)
        assert all(title in shown for title in ("Search", "Trials", "Map", "▸Progress│Surrogate│Importance"))
        await pilot.press("b")
        titles = ("Search", "Surrogate", "Map", "▸Trials│Progress│Importance")
        await until(pilot, lambda: all(title in text_of(pilot.app) for title in titles))

    await searching(small, size=(80, 24))
    await searching(larger)


async def test_poor_terminals_show_ascii_alone() -> None:
    async def test(pilot: Pilot[Any]) -> None:
        await search_through(pilot, trials="5")
        for _ in range(6):
            await pilot.press("tab")
            await pilot.pause()
            assert not [line for line in text_of(pilot.app).split("\n") if not line.isascii()]

    await searching(test, size=(200, 50), environment={"LANG": "C", "TERM": "vt100"})


@pytest.mark.long
async def test_the_word_under_the_cursor_is_explained_first_and_the_keys_then() -> None:
    async def test(pilot: Pilot[Any]) -> None:
        app: Any = pilot.app
        app.screen.form.go_to("prune")
        await pilot.press("question_mark")
        await until(pilot, lambda: "tuitrain help prune · prints this" in text_of(app))
        assert "now none" in text_of(app)
        assert "from: the form" in text_of(app)
        await pilot.press("question_mark")
        await until(pilot, lambda: "Keys" in text_of(app))
        assert "tuitrain help prune" not in text_of(app)
        await pilot.press("question_mark")
        for pane, word in (("trials", "trial"), ("map", "map"), ("surrogate", "surrogate"), ("importance",) * 2):
            app.screen._show_pane(pane)
            await until(pilot, lambda pane=pane: app.focused.id == pane)  # type: ignore[misc]
            await pilot.press("question_mark")
            await until(pilot, lambda word=word: f"tuitrain help {word} · prints this" in text_of(app))  # type: ignore[misc]
            assert "There is no page" not in text_of(app)
            await pilot.press("escape")
            await until(pilot, lambda pane=pane: app.focused is not None and app.focused.id == pane)  # type: ignore[misc]

    await searching(test, size=(80, 24))
