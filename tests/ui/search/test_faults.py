"""What is typed or chosen amiss on the Search screen is told there, and text from files is text."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.search.trainings_made_up import training
from tests.ui.search.driven import (
    QUICK,
    enter,
    let_there_be,
    search_through,
    searching,
    snapshot,
    text_of,
    typed,
    until,
)
from tests.ui.search.driven import _as_launched as as_launched  # noqa: F401 - a fixture, used by all
from tuitrain.data.dataset import Dataset
from tuitrain.data.loading import load_dataset
from tuitrain.errors import RunError
from tuitrain.runs.finished import FinishedTraining
from tuitrain.search.study.study import Study
from tuitrain.search.study.trial import Trial
from tuitrain.session.commands import Reset, Start
from tuitrain.session.datasets import DATASETS
from tuitrain.ui.app import SearchAsked
from tuitrain.ui.search.table import Row
from tuitrain.ui.search.trial_filter import TrialFilter
from tuitrain.ui.search.trial_page import TrialPage
from tuitrain.ui.search.veto import Veto

RATES = ((1e-4, 0.6, 0.6), (1e-3, 0.7, 0.5), (0.01, 0.9, 0.3), (0.03, 0.9, 0.2), (1.0, 0.5, 2.0))


def trained(dataset: Dataset) -> tuple[FinishedTraining, ...]:
    return tuple(training(s, loss, dataset=dataset, base=QUICK, learning_rate=rate) for rate, s, loss in RATES)


async def test_another_dataset_is_searched_anew() -> None:
    async def test(pilot: Pilot[Any]) -> None:
        app: Any = pilot.app
        study = await search_through(pilot, trials="5")
        await pilot.press("1")
        app.session.send(Reset(DATASETS.keep(load_dataset("circles?n=90"))))
        await until(pilot, lambda: app.session.dataset.name.startswith("circles"))
        await pilot.press("2")
        await until(pilot, lambda: "n searches circles" in text_of(app))
        assert "│ moons?n=" in text_of(app).split("\n")[0]  # whose trials are shown
        await enter(pilot, "trials", "6")
        await pilot.press("space")
        await until(pilot, lambda: snapshot(pilot).study != study.path and len(snapshot(pilot).trials) == 6)
        assert "circles" in snapshot(pilot).study.name
        await until(pilot, lambda: "│ circles?n=" in text_of(app).split("\n")[0])

    await searching(test)


async def test_a_step_that_makes_too_many_points_is_told_in_the_field() -> None:
    async def test(pilot: Pilot[Any]) -> None:
        await enter(pilot, "dropout", "0..0.5")
        await enter(pilot, "dropout", "0..0.5:step=0.00001")
        model = pilot.app.screen.form.model  # type: ignore[attr-defined]
        assert "more than 10,000" in model.error
        assert "✗" in text_of(pilot.app)
        await pilot.press("escape")
        assert model.texts["dropout"] == "0..0.5"

    await searching(test, size=(160, 50))


@pytest.mark.parametrize("text", ["[/b]", "[bold]"])
async def test_a_filter_is_shown_as_it_was_typed(text: str) -> None:
    async def test(pilot: Pilot[Any]) -> None:
        await pilot.press("tab")
        await until(pilot, lambda: pilot.app.focused.id == "trials")  # type: ignore[union-attr]
        await pilot.press("slash")
        await until(pilot, lambda: "Show trials with" in text_of(pilot.app))
        pilot.app.screen.query_one("Input").value = text  # type: ignore[attr-defined]
        await pilot.press("enter")
        await until(pilot, lambda: f"Trials: {text}" in text_of(pilot.app))

    await searching(test)


async def test_a_goal_that_cannot_be_is_told_before_a_race_and_in_a_search() -> None:
    async def test(pilot: Pilot[Any]) -> None:
        texts = pilot.app.screen.form.model.texts  # type: ignore[attr-defined]
        texts["goal"] = "2"
        await pilot.press("R")
        await until(pilot, lambda: "accuracy is never above 1" in text_of(pilot.app))
        await enter(pilot, "goal", "nan")
        await until(pilot, lambda: '"nan"' in text_of(pilot.app))
        await pilot.press("escape")
        texts |= {"goal": "none", "trials": "5000"}
        await pilot.press("space")
        await until(pilot, lambda: snapshot(pilot).state == "running" and snapshot(pilot).settings is not None)
        texts["goal"] = "nan"  # as a command line might hand it over
        await pilot.press("g")
        await until(pilot, lambda: 'goal: "nan" is not a number' in text_of(pilot.app))

    await searching(test, h=QUICK.replace(epochs=30))


def test_words_before_a_comparison_are_words() -> None:
    relu = Row(Trial(0, {"activation": "relu", "learning_rate": 0.01}, state="finished"), 3, is_tie=False)
    tanh = Row(Trial(1, {"activation": "tanh", "learning_rate": 0.3}, state="finished"), 12, is_tie=False)
    for text, expected in {
        "relu rank<10": [relu], "rank<20": [relu, tanh], "relu rank>10": [], "tanh learning rate>0.1": [tanh],
        "learning-rate<0.1 finished": [relu], "rank<20 tanh": [tanh], "activation=relu": [relu],
        "rank < 10 and activation == 'relu'": [relu], "rank > 10 or activation in ('relu',)": [relu, tanh],
        "not state == 'finished'": [], "score > 0 or rank > 20": [],
    }.items():  # fmt: skip
        assert [row for row in (relu, tanh) if TrialFilter(text).passes(row)] == expected, text
    for text in ("relu rnk<10", "rnk < 10 and rank > 2"):
        with pytest.raises(RunError, match='"rnk": did you mean rank'):
            TrialFilter(text)
    for text in ("__import__('os') == 1", "rank.real == 3", "(rank"):
        with pytest.raises(RunError):
            TrialFilter(text)


async def test_a_message_from_a_journal_cannot_write_to_the_terminal() -> None:
    async def test(pilot: Pilot[Any]) -> None:
        app: Any = pilot.app
        trial = Trial(0, {"l2": 0.0}, "\x1b[31muser", "failed", message="broke\x1b]0;owned\x07 here")
        await app.push_screen(TrialPage(app.look, [(trial, QUICK)], "accuracy"))
        await until(pilot, lambda: "here" in text_of(app))
        assert "\\x1b]0;owned" in text_of(app)
        await app.push_screen(TrialPage(app.look, [(trial, QUICK), (replace(trial, number=1), QUICK)], "accuracy"))
        await until(pilot, lambda: "Trial 0, 1" in text_of(app))
        assert not any(sign in text_of(app) for sign in "\x1b\x07")

    await searching(test)


@pytest.mark.long
async def test_the_cursor_among_many_proposals_is_seen() -> None:
    async def test(pilot: Pilot[Any]) -> None:
        app: Any = pilot.app
        await app.push_screen(Veto(app.look, [{"epochs": 100 + number} for number in range(50)]))
        await until(pilot, lambda: "100" in text_of(app))
        await pilot.press(*["down"] * 40)
        await until(pilot, lambda: "41 of 50" in text_of(app))
        assert "140" in text_of(app)
        await pilot.press(*["down"] * 20)
        await until(pilot, lambda: "149" in text_of(app))
        assert "130" not in text_of(app)
        await pilot.press("enter", "ctrl+u", *typed("epochs=x"), "enter")
        await until(pilot, lambda: "is not a whole number" in text_of(app))  # the hint has its place
        await pilot.press("escape", *["up"] * 49)
        await until(pilot, lambda: "  100" in text_of(app))

    await searching(test, size=(80, 24))


async def test_trainings_by_hand_are_explained_and_ranked(monkeypatch: pytest.MonkeyPatch) -> None:
    async def test(pilot: Pilot[Any]) -> None:
        app: Any = pilot.app
        let_there_be(monkeypatch, *trained(app.session.dataset), problem="runs/x: is damaged")
        await pilot.press("m", "home")
        await until(pilot, lambda: "share of the surrogate's variance" in text_of(app))
        assert "a few more trials" not in text_of(app)
        rows = app.screen.trials._rows
        assert [row.trial.number for row in rows][:2] == [3, 2]  # equal scores, the lower loss first
        assert rows[1].is_tie
        assert app.screen.snapshot.progress.best.number == 3
        assert "runs/x: is damaged" in text_of(app)

    await searching(test, size=(160, 50))


async def test_without_runs_there_are_no_trials_by_hand() -> None:
    async def test(pilot: Pilot[Any]) -> None:
        app: Any = pilot.app
        app.session.send(Start())
        await until(pilot, lambda: app.session.snapshot.state == "done")
        await pilot.press("m")
        await until(pilot, lambda: "this training is not kept as one" in text_of(app))

    await searching(test)


async def test_a_study_of_trainings_by_hand_of_before_is_resumed_and_gone_on_with(tmp_path: Path) -> None:
    path = tmp_path / "studies" / "manual"
    shutil.copytree(Path(__file__).parents[2] / "compatibility" / "files" / "studies" / "manual", path)
    before = len(Study(path).trials)

    async def test(pilot: Pilot[Any]) -> None:
        await until(pilot, lambda: snapshot(pilot).state == "done")
        screen: Any = pilot.app.screen
        await until(pilot, lambda: len(screen.trials._rows) == before)
        await enter(pilot, "trials", str(before + 2))
        await pilot.press("r", "space")
        await until(pilot, lambda: len(snapshot(pilot).trials) == before + 2 and snapshot(pilot).state == "done")
        assert snapshot(pilot).study == path
        assert [trial.by for trial in Study(path).trials] == ["manual"] * before + ["random"] * 2

    await searching(test, data="moons?n=120", asked=SearchAsked(resume=path))
