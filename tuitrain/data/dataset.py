"""A dataset: arrays ready for the engine, with all that is needed to explain and to repeat them.

`N` rows of a part, `D` features.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuitrain.data.arrays import table_of
from tuitrain.data.columns import Table, drop_useless
from tuitrain.data.preprocessing import Preprocessing, Scale
from tuitrain.data.split import split_rows
from tuitrain.data.target import Target, choose_target, read_target
from tuitrain.errors import DataError
from tuitrain.text import quoted, visible

SCALES = ("standard", "minmax", "none")


@dataclass(frozen=True)
class Part:
    """One part of the split.

    `X` (N, D) float32; `y` (N,) int64 class numbers, or (N, 1) float32 standardised values; `rows` (N,) int64, the row
    numbers in the source.
    """

    X: NDArray[np.float32]
    y: NDArray[Any]
    rows: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.X)


@dataclass(frozen=True)
class Dataset:
    """Training, validation and test part with the preprocessing that made them.

    For regression, own units are ``y * target_scale + target_mean``. `fingerprint` is the SHA-256 of the arrays and the
    preprocessing, in hexadecimal.
    """

    name: str
    source: str
    task: str
    train: Part
    validation: Part
    test: Part
    preprocessing: Preprocessing
    feature_names: tuple[str, ...]
    target_name: str
    class_names: tuple[str, ...]
    target_mean: float
    target_scale: float
    notices: tuple[str, ...]
    fingerprint: str

    @property
    def encoded_names(self) -> tuple[str, ...]:
        """The names of the D features."""
        return self.preprocessing.encoded_names

    @property
    def n_features(self) -> int:
        """Features after encoding, D."""
        return int(self.train.X.shape[1])

    @property
    def n_classes(self) -> int:
        """Classes; 0 for regression."""
        return len(self.class_names)

    @property
    def n_outputs(self) -> int:
        """What a model of it answers for a row: a value for each class, or one number."""
        return len(self.class_names) or 1

    @property
    def n_rows(self) -> int:
        """Rows of all parts."""
        return len(self.train) + len(self.validation) + len(self.test)

    def own_units(self, values: NDArray[Any]) -> NDArray[np.float64]:
        """Standardised target values in the target's own units."""
        result: NDArray[np.float64] = np.asarray(values, np.float64) * self.target_scale + self.target_mean
        return result

    @classmethod
    def from_arrays(
        cls, X: Any, y: Any, *, task: str | None = None, validation: float = 0.15, test: float = 0.15, seed: int = 0,
        scale: Scale = "standard", name: str = "arrays",
    ) -> Dataset:  # fmt: skip
        """A dataset from arrays: `X` (N, D) or (N, …) numbers, `y` (N,) classes or numbers, NaN for missing.

        Raises
        ------
        DataError
            if shapes or types do not fit, or nothing is left to train on.
        """
        table = table_of(np.asarray(X), np.asarray(y), name)
        return build_dataset(table, task=task, validation=validation, test=test, split_seed=seed, scale=scale)


def build_dataset(
    table: Table, *, source: str = "", target: str | None = None, task: str | None = None, validation: float = 0.15,
    test: float = 0.15, test_table: Table | None = None, split_seed: int = 0, scale: Scale = "standard",
    drop: Sequence[str] = (),
) -> Dataset:  # fmt: skip
    """Split a table, fit the preprocessing on its training rows, and encode all parts.

    What is decided on the whole table, before the split: the columns' types, which columns are left out, the classes.
    Everything that is computed from values (medians, means, levels) comes from the training rows alone.
    """
    if scale not in SCALES:
        raise DataError(f"scale {quoted(scale)}: allowed: {', '.join(SCALES)}")
    target_name = choose_target(table, target)
    notices = list(table.notices)
    table, gone = _without_missing_target(table, target_name)
    if gone:
        notices.append(f"{gone} rows without a value in target {quoted(target_name)} are left out")
    if len(table) < 3:
        raise DataError(f"{table.name}: found {len(table)} rows with a target; at least 3 are needed")
    goal = read_target(table.column(target_name), task, table.name)
    dropped = {choose_target(table, name) for name in drop}
    features = [column for column in table.columns if column.name != target_name and column.name not in dropped]
    features, told = drop_useless(features, keep_constant=table.is_image)
    notices += told
    if not features:
        raise DataError(f"{table.name}: no column is left to learn from besides target {quoted(target_name)}")
    classes = goal.values if goal.class_names else None
    parts = split_rows(
        len(table), validation=validation, test=0.0 if test_table else test, seed=split_seed, classes=classes
    )
    return _encode(table, goal, features, parts, test_table, notices, source, "image" if table.is_image else scale)


