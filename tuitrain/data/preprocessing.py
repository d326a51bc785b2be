"""Turn columns into arrays: fitted on the training rows only, stored with the model.

`N` rows, `D` features after encoding. Numbers first (median for missing ones), then a flag for each number column that
had missing values, all of them scaled; then the categories, one-hot. It equals scikit-learn's ColumnTransformer of
SimpleImputer(median, add_indicator), StandardScaler and OneHotEncoder(handle_unknown="ignore").
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from tuitrain.data.cells.column_format import MISSING_IN_NUMBERS, ColumnFormat
from tuitrain.data.cells.date_cells import PARTS, part_of
from tuitrain.data.cells.date_numbers import told_days
from tuitrain.data.cells.number_column import is_infinite
from tuitrain.data.drift import usual_values
from tuitrain.data.piecewise import PiecewiseLinear, quantile_edges
from tuitrain.data.rows import rows_table
from tuitrain.data.table import Column, Table, number_text
from tuitrain.data.unseen import Unseen, writer_of
from tuitrain.errors import DataError
from tuitrain.text import quoted, visible
from tuitrain.translation import gettext as _
from tuitrain.translation import ngettext

Scale = Literal["standard", "minmax", "none"]
LARGEST = float(np.finfo(np.float32).max) / 2
SMALLEST = float(np.finfo(np.float64).tiny)
BLOCK_VALUES = 1_000_000
PLAIN_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
LEADING_ZERO = re.compile(r"[+-]?0[0-9]")


@dataclass(frozen=True)
class NumberColumn:
    """Encoding of a number column: (value or median - shift) / scale; with `flag`, also a flag for missing values.

    A date has several, one for each `part` (days, year, month, weekday, hour), of the column `source`.
    """

    name: str
    median: float
    shift: float
    scale: float
    flag: bool
    flag_shift: float = 0.0
    flag_scale: float = 1.0
    words: tuple[str, ...] = ()
    source: str = ""
    part: str = ""

    @property
    def column(self) -> str:
        """The name of the table's column."""
        return self.source or self.name

    def to_json(self) -> dict[str, Any]:
        """Convert to JSON values."""
        values = dict(vars(self))
        return (
            values if self.part else {name: value for name, value in values.items() if name not in {"source", "part"}}
        )


@dataclass(frozen=True)
class TextColumn:
    """Encoding of a text column: one feature for each level; None among the levels stands for missing."""

    name: str
    levels: tuple[str | None, ...]


