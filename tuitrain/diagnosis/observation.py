"""What is measured of a training for its diagnosis, beside its history."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

import numpy as np

from tuitrain.data.dataset import Dataset
from tuitrain.diagnosis.facts import DataFacts
from tuitrain.diagnosis.probe import Probe, probe, probed_rows
from tuitrain.diagnosis.reference import Simple, rows_worth, simple_answers
from tuitrain.engine import Trainer
from tuitrain.runs.json_values import JsonFields

FIRST_PROBED = 10  # epochs; then after twice as many each time


@dataclass(frozen=True)
class Observed(JsonFields):
    """Facts about the data (None until the network is looked at), the network before the first step, and as of last.

    `sizes` are those of the layers: inputs, hidden units, outputs. `deficit` is by how much the reference's score is
    above the network's on the same validation rows, `deficit_error` its standard error, row by row.
    """

    data: DataFacts | None = None
    start: Probe = field(default_factory=lambda: Probe(0))
    now: Probe = field(default_factory=lambda: Probe(0))
    sizes: tuple[int, ...] = ()
    deficit: float = math.nan
    deficit_error: float = math.nan


class Observer:
    """Measures a training: `begin` before the first step, `epoch` after each epoch, `look` when it is judged.

    Of several members the first is measured, on `dataset`, which it trains and validates on.
    """

    def __init__(self, trainer: Trainer, dataset: Dataset) -> None:
        self._trainer, self._dataset = trainer, dataset
        self._next = FIRST_PROBED
        self._steps = -1
        self._simple, self.simple_rows = Simple(), 0  # and the training rows that these may take
        self.observation = Observed()

    def begin(self) -> None:
        """Measure the data and the network before the first step, once."""
        if self.observation.sizes or self._trainer.steps_done:
            return
        trainer = self._trainer
        planned = trainer.hyperparameters[0].epochs * len(self._dataset.train)
        start = probe(trainer, self._dataset, epoch=0, most_rows=probed_rows(planned))
        self.observation = Observed(None, start, start, trainer.network.layer_sizes)

    def resume(self, start: Probe) -> None:
        """Go on with a training whose network was measured before the first step."""
        self.observation = Observed(None, start, start, self._trainer.network.layer_sizes)

    def turn_to(self, dataset: Dataset) -> None:
        """Measure on another dataset's rows from now on: those of an ensemble's member that has become the first."""
        if dataset is not self._dataset:
            self._dataset = dataset
            self.observation = replace(self.observation, data=None)

    def epoch(self) -> None:
        """Measure the network where that is due: after 10 epochs, then after twice as many each time."""
        if self._trainer.epochs_done >= self._next:
            self._next = 2 * self._trainer.epochs_done
            self.look()

    def look(self) -> Observed:
        """Measure the network as it is now, unless that was done; return all that is known."""
        trainer = self._trainer
        ended = trainer.is_done
        moment = trainer.steps_done + (1 << 60) * ended
        if moment != self._steps and self.observation.sizes:
            self._steps = moment
            data = self._facts()
            best = int(trainer.early_stopping.best_epoch[0])
            epoch = best if ended and best else trainer.epochs_done
            now = probe(trainer, self._dataset, epoch=epoch, most_rows=probed_rows(trainer.samples_done))
            deficit, error = self._compare(data)
            self.observation = replace(
                self.observation, data=data, now=now, deficit=deficit, deficit_error=error
            )  # fmt: skip
        return self.observation

    def _facts(self) -> DataFacts:
        """Return what is known of the data: on more rows where the training has become long enough for twice as many.

        So all of it together costs a small part of the training's own time.
        """
        data, rows = self.observation.data, len(self._dataset.train)
        worth = min(rows_worth(self._trainer.samples_done), rows)
        if data is None or worth >= 2 * self.simple_rows or worth == rows > self.simple_rows:
            self._simple, self.simple_rows = simple_answers(self._dataset, worth), worth
            data = DataFacts.of(self._dataset, self._trainer.network, self._simple)
        return data

    def _compare(self, data: DataFacts) -> tuple[float, float]:
        """Return how far the network is behind the reference on the same rows, and the standard error of that."""
        answers = self._simple.answers.get(data.reference_name)
        validation = self._trainer.validation
        if answers is None or validation is None or self._trainer.network.members > 1:
            return math.nan, math.nan
        count = len(answers)
        decided = validation.decided[0][:count]
        if data.is_classes:
            truth = self._dataset.validation.y[:count]
            ahead = (answers == truth).astype(np.float64) - (decided == truth)
        else:
            target = self._dataset.validation.y[:count, 0].astype(np.float64)
            with np.errstate(all="ignore"):
                errors = np.square(decided.astype(np.float64) - target) - np.square(answers - target)
                ahead = errors / max(float(target.var()), 1e-30)
        if not np.isfinite(ahead).all():
            return math.inf, 0.0
        return float(ahead.mean()), float(ahead.std() / math.sqrt(count))
