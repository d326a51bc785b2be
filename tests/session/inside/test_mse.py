"""Bias², variance and noise are those of networks trained one by one, and add up to their error."""

from __future__ import annotations

import json

import numpy as np
import pytest

from tests.session.inside.answers import first_of
from tuitrain.data.generators import RECIPES
from tuitrain.data.loading import load_dataset
from tuitrain.engine import Trainer
from tuitrain.errors import RunError
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.session.asked.mse import MseAnswer, MseApart
from tuitrain.session.inside.mse import World, mse_apart, parts_of
from tuitrain.session.inspection import Copy
from tuitrain.session.questions import Answer


def copy_of(dataset: str, epochs: int = 2, **fields: object) -> Copy:
    data = load_dataset(dataset)
    settings = {"hidden_layers": (4,), "activation": "tanh", "batch_size": "full", **fields}
    trainer = Trainer(data, Hyperparameters(**settings))  # type: ignore[arg-type]
    for _ in range(epochs):
        trainer.epoch()
    return Copy.of(trainer, data, epochs)


def answers_of(copy: Copy, question: MseApart) -> list[MseAnswer]:
    return [answer for answer in mse_apart(question, copy) if isinstance(answer, MseAnswer)]


def test_parts_add_up_to_the_error_of_all_shots() -> None:
    rng = np.random.default_rng(0)
    shots, truth = rng.normal(size=(7, 5)), rng.normal(size=5)
    total = sum((shot - t) ** 2 for row in shots for shot, t in zip(row, truth, strict=True)) / 35
    assert sum(parts_of(shots, truth)) == pytest.approx(total)
    bias, variance = parts_of(shots + 3, truth)
    assert variance == pytest.approx(parts_of(shots, truth)[1])
    assert bias == pytest.approx(np.mean([(np.mean(shots[:, k]) + 3 - truth[k]) ** 2 for k in range(5)]))


@pytest.mark.parametrize("dataset", ["sine?n=60&noise=0.2", "diabetes"])
def test_shots_are_those_of_trainings_one_by_one(dataset: str) -> None:
    copy = copy_of(dataset, 6)
    answers = answers_of(copy, MseApart(members=8))
    whole, world = answers[-1], World.of(copy.dataset)
    assert whole.is_whole and len(answers[0].shots) == 0
    samples = list(world.samples(8, len(copy.dataset.train), 0))
    h = copy.state.hyperparameters[0].replace(epochs=6, patience=0)
    for member in (0, 5):
        trainer = Trainer(samples[member], h.replace(seed=member))
        for _ in range(6):
            trainer.epoch()
        alone = copy.dataset.own_units(trainer.network.predict(world.X)[0, :, 0])
        np.testing.assert_allclose(whole.shots[member], alone, rtol=1e-5)
    own = parts_of(whole.shots, whole.truth)
    np.testing.assert_allclose(whole.by_rows[whole.own_rows], own)
    np.testing.assert_allclose(whole.by_units[whole.own_units], own)
    assert np.isfinite(whole.by_rows).all() and np.isfinite(whole.by_units).all()
    assert whole.rows[whole.own_rows] == len(copy.dataset.train) and whole.units[whole.own_units] == "4"


def test_the_truth_of_a_generated_table_is_its_formula() -> None:
    for name, formula in (("sine", lambda x: np.sin(2 * x[:, 0])), ("plane", lambda x: 3 * x[:, 0] - 2 * x[:, 1] + 1)):
        data = load_dataset(f"{name}?n=4000&noise=0.3")
        world = World.of(data)
        columns = data.preprocessing.numbers
        scale, shift = np.array([[c.scale, c.shift] for c in columns]).T
        np.testing.assert_allclose(
            data.own_units(world.truth), formula(world.X.astype(float) * scale + shift), rtol=1e-4, atol=1e-4
        )
        (sample,) = world.samples(1, 4000, 0)
        off = data.own_units(sample.train.y[:, 0]) - formula(sample.train.X.astype(float) * scale + shift)
        assert off.std() == pytest.approx(world.noise, rel=0.05) and world.noise == 0.3


def test_every_regression_generator_adds_its_noise_to_the_target_alone() -> None:
    for name, recipe in RECIPES.items():
        if recipe.task == "regression":
            still, noisy = (recipe.make(50, noise, np.random.default_rng(1)) for noise in (0.0, 0.5))
            *inputs, target = still
            assert all(np.array_equal(still[one], noisy[one]) for one in inputs), name
            assert not np.array_equal(still[target], noisy[target])


def test_a_table_of_a_file_is_drawn_from_with_replacement() -> None:
    data = load_dataset("diabetes")
    world = World.of(data)
    assert np.isnan(world.noise) and world.part == "validation" and len(world.truth) == len(data.validation)
    known = {row.tobytes() for row in data.train.X}
    one, other = world.samples(2, len(data.train), 0)
    drawn = [row.tobytes() for row in one.train.X]
    assert set(drawn) <= known
    assert 0.55 < len(set(drawn)) / len(known) < 0.72  # 1 - 1/e of the rows are expected
    assert not np.array_equal(one.train.X, other.train.X) and not len(one.validation)


def test_a_generated_table_with_a_column_left_out_is_no_longer_the_generators() -> None:
    assert World.of(load_dataset("plane", drop=["x2"])).part == "validation"
    assert World.of(load_dataset("plane")).part == ""


@pytest.mark.long
def test_more_rows_shrink_both_and_few_units_are_biased() -> None:
    whole = answers_of(copy_of("iris", 0), MseApart(members=8, example="sine"))[-1]
    bias, variance = whole.by_rows.T
    assert bias[-1] < bias[0] / 4 and variance[-1] < variance[0] / 4
    assert whole.by_units[0, 0] > 5 * whole.by_units[whole.own_units, 0]
    assert whole.noise == 0.3 and whole.steps == 1000


def test_it_survives_json_and_classes_are_refused() -> None:
    first = first_of(mse_apart(MseApart(members=8, example="sine"), copy_of("iris", 0)))
    back = Answer.from_json(json.loads(json.dumps(first.to_json())))
    assert isinstance(back, MseAnswer) and back.question == first.question
    np.testing.assert_array_equal(back.by_rows, first.by_rows)  # type: ignore[attr-defined]
    with pytest.raises(RunError, match="has to be a number"):
        first_of(mse_apart(MseApart(), copy_of("iris", 0)))
