"""Searches beside the Train screen's dataset and trainings: whose trials are shown, and what may be taken from them."""

from __future__ import annotations

from typing import Any

import pytest
from textual.pilot import Pilot

from tests.search.trainings_made_up import training
from tests.ui.search.driven import QUICK, enter, let_there_be, search_through, searching, snapshot, text_of, until
from tests.ui.search.driven import _as_launched as as_launched  # noqa: F401 - a fixture, used by all
from tuitrain.data.loading import load_dataset
from tuitrain.session.commands import Reset
from tuitrain.session.datasets import DATASETS


async def change_dataset(pilot: Pilot[Any], name: str) -> None:
    """As on the Train screen, and back."""
    app: Any = pilot.app
    await pilot.press("1")
    app.session.send(Reset(DATASETS.keep(load_dataset(name))))
    await until(pilot, lambda: app.session.dataset.name.startswith(name[:5]))
    await pilot.press("2")
    await until(pilot, lambda: f"(screen 1: {name[:5]}" in text_of(app))


@pytest.mark.long
async def test_a_training_by_hand_is_not_taken_once_it_is_out_of_sight(monkeypatch: pytest.MonkeyPatch) -> None:
    async def test(pilot: Pilot[Any]) -> None:
        app: Any = pilot.app
        let_there_be(monkeypatch, training(0.8, 0.4, dataset=app.session.dataset, base=QUICK, learning_rate=0.3))
        await pilot.press("m")
        await until(pilot, lambda: app.screen.trials.trial is not None)
        await pilot.press("b")
        await until(pilot, lambda: "space starts the search" in text_of(app))
        await pilot.press("a", "t", "tab", "enter")
        await until(pilot, lambda: "there is no trial yet" in text_of(app))
        assert app.session.snapshot.hyperparameters.learning_rate == QUICK.learning_rate
        await pilot.press("m")
        await until(pilot, lambda: app.screen.trials.trial is not None)
        await pilot.press("a")
        await until(pilot, lambda: app.session.snapshot.hyperparameters.learning_rate == 0.3)

    for size in ((80, 24), (120, 40)):
        await searching(test, size=size)


@pytest.mark.long
async def test_a_trial_of_another_dataset_is_taken_after_a_question() -> None:
    async def test(pilot: Pilot[Any]) -> None:
        app: Any = pilot.app
        study = await search_through(pilot, trials="5")
        assert study.best is not None
        await change_dataset(pilot, "circles?n=90")
        assert "│ moons?n=80 ·" in text_of(app).split("\n")[0]
        await pilot.press("a")
        await until(pilot, lambda: "Take a trial of another dataset?" in text_of(app))
        await pilot.press("n")
        await until(pilot, lambda: "another dataset?" not in text_of(app))
        assert app.session.snapshot.hyperparameters.learning_rate == QUICK.learning_rate
        await pilot.press("a", "y")
        rate = study.best.setting["learning_rate"]
        await until(pilot, lambda: app.session.snapshot.hyperparameters.learning_rate == rate)
        await change_dataset(pilot, "diabetes")
        await pilot.press("a")
        await until(pilot, lambda: "do not fit diabetes, a regression" in text_of(app))

    await searching(test, size=(120, 40))


@pytest.mark.long
async def test_a_search_goes_on_as_what_it_is_when_the_dataset_changes() -> None:
    async def test(pilot: Pilot[Any]) -> None:
        await enter(pilot, "trials", "5000")
        await pilot.press("space")
        await until(pilot, lambda: snapshot(pilot).trials)
        study = snapshot(pilot).study
        await change_dataset(pilot, "circles?n=90")
        await pilot.press("b")  # for the next search
        await until(pilot, lambda: "n searches circles" in text_of(pilot.app))
        await pilot.press("space")
        await until(pilot, lambda: snapshot(pilot).state == "paused")
        await pilot.press("space")
        await until(pilot, lambda: snapshot(pilot).state == "running")
        assert (snapshot(pilot).study, snapshot(pilot).settings.strategy) == (study, "random")

    await searching(test, h=QUICK.replace(epochs=30))


@pytest.mark.long
async def test_a_grid_is_gone_on_with_by_a_strategy_that_gets_an_end() -> None:
    async def test(pilot: Pilot[Any]) -> None:
        texts = pilot.app.screen.form.model.texts  # type: ignore[attr-defined]
        texts |= {"trials": "all", "folds": "5", "seeds": "5"}  # as a grid from the command line
        await pilot.press("g", "space")
        await until(pilot, lambda: sum(t.is_done for t in snapshot(pilot).trials) > 2)
        await pilot.press("b")
        await until(pilot, lambda: "bayesian proposes from the next batch on, up to" in text_of(pilot.app))
        assert 50 <= int(texts["trials"]) < 300  # a stack or two, and fifty more
        await until(pilot, lambda: any(trial.by == "bayesian" for trial in snapshot(pilot).trials))

    await searching(test, h=QUICK.replace(epochs=200), size=(160, 40))
