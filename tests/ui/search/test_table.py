"""The table of trials: what it shows is what the journal says; sorted, filtered, opened, adopted, trained."""

from __future__ import annotations

import json
import statistics
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.ui.search.driven import (
    QUICK,
    numbers,
    search_through,
    searching,
    table_lines,
    text_of,
    typed,
    until,
    words,
)  # fmt: skip
from tests.ui.search.driven import _as_launched as as_launched  # noqa: F401 - a fixture, used by all


async def test_the_table_agrees_with_the_journal() -> None:
    async def test(pilot: Pilot[Any]) -> None:
        study = await search_through(pilot)
        events = [json.loads(line) for line in (study.path / "journal.jsonl").read_text("utf-8").splitlines()]
        assert events, "the journal is empty"
        scores = {trial.number: (trial.score, trial.deviation, trial.loss) for trial in study.trials}
        written = json.dumps(events)
        assert all(str(score) in written for score, _, _ in scores.values())
        order = sorted(scores, key=lambda number: (-scores[number][0], scores[number][2], number))
        lines = table_lines(pilot)
        assert len(lines) == 6
        best_score, best_deviation, _ = scores[order[0]]
        for place, (line, number) in enumerate(zip(lines, order, strict=True), 1):
            rank, shown, score = words(line)[:3]
            assert (rank.rstrip("="), shown) == (str(place), str(number))
            assert score == f"{scores[number][0]:.4f}±{scores[number][1]:.4f}"
            is_tie = best_score - scores[number][0] <= best_deviation + 1e-12
            assert rank.endswith("=") is (place > 1 and is_tie)
        assert f"(#{order[0]})" in text_of(pilot.app)

    await searching(test)


@pytest.mark.long
async def test_sorting_filtering_marking_and_comparing() -> None:
    async def test(pilot: Pilot[Any]) -> None:
        study = await search_through(pilot)
        rate = {trial.number: trial.setting["learning_rate"] for trial in study.trials}
        await pilot.press("tab")  # to the table
        await pilot.press("s")
        await until(pilot, lambda: numbers(pilot) == [5, 4, 3, 2, 1, 0])
        await pilot.press("s")  # by the first hyperparameter
        by_rate = sorted(rate, key=lambda number: rate[number])
        await until(pilot, lambda: numbers(pilot) == by_rate)
        middle = statistics.median(rate.values())
        await pilot.press("slash")
        await until(pilot, lambda: "Show trials with" in text_of(pilot.app))
        text = f"learning_rate<{middle:.6f}"
        await pilot.press(*typed(text), "enter")
        below = {number for number in rate if rate[number] < middle}
        await until(pilot, lambda: set(numbers(pilot)) == below)
        await pilot.press("full_stop", "full_stop", "c")
        await until(pilot, lambda: "esc closes" in text_of(pilot.app))
        shown = text_of(pilot.app)
        assert all(f"{rate[number]:.4g}"[:6] in shown or str(rate[number])[:6] in shown for number in by_rate[:2])

    await searching(test)


async def test_a_misspelt_filter_is_told() -> None:
    async def test(pilot: Pilot[Any]) -> None:
        await pilot.press("tab")
        await until(pilot, lambda: pilot.app.focused.id == "trials")  # type: ignore[union-attr]
        await pilot.press("slash")
        await until(pilot, lambda: "Show trials with" in text_of(pilot.app))
        await pilot.press(*typed("rankx<5"), "enter")
        await until(pilot, lambda: "did you mean rank" in text_of(pilot.app))

    await searching(test)


@pytest.mark.long
async def test_a_trial_is_opened_adopted_and_trained() -> None:
    async def test(pilot: Pilot[Any]) -> None:
        app: Any = pilot.app
        study = await search_through(pilot)
        best = study.best
        assert best is not None
        await pilot.press("tab", "enter")
        await until(pilot, lambda: f"Trial {best.number}" in text_of(app))
        assert f"{best.score:.6f}" in text_of(app)
        await pilot.press("escape", "a", "1")
        await until(pilot, lambda: app.session.snapshot.hyperparameters.learning_rate == best.setting["learning_rate"])
        assert app.session.snapshot.hyperparameters.l2 == best.setting["l2"]
        assert not app.session.snapshot.is_running
        await pilot.press("2", "t")
        await until(pilot, lambda: app.session.snapshot.epoch == QUICK.epochs)

    await searching(test)
