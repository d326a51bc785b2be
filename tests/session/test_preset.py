"""A preset chosen while a training is there: what it sets, what it leaves, and that it can be repeated."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tuitrain import Hyperparameters, load_dataset, train
from tuitrain.data.encoded_as import encoded_as
from tuitrain.options.presets import PRESETS, changes_to, preset_of
from tuitrain.runs.run import read_run
from tuitrain.session.commands import Command, Reset, SetHyperparameter, SetPreset, Start, Step
from tuitrain.session.continuation import resume
from tuitrain.session.keeping import RunPlace
from tuitrain.session.replay import replay
from tuitrain.session.snapshot import Snapshot
from tuitrain.session.training import TrainingSession

TEXTBOOK = dict(PRESETS["textbook"].hyperparameters)


def after(session: TrainingSession, command: Command) -> Snapshot:
    seen = session.wait_for_answer(session.send(command), 60)
    while session.snapshot.is_running:
        seen = session.wait(session.snapshot.version, 1)
    return seen


@pytest.mark.parametrize("name", ["wine", "diabetes", "moons"])
def test_numbers_encoded_anew_are_as_if_read_so(name: str) -> None:
    for encode in ("standard", "bins", "auto"):
        read = load_dataset(name, encode_numbers=encode)
        made = encoded_as(encoded_as(load_dataset(name), "standard"), encode)  # type: ignore[arg-type]
        assert made.fingerprint == read.fingerprint
        assert made.preprocessing.bins == read.preprocessing.bins


def test_before_the_first_step_a_preset_is_what_a_training_with_it_is() -> None:
    session = TrainingSession(load_dataset("wine"), Hyperparameters())
    try:
        after(session, SetHyperparameter("seed", 3))
        seen = after(session, SetPreset("textbook"))
        assert {name: getattr(seen.given, name) for name in TEXTBOOK} == TEXTBOOK
        assert not seen.dataset.has_bins
        for words in ("preset textbook", "hidden layers 16x16", "optimiser sgd", "learning rate 0.1"):
            assert words in seen.message
        assert session.journal[-1].command == SetPreset("textbook")
        after(session, SetHyperparameter("epochs", 3))
        after(session, Start())
        data = load_dataset("wine", encode_numbers="standard")
        alone = train(data, Hyperparameters(**{**TEXTBOOK, "seed": 3, "epochs": 3}), threads=1)
        found = session.model().evaluate_part(data.test)
        assert found == pytest.approx(alone.evaluations["test"], rel=1e-4)
    finally:
        session.close()


def test_what_was_set_by_hand_stays_and_the_way_back_is_the_same() -> None:
    session = TrainingSession(load_dataset("wine"), Hyperparameters(learning_rate=0.02, dropout=0.5))
    try:
        seen = after(session, SetPreset("textbook"))
        assert (seen.given.learning_rate, seen.given.dropout, seen.given.optimizer) == (0.02, 0.5, "sgd")
        assert "as you set it: learning rate 0.02" in seen.message
        after(session, SetHyperparameter("patience", 7))
        seen = after(session, SetPreset("auto"))
        assert seen.given == Hyperparameters(learning_rate=0.02, dropout=0.5, patience=7)
        assert seen.dataset.has_bins
        assert "all is so already" in after(session, SetPreset("auto")).message
        assert 'preset "best"' in after(session, SetPreset("best")).message
    finally:
        session.close()


def test_after_the_first_step_what_can_change_does_and_the_rest_waits_for_the_reset() -> None:
    session = TrainingSession(load_dataset("wine"), Hyperparameters())
    try:
        after(session, Step(epochs=2))
        seen = after(session, SetPreset("textbook"))
        assert (seen.hyperparameters.learning_rate, seen.hyperparameters.schedule) == (0.1, "constant")
        assert seen.pending["hidden_layers"] == (16, 16)
        assert seen.dataset.has_bins
        assert "at the reset (r): hidden layers 16x16" in seen.message
        seen = after(session, Reset())
        assert {name: getattr(seen.given, name) for name in TEXTBOOK} == TEXTBOOK
        assert not seen.dataset.has_bins
        assert len(seen.earlier) == 1
        assert preset_of(seen.given) == "textbook"
    finally:
        session.close()


def test_a_kept_run_with_a_preset_goes_on_and_repeats(tmp_path: Path) -> None:
    data = load_dataset("wine")
    session = TrainingSession(data, Hyperparameters(), place=RunPlace(tmp_path, "run"))
    try:
        after(session, Step(epochs=2))
        after(session, SetPreset("textbook"))
        after(session, Step(epochs=2))
    finally:
        session.close()
    again = replay(read_run(tmp_path / "run"))
    assert again.different == ()
    assert again.commands == 1
    found = resume(tmp_path / "run")
    assert found.hyperparameters.learning_rate == 0.1


@pytest.mark.parametrize(("own", "preset"), [({}, "auto"), (TEXTBOOK, "textbook"), ({"l2": 0.5}, "auto")])
def test_the_preset_in_use_is_that_of_most_values(own: dict[str, Any], preset: str) -> None:
    h = Hyperparameters(**own)
    assert preset_of(h) == preset
    assert not changes_to(preset, h)
    assert preset_of(h.replace(batch_size=7, epochs=9)) == preset
