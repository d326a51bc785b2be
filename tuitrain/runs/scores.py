"""What a model's answers are worth: every metric beside that of a constant answer, and how far chance moves it.

`N` rows, `K` outputs, `C` classes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tuitrain.engine import metrics
from tuitrain.engine.resampling import Interval, classes_measure, intervals, values_measure
from tuitrain.engine.scoring import ranking, scores_of_classes, scores_of_constant, scores_of_values
from tuitrain.numbers import json_number
from tuitrain.options.metric_names import LOSS
from tuitrain.text import counted, quoted
from tuitrain.translation import gettext as _

if TYPE_CHECKING:
    from tuitrain.data.dataset import Dataset
    from tuitrain.runs.model import Model

Array = NDArray[Any]
LEAST_OF_A_CLASS = 50  # validation rows of the rarest class


class Judge:
    """Scores outputs of `model` on rows of a dataset whose training rows say what a constant answer is."""

    def __init__(self, model: Model, dataset: Dataset) -> None:
        self._model = model
        y = dataset.train.y
        self._shares = np.bincount(y, minlength=dataset.n_classes) / len(y) if dataset.n_classes else np.empty(0)
        self._mean = 0.0 if dataset.n_classes else float(model.own_units(y[:, 0]).mean())

    def to_json(self, outputs: Array, y: Array) -> dict[str, Any]:
        """Return for each metric its value, that of a constant answer, and the interval of resampled rows.

        `outputs` (N, K) are as `Model.logits_of` returns them, `y` as a part has it. The constant answer is the most
        frequent class of the training rows, or with its share's probability, or their mean. The interval holds the
        middle 90 % of what other rows drawn from these, with replacement, would have given (Efron, 1979).
        """
        if not self._model.class_names:
            return self._values(outputs, y)
        return self._classes(outputs, y)

    def _classes(self, outputs: Array, y: Array) -> dict[str, Any]:
        model = self._model
        scores, are_probabilities = ranking(outputs, model.network.loss)
        decided = model.decided_numbers(outputs)
        positive = model.positive
        values = scores_of_classes(y, scores, decided, are_probabilities=are_probabilities, positive=positive)
        constant = scores_of_constant(y, self._shares, positive)
        measure = classes_measure(y, scores, decided, are_probabilities=are_probabilities, positive=positive)
        found: dict[str, Any] = {"metrics": _beside(values, constant, intervals(len(y), measure))}
        found["averages"] = "macro" if positive is None else model.class_names[positive]
        counts = metrics.confusion_counts(y, decided, len(model.class_names))
        found["classes"] = {
            name: {"precision": float(p), "recall": float(r), "f1": float(f), "rows": int(counts[number].sum())}
            for number, (name, (p, r, f)) in enumerate(
                zip(model.class_names, metrics.class_scores(counts), strict=True)
            )
        }  # fmt: skip
        if are_probabilities:
            found["calibration_error"] = json_number(metrics.calibration_error(y, scores, positive=positive))
        return found

    def _values(self, outputs: Array, y: Array) -> dict[str, Any]:
        truth = self._model.own_units(y[:, 0])
        predicted = self._model.own_units(outputs[:, 0])
        constant = scores_of_values(truth, np.full(len(truth), self._mean))
        measured = intervals(len(truth), values_measure(truth, predicted))
        return {"metrics": _beside(scores_of_values(truth, predicted), constant, measured)}


def _beside(
    values: Mapping[str, float], constant: Mapping[str, float], measured: Mapping[str, Interval]
) -> dict[str, Any]:  # fmt: skip
    """Put each metric beside that of a constant answer and its interval."""
    return {
        name: {
            "value": json_number(value), "baseline": json_number(constant[name]),
            "interval": [json_number(end) for end in measured[name]],
        } for name, value in values.items()
    }  # fmt: skip


def proposals(found: Mapping[str, Any]) -> list[str]:
    """Say where a single network's validation rows are too few to choose by, with the interval that shows it.

    `found` is what ``tuitrain train --json`` prints; nothing is said of numbers, and of an ensemble. The interval is
    that of the metric that was chosen by, or of balanced accuracy.
    """
    judged = found.get("scores", {}).get("validation", {})
    if "ensemble" in found or not judged.get("classes"):
        return []
    name, rarest = min(judged["classes"].items(), key=lambda item: item[1]["rows"])
    if rarest["rows"] >= LEAST_OF_A_CLASS:
        return []
    metric = found.get("hyperparameters", {}).get("metric", LOSS)
    metric = "balanced_accuracy" if metric == LOSS else metric
    low, high = judged["metrics"][metric]["interval"]
    if low is None:
        return []
    return [too_few(rarest["rows"], name, metric, (low, high))]


def too_few(rows: int, name: str, metric: str, interval: Interval) -> str:
    """Say that there are few `rows` of class `name` to choose by, and what does better."""
    low, high = interval
    if round(low, 2) == round(high, 2):  # all resampled rows were right: they cannot show how few they are
        text = _(
            "only {rows} of class {name}, too few to choose by; --ensemble 8 validates on every row, "
            "and tuitrain search --folds 5 --seeds 3 compares more safely"
        )
        return text.format(rows=counted(rows, "validation row"), name=quoted(name))
    text = _(
        "only {rows} of class {name}: {metric} may as well be {low:.2f} as {high:.2f} on "
        "others; --ensemble 8 validates on every row, and tuitrain search --folds 5 --seeds 3 compares more safely"
    )
    return text.format(
        rows=counted(rows, "validation row"), name=quoted(name), metric=metric.replace("_", " "), low=low, high=high
    )
