"""A search that is asked for on the command line, as the screen takes it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tests.ui.fake_session import FakeSession
from tests.ui.search.driven import QUICK, UNICODE, until
from tuitrain.cli.launch import launch
from tuitrain.data.loading import load_dataset
from tuitrain.search.study.study import Study
from tuitrain.session.training import TrainingSession
from tuitrain.ui.app import SearchAsked, TuitrainApp
from tuitrain.ui.search.entries import space_of
from tuitrain.ui.theme import theme_of


def asked(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> Any:
    """What `tuitrain launch` would open the Search screen with, or its error."""
    found: list[Any] = []

    def run(*given: Any, search: Any, **named: Any) -> Any:
        found.append(search)
        raise SystemExit(0)

    monkeypatch.setattr("tuitrain.ui.launch.run", run)
    monkeypatch.setattr("tuitrain.ui.launch.check_terminal", lambda **options: None)
    monkeypatch.setattr("tuitrain.cli.launch._start_quickly", lambda: None)
    result = CliRunner().invoke(launch, arguments)
    return found[0] if found else result.output


def test_launch_hands_on_all_that_was_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    options = ("--try", "l2=0.01", "--search-seed", "3", "--batch", "5", "--time", "12d", "--l2", "1e-6..0.1")
    found = asked(monkeypatch, "--search", "bayesian", *options)
    assert (found.seed, found.batch, found.tried) == (3, 5, ({"l2": 0.01},))
    assert (found.texts["strategy"], found.texts["time"]) == ("bayesian", "12d")


def test_launch_keeps_a_range_that_has_no_effect_for_the_form_to_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    options = ("--optimizer", "sgd,adam", "--momentum", "0..0.9")
    texts = asked(monkeypatch, "--search", "random", *options).texts
    assert texts["momentum"] == "0..0.9"
    assert "momentum is not searched" in space_of(texts).notices[0]


def test_launch_opens_the_screen_with_manual_search(monkeypatch: pytest.MonkeyPatch) -> None:
    assert asked(monkeypatch, "--search", "manual").texts["strategy"] == "manual"


def test_launch_drops_no_option_silently(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "--search" in asked(monkeypatch, "--try", "l2=0.01")


async def test_the_search_that_is_begun_first_has_the_users_own_trials(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    session = TrainingSession(load_dataset("moons?n=80"), QUICK)
    texts = {"hidden_layers": "4", "activation": "relu", "batch_size": "32", "trials": "3", "folds": "1"}
    search = SearchAsked(texts, tried=({"learning_rate": 0.02, "l2": 0.001},), seed=3, batch=5)
    app = TuitrainApp(session, theme_of(UNICODE), jobs=0, search=search)
    try:
        async with app.run_test(size=(120, 40)) as pilot:
            await until(pilot, lambda: app.search_session is not None)
            await pilot.press("space")
            await until(pilot, lambda: app.search_session.snapshot.state == "done")  # type: ignore[union-attr]
        study = Study(next(Path("runs").iterdir()))
        assert (study.settings.seed, study.settings.batch, len(study.trials)) == (3, 5, 3)
        assert (dict(study.trials[0].setting), study.trials[0].by) == ({"learning_rate": 0.02, "l2": 0.001}, "user")
    finally:
        session.close()
        if app.search_session is not None:
            app.search_session.close()


@pytest.mark.parametrize(("strategy", "searches"), [("random", True), ("manual", False)])
async def test_start_starts_the_search_that_was_asked_for_and_trains_nothing_behind_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, strategy: str, searches: bool
) -> None:
    monkeypatch.chdir(tmp_path)
    session = TrainingSession(load_dataset("moons?n=80"), QUICK)
    texts = {"strategy": strategy, "hidden_layers": "4", "activation": "relu", "batch_size": "32", "trials": "2"}
    app = TuitrainApp(session, theme_of(UNICODE), jobs=0, search=SearchAsked(texts), start=True)
    try:
        async with app.run_test(size=(120, 40)) as pilot:
            await until(pilot, lambda: app.search_session is not None)
            if searches:
                await until(pilot, lambda: app.search_session.snapshot.state == "done")  # type: ignore[union-attr]
            else:  # the trials of a search by hand are the trainings
                await until(pilot, lambda: session.snapshot.state == "done")
        assert (session.snapshot.step == 0) is searches
        assert Path("runs").exists() or not searches
    finally:
        session.close()
        if app.search_session is not None:
            app.search_session.close()


@pytest.mark.parametrize("options", [("--search", "random")])
def test_quit_when_done_says_how_to_search_and_leave(monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...]) -> None:
    assert "tuitrain search" in asked(monkeypatch, *options, "--start", "--quit-when-done")


@pytest.mark.parametrize(
    ("strategy", "start", "first"),
    [("random", False, "search"), ("random", True, "search"), ("manual", False, "search"), ("manual", True, "train")],
)
def test_the_room_that_is_asked_for_is_the_first_so_that_an_early_key_reaches_it(
    strategy: str, start: bool, first: str
) -> None:
    app = TuitrainApp(FakeSession(), theme_of(UNICODE), search=SearchAsked({"strategy": strategy}), start=start)  # type: ignore[arg-type]
    assert app.current_mode == first
