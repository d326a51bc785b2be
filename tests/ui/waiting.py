"""Waiting for what a test checks, and timers that run out when the test says so."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from textual.pilot import Pilot

TRIES = 3000  # of 0.02 s


async def settle(pilot: Pilot[Any], wanted: Callable[[], object]) -> None:
    """Let the program work until `wanted` holds; a minute at least, on a busy machine longer."""
    for _ in range(TRIES):
        if wanted():
            return
        await pilot.pause(0.02)
    shown = "\n".join(line.text for line in pilot.app.screen._compositor.render_strips())
    raise AssertionError(f"it did not come; the screen:\n{shown}")


async def resize(pilot: Pilot[Any], width: int, height: int) -> None:
    """Give the terminal another size, and wait until the screen is drawn in it."""
    await pilot.resize_terminal(width, height)
    await settle(pilot, lambda: pilot.app.screen._compositor.size == (width, height))
    await pilot.pause()


class Timers:
    """Takes the place of a widget class's `set_timer`; `run_out` calls what the newest timer would have called."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, widget: type) -> None:
        self._set: list[tuple[float, Callable[[], object]]] = []
        monkeypatch.setattr(widget, "set_timer", self._take)

    def _take(self, seconds: float, callback: Callable[[], object]) -> Any:
        self._set.append((seconds, callback))
        return SimpleNamespace(stop=lambda: None)

    def run_out(self) -> float:
        """Let it be time; returns the seconds that the timer was set to."""
        seconds, callback = self._set[-1]
        callback()
        return seconds
