"""The Runs screen: what is on the disk is shown, compared to the digit, continued, noted and deleted."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from textual.pilot import Pilot

from tests.session.kept import IRIS, SMALL, CountingDisk, place, ticking, train
from tests.ui.train.test_screen import SIZES, UNICODE, text_of
from tests.ui.waiting import settle
from tuitrain.options.hyperparameters import FIELDS
from tuitrain.runs.checkpoint import Checkpoint
from tuitrain.runs.metrics_file import read_epochs
from tuitrain.runs.run import LAST, METRICS, OpenRun, read_run
from tuitrain.session.commands import Start
from tuitrain.session.keeping import Keeper, RunPlace
from tuitrain.session.live_training import LiveTraining
from tuitrain.session.training import TrainingSession
from tuitrain.ui.app import TuitrainApp
from tuitrain.ui.theme import theme_of

FOLDER = Path("runs")


def keep(name: str, **changes: Any) -> None:
    live = LiveTraining(IRIS, SMALL.replace(**changes))
    train(live, Keeper(place(FOLDER.absolute(), CountingDisk(), name), clock=ticking()))


@asynccontextmanager
async def showing(size: tuple[int, int] = (120, 40), *, ascii_only: bool = False) -> AsyncIterator[Pilot[Any]]:
    """Show the Runs screen, sorted by name, on three runs."""
    FOLDER.mkdir()
    for name, changes in (("a", {}), ("b", {"learning_rate": 0.1, "epochs": 5}), ("c", {})):
        keep(name, **changes)
    session = TrainingSession(IRIS, SMALL, place=RunPlace(FOLDER))
    app = TuitrainApp(session, theme_of({"LANG": "C", "TERM": "dumb"} if ascii_only else UNICODE), runs_folder=FOLDER)
    try:
        async with app.run_test(size=size) as pilot:
            await pilot.press("3")
            await settle(pilot, lambda: "differs by" in text_of(app))
            await pilot.press("s", "s")
            await settle(pilot, lambda: screen(pilot).found.by == "name")
            assert [row.name for row in screen(pilot).found.rows] == ["a", "b", "c"]
            await pilot.press("home")
            yield pilot
    finally:
        session.close()


def screen(pilot: Pilot[Any]) -> Any:
    return pilot.app.screen


@pytest.mark.parametrize("size", SIZES)
async def test_runs_are_listed_at_every_size(size: tuple[int, int]) -> None:
    async with showing(size) as pilot:
        shown = text_of(pilot.app)
        assert "▸3 Runs" in shown and "3 runs" in shown
        rows = [row for row in shown.split("\n") if "✓ done" in row]
        assert ["learning rate 0.1" in row for row in rows[:3]] == [False, True, False]


async def test_marked_runs_are_read_at_an_epoch_to_the_last_digit() -> None:
    async with showing() as pilot:
        await pilot.press("full_stop", "down", "full_stop", "tab")
        await settle(pilot, lambda: len(screen(pilot).found.curves) == 2)
        await settle(pilot, lambda: "▸loss" in text_of(pilot.app))
        files = {name: read_epochs(FOLDER / name / METRICS)[0] for name in "ab"}
        await settle(pilot, lambda: "ended 3" in text_of(pilot.app))  # the first has three epochs of the second's five
        assert repr(files["b"][4]["validation_loss"]) in text_of(pilot.app)
        await pilot.press("left", "left", "left")
        await settle(pilot, lambda: "at epoch 2" in text_of(pilot.app))
        first, second = (files[name][1]["validation_loss"] for name in "ab")
        assert all(repr(value) in text_of(pilot.app) for value in (first, second, first - second))
        await pilot.press("tab")
        await settle(pilot, lambda: f"all else equal: {len(FIELDS) - 3}" in text_of(pilot.app))


async def test_enter_continues_a_run_on_the_train_screen() -> None:
    async with showing() as pilot:
        await pilot.press("enter")
        await settle(pilot, lambda: "▸1 Train" in text_of(pilot.app))
        session = pilot.app.session
        assert (session.snapshot.epoch, session.snapshot.state) == (3, "done")
        assert session.snapshot.run == FOLDER.absolute() / "a"
        assert session.snapshot.history.column("train_loss").tolist() == [
            epoch["train_loss"] for epoch in read_epochs(FOLDER / "a" / METRICS)[0]
        ]


async def test_a_filter_a_note_and_deleting_after_asking() -> None:
    async with showing() as pilot:
        await pilot.press("slash", *"epochs", "greater_than_sign", "3", "enter")
        await settle(pilot, lambda: [row.name for row in screen(pilot).found.rows] == ["b"])
        await pilot.press("colon", *"why", "enter")
        await settle(pilot, lambda: read_run(FOLDER / "b").about.get("note") == "why")
        await pilot.press("d")
        await settle(pilot, lambda: "Delete b?" in text_of(pilot.app))
        await pilot.press("enter")
        assert (FOLDER / "b").exists()
        await settle(pilot, lambda: "Delete b?" not in text_of(pilot.app))
        await pilot.press("d")
        await settle(pilot, lambda: "Delete b?" in text_of(pilot.app))
        await pilot.press("y")
        await settle(pilot, lambda: "no run fulfils the filter" in text_of(pilot.app))
        assert sorted(path.name for path in FOLDER.iterdir()) == ["a", "c"]


async def test_what_another_holds_is_left_alone_and_said() -> None:
    async with showing() as pilot:
        held = OpenRun.hold(FOLDER / "a")
        held.write_about(status="running")
        await pilot.press("enter")
        await settle(pilot, lambda: "is held by process" in text_of(pilot.app))
        screen(pilot).look_again()
        await settle(pilot, lambda: "● running" in text_of(pilot.app))
        held.release()
        screen(pilot).look_again()
        await settle(pilot, lambda: "↯ interrupted" in text_of(pilot.app))


async def test_help_shows_the_keys_until_it_is_pressed_again() -> None:
    async with showing((80, 24)) as pilot:
        await pilot.press("question_mark")
        await settle(pilot, lambda: "continue it on Train" in text_of(pilot.app))
        await pilot.press("question_mark")
        await settle(pilot, lambda: "differs by" in text_of(pilot.app))
        await pilot.press("down")
        assert screen(pilot).row.name == "b"


async def test_f_forks_a_run_at_an_epoch_that_is_asked_for() -> None:
    async with showing() as pilot:
        await pilot.press("down", "f")
        await settle(pilot, lambda: "Fork b at epoch" in text_of(pilot.app))
        assert "at once: 1, 2, 3, 4, 5; others are trained again" in text_of(pilot.app)
        await pilot.press(*"9", "enter")
        await settle(pilot, lambda: "an epoch from 1 to 5" in text_of(pilot.app))
        await pilot.press("backspace", "3", "enter")
        await settle(pilot, lambda: "▸1 Train" in text_of(pilot.app))
        session = pilot.app.session
        assert (session.snapshot.epoch, session.snapshot.state) == (3, "paused")
        session.wait_for_answer(session.send(Start()))
        while (snapshot := session.snapshot).is_running:
            session.wait(snapshot.version)
    assert snapshot.run is not None and read_run(snapshot.run).about["forked"] == {"run": "b", "epoch": 3}
    forked, origin = (Checkpoint.read(path / LAST).state.arrays for path in (snapshot.run, FOLDER / "b"))
    for name in ("parameters", "best.parameters", "optimizer.0", "shuffle.generator", "dropout.generator"):
        np.testing.assert_array_equal(forked[name], origin[name])  # nothing was changed: it comes to the same


async def test_r_resumes_a_run_at_once() -> None:
    async with showing() as pilot:
        await pilot.press("down", "r")
        await settle(pilot, lambda: "▸1 Train" in text_of(pilot.app))
        kinds = [entry.command.kind for entry in pilot.app.session.journal]
        assert kinds[-2:] == ["continue_run", "start"]


async def test_z_smooths_and_leaves_what_is_read_as_it_is() -> None:
    async with showing() as pilot:
        await pilot.press("down", "full_stop", "tab")
        await settle(pilot, lambda: "▸loss" in text_of(pilot.app) and "at epoch 5" in text_of(pilot.app))
        value = repr(read_epochs(FOLDER / "b" / METRICS)[0][4]["validation_loss"])
        before = text_of(pilot.app)
        assert value in before
        await pilot.press("z")
        await settle(pilot, lambda: "smoothed 0.6" in text_of(pilot.app))
        assert value in text_of(pilot.app)
        await pilot.press("z", "z", "z")
        await settle(pilot, lambda: text_of(pilot.app) == before)


async def test_x_exports_the_model_or_the_epochs(tmp_path: Path) -> None:
    async with showing() as pilot:
        for name, told in (("epochs.csv", "3 epochs written to"), ("model.py", "try it")):
            await pilot.press("x")
            await settle(pilot, lambda: "Export to a .py (model) or .csv (epochs)" in text_of(pilot.app))
            pilot.app.screen.query_one("Prompt").value = str(tmp_path / name)
            await pilot.press("enter")
            await settle(pilot, lambda told=told: told in text_of(pilot.app))
        await pilot.press("x")
        await settle(pilot, lambda: "Export to a" in text_of(pilot.app))
        pilot.app.screen.query_one("Prompt").value = "model.onnx"
        await pilot.press("enter")
        await settle(pilot, lambda: "a name that ends with .py" in text_of(pilot.app))
        await pilot.press("escape")
    lines = (tmp_path / "epochs.csv").read_text().splitlines()
    assert [line.split(",")[0] for line in lines] == ["epoch", "1", "2", "3"]
    assert "def predict" in (tmp_path / "model.py").read_text()
