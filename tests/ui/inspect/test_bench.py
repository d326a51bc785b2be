"""The bench on a real training: opens over the room, steps, moves, learns on a copy, and goes back."""

from __future__ import annotations

import re

import numpy as np
import pytest

from tests.ui.inspect.sizes import SIZES
from tests.ui.train.test_screen import text_of
from tests.ui.waiting import settle
from tuitrain.data.loading import load_dataset
from tuitrain.engine.network import Network
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.session.commands import Start, Step
from tuitrain.session.training import TrainingSession
from tuitrain.ui.app import TuitrainApp
from tuitrain.ui.inspect.bench import BenchPage
from tuitrain.ui.inspect.bench_layers import shown_units
from tuitrain.ui.inspect.bench_shares import draw_shares, two_ways
from tuitrain.ui.inspect.chain_rule import Share, WeightPlace
from tuitrain.ui.theme import theme_for


@pytest.fixture
def session():
    running = TrainingSession(load_dataset("moons"), Hyperparameters(hidden_layers=(6,), activation="tanh"))
    yield running
    running.close()


async def opened(pilot):
    await pilot.press("B")
    await settle(pilot, lambda: isinstance(pilot.app.screen, BenchPage) and pilot.app.screen.answer is not None)
    await pilot.pause()
    return pilot.app.screen


@pytest.mark.parametrize("size", SIZES)
async def test_without_a_training_the_example_is_shown_and_esc_goes_back(session, size):
    async with TuitrainApp(session, theme_for("true")).run_test(size=size) as pilot:
        page = await opened(pilot)
        shown = text_of(pilot.app)
        assert "weights 3 and 2" in shown and "step 4/4" in shown and "δ +1.800" in shown
        assert "0.6·3/(3+2) = 0.360" in shown and "60 %" in shown and "0.6·2 = 1.200 · f′" in shown
        await pilot.press("x")
        await settle(pilot, lambda: page.answer is not None and page.answer.question.example == "2-3-2")
        await pilot.pause()
        shown = text_of(pilot.app)
        assert "example 2-3-2 tanh" in shown and "step 6/6" in shown
        assert "p 0.703" in shown and "δ −0.038" in shown
        if size[0] >= 120:  # every edge has its weight and gradient, every hidden unit its f′
            for number in ("+0.40", "−0.498", "−0.60", "+0.019", "+0.30", "+0.475", "f′ 0.544"):
                assert number in shown
        await pilot.press("escape")
        assert not isinstance(pilot.app.screen, BenchPage)
        await settle(pilot, lambda: session.snapshot.answer is None)


@pytest.mark.parametrize(
    "weights", [(3.0, 2.0), (-2.0, 2.0), (-3.0, 2.0), (-1.5, -0.5), (0.0, 2.0), (1.7e308, 1.7e308)]
)
def test_the_two_ways_hold_for_any_weights_that_are_typed(weights):
    sizes = [abs(weight) for weight in weights]
    found = [
        Share(place, f"h{place + 1}", size, size / sum(sizes), weight, -1.0)
        for place, (size, weight) in enumerate(zip(sizes, weights, strict=True))
    ]
    rows = [strip.text for strip in two_ways(78, found, theme=theme_for("true"))]
    equations = re.findall(r"(−?\d+(?:\.\d+)?) · (−?\d+\.\d+) = (−?\d+\.\d+)", rows[5])
    assert len(equations) == (2 if np.isfinite(sum(sizes)) else 0)
    for equation in equations:
        times, part, back = (float(number.replace("−", "-")) for number in equation)
        assert times * part == pytest.approx(back)
    assert ("too large" in rows[4]) is (not equations)
    assert ("Same proportions" in rows[4]) is (min(weights) >= 0 and bool(equations))
    assert "-" not in "".join(rows) and "−0 %" not in "".join(rows)
    returned = [row.split()[-2] for row in rows[1:4] if row.rstrip().endswith("%")]
    if sum(weights) and np.isfinite(sum(weights)):
        expected = [100 * weight / sum(weights) for weight in weights]
        assert [float(text.replace("−", "-")) for text in returned] == pytest.approx([*expected, 100], abs=0.5)
    else:
        assert not returned


