"""A small network's weights stand as numbers, and one can be changed by hand, which is a command like others."""

from __future__ import annotations

import numpy as np
import pytest

from tests.ui.train.test_screen import text_of
from tests.ui.waiting import settle
from tuitrain.data.loading import load_dataset
from tuitrain.engine import Trainer
from tuitrain.errors import HyperparameterError
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.session.commands import SetParameter, Start, Step
from tuitrain.session.training import TrainingSession
from tuitrain.session.views import parameters_view
from tuitrain.ui.app import TuitrainApp
from tuitrain.ui.theme import theme_for
from tuitrain.ui.train.panes.weight_prompt import read_number
from tuitrain.ui.train.panes.weights_picture import draw_numbers, is_small, name_of, names_of, place_of, value_of
from tuitrain.ui.widgets.prompt_dialog import PromptDialog

SECONDS = 60


@pytest.fixture
def session():
    running = TrainingSession(load_dataset("xor"), Hyperparameters(hidden_layers=(3,)))
    running.wait_for_answer(running.send(Step(batches=1)), SECONDS)
    while running.snapshot.is_running:
        running.wait(running.snapshot.version, 0.1)
    yield running
    running.close()


@pytest.mark.parametrize("layers", [(), (3,), (3, 2)])
def test_each_parameter_has_its_own_place_value_and_name(layers: tuple[int, ...]) -> None:
    trainer = Trainer(load_dataset("xor"), Hyperparameters(hidden_layers=layers))
    trainer.network.parameters[...] = np.arange(trainer.network.n_parameters) / 8
    view = parameters_view(trainer)
    names = names_of(view, ("a", "b"), ("0", "1"))
    found = [value_of(view, index) for index in range(trainer.network.n_parameters)]
    np.testing.assert_array_equal(found, trainer.network.parameters[0])
    assert len({place_of(view, index) for index in range(len(found))}) == len(found)
    assert len({name_of(view, names, index) for index in range(len(found))}) == len(found)
    with pytest.raises(IndexError):
        place_of(view, len(found))


@pytest.mark.parametrize("ascii_only", [False, True])
@pytest.mark.parametrize("width", [30, 51, 90])
def test_every_number_is_in_the_tables(width: int, ascii_only: bool) -> None:
    trainer = Trainer(load_dataset("xor"), Hyperparameters(hidden_layers=(5,)))
    trainer.network.parameters[...] = np.arange(trainer.network.n_parameters) / 100 - 0.12
    view = parameters_view(trainer)
    names = names_of(view, ("한국어이름입니다", "b"), ("0", "1"))
    strips = draw_numbers(width, view, names, 3, theme=theme_for("true", ascii_only=ascii_only))
    assert {strip.cell_length for strip in strips} == {width}
    shown = "\n".join(strip.text for strip in strips).replace("−", "-")
    for value in trainer.network.parameters[0]:
        assert f"{value:+.2f}" in shown


def test_large_networks_keep_their_histograms() -> None:
    trainer = Trainer(load_dataset("xor"), Hyperparameters(hidden_layers=(20,)))
    assert not is_small(parameters_view(trainer))


async def test_a_weight_is_typed_and_journalled(session) -> None:
    async with TuitrainApp(session, theme_for("none")).run_test(size=(120, 40)) as pilot:
        await pilot.press("w")
        await settle(pilot, lambda: session.snapshot.parameters is not None)
        pane = next(pane for pane in pilot.app.screen.panes if pane.id == "parameters")
        pane.focus()
        await settle(pilot, lambda: "enter: type a value" in text_of(pilot.app))
        await pilot.press("down", "down", "enter")
        await settle(pilot, lambda: isinstance(pilot.app.screen, PromptDialog))
        await pilot.press(*"1.25", "enter")
        await settle(pilot, lambda: session.journal[-1].command == SetParameter(2, 1.25))
        await settle(pilot, lambda: value_of(session.snapshot.parameters, 2) == 1.25)
        await settle(pilot, lambda: "+1.25" in text_of(pilot.app))


async def test_after_the_end_no_weight_is_asked_for(session) -> None:
    session.send(Start())
    while session.snapshot.state != "done":
        session.wait(session.snapshot.version, 1)
    async with TuitrainApp(session, theme_for("none")).run_test(size=(80, 24)) as pilot:
        await pilot.press("w")
        await settle(pilot, lambda: session.snapshot.parameters is not None)
        next(pane for pane in pilot.app.screen.panes if pane.id == "parameters").focus()
        await settle(pilot, lambda: "the training has ended" in text_of(pilot.app))
        shown = text_of(pilot.app)
        assert "enter: type" not in shown and f"in all · best epoch {session.snapshot.parameters.epoch}" in shown
        await pilot.press("enter")
        await settle(pilot, lambda: "those of the best epoch, and stay" in text_of(pilot.app))
        assert not isinstance(pilot.app.screen, PromptDialog)


def test_training_goes_on_from_the_changed_weight(session) -> None:
    trainer = session._training.live.trainer
    for refused in (
        SetParameter(99, 1.0),
        SetParameter(-1, 1.0),
        SetParameter(0, float("nan")),
        SetParameter(0, 1e300),
    ):
        number = session.send(refused)
        session.wait_for_answer(number, SECONDS)
        assert session.journal[-1].refused
    session.wait_for_answer(session.send(SetParameter(0, 3.5)), SECONDS)
    assert trainer.network.parameters[0, 0] == 3.5 and not session.journal[-1].refused
    expected = Trainer(trainer.dataset, trainer.hyperparameters, state=trainer.state())
    expected.step()
    session.wait_for_answer(session.send(Step(batches=1)), SECONDS)
    while session.snapshot.step < 2:
        session.wait(session.snapshot.version, 0.1)
    np.testing.assert_array_equal(trainer.network.parameters, expected.network.parameters)
    session.send(Start())
    while session.snapshot.state != "done":
        session.wait(session.snapshot.version, 1)
    session.wait_for_answer(session.send(SetParameter(0, 0.0)), SECONDS)
    assert "has ended" in session.journal[-1].refused


@pytest.mark.parametrize("typed", ["", "x", "nan", "inf", "1e999", "1 2"])
def test_what_is_no_number_is_refused(typed: str) -> None:
    with pytest.raises(HyperparameterError, match="is not a finite number"):
        read_number(typed)
    assert read_number(" −1,5 ") == -1.5


@pytest.mark.parametrize(("typed", "meant"), [("1,000", "1000 or 1.000"), ("−12,345", "−12345 or −12.345")])
def test_a_comma_that_may_stand_for_thousands_is_refused(typed, meant):
    with pytest.raises(HyperparameterError, match=f'"{typed}" may mean {meant}: type it without the comma'):
        read_number(typed)
    assert (read_number("0,125"), read_number("1,25"), read_number("1.000")) == (0.125, 1.25, 1.0)