@dataclass(frozen=True)
class Preprocessing:
    """The complete encoding of a table's columns as X (N, D) float32.

    `source_names` are all columns of the source but the target, in order, including those left out; `is_nameless` says
    that the source had no header, so that these names were made up. `formats` are those by which the needed columns and
    the target were read, by name; `ranges` the lowest and highest value of each number column in the training rows.
    `bins` are the edges of each number feature's bins, in the units of X (see `engine/piecewise.py`): a network reads
    them beside X, a linear one only where `bins_for_linear` says so. `usual` are mean and standard deviation of number
    columns in the training rows, `shares` the share of each level of text columns: by them drift is found.
    """

    numbers: tuple[NumberColumn, ...]
    texts: tuple[TextColumn, ...]
    source_names: tuple[str, ...] = ()
    formats: Mapping[str, ColumnFormat] = field(default_factory=dict)
    ranges: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    is_nameless: bool = False
    bins: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    bins_for_linear: bool = False
    usual: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    shares: Mapping[str, tuple[float, ...]] = field(default_factory=dict)

    @classmethod
    def fit(
        cls, columns: Sequence[Column], scale: Scale = "standard", *, image_largest: float | None = None,
        source_names: Sequence[str] = (), target: Column | None = None, is_nameless: bool = False,
    ) -> Preprocessing:  # fmt: skip
        """Learn medians, means and levels from the training rows' columns.

        With `image_largest`, numbers are divided by it instead of being scaled. The format of the `target` is kept.
        """
        numbers = [
            _fit_number(part, scale, image_largest)
            for column in columns if column.kind != "text" for part in _parts(column)
        ]  # fmt: skip
        texts = [_fit_text(column) for column in _texts(columns)]
        names = tuple(source_names) or tuple(column.name for column in columns)
        kept = [*columns, *([] if target is None else [target])]
        formats = {column.name: column.format for column in kept if column.format is not None}
        if image_largest is not None:
            return cls(tuple(numbers), tuple(texts), names, formats, {}, is_nameless)
        places = [_level_numbers(column, spec) for column, spec in zip(_texts(columns), texts, strict=True)]
        shares = {
            spec.name: tuple((np.bincount(found, minlength=len(spec.levels)) / len(found)).tolist())
            for spec, found in zip(texts, places, strict=True) if len(found)
        }  # fmt: skip
        return cls(
            tuple(numbers), tuple(texts), names, formats, _ranges(columns), is_nameless,
            usual=usual_values(columns), shares=shares,
        )  # fmt: skip

    @property
    def column_names(self) -> tuple[str, ...]:
        """The source columns that the encoding needs, in the order of the source."""
        needed = dict.fromkeys([*(column.column for column in self.numbers), *(column.name for column in self.texts)])
        place = {name: index for index, name in enumerate(self.source_names)}
        return tuple(sorted(needed, key=lambda name: place.get(name, len(place))))

    @property
    def encoded_names(self) -> tuple[str, ...]:
        """The names of the D features."""
        flags = [f"{column.name} missing" for column in self.numbers if column.flag]
        levels = [f"{c.name}={'missing' if v is None else visible(v, 40)}" for c in self.texts for v in c.levels]
        return (*(column.name for column in self.numbers), *flags, *levels)

    @property
    def bin_names(self) -> tuple[str, ...]:
        """The names of the T bins, by their edges in the columns' own units."""
        own = {column.name: (column.scale, column.shift) for column in self.numbers}
        named = []
        for name, edges in self.bins.items():
            scale, shift = own[name]
            named += [f"{name} {low * scale + shift:.4g}..{high * scale + shift:.4g}" for low, high in pairwise(edges)]
        return tuple(named)

    def piecewise(self) -> PiecewiseLinear | None:
        """Return the bins as a network reads them; None where no number has any."""
        if not self.bins:
            return None
        place = {column.name: position for position, column in enumerate(self.numbers)}
        return PiecewiseLinear({place[name]: edges for name, edges in self.bins.items()}, self.bins_for_linear)

    def with_bins(self, X: NDArray[np.float32], *, for_linear: bool = False) -> Preprocessing:
        """Return a copy with bins fitted on the training rows X (N, D)."""
        fitted = {column.name: quantile_edges(X[:, place]) for place, column in enumerate(self.numbers)}
        bins = {name: edges for name, edges in fitted.items() if edges}
        return replace(self, bins=bins, bins_for_linear=for_linear and bool(bins))

    def without_bins(self) -> Preprocessing:
        """Return a copy without bins, as a network has that reads none."""
        return replace(self, bins={}, bins_for_linear=False)

    def table_of(self, rows: Any) -> Table:
        """Convert rows to predict from into a table.

        `rows` is a `Table`, a list of mappings from column names, a mapping or a data frame of columns, or a 2-D array
        or list of sequences in the order of the source: only the needed columns, or all but the target.

        Raises
        ------
        DataError
            if there are no rows, or their length does not fit.
        """
        return rows_table(rows, self.column_names, self.source_names, self.needed_formats)

    @property
    def needed_formats(self) -> dict[str, ColumnFormat]:
        """The formats of the columns that the encoding needs."""
        return {name: form for name, form in self.formats.items() if name in self.column_names}

    def notices(self, table: Table, *, target: str | None = None) -> tuple[str, ...]:
        """Return notices on what `transform` ignores: columns it does not need, texts not seen in training."""
        return self.observe(table).notices(self, table.names, target=target)

    def observe(self, table: Table) -> Unseen:
        """Count the values of a table that training did not have."""
        unseen = Unseen()
        for number in self.numbers:
            if not number.flag and number.part in {"", "days"} and number.column in table.names:
                unseen.missing[number.column] += int(table.column(number.column).missing.sum())
        for name, (low, high) in self.ranges.items():
            column = table.column(name) if name in table.names else None
            if column is not None and column.kind != "text":
                unseen.writers[name] = writer_of(column.kind)
                unseen.above[name] += int((column.values > high).sum())
                unseen.below[name] += int((column.values < low).sum())
                if name in self.usual:
                    unseen.drift.add_numbers(name, column)
        for spec in self.texts:
            if spec.name not in table.names:
                continue
            column = table.column(spec.name)
            texts = column.as_text()
            places = _level_numbers(column, spec)
            unseen.drift.add_levels(spec.name, places)
            strange = places < 0
            unseen.missing_texts[spec.name] += int((strange & texts.missing).sum())
            new = np.flatnonzero(strange & ~texts.missing)
            if len(new):
                unseen.new_texts[spec.name] += len(new)
                unseen.examples.setdefault(spec.name, texts.values[new[0]])
        return unseen

    def check_columns(self, names: Sequence[str], where: str) -> None:
        """Check that a table with columns of these names has those that are needed; `where` names it in the message.

        Raises
        ------
        DataError
            if columns are missing.
        """
        known = set(names)
        absent = [name for name in self.column_names if name not in known]
        if absent:
            listed_names = ", ".join(map(quoted, absent[:20]))
            found = ", ".join(map(quoted, names[:20]))
            message = ngettext(
                "{name}: column {columns} is missing; found {found}",
                "{name}: columns {columns} are missing; found {found}",
                len(absent),
            )
            raise DataError(message.format(name=where, columns=listed_names, found=found) + _hint(absent, names))

    def transform(self, table: Table) -> NDArray[np.float32]:
        """Encode a table that has the needed columns as X (N, D) float32, C-contiguous.

        Raises
        ------
        DataError
            if columns are missing, or a number column holds text.
        """
        place = {name: index for index, name in enumerate(table.names)}
        self.check_columns(table.names, table.name)
        numbers = [_as_numbers(table.columns[place[spec.column]], spec, table.name) for spec in self.numbers]
        X = np.zeros((len(table), len(self.encoded_names)), np.float32)
        step = max(256, BLOCK_VALUES // max(1, X.shape[1]))  # in blocks that stay in the cache
        for start in range(0, len(X), step):
            self._encode_numbers([values[start : start + step] for values in numbers], X[start : start + step])
        first = len(numbers) + sum(spec.flag for spec in self.numbers)
        for text in self.texts:
            _one_hot(table.columns[place[text.name]], text, X[:, first : first + len(text.levels)])
            first += len(text.levels)
        return X

    def _encode_numbers(self, columns: Sequence[NDArray[Any]], out: NDArray[np.float32]) -> None:
        """Write the numbers of a block of rows and, after them, their flags into `out`."""
        flag = len(self.numbers)
        for position, (spec, values) in enumerate(zip(self.numbers, columns, strict=True)):
            missing = np.isnan(values)
            filled = np.where(missing, spec.median, values.astype(np.float64, copy=False)) if missing.any() else values
            out[:, position] = standardised(filled, spec.shift, spec.scale)
            if spec.flag:
                out[:, flag] = (missing - spec.flag_shift) / spec.flag_scale
                flag += 1

    def to_json(self) -> dict[str, Any]:
        """Convert to JSON values."""
        return {
            "numbers": [column.to_json() for column in self.numbers],
            "texts": [dict(vars(column)) for column in self.texts], "source_names": list(self.source_names),
            "formats": {name: form.to_json() for name, form in self.formats.items()},
            "ranges": {name: list(ends) for name, ends in self.ranges.items()}, "is_nameless": self.is_nameless,
            **({"bins": {name: list(edges) for name, edges in self.bins.items()}} if self.bins else {}),
            **({"bins_for_linear": True} if self.bins_for_linear else {}),
            **({"usual": {name: list(pair) for name, pair in self.usual.items()}} if self.usual else {}),
            **({"shares": {name: list(part) for name, part in self.shares.items()}} if self.shares else {}),
        }  # fmt: skip

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Preprocessing:
        """Read back what `to_json` returned."""
        numbers = [NumberColumn(**{**column, "words": tuple(column["words"])}) for column in data["numbers"]]
        texts = [TextColumn(column["name"], tuple(column["levels"])) for column in data["texts"]]
        formats = {name: ColumnFormat.from_json(form) for name, form in data.get("formats", {}).items()}
        ranges = {name: (ends[0], ends[1]) for name, ends in data.get("ranges", {}).items()}
        names = tuple(data.get("source_names", ()))
        bins = {name: tuple(edges) for name, edges in data.get("bins", {}).items()}
        return cls(
            tuple(numbers), tuple(texts), names, formats, ranges, data.get("is_nameless", False), bins,
            data.get("bins_for_linear", False),
            {name: (pair[0], pair[1]) for name, pair in data.get("usual", {}).items()},
            {name: tuple(part) for name, part in data.get("shares", {}).items()},
        )  # fmt: skip


def _hint(absent: Sequence[str], names: Sequence[str]) -> str:
    """Say why columns may be missing: their names differ in capitals, or there is no header; empty if neither."""
    if {*names} == {f"column {place}" for place in range(1, len(names) + 1)}:
        return _("; the table seems to have no header: write the names of the columns above its rows")
    by_small = {name.casefold(): name for name in names}
    alike = next((name for name in absent if name.casefold() in by_small), None)
    if alike is None:
        return ""
    return _("; {found} differs from {name} in capitals alone: rename it").format(
        found=quoted(by_small[alike.casefold()]), name=quoted(alike)
    )


def standardised(values: NDArray[Any], shift: float, scale: float) -> NDArray[np.float64]:
    """Return (values - shift) / scale in float64, within the range of float32."""
    with np.errstate(over="ignore"):  # a quarter of each, so that a difference of huge values stays finite
        moved = values.astype(np.float64) * 0.25
        moved -= shift * 0.25
        moved /= scale * 0.25
    result: NDArray[np.float64] = np.clip(moved, -LARGEST, LARGEST, out=moved)
    return result


def scaling(values: NDArray[np.float64], scale: Scale) -> tuple[float, float]:
    """Return shift and scale; the scale is 1 where the values do not vary."""
    if scale == "none" or not len(values):
        return 0.0, 1.0
    if scale == "minmax":
        low, high = float(values.min()), float(values.max())
        span = min(high - low, float(np.finfo(np.float64).max))
        return low, span if span >= SMALLEST else 1.0
    largest = float(np.abs(values).max()) or 1.0
    unit = values / largest  # so that the squares of huge values stay finite
    mean, spread = float(unit.mean()), float(unit.std())
    varies = spread > 1e-12 * abs(mean) and spread * largest >= SMALLEST
    return mean * largest, spread * largest if varies else 1.0


def _texts(columns: Sequence[Column]) -> list[Column]:
    return [column for column in columns if column.kind == "text"]


def _ranges(columns: Sequence[Column]) -> dict[str, tuple[float, float]]:
    """The lowest and highest value of each column of numbers, dates and times."""
    present = {
        column.name: column.values[~np.isnan(column.values)]
        for column in columns if column.kind in {"number", "date", "time"}
    }  # fmt: skip
    return {name: (float(values.min()), float(values.max())) for name, values in present.items() if len(values)}


def _parts(column: Column) -> list[Column]:
    """A column of numbers itself; of dates, the elapsed days and each part that varies."""
    if column.kind != "date":
        return [column]
    parts = {part: part_of(column.values, part) for part in PARTS}
    return [
        replace(column, name=f"{column.name} {part}", values=values) for part, values in parts.items()
        if part == "days" or np.nanmin(values) < np.nanmax(values)
    ]  # fmt: skip


def _fit_number(column: Column, scale: Scale, image_largest: float | None) -> NumberColumn:
    values = column.values.astype(np.float64)
    missing = np.isnan(values)
    median = _median(values[~missing])
    if image_largest is not None:
        return NumberColumn(column.name, median, 0.0, image_largest, False)
    shift, spread = scaling(np.where(missing, median, values), scale)
    flag_shift, flag_scale = scaling(missing.astype(np.float64), scale if scale == "standard" else "none")
    source, _space, part = column.name.rpartition(" ") if column.kind == "date" else ("", "", "")
    flag = bool(missing.any()) and part in {"", "days"}
    return NumberColumn(column.name, median, shift, spread, flag, flag_shift, flag_scale, column.words, source, part)


def _median(values: NDArray[np.float64]) -> float:
    """Return the middle value, or the mean of the two in the middle; 0 for no values."""
    if not len(values):
        return 0.0
    low, high = (len(values) - 1) // 2, len(values) // 2
    middle = np.partition(values, [low, high])[[low, high]]
    return float(middle[0] / 2 + middle[1] / 2) if middle[0] != middle[1] else float(middle[0])


def _fit_text(column: Column) -> TextColumn:
    present = sorted({value for value in column.values if value is not None})
    return TextColumn(column.name, (*present, None) if column.missing.any() else tuple(present))


def _as_numbers(column: Column, spec: NumberColumn, where: str) -> NDArray[Any]:
    """Return the values of a column that training saw as numbers, or as two words (or 0 and 1 in their place)."""
    if spec.part:
        return part_of(_as_days(column, where), spec.part)
    if column.kind in {"number", "time"} or (column.kind == "boolean" and spec.words):
        return column.values
    known = {word.lower(): float(index) for index, word in enumerate(spec.words)}
    values = np.full(len(column), np.nan)
    for row, label in enumerate(column.labels()):
        cell = "" if label is None else label.lower()
        if cell in known:
            values[row] = known[cell]
        elif PLAIN_NUMBER.fullmatch(cell) and (not spec.words or float(cell) in {0, 1}):
            values[row] = float(cell) if np.isfinite(float(cell)) else np.nan
        elif cell not in MISSING_IN_NUMBERS and cell and not is_infinite(cell):
            expected = _(" or ").join(map(quoted, spec.words)) or _("a number")
            found = _("column {name} holds {label} in row {row}").format(
                name=quoted(column.name), label=quoted(label), row=row + 1
            )
            raise DataError(
                _("{where}: {found}; expected {expected}").format(where=where, found=found, expected=expected)
            )
    return values


def _as_days(column: Column, where: str) -> NDArray[Any]:
    """Return the days of a column that training saw as dates."""
    if column.kind == "date" or column.missing.all():
        return column.values if column.kind == "date" else np.full(len(column), np.nan)
    days = told_days(column.values) if column.kind == "number" else None
    if days is None:
        label = next(label for label in column.labels() if label is not None)
        raise DataError(
            _("{where}: column {name} holds {label}; expected dates").format(
                where=where, name=quoted(column.name), label=quoted(label)
            )
        )
    return days


def _level_numbers(column: Column, spec: TextColumn) -> NDArray[np.int64]:
    """Return the index of each value among the levels, (N,) int64; -1 for values not seen in training."""
    place: dict[str | None, int] = {level: index for index, level in enumerate(spec.levels)}
    if column.kind == "number":  # 1.0 among texts was a text; alone it is the number 1
        plain = {level: index for level, index in place.items() if level and PLAIN_NUMBER.fullmatch(level)}
        plain = {level: index for level, index in plain.items() if not LEADING_ZERO.match(level)}
        place = {**{number_text(float(level)): index for level, index in plain.items()}, **place}
    return np.array([place.get(label, -1) for label in column.as_text().values], np.int64)


def _one_hot(column: Column, spec: TextColumn, out: NDArray[np.float32]) -> None:
    numbers = _level_numbers(column, spec)
    rows = np.flatnonzero(numbers >= 0)
    out[rows, numbers[rows]] = 1
