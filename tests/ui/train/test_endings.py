"""The four endings on the screen: what each does to the training and to its run."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ui.train.test_screen import UNICODE, text_of
from tests.ui.waiting import settle as until
from tuitrain.data.loading import load_dataset
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.runs.run import read_run
from tuitrain.session.commands import Step
from tuitrain.session.keeping import RunPlace
from tuitrain.session.training import TrainingSession
from tuitrain.ui.app import TuitrainApp
from tuitrain.ui.theme import theme_of

LONG = Hyperparameters(hidden_layers=(4,), epochs=1000, patience=0)


@pytest.mark.parametrize(
    ("key", "status", "leaves"),
    [
        ("k", "stopped", True),
        ("s", "paused", True),
        ("c", None, True),
        ("p", "running", False),
        ("escape", "running", False),
    ],
)
async def test_q_asks_how_a_training_is_to_end(key: str, status: str | None, leaves: bool) -> None:
    session = TrainingSession(load_dataset("iris"), LONG, place=RunPlace(Path("runs"), "run"))
    app = TuitrainApp(session, theme_of(UNICODE))
    left: list[bool] = []
    async with app.run_test(size=(80, 24)) as pilot:
        app.leave = lambda: left.append(True)  # type: ignore[method-assign]
        session.send(Step(epochs=2))
        await until(pilot, lambda: session.snapshot.epoch == 2 and not session.snapshot.is_running)
        await pilot.press("q")
        await until(pilot, lambda: "End run? Epoch 2 of 1000" in text_of(app))
        shown = text_of(app)
        assert "▸p  pause" in shown and f"epoch {session.snapshot.best_epoch}, scores" in " ".join(shown.split())
        answered = session.snapshot.answered
        await pilot.press(key)
        if leaves:
            await until(pilot, lambda: session.snapshot.answered > answered)
        assert bool(left) is leaves
        if status is None:
            assert not Path("runs/run").exists()
        else:
            run = read_run(Path("runs/run"))
            assert run.status == status
            assert ("test" in run.about.get("evaluations", {})) is (key == "k")
    session.close()


async def test_enter_takes_the_selected_ending_and_what_has_ended_needs_none() -> None:
    session = TrainingSession(load_dataset("iris"), LONG, place=RunPlace(Path("runs"), "run"))
    app = TuitrainApp(session, theme_of(UNICODE))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("E")
        await until(pilot, lambda: "nothing to end" in text_of(app))
        session.send(Step(epochs=1))
        await until(pilot, lambda: session.snapshot.epoch == 1 and not session.snapshot.is_running)
        await pilot.press("E", "down", "enter")
        await until(pilot, lambda: read_run(Path("runs/run")).status == "stopped")
        await until(pilot, lambda: "kept epoch 1" in text_of(app))
    session.close()
