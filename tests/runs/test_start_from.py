"""A training begins with what a model predicts, on data that is scaled in another way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from tests.plain import plain, plain_dataset
from tuitrain.data.loading import load_dataset
from tuitrain.errors import ModelError
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.runs.model import Model
from tuitrain.runs.start_from import first_parameters
from tuitrain.session.train import train

SMALL = plain(hidden_layers=(6,), epochs=20)


def table(rows: int, target: Callable[[float, float], object], scale: float) -> dict[str, list[object]]:
    random = np.random.default_rng(rows)
    a, b = random.normal(3, 2, rows) * scale, random.normal(0, 1, rows)
    gaps = [None if n % 9 == 0 else float(value) for n, value in enumerate(a)]
    return {"a": gaps, "b": list(b), "c": ["xyz"[n % 3] for n in range(rows)],
            "y": [target(float(p) / scale, float(q)) for p, q in zip(a, b, strict=True)]}  # fmt: skip


@pytest.mark.parametrize("target", [lambda a, b: a * 10 + b + 100, lambda a, b: "high" if a + b > 3 else "low"])
def test_the_first_predictions_are_the_models(target: Callable[[float, float], object]) -> None:
    model = train(plain_dataset(table(120, target, 1.0), target="y"), SMALL).model
    other = plain_dataset(table(200, target, 5.0), target="y")
    assert other.preprocessing != model.preprocessing
    begun = Model.from_parameters(first_parameters(model, other, SMALL), SMALL, other, 0)
    rows = [{"a": 2.5, "b": -0.3, "c": "x"}, {"a": 9.0, "b": 1.0, "c": "z"}]
    if model.class_names:
        assert np.allclose(begun.predict_proba(rows), model.predict_proba(rows), atol=1e-5)
    else:
        assert np.allclose(begun.predict(rows), model.predict(rows), rtol=1e-5)


def test_bins_begin_as_they_were_or_are_refused() -> None:
    dataset, h = load_dataset("iris"), Hyperparameters(hidden_layers=(6,), epochs=2)
    model = train(dataset, h).model
    assert dataset.has_bins
    assert (first_parameters(model, dataset, h) == model.network.parameters[0]).all()
    other = load_dataset(table(200, lambda a, b: "high" if a > b else "low", 1.0), "y")
    model = train(other, h).model
    counts = {name: edges[:-1] if name == "a" else edges for name, edges in model.preprocessing.bins.items()}
    moved = {**counts, "b": (*counts["b"], 9.0)}  # as many bins as before, one of them another column's
    refit = replace(other, preprocessing=replace(other.preprocessing, bins=moved))
    with pytest.raises(ModelError, match="other bins in the model"):
        first_parameters(model, refit, h)


def test_what_does_not_fit_is_refused() -> None:
    model = train(load_dataset("iris"), SMALL).model
    with pytest.raises(ModelError, match="other classes"):
        first_parameters(model, load_dataset("wine"), SMALL)
    with pytest.raises(ModelError, match="other columns"):
        first_parameters(model, load_dataset("iris", drop=("petal width cm",)), SMALL)
    with pytest.raises(ModelError, match="hidden layers cannot change"):
        first_parameters(model, load_dataset("iris"), SMALL.replace(hidden_layers=(7,)))
    with pytest.raises(ModelError, match="an ensemble begins anew"):
        first_parameters(model, load_dataset("iris"), SMALL.replace(ensemble=2))
