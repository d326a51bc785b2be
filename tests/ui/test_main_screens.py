"""The main screens look as they did: pictures at three sizes, renewed by `python -m tests.ui.main_screens`."""

from __future__ import annotations

import time
from difflib import unified_diff
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.ui.main_screens import SCREENS, SIZES, on_screen, other_versions, path_of, picture

SECONDS = 30.0  # that a picture may take on a busy machine

OTHERS = other_versions()
pytestmark = pytest.mark.skipif(bool(OTHERS), reason=f"not the versions of constraints.txt: {', '.join(OTHERS)}")


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("name", SCREENS)
async def test_the_screen_looks_as_it_did(name: str, size: tuple[int, int]) -> None:
    expected = path_of(name, size).read_text("utf-8")

    async def until_equal(pilot: Pilot[Any]) -> str:
        end = time.monotonic() + SECONDS
        while (found := picture(pilot.app)) != expected and time.monotonic() < end:
            await pilot.pause(0.02)
        return found

    found = await on_screen(name, size, until_equal)
    difference = "\n".join(unified_diff(expected.splitlines(), found.splitlines(), "kept", "drawn", lineterm="", n=1))
    assert not difference, f"{difference}\nIf it is meant to look so: python -m tests.ui.main_screens"
