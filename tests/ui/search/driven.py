"""The Search screen on real searches, driven by keys: what its tests share."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.plain import plain, plain_dataset
from tests.ui.waiting import settle
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.runs.finished import FinishedTraining
from tuitrain.search.study.study import Study
from tuitrain.session.keeping import RunPlace
from tuitrain.session.training import TrainingSession
from tuitrain.ui.app import SearchAsked, TuitrainApp
from tuitrain.ui.launch import SWITCH_SECONDS
from tuitrain.ui.search import by_hand
from tuitrain.ui.search.screen import SearchScreen
from tuitrain.ui.theme import theme_of

UNICODE = {"LANG": "C.UTF-8", "TERM": "xterm-256color"}
QUICK = plain(hidden_layers=(4,), epochs=4, patience=0)


@pytest.fixture(autouse=True)
def _as_launched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Studies are kept where one works; the drawing thread gets its turn as soon as in the real program."""
    monkeypatch.chdir(tmp_path)
    before = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_SECONDS)
    yield
    sys.setswitchinterval(before)


def text_of(app: Any) -> str:
    """What is on the screen, line by line."""
    return "\n".join(line.text for line in app.screen._compositor.render_strips())


async def until(pilot: Pilot[Any], wanted: Callable[[], object]) -> None:
    """Let the program work until `wanted` holds, and the screen shows it: a message gives way to a new state."""
    await settle(pilot, wanted)
    if isinstance(screen := pilot.app.screen, SearchScreen) and screen.is_mounted:  # it may be about to come
        screen.show(screen.snapshot)
    await pilot.pause()


async def searching(
    test: Callable[[Pilot[Any]], Awaitable[None]], *, size: tuple[int, int] = (120, 40), data: str = "moons?n=80",
    h: Hyperparameters = QUICK, environment: dict[str, str] | None = None, asked: SearchAsked | None = None,
    is_kept: bool = False,
) -> None:  # fmt: skip
    """Run `test` on the Search screen of a program that trains in a thread."""
    session = TrainingSession(plain_dataset(data), h, place=RunPlace(Path("runs")) if is_kept else None)
    app = TuitrainApp(session, theme_of(environment or UNICODE), jobs=0, search=asked)
    try:
        async with app.run_test(size=size) as pilot:
            if asked is None:
                await pilot.press("2")
            await until(pilot, lambda: app.search_session is not None and "Trials" in text_of(app))
            await test(pilot)
    finally:
        session.close()
        if app.search_session is not None:
            app.search_session.close()


def snapshot(pilot: Pilot[Any]) -> Any:
    return pilot.app.search_session.snapshot  # type: ignore[attr-defined]


async def enter(pilot: Pilot[Any], name: str, text: str) -> None:
    """Move to an entry of the form and type a text."""
    form = pilot.app.screen.form  # type: ignore[attr-defined]
    form.go_to(name)
    await pilot.press("enter", "ctrl+u", *typed(text), "enter")
    await pilot.pause()


KEYS = {".": "full_stop", ",": "comma", "-": "minus", "=": "equals_sign", " ": "space", "<": "less_than_sign",
        "_": "underscore"}  # fmt: skip


def typed(text: str) -> list[str]:
    """The keys of a text."""
    return [KEYS.get(letter, letter) for letter in text]


async def search_through(pilot: Pilot[Any], trials: str = "6", strategy: str = "r") -> Study:
    """A whole small search over learning rate and L2; gives its study."""
    model = pilot.app.screen.form.model  # type: ignore[attr-defined]
    for name in ("hidden_layers", "activation", "batch_size"):
        model.set_value(name, getattr(QUICK, name))
    model.set("trials", trials)
    model.set("folds", "2")
    await pilot.press(strategy, "space")
    await until(pilot, lambda: snapshot(pilot).state == "done")
    await until(pilot, lambda: len(table_lines(pilot)) == int(trials))
    return Study(snapshot(pilot).study)


def table_lines(pilot: Pilot[Any]) -> list[str]:
    """The lines of the trials' table as they are on the screen."""
    pane = pilot.app.screen.trials  # type: ignore[attr-defined]
    rows = text_of(pilot.app).split("\n")
    region = pane.content_region
    lines = [row[region.x : region.right] for row in rows[region.y + 1 : region.bottom]]
    return [line for line in lines if line.split() and words(line)[0][0].isdigit()]


def words(line: str) -> list[str]:
    """A line without the cursor's sign."""
    return [*line.replace("▸", " ").replace(">", " ").split(), "-"]


def numbers(pilot: Pilot[Any]) -> list[int]:
    """The numbers of the trials in the table, from above."""
    return [int(words(line)[1]) for line in table_lines(pilot)]


def let_there_be(monkeypatch: pytest.MonkeyPatch, *trainings: FinishedTraining, problem: str = "") -> None:
    """Let these trainings be found among the runs."""
    known = {Path(f"{number}"): ((), training) for number, training in enumerate(trainings)}
    monkeypatch.setattr(by_hand, "finished_trainings", lambda *given: (known, [problem] if problem else []))
