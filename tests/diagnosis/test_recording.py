"""Real trainings that are observed: what is planted is found, and observing changes nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tuitrain.data.dataset import Dataset
from tuitrain.data.loading import load_dataset
from tuitrain.diagnosis.recording import Recording
from tuitrain.engine import Trainer
from tuitrain.engine.fit import fit
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.session.train import train

USUAL = {"hidden_layers": "16", "learning_rate": 0.01, "batch_size": 32, "l2": 0.001, "epochs": 30, "patience": 0}


def nonsense() -> Dataset:
    rng = np.random.default_rng(3)
    return Dataset.from_arrays(rng.normal(size=(400, 4)), rng.integers(0, 2, 400))


@pytest.mark.parametrize(
    ("planted", "kind"),
    [({"epochs": 200, "patience": 20}, "done"), ({"initializer": "zeros"}, "symmetric_start"),
     ({"learning_rate": 1e-6}, "rate_too_low"),
     ({"learning_rate": 300, "optimizer": "sgd"}, "rate_too_high"), ({"epochs": 1}, "too_few_steps"),
     ({"l2": 100, "learning_rate": 0.003}, "over_regularised"), ({"hidden_layers": "none"}, "underfitting")],
)  # fmt: skip
def test_what_is_planted_is_found(planted: dict[str, Any], kind: str) -> None:
    found = train("circles", {**USUAL, **planted}).findings
    assert found[0].kind == kind


def test_labels_that_have_nothing_to_do_with_the_inputs_are_found() -> None:
    assert train(nonsense(), USUAL).findings[0].kind == "no_better_than_constant"


def test_observing_a_training_leaves_its_bits_as_they_are() -> None:
    dataset, h = load_dataset("xor"), Hyperparameters.from_mapping({**USUAL, "dropout": 0.2})
    observed, alone = Trainer(dataset, [h]), Trainer(dataset, [h])
    recording = Recording(observed, dataset)
    fit(observed, recording.epoch)
    recording.course()
    fit(alone)
    assert observed.network.parameters.tobytes() == alone.network.parameters.tobytes()


def test_a_course_holds_what_the_records_say() -> None:
    dataset = load_dataset("xor")
    trainer = Trainer(dataset, [Hyperparameters.from_mapping({**USUAL, "epochs": 5})])
    recording = Recording(trainer, dataset)
    records = fit(trainer, recording.epoch)
    course = recording.course()
    assert course.train_loss.tolist() == [float(record.train_loss[0]) for record in records]
    assert course.observation.now.validation_loss == pytest.approx(float(np.min(course.validation_loss)))
    assert (course.state, course.epoch, course.steps_per_epoch) == ("done", 5, trainer.steps_per_epoch)
