"""The state of a training as others see it: immutable snapshots, and a history that only grows.

A session replaces its snapshot as a whole; a screen draws the newest one. Nothing here changes after it was made,
except that the history grows: a reader takes its length from the snapshot and reads up to there.

Shapes: `E` epochs recorded, `L` layers with parameters, `K` classes, `V` rows of the part that is looked at.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from tuitrain.data.facts import DatasetFacts
from tuitrain.diagnosis.finding import Finding
from tuitrain.diagnosis.observation import Observed
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.runs.finished import Edit, Note
from tuitrain.runs.history import Floats, History, LayerProbe
from tuitrain.runs.json_values import JsonFields
from tuitrain.session.questions import Answer

State = Literal["ready", "running", "paused", "done", "diverged", "failed"]


@dataclass(frozen=True)
class Refused:
    """A value that was asked for and does not fit, and why."""

    value: Any
    why: str


@dataclass(frozen=True)
class EarlierRun:
    """A run of this session that was reset: its curves, kept for comparison."""

    hyperparameters: Hyperparameters
    epoch: Floats
    train_loss: Floats
    validation_loss: Floats


@dataclass(frozen=True)
class ParametersView:
    """Per layer the weights (fan_in, fan_out) and biases (fan_out,), float32 copies, as they were at `epoch`."""

    weights: tuple[NDArray[np.float32], ...]
    biases: tuple[NDArray[np.float32], ...]
    epoch: int = 0


@dataclass(frozen=True)
class ThresholdCurve:
    """A class's curve over all thresholds, `x` and `y` (N,), and the area under it."""

    number: int
    x: Floats
    y: Floats
    area: float


@dataclass(frozen=True)
class Reliability:
    """What probabilities said, what share came true (NaN in a bin without rows), and the rows of each bin, (B,).

    `number` is the class whose probability it is, None where it is that of the answer. `error` is the expected
    calibration error.
    """

    said: Floats
    true: Floats
    rows: NDArray[np.int64]
    error: float
    number: int | None = None


@dataclass(frozen=True)
class MetricView:
    """The model on one part (validation, or training where there is none).

    `baselines` are the values of always answering `usual`: the most frequent class of the training rows (its number),
    or their mean; of scores of probabilities, those of always answering the share of each class in the training rows.
    A value that is not known is NaN. Classification: `confusion` (K, K) int64, rows truth, columns prediction;
    `class_scores` (K, 3) are precision, recall and F1 of each class; `positive` is the class that is looked for, which
    precision, recall, F1 and the areas are of, and `threshold` the probability from which it is answered, None where
    the likeliest class is. Regression: `truth` and `predicted`, (V,) float64 in the target's own units. `epoch` is that
    of the weights.

    Where more is looked at, `intervals` hold the middle 90 % of each score on resampled rows, `roc` and
    `precision_recall` the curves of the positive class, of the second of two, or of the classes that are ranked worst.
    """

    part: str
    values: Mapping[str, float]
    confusion: NDArray[np.int64] | None = None
    truth: Floats | None = None
    predicted: Floats | None = None
    epoch: int = 0
    class_scores: Floats | None = None
    baselines: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    usual: float = float("nan")
    positive: int | None = None
    threshold: float | None = None
    intervals: Mapping[str, tuple[float, float]] = field(default_factory=lambda: MappingProxyType({}))
    roc: tuple[ThresholdCurve, ...] = ()
    precision_recall: tuple[ThresholdCurve, ...] = ()
    reliability: Reliability | None = None


@dataclass(frozen=True)
class BoundaryView:
    """What the network answers over the plane of two inputs (or along one).

    Two inputs: `grid` (R, C) int64 of class numbers with `confidence` (R, C), or float64 values in own units; row 0 is
    the top. One input: `grid` (C,). `extent` is (x low, x high, y low, y high) in the inputs' own units. `points`
    (N, 1 or 2) and `labels` (N,) are the training rows, in own units, at most 500 of them. `epoch` is that of the
    weights.
    """

    names: tuple[str, ...]
    extent: tuple[float, float, float, float]
    grid: NDArray[Any]
    confidence: Floats | None
    points: Floats
    labels: NDArray[Any]
    epoch: int = 0


@dataclass(frozen=True)
class MembersView:
    """The members of an ensemble: the losses of their best epochs, each on its own validation rows; and `together`.

    That is the loss of their answers averaged, each row answered by the members that validate on it; NaN while they
    train, and where there are very many rows. `ended` says which are trained no more.
    """

    losses: tuple[float, ...] = ()
    epochs: tuple[int, ...] = ()
    ended: tuple[bool, ...] = ()
    together: float = float("nan")

    @property
    def count(self) -> int:
        """How many there are; 1 of a single network."""
        return max(len(self.losses), 1)


