"""What the members of a stack train on: the split as it is, or the folds of a cross-validation.

`N` rows for training and validation together, `D` features.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tuitrain.data.dataset import Part
from tuitrain.data.split import line_up
from tuitrain.errors import SearchError

if TYPE_CHECKING:
    from tuitrain.data.dataset import Dataset


@dataclass(frozen=True)
class Fold:
    """Training and validation rows, as the engine sees a dataset."""

    train: Part
    validation: Part
    task: str
    n_classes: int
    target_scale: float


def make_folds(dataset: Dataset, count: int = 1) -> tuple[Fold, ...]:
    """The dataset's own training and validation part, or `count` folds made from both; the test part stays out.

    Each fold validates as many rows, N // count, stratified by class, no row twice; what is left over is always
    trained on. Features that are standardised are standardised anew by each fold's training rows; medians of missing
    values and the columns themselves are those of the dataset.

    Raises
    ------
    SearchError
        if there are no validation rows, or too few rows for so many folds.
    """
    if count == 1:
        if not len(dataset.validation):
            raise SearchError(f"{dataset.name}: a search needs validation rows; give --validation, or --folds 5")
        return (Fold(dataset.train, dataset.validation, dataset.task, dataset.n_classes, dataset.target_scale),)
    parts = (dataset.train, dataset.validation)
    X = np.concatenate([part.X for part in parts])
    y = np.concatenate([part.y for part in parts])
    rows = np.concatenate([part.rows for part in parts])
    if not 2 <= count <= len(X) // 2:
        raise SearchError(f"folds: {count} of {len(X)} rows; allowed: 1 to {min(len(X) // 2, 100)}")
    line = line_up(len(X), np.random.Generator(np.random.PCG64(0)), y if dataset.n_classes else None)
    size = len(X) // count
    columns = _standardised_columns(dataset)
    return tuple(
        _fold(dataset, Part(X, y, rows), np.sort(line[start : start + size]), columns)
        for start in range(0, size * count, size)
    )


def _fold(dataset: Dataset, whole: Part, held_out: NDArray[np.int64], columns: NDArray[np.int64]) -> Fold:
    rest = np.setdiff1d(np.arange(len(whole)), held_out)
    train, validation = (whole.X[rows] for rows in (rest, held_out))
    mean = train[:, columns].mean(axis=0, dtype=np.float64)
    spread = train[:, columns].std(axis=0, dtype=np.float64)
    spread[spread < 1e-12] = 1.0
    for X in (train, validation):
        X[:, columns] = ((X[:, columns] - mean) / spread).astype(np.float32)
    train_part, validation_part = (
        Part(X, np.ascontiguousarray(whole.y[rows]), whole.rows[rows])
        for X, rows in ((train, rest), (validation, held_out))
    )
    return Fold(train_part, validation_part, dataset.task, dataset.n_classes, dataset.target_scale)


def _standardised_columns(dataset: Dataset) -> NDArray[np.int64]:
    """The features that have mean 0 and deviation 1 over the training rows: those that were standardised on them."""
    X = dataset.train.X
    mean, spread = X.mean(axis=0, dtype=np.float64), X.std(axis=0, dtype=np.float64)
    return np.flatnonzero((np.abs(mean) < 1e-3) & (np.abs(spread - 1) < 1e-3))
