"""``metrics.jsonl``: a line an epoch of a training, from its history and back, every number to the last bit.

Null stands for NaN, and infinities are the texts "inf" and "-inf". The metric is named for the part it was measured on
and for what it is, as ``validation_accuracy``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from tuitrain.errors import RunError
from tuitrain.options.metric_names import LOSS
from tuitrain.runs.file_checks import listed, score, table, whole
from tuitrain.runs.history import History
from tuitrain.runs.line_file import read_lines
from tuitrain.text import visible
from tuitrain.translation import gettext as _

PLAIN = ("train_loss", "validation_loss", "learning_rate", "gradient_norm", "seconds")
LAYERS = {"gradient_norm": "layer_gradient_norms", "update_ratio": "update_ratios", "idle_share": "idle_shares"}
VALIDATION = "validation"
PARTS = ("train", VALIDATION)
OF_ENSEMBLES = ("validation_low", "validation_high")
_CHECK = table(
    {"epoch": whole(1), "step": whole()},
    dict.fromkeys((*PLAIN, *OF_ENSEMBLES), score) | {name: listed(score) for name in LAYERS.values()},
    is_open=True,
)


def epoch_lines(
    history: History, steps: Sequence[int], first: int, *, part: str, metric: str, watched: str
) -> list[bytes]:  # fmt: skip
    """Return the lines of some epochs, from `first` (counted from 0), each with its end.

    `steps` holds the steps done after each of them; `metric` was measured on `part`. `watched` is the metric of the
    validation rows that chooses the best epoch, or ``loss``.
    """
    last = first + len(steps)
    columns = {name: history.column(name, last)[first:].tolist() for name in PLAIN}
    if not np.isnan(history.column("validation_low", last)).all():
        columns |= {name: history.column(name, last)[first:].tolist() for name in OF_ENSEMBLES}
    columns[f"{part}_{metric}"] = history.column(f"{part}_metric", last)[first:].tolist()
    if part == VALIDATION and watched not in {LOSS, metric}:
        columns[f"{part}_{watched}"] = history.column("watched_metric", last)[first:].tolist()
    layers = {name: history.layers(column, last, first).tolist() for column, name in LAYERS.items()}
    lines = []
    for row, step in enumerate(steps):
        parts = [f'"epoch":{first + row + 1},"step":{step}']
        parts += [f'"{name}":{_number(values[row])}' for name, values in columns.items()]
        parts += [f'"{name}":[{",".join(map(_number, rows[row]))}]' for name, rows in layers.items()]
        lines.append(("{" + ",".join(parts) + "}\n").encode())
    return lines


def _number(value: float) -> str:
    return repr(value) if math.isfinite(value) else "null" if math.isnan(value) else f'"{value!r}"'


def _value(found: float | int | str | None) -> float:
    return math.nan if found is None else float(found)


def read_epochs(path: Path) -> tuple[list[dict[str, Any]], bool]:
    """Return the epochs of a file, with NaN and infinities as floats, and whether its last line was cut short.

    Raises
    ------
    RunError
        if it cannot be read, or a line is no epoch.
    """
    lines, is_cut = read_lines(path)
    epochs = []
    for number, line in enumerate(lines, 1):
        try:
            epochs.append(epoch_of(line, number))
        except (TypeError, ValueError) as error:
            raise RunError(
                _("{path}, line {number}: {why}").format(path=visible(path), number=number, why=visible(error, 120))
            ) from None
    return epochs, is_cut


def epoch_of(line: object, number: int) -> dict[str, Any]:
    """Return an epoch from its line's JSON, with NaN and infinities as floats.

    Raises
    ------
    TypeError, ValueError
        if it is none, or not the epoch of that number.
    """
    found: dict[str, Any] = _CHECK(line)
    if found["epoch"] != number:
        raise ValueError(_("epoch {found}, not {number}").format(found=found["epoch"], number=number))
    return {name: _values(value, name) for name, value in found.items()}


def _values(value: Any, name: str) -> Any:
    if name in {"epoch", "step"}:
        return value
    return [_value(item) for item in value] if isinstance(value, list) else _value(value)
