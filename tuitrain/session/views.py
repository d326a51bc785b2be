"""Views of a training that cost something: computed only while somebody looks at them.

Shapes as in `snapshot.py`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuitrain.data.dataset import Dataset
from tuitrain.engine import Trainer
from tuitrain.engine import metrics as measures
from tuitrain.engine.evaluation import Examined, decide
from tuitrain.engine.probabilities import class_probabilities
from tuitrain.session.snapshot import BoundaryView, MetricView, ParametersView

BOUNDARY_POINTS = 500
MARGIN = 0.08  # of the rows' range, on each side


def epoch_of_weights(trainer: Trainer) -> int:
    """The epoch that the network's weights are of: the last one, after the end the best one."""
    best = int(trainer.early_stopping.best_epoch[0])
    return best if trainer.is_done and best else int(trainer.epochs_done)


def parameters_view(trainer: Trainer) -> ParametersView:
    """Copy the weights and biases of each layer."""
    network = trainer.network
    return ParametersView(
        tuple(w[0].astype(np.float32) for w in network.weights),
        tuple(b[0, 0].astype(np.float32) for b in network.biases),
        epoch_of_weights(trainer),
    )


def metric_view(
    trainer: Trainer, dataset: Dataset, *, train_rows: Examined | None = None, is_running: bool = False
) -> MetricView:
    """Evaluate the network on the validation rows, or on the training rows where there are none.

    `train_rows` are the training rows as they were examined before. While running, the last epoch's evaluation is used.
    It keeps the network's outputs from the first look on; until an epoch has ended since, the scores that need them are
    not known (NaN).
    """
    part, name = (dataset.validation, "validation") if trainer.validation else (dataset.train, "train")
    examined = trainer.validation or train_rows or trainer.examine(part)
    examined.keeps_outputs = bool(dataset.n_classes)
    if not is_running or not examined.decided.size:
        examined.evaluate()
    values = {key: float(value[0]) for key, value in examined.all_metrics().items()}
    predicted = examined.decided[0]
    if dataset.n_classes:
        counts = measures.confusion_counts(part.y, predicted, dataset.n_classes)
        outputs = None if examined.outputs is None else examined.outputs[0]
        values |= _scores(counts) | _probability_scores(part.y, outputs, trainer)
        return _class_view(name, values, counts, trainer, dataset)
    truth, answers = dataset.own_units(part.y[:, 0]), dataset.own_units(predicted)
    usual = float(np.mean(dataset.own_units(dataset.train.y[:, 0])))
    constant = np.full_like(truth, usual)
    measured = {"r2": measures.r2, "rmse": measures.rmse, "mae": measures.mae}
    baselines = {key: float(measure(truth, constant)) for key, measure in measured.items()}
    return MetricView(
        name, values, truth=truth, predicted=answers, epoch=epoch_of_weights(trainer), baselines=baselines, usual=usual
    )  # fmt: skip


def _class_view(
    name: str, values: dict[str, float], counts: NDArray[np.int64], trainer: Trainer, dataset: Dataset
) -> MetricView:
    """Scores `values` of the answers that `counts` (K, K) holds, beside those of a constant answer.

    It is the most frequent class of the training rows; where probabilities are scored, the share of each class in them,
    which no constant prediction beats on rows of the same shares.
    """
    frequencies = np.bincount(dataset.train.y, minlength=dataset.n_classes)
    usual, shares = int(frequencies.argmax()), frequencies / frequencies.sum()
    constant = np.zeros_like(counts)
    constant[:, usual] = counts.sum(axis=1)
    truth = np.repeat(np.arange(dataset.n_classes), counts.sum(axis=1))
    same = np.broadcast_to(shares, (len(truth), dataset.n_classes))
    baselines = _scores(constant) | {
        "roc_auc": measures.roc_auc(truth, same), "log_loss": measures.log_loss(truth, same),
        "brier": measures.brier_score(truth, same),
    }  # fmt: skip
    return MetricView(
        name, values, confusion=counts, epoch=epoch_of_weights(trainer), class_scores=measures.class_scores(counts),
        baselines=baselines, usual=float(usual),
    )  # fmt: skip


