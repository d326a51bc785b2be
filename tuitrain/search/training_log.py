"""The trainings by hand of a session, in the order in which they ended."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tuitrain.search.by_hand import Training
from tuitrain.search.manual_study import ManualStudies


class TrainingLog:
    """Takes note of each training of a session: when it ends, or when another takes its place.

    A training that ends, and is then gone on with, is noted again. `studies` keep what is noted.
    """

    def __init__(self, studies: ManualStudies) -> None:
        self.trainings: list[Training] = []
        self.studies = studies
        self._history: object = None  # of the training that is looked at; held, so that no other has its identity
        self._dataset: Any = None
        self._open: Training | None = None  # it, as it was seen last, while it is not noted
        self._noted_epochs = 0

    def observe(self, history: object, training: Training | None, dataset: Any, *, has_ended: bool) -> bool:
        """Look at a training on `dataset`, known by its history; whether one was noted."""
        was_left = history is not self._history and self.leave()
        if history is not self._history:
            self._history, self._dataset, self._noted_epochs = history, dataset, 0
        if training is None or training.epochs <= self._noted_epochs:
            return was_left
        self._open = training
        return self._note(training) if has_ended else was_left

    def leave(self) -> bool:
        """Note the training that has not ended, if there is one: there is another now, or there will be none."""
        return self._open is not None and self._note(replace(self._open, message="left off by hand"))

    def close(self) -> None:
        """Note what has not ended, and wait until all is kept."""
        self.leave()
        self.studies.close()

    def of(self, dataset: Any) -> tuple[Training, ...]:
        """The trainings on a dataset."""
        return tuple(training for training in self.trainings if training.fingerprint == dataset.fingerprint)

    def _note(self, training: Training) -> bool:
        self._open, self._noted_epochs = None, training.epochs
        self.trainings.append(replace(training, fingerprint=self._dataset.fingerprint))
        self.studies.keep(self._dataset, self.of(self._dataset))
        return True
