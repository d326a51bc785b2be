"""The main screens on made-up snapshots, as text that a difference can be read in; run it to renew the pictures.

    python -m tests.ui.main_screens          draw all pictures again, and name those that have changed

A picture is a file of lines: first the signs on the screen, then the styles in the same order, as "number of cells and
style's letter", and at the end what the letters mean.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import replace
from importlib.metadata import version
from itertools import groupby
from pathlib import Path
from string import ascii_letters
from typing import Any

from textual.app import App
from textual.pilot import Pilot

from tests.ui.fake_session import FakeSession
from tests.ui.snapshots_made_up import diverging, fresh, guessing, healthy, searching, with_confusion, with_parameters
from tests.ui.waiting import settle
from tuitrain.session.search_snapshot import SearchSnapshot
from tuitrain.ui.app import SearchAsked, TuitrainApp
from tuitrain.ui.theme import theme_of

PICTURES = Path(__file__).parent / "pictures"
CONSTRAINTS = Path(__file__).parents[2] / "constraints.txt"
DRAWN_BY = ("textual", "rich", "plotext", "numpy")  # another version may draw otherwise
SIZES = [(80, 24), (120, 40), (200, 50)]
TERMINAL = {"LANG": "C.UTF-8", "TERM": "xterm-256color", "COLORTERM": "truecolor"}
SETTLED = 40  # equal pictures in a row, a twentieth of a second apart
LETTERS = [*ascii_letters, *(f"({number})" for number in range(52, 300))]


def running() -> Any:
    """A training under way, with weights and a confusion matrix."""
    return replace(with_parameters((4, 16, 16, 3)), metric_view=with_confusion().metric_view)


# What stands on the Train screen, and on the Search screen where that is shown
SCREENS: dict[str, tuple[Callable[[], Any], Callable[[], SearchSnapshot] | None]] = {
    "train-new": (fresh, None),
    "train-running": (running, None),
    "train-diverged": (diverging, None),
    "search-new": (healthy, lambda: SearchSnapshot(1)),
    "search-running": (healthy, searching),
    "search-guessing": (healthy, guessing),
    "search-guessed": (healthy, guessing),
}
# Keys on the surrogate, which has them one at a time: the guess is moved, and the choice shown
ON_THE_SURROGATE = {"search-guessing": (), "search-guessed": ("right", "right", "right", "enter")}


def other_versions() -> list[str]:
    """Packages that draw and are not the version of constraints.txt."""
    wanted = dict(line.split("==") for line in CONSTRAINTS.read_text().split() if "==" in line)
    return [f"{name} {version(name)}" for name in DRAWN_BY if version(name) != wanted[name]]


def path_of(name: str, size: tuple[int, int]) -> Path:
    """Return where a picture is kept."""
    return PICTURES / f"{name}-{size[0]}x{size[1]}.txt"


async def on_screen(name: str, size: tuple[int, int], work: Callable[[Pilot[Any]], Awaitable[str]]) -> str:
    """Open a main screen, let `work` wait for its picture, and return that."""
    training, search = SCREENS[name]
    session: Any = FakeSession()
    session.snapshot = training()
    asked = SearchAsked({"strategy": "bayesian"}) if name in ON_THE_SURROGATE else None
    app = TuitrainApp(session, theme_of(TERMINAL), jobs=2, search=asked)
    if search is not None:
        searched: Any = FakeSession()
        searched.snapshot = search()
        app.search_session = searched
    async with app.run_test(size=size) as pilot:
        if search is not None:
            await pilot.press("2")
        if name in ON_THE_SURROGATE:
            shown: Any = pilot.app.screen
            shown._show_pane("surrogate")
            await settle(pilot, lambda: pilot.app.focused is shown.surrogate)
            await pilot.press(*ON_THE_SURROGATE[name])
        return await work(pilot)


def picture(app: App[Any]) -> str:
    """Write down every sign on the screen, and its style."""
    strips = app.screen._compositor.render_strips()
    letters: dict[str, str] = {}
    styles = []
    for strip in strips:
        cells = [str(segment.style or "none") for segment in strip for _ in range(segment.cell_length)]
        runs = [(style, len(list(group))) for style, group in groupby(cells)]
        styles.append(" ".join(f"{n}{letters.setdefault(style, LETTERS[len(letters)])}" for style, n in runs))
    named = [f"{letter} {style}" for style, letter in letters.items()]
    return "\n".join([*(strip.text.rstrip() for strip in strips), "", *styles, "", *named, ""])


async def settled(pilot: Pilot[Any]) -> str:
    """Return the picture once it has stayed the same for two seconds."""
    last, times = "", 0
    while times < SETTLED:
        await pilot.pause(0.05)
        now = picture(pilot.app)
        last, times = now, times + 1 if now == last else 0
    return last


def main() -> None:
    """Draw all pictures again."""
    if others := other_versions():
        raise SystemExit(f"install the versions of constraints.txt first; there are: {', '.join(others)}")
    PICTURES.mkdir(exist_ok=True)
    wanted = {path_of(name, size): (name, size) for name in SCREENS for size in SIZES}
    for path in set(PICTURES.iterdir()) - set(wanted):
        path.unlink()
        print("removed", path.name)
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for path, (name, size) in wanted.items():
            drawn = asyncio.run(on_screen(name, size, settled))
            if not path.exists() or path.read_text("utf-8") != drawn:
                path.write_text(drawn, "utf-8")
                print("drawn", path.name)
        os.chdir(PICTURES)


if __name__ == "__main__":
    main()
