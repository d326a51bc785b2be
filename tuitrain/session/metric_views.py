"""What the Metric pane is given: scores beside a constant answer, and, where more is looked at, intervals and curves.

`V` rows of the part, `K` classes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuitrain.data.dataset import Dataset
from tuitrain.engine import Trainer
from tuitrain.engine import metrics as measures
from tuitrain.engine.curves import precision_recall_curve, roc_curve, thinned
from tuitrain.engine.evaluation import Examined
from tuitrain.engine.resampling import classes_measure, intervals, values_measure
from tuitrain.engine.scoring import (
    NO_THRESHOLD,
    UNKNOWN,
    decided_at,
    ranking,
    scores_of_classes,
    scores_of_constant,
    scores_of_values,
    threshold_for,
)
from tuitrain.options.metric_names import CLASS_METRICS
from tuitrain.session.snapshot import MetricView, Reliability, ThresholdCurve
from tuitrain.session.views import epoch_of_weights

Array = NDArray[Any]
Curves = tuple[ThresholdCurve, ...]
MOST_CURVES = 6
MOST_POINTS = 200  # of a curve


@dataclass(frozen=True)
class _Answers:
    """The answers to some rows: class numbers (V,), and scores of the classes (V, K) where these are known."""

    truth: Array
    decided: Array
    scores: Array | None
    are_probabilities: bool
    positive: int | None
    threshold: float | None

    def counts(self, classes: int) -> NDArray[np.int64]:
        """Return how often each class (row) was answered with each class (column), (K, K)."""
        return measures.confusion_counts(self.truth, self.decided, classes)


def metric_view(
    trainer: Trainer, dataset: Dataset, *, train_rows: Examined | None = None, is_running: bool = False,
    in_detail: bool = False,
) -> MetricView:  # fmt: skip
    """Evaluate the network on the validation rows, or on the training rows where there are none.

    `train_rows` are the training rows as they were examined before. While running, the last epoch's evaluation is used.
    It keeps the network's outputs from the first look on; until an epoch has ended since, the scores that need them are
    not known (NaN), and a threshold is not heeded. `in_detail` adds intervals (of
    fewer draws while running) and curves.
    """
    part, name = (dataset.validation, "validation") if trainer.validation else (dataset.train, "train")
    examined = trainer.validation or train_rows or trainer.examine(part)
    examined.keeps_outputs |= bool(dataset.n_classes)  # the trainer may need them itself
    if not is_running or not examined.decided.size:
        examined.evaluate()
    epoch = epoch_of_weights(trainer)
    if not dataset.n_classes:
        truth, predicted = dataset.own_units(part.y[:, 0]), dataset.own_units(examined.decided[0])
        view = _of_values(name, epoch, truth, predicted, dataset)
        if not in_detail or not np.isfinite(predicted).all():
            return view
        return replace(view, intervals=intervals(len(truth), values_measure(truth, predicted), is_quick=is_running))
    outputs = None if examined.outputs is None else examined.outputs[0]
    answers = _answers(part.y, examined.decided[0], outputs, trainer, dataset)
    view = _of_classes(name, epoch, answers, dataset)
    return _with_detail(view, answers, is_quick=is_running) if in_detail else view


def _of_values(name: str, epoch: int, truth: Array, predicted: Array, dataset: Dataset) -> MetricView:
    usual = float(np.mean(dataset.own_units(dataset.train.y[:, 0])))
    return MetricView(
        name, scores_of_values(truth, predicted), truth=truth, predicted=predicted, epoch=epoch,
        baselines=scores_of_values(truth, np.full_like(truth, usual)), usual=usual,
    )  # fmt: skip


def _answers(truth: Array, decided: Array, outputs: Array | None, trainer: Trainer, dataset: Dataset) -> _Answers:
    """Return the answers as the model would give them, with its threshold."""
    h, positive = trainer.hyperparameters[0], dataset.positive
    if h.threshold != NO_THRESHOLD and positive is None:
        positive = 1
    if outputs is None or not np.isfinite(outputs).all():
        return _Answers(truth, decided, None, False, positive, None)
    scores, are_probabilities = ranking(outputs, trainer.network.loss)
    threshold = None
    if positive is not None and are_probabilities:
        threshold = threshold_for(h.threshold, h.metric, truth, scores, positive)
        decided = decided if threshold is None else decided_at(scores, positive, threshold)
    return _Answers(truth, decided, scores, are_probabilities, positive, threshold)


def _of_classes(name: str, epoch: int, answers: _Answers, dataset: Dataset) -> MetricView:
    """Score the answers, beside those of a constant one."""
    frequencies = np.bincount(dataset.train.y, minlength=dataset.n_classes)
    counts = answers.counts(dataset.n_classes)
    if answers.scores is None:
        decided = {key: float(value) for key, value in measures.decision_scores(counts, answers.positive).items()}
        values = {key: decided.get(key, UNKNOWN) for key in CLASS_METRICS}
    else:
        values = scores_of_classes(
            answers.truth, answers.scores, answers.decided, are_probabilities=answers.are_probabilities,
            positive=answers.positive,
        )  # fmt: skip
    return MetricView(
        name, values, confusion=counts, epoch=epoch, class_scores=measures.class_scores(counts),
        baselines=scores_of_constant(answers.truth, frequencies / frequencies.sum(), answers.positive),
        usual=float(frequencies.argmax()), positive=answers.positive, threshold=answers.threshold,
    )  # fmt: skip


def _with_detail(view: MetricView, answers: _Answers, *, is_quick: bool) -> MetricView:
    """Add what costs more: intervals and curves; as it is where the scores are not known."""
    scores, truth = answers.scores, answers.truth
    if scores is None:
        return view
    measure = classes_measure(
        truth, scores, answers.decided, are_probabilities=answers.are_probabilities, positive=answers.positive
    )
    roc, precision_recall = _curves(truth, scores, answers.positive)
    reliability = None
    if answers.are_probabilities:
        said, true, rows = measures.reliability(truth, scores, positive=answers.positive)
        error = measures.calibration_error(truth, scores, positive=answers.positive)
        reliability = Reliability(said, true, rows, error, answers.positive)
    return replace(
        view, intervals=intervals(len(truth), measure, is_quick=is_quick), roc=roc, precision_recall=precision_recall,
        reliability=reliability,
    )  # fmt: skip


def _curves(truth: Array, scores: Array, positive: int | None) -> tuple[Curves, Curves]:
    """Return the ROC curves and those of precision against recall, each of the classes that are ranked worst."""
    classes = scores.shape[1]
    single = 1 if positive is None and classes == 2 else positive
    roc, precision_recall = [], []
    for number in [single] if single is not None else range(classes):
        is_class, score = truth == number, scores[:, number]
        if is_class.all() or not is_class.any():
            continue
        area = measures.roc_auc(is_class.astype(np.int64), np.stack([-score, score], axis=1))
        x, y, _thresholds = roc_curve(is_class, score)
        roc.append(ThresholdCurve(number, *thinned(x, y, MOST_POINTS), area))
        area = measures.average_precision(truth, scores, number)
        x, y, _thresholds = precision_recall_curve(is_class, score)
        precision_recall.append(ThresholdCurve(number, *thinned(x, y, MOST_POINTS), area))
    return _worst(roc), _worst(precision_recall)


def _worst(curves: list[ThresholdCurve]) -> tuple[ThresholdCurve, ...]:
    kept = sorted(curves, key=lambda curve: curve.area)[:MOST_CURVES]
    return tuple(sorted(kept, key=lambda curve: curve.number))
