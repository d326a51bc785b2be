"""Which learning rates the surrogate takes for the same."""

from __future__ import annotations

import numpy as np
import pytest

from tuitrain.options.hyperparameters import OPTIMIZERS, Hyperparameters
from tuitrain.search.space.columns import SearchColumn, Shift
from tuitrain.search.space.equal_rates import DECADES
from tuitrain.search.space.space import Space


def rate(space: Space) -> SearchColumn:
    return next(column for column in space.columns if column.name == "learning_rate")


def test_the_shift_is_in_widths_of_the_range() -> None:
    shift = rate(Space({"learning_rate": "1e-3..0.1", "optimizer": "adam,sgd"})).shift
    assert shift == Shift("optimizer", (0.0, -1.0))


def test_momentum_that_is_not_searched_is_the_forms() -> None:
    space = Space({"learning_rate": "0.001,0.01", "optimizer": "sgd,nesterov"}, Hyperparameters(momentum=0.99))
    shift = rate(space).shift
    assert shift is not None
    assert np.diff(shift.offsets) == pytest.approx([2.0])
    alone = rate(Space({"learning_rate": "1e-4..1", "momentum": "0.5,0.9,0.95"}, Hyperparameters(optimizer="momentum")))
    assert alone.shift is not None
    assert (alone.shift.category, alone.shift.number, alone.shift.slope) == ("", "momentum", pytest.approx(0.25))


@pytest.mark.parametrize(
    "ranges",
    [
        {"learning_rate": "1e-4..1", "l2": "1e-6..0.1"},
        {"learning_rate": "0.1..1:linear", "optimizer": "adam,sgd"},
        {"learning_rate": "0.1..1:linear:step=0.1", "optimizer": "adam,sgd"},
        {"l2": "1e-6..0.1", "optimizer": "adam,sgd"},
    ],
)
def test_without_an_optimizer_or_a_logarithmic_rate_nothing_is_shifted(ranges: dict[str, str]) -> None:
    assert all(column.shift is None for column in Space(ranges).columns)


def test_only_optimizers_have_a_place() -> None:
    assert set(DECADES) <= set(OPTIMIZERS)
    assert "adam" not in DECADES
