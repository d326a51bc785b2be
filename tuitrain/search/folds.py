"""The data that a stack's members train on: the dataset's own split, or the folds of a cross-validation.

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
from tuitrain.translation import gettext as _

if TYPE_CHECKING:
    from tuitrain.data.dataset import Dataset


@dataclass(frozen=True)
class Fold:
    """Training and validation rows in the form in which the engine sees a dataset."""

    train: Part
    validation: Part
    task: str
    n_classes: int
    target_scale: float


def make_folds(dataset: Dataset, count: int = 1) -> tuple[Fold, ...]:
    """Return the dataset's own training and validation parts, or `count` folds of both; never the test part.

    Each fold validates N // count rows, stratified by class, no row twice; the remaining rows are always trained on.
    Standardised features are standardised anew by each fold's training rows; medians of missing values and the columns
    themselves are those of the dataset.

    Raises
    ------
    SearchError
        if there are no validation rows, or too few rows for that many folds.
    """
    if count == 1:
        if not len(dataset.validation):
            raise SearchError(
                _("{name}: a search needs validation rows; use --validation or --folds 5").format(name=dataset.name)
            )
        return (Fold(dataset.train, dataset.validation, dataset.task, dataset.n_classes, dataset.target_scale),)
    parts = (dataset.train, dataset.validation)
    X = np.concatenate([part.X for part in parts])
    y = np.concatenate([part.y for part in parts])
    rows = np.concatenate([part.rows for part in parts])
    if not 2 <= count <= len(X) // 2:
        raise SearchError(
            _("folds: {count} of {rows} rows; allowed: 1 to {most}").format(
                count=count, rows=len(X), most=min(len(X) // 2, 100)
            )
        )
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
    """Find the features that were standardised on the training rows: mean 0 and deviation 1 over them."""
    X = dataset.train.X
    mean, spread = X.mean(axis=0, dtype=np.float64), X.std(axis=0, dtype=np.float64)
    return np.flatnonzero((np.abs(mean) < 1e-3) & (np.abs(spread - 1) < 1e-3))