def _without_missing_target(table: Table, name: str) -> tuple[Table, int]:
    missing = table.column(name).missing
    if not missing.any():
        return table, 0
    kept = np.flatnonzero(~missing)
    columns = tuple(column.take(kept) for column in table.columns)
    return Table(table.name, columns, table.notices, table.is_image, table.suggested_target), int(missing.sum())


def _encode(
    table: Table, goal: Target, features: Sequence[Any], parts: Sequence[NDArray[np.int64]], test_table: Table | None,
    notices: list[str], source: str, scale: Scale,
) -> Dataset:  # fmt: skip
    train_rows = parts[0]
    if goal.class_names:
        _check_classes(goal, train_rows, table.name)
        mean, spread = 0.0, 1.0
    else:
        mean, spread = _target_scaling(goal.values[train_rows])
    preprocessing = Preprocessing.fit([column.take(train_rows) for column in features], scale)
    X = preprocessing.transform(Table(table.name, tuple(features)))
    y = goal.values if goal.class_names else ((goal.values - mean) / spread).astype(np.float32)[:, None]
    made = [Part(np.ascontiguousarray(X[rows]), np.ascontiguousarray(y[rows]), rows) for rows in parts]
    if test_table is not None:
        made[2], told = _test_part(test_table, goal, preprocessing, mean, spread)
        notices = notices + told
    return Dataset(
        name=visible(table.name, 60), source=source or table.name, task=goal.task, train=made[0], validation=made[1],
        test=made[2], preprocessing=preprocessing, feature_names=tuple(column.name for column in features),
        target_name=goal.name, class_names=goal.class_names, target_mean=mean, target_scale=spread,
        notices=tuple(notices), fingerprint=_fingerprint(made, preprocessing, goal),
    )  # fmt: skip


def _check_classes(goal: Target, train_rows: NDArray[np.int64], where: str) -> None:
    seen = np.unique(goal.values[train_rows])
    if len(seen) < 2:
        raise DataError(
            f"{where}: the training rows hold {len(seen)} of {len(goal.class_names)} classes; two are needed"
        )


def _target_scaling(values: NDArray[np.float64]) -> tuple[float, float]:
    largest = float(np.abs(values).max()) or 1.0
    unit = values / largest
    spread = float(unit.std())
    return float(unit.mean()) * largest, spread * largest if spread > 1e-12 else 1.0


def _test_part(
    table: Table, goal: Target, preprocessing: Preprocessing, mean: float, spread: float
) -> tuple[Part, list[str]]:
    """The rows of a file of its own as the test part; classes that training does not know are refused."""
    name = choose_target(table, goal.name)
    table, gone = _without_missing_target(table, name)
    notices = [f"{table.name}: {gone} rows without a target are left out"] if gone else []
    column = table.column(name)
    if goal.class_names:
        place = {label: index for index, label in enumerate(goal.class_names)}
        labels = column.labels()
        unknown = sorted({str(label) for label in labels if label not in place})
        if unknown:
            raise DataError(
                f"{table.name}: target {quoted(name)} holds {quoted(unknown[0])}, which training does not know"
            )
        y: NDArray[Any] = np.array([place[str(label)] for label in labels], np.int64)
    else:
        if column.kind == "text":
            raise DataError(f"{table.name}: target {quoted(name)} is text; expected numbers")
        y = ((column.values - mean) / spread).astype(np.float32)[:, None]
    return Part(preprocessing.transform(table), y, np.arange(len(table))), notices


def _fingerprint(parts: Sequence[Part], preprocessing: Preprocessing, goal: Target) -> str:
    digest = hashlib.sha256(json.dumps([preprocessing.to_json(), goal.name, goal.class_names]).encode())
    for part in parts:
        digest.update(part.X.tobytes())
        digest.update(part.y.tobytes())
    return digest.hexdigest()
