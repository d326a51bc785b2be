"""What is measured of each layer while it trains."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from tuitrain.engine import Trainer
from tuitrain.options.hyperparameters import Hyperparameters


@pytest.mark.parametrize("rows", [2048, 2049])
def test_idle_units_are_counted_on_many_rows(rows: int) -> None:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(rows + 400, 4)).astype(np.float32)
    y = (X[:, 0] > 0).astype(np.int64)
    part = [SimpleNamespace(X=X[a:b], y=y[a:b]) for a, b in ((0, 400), (400, rows + 400))]
    data: Any = SimpleNamespace(task="classification", train=part[0], validation=part[1], n_classes=2, target_scale=1.0)
    assert np.nanmax(Trainer(data, Hyperparameters(hidden_layers=(32,))).epoch().idle_shares) < 0.2
