"""Measure a network at one moment, on rows spread over the training part and on the validation rows.

`L` layers with parameters, `H` units of a layer, `B` rows, `K` classes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuitrain.data.dataset import Dataset, Part
from tuitrain.diagnosis.reference import score_of
from tuitrain.engine import Trainer
from tuitrain.engine.evaluation import decide
from tuitrain.engine.floating_point import training_arithmetic
from tuitrain.engine.network import encode_target, equal_shares
from tuitrain.engine.probes import layer_norms
from tuitrain.runs.json_values import JsonFields

Array = NDArray[Any]
NAN = math.nan
LEAST_ROWS, MOST_ROWS = 200, 1_000
SATURATED = 0.95  # of the way to the limits of tanh or sigmoid: there the slope is below a tenth
ALIKE = 1e-5  # relative distance of two units' answers below which they are one unit


@dataclass(frozen=True)
class Probe(JsonFields):
    """A network at the end of `epoch` (0: before the first step).

    `loss` and `score` (accuracy or R²) are those of the training rows without dropout, `validation_loss` and
    `validation_score` those of the validation rows. By layer (L,): `gradient_norms` of the mean loss of the training
    rows, `weight_sizes` (root mean square). By hidden layer: `dead`, the share of units that are not above zero on any
    row; `saturated`, the share of answers near the limits; `alike`, the share of units that answer as another one does;
    `signals`, the spread of the answers over the rows, relative to their size. `logit_spread` is the root mean square
    spread of the last layer's outputs over the rows. `predicted` and `recalls` (K,) are the
    shares of the training rows that each class is predicted for, and of each class's rows that are found;
    `validation_recalls` those of the validation rows. `output_spread` is that of the predicted values.
    `blind_score` is the score on the validation rows (or else the training rows) with every input at its middle.
    """

    epoch: int
    loss: float = NAN
    score: float = NAN
    validation_loss: float = NAN
    validation_score: float = NAN
    gradient_norms: tuple[float, ...] = ()
    weight_sizes: tuple[float, ...] = ()
    dead: tuple[float, ...] = ()
    saturated: tuple[float, ...] = ()
    alike: tuple[float, ...] = ()
    signals: tuple[float, ...] = ()
    predicted: tuple[float, ...] = ()
    recalls: tuple[float, ...] = ()
    validation_recalls: tuple[float, ...] = ()
    output_spread: float = NAN
    logit_spread: float = NAN
    blind_score: float = NAN


def probed_rows(samples: int) -> int:
    """Return how many rows are measured of a training that goes over so many (an epoch's count again): a twentieth."""
    return min(max(samples // 20, LEAST_ROWS), MOST_ROWS)


def probe(trainer: Trainer, dataset: Dataset, *, epoch: int, most_rows: int = MOST_ROWS) -> Probe:
    """Measure the trainer's network as it is now; the network's gradients are overwritten."""
    with training_arithmetic, np.errstate(all="ignore"):
        return _probe(trainer, dataset, epoch, most_rows)


def _probe(trainer: Trainer, dataset: Dataset, epoch: int, most_rows: int) -> Probe:
    network, train = trainer.network, dataset.train
    some = np.unique(np.linspace(0, len(train) - 1, min(len(train), most_rows)).round().astype(np.int64))
    X, y = train.X[some], train.y[some]
    rows = network.rows_of(X)
    through = network.pass_for(len(some))
    outputs = through.forward(np.swapaxes(rows, -1, -2)).copy()
    hidden = [a[0].copy() for a in through.activations]
    decided = decide(outputs.swapaxes(1, 2), network, dataset.n_classes)[0]
    share = equal_shares(len(some), network.dtype)
    target = network.loss.weigh(encode_target(y, len(some), network), share)
    loss = float(through.train(np.swapaxes(rows, -1, -2), target, share)[0])
    validation_loss, validation_score, validation_recalls = _on_part(trainer, dataset, dataset.validation)
    truth = y if dataset.n_classes else y[:, 0]
    kind = network.activation.name
    return Probe(
        epoch, loss, score_of(truth, decided, is_classes=bool(dataset.n_classes)), validation_loss, validation_score,
        _floats(layer_norms(network.gradients, network.slices)[0]),
        tuple(float(np.sqrt(np.square(w[0], dtype=np.float64).mean())) for w in network.weights),
        tuple(float((a.max(axis=1) <= 0).mean()) for a in hidden) if network.activation.idle == "dead" else (),
        tuple(_saturated(a, kind) for a in hidden) if kind in {"tanh", "sigmoid"} else (),
        tuple(map(_alike, hidden)), tuple(map(_signal, hidden)),
        _floats(np.bincount(decided, minlength=dataset.n_classes) / len(some)) if dataset.n_classes else (),
        recalls(truth, decided, dataset.n_classes), validation_recalls,
        NAN if dataset.n_classes else float(np.std(decided, dtype=np.float64)),
        float(np.sqrt(outputs[0].astype(np.float64).var(axis=1).mean())), _blind_score(trainer, dataset, X),
    )  # fmt: skip


def _blind_score(trainer: Trainer, dataset: Dataset, X: Array) -> float:
    """Return the score of what the network answers to the middle of some rows' inputs, which is one answer for all."""
    network, part = trainer.network, dataset.validation if len(dataset.validation) else dataset.train
    rows = network.rows_of(np.median(X, axis=0)[None].astype(X.dtype))
    outputs = network.pass_for(1).forward(np.swapaxes(rows, -1, -2))
    answer = decide(outputs.swapaxes(1, 2), network, dataset.n_classes)[0, 0]
    truth = part.y if dataset.n_classes else part.y[:, 0]
    return score_of(truth, np.full(len(part), answer), is_classes=bool(dataset.n_classes))


def _on_part(trainer: Trainer, dataset: Dataset, part: Part) -> tuple[float, float, tuple[float, ...]]:
    if trainer.validation is None:
        return NAN, NAN, ()
    found = trainer.validation.evaluate()
    decided = trainer.validation.decided[0]
    score = float(next(iter(found.metrics.values()))[0])
    return float(found.loss[0]), score, recalls(part.y, decided, dataset.n_classes)


def recalls(truth: Array, decided: Array, classes: int) -> tuple[float, ...]:
    """Return the share of each class's rows that are found, (K,); NaN for classes without rows, () for values."""
    return tuple(
        float((decided[truth == k] == k).mean()) if (truth == k).any() else NAN for k in range(classes)
    )  # fmt: skip


def _saturated(a: Array, kind: str) -> float:
    size = np.abs(a) if kind == "tanh" else np.abs(2 * a - 1)
    return float((size > SATURATED).mean())


def _alike(a: Array) -> float:
    """Return the share of units (H, B) that answer, and vary, as an earlier one does; dead units are left out."""
    alive = a[np.ptp(a, axis=1) > 0] if a.shape[1] else a
    if len(alive) < 2:
        return 1.0 if len(a) > 1 and len(a) == len(alive) else 0.0
    scaled = alive[:, :64].astype(np.float64)
    size = max(float(np.abs(scaled).max()), 1e-30)
    kept = {tuple(np.round(unit / size / ALIKE).astype(np.int64)) for unit in scaled}
    return 1 - len(kept) / len(alive)


def _signal(a: Array) -> float:
    """Return how much the answers (H, B) differ from row to row, relative to their size."""
    a = a.astype(np.float64)
    size = float(np.sqrt(np.square(a).mean()))
    return float(np.sqrt(a.var(axis=1).mean())) / size if size > 0 and math.isfinite(size) else 0.0


def _floats(values: Array) -> tuple[float, ...]:
    return tuple(map(float, values))
