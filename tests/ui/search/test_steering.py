"""What keys do with a search: begin, pause, continue, veto, race, leave."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.ui.search.driven import QUICK, enter, searching, snapshot, text_of, typed, until
from tests.ui.search.driven import _as_launched as as_launched  # noqa: F401 - a fixture, used by all
from tuitrain.runs.model import load_model
from tuitrain.runs.run import BEST, read_run, run_paths
from tuitrain.search.study.study import Study


@pytest.mark.long
async def test_a_large_grid_says_what_it_takes_and_asks_and_enter_begins_nothing() -> None:
    async def test(pilot: Pilot[Any]) -> None:
        model = pilot.app.screen.form.model  # type: ignore[attr-defined]
        for name in ("hidden_layers", "activation", "batch_size"):
            model.set_value(name, getattr(QUICK, name))
        for name in ("learning_rate", "l2"):
            await enter(pilot, name, ",".join(f"{number}e-4" for number in range(1, 35)))
        await pilot.press("g")
        await until(pilot, lambda: "1,156 combinations, about" in text_of(pilot.app).split("\n")[-2])
        for harmless in ("enter", "escape", "n"):
            await pilot.press("space")
            await until(pilot, lambda: "Search a grid of 1,156" in text_of(pilot.app))
            assert "MB of memory" in text_of(pilot.app)
            await pilot.press(harmless)
            await until(pilot, lambda: "Search a grid" not in text_of(pilot.app))
            assert snapshot(pilot).state == "ready"
        await pilot.press("space")
        await until(pilot, lambda: "Search a grid of 1,156" in text_of(pilot.app))
        await pilot.press("y")
        await until(pilot, lambda: snapshot(pilot).state == "running" and snapshot(pilot).space is not None)
        assert snapshot(pilot).space.grid_size == 1156

    await searching(test, size=(80, 24))


@pytest.mark.long
async def test_space_pauses_and_goes_on_and_a_new_search_asks_nothing() -> None:
    async def test(pilot: Pilot[Any]) -> None:
        await enter(pilot, "trials", "5000")
        await pilot.press("space")
        await until(pilot, lambda: sum(t.is_done for t in snapshot(pilot).trials) > 2)
        await pilot.press("space")
        await until(pilot, lambda: snapshot(pilot).state == "paused" and not snapshot(pilot).progress.running)
        done = sum(t.is_done for t in snapshot(pilot).trials)
        await pilot.pause(0.3)  # in which nothing may be trained
        assert sum(t.is_done for t in snapshot(pilot).trials) == done
        await pilot.press("space")
        await until(pilot, lambda: sum(t.is_done for t in snapshot(pilot).trials) > done)

    await searching(test, h=QUICK.replace(epochs=12))


@pytest.mark.long
async def test_leaving_a_search_asks_and_tells_how_to_go_on() -> None:
    async def test(pilot: Pilot[Any]) -> None:
        pilot.app.screen.form.model.set("trials", "5000")  # type: ignore[attr-defined]
        await pilot.press("space")
        await until(pilot, lambda: snapshot(pilot).trials)
        await pilot.press("q")
        await until(pilot, lambda: "Quit?" in text_of(pilot.app))
        assert "tuitrain search --resume" in text_of(pilot.app)
        assert str(snapshot(pilot).study) in text_of(pilot.app)  # whole, to be copied
        await pilot.press("n")
        await until(pilot, lambda: "Quit?" not in text_of(pilot.app))

    await searching(test, h=QUICK.replace(epochs=30))


async def test_trainings_by_hand_are_trials_that_tell_what_changed() -> None:
    async def test(pilot: Pilot[Any]) -> None:
        app: Any = pilot.app
        await pilot.press("1", "space")
        await until(pilot, lambda: app.session.snapshot.finished == 1)
        now = app.session.snapshot
        first = float(now.history.column("validation_metric", 4)[now.best_epoch - 1])
        app.screen.form.go_to("learning_rate")
        await pilot.press("plus")
        await until(pilot, lambda: app.session.snapshot.hyperparameters.learning_rate == 0.0178)  # after the end
        await pilot.press("r")  # its run keeps what there was, so that nothing is asked
        await until(pilot, lambda: app.session.snapshot.epoch == 0)
        await pilot.press("space")
        await until(pilot, lambda: app.session.snapshot.finished == 2)
        await pilot.press("2", "m")
        await until(pilot, lambda: len(app.screen.snapshot.trials) == 2)
        trials = app.screen.snapshot.trials
        assert [trial.setting["learning_rate"] for trial in trials] == [0.01, 0.0178]
        assert trials[1].message.startswith("learning rate 0.01 to 0.0178")
        assert trials[0].score == first
        for trial, run in zip(trials, run_paths(Path("runs")), strict=True):
            assert trial.message.endswith(f"run {run.name}")
            assert load_model(run / BEST).hyperparameters.learning_rate == trial.setting["learning_rate"]

    await searching(test, is_kept=True)


@pytest.mark.long
async def test_proposals_wait_for_the_users_word() -> None:
    async def test(pilot: Pilot[Any]) -> None:
        app: Any = pilot.app
        for name in ("hidden_layers", "activation", "batch_size"):
            app.screen.form.model.set_value(name, getattr(QUICK, name))
        await enter(pilot, "trials", "5")
        await pilot.press("b", "v", "space")
        await until(pilot, lambda: snapshot(pilot).progress and len(snapshot(pilot).progress.proposals) == 5)
        proposals = snapshot(pilot).progress.proposals
        await pilot.press("v")
        await until(pilot, lambda: "Proposals" in text_of(app))
        await pilot.press("s", "down", "enter", "ctrl+u", *typed("learning_rate=0.25 l2=0"), "enter")
        await pilot.press("a")
        await until(pilot, lambda: sum(t.is_done for t in snapshot(pilot).trials) >= 4)
        settings = [dict(trial.setting) for trial in snapshot(pilot).trials]
        assert dict(proposals[0]) not in settings
        assert {"learning_rate": 0.25, "l2": 0.0} in settings
        assert all(dict(proposal) in settings for proposal in proposals[2:])
        own = next(t for t in snapshot(pilot).trials if t.setting["learning_rate"] == 0.25)
        assert own.by == "user"

    await searching(test)


@pytest.mark.long
async def test_a_race_begins_on_a_fresh_screen() -> None:
    async def test(pilot: Pilot[Any]) -> None:
        app: Any = pilot.app
        await enter(pilot, "trials", "4")
        await pilot.press("R")
        await until(pilot, lambda: "done" in text_of(app).split("\n")[0])
        shown = text_of(app)
        assert all(name in shown for name in ("grid", "random", "bayesian"))
        await pilot.press("question_mark")
        await until(pilot, lambda: "Race of the strategies" in text_of(app))
        await pilot.press("question_mark")
        await until(pilot, lambda: "back to the search" in text_of(app))  # all keys
        await pilot.press("escape", "colon")
        await until(pilot, lambda: "Note (enter keeps it" in text_of(app))
        await pilot.press(*"why", "enter")
        await until(pilot, lambda: "there is no study yet to keep a note in" in text_of(app))
        await pilot.press("escape")
        await until(pilot, lambda: "Trials" in text_of(app))

    await searching(test, h=QUICK.replace(epochs=2))


async def test_another_strategy_goes_on_from_the_trainings_by_hand() -> None:
    async def test(pilot: Pilot[Any]) -> None:
        app: Any = pilot.app
        await pilot.press("1", "space")
        await until(pilot, lambda: app.session.snapshot.finished == 1)
        app.screen.form.go_to("learning_rate")
        await pilot.press("plus", "r")
        await until(pilot, lambda: app.session.snapshot.epoch == 0)
        await pilot.press("space")
        await until(pilot, lambda: app.session.snapshot.finished == 2)
        scores = [float(read_run(path).progress["best_score"]) for path in run_paths(Path("runs"))]
        await pilot.press("2", "m")
        await until(pilot, lambda: len(app.screen.snapshot.trials) == 2)
        await pilot.press("b")
        await until(pilot, lambda: "bayesian goes on from 2 trainings by hand" in text_of(app))
        assert app.screen.form.model.texts["folds"] == "1"  # of moons there would be five
        await enter(pilot, "trials", "3")
        await pilot.press("space")
        await until(pilot, lambda: snapshot(pilot).state == "done")
        trials = Study(snapshot(pilot).study).trials
        assert [(trial.by, trial.setting["learning_rate"]) for trial in trials[:2]] == [
            ("user", 0.01),
            ("user", 0.0178),
        ]
        assert [trial.score for trial in trials[:2]] == scores
        assert [trial.by for trial in trials[2:]] == ["bayesian"]
        assert all(trial.is_done for trial in trials)

    await searching(test, is_kept=True)
