"""Ensembles: each member is a training of its own, and the model answers with the mean of their answers."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import log_loss

from tuitrain import Dataset, Hyperparameters, load_dataset, load_model, train
from tuitrain.engine import Trainer
from tuitrain.engine.average import average
from tuitrain.engine.probabilities import class_probabilities
from tuitrain.errors import DataError

H = Hyperparameters(ensemble=4, hidden_layers=(6,), epochs=12, patience=3, batch_size=16, learning_rate=0.03)


@pytest.mark.parametrize("name", ["iris", "diabetes"])
def test_each_member_is_bit_identical_to_its_training_alone(name: str) -> None:
    dataset = load_dataset(name)
    model = train(dataset, H.replace(seed=5), threads=1).model
    for member, part in enumerate(dataset.validation_parts(4)):
        alone = Trainer(dataset.with_validation(part), H.replace(seed=5 + member))
        while not alone.is_done:
            alone.epoch()
        assert np.array_equal(model.network.parameters[member], alone.early_stopping.best_parameters[0])


def test_members_validate_on_one_shuffled_order_that_the_splits_seed_draws() -> None:
    dataset = load_dataset("iris")
    n, v = len(dataset.train) + len(dataset.validation), len(dataset.validation)
    parts = dataset.validation_parts(8)
    for part in parts:
        assert len(part.validation) == v
        assert sorted([*part.train, *part.validation]) == list(range(n))
        counts = np.bincount(dataset.joined.train.y[part.validation])
        assert counts.max() - counts.min() <= 2  # stratified: the classes are of equal size
    first = [set(part.validation) for part in parts[: n // v]]
    assert len(set.union(*first)) == v * len(first)  # none twice before all others
    again = load_dataset("iris", split_seed=1).validation_parts(8)
    assert not np.array_equal(parts[0].validation, again[0].validation)


def test_what_members_share_is_fitted_on_all_rows_but_the_tests() -> None:
    dataset = load_dataset("diabetes")
    whole = load_dataset("diabetes", validation=0)  # the same test rows
    joined = dataset.joined
    assert np.array_equal(joined.test.rows, whole.test.rows)
    np.testing.assert_allclose(joined.train.X, whole.train.X, atol=2e-6)
    np.testing.assert_allclose(joined.test.X, whole.test.X, atol=2e-6)
    np.testing.assert_allclose(joined.train.y, whole.train.y, atol=2e-6)
    assert joined.target_mean == pytest.approx(whole.target_mean)
    for name, edges in whole.preprocessing.bins.items():
        np.testing.assert_allclose(joined.preprocessing.bins[name], edges, atol=2e-6)


def test_the_model_answers_with_the_mean_of_the_members_and_survives_its_file(tmp_path: Path) -> None:
    dataset = load_dataset("iris")
    found = train(dataset, H)
    model, joined = found.model, dataset.joined
    model.save(tmp_path / "model")
    rows = [[5.0, 3.0, 1.5, 0.2], [6.5, 3.0, 5.5, 2.0], [6.0, 2.5, 4.8, 1.6]]
    X = model.preprocessing.transform(model.preprocessing.table_of(rows))
    each = [class_probabilities(logits, "cross_entropy") for logits in model.member_logits(X)]
    np.testing.assert_allclose(model.predict_proba(rows), np.mean(each, axis=0), atol=1e-6)
    np.testing.assert_array_equal(load_model(tmp_path / "model").predict_proba(rows), model.predict_proba(rows))
    test = np.mean([class_probabilities(z, "cross_entropy") for z in model.member_logits(joined.test.X)], axis=0)
    assert found.evaluations["test"]["loss"] == pytest.approx(log_loss(joined.test.y, test), rel=1e-5)


def test_validation_is_answered_by_the_members_that_left_the_row_out() -> None:
    dataset = load_dataset("iris")
    found = train(dataset, H)
    parts, whole = dataset.validation_parts(4), dataset.joined.train
    logits = found.model.member_logits(whole.X)
    total, count = np.zeros((len(whole), 3)), np.zeros(len(whole))
    for member, part in enumerate(parts):
        total[part.validation] += class_probabilities(logits[member], "cross_entropy")[part.validation]
        count[part.validation] += 1
    rows = np.flatnonzero(count)
    expected = log_loss(whole.y[rows], total[rows] / count[rows, None])
    assert found.evaluations["validation"]["loss"] == pytest.approx(expected, rel=1e-5)
    assert found.to_json()["rows"]["validation"] == len(rows)


@pytest.mark.parametrize("loss", ["cross_entropy", "binary_cross_entropy", "mse"])
def test_an_average_answers_with_the_mean(loss: str) -> None:
    outputs = np.random.default_rng(0).normal(0, 3, (5, 7, 3))
    found = average(outputs, loss)
    if loss == "mse":
        np.testing.assert_allclose(found, outputs.mean(axis=0))
    elif loss == "binary_cross_entropy":
        np.testing.assert_allclose(1 / (1 + np.exp(-found)), (1 / (1 + np.exp(-outputs))).mean(axis=0))
    else:
        p = np.exp(outputs) / np.exp(outputs).sum(axis=2, keepdims=True)
        np.testing.assert_allclose(np.exp(found), p.mean(axis=0))


def visits(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    path = tmp_path / "visits.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["patient", "day", "a", "b", "y"])
        for row in range(120):
            a, b = rng.normal(size=2)
            writer.writerow([f"p{row // 6}", row, f"{a:.4f}", f"{b:.4f}", f"{a * b:.4f}"])
    return path


def test_groups_stay_together_and_times_keep_their_order(tmp_path: Path) -> None:
    path = visits(tmp_path)
    grouped = load_dataset(path, target="y", split="group:patient")
    blocks = grouped.joined.train.blocks
    assert blocks is not None
    for part in grouped.validation_parts(5):
        assert not set(blocks[part.train]) & set(blocks[part.validation])
    assert np.isfinite(train(grouped, H).evaluations["validation"]["loss"])
    timed = load_dataset(path, target="y", split="time:day")
    model = train(timed, H, threads=1).model
    alone = Trainer(timed, H.replace(seed=1))
    while not alone.is_done:
        alone.epoch()
    assert np.array_equal(model.network.parameters[1], alone.early_stopping.best_parameters[0])


def test_members_have_64x32_units_whatever_the_rows() -> None:
    assert Hyperparameters(ensemble=8).settled(5000).hidden_layers == (64, 32)


def test_too_few_rows_are_told() -> None:
    dataset = Dataset.from_arrays([[0.0], [1.0], [2.0]], [0.0, 1.0, 2.0], task="regression", validation=0, test=0)
    assert len(train(dataset, H.replace(epochs=1)).model.network.parameters) == 4
    lone = load_dataset(
        {"g": ["x"] * 9, "a": range(9), "y": range(9)}, target="y", split="group:g", test=0, validation=0
    )
    with pytest.raises(DataError, match="holds out whole groups"):
        train(lone, H)


def test_the_spread_is_the_members_deviation_and_its_meaning_is_kept(tmp_path: Path, capsys) -> None:
    from click.testing import CliRunner

    from tuitrain.cli import commands

    dataset = load_dataset("diabetes")
    model = train(dataset, H).model
    model.save(tmp_path / "model")
    joined = dataset.joined
    values = joined.own_units(model.member_logits(joined.test.X)[:, :, 0])
    spread, error = values.std(axis=0, ddof=1), np.abs(values.mean(axis=0) - joined.own_units(joined.test.y[:, 0]))
    order, third = np.argsort(spread), len(spread) // 3
    assert model.spread["least"] == pytest.approx(error[order[:third]].mean(), rel=1e-4)
    assert model.spread["most"] == pytest.approx(error[order[-third:]].mean(), rel=1e-4)
    path = Path("datasets/diabetes.csv").resolve()
    done = CliRunner().invoke(commands, ["predict", str(tmp_path / "model"), str(path), "--spread"])
    rows = list(csv.DictReader(done.stdout.splitlines()))
    first = model.member_logits(joined.test.X)[:, 0, 0].astype(float).std(ddof=1) * model.target_scale
    assert float(rows[joined.test.rows[0]]["spread"]) == pytest.approx(first, rel=1e-4)
    assert "mean error was" in done.stderr


def test_a_single_network_has_no_spread(tmp_path: Path) -> None:
    from click.testing import CliRunner

    from tuitrain.cli import commands

    train(load_dataset("iris"), H.replace(ensemble=1)).model.save(tmp_path / "model")
    done = CliRunner().invoke(commands, ["predict", str(tmp_path / "model"), "iris", "--spread"])
    assert done.exit_code == 1
    assert "single network" in str(done.exception or done.stderr)
