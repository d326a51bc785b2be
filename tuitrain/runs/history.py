"""The course of a training, epoch by epoch, and what was measured in each layer.

Shapes: `E` epochs recorded, `L` layers with parameters.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from tuitrain.errors import RunError
from tuitrain.runs.json_values import decode_fields, encode
from tuitrain.translation import gettext as _

Floats = NDArray[np.float64]


class History:
    """Columns that grow by one row an epoch; a reader in another thread sees only whole rows.

    `column(name, length)` gives (length,) float64 and `layers(name, length)` (length, L) float64, both read-only.
    Columns: epoch, train_loss, validation_loss, train_metric, validation_metric, watched_metric (that which chooses the
    best epoch, where it is not the loss), learning_rate, gradient_norm (total), seconds. Layer columns: gradient_norm,
    update_ratio, idle_share. What was not measured is NaN. The train metric is measured only where there is no
    validation part: after the epoch, on all training rows, as the validation metric is. Of an ensemble, validation_low
    and validation_high are the least and the largest of its members' validation losses.
    """

    COLUMNS = (
        "epoch", "train_loss", "validation_loss", "train_metric", "validation_metric", "watched_metric",
        "learning_rate", "gradient_norm", "seconds", "validation_low", "validation_high",
    )  # fmt: skip
    LAYER_COLUMNS = ("gradient_norm", "update_ratio", "idle_share")

    def __init__(self, layers: int) -> None:
        self.length = 0
        self._columns = np.full((len(self.COLUMNS), 256), np.nan)
        self._layers = np.full((len(self.LAYER_COLUMNS), 256, layers), np.nan)

    def append(self, row: Mapping[str, float], layers: Mapping[str, Floats]) -> None:
        """Add one epoch; names that are missing are recorded as NaN. Only the session's thread calls this."""
        if self.length == self._columns.shape[1]:
            self._columns = np.concatenate([self._columns, np.full_like(self._columns, np.nan)], axis=1)
            self._layers = np.concatenate([self._layers, np.full_like(self._layers, np.nan)], axis=1)
        for index, name in enumerate(self.COLUMNS):
            self._columns[index, self.length] = row.get(name, np.nan)
        for index, name in enumerate(self.LAYER_COLUMNS):
            if name in layers:
                self._layers[index, self.length] = layers[name]
        self.length += 1

    def column(self, name: str, length: int | None = None) -> Floats:
        """Return the first `length` values of a column, (length,) float64, read-only."""
        return self._read(self._columns[self.COLUMNS.index(name)], length)

    def layers(self, name: str, length: int | None = None) -> Floats:
        """Return the first `length` rows of a layer column, (length, L) float64, read-only."""
        return self._read(self._layers[self.LAYER_COLUMNS.index(name)], length)

    def _read(self, array: Floats, length: int | None) -> Floats:
        view = array[: self.length if length is None else length]
        view.flags.writeable = False
        return view

    def to_json(self) -> dict[str, Any]:
        """Convert to a JSON object: a list per column, (E,), and a list of rows per layer column, (E, L)."""
        length = self.length  # read once: the session's thread may append meanwhile
        return {
            "n_layers": self._layers.shape[2],
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
