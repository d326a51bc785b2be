"""What asks before a training is lost, and that Enter never loses one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.ui.fake_session import FakeSession
from tests.ui.search.driven import UNICODE, search_through, searching, snapshot, text_of, until
from tuitrain.session.commands import SaveModel, Step
from tuitrain.ui.app import TuitrainApp
from tuitrain.ui.theme import theme_of
from tuitrain.ui.widgets.confirm import Confirm


class Asking(TuitrainApp):
    """Ask one question over the Train screen, and keep the answer."""

    answer: bool | None = None

    def ask(self) -> None:
        question = Confirm(self.look, "Quit?", "Something is lost.", yes="quit", no="stay")
        self.push_screen(question, self.take)

    def take(self, answer: bool | None) -> None:
        self.answer = answer


@pytest.mark.parametrize(
    ("key", "answer"), [("enter", False), ("n", False), ("escape", False), ("q", False), ("y", True)]
)
async def test_only_the_letter_y_says_yes(key: str, answer: bool) -> None:
    app = Asking(FakeSession(), theme_of(UNICODE))
    async with app.run_test(size=(80, 24)) as pilot:
        app.ask()
        await until(pilot, lambda: "Something is lost." in text_of(app))
        await pilot.press(key)
        assert app.answer is answer


@pytest.mark.parametrize(("word", "answer"), [("stay", False), ("quit", True)])
async def test_the_harmless_answer_stands_first_and_each_can_be_clicked(word: str, answer: bool) -> None:
    app = Asking(FakeSession(), theme_of(UNICODE))
    async with app.run_test(size=(80, 24)) as pilot:
        app.ask()
        await until(pilot, lambda: "Something is lost." in text_of(app))
        rows = text_of(app).split("\n")
        (line,) = [number for number, row in enumerate(rows) if "stay" in row]
        assert rows[line][rows[line].index(" n ") :].split("│")[0].split() == ["n", "stay", "(enter)", "y", "quit"]
        await pilot.click(offset=(rows[line].index(word), line))
        assert app.answer is answer


async def train_some(pilot: Pilot[Any]) -> None:
    """Train two epochs on the Train screen, which stand in no file then."""
    session = pilot.app.session  # type: ignore[attr-defined]
    session.send(Step(epochs=2))
    await until(pilot, lambda: session.snapshot.epoch == 2 and not session.snapshot.is_running)


def is_asked(pilot: Pilot[Any]) -> bool:
    return isinstance(pilot.app.screen, Confirm)


async def test_q_on_the_search_screen_asks_while_a_training_is_in_no_file() -> None:
    async def test(pilot: Pilot[Any]) -> None:
        await train_some(pilot)
        await pilot.press("q")
        await until(pilot, lambda: is_asked(pilot))
        assert "2 epochs of training are in no file" in text_of(pilot.app)
        await pilot.press("enter")
        assert not pilot.app._exit
        session = pilot.app.session  # type: ignore[attr-defined]
        session.send(SaveModel(Path("kept.safetensors").resolve()))
        await until(pilot, lambda: not session.snapshot.has_something_to_lose)
        await pilot.press("q")
        assert pilot.app._exit

    await searching(test)


async def test_q_while_a_search_runs_names_the_training_that_is_in_no_file() -> None:
    async def test(pilot: Pilot[Any]) -> None:
        await train_some(pilot)
        pilot.app.screen.form.model.set("trials", "5000")  # type: ignore[attr-defined]
        await pilot.press("space")
        await until(pilot, lambda: snapshot(pilot).is_running and snapshot(pilot).study is not None)
        await pilot.press("q")
        await until(pilot, lambda: is_asked(pilot))
        assert "2 epochs of training are in no file" in text_of(pilot.app)
        assert "--resume" in text_of(pilot.app)
        await pilot.press("y")
        assert pilot.app._exit

    await searching(test)


async def test_training_a_trial_asks_before_it_replaces_a_training_that_is_in_no_file() -> None:
    async def test(pilot: Pilot[Any]) -> None:
        session = pilot.app.session  # type: ignore[attr-defined]
        await search_through(pilot, trials="2")
        await train_some(pilot)
        await pilot.press("t")
        await until(pilot, lambda: is_asked(pilot))
        assert "2 epochs of training are in no file and would be lost" in text_of(pilot.app)
        await pilot.press("enter")
        await pilot.pause()
        assert (session.snapshot.epoch, session.snapshot.is_running) == (2, False)
        await pilot.press("t", "y")
        await until(pilot, lambda: session.snapshot.is_running or session.snapshot.state == "done")
        assert session.snapshot.earlier  # the two epochs stay as a curve

    await searching(test)


@pytest.mark.long
async def test_adopting_a_trial_asks_nothing_since_it_replaces_no_training() -> None:
    async def test(pilot: Pilot[Any]) -> None:
        await search_through(pilot, trials="2")
        await train_some(pilot)
        await pilot.press("a")
        await until(pilot, lambda: "is in the Train form" in text_of(pilot.app))
        assert pilot.app.session.snapshot.epoch == 2  # type: ignore[attr-defined]

    await searching(test)
