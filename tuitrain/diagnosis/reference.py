"""What a training is held against: the best constant guess, and what simple methods make of the same rows.

`N` training rows, `V` validation rows, `D` features, `K` outputs.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuitrain.data.dataset import Dataset, Part
from tuitrain.engine import metrics
from tuitrain.engine.losses import LOSSES
from tuitrain.engine.network import Network, encode_target, equal_shares

Array = NDArray[Any]
MOST_TRAIN, MOST_VALIDATION = 3_000, 600  # rows that neighbours are sought among, and for
MOST_CELLS = 2_000_000  # rows by features of these, so that wide tables take no longer
NEIGHBOURS = (5, 15)
LEAST_ROWS = 10  # validation rows that a score is taken on
RIDGE = 1e-2  # penalty of the linear reference, by row
RANDOM_UNITS = 300  # of the reference that bends
MOST_PRODUCTS = 24  # inputs, of which all squares and products are taken: 324 with the inputs themselves
LEAST_TRAIN = 400  # rows that are always taken: a few milliseconds
SHARE_OF_TRAINING = 80  # rows that were trained for each row that is taken: so it costs about a tenth of that
PENALTIES = (1e-4, 1e-2, 1.0, 30.0)  # by row, of which generalised cross-validation chooses


def constant_losses(network: Network, train: Part, parts: tuple[Part, ...]) -> tuple[float, ...]:
    """Return the loss on each part of the constant answer that is best on the training rows; NaN for no rows.

    The candidates are those that minimise the losses there are: the mean, the logarithms and the logits of the
    classes' shares, the middle value, and the usual class with the margin of the hinge loss.
    """
    target = encode_target(train.y, len(train), network)
    mean = target.mean(axis=1, dtype=np.float64)
    shares = np.clip(mean, 1e-6, 1 - 1e-6)
    middle = np.median(target, axis=1)
    between = [mean + part * (middle - mean) for part in (0.25, 0.5, 0.75)]
    candidates = [mean, middle, np.sign(middle), np.sign(mean), *between]
    if network.loss.for_classes:
        candidates += [np.log(shares), np.log(shares) - np.log1p(-shares)]
    best = min(candidates, key=lambda outputs: _constant_loss(network, outputs, train))
    return tuple(_constant_loss(network, best, part) for part in parts)


def _constant_loss(network: Network, outputs: Array, part: Part) -> float:
    count = len(part)
    if not count:
        return float("nan")
    z = np.repeat(outputs[:, None], count, axis=1)[None].astype(np.float64)
    share = equal_shares(count, np.float64)
    loss = LOSSES[network.loss.name](z.shape, np.float64, huber_delta=network.huber_delta)
    target = encode_target(part.y, count, network).astype(np.float64)
    return float(loss(z, loss.weigh(target, share), share)[0])


def constant_score(dataset: Dataset, part: Part) -> float:
    """Return the accuracy of the usual class, or the R² of the mean, on a part; NaN for no rows."""
    if not len(part):
        return float("nan")
    if dataset.n_classes:
        usual = np.bincount(dataset.train.y, minlength=dataset.n_classes).argmax()
        return float((part.y == usual).mean())
    return _finite(float(metrics.r2(part.y[:, 0], np.full(len(part), dataset.train.y[:, 0].mean(dtype=np.float64)))))


@dataclass(frozen=True)
class Simple:
    """What simple methods make of the rows.

    `answers` are those for the first validation rows, name to (V,): class numbers or values. `tells` is the share of
    the target's variance (of classes, of their indicators') that a smooth function of the inputs predicts on training
    rows that were left out; it is about 0 where the inputs tell nothing.
    """

    answers: dict[str, Array] = field(default_factory=dict)
    tells: float = float("nan")


def rows_worth(samples: int) -> int:
    """Return how many rows simple methods may take of a training that went over so many (an epoch's count again).

    With what is probed, that took 1 to 10 % of the processor time of trainings at the defaults on the bundled tables,
    15 % on digits (20 of 135 ms); trainings of a few epochs pay 6 to 15 ms.
    """
    return min(max(samples // SHARE_OF_TRAINING, LEAST_TRAIN), MOST_TRAIN)


def simple_answers(dataset: Dataset, most_rows: int = MOST_TRAIN) -> Simple:
    """Fit simple methods to at most so many training rows.

    These are a linear least-squares fit with a small penalty, the same with the squares and products of the inputs, and
    on units with random weights (Huang, Zhu & Siew, 2006), and the vote (or mean) of the nearest training rows, on
    inputs of spread 1. Nothing is answered on a handful of rows.
    """
    train, validation = dataset.train, dataset.validation
    if len(validation) < LEAST_ROWS or len(train) < 2 * max(NEIGHBOURS):
        return Simple()
    most = max(200, min(most_rows, MOST_CELLS // max(1, dataset.n_features)))
    some = _spread(len(train), most)
    X, y = train.X[some].astype(np.float64), train.y[some]
    rows = validation.X[: min(MOST_VALIDATION, most)].astype(np.float64)
    middle, spread = X.mean(axis=0), X.std(axis=0)
    spread[spread < 1e-12] = 1
    X, rows = (X - middle) / spread, (rows - middle) / spread
    truth = np.eye(dataset.n_classes)[y] if dataset.n_classes else y.astype(np.float64)
    bent, tells = _random_units(X, truth, rows)
    curved = _products(X, truth, rows)
    answers = {
        **({"linear": _decided(_linear(X, truth, rows))} if dataset.n_features <= 500 else {}),
        **({"squares and products": _decided(curved)} if curved is not None else {}),
        "random units": _decided(bent),
        **{f"neighbours {k}": _decided(found) for k, found in _neighbours(X, truth, rows).items()},
    }  # fmt: skip
    return Simple(answers, tells)


def _linear(X: Array, truth: Array, rows: Array) -> Array:
    mean = truth.mean(axis=0)
    gram = X.T @ X + RIDGE * len(X) * np.eye(X.shape[1])
    answers: Array = np.clip(rows, -10, 10) @ np.linalg.solve(gram, X.T @ (truth - mean)) + mean
    return answers


def _random_units(X: Array, truth: Array, rows: Array) -> tuple[Array, float]:
    """Fit the last layer of a network whose hidden units stay as they were drawn, from a fixed seed.

    Returned are its answers for `rows` and the share of the variance that it predicts on rows that are left out.
    """
    rng = np.random.default_rng(0)
    units = min(RANDOM_UNITS, max(10, len(X) // 3))
    weights = rng.normal(size=(X.shape[1], units)) * np.sqrt(2 / X.shape[1])
    bias = rng.uniform(-1.5, 1.5, units)
    Z, new = (np.maximum(np.clip(part, -10, 10) @ weights + bias, 0) for part in (X, rows))
    return _penalised(Z, truth, new)


def _products(X: Array, truth: Array, rows: Array) -> Array | None:
    """Fit the inputs with their squares and products: what units of random weights miss among some dozen inputs.

    None where there are too many of them, or too few rows.
    """
    inputs = X.shape[1]
    first, second = np.triu_indices(inputs)
    if not 1 < inputs <= MOST_PRODUCTS or len(X) < 2 * len(first):
        return None
    Z, new = (np.clip(part, -4, 4) for part in (X, rows))
    spread = [np.hstack([part, part[:, first] * part[:, second]]) for part in (Z, new)]
    return _penalised(spread[0], truth, spread[1])[0]


def _penalised(Z: Array, truth: Array, new: Array) -> tuple[Array, float]:
    """Return a linear fit's answers for `new` rows, and the share of the variance it predicts on rows left out.

    Its penalty is the one of `PENALTIES` with the least error of generalised cross-validation.
    """
    middle, mean = Z.mean(axis=0), truth.mean(axis=0)
    Z, new, y = Z - middle, new - middle, truth - mean
    sizes, directions = np.linalg.eigh(Z.T @ Z / len(Z))
    sizes = np.maximum(sizes, 0)
    along, projected = directions.T @ (Z.T @ y) / len(Z), Z @ directions
    errors = {penalty: _left_out_error(projected, y, along, sizes, penalty) for penalty in PENALTIES}
    best = min(PENALTIES, key=errors.__getitem__)
    answers: Array = new @ directions @ (along / (sizes + best)[:, None]) + mean
    variance = float(np.square(y).mean())
    return answers, 1 - errors[best] / variance if variance > 0 else 0.0


def _left_out_error(projected: Array, y: Array, along: Array, sizes: Array, penalty: float) -> float:
    """Return the error of generalised cross-validation (Golub, Heath & Wahba, 1979)."""
    errors = y - projected @ (along / (sizes + penalty)[:, None])
    free = 1 - (sizes / (sizes + penalty)).sum() / len(y)
    return float(np.square(errors).mean() / max(free, 1e-3) ** 2)


def _neighbours(X: Array, truth: Array, rows: Array) -> dict[int, Array]:
    """Return the mean truth of each row's nearest, by their number; of ties the first rows count."""
    squares = np.square(X).sum(axis=1)[None] - 2 * rows @ X.T
    most = max(NEIGHBOURS)
    nearest = np.argpartition(squares, most - 1, axis=1)[:, :most]
    order = np.argsort(np.take_along_axis(squares, nearest, axis=1), axis=1, kind="stable")
    nearest = np.take_along_axis(nearest, order, axis=1)
    return {k: truth[nearest[:, :k]].mean(axis=1) for k in NEIGHBOURS}


def _decided(answers: Array) -> Array:
    return answers.argmax(axis=1) if answers.shape[1] > 1 else answers[:, 0]


def score_of(truth: Array, answers: Array, *, is_classes: bool) -> float:
    """Return the accuracy of class numbers, or the R² of values."""
    if is_classes:
        return float((truth == answers).mean())
    return _finite(float(metrics.r2(truth, answers)))


def _finite(value: float) -> float:
    return value if np.isfinite(value) else float("nan")


def _spread(count: int, most: int) -> NDArray[np.int64]:
    """Return at most so many row numbers, evenly spread."""
    return np.unique(np.linspace(0, count - 1, min(count, most)).round().astype(np.int64))
