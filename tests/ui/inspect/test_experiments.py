"""The pages of experiments on a real session: drawn at both sizes and in ASCII, moved, and adopted by a digit."""

from __future__ import annotations

import numpy as np
import pytest

from tests.plain import plain, plain_dataset
from tests.ui.inspect.sizes import SIZES
from tests.ui.train.test_screen import text_of
from tests.ui.waiting import settle
from tuitrain.session.asked.what_if import WhatIf, WhatIfAnswer
from tuitrain.session.commands import Reset, SetHyperparameter, Step
from tuitrain.session.training import TrainingSession
from tuitrain.ui.app import TuitrainApp
from tuitrain.ui.inspect.race import RacePage
from tuitrain.ui.inspect.rate_range import RateRangePage
from tuitrain.ui.inspect.seeds import SeedsPage
from tuitrain.ui.inspect.what_if import WhatIfPage
from tuitrain.ui.inspect.what_if_ladder import Ladder
from tuitrain.ui.theme import theme_for


@pytest.fixture(autouse=True)
def _short_races(monkeypatch):
    monkeypatch.setattr(RacePage, "FIRST_AMOUNT", 20)


@pytest.fixture
def session():
    running = TrainingSession(plain_dataset("moons"), plain(hidden_layers=(6,), epochs=60))
    running.wait_for_answer(running.send(Step(epochs=3)), 30)
    yield running
    running.close()


async def opened(pilot, letter, page):
    snapshot = pilot.app.session.snapshot
    await settle(pilot, lambda: pilot.app.session.snapshot.epoch == 3 or snapshot.step == 0)
    await pilot.press(letter)
    await settle(pilot, lambda: isinstance(pilot.app.screen, page))
    await whole(pilot)
    return pilot.app.screen


async def whole(pilot):
    """Wait for all of the answer to what is asked now, and for its drawing."""
    page = pilot.app.screen
    await settle(pilot, lambda: page.answer and page.answer.is_whole and page.answer.question == page.question())
    await pilot.pause()


async def known(pilot, name, value):
    """Wait until the run has a value, now or from the next reset on."""
    session = pilot.app.session
    await settle(pilot, lambda: value in (session.snapshot.pending.get(name),
                                          getattr(session.snapshot.hyperparameters, name)))  # fmt: skip


@pytest.mark.parametrize("size", SIZES)
async def test_seeds_are_drawn_counted_and_the_best_is_kept(session, size):
    async with TuitrainApp(session, theme_for("true")).run_test(size=size) as pilot:
        page = await opened(pilot, "S", SeedsPage)
        shown, luck = text_of(pilot.app), page.answer.luck(3)
        assert f"rank {luck.rank} of 16" in shown and f"{luck.mean:.4f} ± {luck.deviation:.5f}" in shown
        assert f"gains less than {luck.least:.4f}" in shown and "✓ done" in shown and "░" in shown
        before = page.answer
        await pilot.press("left")
        assert "At epoch 2" in text_of(pilot.app) and f"{page.answer.luck(2).mean:.4f}" in text_of(pilot.app)
        await pilot.press("h")
        assert before.steps[:, -1].tolist() == [3 * 11] * 16
        assert "by step" in text_of(pilot.app) and " 30 " in text_of(pilot.app)
        await pilot.press("h", "h", "right", "l", "minus")
        await whole(pilot)
        assert len(page.answer.seeds) == 8 and page.answer.losses.tolist() == before.losses[:8].tolist()
        await pilot.press("space")
        await whole(pilot)
        assert set(page.answer.seeds[1:]).isdisjoint(before.seeds[:8])
        best = page.answer.luck(3).best_seed
        await pilot.press("1")
        if best:
            await known(pilot, "seed", best)
            assert "luck" in text_of(pilot.app)
        assert session.snapshot.epoch == 3


