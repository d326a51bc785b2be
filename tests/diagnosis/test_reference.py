"""What a training is held against: constant guesses by formulas, neighbours by brute force, and noise."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest

from tuitrain.data.dataset import Dataset
from tuitrain.data.loading import load_dataset
from tuitrain.diagnosis.facts import DataFacts
from tuitrain.diagnosis.observation import Observer
from tuitrain.diagnosis.reference import constant_losses, rows_worth, simple_answers
from tuitrain.engine import Trainer
from tuitrain.engine.network import Network
from tuitrain.options.hyperparameters import Hyperparameters


def values(n: int = 300, seed: int = 0) -> Dataset:
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 4))
    return Dataset.from_arrays(X, np.sin(2 * X[:, 0]) + 0.1 * rng.normal(size=n))


@pytest.mark.parametrize("loss", ["cross_entropy", "mse", "mae", "hinge", "binary_cross_entropy"])
def test_the_best_constant_guess_costs_what_its_formula_says(loss: str) -> None:
    dataset = load_dataset("mixed") if loss in {"cross_entropy", "hinge", "binary_cross_entropy"} else values()
    outputs = 1 if loss in {"mse", "mae", "hinge", "binary_cross_entropy"} else 2
    network = Network((dataset.n_features, outputs), loss=loss)
    (found,) = constant_losses(network, dataset.train, (dataset.train,))
    if dataset.n_classes:
        share = float(np.mean(dataset.train.y == 1))
        entropy = -share * math.log(share) - (1 - share) * math.log(1 - share)
        expected = 2 * min(share, 1 - share) if loss == "hinge" else entropy
    else:
        y = dataset.train.y[:, 0].astype(float)
        expected = float(y.var()) if loss == "mse" else float(np.abs(y - np.median(y)).mean())
    assert found == pytest.approx(expected, rel=1e-4)


def test_neighbours_answer_as_a_search_through_all_rows_does() -> None:
    dataset = load_dataset("moons?n=200")
    answers = simple_answers(dataset).answers["neighbours 5"]
    X = dataset.train.X.astype(float)
    middle, spread = X.mean(axis=0), X.std(axis=0)
    for row, answer in zip((dataset.validation.X - middle) / spread, answers, strict=True):
        distances = [float(((row - other) ** 2).sum()) for other in (X - middle) / spread]
        votes = dataset.train.y[np.argsort(distances, kind="stable")[:5]]
        assert answer == (votes.mean() > 0.5)


def test_inputs_that_tell_the_target_are_told_from_noise() -> None:
    rng = np.random.default_rng(1)
    noise = Dataset.from_arrays(rng.normal(size=(400, 5)), rng.normal(size=400))
    assert simple_answers(noise).tells < 0.02 + 4 / len(noise.train)
    assert simple_answers(values()).tells > 0.5


def test_squares_and_products_of_inputs_are_a_least_squares_fit_of_these() -> None:
    rng = np.random.default_rng(3)
    X = rng.normal(size=(900, 4))
    products = Dataset.from_arrays(X, 2 * X[:, 0] * X[:, 1] - X[:, 2] ** 2 + X[:, 3])
    answers = simple_answers(products).answers
    truth = products.validation.y[:, 0]
    assert np.abs(answers["squares and products"] - truth).max() < 0.2 < np.abs(answers["linear"] - truth).max()
    assert "squares and products" not in simple_answers(values(40)).answers


def test_a_short_training_is_held_against_fewer_rows_and_a_longer_one_against_more() -> None:
    assert [rows_worth(samples) for samples in (0, 64_000, 10**9)] == [400, 800, 3_000]
    dataset = load_dataset("moons?n=3000")
    trainer = Trainer(dataset, [Hyperparameters(epochs=100, patience=0)], is_probed=False)
    observer = Observer(trainer, dataset)
    observer.begin()
    rows = []
    for epochs in (1, 20, 40):
        while trainer.epochs_done < epochs:
            trainer.epoch()
        observer.look()
        rows.append(observer.simple_rows)
    assert rows == [400, 400, 1_050]  # of 2,100 an epoch: fitted again once twice as many are due


def test_on_a_handful_of_rows_nothing_is_answered() -> None:
    assert simple_answers(values(20)).answers == {}


def test_scales_are_those_of_the_inputs_as_they_are_encoded() -> None:
    rng = np.random.default_rng(2)
    X = rng.normal(size=(200, 2)) * [1000, 0.1] + [5000, 0]
    dataset = Dataset.from_arrays(X, X[:, 0] > 5000, scale="none")
    facts = DataFacts.of(dataset, Network((2, 2)), simple_answers(dataset))
    train = dataset.train.X.astype(float)
    assert facts.largest_spread == pytest.approx(train[:, 0].std(), rel=1e-5)
    assert facts.smallest_spread == pytest.approx(train[:, 1].std(), rel=1e-5)
    assert facts.largest_size == pytest.approx(math.sqrt((train[:, 0] ** 2).mean()), rel=1e-5)
    assert sum(facts.class_shares) == pytest.approx(1)
    assert all(low <= high for low, high in pairwise(sorted(facts.class_shares)))
