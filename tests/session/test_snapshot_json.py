"""Snapshots convert to JSON and back, with every number's bits, so that a session can be looked at from elsewhere."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.session.test_conformance import until
from tuitrain.data.loading import load_dataset
from tuitrain.errors import RunError
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.options.search_settings import Settings
from tuitrain.runs.history import History
from tuitrain.search.space.space import Space
from tuitrain.session.commands import EstimateGrid, Reset, SetHyperparameter, Step
from tuitrain.session.datasets import DATASETS
from tuitrain.session.search import SearchSession, begin_search
from tuitrain.session.search_snapshot import SearchSnapshot
from tuitrain.session.snapshot import Snapshot
from tuitrain.session.training import TrainingSession

QUICK = Hyperparameters(hidden_layers=(6, 5), epochs=50, patience=0)
VIEWS = {"parameters", "metric", "boundary"}


def through_json(value: Any) -> Any:
    return type(value).from_json(json.loads(json.dumps(value.to_json(), allow_nan=False)))


def assert_same(found: Any, expected: Any, where: str = "") -> None:
    """Compare values by their content: arrays with their dtypes, NaN equal to NaN."""
    if isinstance(expected, np.ndarray):
        assert (found.dtype, found.shape) == (expected.dtype, expected.shape), where
        np.testing.assert_array_equal(found, expected, err_msg=where)
    elif isinstance(expected, History):
        assert found.length == expected.length, where
        for name in History.COLUMNS:
            assert_same(found.column(name), expected.column(name), f"{where}.{name}")
        for name in History.LAYER_COLUMNS:
            assert_same(found.layers(name), expected.layers(name), f"{where}.{name}")
    elif isinstance(expected, Space):
        assert (found.to_texts(), found.base, found.notices) == (expected.to_texts(), expected.base, expected.notices)
    elif dataclasses.is_dataclass(expected):
        assert type(found) is type(expected), where
        for field in dataclasses.fields(expected):
            assert_same(getattr(found, field.name), getattr(expected, field.name), f"{where}.{field.name}")
    elif isinstance(expected, Mapping):
        assert set(found) == set(expected), where
        for key, value in expected.items():
            assert_same(found[key], value, f"{where}.{key}")
    elif isinstance(expected, tuple | list):
        assert len(found) == len(expected), where
        for place, value in enumerate(expected):
            assert_same(found[place], value, f"{where}[{place}]")
    elif isinstance(expected, float):
        assert float(found).hex() == float(expected).hex(), where
    else:
        assert found == expected, where


@pytest.mark.parametrize("source", ["moons?n=60", "sine?n=40", "iris"])
def test_a_snapshot_of_a_training_comes_back_from_json(source: str) -> None:
    session = TrainingSession(load_dataset(source), QUICK)
    try:
        session.watch(VIEWS, (6, 9))
        session.send(Step(epochs=3))
        until(session, lambda s: s.epoch == 3 and s.state == "paused")
        session.send(SetHyperparameter("learning_rate", 0.02))
        session.send(SetHyperparameter("hidden_layers", (4, 4)))
        session.send(SetHyperparameter("learning_rate", -1))
        session.send(Reset())
        session.send(SetHyperparameter("l1", "much"))
        number = session.send(Step(epochs=2))
        session.wait_for_answer(number, 60)
        until(session, lambda s: s.metric_view is not None)
        snapshot = session.snapshot
    finally:
        session.close()
    assert snapshot.refused
    assert snapshot.parameters is not None
    assert_same(through_json(snapshot), snapshot)


def test_a_snapshot_of_a_search_comes_back_from_json(tmp_path: Path) -> None:
    iris = DATASETS.keep(load_dataset("iris"))
    space = Space(
        {"learning_rate": "1e-3..1", "l2": "1e-6..1e-1"}, Hyperparameters(hidden_layers=(4,), epochs=5, patience=0)
    )
    session = SearchSession(jobs=0, folder=tmp_path)
    try:
        texts, settings = space.to_json(), Settings(strategy="grid").to_mapping()
        asked = session.send(EstimateGrid(iris, texts["ranges"], texts["base"], settings))
        session.watch({"surrogate"}, column="l2")
        session.send(begin_search(iris, space, Settings(trials=6, folds=1)))
        session.wait(0)
        until(session, lambda s: s.state == "done" and s.explained is not None)
        snapshot = session.snapshot
    finally:
        session.close()
    assert snapshot.estimate is not None
    assert snapshot.estimate.number == asked
    assert snapshot.explained is not None
    assert snapshot.explained.slice is not None
    assert_same(through_json(snapshot), snapshot)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"state": "resting"}, "expected one of ready"),
        ({"epoch": 1.5}, "epoch: expected a whole number"),
        ({"history": {}}, "n_layers"),
        ({"dataset": None}, "expected an object"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_what_is_no_snapshot_is_refused(change: dict[str, Any], why: str) -> None:
    session = TrainingSession(load_dataset("moons?n=40"), QUICK)
    session.close()
    with pytest.raises(RunError, match=why):
        Snapshot.from_json({**session.snapshot.to_json(), **change})
    with pytest.raises(RunError):
        SearchSnapshot.from_json({"version": "one"})
