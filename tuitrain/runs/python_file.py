"""Export a model as one Python file that needs only NumPy: `standalone.py` with the model written into it."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuitrain._version import __version__
from tuitrain.data.cells.column_format import TEXT, TIME, ColumnFormat
from tuitrain.errors import ModelError
from tuitrain.runs import standalone
from tuitrain.runs.average_model import AverageModel
from tuitrain.runs.model import Model
from tuitrain.text import listed, quoted
from tuitrain.translation import gettext as _

PLACE = "MODEL: dict[str, Any] = {}\n"
MOST_LEVELS = 5  # of a column, that are among the rows that check
UNSEEN = "a text that training never saw"


def python_file(model: Model) -> str:
    """Return the text of the file; it was run once, and agrees with the model.

    Raises
    ------
    ModelError
        if the model has what such a file cannot hold, or the file does not agree with it.
    """
    times = [name for name, form in model.preprocessing.needed_formats.items() if form.kind == TIME]
    if times:
        raise ModelError(_("{columns}: times of day are not exported; use tuitrain predict").format(
            columns=listed("column", times)))  # fmt: skip
    stored = stored_model(model)
    rows = check_rows(model)
    stored["check"] = {"rows": rows, "expected": model.predict(rows).tolist()}
    if model.gives_probabilities:
        stored["check"]["probabilities"] = model.predict_proba(rows).tolist()
    source = Path(standalone.__file__).read_text(encoding="utf-8")
    head, found, tail = source.partition(PLACE)
    assert found, "standalone.py has lost its place for the model"
    text = f"{head}MODEL: dict[str, Any] = {{'json': {json.dumps(stored)!r}}}\n{tail}"
    difference = _run(text).check()
    if not difference <= standalone.CLOSE:
        raise ModelError(
            _("the exported file would predict otherwise than the model (difference {difference:.2g})").format(
                difference=difference
            )
        )
    return text


def _run(text: str) -> Any:
    """Return the file's module."""
    module = ModuleType("exported")
    exec(compile(text, "exported model", "exec"), vars(module))  # it is tuitrain's own
    return module


def stored_model(model: Model) -> dict[str, Any]:
    """Return what the file holds of a model, as JSON values."""
    forms = model.preprocessing.formats
    numbers = [
        {"column": c.column, "part": c.part, "median": c.median, "shift": c.shift, "scale": c.scale, "flag": c.flag,
         "flag_shift": c.flag_shift, "flag_scale": c.flag_scale, "words": list(c.words),
         "percent": _is_percent(forms, c.column), "missing": _missing(forms, c.column, "number")}
        for c in model.preprocessing.numbers
    ]  # fmt: skip
    texts = [
        {"column": c.name, "levels": list(c.levels), "missing": _missing(forms, c.name, TEXT)}
        for c in model.preprocessing.texts
    ]
    network, bins = model.network, model.preprocessing.piecewise()
    return {
        "tuitrain": __version__, "target": model.target_name, "classes": list(model.class_names),
        "target_mean": model.target_mean, "target_scale": model.target_scale, "loss": network.loss.name,
        "gives_probabilities": model.gives_probabilities, "threshold": 0.0 if network.loss.for_classes else 0.5,
        "networks": _networks(model),
        "bins": [] if bins is None else [
            (place, low, high) for place, edges in bins.edges.items() for low, high in pairwise(edges)
        ],
        "positive": model.positive, "cutoff": model.threshold if model.gives_probabilities else None,
        "numbers": numbers, "texts": texts,
    }  # fmt: skip


def _networks(model: Model) -> list[dict[str, Any]]:
    """Return the layers of each network, and what is its own: activation, whether it reads bins, how much it counts."""
    models = model.networks if isinstance(model, AverageModel) else (model,)
    found = [
        {"layers": [{"weights": _stored(weights[member]), "biases": _stored(biases[member, 0])}
                    for weights, biases in zip(one.network.weights, one.network.biases, strict=True)],
         "activation": one.network.activation.name, "leaky_slope": one.hyperparameters.leaky_slope,
         "has_bins": one.network.bins is not None}
        for one in models for member in range(one.n_networks)
    ]  # fmt: skip
    return [{**own, "weight": weight} for own, weight in zip(found, model.member_weights.tolist(), strict=True)]


def _missing(forms: Mapping[str, ColumnFormat], name: str, kind: str) -> list[str]:
    return sorted(forms.get(name, ColumnFormat(kind)).missing_words())


def _is_percent(forms: Mapping[str, ColumnFormat], name: str) -> bool:
    """Return whether the column's cells must have a percent sign, as in training."""
    return name in forms and forms[name].percent


def _stored(array: NDArray[Any]) -> dict[str, Any]:
    data = np.ascontiguousarray(array, "<f4")
    return {"shape": list(data.shape), "data": base64.b64encode(data.tobytes()).decode()}


def check_rows(model: Model) -> list[dict[str, Any]]:
    """Return rows to check a file with: each column low, high and missing, each level, and one never seen."""
    preprocessing = model.preprocessing
    usual: dict[str, Any] = {}
    others: dict[str, list[Any]] = {}
    for column in preprocessing.numbers:
        if column.part:
            if column.part == "days":
                low, high = preprocessing.ranges.get(column.column, (column.median, column.median))
                usual[column.column] = _iso(column.median)
                others[column.column] = [_iso(low), _iso(high), None]
            continue
        low, high = preprocessing.ranges.get(column.column, (column.median, column.median))
        values: list[Any] = list(column.words) or [column.median, low, high]
        if _is_percent(preprocessing.formats, column.column):
            values = [f"{100 * value:.12g}%" for value in values]
        usual[column.column] = values[0]
        others[column.column] = [*(values if column.words else values[1:]), None]
    for text in preprocessing.texts:
        levels = [level for level in text.levels if level is not None]
        usual[text.name] = levels[0] if levels else None
        others[text.name] = [*levels[:MOST_LEVELS], UNSEEN, None]
    rows = [usual]
    for name, values in others.items():
        rows += [{**usual, name: value} for value in values]
    return rows


def _iso(days: float) -> str:
    return (datetime(1970, 1, 1) + timedelta(seconds=round(days * 86400))).isoformat(sep=" ")


def readable(model: Model) -> str:
    """Say what the file predicts, for the one who has asked for it."""
    return _("predicts {target} with NumPy alone").format(target=quoted(model.target_name))
