"""Bins of number columns: their edges, what they make of values, and that a network reads them as inputs of its own."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from tuitrain import Dataset, Hyperparameters, Model, load_dataset
from tuitrain.data.piecewise import PiecewiseLinear, quantile_edges
from tuitrain.engine import Trainer
from tuitrain.engine.fit import fit


def by_hand(x: float, edges: tuple[float, ...]) -> list[float]:
    """The formula, one bin after the other."""
    return [
        min(max((x - low) / (high - low), 0), 1) - 0.5 for low, high in pairwise(edges)
    ]  # fmt: skip


def table(rows: int = 120) -> Dataset:
    rng = np.random.default_rng(0)
    X = np.column_stack([rng.normal(size=rows), rng.exponential(size=rows), rng.integers(0, 2, rows)])
    return Dataset.from_arrays(X, (X[:, 1] > 0.7).astype(int), task="classification")


def test_edges_hold_equally_many_rows_and_few_values_have_fewer() -> None:
    assert quantile_edges(np.arange(801.0)) == tuple(range(0, 801, 50))
    assert quantile_edges(np.arange(9.0)) == tuple(range(9))
    assert quantile_edges(np.repeat([1.0, 2.0, 5.0], 40)) == (1, 2, 5)
    assert quantile_edges(np.array([0.0, 1.0, 1.0, 0.0])) == ()
    assert quantile_edges(np.empty(0)) == ()


def test_bins_follow_the_formula_and_stop_beyond_the_training_range() -> None:
    bins = PiecewiseLinear({0: (-1.0, 0.0, 2.0), 2: (0.0, 1.0, 3.0, 4.0)})
    X = np.array([[-5.0, 9.0, 0.25], [0.5, 9.0, 3.5], [7.0, 9.0, 99.0]])
    expected = [[*row, *by_hand(row[0], (-1, 0, 2)), *by_hand(row[2], (0, 1, 3, 4))] for row in X.tolist()]
    np.testing.assert_allclose(bins.expand(X), expected)
    rows = np.column_stack([X, np.ones(3)])
    np.testing.assert_allclose(bins.expand_rows(rows), np.column_stack([expected, np.ones(3)]))


def test_a_network_with_bins_is_one_of_the_encoded_rows() -> None:
    data = table()
    bins = data.bins
    assert bins is not None
    assert sorted(bins.edges) == [0, 1]  # the flag of two values has none

    def encoded(part):
        X = [[*row, *(v for place, edges in bins.edges.items() for v in by_hand(row[place], edges))] for row in part.X]
        return replace(part, X=np.array(X, np.float32))

    plain = replace(
        data, train=encoded(data.train), validation=encoded(data.validation),
        preprocessing=data.preprocessing.without_bins(),
    )  # fmt: skip
    h = Hyperparameters(hidden_layers=(8,), epochs=4, batch_size=16, learning_rate=0.01, l2=0.01)
    ours, theirs = Trainer(data, h), Trainer(plain, h)
    for trainer in (ours, theirs):
        fit(trainer, threads=1)
    assert ours.network.layer_sizes == theirs.network.layer_sizes == (3 + 16, 8, 2)
    np.testing.assert_allclose(ours.network.parameters, theirs.network.parameters, rtol=1e-4, atol=1e-5)


def test_bins_are_fitted_on_training_rows_alone() -> None:
    data = table()
    assert data.bins is not None
    for place, edges in data.bins.edges.items():
        assert (edges[0], edges[-1]) == (data.train.X[:, place].min(), data.train.X[:, place].max())


@pytest.mark.parametrize(
    ("encode", "hidden", "has_bins"),
    [("auto", (4,), True), ("auto", (), False), ("standard", (4,), False), ("bins", (), True)],
)
def test_a_linear_network_has_bins_only_where_they_are_asked_for(encode, hidden, has_bins) -> None:
    data = load_dataset("iris", encode_numbers=encode)
    network = Trainer(data, Hyperparameters(hidden_layers=hidden)).network
    assert (network.layer_sizes[0] > 4) is has_bins


def test_drawn_and_wide_tables_get_no_bins_unasked() -> None:
    assert load_dataset("moons").bins is None
    assert load_dataset("digits").bins is None
    assert load_dataset("moons", encode_numbers="bins").bins is not None
    X = np.random.default_rng(0).normal(size=(60, 61))
    frames = [{f"x{place}": column for place, column in enumerate(X.T[:width])} | {"y": X[:, 0]} for width in (60, 61)]
    assert [load_dataset(frame, "y").has_bins for frame in frames] == [True, False]


def test_a_model_keeps_its_bins_and_one_without_says_nothing_of_them(tmp_path) -> None:
    from tuitrain import load_model

    data = load_dataset("iris")
    for hidden in ((5,), ()):
        trainer = Trainer(data, Hyperparameters(hidden_layers=hidden, epochs=2))
        fit(trainer, threads=1)
        model = Model.of(trainer, data)
        model.save(tmp_path / "model")
        again = load_model(tmp_path / "model")
        assert again.preprocessing.bins == (data.preprocessing.bins if hidden else {})
        rows = [[5.0, 3.0, 1.5, 0.2], [6.5, 3.0, 5.5, 2.0], [99.0, 3.0, 1.0, 0.1]]
        np.testing.assert_array_equal(again.predict_proba(rows), model.predict_proba(rows))
        truth = trainer.network.predict(data.test.X)[0]
        np.testing.assert_allclose(model.network.predict(data.test.X)[0], truth, rtol=1e-6)


def test_bins_are_named_by_their_edges_in_the_columns_own_units() -> None:
    data = load_dataset("iris")
    names = data.input_names
    assert len(names) == data.n_inputs
    column = data.feature_names[0]
    assert names[4].startswith(f"{column} 4.3..")  # the shortest sepal of iris
