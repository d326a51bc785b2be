"""Hyperparameters and datasets without anything automatic, for tests of what the numbers are that come of them."""

from __future__ import annotations

from typing import Any

from tuitrain import Dataset, Hyperparameters, load_dataset

FIXED: dict[str, Any] = {
    "hidden_layers": (64, 32), "learning_rate": 0.01, "schedule": "constant", "batch_size": 32, "l2": 0.01,
    "epochs": 200, "patience": 30,
}  # fmt: skip


def plain(**changes: Any) -> Hyperparameters:
    """Return these, with some fields changed."""
    return Hyperparameters(**{**FIXED, **changes})


def plain_dataset(source: Any, **options: Any) -> Dataset:
    """Return a dataset whose numbers are one input each."""
    return load_dataset(source, **{"encode_numbers": "standard", **options})


def plain_arrays(*arrays: Any, **options: Any) -> Dataset:
    """Return a dataset of arrays whose numbers are one input each."""
    return Dataset.from_arrays(*arrays, **{"encode_numbers": "standard", **options})
