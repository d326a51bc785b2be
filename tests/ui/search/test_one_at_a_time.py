"""One at a time on the Search screen: guess, show, try; what is hidden until then; how it stands."""

from __future__ import annotations

import re
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.ui.search.driven import QUICK, searching, snapshot, text_of, until
from tests.ui.search.driven import _as_launched as as_launched  # noqa: F401 - a fixture, used by all
from tuitrain.search.explanation import Expected
from tuitrain.search.study.study import Study
from tuitrain.ui.search.guess_table import decimals_of, spread

ASCII = {"LANG": "C", "TERM": "xterm", "NO_COLOR": "1"}


def done(pilot: Pilot[Any]) -> int:
    return sum(trial.is_done for trial in snapshot(pilot).trials)


def pane(pilot: Pilot[Any], name: str) -> str:
    """What is on the screen where a pane is."""
    region = pilot.app.screen.get_child_by_id(name).region
    rows = text_of(pilot.app).split("\n")[region.y : region.bottom]
    return "\n".join(row[region.x : region.right] for row in rows)


async def waits(pilot: Pilot[Any], trials: int) -> None:
    """Wait until so many trials are over, the next choice waits, and the screen shows that."""

    def is_there() -> bool:
        now = snapshot(pilot)
        is_fitted = trials < 4 or (now.explained is not None and now.explained.choice is not None)
        return now.choice is not None and done(pilot) == trials and is_fitted

    await until(pilot, is_there)
    pilot.app.screen._show_now()  # type: ignore[attr-defined]
    await pilot.pause()


async def guessing(pilot: Pilot[Any], **texts: str) -> None:
    """Search ten trials at once, then one at a time."""
    model = pilot.app.screen.form.model  # type: ignore[attr-defined]
    for name in ("hidden_layers", "activation", "batch_size"):
        model.set_value(name, getattr(QUICK, name))
    for name, text in {"trials": "10", "folds": "2", **texts}.items():
        model.set(name, text)
    await pilot.press("b", "space")
    await until(pilot, lambda: snapshot(pilot).state == "done")
    model.set("trials", "13")
    await pilot.press("o")
    await waits(pilot, 10)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
@pytest.mark.long
async def test_the_choice_is_hidden_until_enter_then_both_are_compared(size: tuple[int, int]) -> None:
    async def test(pilot: Pilot[Any]) -> None:
        await guessing(pilot)
        first = text_of(pilot.app).split("\n")[0]
        assert first.rstrip().endswith("10/13 trials · your guess" if size[0] == 120 else "◌ 10/13 your guess")
        assert "▸Surrogate" in text_of(pilot.app)
        assert "enter shows the choice" in text_of(pilot.app).split("\n")[-2]
        footer = text_of(pilot.app).split("\n")[-1]
        assert all(word in footer for word in ("←→ guess", "e try mine", "space try theirs", "o all", "? help"))
        hidden = pane(pilot, "surrogate")
        await pilot.press("right")
        moved = pane(pilot, "surrogate")
        assert moved != hidden
        for shown in (hidden, moved, *([pane(pilot, "map")] if size[0] == 120 else [])):
            assert "+" not in shown.replace("+1", "")
            assert "EI" not in shown
            assert not re.search(r"[▂▃▄▅▆▇█]", shown) or "Map" in shown
            assert not any("±" in line for line in shown.split("\n") if "yours" in line)
        await pilot.press("enter")
        shown = pane(pilot, "surrogate")
        assert "EI" in shown
        assert "+ choice" in shown
        expected, now = snapshot(pilot).explained.choice, pilot.app.screen.guessing  # type: ignore[attr-defined]
        table = shown.split("\n")[-4:-1] if size[0] == 80 else shown.split("\n")[-3:]
        both = [line for line in table if "yours" in line or "choice" in line]
        for line, one in zip(both, (now.expected, expected), strict=True):
            numbers = [float(text) for text in re.findall(r"(?<![\w.])[0-9.]+(?:e-\d+)?(?!\S*%)", line)]
            assert numbers[0] == pytest.approx(one.setting["learning_rate"], rel=0.01)
            assert numbers[1] == pytest.approx(one.mean, abs=0.006)
            if one.improvement >= 1e-6:
                assert any(number == pytest.approx(one.improvement, rel=0.1) for number in numbers[2:])
            if size[0] == 120:
                assert f"{int(100 * one.chance)}%" in line or "<1%" in line
        if size[0] == 120:
            assert "+" in pane(pilot, "map")
            assert "chance to beat" in shown

    await searching(test, size=size)


