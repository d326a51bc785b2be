"""What was trained by hand on the Train screen, as the Search screen shows it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from tuitrain.data.facts import DatasetFacts
from tuitrain.search.by_hand import ManualHistory, hyperparameters_of, manual_history, manual_settings
from tuitrain.search.conductor import SearchProgress
from tuitrain.search.explanation import Explained, explain
from tuitrain.search.manual_study import ManualStudies
from tuitrain.search.study.trial import Trial, is_tie
from tuitrain.session.search_snapshot import SearchSnapshot
from tuitrain.translation import gettext as _

if TYPE_CHECKING:
    from tuitrain.options.hyperparameters import Hyperparameters


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


class ByHand:
    """Makes snapshots of the trainings by hand on a dataset, with the surrogate where that is looked at."""

    def __init__(self, studies: Callable[[], ManualStudies]) -> None:
        self._studies = studies
        self._version = 0
        self._snapshot = SearchSnapshot(0, is_by_hand=True)
        self._made_of: tuple[object, ...] = ()
        self._history: ManualHistory | None = None
        self._explainer = Explainer()
        self._column, self._is_explained = "", False

    def watch(self, column: str, is_shown: bool) -> None:
        """Say along which column the surrogate is looked at, and whether anything of it is."""
        self._column, self._is_explained = column, is_shown

    @property
    def problem(self) -> str:
        """What could not be kept or fitted."""
        return self._studies().problem or self._explainer.problem

    def hyperparameters(self, snapshot: SearchSnapshot, trial: Trial) -> Hyperparameters:
        """All hyperparameters of a training in a snapshot that was made here."""
        assert snapshot.dataset is not None
        return hyperparameters_of(self._studies().of(snapshot.dataset.fingerprint)[trial.number])

    def snapshot(self, dataset: DatasetFacts) -> SearchSnapshot:
        """What was trained by hand on `dataset`, as a search; the same while nothing is new."""
        studies, explainer = self._studies(), self._explainer
        trainings, path = studies.of(dataset.fingerprint), studies.path_of(dataset.fingerprint)
        known = len(trainings), sum(len(training.notes) for training in trainings)
        if self._made_of[:2] != (dataset.fingerprint, known):
            self._history = manual_history(trainings, dataset.task)
        if self._is_explained and self._history is not None:
            explainer.look(self._history, self._column)
        message = self.problem
        made_of = (dataset.fingerprint, known, path, message, id(explainer.explained))
        if made_of != self._made_of:
            self._made_of = made_of
            self._version += 1
            self._snapshot = self._made(dataset, path, message, sum(item.seconds for item in trainings))
        return self._snapshot

    def _made(self, dataset: DatasetFacts, path: Path | None, message: str, seconds: float) -> SearchSnapshot:
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
            version, "ready", message or history.trials[-1].message, history.space, history.settings, progress, path,
            ties, explained=explained, dataset=dataset, is_by_hand=True,
        )  # fmt: skip
