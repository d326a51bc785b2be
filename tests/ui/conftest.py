"""What every test of a screen has: a directory of its own, and keys that wait for the screen instead of the clock."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from textual._context import active_app

MOST_TURNS = 1000  # of the event loop, in one wait: what always has more to do is not waited for


@pytest.fixture(autouse=True)
def in_a_directory_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the screen saves by a name alone, or keeps, stays out of the repository."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TUITRAIN_RUNS", str(tmp_path / "runs"))


@pytest.fixture(autouse=True)
def keys_wait_for_the_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a key, the pilot waits until all messages are handled and the screen is repainted.

    Textual's own wait asks the clocks whether the process is idle: it takes two seconds for each key while a training
    runs in another thread, and ends too early on a busy machine.
    """
    for module in ("app", "pilot"):
        monkeypatch.setattr(f"textual.{module}.wait_for_idle", wait_for_screen)


async def wait_for_screen(min_sleep: float = 0, max_sleep: float = 1) -> None:
    """Take the place of Textual's `wait_for_idle`."""
    await _handle_all()
    app = active_app.get()
    if app.screen_stack:
        app.screen._on_timer_update()
    await _handle_all()


async def _handle_all() -> None:
    """Let the event loop turn until no callback is ready; timers and other threads are not waited for."""
    ready = asyncio.get_running_loop()._ready  # type: ignore[attr-defined]
    for _ in range(MOST_TURNS):
        await asyncio.sleep(0)
        if not ready:
            return