@pytest.mark.parametrize("size", SIZES)
async def test_what_if_asks_about_fields_and_a_digit_adopts(session, size):
    async with TuitrainApp(session, theme_for("true")).run_test(size=size) as pilot:
        page = await opened(pilot, "W", WhatIfPage)
        shown, answer = text_of(pilot.app), page.answer
        ends = answer.losses[:, -1]
        for place, (value, factor) in enumerate(zip(answer.values, ("0.1", "0.3", "1", "3", "10", "30"), strict=True)):
            (row,) = [line for line in shown.splitlines() if f"× {factor} " in line and f"{place + 1} " in line]
            assert f"{value:g}" in row and f"{ends[place]:.4f}" in row
            if place != answer.now:
                gain = round(ends[place], 4) - round(ends[answer.now], 4)
                assert f"{abs(gain):.4f}" in row and ("−" if gain < 0 else "+") in row
        is_wide = size[0] >= 110
        if is_wide:  # another field stands beside it, which o changes and tab selects
            assert "Ladder · beta1" in shown and "▸Ladder · learning rate" in shown
            await pilot.press("o")
            await whole(pilot)
            assert page.columns[1].answer.name == "l2" and "Ladder · L2" in text_of(pilot.app)
            others = len(answer.names) - 1
            await pilot.press(*["o"] * (others - 1), "tab")
            await settle(pilot, lambda: page.column == 1 and page.columns[1].answer.name == "beta1")
            await whole(pilot)
            ends = page.answer.losses[:, -1]
            rows = [line for line in text_of(pilot.app).splitlines() if f"{ends[0]:.4f}" in line]
            assert len(rows) == 1 and "▸Ladder · beta1" in text_of(pilot.app)
        await pilot.press("h", "l")
        assert f"{answer.steps[0, -1]} steps " in text_of(pilot.app) and " log ─" in text_of(pilot.app)
        await pilot.press("h", "l", "h", *([] if is_wide else ["o"]), "plus")
        await whole(pilot)
        assert "epochs 3–23" in text_of(pilot.app) and page.answer.name == "beta1" and page.answer.total == 20
        value = page.answer.values[4]
        assert session.snapshot.hyperparameters.beta1 != value
        await pilot.press("5")
        await known(pilot, "beta1", value)
        assert f"beta1 {value:g} from the next batch on" in text_of(pilot.app)
        assert session.snapshot.epoch == 3


@pytest.mark.long
async def test_what_if_is_asked_again_as_the_run_goes(session):
    async with TuitrainApp(session, theme_for("true")).run_test(size=(80, 24)) as pilot:
        page = await opened(pilot, "W", WhatIfPage)
        best = page.answer.values[int(page.answer.losses[:, -1].argmin())]
        await pilot.press("minus", "plus", "full_stop")
        await whole(pilot)
        assert page.answer.start == 3
        session.send(Step(epochs=10))
        await settle(pilot, lambda: page.answer and page.answer.question.copy == page.copy and page.answer.start >= 13)
        await whole(pilot)
        assert f"before: {best:g} at epoch 3" in text_of(pilot.app)
        await pilot.press("full_stop", "o")
        await whole(pilot)
        assert not page.keeps_asking and "before:" not in text_of(pilot.app)


@pytest.mark.long
async def test_what_diverges_is_named_with_its_epoch(session):
    for name, value in {"loss": "mse", "optimizer": "sgd", "activation": "identity", "learning_rate": 0.1}.items():
        session.send(SetHyperparameter(name, value))
    session.wait_for_answer(session.send(Reset()), 30)
    async with TuitrainApp(session, theme_for("true")).run_test(size=(80, 24)) as pilot:
        page = await opened(pilot, "W", WhatIfPage)
        lost = [(place, epoch) for place, epoch in enumerate(page.answer.diverged) if epoch]
        assert lost
        for place, epoch in lost:
            value = page.answer.values[place]
            assert any(f"{value:g} " in row and f"✗ diverged at epoch {epoch}" in row
                       for row in text_of(pilot.app).splitlines())  # fmt: skip
        await pilot.press("escape")
        await opened(pilot, "R", RacePage)
        assert "✗ diverged" not in text_of(pilot.app)
        session.send(SetHyperparameter("learning_rate", 900.0))
        await known(pilot, "learning_rate", 900.0)
        await pilot.press("space")
        await whole(pilot)
        assert "✗ diverged" in text_of(pilot.app)


