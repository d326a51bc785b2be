"""Record and observe a training that no session watches, so that it can be judged."""

from __future__ import annotations

from typing import Literal

import numpy as np

from tuitrain.data.dataset import Dataset
from tuitrain.diagnosis.course import Course
from tuitrain.diagnosis.observation import Observed, Observer
from tuitrain.engine import Record, Trainer
from tuitrain.runs.history import History


class Recording:
    """The history of a trainer: `epoch` takes each record; `course` is what rules read.

    Of several members, losses and metrics are their means, all else is the first one's, which trains on `dataset`.
    """

    def __init__(self, trainer: Trainer, dataset: Dataset) -> None:
        self._trainer = trainer
        self._history = History(len(trainer.network.slices))
        self._observer = Observer(trainer, dataset)
        self._observer.begin()

    def epoch(self, record: Record, dataset: Dataset | None = None) -> None:
        """Add the record of an epoch; `dataset` is that of the first member, where it is another one now."""
        if dataset is not None:
            self._observer.turn_to(dataset)
        if record.epoch <= self._history.length:
            return
        metric = float(np.mean(next(iter(record.metrics.values()), [float("nan")])))
        row = {
            "epoch": record.epoch, "train_loss": record.train_loss.mean(),
            "validation_loss": record.validation_loss.mean(),
            "validation_metric": metric, "learning_rate": record.learning_rate[0],
            "gradient_norm": record.gradient_norm[0],
        }  # fmt: skip
        self._history.append(row, {
            "gradient_norm": record.layer_gradient_norms[0], "update_ratio": record.update_ratios[0],
            "idle_share": record.idle_shares[0],
        })  # fmt: skip

    def observe(self) -> Observed:
        """Measure the network as it is now, and the data."""
        return self._observer.look()

    def course(self) -> Course:
        """Return the course so far."""
        trainer, stopping = self._trainer, self._trainer.early_stopping
        divergence = stopping.divergences[0]
        state: Literal["paused", "done", "diverged"] = "done" if stopping.is_done else "paused"
        return Course.of(
            self._history, self._history.length, state="diverged" if divergence is not None else state,
            ending=divergence.message if divergence is not None else "",
            hyperparameters=trainer.hyperparameters[0], observation=self._observer.look(),
            epoch=trainer.epochs_done, step=trainer.steps_done, steps_per_epoch=trainer.steps_per_epoch,
            best_epoch=int(stopping.best_epoch[0]), best_loss=float(stopping.best_loss[0]),
        )  # fmt: skip
