"""Trainings by hand as studies on disk, which can be read, exported and continued like any other.

A dataset's study is made when the second training on it has ended. The journal holds all hyperparameters of each
training, so that those of before are complete when the user changes one more; what is searched is then written anew.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tuitrain.data.facts import DatasetFacts
from tuitrain.errors import error_line
from tuitrain.runs.finished import FinishedTraining
from tuitrain.search.by_hand import (
    hyperparameters_of,
    manual_settings,
    manual_space,
    manual_trials,
    note_in_words,
    state_of,
)
from tuitrain.search.space.space import Space
from tuitrain.search.stack import StackResult, TrialOutcome
from tuitrain.search.study.study import Study
from tuitrain.translation import gettext as _

LEAST_TRAININGS = 2


class ManualStudies:
    """The trainings of a session; a separate thread keeps those on each dataset in a study below `folder`.

    `problem` says why the last could not be written, else it is empty; what was not written is tried again with the
    next training.
    """

    def __init__(self, folder: Path = Path("studies")) -> None:
        self.trainings: tuple[FinishedTraining, ...] = ()
        self._folder = folder
        self._paths: dict[str, Path] = {}
        self._written: dict[str, int] = {}
        self._noted: dict[tuple[str, int], int] = {}  # the notes that are written of each training
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="manual-study")
        self.problem = ""

    def take(self, finished: tuple[FinishedTraining, ...]) -> None:
        """Take in all that a session has written down, and keep what is new; does not wait."""
        before, self.trainings = self.trainings, finished
        new = [one for place, one in enumerate(finished) if place >= len(before) or one is not before[place]]
        for dataset in {training.dataset.fingerprint: training.dataset for training in new}.values():
            trainings = self.of(dataset.fingerprint)
            if len(trainings) >= LEAST_TRAININGS:
                self._writer.submit(self._keep, dataset, trainings)

    def of(self, fingerprint: str) -> tuple[FinishedTraining, ...]:
        """Return the trainings on a dataset, in the order in which they ended."""
        return tuple(item for item in self.trainings if item.dataset.fingerprint == fingerprint)

    def path_of(self, fingerprint: str) -> Path | None:
        """Return the study of a dataset's trainings, if there is one."""
        return self._paths.get(fingerprint)

    def close(self) -> None:
        """Wait until all is written."""
        self._writer.shutdown(wait=True)

    def _keep(self, dataset: DatasetFacts, trainings: Sequence[FinishedTraining]) -> None:
        try:
            self._write(dataset, trainings)
            self.problem = ""
        except Exception as error:  # the screen must say so, whatever it is
            self.problem = _("trainings by hand are not kept: {error}").format(error=error_line(error))

    def _write(self, dataset: DatasetFacts, trainings: Sequence[FinishedTraining]) -> None:
        from tuitrain.search.study.opening import create_study  # noqa: PLC0415 - takes a while, and not in the screen's thread

        space, key = manual_space(trainings), dataset.fingerprint
        assert space is not None
        if key not in self._paths:
            self._paths[key] = create_study(
                self._folder, space, manual_settings(dataset.task), dataset, is_folder=True
            ).path
        study = _opened(self._paths[key], space)
        try:
            trials = manual_trials(trainings, space, study.settings.metric)
            for place in range(self._written.get(key, 0), len(trainings)):
                _append(study, trainings[place], trials[place].message)
                self._written[key] = place + 1
                self._noted[key, place] = len(trainings[place].notes)
            for place, training in enumerate(trainings):
                for note in training.notes[self._noted[key, place] :]:  # made after the end
                    study.note(note_in_words(note), trial=place)
                    self._noted[key, place] += 1
        finally:
            study.close()


def _opened(path: Path, space: Space) -> Study:
    """Return the study, open for writing, with `space` as its search space."""
    study = Study(path)
    study.begin_writing()
    if study.space.to_texts() != space.to_texts():
        try:
            study.replace_space(space)
        finally:
            study.close()
        study = Study(path)  # so that its trials are read by the new space
        study.begin_writing()
    return study


def _append(study: Study, training: FinishedTraining, message: str) -> None:
    last = study.trials[-1] if study.trials else None
    if last is None or last.by != "manual" or last.state != "queued":  # else its end could not be written the last time
        study.queue([vars(hyperparameters_of(training))], by="manual", stacks=[[study.next_number]])
    number = study.trials[-1].number
    outcome = TrialOutcome(
        number, state_of(training), training.score, math.nan, training.loss, training.epochs, training.best_epoch,
        training.seconds, message, training.curve,
    )  # fmt: skip
    result = StackResult((outcome,), {}, training.epochs, training.seconds)
    study.finish(len(study.stacks) - 1, result, seconds=training.seconds)
