"""The band of seeds holds what each seed gives when it is trained alone, and its spread is that of the textbook."""

from __future__ import annotations

import statistics
from dataclasses import replace

import numpy as np
import pytest

from tuitrain.data.loading import load_dataset
from tuitrain.engine import Trainer
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.session.asked.seeds import SeedsAnswer, TrainSeeds
from tuitrain.session.inside import experiment
from tuitrain.session.inside.seeds import train_seeds
from tuitrain.session.inspection import Copy
from tuitrain.session.train import train


def answers_of(data, h: Hyperparameters, question: TrainSeeds, *, trained: int = 0) -> list[SeedsAnswer]:
    trainer = Trainer(data, h)
    for _ in range(trained):
        trainer.epoch()
    return list(train_seeds(question, Copy.of(trainer, data, trained)))  # type: ignore[arg-type]


@pytest.mark.parametrize("operations", [4e8, 1e4])
def test_each_seed_has_the_losses_that_it_has_alone(monkeypatch, operations: float) -> None:
    monkeypatch.setattr(experiment, "SLICE_OPERATIONS", operations)
    data = load_dataset("moons")
    fields = {"dropout": 0.1, "schedule": "cosine", "learning_rate": 0.3}
    h = Hyperparameters(hidden_layers=(8,), epochs=8, seed=2, patience=1, **fields)  # type: ignore[arg-type]
    answer = answers_of(data, h, TrainSeeds(4))[-1]
    assert answer.seeds == (2, 0, 1, 3) and answer.is_whole and answer.part == "validation"
    assert answer.stacks == (1 if operations > 1e8 else 4)
    for seed, losses in zip(answer.seeds, answer.losses, strict=True):
        alone = train(data, h.replace(seed=seed, patience=0))
        assert [float(record.validation_loss[0]) for record in alone.history] == losses[1:].tolist()


def test_the_spread_is_that_of_the_statistics_module() -> None:
    data = load_dataset("moons")
    answer = answers_of(data, Hyperparameters(hidden_layers=(4,), epochs=3), TrainSeeds(8))[-1]
    losses = answer.losses[:, 2].tolist()
    luck = answer.luck(2)
    assert luck.mean == pytest.approx(statistics.mean(losses))
    assert luck.deviation == pytest.approx(statistics.stdev(losses))
    assert luck.median == pytest.approx(statistics.median(losses))
    assert luck.rank == sorted(losses).index(losses[0]) + 1
    assert (luck.best, luck.worst) == (min(losses), max(losses))
    assert answer.losses[answer.seeds.index(luck.best_seed), 2] == min(losses)
    of_a_mean = statistics.variance(losses) / 5
    assert luck.least == pytest.approx(2 * (of_a_mean + of_a_mean) ** 0.5)


def test_others_are_drawn_again_as_many_epochs_as_the_run_has_done() -> None:
    data = load_dataset("moons")
    h = Hyperparameters(hidden_layers=(4,), epochs=9, seed=1)
    answers = answers_of(data, h, TrainSeeds(4, again=1), trained=2)
    assert answers[-1].seeds == (1, 4, 5, 6) and answers[-1].total == 2 == answers[-1].done
    assert answers[0].done == 0 and answers[0].losses.shape[1] == 1


def test_a_seed_that_diverges_is_left_out_and_ranks_last() -> None:
    data = load_dataset("moons")
    h = Hyperparameters(hidden_layers=(8,), loss="mse", optimizer="sgd", learning_rate=900.0, epochs=3)
    lost = answers_of(data, h, TrainSeeds(3))[-1]
    assert all(lost.diverged) and lost.is_whole and np.isnan(lost.luck(3).mean)
    calm = answers_of(data, h.replace(learning_rate=0.1), TrainSeeds(3))[-1]
    losses = calm.losses.copy()
    losses[0, 3] = np.nan
    luck = replace(calm, losses=losses).luck(3)
    assert luck.rank == 3 and luck.mean == pytest.approx(losses[1:, 3].mean())


def test_without_validation_rows_the_training_loss_is_compared() -> None:
    data = load_dataset("moons")
    alone = replace(data, validation=replace(data.validation, X=data.validation.X[:0], y=data.validation.y[:0],
                                             rows=data.validation.rows[:0]))  # fmt: skip
    h = Hyperparameters(hidden_layers=(4,), epochs=2)
    answer = answers_of(alone, h, TrainSeeds(2))[-1]
    assert answer.part == "train" and np.isnan(answer.losses[0, 0])
    trained = train(alone, h.replace(seed=answer.seeds[1]))
    assert [float(record.train_loss[0]) for record in trained.history] == answer.losses[1, 1:].tolist()
