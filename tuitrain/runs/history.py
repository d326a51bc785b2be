"""The course of a training, epoch by epoch, and what was measured in each layer.

Shapes: `E` epochs recorded, `L` layers with parameters.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from tuitrain.errors import RunError
from tuitrain.runs.json_values import decode_fields, encode
from tuitrain.runs.layer_rows import LayerRows
from tuitrain.translation import gettext as _

Floats = NDArray[np.float64]


class History:
    """Columns that grow by one row an epoch; a reader in another thread sees only whole rows.

    `column(name, length)` gives (length,) float64 and `layers(name, length, first)` (length - first, L) float64, both
    read-only. Columns: epoch, train_loss, validation_loss, train_metric, validation_metric, watched_metric (that which
    chooses the best epoch, where it is not the loss), learning_rate, gradient_norm (total), seconds. Layer columns:
    gradient_norm, update_ratio, idle_share. What was not measured is NaN. The train metric is measured only where there
    is no validation part: after the epoch, on all training rows, as the validation metric is. Of a very long training,
    the rows of layers long ago are those of some epochs only, and stand for the ones after them; see `LayerRows`. Of an
    ensemble, validation_low and validation_high are the least and the largest of its members' validation losses.
    """

    COLUMNS = (
        "epoch", "train_loss", "validation_loss", "train_metric", "validation_metric", "watched_metric",
        "learning_rate", "gradient_norm", "seconds", "validation_low", "validation_high",
    )  # fmt: skip
    LAYER_COLUMNS = ("gradient_norm", "update_ratio", "idle_share")

    def __init__(self, layers: int) -> None:
        self.length = 0
        self._capacity = 256
        self._columns: dict[str, Floats] = {}  # but the epochs, and those that are all NaN
        self._layers = LayerRows(len(self.LAYER_COLUMNS), layers)

    def append(self, row: Mapping[str, float], layers: Mapping[str, Floats]) -> None:
        """Add one epoch; names that are missing are recorded as NaN. Only the session's thread calls this."""
        if self.length == self._capacity:
            self._capacity *= 2
            self._columns = {name: self._grown(array) for name, array in self._columns.items()}
        for name in self.COLUMNS[1:]:
            self._put(name, row.get(name, math.nan))
        measured = np.full((len(self.LAYER_COLUMNS), self._layers.layers), np.nan)
        for index, name in enumerate(self.LAYER_COLUMNS):
            if name in layers:
                measured[index] = layers[name]
        self._layers.append(measured)
        self.length += 1

    def extend(self, count: int, columns: Mapping[str, Floats], layers: Mapping[str, Floats]) -> None:
        """Add so many epochs: columns (count,) and layer columns (count, L) by name, as `append` takes them.

        Raises
        ------
        ValueError
            if they are of another shape.
        """
        rows = np.full((len(self.LAYER_COLUMNS), count, self._layers.layers), np.nan)
        for name, values in layers.items():
            rows[self.LAYER_COLUMNS.index(name)] = values
        if not count:
            return
        if self.length + count > self._capacity:
            while self._capacity < self.length + count:
                self._capacity *= 2
            self._columns = {name: self._grown(array) for name, array in self._columns.items()}
        for name in self.COLUMNS[1:]:
            values = columns.get(name, np.full(count, np.nan))
            if name not in self._columns and not np.isnan(values).all():
                self._columns[name] = self._grown(np.full(self.length, np.nan))
            if name in self._columns:
                self._columns[name][self.length : self.length + count] = values
        self._layers.extend(rows)
        self.length += count

    def _put(self, name: str, value: float) -> None:
        array = self._columns.get(name)
        if array is None:
            if math.isnan(value):
                return
            array = np.empty(self._capacity)  # its pages are taken as they are filled
            array[: self.length] = np.nan
            self._columns[name] = array
        array[self.length] = value

    def _grown(self, array: Floats) -> Floats:
        grown = np.empty(self._capacity)
        grown[: self.length] = array[: self.length]
        return grown

    def until(self, length: int) -> History:
        """Return the history as it was after `length` epochs: the same rows, of which `append` finds the next again."""
        return _Again(self, length)

    def copied(self, length: int) -> History:
        """Return a history of its own with the first `length` epochs."""
        copy = History(self._layers.layers)
        while copy._capacity < length:
            copy._capacity *= 2
        copy.length = length
        copy._columns = {name: copy._grown(array) for name, array in self._columns.items()}
        copy._layers = self._layers.copied(length)
        return copy

    def column(self, name: str, length: int | None = None) -> Floats:
        """Return the first `length` values of a column, (length,) float64, read-only."""
        rows = self.length if length is None else min(length, self.length)
        array = self._columns.get(self.COLUMNS[self.COLUMNS.index(name)])
        if name == "epoch":
            view = np.arange(1.0, rows + 1.0)
        elif array is None:
            return np.broadcast_to(np.float64(math.nan), rows)
        else:
            view = array[:rows]
        view.flags.writeable = False
        return view

    def layers(self, name: str, length: int | None = None, first: int = 0) -> Floats:
        """Return the rows of a layer column from `first` to `length`, (length - first, L) float64, read-only."""
        rows = self.length if length is None else min(length, self.length)
        return self._layers.read(self.LAYER_COLUMNS.index(name), min(first, rows), rows)

    def to_json(self) -> dict[str, Any]:
        """Convert to a JSON object: a list per column, (E,), and a list of rows per layer column, (E, L)."""
        length = self.length  # read once: the session's thread may append meanwhile
        return {
            "n_layers": self._layers.layers,
            "columns": {name: encode(self.column(name, length)) for name in self.COLUMNS},
            "layers": {name: encode(self.layers(name, length)) for name in self.LAYER_COLUMNS},
        }

    @classmethod
    def from_json(cls, json: Any) -> History:
        """Convert a JSON object back.

        Raises
        ------
        RunError
            if it is not a history.
        """
        parts: HistoryJson = decode_fields(HistoryJson, json, "history")
        shapes = {column.shape for column in parts.columns.values()}
        by_layer = [rows.shape for rows in parts.layers.values()]
        shapes |= {shape[:1] if shape[1:] == (parts.n_layers,) else shape for shape in by_layer}
        names = set(parts.columns) | set(parts.layers)
        is_even = len(shapes) == 1 and len(min(shapes)) == 1 and parts.n_layers > 0
        if names != {*cls.COLUMNS, *cls.LAYER_COLUMNS} or not is_even:
            expected = ", ".join((*cls.COLUMNS, *cls.LAYER_COLUMNS))
            raise RunError(_("history: expected the columns {expected}, equally long").format(expected=expected))
        history = cls(parts.n_layers)
        for row in range(shapes.pop()[0]):
            history.append(
                {name: column[row] for name, column in parts.columns.items()},
                {name: rows[row] for name, rows in parts.layers.items()},
            )
        return history


class _Again(History):
    """The first rows of a history, whose next ones are made again: they are there already."""

    def __init__(self, history: History, length: int) -> None:
        super().__init__(history._layers.layers)
        self.length, self._columns, self._layers = length, history._columns, history._layers

    def append(self, row: Mapping[str, float], layers: Mapping[str, Floats]) -> None:
        self.length += 1


@dataclass(frozen=True)
class HistoryJson:
    """The JSON form of a history; see `History.to_json`."""

    n_layers: int
    columns: Mapping[str, Floats]
    layers: Mapping[str, Floats]


@dataclass(frozen=True)
class LayerProbe:
    """One layer at the last measured batch.

    `gradient_norm` is the Euclidean norm of the loss's gradient with respect to the layer's weights and biases;
    `update_ratio` the norm of the last update over that of the parameters; `idle_share` the share of units that are
    dead (zero for every row of the batch: ReLU family) or saturated (sigmoid, tanh), None for the output layer.
    """

    fan_in: int
    fan_out: int
    gradient_norm: float
    update_ratio: float
    idle_share: float | None
    idle_kind: Literal["dead", "saturated", ""]
    trouble: Literal["vanishing", "exploding", ""]
