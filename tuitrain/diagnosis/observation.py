"""What is measured of a training for its diagnosis, beside its history."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from tuitrain.data.dataset import Dataset
from tuitrain.diagnosis.facts import DataFacts
from tuitrain.diagnosis.probe import Probe, probe
from tuitrain.engine import Trainer
from tuitrain.runs.json_values import JsonFields

FIRST_PROBED = 10  # epochs; then after twice as many each time


@dataclass(frozen=True)
class Observation(JsonFields):
    """Facts about the data (None until the network is looked at), the network before the first step, and as of last.

    `sizes` are those of the layers: inputs, hidden units, outputs.
    """

    data: DataFacts | None = None
    start: Probe = field(default_factory=lambda: Probe(0))
    now: Probe = field(default_factory=lambda: Probe(0))
    sizes: tuple[int, ...] = ()


class Observer:
    """Measures a training: `begin` before the first step, `epoch` after each epoch, `look` when it is judged."""

    def __init__(self, trainer: Trainer, dataset: Dataset) -> None:
        self._trainer, self._dataset = trainer, dataset
        self._next = FIRST_PROBED
        self._steps = -1
        self.observation = Observation()

    def begin(self) -> None:
        """Measure the data and the network before the first step, once."""
        if self.observation.sizes or self._trainer.steps_done:
            return
        start = probe(self._trainer, self._dataset, epoch=0)
        self.observation = Observation(None, start, start, self._trainer.network.layer_sizes)

    def epoch(self) -> None:
        """Measure the network where that is due: after 10 epochs, then after twice as many each time."""
        if self._trainer.epochs_done >= self._next:
            self._next = 2 * self._trainer.epochs_done
            self.look()

    def look(self) -> Observation:
        """Measure the network as it is now, unless that was done; return all that is known."""
        trainer = self._trainer
        ended = trainer.is_done
        moment = trainer.steps_done + (1 << 60) * ended
        if moment != self._steps and self.observation.sizes and trainer.steps_done:
            self._steps = moment
            data = self.observation.data or DataFacts.of(self._dataset, trainer.network)
            best = int(trainer.early_stopping.best_epoch[0])
            now = probe(trainer, self._dataset, epoch=best if ended and best else trainer.epochs_done)
            self.observation = replace(self.observation, data=data, now=now)
        return self.observation
