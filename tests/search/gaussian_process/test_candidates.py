"""The search for the next trial along numbers, where learning rates come to the same under several optimizers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tuitrain.search.gaussian_process import candidates
from tuitrain.search.gaussian_process.surrogate import fit
from tuitrain.search.space.space import Space

SPACE = Space({"learning_rate": "1e-4..1", "optimizer": "momentum,adam,sgd", "momentum": "0.5..0.99"})


def test_a_climb_follows_the_promise_of_the_settings_that_it_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is minimised is the candidates' own log EI, negative, and its slopes those of finite differences."""
    names = [column.name for column in SPACE.columns]
    numbers = np.array([names.index("learning_rate"), names.index("momentum")])
    rng = np.random.default_rng(0)
    points = SPACE.from_unit(rng.random((25, 3)))
    model = fit(SPACE.columns, points, np.sin(5 * points[:, numbers[0]]) + points[:, names.index("optimizer")])
    passed = SPACE.from_unit(rng.random((12, 3)))
    begin = np.where(np.isnan(passed) | (np.arange(3) == names.index("optimizer")), passed, 0.3)
    seen = []

    def minimised(objective: Any, begin: Any, **_: Any) -> Any:
        seen.append(objective(np.nan_to_num(passed[:, numbers], nan=0.5), np.arange(12)))
        return begin, None

    monkeypatch.setattr(candidates, "minimise", minimised)
    candidates._climb(model, begin, numbers)
    values, slopes = seen[0]
    assert np.allclose(values, -candidates._log_improvement(model, passed))
    for column, number in enumerate(numbers):
        step = 1e-5 * np.eye(3)[number]
        up, down = (candidates._log_improvement(model, passed + sign * step) for sign in (1, -1))
        expected = np.where(np.isnan(passed[:, number]), 0.0, (down - up) / 2e-5)
        assert np.allclose(slopes[:, column], expected, rtol=1e-4, atol=1e-4)


def test_only_numbers_of_many_values_are_climbed_and_the_others_try_them_all(monkeypatch: pytest.MonkeyPatch) -> None:
    space = Space({"learning_rate": "1e-4..1", "l2": "1e-6,1e-4,1e-2", "batch_size": "16,32,64,128"})
    names = [column.name for column in space.columns]
    batch_size = names.index("batch_size")
    points = space.from_unit(np.random.default_rng(0).random((40, 3)))
    model = fit(space.columns, points, np.abs(points[:, batch_size] - 1 / 3) + 0.1 * points[:, names.index("l2")])
    climbed = []
    climb = candidates._climb

    def recorded(model: Any, points: Any, numbers: Any) -> Any:
        climbed.append([names[number] for number in numbers])
        return climb(model, points, numbers)

    monkeypatch.setattr(candidates, "_climb", recorded)
    begin = space.snap(np.array([[0.5, 0.5, 1.0], [0.1, 0.9, 0.0]]))
    found, values = candidates.refined(space, model, begin.copy(), np.zeros(3, bool), np.random.default_rng(1))
    assert climbed
    assert all(numbers == ["learning_rate"] for numbers in climbed)
    assert np.all(values > candidates._log_improvement(model, begin))
    assert [setting["batch_size"] for setting in space.decode(found)] == [32, 32]