@pytest.mark.parametrize("size", SIZES)
async def test_the_range_test_names_its_marks_and_its_suggestion_is_adopted(session, size):
    async with TuitrainApp(session, theme_for("true")).run_test(size=size) as pilot:
        page = await opened(pilot, "L", RateRangePage)
        shown, answer = text_of(pilot.app), page.answer
        assert "★" in shown and "▼" in shown and "from the start" in shown
        for name, rate in (("steepest", answer.steepest), ("lowest", answer.lowest), ("suggested", answer.suggestion)):
            (row,) = [line for line in shown.splitlines() if f" {name:<10}η " in line]
            assert f"η {rate:.3g}".replace("e-0", "e-") in row
        before = text_of(pilot.app)
        await pilot.press("l")
        assert "log" in text_of(pilot.app) and "★" in text_of(pilot.app) and text_of(pilot.app) != before
        await pilot.press("l")
        assert text_of(pilot.app) == before
        await pilot.press("right_square_bracket", "o")
        await whole(pilot)
        assert page.answer.rates[0] == pytest.approx(1e-4) and "from epoch 3" in text_of(pilot.app)
        value = float(f"{page.answer.suggestion:.2g}")
        assert session.snapshot.hyperparameters.learning_rate != value
        await pilot.press("1")
        await known(pilot, "learning_rate", value)
        assert session.snapshot.epoch == 3


@pytest.mark.parametrize("size", SIZES)
async def test_the_race_has_a_table_and_a_digit_adopts_rule_and_rate(session, size):
    async with TuitrainApp(session, theme_for("true")).run_test(size=size) as pilot:
        page = await opened(pilot, "R", RacePage)
        shown, answer = text_of(pilot.app), page.answer
        for lane, name in enumerate(("sgd", "momentum", "rmsprop", "adam", "adamw")):
            (row,) = [line for line in shown.splitlines() if f" {name} " in line and f"{lane + 1} " in line[:4]]
            loss, epoch = answer.best(lane)
            assert f"{loss:.4f}" in row and f" {epoch} " in row
            assert row.rstrip("│ ").endswith("yours") == (lane == answer.own)
        await pilot.press("h")
        assert "by step" in text_of(pilot.app)
        assert " 1-5 adopt" in text_of(pilot.app).splitlines()[-1]
        await pilot.press("3")
        await known(pilot, "optimizer", "rmsprop")
        await known(pilot, "learning_rate", 0.001)
        await pilot.press("o", "minus")
        await whole(pilot)
        assert page.answer.name == "schedule" and "one_cycle" in text_of(pilot.app)
        assert f" 1-{len(page.answer.changes)} adopt" in text_of(pilot.app).splitlines()[-1]
        assert session.snapshot.epoch == 3


@pytest.mark.parametrize("colours", [pytest.param("16", marks=pytest.mark.long), "none"])
@pytest.mark.parametrize(
    ("letter", "page", "said"),
    [
        ("S", SeedsPage, "the same training from other random"),
        ("W", WhatIfPage, "the next epochs at other values"),
        ("L", RateRangePage, "tuitrain help rate range"),
        ("R", RacePage, "from: Race"),
    ],
)
@pytest.mark.long
async def test_every_page_is_drawn_in_ascii_and_explained(session, colours, letter, page, said):
    async with TuitrainApp(session, theme_for(colours, ascii_only=True)).run_test(size=(80, 24)) as pilot:
        await opened(pilot, letter, page)
        shown = text_of(pilot.app)
        assert shown.isascii() and "working" not in shown and "+ done" in shown
        assert said not in shown
        await pilot.press("question_mark")
        await settle(pilot, lambda: said in text_of(pilot.app))


def test_a_narrow_ladder_says_in_two_rows_that_a_copy_diverged():
    losses = np.array([[0.5, 0.4, 0.3], [0.5, 0.6, np.nan]])
    along = np.broadcast_to(np.arange(3), (2, 3))
    answer = WhatIfAnswer(WhatIf(), "learning_rate", ("learning_rate",), (0.1, 1.0), 0, losses, "validation", (0, 5),
                          3, 0, steps=along, seconds=along / 10, done=2, total=2)  # fmt: skip
    rows = [strip.text for strip in Ladder(answer, theme_for("none"), None, along, 0, False).draw(56, 12)]
    assert all(len(row) == 56 for row in rows)
    (first,) = [place for place, row in enumerate(rows) if "✗ diverged" in row]
    assert rows[first].startswith(" 2          1     × 10") and "at epoch 5" in rows[first + 1]
    assert any(row.startswith("▸1") and "0.3000" in row and "now" in row for row in rows)
