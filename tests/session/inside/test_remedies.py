"""Copies that are trained with each remedy and with none: each is the training that it says it is."""

from __future__ import annotations

import numpy as np
import pytest

from tuitrain.data.loading import load_dataset
from tuitrain.engine import Trainer
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.session.asked.remedies import RemediesAnswer, TryRemedies
from tuitrain.session.inside import remedies
from tuitrain.session.inspection import Copy

H = Hyperparameters.from_mapping(
    {"hidden_layers": "16", "learning_rate": 0.01, "batch_size": 32, "l2": 0.001, "epochs": 30, "patience": 0}
)


def trained(h: Hyperparameters, name: str = "xor", epochs: int = 8, *, to_end: bool = False) -> tuple[Trainer, Copy]:
    """Return a training after so many epochs, or at its end, and a copy of it."""
    dataset = load_dataset(name)
    trainer = Trainer(dataset, [h], is_probed=False)
    while not trainer.is_done if to_end else trainer.epochs_done < epochs:
        trainer.epoch()
    return trainer, Copy.of(trainer, dataset, trainer.epochs_done)


def last(question: TryRemedies, copy: Copy) -> RemediesAnswer:
    *_, answer = (found for found in remedies.try_remedies(question, copy) if isinstance(found, RemediesAnswer))
    return answer


@pytest.mark.parametrize("to_end", [False, True])
def test_each_copy_is_the_training_that_its_remedy_makes(to_end: bool) -> None:
    trainer, copy = trained(H, to_end=to_end)
    asked = TryRemedies(("--learning-rate 0.05", "--hidden-layers 8"), (False, True), H, epochs=5)
    answer = last(asked, copy)
    assert answer.losses.shape == (3, 6) and answer.is_whole and answer.start == trainer.epochs_done

    def going_on(**changes: float) -> list[float]:
        alone = copy.going_on()
        for name, value in changes.items():
            alone.set(None, name, value)
        return [float(alone.epoch().validation_loss[0]) for _ in range(5)]

    anew = Trainer(copy.dataset, [H.replace(hidden_layers=(8,))], is_probed=False)
    np.testing.assert_array_equal(answer.losses[0, 1:], going_on())
    np.testing.assert_array_equal(answer.losses[1, 1:], going_on(learning_rate=0.05))
    records = [anew.epoch() for _ in range(5)]
    np.testing.assert_array_equal(answer.losses[2, 1:], [float(record.validation_loss[0]) for record in records])
    np.testing.assert_array_equal(answer.scores[2, 1:], [float(record.metrics["accuracy"][0]) for record in records])
    assert trainer.epochs_done == answer.start  # the run stays as it is


def test_what_a_remedy_gained_is_held_against_the_copy_without_one() -> None:
    bad = H.replace(initializer="zeros")
    _, copy = trained(bad)
    asked = TryRemedies(("--initializer auto", "--epochs 40"), (True, False), bad, epochs=20)
    answer = last(asked, copy)
    as_it_is, mended, longer = answer.outcomes()
    assert as_it_is.value == pytest.approx(np.log(2), abs=0.01)
    assert (mended.word, longer.word) == ("better", "equal")
    assert mended.gain == mended.value - as_it_is.value < -0.3


def test_weights_of_classes_are_judged_by_the_mean_recall_and_another_loss_by_the_score() -> None:
    _, copy = trained(H)
    balanced = last(TryRemedies(("--class-weights balanced",), (True,), H, epochs=3), copy)
    assert balanced.measure == "recall"
    hinge = last(TryRemedies(("--loss hinge",), (True,), H, epochs=3), copy)
    best = int(hinge.losses[1].argmin())
    assert hinge.measure == "score" and hinge.outcomes()[1].value == hinge.scores[1, best]


def test_after_a_divergence_every_copy_begins_anew_and_none_goes_on_as_it_is() -> None:
    wild = Hyperparameters.from_mapping({"optimizer": "momentum", "learning_rate": 900.0, "l2": 0.0})
    _, copy = trained(wild, "plane", to_end=True)
    answer = last(TryRemedies(("--learning-rate 0.1", "--gradient-clip 1"), (False, False), wild, epochs=3), copy)
    without, slower, _ = answer.outcomes()
    assert (without.word, slower.word) == ("diverged", "better")
    assert np.isnan(answer.losses[0]).all()


def test_data_that_cannot_be_read_again_are_not_tried_and_say_why(monkeypatch: pytest.MonkeyPatch) -> None:
    _, copy = trained(H)
    monkeypatch.setattr(remedies, "MOST_ROWS", 1)
    answer = last(TryRemedies(("--scale minmax", "--l2 0.1"), (True, False), H, epochs=2), copy)
    assert [bool(why) for why in answer.untried] == [True, False]
    assert [found.word for found in answer.outcomes()][1] == "untried"
    assert np.isfinite(answer.losses[2]).all()


def test_what_takes_long_ends_with_what_all_copies_have_done(monkeypatch: pytest.MonkeyPatch) -> None:
    _, copy = trained(H)
    monkeypatch.setattr(remedies, "MOST_SECONDS", 0.0)
    answer = last(TryRemedies(("--l2 0.1",), (False,), H, epochs=10_000), copy)
    assert 0 < answer.epochs < 10_000 and answer.is_whole
