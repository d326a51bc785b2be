"""Columns to arrays: fitted on the training rows only, kept with the model.

`N` rows, `D` features after encoding. Numbers first (median for missing ones), then a flag for each number column that
had missing values, all of them scaled; then the categories, one-hot. It equals scikit-learn's ColumnTransformer of
SimpleImputer(median, add_indicator), StandardScaler and OneHotEncoder(handle_unknown="ignore").
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from tuitrain.data.columns import Column, Table
from tuitrain.errors import DataError
from tuitrain.text import quoted, visible

Scale = Literal["standard", "minmax", "none", "image"]
LARGEST = float(np.finfo(np.float32).max) / 2
MOST_LEVELS = 1000


@dataclass(frozen=True)
class NumberColumn:
    """How a number column is encoded: (value or median - shift) / scale; with `flag`, also whether it is missing."""

    name: str
    median: float
    shift: float
    scale: float
    flag: bool
    flag_shift: float = 0.0
    flag_scale: float = 1.0
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class TextColumn:
    """How a text column is encoded: one feature for each level; None among the levels stands for missing."""

    name: str
    levels: tuple[str | None, ...]


@dataclass(frozen=True)
class Preprocessing:
    """Everything that turns a table's columns into X (N, D) float32."""

    numbers: tuple[NumberColumn, ...]
    texts: tuple[TextColumn, ...]

    @classmethod
    def fit(cls, columns: Sequence[Column], scale: Scale = "standard") -> Preprocessing:
        """Learn medians, means and levels from the training rows' columns."""
        numbers = [_fit_number(column, scale) for column in columns if column.kind != "text"]
        texts = [_fit_text(column) for column in columns if column.kind == "text"]
        return cls(tuple(numbers), tuple(texts))

    @property
    def column_names(self) -> tuple[str, ...]:
        """The source columns that are needed."""
        return (*(column.name for column in self.numbers), *(column.name for column in self.texts))

    @property
    def encoded_names(self) -> tuple[str, ...]:
        """The names of the D features."""
        flags = [f"{column.name} missing" for column in self.numbers if column.flag]
        levels = [f"{c.name}={'missing' if v is None else visible(v, 40)}" for c in self.texts for v in c.levels]
        return (*(column.name for column in self.numbers), *flags, *levels)

    def transform(self, table: Table) -> NDArray[np.float32]:
        """X (N, D) float32, C-contiguous, from a table that has the needed columns.

        Raises
        ------
        DataError
            if columns are missing, or a number column holds text.
        """
        absent = [name for name in self.column_names if name not in table.names]
        if absent:
            names = ", ".join(map(quoted, absent))
            found = ", ".join(map(quoted, table.names[:20]))
            raise DataError(f"{table.name}: column {names} is needed and not there; found {found}")
        X = np.zeros((len(table), len(self.encoded_names)), np.float32)
        flag = len(self.numbers)
        for position, spec in enumerate(self.numbers):
            values = _as_numbers(table.column(spec.name), spec, table.name)
            missing = np.isnan(values)
            filled = np.where(missing, spec.median, values)
            X[:, position] = np.clip((filled - spec.shift) / spec.scale, -LARGEST, LARGEST)
            if spec.flag:
                X[:, flag] = (missing - spec.flag_shift) / spec.flag_scale
                flag += 1
        start = flag
        for text in self.texts:
            _one_hot(table.column(text.name), text, X[:, start : start + len(text.levels)])
            start += len(text.levels)
        return X

    def to_json(self) -> dict[str, Any]:
        """All of it as JSON values."""
        return {"numbers": [vars(column) for column in self.numbers], "texts": [vars(column) for column in self.texts]}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Preprocessing:
        """The inverse of `to_json`."""
        numbers = [NumberColumn(**{**column, "words": tuple(column["words"])}) for column in data["numbers"]]
        texts = [TextColumn(column["name"], tuple(column["levels"])) for column in data["texts"]]
        return cls(tuple(numbers), tuple(texts))


def _fit_number(column: Column, scale: Scale) -> NumberColumn:
    values = column.values.astype(np.float64)
    missing = np.isnan(values)
    median = float(np.median(values[~missing])) if not missing.all() else 0.0
    shift, spread = _scaling(np.where(missing, median, values), scale)
    flag_shift, flag_scale = _scaling(missing.astype(np.float64), scale if scale == "standard" else "none")
    return NumberColumn(
        column.name, median, shift, spread, bool(missing.any()), flag_shift, flag_scale, words=column.words
    )


def _scaling(values: NDArray[np.float64], scale: Scale) -> tuple[float, float]:
    """Shift and scale; 1 where the values do not vary."""
    if scale == "none" or not len(values):
        return 0.0, 1.0
    if scale == "image":
        return 0.0, 255.0
    if scale == "minmax":
        low, high = float(values.min()), float(values.max())
        return low, (high - low) or 1.0
    largest = float(np.abs(values).max()) or 1.0
    unit = values / largest  # so that the squares of huge values stay finite
    mean, spread = float(unit.mean()), float(unit.std())
    return mean * largest, (spread * largest if spread > 1e-12 * max(abs(mean), 1e-300) else 1.0)


def _fit_text(column: Column) -> TextColumn:
    present = sorted({value for value in column.values if value is not None})
    if len(present) > MOST_LEVELS:
        raise DataError(
            f"column {quoted(column.name)}: {len(present)} different texts; at most {MOST_LEVELS} can be encoded, "
            f"leave it out with --drop"
        )
    return TextColumn(column.name, (*present, None) if column.missing.any() else tuple(present))


def _as_numbers(column: Column, spec: NumberColumn, where: str) -> NDArray[np.float64]:
    if column.kind != "text":
        return column.values.astype(np.float64)
    known = {word.lower(): float(index) for index, word in enumerate(spec.words)}
    values = np.full(len(column), np.nan)
    for row, value in enumerate(column.values):
        if value is None:
            continue
        if value.lower() not in known:
            raise DataError(
                f"{where}: column {quoted(column.name)} holds {quoted(value)} in row {row + 1}; expected a number"
            )
        values[row] = known[value.lower()]
    return values


def _one_hot(column: Column, spec: TextColumn, out: NDArray[np.float32]) -> None:
    place = {level: index for index, level in enumerate(spec.levels)}
    for row, label in enumerate(column.labels()):
        index = place.get(label)
        if index is not None:
            out[row, index] = 1
