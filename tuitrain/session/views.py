"""Views of a training that cost something: computed only while somebody looks at them.

Shapes as in `snapshot.py`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuitrain.data.dataset import Dataset
from tuitrain.engine import Trainer
from tuitrain.engine.evaluation import decide
from tuitrain.session.snapshot import BoundaryView, ParametersView

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
