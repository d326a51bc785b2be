"""Search by hand: the trainings among the runs, as trials of a search on the Search screen."""

from __future__ import annotations

import math
import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from tuitrain.data.facts import DatasetFacts
from tuitrain.errors import error_line
from tuitrain.runs.finished import FinishedTraining
from tuitrain.runs.finished_run import Known, finished_trainings
from tuitrain.search.by_hand import ManualHistory, hyperparameters_of, manual_history, manual_settings
from tuitrain.search.conductor import SearchProgress
from tuitrain.search.explanation import Explained, explain
from tuitrain.search.study.trial import Trial, is_tie
from tuitrain.session.search_snapshot import SearchSnapshot
from tuitrain.translation import N_
from tuitrain.translation import gettext as _

if TYPE_CHECKING:
    from tuitrain.options.hyperparameters import Hyperparameters
    from tuitrain.session.snapshot import Snapshot

READ_SECONDS = 1.0
UNKEPT = N_("no trials by hand: they are the runs, and this training is not kept as one")


class Explainer:
    """Fits the surrogate to a history in a thread; `explained` is the newest that is known of it."""

    def __init__(self) -> None:
        self.explained: Explained | None = None
        self.problem = ""
        self._asked: tuple[ManualHistory, str] | None = None
        self._fitting: Future[Explained] | None = None
        self._fitter: ThreadPoolExecutor | None = None

    def look(self, history: ManualHistory, column: str) -> None:
        """Take in what is fitted, and fit what is new along `column`; does not wait."""
        if self._fitting is not None:
            if not self._fitting.done():
                return
            error = self._fitting.exception()
            self.problem = ""
            if error is not None:
                self.problem = _("the surrogate cannot be fitted: {error}").format(error=error)
            self.explained, self._fitting = (None if error is not None else self._fitting.result()), None
        if self._asked is None or self._asked[0] is not history or self._asked[1] != column:
            self._asked = (history, column)
            self._fitter = self._fitter or ThreadPoolExecutor(1, thread_name_prefix="explain")
            self._fitting = self._fitter.submit(explain, history, column, is_alone=False)


class HandRuns:
    """Reads in a thread, now and then, which trainings on a dataset there are among the runs in `folder`.

    `trainings` are those that were found last, and `problem` says what could not be read.
    """

    def __init__(self, folder: Path) -> None:
        self.trainings: tuple[FinishedTraining, ...] = ()
        self.problem = ""
        self._folder = folder
        self._known: Known = {}
        self._of, self._asked = "", ""  # datasets: of what is known, and of what is being read
        self._due = -math.inf
        self._reading: Future[tuple[Known, list[str]]] | None = None
        self._reader: ThreadPoolExecutor | None = None

    def look(self, fingerprint: str) -> None:
        """Take in what was read, and read on where it is time to; does not wait."""
        if self._reading is not None:
            if not self._reading.done():
                return
            self._take(self._reading)
            self._reading = None
        if fingerprint != self._of:
            self._of, self._known, self.trainings, self._due = fingerprint, {}, (), -math.inf
        if time.monotonic() >= self._due:
            self._due, self._asked = time.monotonic() + READ_SECONDS, fingerprint
            self._reader = self._reader or ThreadPoolExecutor(1, thread_name_prefix="by-hand")
            self._reading = self._reader.submit(finished_trainings, self._folder, fingerprint, self._known)

    def _take(self, reading: Future[tuple[Known, list[str]]]) -> None:
        if (error := reading.exception()) is not None:
            self.problem = _("runs cannot be read: {error}").format(error=error_line(error))
            return
        known, problems = reading.result()
        self.problem = problems[0] if problems else ""
        if self._asked == self._of and known != self._known:
            self._known = known
            found = [training for _stamp, training in known.values() if training is not None]
            alike = [training for training in found if _measure(training) == _measure(found[-1])]
            self.trainings = tuple(replace(training, training=at) for at, training in enumerate(alike, 1))


def _measure(training: FinishedTraining) -> tuple[str, str | None]:
    """What its score is: of another metric, or of another class that is looked for, it does not compare."""
    return training.metric, training.dataset.positive


class ByHand:
    """Makes snapshots of the trainings on a dataset in `folder`, with the surrogate where that is looked at."""

    def __init__(self, folder: Path) -> None:
        self._runs = HandRuns(folder)
        self._version = 0
        self._snapshot = SearchSnapshot(0, is_by_hand=True)
        self._made_of: tuple[object, ...] = ()
        self._shown: tuple[FinishedTraining, ...] = ()
        self._history: ManualHistory | None = None
        self._explainer = Explainer()
        self._column, self._is_explained = "", False

    def watch(self, column: str, is_shown: bool) -> None:
        """Say along which column the surrogate is looked at, and whether anything of it is."""
        self._column, self._is_explained = column, is_shown

    @property
    def problem(self) -> str:
        """What could not be read or fitted."""
        return self._runs.problem or self._explainer.problem

    @property
    def trainings(self) -> tuple[FinishedTraining, ...]:
        """The trainings of the newest snapshot that was made here."""
        return self._shown

    def hyperparameters(self, snapshot: SearchSnapshot, trial: Trial) -> Hyperparameters:
        """All hyperparameters of a training in a snapshot that was made here."""
        return hyperparameters_of(self._shown[trial.number])

    def snapshot(self, now: Snapshot) -> SearchSnapshot:
        """What was trained by hand on the dataset of a training's snapshot, as a search; the same if nothing is new."""
        dataset, explainer = now.dataset, self._explainer
        self._runs.look(dataset.fingerprint)
        trainings = self._runs.trainings
        if self._shown is not trainings:
            self._shown, self._history = trainings, manual_history(trainings, dataset.task)
        if self._is_explained and self._history is not None:
            explainer.look(self._history, self._column)
        is_unkept = now.epoch > 0 and now.run is None and not trainings
        message = _(UNKEPT) if is_unkept else self.problem
        made_of = (dataset.fingerprint, id(trainings), message, id(explainer.explained))
        if made_of != self._made_of:
            self._made_of = made_of
            self._version += 1
            self._snapshot = self._made(dataset, message, sum(item.seconds for item in trainings))
        return self._snapshot

    def _made(self, dataset: DatasetFacts, message: str, seconds: float) -> SearchSnapshot:
        history, version, explained = self._history, self._version, self._explainer.explained
        if history is None:
            settings = manual_settings(dataset.task)
            return SearchSnapshot(version, message=message, settings=settings, dataset=dataset, is_by_hand=True)
        if explained is not None and explained.columns != tuple(column.name for column in history.space.columns):
            explained = None  # what is searched has changed since
        best = history.best
        ties = tuple(t.number for t in history.trials if best is not None and t is not best and is_tie(best, t))
        progress = SearchProgress(
            state="paused", trials=history.trials, best=best, curves={}, running=(), proposals=(), is_proposing=False,
            seconds=seconds, trials_per_second=0.0, seconds_left=None, ending="", version=version,
        )  # fmt: skip
        return SearchSnapshot(
            version, "ready", message or history.trials[-1].message, history.space, history.settings, progress, None,
            ties, explained=explained, dataset=dataset, is_by_hand=True,
        )  # fmt: skip
