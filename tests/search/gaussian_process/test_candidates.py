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