@pytest.mark.parametrize("ascii_only", [False, True])
def test_what_is_handed_back_is_never_cut(ascii_only):
    found = [Share(0, "pixel_3_3", 0.382, 0.08, -0.0441, -0.8496), Share(1, "pixel_6_5", 0.276, 0.92, 1.0, -0.8496)]
    row = draw_shares(78, 2, found, 0, theme=theme_for("none", ascii_only=ascii_only))[1].text
    assert row.rstrip().endswith("= +0.0375")  # -0.0441 times -0.8496


async def to_2_3_2(pilot, page):
    await pilot.press("x")
    await settle(pilot, lambda: page.answer is not None and page.answer.question.example == "2-3-2")
    await pilot.pause()


async def test_steps_forward_and_back_uncover_the_numbers(session):
    async with TuitrainApp(session, theme_for("true")).run_test(size=(80, 24)) as pilot:
        page = await opened(pilot)
        await to_2_3_2(pilot, page)
        await pilot.press(*["left"] * 10)
        shown = text_of(pilot.app)
        assert "step 0/6" in shown and "δ " not in shown.split("Weight")[0] and "J =" not in shown
        await pilot.press("right")
        assert "z +0.300 a +0.291" in text_of(pilot.app)
        await pilot.press("right", "right", "right")
        assert "δ −0.703" in text_of(pilot.app) and "comes when the error" in text_of(pilot.app)
        await pilot.press("right")
        assert "f′(z) · Σ w δ" in text_of(pilot.app)


async def test_a_step_is_taken_on_the_copy_and_taken_back(session):
    number = session.send(Step(epochs=1))
    session.wait_for_answer(number, 30)
    async with TuitrainApp(session, theme_for("true")).run_test(size=(80, 24)) as pilot:
        await settle(pilot, lambda: session.snapshot.epoch == 1 and not session.snapshot.is_running)
        page = await opened(pilot)
        before, step = page.answer.trace.loss, session.snapshot.step
        await pilot.press("s")
        await settle(pilot, lambda: page.answer.question.steps == 1)
        assert page.answer.trace.loss < before and "1 step taken" in text_of(pilot.app)
        await pilot.press("u")
        await settle(pilot, lambda: page.answer.question.steps == 0)
        assert page.answer.trace.loss == before and session.snapshot.step == step
        await pilot.press("right_square_bracket")
        await settle(pilot, lambda: page.answer.question.place == 1)
        assert page.answer.trace.loss <= before


@pytest.mark.parametrize("colours", [pytest.param("16", marks=pytest.mark.long), "none"])
@pytest.mark.long
async def test_every_weight_can_be_reached_in_ascii(session, colours):
    async with TuitrainApp(session, theme_for(colours, ascii_only=True)).run_test(size=(80, 24)) as pilot:
        page = await opened(pilot)
        await to_2_3_2(pilot, page)
        seen = set()
        for _ in range(12):
            seen.add(page.edge)
            await pilot.press("down")
            await settle(pilot, lambda: page.answer.question.weight == page.edge.index(page.answer))
        assert len(seen) == 12
        await pilot.press("left")
        shown = text_of(pilot.app)
        assert shown.isascii() and "h3 delta -0.038" in shown and "o1 delta +0.703 t 0" in shown
        assert "|w*a| = " in shown and "back w*delta" in shown