@pytest.mark.long
async def test_yours_or_the_choice_is_tried_and_the_box_adds_them_up() -> None:
    async def test(pilot: Pilot[Any]) -> None:
        screen: Any = pilot.app.screen
        await guessing(pilot)
        assert "here your guesses are added up" in " ".join(pane(pilot, "guesses").replace("│", " ").split())
        for _ in range(4):
            await pilot.press("right")
        mine, choice = dict(screen.guessing.setting), dict(snapshot(pilot).choice)
        best = snapshot(pilot).progress.best.setting
        assert mine["l2"] == best["l2"]
        assert mine["learning_rate"] > best["learning_rate"] or best["learning_rate"] > 0.5
        await pilot.press("e")
        await waits(pilot, 11)
        assert dict(snapshot(pilot).trials[-1].setting) == mine
        assert snapshot(pilot).trials[-1].by == "user"
        await pilot.press("e")  # the guess has not moved: it is among the trials already
        await pilot.pause()
        assert "among the trials already" in text_of(pilot.app).split("\n")[-2]
        await pilot.press("left", "left", "enter", "right")
        shown_with = dict(screen.guessing.counted)
        assert shown_with != dict(screen.guessing.setting)  # what was guessed before the choice was shown counts
        second = dict(snapshot(pilot).choice)
        await pilot.press("space")
        await waits(pilot, 12)
        assert dict(snapshot(pilot).trials[-1].setting) == second
        guesses = Study(snapshot(pilot).study).guesses
        assert [(dict(one.guess), dict(one.choice)) for one in guesses] == [(mine, choice), (shown_with, second)]
        assert not screen.guessing.is_shown  # another round
        await pilot.press("space")  # without a guess of one's own nothing is counted
        await until(pilot, lambda: snapshot(pilot).state == "done")
        assert len(Study(snapshot(pilot).study).guesses) == 2
        screen._show_now()
        await pilot.pause()
        box = pane(pilot, "guesses")
        assert "sum over your 2 guesses so far" in box
        yours, choices = (sum(one.gains[which] for one in guesses) for which in (0, 1))
        for name, total in (("you ", yours), ("choice ", choices)):
            (line,) = (row for row in box.split("\n") if f"│ {name}" in row)
            written = line.split()[-2]
            assert float(written.replace("<", "")) == pytest.approx(total, rel=0.06, abs=1e-6)
        won = snapshot(pilot).explained.hindsight
        assert f"in hindsight yours won {won.better} of 2" in box

    await searching(test)


@pytest.mark.long
async def test_o_goes_back_and_another_room_or_pane_forgets_nothing() -> None:
    async def test(pilot: Pilot[Any]) -> None:
        app: Any = pilot.app
        await guessing(pilot)
        await pilot.press("right", "right", "enter")
        before = pane(pilot, "surrogate")
        await pilot.press("1")
        await until(pilot, lambda: "▸1 Train" in text_of(app))
        await pilot.press("2")
        await until(pilot, lambda: "▸2 Search" in text_of(app) and "+ choice" in text_of(app))
        assert pane(pilot, "surrogate") == before
        await pilot.press("?")
        await until(pilot, lambda: "one at a time" in text_of(app) and "in hindsight" in text_of(app).lower())
        await pilot.press("escape")
        await until(pilot, lambda: "+ choice" in text_of(app))
        await pilot.press("right_square_bracket")
        await until(pilot, lambda: app.screen.guessing.column.name == "l2")
        at = app.screen.guessing.at
        await pilot.press("left")
        assert app.screen.guessing.at == at - 1
        await pilot.press("v")
        assert "Proposals" not in text_of(app)  # which would show the choice
        await pilot.press("o")
        await until(pilot, lambda: snapshot(pilot).state == "done" and done(pilot) == 13)
        assert not snapshot(pilot).is_one_at_a_time

    await searching(test, size=(80, 24))


@pytest.mark.long
async def test_from_the_first_trial_on_with_categories_in_plain_ascii() -> None:
    async def test(pilot: Pilot[Any]) -> None:
        app: Any = pilot.app
        model = app.screen.form.model
        for name in ("hidden_layers", "learning_rate", "batch_size", "l2"):
            model.set_value(name, getattr(QUICK, name))
        for name, text in {"trials": "12", "folds": "2", "optimizer": "momentum,adam", "momentum": "0.5..0.99"}.items():
            model.set(name, text)
        await pilot.press("o")
        await pilot.pause()
        assert "b chooses it" in text_of(app).split("\n")[-2]
        await pilot.press("b", "o", "space")
        await waits(pilot, 0)
        assert "the first 10 are spread evenly" in pane(pilot, "surrogate")
        column = app.screen.guessing.column
        values = [value for _place, value in app.screen.guessing.slice.ticks]
        assert column.is_category
        await pilot.press("left", "left", "enter")
        table = pane(pilot, "surrogate")
        assert table.isascii()
        assert re.search(rf"\? yours +{values[0]} ", table)
        assert re.search(r"\+ choice +\w+ ", table)
        assert f"? yours   {values[0]}" in table
        await pilot.press("space")
        await waits(pilot, 1)
        assert text_of(app).isascii()

    await searching(test, size=(80, 24), environment=ASCII)


def test_two_deviations_that_differ_are_both_told() -> None:
    def expected(low: float, mean: float, high: float) -> Expected:
        return Expected({}, 0.5, mean, low, high, 0.01, 0.5)

    assert spread(expected(0.929, 0.961, 0.993), 3) == "0.961 ± 0.032"
    assert spread(expected(0.292, 0.412, 0.463), 3) == "0.412 +0.051 −0.120"
    assert decimals_of([expected(0.929, 0.961, 0.993), None], "accuracy") == 3
    assert decimals_of([expected(0.9, 0.90004, 0.90008)], "accuracy") == 4
    assert decimals_of([expected(20.0, 55.0, 90.0)], "rmse") == 0
    assert decimals_of([None], "rmse") == 1
