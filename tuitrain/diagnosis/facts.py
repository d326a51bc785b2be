"""What a diagnosis knows of the data: measured once, before the first step."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuitrain.data.dataset import Dataset
from tuitrain.data.traps.trap import Trap
from tuitrain.diagnosis.reference import Simple, constant_losses, constant_score, score_of
from tuitrain.engine.network import Network
from tuitrain.runs.json_values import JsonFields

Array = NDArray[Any]
NAN = math.nan


@dataclass(frozen=True)
class DataFacts(JsonFields):
    """Facts about a dataset, as far as rules need them; what is not known is NaN.

    `class_shares` (K,) are those of the training rows. Of the encoded inputs that vary, `largest_spread` and
    `smallest_spread` are the extreme standard deviations, `largest_shift` the largest mean in standard deviations and
    `largest_size` the largest root mean square. The constant losses and score are those of the best constant guess.
    `reference_score` is the best of `reference_name`'s kind on `reference_rows` validation rows: what simple methods
    make of the same inputs; `linear_score` is that of the linear fit among them, `reference_recall` the best mean over
    the classes of the share of rows found. `tells` is the share of the target's variance that is predicted on training
    rows left out. `target_extreme` is the largest distance of a training target from the mean, in standard deviations,
    and `target_quartiles` the distance of its quartiles. `leaks` names columns that alone give the target away.
    """

    task: str
    rows: int
    validation_rows: int
    features: int
    class_shares: tuple[float, ...] = ()
    class_names: tuple[str, ...] = ()
    smallest_class: int = 0
    largest_spread: float = NAN
    smallest_spread: float = NAN
    largest_shift: float = NAN
    largest_size: float = NAN
    constant_train_loss: float = NAN
    constant_loss: float = NAN
    constant_score: float = NAN
    reference_name: str = ""
    reference_score: float = NAN
    reference_rows: int = 0
    linear_score: float = NAN
    reference_recall: float = NAN
    tells: float = NAN
    target_extreme: float = NAN
    target_quartiles: float = NAN
    leaks: tuple[str, ...] = ()

    @property
    def is_classes(self) -> bool:
        """Whether classes are predicted."""
        return self.task == "classification"

    @classmethod
    def of(cls, dataset: Dataset, network: Network, simple: Simple) -> DataFacts:
        """Measure a dataset; the losses are those of the network's loss function, `simple` is the reference."""
        train, validation = dataset.train, dataset.validation
        part = validation if len(validation) else train
        counts = np.bincount(train.y, minlength=dataset.n_classes) if dataset.n_classes else np.zeros(0, np.int64)
        constant_train, constant = constant_losses(network, train, (train, part))
        target = np.zeros(1) if dataset.n_classes else train.y[:, 0].astype(np.float64)
        low, high = np.quantile(target, [0.25, 0.75])
        leaks = [n.columns for n in dataset.notices if isinstance(n, Trap) and n.kind == "leak"]
        return cls(
            dataset.task, len(train), len(validation), dataset.n_features,
            tuple((counts / max(1, counts.sum())).tolist()), tuple(dataset.class_names),
            int(counts[counts > 0].min(initial=len(train))), **_scales(dataset),
            constant_train_loss=constant_train, constant_loss=constant, constant_score=constant_score(dataset, part),
            **_reference(dataset, simple), target_extreme=float(np.abs(target - target.mean()).max()),
            target_quartiles=float(high - low), leaks=tuple(name for names in leaks for name in names),
        )  # fmt: skip


def _scales(dataset: Dataset) -> dict[str, Any]:
    """Return the extreme scales of the encoded inputs that vary."""
    X = dataset.train.X[:: max(1, len(dataset.train) // 5_000)]
    mean = X.mean(axis=0, dtype=np.float64)
    spread = np.sqrt(np.maximum(np.square(X - mean).mean(axis=0, dtype=np.float64), 0))
    size = np.hypot(mean, spread)
    varies = spread > 1e-9 * np.maximum(size, 1e-30)
    if not varies.any():
        return {}
    mean, spread, size = mean[varies], spread[varies], size[varies]
    return {
        "largest_spread": float(spread.max()), "smallest_spread": float(spread.min()),
        "largest_shift": float((np.abs(mean) / spread).max()), "largest_size": float(size.max()),
    }  # fmt: skip


def _reference(dataset: Dataset, simple: Simple) -> dict[str, Any]:
    answers = simple.answers
    if not answers:
        return {}
    count = len(next(iter(answers.values())))
    y = dataset.validation.y[:count]
    truth = y if dataset.n_classes else y[:, 0]
    scores = {name: score_of(truth, found, is_classes=bool(dataset.n_classes)) for name, found in answers.items()}
    known = {name: score for name, score in scores.items() if np.isfinite(score)}
    if not known:
        return {}
    best = max(known, key=lambda name: known[name])
    return {
        "tells": simple.tells,
        "reference_name": best, "reference_score": known[best], "reference_rows": count,
        "linear_score": known.get("linear", NAN),
        "reference_recall": max(_mean_recall(truth, found) for found in answers.values()) if dataset.n_classes else NAN,
    }  # fmt: skip


def _mean_recall(truth: Array, answers: Array) -> float:
    return float(np.mean([(answers[truth == k] == k).mean() for k in np.unique(truth)]))