async def test_by_unit_one_number_after_another_is_uncovered(session):
    async with TuitrainApp(session, theme_for("true")).run_test(size=(80, 24)) as pilot:
        page = await opened(pilot)
        await to_2_3_2(pilot, page)
        assert "layer  h by unit" in text_of(pilot.app)
        await pilot.press("r", "h", "right")
        await settle(pilot, lambda: page.answer.question.weight == page.edge.index(page.answer))
        shown = text_of(pilot.app)
        assert "unit  h by layer" in shown and "unit 1/3" in shown
        assert "z +0.300 a +0.291" in shown and "z −0.640" not in shown
        assert "+0.5000·+0.8000" in shown and "+0.3000" in shown  # the sum is written out
        await pilot.press("right", "right", "right")
        await settle(pilot, lambda: page.edge.layer == 1)
        shown = text_of(pilot.app)
        assert "unit 1/2" in shown and "p 0.703" in shown and "p 0.297" not in shown
        await pilot.press("right", "right")
        shown = text_of(pilot.app)
        assert "−ln 0.29" in shown and "1.2145" in shown and "δ −0.703" not in shown
        await pilot.press("right", "right", "right")
        await pilot.pause()
        assert "δ +0.772" in text_of(pilot.app) and "δ −0.527" not in text_of(pilot.app)
        await pilot.press("left", "left")
        assert "δ +0.703" in text_of(pilot.app) and "δ −0.703" not in text_of(pilot.app)


async def test_by_unit_of_a_large_layer_the_units_that_are_reached_stay_in_view():
    session = TrainingSession(load_dataset("moons"), Hyperparameters(hidden_layers=(30,), activation="tanh"))
    session.wait_for_answer(session.send(Step(epochs=1)), 30)
    async with TuitrainApp(session, theme_for("true")).run_test(size=(80, 24)) as pilot:
        await settle(pilot, lambda: session.snapshot.epoch == 1 and not session.snapshot.is_running)
        page = await opened(pilot)
        size = page.panes["network"].size
        for unit in range(30):  # whichever was chosen before
            page.edge = WeightPlace(0, 0, unit)
            units, has_more = page._units_of(0)
            assert has_more and len(units) > 1
            for one in units:
                shown = shown_units(page.answer, WeightPlace(0, 0, one), size.width, size.height)
                assert shown.units[1] == units
    session.close()


async def test_in_a_small_terminal_the_layer_of_the_step_is_always_in_view():
    """Three weight layers: input, two hidden layers and output have no room beside each other at 80 cells."""
    session = TrainingSession(load_dataset("moons"), Hyperparameters(hidden_layers=(5, 4), activation="tanh"))
    try:
        session.send(Step(2))
        async with TuitrainApp(session, theme_for("true")).run_test(size=(80, 24)) as pilot:
            await settle(pilot, lambda: session.snapshot.step == 2)
            page = await opened(pilot)
            assert "adam, η 0.01" in text_of(pilot.app)  # what the step is made with, beside its formulas
            await pilot.press("r")
            seen = {}
            for number, column in enumerate(("input", "layer 1", "layer 2", "output", "output", "output", "layer 2")):
                await settle(pilot, lambda: f"step {number}/8" in text_of(pilot.app))  # noqa: B023
                heads = text_of(pilot.app).splitlines()[2]
                assert column in heads, (number, heads)
                seen[number] = text_of(pilot.app)
                await pilot.press("right")
            assert "t 1" in seen[4] and re.search(r"o1 δ [+−]0", seen[5])  # the truth at the loss, then the error
            header = seen[4].splitlines()[0]
            assert f"truth {page.answer.truth} · epoch 0" in header and f"row {page.answer.row}" in header
    finally:
        session.close()


