"""What a grid is said to take before it begins."""

from __future__ import annotations

from typing import Any

import pytest

from tuitrain.data.loading import load_dataset
from tuitrain.errors import HyperparameterError
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.options.search_settings import Settings
from tuitrain.search import estimate as estimating
from tuitrain.search.estimate import Estimate, about, estimate_grid
from tuitrain.search.space.space import Space

IRIS = load_dataset("iris")
RANGES = {"learning_rate": "0.001,0.01", "hidden_layers": "8,64x32", "l2": "0,0.01,0.1"}


def estimate(parallel: int = 1, epochs: int = 50, folds: int = 5) -> Estimate:
    space = Space(RANGES, Hyperparameters(epochs=epochs))
    return estimate_grid(IRIS, space, Settings(strategy="grid", trials=0, folds=folds), parallel)


def test_the_count_is_that_of_all_combinations() -> None:
    assert estimate().trials == 2 * 2 * 3
    assert str(estimate()).startswith("12 combinations, about ")


def test_the_time_is_a_positive_one() -> None:
    assert 0 < estimate().seconds < 60


def test_the_time_grows_with_the_epochs_and_falls_with_the_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(estimating, "_measure", lambda *_: 1e-6)  # a busy machine measures other seconds each time
    once = estimate().seconds
    assert estimate(epochs=500).seconds == pytest.approx(10 * once)
    assert estimate(parallel=2).seconds == pytest.approx(once / 2)


def test_the_memory_is_at_least_that_of_the_parameters() -> None:
    largest = 4 * 64 + 64 + 64 * 32 + 32 + 32 * 3 + 3
    assert estimate().bytes > 6 * 5 * largest * 4  # six trials of five folds train at a time
    assert estimate(folds=1).bytes < estimate().bytes


def test_what_cannot_be_trained_is_said() -> None:
    space = Space({"learning_rate": "0.1,0.2"}, Hyperparameters(loss="hinge"))
    diabetes = load_dataset("diabetes")
    with pytest.raises(HyperparameterError, match="hinge needs classes"):
        estimate_grid(diabetes, space, Settings(strategy="grid", trials=0), 1)


def test_a_large_grid_is_known_by_a_part_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of each structure, since neighbours are alike, and as quickly as a small one."""
    ranges = {
        "learning_rate": "1e-4..1:n=60",
        "l2": "1e-6..1:n=50",
        "hidden_layers": "8,64x32,128",
        "batch_size": "16,64",
    }
    space = Space(ranges, Hyperparameters(epochs=50))
    seen: list[Hyperparameters] = []
    group = estimating.group_into_stacks

    def looked_at(numbered: Any, **rest: Any) -> Any:
        seen.extend(h for _, h in numbered)
        return group(numbered, **rest)

    monkeypatch.setattr(estimating, "group_into_stacks", looked_at)
    found = estimate_grid(IRIS, space, Settings(strategy="grid", trials=0), 1)
    assert found.trials == 60 * 50 * 3 * 2
    assert 1000 < len(seen) <= 2 * estimating.MOST_SEEN
    assert len({(h.hidden_layers, h.batch_size) for h in seen}) == 6
    assert found.seconds > 100 * estimate().seconds


@pytest.mark.parametrize(("seconds", "text"), [(0.123, "0.12 s"), (300, "5 minutes"), (9000, "2.5 hours")])
def test_times_are_told_in_the_unit_that_suits(seconds: float, text: str) -> None:
    assert about(seconds) == text