def _scores(counts: NDArray[np.int64]) -> dict[str, float]:
    return {
        "accuracy": float(np.trace(counts) / counts.sum()), "balanced_accuracy": measures.balanced_accuracy(counts),
        "f1": measures.macro_f1(counts),
    }  # fmt: skip


def _probability_scores(truth: NDArray[Any], outputs: NDArray[Any] | None, trainer: Trainer) -> dict[str, float]:
    """Scores of the network's outputs (V, K); NaN where they, or probabilities from them, are not known.

    A loss without probabilities (hinge, or one for values) leaves the outputs as they are: they rank the rows, which is
    enough for the area under the ROC curve.
    """
    unknown = float("nan")
    if outputs is None or not np.isfinite(outputs).all():
        return {"roc_auc": unknown, "log_loss": unknown, "brier": unknown}
    loss = trainer.network.loss
    if loss.gives_probabilities:
        scores = class_probabilities(outputs, loss.name)
        log_loss, brier = measures.log_loss(truth, scores), measures.brier_score(truth, scores)
    else:
        scores, log_loss, brier = outputs, unknown, unknown
        if outputs.shape[1] <= 2:  # the second class is answered where its output, or the only one, is the larger
            margin = outputs[:, -1:] if outputs.shape[1] == 1 else outputs[:, 1:] - outputs[:, :1]
            scores = np.concatenate([-margin, margin], axis=1)
    return {"roc_auc": measures.roc_auc(truth, scores), "log_loss": log_loss, "brier": brier}


def boundary_view(trainer: Trainer, dataset: Dataset, shape: tuple[int, int]) -> BoundaryView | None:
    """Compute the network's answers on a grid (rows, columns) over one or two number inputs; None for other inputs."""
    numbers, train = dataset.preprocessing.numbers, dataset.train
    if len(numbers) != train.X.shape[1] or len(numbers) not in {1, 2}:
        return None
    scale = np.array([[column.scale, column.shift] for column in numbers])
    chosen = slice(None, None, max(1, -(-len(train) // BOUNDARY_POINTS)))
    points = train.X[chosen].astype(np.float64) * scale[:, 0] + scale[:, 1]
    low, high = points.min(axis=0), points.max(axis=0)
    low, high = low - MARGIN * (high - low), high + MARGIN * (high - low)
    encoded = ((_grid(low, high, shape) - scale[:, 1]) / scale[:, 0]).astype(np.float32)
    answers, confidence = _answers(trainer, dataset, encoded)
    form = shape if len(numbers) == 2 else (shape[1],)
    vertical = (float(low[1]), float(high[1])) if len(numbers) == 2 else (float("nan"), float("nan"))
    y = train.y[chosen]
    return BoundaryView(
        tuple(column.name for column in numbers), (float(low[0]), float(high[0]), *vertical), answers.reshape(form),
        None if confidence is None else confidence.reshape(form), points,
        y if dataset.n_classes else dataset.own_units(y[:, 0]), epoch_of_weights(trainer),
    )  # fmt: skip


def _grid(low: NDArray[Any], high: NDArray[Any], shape: tuple[int, int]) -> NDArray[np.float64]:
    across = np.linspace(low[0], high[0], shape[1])
    if len(low) == 1:
        return across[:, None]
    down = np.linspace(high[1], low[1], shape[0])
    return np.stack([np.tile(across, shape[0]), np.repeat(down, shape[1])], axis=1)


def _answers(
    trainer: Trainer, dataset: Dataset, X: NDArray[np.float32]
) -> tuple[NDArray[Any], NDArray[np.float64] | None]:
    network, classes = trainer.network, dataset.n_classes
    outputs = network.logits_of_rows(network.rows_of(X))
    answers = decide(outputs, network, classes)[0]
    if not classes:
        return dataset.own_units(answers), None
    network.loss.to_probabilities(outputs.swapaxes(1, 2))
    if outputs.shape[2] == 1:
        middle = 0.5 if network.loss.gives_probabilities or not network.loss.for_classes else 0.0
        return answers, np.abs(outputs[0, :, 0] - middle).astype(np.float64)
    return answers, outputs[0].max(axis=1).astype(np.float64)