async def test_a_typed_weight_is_on_the_copy_until_1_adopts_it_and_u_takes_it_back(session):
    session.wait_for_answer(session.send(Step(epochs=1)), 30)
    async with TuitrainApp(session, theme_for("true")).run_test(size=(80, 24)) as pilot:
        await settle(pilot, lambda: session.snapshot.epoch == 1 and not session.snapshot.is_running)
        page = await opened(pilot)
        await pilot.press("1")
        assert "no weight is typed" in text_of(pilot.app)
        index, own = page.edge.index(page.answer), page.answer.start.copy()
        before = page.answer.trace.loss
        await pilot.press("enter")
        await settle(pilot, lambda: pilot.app.screen is not page)
        await pilot.press(*"1.25", "enter")
        await settle(pilot, lambda: page.answer is not None and len(page.answer.question.moved) == 1)
        await pilot.pause()
        assert page.answer.trace.parameters[index] == 1.25 and page.answer.trace.loss != before
        assert "1 typed" in text_of(pilot.app)
        own_row = page.answer
        network = Network((2, 6, 2), activation="tanh", loss="cross_entropy", dtype=np.float64)
        network.parameters[0] = own
        network.parameters[0, index] = 1.25
        row = session.dataset.validation.rows.tolist().index(own_row.row)
        part = session.dataset.validation
        loss = network.loss_and_gradients(part.X[row : row + 1], part.y[row : row + 1])[0]
        assert page.answer.trace.loss == pytest.approx(float(loss), rel=1e-6)
        assert not [entry for entry in session.journal if entry.command.kind == "set_parameter"]
        for key, value in (("1", 1.25), ("u", own[index])):
            sent = len(session.journal)
            await pilot.press(key)
            await settle(pilot, lambda sent=sent: len(session.journal) > sent)
            entry = session.journal[-1]
            assert (entry.command.kind, entry.command.index, entry.refused) == ("set_parameter", index, "")
            assert entry.command.value == pytest.approx(value)
        await pilot.press("u")
        await settle(pilot, lambda: page.answer.question.moved == ())
        assert page.answer.trace.loss == before


@pytest.mark.long
async def test_what_was_adopted_is_not_taken_back_from_a_run_that_has_ended(session):
    session.wait_for_answer(session.send(Step(epochs=1)), 30)
    async with TuitrainApp(session, theme_for("true")).run_test(size=(120, 40)) as pilot:
        await settle(pilot, lambda: session.snapshot.epoch == 1 and not session.snapshot.is_running)
        page = await opened(pilot)
        await pilot.press("enter")
        await settle(pilot, lambda: pilot.app.screen is not page)
        await pilot.press(*"1.25", "enter")
        await settle(pilot, lambda: len(page.answer.question.moved) == 1)
        await pilot.press("1")
        await settle(pilot, lambda: session.journal[-1].command.kind == "set_parameter")
        session.wait_for_answer(session.send(Start()), 30)
        await settle(pilot, lambda: session.snapshot.state == "done")
        sent = len(session.journal)
        await pilot.press("u")
        assert "not taken back from the run: it has ended" in text_of(pilot.app)
        await pilot.press("u")
        await settle(pilot, lambda: page.answer.question.moved == ())
        assert len(session.journal) == sent


async def test_a_weight_typed_after_a_step_is_taken_back_before_it(session):
    async with TuitrainApp(session, theme_for("true")).run_test(size=(80, 24)) as pilot:
        page = await opened(pilot)
        await pilot.press("s")
        await settle(pilot, lambda: page.answer.question.steps == 1)
        learnt = page.answer.trace.parameters.copy()
        assert learnt == pytest.approx([2.94, 1.94, -0.06])
        await pilot.press("enter")
        await settle(pilot, lambda: pilot.app.screen is not page)
        await pilot.press(*"7", "enter")
        await settle(pilot, lambda: len(page.answer.question.moved) == 1)
        assert page.answer.trace.parameters == pytest.approx([7, 1.94, -0.06])
        await pilot.press("u")
        await settle(pilot, lambda: page.answer.question.moved == ())
        assert page.answer.trace.parameters == pytest.approx(learnt)
        await pilot.press("u")
        await settle(pilot, lambda: page.answer.question.steps == 0)
        assert page.answer.trace.parameters == pytest.approx([3, 2, 0])


async def test_space_plays_the_way_to_its_end(session):
    async with TuitrainApp(session, theme_for("true")).run_test(size=(80, 24)) as pilot:
        page = await opened(pilot)
        await pilot.press(*["greater_than_sign"] * 6, "space")
        assert "step 0/4" in text_of(pilot.app) and page._player.is_playing
        await settle(pilot, lambda: "step 4/4" in text_of(pilot.app))
        assert not page._player.is_playing
