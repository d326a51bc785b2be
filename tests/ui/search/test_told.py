"""What the Search screen says: notices that give way, what waits, where all is kept, names that stay apart."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len
from textual.pilot import Pilot

from tests.ui.search.driven import QUICK, UNICODE, enter, search_through, searching, snapshot, text_of, until
from tests.ui.search.driven import _as_launched as as_launched  # noqa: F401 - a fixture, used by all
from tests.ui.waiting import Timers
from tuitrain.cli.launch import _study_line
from tuitrain.options.field import Field
from tuitrain.options.hyperparameters import FIELDS, Hyperparameters
from tuitrain.search.study.trial import Trial
from tuitrain.session.commands import AskFirst
from tuitrain.ui.plots.bars import curve_line
from tuitrain.ui.plots.labels import short_label
from tuitrain.ui.search.drawing import SearchDrawing
from tuitrain.ui.search.form_model import SearchFormModel
from tuitrain.ui.search.status import SearchStatusRow
from tuitrain.ui.search.trial_page import TrialPage
from tuitrain.ui.search.veto import Veto, table_of
from tuitrain.ui.theme import theme_for, theme_of
from tuitrain.ui.widgets.status_row import MESSAGE_SECONDS

SMALL = (80, 24)


def status_of(app: Any) -> str:
    return text_of(app).split("\n")[-2]


async def test_a_notice_gives_way_after_some_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    timers = Timers(monkeypatch, SearchStatusRow)

    async def test(pilot: Pilot[Any]) -> None:
        await search_through(pilot, trials="5")
        await pilot.press("s")
        await until(pilot, lambda: "sorted by number" in status_of(pilot.app))
        assert timers.run_out() == MESSAGE_SECONDS
        await until(pilot, lambda: "sorted by" not in status_of(pilot.app) and "best" in status_of(pilot.app))

    await searching(test)


@pytest.mark.long
async def test_what_waits_for_the_users_word_is_never_hidden_and_the_veto_can_be_taken_back() -> None:
    async def test(pilot: Pilot[Any]) -> None:
        app: Any = pilot.app
        await enter(pilot, "trials", "6")
        await pilot.press("b", "v", "space")
        await until(pilot, lambda: "6 proposals wait: v" in status_of(app))
        await pilot.press("s")
        await until(pilot, lambda: "sorted by number" in status_of(app))
        assert "6 proposals wait: v" in status_of(app)
        await pilot.press("v")
        await until(pilot, lambda: "a run all  s skip this  enter edit this  o veto off" in text_of(app))
        await pilot.press("enter", "enter")  # nothing changed, and the dialog stays
        await until(pilot, lambda: "a run all" in text_of(app))
        assert isinstance(app.screen, Veto)
        await pilot.press("o")
        await until(pilot, lambda: snapshot(pilot).state == "done")
        assert not snapshot(pilot).asks_first
        assert len(snapshot(pilot).trials) == 6

    await searching(test, size=SMALL)


@pytest.mark.long
async def test_the_end_says_why_and_where_all_is_kept() -> None:
    async def test(pilot: Pilot[Any]) -> None:
        app: Any = pilot.app
        study = await search_through(pilot, trials="5")
        await until(pilot, lambda: "all trials are done" in status_of(app))
        if app.size.width > 100:
            assert str(study.path) in status_of(app)
        await pilot.press("f1", "end")
        await until(pilot, lambda: f"Study: {study.path}" in text_of(app))
        shown = " ".join(text_of(app).replace("│", " ").split())
        assert f"Model of the best trial: {study.path}/best.safetensors" in shown
        assert "equal scores by validation loss, then by number" in shown

    await searching(test, size=SMALL)
    await searching(test, size=(160, 50))


@pytest.mark.long
async def test_notices_are_counted_and_listed() -> None:
    async def test(pilot: Pilot[Any]) -> None:
        app: Any = pilot.app
        await search_through(pilot, trials="5")
        now = snapshot(pilot)
        told = replace(now.progress, notices=("the cluster has lost a worker", "a second one"))
        app.search_session._work._progress = told  # what the session makes its next snapshots from
        app.search_session.send(AskFirst(False))
        await until(pilot, lambda: "2 notices: ?" in status_of(app))
        await pilot.press("f1")
        await pilot.pause(0.2)
        await pilot.press("end")
        await until(pilot, lambda: "! the cluster has lost a worker" in text_of(app))

    await searching(test, size=SMALL)


def test_leaving_names_study_and_model(tmp_path: Path) -> None:
    assert "to continue: tuitrain search --resume" in _study_line(tmp_path, is_through=False)
    assert _study_line(tmp_path, is_through=True) == f"study: {tmp_path}"
    (tmp_path / "best.safetensors").touch()
    assert _study_line(tmp_path, is_through=True) == f"study: {tmp_path}, model: {tmp_path}/best.safetensors"


async def test_trials_side_by_side_are_whole_and_brackets_tell_what_has_no_effect() -> None:
    async def test(pilot: Pilot[Any]) -> None:
        app: Any = pilot.app
        whole = Hyperparameters(optimizer="sgd", learning_rate=0.25)
        trials = [
            (Trial(n, {"learning_rate": 0.25}, "random", "finished", 0.9, 0.0123456, 0.5, 1, 1), whole)
            for n in range(5)
        ]
        await app.push_screen(TrialPage(app.look, trials, "accuracy"))
        await until(pilot, lambda: "Trial 0, 1" in text_of(app))
        shown = text_of(app)
        assert shown.count("±0.012346") >= 3
        assert "*0.25" in shown
        await pilot.press("end")
        await until(pilot, lambda: "accuracy by epoch " in text_of(app))
        assert "…" not in shown
        app.screen.dismiss()
        await app.push_screen(TrialPage(app.look, trials[:1], "accuracy"))
        await until(pilot, lambda: "(0.9)" in text_of(app))  # momentum, under sgd

    await searching(test, size=SMALL)


def test_a_trials_page_keeps_its_columns_by_cells_where_names_are_long_or_wide() -> None:
    trials = [(Trial(number, {}, state="failed", message="漢字" * 20), Hyperparameters()) for number in (0, 1)]
    lines = TrialPage(theme_of(UNICODE), trials, "balanced_accuracy_of_all")._lines(60)
    assert {cell_len(row[0][0]) for row in lines} == {18}
    assert {cell_len(row[1][0]) for row in lines} == {21}
    assert "balanced_accurac… " in {row[0][0] for row in lines}


@pytest.mark.parametrize("strategy", ["manual", "grid", "random", "bayesian", "quasi", "optuna:cmaes"])
def test_the_chosen_strategy_has_brackets_in_the_narrowest_form(strategy: str) -> None:
    model = SearchFormModel("classification", QUICK)
    model.texts["strategy"] = strategy
    drawn = SearchDrawing(model, theme_of({"LANG": "C", "NO_COLOR": "1"})).lines(26, has_focus=False)
    assert f"[{strategy.replace('bayesian', 'bayes')}]" in drawn[1].strip.text
    assert {line.strip.cell_length for line in drawn} == {26}
    layers = next(line.strip.text for line in drawn if line.name == "hidden_layers")
    assert layers.startswith(" hidden layers *")


async def test_the_table_marks_its_sorting_and_says_how_to_see_more() -> None:
    async def test(pilot: Pilot[Any]) -> None:
        app: Any = pilot.app
        await search_through(pilot, trials="5")
        assert "accuracy▾" in text_of(app)
        assert "Importance ←→ +1" in text_of(app)  # among the tabs there is room for no more
        await pilot.press("s")
        await until(pilot, lambda: "#▾" in text_of(app))
        await pilot.press("s")
        await until(pilot, lambda: "rate▴" in text_of(app))

    await searching(test, size=SMALL)


def test_short_names_fit_and_stay_apart() -> None:
    labels = [spec.label for spec in FIELDS.values()]
    short = [short_label(label, 9) for label in labels]
    assert len(set(short)) == len(short)
    assert all(len(name) <= 9 for name in short)
    assert (short_label("hidden layers depth", 16), short_label("hidden layers width", 6)) == ("layers depth", "width")
    assert table_of([{"learning_rate": 0.1, "hidden_layers": (64,)}])[0].split() == ["layers", "rate"]


def test_a_curve_is_drawn_as_a_line() -> None:
    theme = theme_for("true")
    assert curve_line([0, 1, 1, 1], 3, theme=theme) == "⡸⠉ "
    assert curve_line([], 3, theme=theme) == "   "
    assert curve_line([0.0, float("nan"), 1.0], 2, theme=theme) == "⡀⠁"


async def test_goals_and_layers_that_cannot_be_are_told_in_the_field() -> None:
    async def test(pilot: Pilot[Any]) -> None:
        model = pilot.app.screen.form.model  # type: ignore[attr-defined]
        await enter(pilot, "goal", "2")
        assert "never above 1" in model.error
        await pilot.press("escape")
        await enter(pilot, "hidden_layers", "64x")
        assert "64x" in model.error
        await pilot.press("escape")
        await enter(pilot, "metric", "loss")
        await enter(pilot, "goal", "2")
        assert model.texts["goal"] == "2"
        await enter(pilot, "metric", "accuracy")
        assert "never above 1" in model.error

    await searching(test, environment=UNICODE)


def test_layers_are_written_as_in_python_too() -> None:
    spec: Field = FIELDS["hidden_layers"]
    assert spec.parse("(64,)") == (64,)
    for text in ("64x", "x64", "64xx32"):
        with pytest.raises(ValueError, match="layer sizes"):
            spec.parse(text)