@dataclass(frozen=True)
class PastMoment(JsonFields):
    """What was to be seen of a training after one of its earlier epochs; other fields as in `Snapshot`.

    `asked` is the epoch that was asked for, `epoch` the nearest that could be made again.
    """

    asked: int
    epoch: int
    step: int
    learning_rate: float
    train_loss: float
    validation_loss: float
    metrics: Mapping[str, Mapping[str, float]]
    best_epoch: int
    best_loss: float
    gradient_norm: float
    layers: tuple[LayerProbe, ...]
    parameters: ParametersView | None
    metric_view: MetricView | None
    boundary: BoundaryView | None
    members: MembersView

    @classmethod
    def of(cls, snapshot: Snapshot, asked: int) -> PastMoment:
        """Take from a snapshot what a look back shows."""
        return cls(asked, **{name: getattr(snapshot, name) for name in cls.names()})

    @classmethod
    def names(cls) -> list[str]:
        """The fields that it has from a snapshot."""
        return [one.name for one in fields(cls) if one.name != "asked"]


@dataclass(frozen=True)
class Snapshot(JsonFields):
    """One moment of a training. `version` grows with each new one; equal versions mean equal content.

    `answered` is the number of the last command that was obeyed or refused; `message` is what it led to, `ending` why
    training has ended, "" while it has not. `learning_rate` is the last step's, or the next one's where it was changed
    since. `pace` is how many epochs a second are trained at most, 0 for as many as can be; `seconds` and
    `samples_per_second` leave the waiting for it out. `refused` holds what was asked for last of a hyperparameter,
    where that does not fit; `unused` names those that were changed after the training had ended. `finished` counts the
    session's `FinishedTraining`s. `run` is the directory that the training is kept in, None if there is none, and
    `run_notices` say what of that was not as asked, in order. `findings` say how the training goes, the most pressing
    first; they are made once an epoch, or when the state changes; `observation` is what was measured for them.
    `first_train_loss` and `first_validation_loss` are those before the first step, the former on at most 5,000 rows.
    Where the last step was one batch by hand,
    `batch_loss` is that batch's loss before the update, and `gradient_norm` and `layers` are that step's.
    `given` are the hyperparameters with ``auto`` where a value was left to it; None: as they are in use.
    `past` is the earlier epoch that is looked back at, None while none is; `seen` is the snapshot with it.
    Of an ensemble, `member` is the one (from 0) whose gradients, weights and views are shown, and `member_history` its
    course; `best_epoch`, `best_loss` and the findings are those of the first that is trained.
    """

    version: int
    state: State
    dataset: DatasetFacts
    hyperparameters: Hyperparameters
    pending: Mapping[str, Any]
    history: History
    epochs_recorded: int
    message: str = ""
    answered: int = 0
    refused: Mapping[str, Refused] = field(default_factory=lambda: MappingProxyType({}))
    unused: frozenset[str] = frozenset()
    ending: str = ""
    epoch: int = 0
    step: int = 0
    step_in_epoch: int = 0
    steps_per_epoch: int = 1
    learning_rate: float = float("nan")
    samples_per_second: float = float("nan")
    seconds: float = 0.0
    seconds_left: float | None = None
    pace: float = 0.0
    batch_memory: int = 0
    n_parameters: int = 0
    train_loss: float = float("nan")
    validation_loss: float = float("nan")
    metrics: Mapping[str, Mapping[str, float]] = field(default_factory=lambda: MappingProxyType({}))
    best_epoch: int = 0
    best_loss: float = float("nan")
    batch_loss: float = float("nan")
    first_train_loss: float = float("nan")
    first_validation_loss: float = float("nan")
    gradient_norm: float = float("nan")
    layers: tuple[LayerProbe, ...] = ()
    findings: tuple[Finding, ...] = ()
    observation: Observed = field(default_factory=Observed)
    edits: tuple[Edit, ...] = ()
    notes: tuple[Note, ...] = ()
    earlier: tuple[EarlierRun, ...] = ()
    parameters: ParametersView | None = None
    metric_view: MetricView | None = None
    boundary: BoundaryView | None = None
    answer: Answer | None = None
    saved_step: int = -1
    finished: int = 0
    run: Path | None = None
    run_notices: tuple[str, ...] = ()
    given: Hyperparameters | None = None
    past: PastMoment | None = None

    @property
    def seen(self) -> Snapshot:
        """What is looked at: this moment, or the earlier one."""
        past = self.past
        if past is None:
            return self
        then: dict[str, Any] = {name: getattr(past, name) for name in past.names()}
        return replace(self, **then, epochs_recorded=past.epoch, step_in_epoch=0, batch_loss=float("nan"))

    member: int = 0
    members: MembersView = field(default_factory=MembersView)
    member_history: History | None = None

    @property
    def shown_best(self) -> tuple[int, float]:
        """The best epoch so far, 0 before the first, and its loss; of an ensemble, those of the member shown."""
        if self.members.count == 1:
            return self.best_epoch, self.best_loss
        return self.members.epochs[self.member], self.members.losses[self.member]

    @property
    def is_running(self) -> bool:
        """Whether batches are being trained now."""
        return self.state == "running"

    @property
    def has_something_to_lose(self) -> bool:
        """Whether a reset would throw away training that no file holds: neither a run nor a model that was saved."""
        return self.step > 0 and self.saved_step != self.step and self.run is None
