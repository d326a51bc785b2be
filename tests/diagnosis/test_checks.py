"""The checks on demand: each finds what is planted, and nothing in a healthy training."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tuitrain.data.dataset import Dataset
from tuitrain.data.loading import load_dataset
from tuitrain.diagnosis.checks import before_the_first_step, one_batch, shifted_validation, start_loss
from tuitrain.diagnosis.facts import DataFacts
from tuitrain.diagnosis.finding import Remedy
from tuitrain.diagnosis.probe import Probe, probe
from tuitrain.engine import Trainer
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.runs.model import Model
from tuitrain.session.full_diagnosis import full_findings, prove
from tuitrain.session.train import train

H = Hyperparameters.from_mapping(
    {"hidden_layers": "16", "learning_rate": 0.01, "batch_size": 32, "l2": 0.001, "epochs": 30, "patience": 0}
)
DATA = DataFacts("classification", 100, 20, 2, constant_train_loss=0.693)


def test_a_loss_far_above_its_analytic_value_is_found() -> None:
    assert start_loss(Probe(0, loss=1.5), DATA) is None
    found = start_loss(Probe(0, loss=40.0), DATA)
    assert found is not None and found.evidence[0].value == 40.0 / 0.693


def test_a_network_that_cannot_learn_one_batch_is_found() -> None:
    dataset = load_dataset("xor")
    assert one_batch(dataset, H) is None
    found = one_batch(dataset, H.replace(initializer="zeros"))
    assert found is not None and found.kind == "one_batch"


def test_validation_rows_that_are_not_like_training_rows_are_found() -> None:
    dataset = load_dataset("moons")
    assert shifted_validation(dataset) is None
    moved = replace(dataset, validation=replace(dataset.validation, X=dataset.validation.X + np.float32(1)))
    found = shifted_validation(moved)
    assert found is not None and "moons" not in found.text


def test_inputs_that_a_network_does_not_use_are_found() -> None:
    dataset = load_dataset("xor")
    used, idle = (train(dataset, H.replace(initializer=name)).findings for name in ("auto", "zeros"))
    assert "unused_inputs" not in [found.kind for found in used]
    (unused,) = (found for found in idle if found.kind == "unused_inputs")
    assert unused.evidence[0].value <= unused.evidence[0].limit + 0.02


def test_with_all_inputs_at_their_middle_a_network_answers_one_thing() -> None:
    dataset = load_dataset("iris")
    trainer = Trainer(dataset, [H])
    while not trainer.is_done:
        trainer.epoch()
    middle = np.median(dataset.train.X, axis=0)[None]
    (answer,) = Model.of(trainer, dataset).decided_numbers(Model.of(trainer, dataset).logits_of(middle))
    assert probe(trainer, dataset, epoch=30).blind_score == (dataset.validation.y == answer).mean()


def test_before_the_first_step_only_what_is_wrong_is_told() -> None:
    assert before_the_first_step(load_dataset("iris"), H) == ()
    rng = np.random.default_rng(0)
    X = rng.normal(size=(200, 3)) * [1, 1e4, 1]
    large = Dataset.from_arrays(X, X[:, 0] > 0, scale="none")
    first = before_the_first_step(large, H)[0]
    assert (first.kind, first.page) == ("unscaled_inputs", "unscaled_inputs")
    alike = before_the_first_step(load_dataset("iris"), H.replace(initializer="zeros"))
    assert [found.kind for found in alike] == ["symmetric_start"]


def test_a_remedy_is_proved_by_training_with_it() -> None:
    dataset = load_dataset("xor")
    proof = prove(Remedy("", "--initializer auto", True), dataset, H.replace(initializer="zeros"), before=0.5)
    alone = train(dataset, H.replace(initializer="auto"))
    assert proof.score == alone.evaluations["validation"]["accuracy"]
    assert proof.gain == proof.score - 0.5


def test_proved_remedies_say_what_they_gained_and_healthy_trainings_have_no_alarm() -> None:
    dataset = load_dataset("xor")
    bad = H.replace(initializer="zeros")
    result = train(dataset, bad)
    first = full_findings(dataset, bad, result.model, result.findings)[0]
    assert first.kind == "symmetric_start"
    assert first.remedies[0].text.endswith("better")
    assert any("--initializer auto" in figure.name for figure in first.evidence)
    healthy = train(dataset, H.replace(epochs=60))
    assert not any(found.is_alarm for found in full_findings(dataset, H, healthy.model, healthy.findings))


def test_arrays_without_a_file_cannot_be_read_again_and_say_so_by_no_score() -> None:
    rng = np.random.default_rng(0)
    dataset = Dataset.from_arrays(rng.normal(size=(60, 2)), rng.integers(0, 2, 60))
    assert np.isnan(prove(Remedy("", "--scale minmax", True), dataset, H, before=0.5).score)
